"""A sequential network: layers one after another, a loss at the end, gradients all the way back."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nncore.activations import ACTIVATIONS
from nncore.initialisers import INITIALISERS
from nncore.layers import ActivationLayer, DenseLayer, DropoutLayer, Layer
from nncore.losses import LOSSES, BinaryCrossEntropy, CrossEntropy, Loss

# Large enough for efficient matrix products, small enough that 10,000 images never become floats
# at once.
_PREDICT_CHUNK = 1000


@dataclass(frozen=True)
class LayerSummary:
    """One row of `SequentialNetwork.summary_table`."""

    layer: str
    n_inputs: int
    n_outputs: int
    n_parameters: int


class SequentialNetwork:
    """Layers applied in turn, and the loss by which they learn.

    Parameters
    ----------
    layers : sequence of Layer
        At least one; each takes as many values per sample as the one before it gives.
    loss : Loss
        Compares the outputs of the last layer with the targets.

    Raises
    ------
    ValueError
        If there is no layer, two neighbours do not fit, or the loss needs another output
        activation.
    """

    def __init__(self, layers: Sequence[Layer], loss: Loss):
        if not layers:
            raise ValueError("layers must not be empty")
        for before, after in itertools.pairwise(layers):
            if before.n_outputs != after.n_inputs:
                raise ValueError(
                    f"a layer of {before.n_outputs} outputs is followed by one of "
                    f"{after.n_inputs} inputs"
                )
        last = layers[-1]
        output = last.name if isinstance(last, ActivationLayer) else None
        if isinstance(loss, CrossEntropy | BinaryCrossEntropy) and output != loss.fused_activation:
            raise ValueError(f"{loss.name} needs {loss.fused_activation} outputs, got {output}")
        self.layers = list(layers)
        self.loss = loss
        self._fused = loss.fused_activation is not None and output == loss.fused_activation

    @property
    def n_inputs(self) -> int:
        """Values per sample that the first layer takes."""
        return self.layers[0].n_inputs

    @property
    def n_outputs(self) -> int:
        """Values per sample that the last layer gives: the number of classes."""
        return self.layers[-1].n_outputs

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters."""
        return self.parameters[0].dtype if self.parameters else np.dtype(np.float32)

    @property
    def parameters(self) -> list[np.ndarray]:
        """The arrays that training changes: weights and bias of every dense layer, in order."""
        return [array for layer in self.layers for array in layer.parameters]

    @property
    def gradients(self) -> list[np.ndarray]:
        """The gradient of each of `parameters` as of the last `backward`."""
        return [array for layer in self.layers for array in layer.gradients]

    @property
    def dense_layers(self) -> list[DenseLayer]:
        """The layers that learn, from first to last."""
        return [layer for layer in self.layers if isinstance(layer, DenseLayer)]

    def forward(self, inputs: np.ndarray, first_layer: int = 0) -> np.ndarray:
        """Apply the layers and remember what `backward` needs.

        Parameters
        ----------
        inputs : ndarray of shape (batch, n), float
            Inputs of the first layer applied.
        first_layer : int
            Where to start: the layers before it are left out.

        Returns
        -------
        ndarray of shape (batch, n_outputs)
        """
        for layer in self.layers[first_layer:]:
            inputs = layer.forward(inputs)
        self._outputs = inputs
        return inputs

    def backward(
        self, targets: np.ndarray, first_layer: int = 0, scale: float = 1.0
    ) -> np.ndarray | None:
        """Compute the gradients of the loss for the last `forward`.

        Parameters
        ----------
        targets : ndarray of shape (batch, n_outputs), float
            What the outputs should have been.
        first_layer : int
            Where the last `forward` started.
        scale : float
            Factor for all gradients: backpropagation is linear, so it costs one small product.

        Returns
        -------
        ndarray of shape (batch, n) or None
            Gradient with respect to the inputs of layer ``first_layer``; None when that is the
            network's first layer, whose inputs are data and need none.
        """
        layers = self.layers[first_layer:]
        if self._fused:
            gradient = self.loss.fused_gradient(self._outputs, targets)
            layers.pop()
        else:
            gradient = self.loss.gradient(self._outputs, targets)
        if scale != 1:
            gradient *= scale
        for layer in reversed(layers):
            if layer is self.layers[0] and isinstance(layer, DenseLayer):
                layer.parameter_gradients(gradient)
                return None
            gradient = layer.backward(gradient)
        return gradient

    def loss_and_gradients(
        self, inputs: np.ndarray, targets: np.ndarray
    ) -> tuple[float, list[np.ndarray]]:
        """Return the loss of a mini-batch and its gradient for every parameter.

        Parameters
        ----------
        inputs : ndarray of shape (batch, n_inputs), float
        targets : ndarray of shape (batch, n_outputs), float

        Returns
        -------
        loss : float
        gradients : list of ndarray
            In the order and the shapes of `parameters`; the network's own arrays, which the next
            call overwrites.
        """
        outputs = self.forward(inputs)
        self.backward(targets)
        return self.loss.value(outputs, targets), self.gradients

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return the outputs for any number of samples; threads may share the network for this.

        Parameters
        ----------
        images : ndarray of shape (n, n_inputs) or (n, height, width), uint8 or float
            Pixels: 0-255 as uint8, or 0-1 as floats.

        Returns
        -------
        ndarray of shape (n, n_outputs), dtype of the parameters

        Raises
        ------
        ValueError
            If a sample does not have ``n_inputs`` values.
        """
        outputs = np.empty((len(images), self.n_outputs), self.dtype)
        for start in range(0, len(images), _PREDICT_CHUNK):
            chunk = slice(start, start + _PREDICT_CHUNK)
            activations = as_inputs(images[chunk], self.n_inputs, self.dtype)
            for layer in self.layers:
                activations = layer.apply(activations)
            outputs[chunk] = activations
        return outputs

    def activations(self, image: np.ndarray) -> list[np.ndarray]:
        """Return the outputs of every layer for one image of ``n_inputs`` pixels, as (n,) each."""
        activations = as_inputs(image[np.newaxis], self.n_inputs, self.dtype)
        outputs = []
        for layer in self.layers:
            activations = layer.apply(activations)
            outputs.append(activations[0])
        return outputs

    def summary_table(self) -> list[LayerSummary]:
        """Return one row a layer: what it is, its size and how many numbers it learns."""
        return [
            LayerSummary(
                layer=layer.name,
                n_inputs=layer.n_inputs,
                n_outputs=layer.n_outputs,
                n_parameters=sum(array.size for array in layer.parameters),
            )
            for layer in self.layers
        ]

    def summary(self) -> str:
        """Return `summary_table` as text, a line a layer, with the total."""
        rows = self.summary_table()
        lines = [f"{'layer':<10}{'inputs':>8}{'outputs':>9}{'parameters':>12}"]
        lines += [
            f"{row.layer:<10}{row.n_inputs:>8}{row.n_outputs:>9}{row.n_parameters:>12,}"
            for row in rows
        ]
        total = sum(row.n_parameters for row in rows)
        lines.append(f"{total:,} parameters, loss: {self.loss.name}")
        return "\n".join(lines)


def build_network(
    layer_sizes: Sequence[int],
    *,
    activation: str = "sigmoid",
    output: str = "sigmoid",
    loss: str = "mse",
    initialisation: str = "glorot",
    dropout: float = 0.0,
    generator: np.random.Generator,
    dtype: np.dtype | type = np.float32,
) -> SequentialNetwork:
    """Build a network of dense layers, each followed by an activation.

    Parameters
    ----------
    layer_sizes : sequence of int
        Inputs, hidden layers, outputs; at least two numbers, each at least 1.
    activation : str
        Of the hidden layers: ``"sigmoid"``, ``"relu"`` or ``"tanh"``.
    output : str
        Of the last layer: any of `nncore.activations.ACTIVATIONS`.
    loss : str
        ``"mse"`` or ``"cross-entropy"``; with sigmoid outputs the latter is the binary one.
    initialisation : str
        A key of `nncore.initialisers.INITIALISERS`.
    dropout : float
        Share of the hidden neurons left out at random in training; 0 adds no layer for it.
    generator : numpy.random.Generator
        Draws the starting weights, and what dropout leaves out.
    dtype : float32 or float64

    Returns
    -------
    SequentialNetwork

    Raises
    ------
    ValueError
        If a name is unknown, the sizes are not positive, or loss and output do not fit.
    """
    if len(layer_sizes) < 2 or min(layer_sizes) < 1:
        raise ValueError(f"layer_sizes must be two or more positive numbers, got {layer_sizes}")
    if initialisation not in INITIALISERS:
        raise ValueError(
            f"initialisation must be one of {', '.join(INITIALISERS)}, got {initialisation!r}"
        )
    if activation == "softmax":
        raise ValueError("activation must be one of sigmoid, relu, tanh, got 'softmax'")
    chosen_loss = loss_for(loss, output)
    layers: list[Layer] = []
    last = len(layer_sizes) - 2
    for index, (n_inputs, n_outputs) in enumerate(itertools.pairwise(layer_sizes)):
        weights, bias = INITIALISERS[initialisation](n_inputs, n_outputs, generator)
        layers.append(DenseLayer(weights.astype(dtype), bias.astype(dtype)))
        layers.append(ActivationLayer(output if index == last else activation, n_outputs))
        if dropout and index < last:
            layers.append(DropoutLayer(dropout, n_outputs, generator))
    return SequentialNetwork(layers, chosen_loss)


def loss_for(name: str, output: str) -> Loss:
    """Return the loss of that name that suits an output activation.

    Raises
    ------
    ValueError
        If there is no such loss or activation. Whether they fit, `SequentialNetwork` says.
    """
    if output not in ACTIVATIONS:
        raise ValueError(f"output must be one of {', '.join(ACTIVATIONS)}, got {output!r}")
    if name == "cross-entropy" and output == "sigmoid":
        return BinaryCrossEntropy()
    if name not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {name!r}")
    return LOSSES[name]()


def as_inputs(images: np.ndarray, n_inputs: int, dtype: np.dtype | type) -> np.ndarray:
    """Flatten images and scale bytes to 0-1.

    Parameters
    ----------
    images : ndarray of shape (n, n_inputs) or (n, height, width), uint8 or float
    n_inputs : int
    dtype : float32 or float64
        Of the result.

    Returns
    -------
    ndarray of shape (n, n_inputs)
        ``images / 255`` for uint8, the values as they are for floats.

    Raises
    ------
    ValueError
        If an image does not have ``n_inputs`` pixels.
    """
    if images.ndim < 2 or np.prod(images.shape[1:]) != n_inputs:
        raise ValueError(f"images must be (n, {n_inputs}) or equal in pixels, got {images.shape}")
    inputs = images.reshape(len(images), n_inputs).astype(dtype)
    if images.dtype == np.uint8:
        inputs /= 255
    return inputs
