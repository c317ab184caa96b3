"""Layers: each computes its outputs from its inputs, and passes the gradient of the loss back.

`apply` is the plain function; `forward` is the same and remembers what `backward` will need.
"""

import numpy as np

from nncore.activations import ACTIVATIONS


class Layer:
    """The contract of a layer.

    Attributes
    ----------
    name : str
        What it is called in a summary.
    n_inputs, n_outputs : int
        Values per sample that come in and go out.
    parameters, gradients : list of ndarray
        What an optimiser changes and what `backward` computes, in the same order; empty for a
        layer that learns nothing.
    """

    name: str
    n_inputs: int
    n_outputs: int
    parameters: list[np.ndarray]
    gradients: list[np.ndarray]

    def apply(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs without remembering anything; threads may share the layer for this.

        Parameters
        ----------
        inputs : ndarray of shape (batch, n_inputs), float

        Returns
        -------
        ndarray of shape (batch, n_outputs), same dtype
        """
        raise NotImplementedError

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs, as `apply`, and remember what `backward` needs."""
        raise NotImplementedError

    def backward(self, output_gradient: np.ndarray) -> np.ndarray:
        """Compute `gradients` for the last `forward`, and return the gradient for its inputs.

        Parameters
        ----------
        output_gradient : ndarray of shape (batch, n_outputs)
            Gradient of the loss with respect to the outputs.

        Returns
        -------
        ndarray of shape (batch, n_inputs)
            Gradient of the loss with respect to the inputs.
        """
        raise NotImplementedError


class DenseLayer(Layer):
    """Every output is a weighted sum of all inputs plus a bias: ``inputs @ weights + bias``.

    Parameters
    ----------
    weights : ndarray of shape (n_inputs, n_outputs), float32 or float64
        Changed in place by training. A column holds the weights of one neuron; the mémoire, whose
        samples are columns, writes the transpose, ``W x + b``.
    bias : ndarray of shape (n_outputs,), same dtype

    Raises
    ------
    ValueError
        If the shapes or dtypes do not fit together.
    """

    name = "dense"

    def __init__(self, weights: np.ndarray, bias: np.ndarray):
        if weights.ndim != 2 or bias.shape != weights.shape[1:]:
            raise ValueError(
                "weights must be (n_inputs, n_outputs) and bias (n_outputs,), "
                f"got {weights.shape} and {bias.shape}"
            )
        if weights.dtype not in (np.float32, np.float64) or bias.dtype != weights.dtype:
            raise ValueError(
                "weights and bias must both be float32 or both float64, "
                f"got {weights.dtype} and {bias.dtype}"
            )
        self.weights = weights
        self.bias = bias
        self.n_inputs, self.n_outputs = weights.shape
        self.parameters = [weights, bias]
        self.gradients = [np.zeros_like(weights), np.zeros_like(bias)]

    def apply(self, inputs: np.ndarray) -> np.ndarray:
        """Return ``inputs @ weights + bias``."""
        outputs = inputs @ self.weights
        outputs += self.bias
        return outputs

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return `apply`, and remember the inputs."""
        self._inputs = inputs
        return self.apply(inputs)

    def backward(self, output_gradient: np.ndarray) -> np.ndarray:
        """Compute `gradients`; return ``output_gradient @ weights.T``."""
        self.parameter_gradients(output_gradient)
        # The same product, transposed: BLAS is two to three times slower at mini-batches of 10 when
        # it must read the weights across their rows, and the gradient is small to copy.
        return (self.weights @ np.ascontiguousarray(output_gradient.T)).T

    def parameter_gradients(self, output_gradient: np.ndarray) -> None:
        """Compute `gradients` alone: the first layer's inputs are pixels, which do not learn."""
        weights_gradient, bias_gradient = self.gradients
        np.matmul(self._inputs.T, output_gradient, out=weights_gradient)
        np.add.reduce(output_gradient, axis=0, out=bias_gradient)


class ActivationLayer(Layer):
    """Apply an activation function to every sample.

    Parameters
    ----------
    name : str
        A key of `nncore.activations.ACTIVATIONS`.
    size : int
        Values per sample, at least 1.

    Raises
    ------
    ValueError
        If there is no such activation or ``size`` is not positive.
    """

    def __init__(self, name: str, size: int):
        if name not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {name!r}")
        if size < 1:
            raise ValueError(f"size must be at least 1, got {size}")
        self.name = name
        self.n_inputs = self.n_outputs = size
        self.parameters = []
        self.gradients = []
        self._activation = ACTIVATIONS[name]

    def apply(self, inputs: np.ndarray) -> np.ndarray:
        """Return the activation function of ``inputs``."""
        return self._activation.function(inputs)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return `apply`, and remember the outputs."""
        self._outputs = self.apply(inputs)
        return self._outputs

    def backward(self, output_gradient: np.ndarray) -> np.ndarray:
        """Return the gradient carried back through the activation."""
        return self._activation.gradient(self._outputs, output_gradient)


class DropoutLayer(Layer):
    """Leave out values at random while training, so that no neuron relies on a few others.

    Parameters
    ----------
    rate : float
        Share of the values left out, in 0 (inclusive) to 1 (exclusive); the others grow so that
        the mean stays the same.
    size : int
        Values per sample, at least 1.
    generator : numpy.random.Generator
        Decides which.

    Raises
    ------
    ValueError
        If ``rate`` or ``size`` is out of range.

    References
    ----------
    Nitish Srivastava et al., *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*,
    JMLR 15, 2014.
    """

    name = "dropout"

    def __init__(self, rate: float, size: int, generator: np.random.Generator):
        if not 0 <= rate < 1:
            raise ValueError(f"rate must be from 0 to less than 1, got {rate}")
        if size < 1:
            raise ValueError(f"size must be at least 1, got {size}")
        self.rate = rate
        self.n_inputs = self.n_outputs = size
        self.parameters = []
        self.gradients = []
        self.generator = generator

    def apply(self, inputs: np.ndarray) -> np.ndarray:
        """Return the inputs: nothing is left out when the network is used."""
        return inputs

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the inputs with some set to 0, and remember which."""
        kept = self.generator.random(inputs.shape, np.float32) >= self.rate
        self._factors = kept / inputs.dtype.type(1 - self.rate)
        return inputs * self._factors

    def backward(self, output_gradient: np.ndarray) -> np.ndarray:
        """Return the gradient, 0 where the value was left out."""
        return output_gradient * self._factors
