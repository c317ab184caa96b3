"""Mistakes that people make in backpropagation, made on purpose for the gradient check to catch.

The outputs and the loss of a broken network are right; only the way back is wrong.
"""

from collections.abc import Callable, Sequence

import numpy as np

from nncore.activations import sigmoid, sigmoid_gradient
from nncore.layers import ActivationLayer, DenseLayer
from nncore.losses import MSE
from nncore.network import SequentialNetwork


def _without_second_factor(outputs: np.ndarray, output_gradient: np.ndarray) -> np.ndarray:
    """Forget the factor 1 - s of the sigmoid's derivative."""
    return output_gradient * outputs


def _sigmoid_twice(outputs: np.ndarray, output_gradient: np.ndarray) -> np.ndarray:
    """Take the derivative at the neuron's output, where its input belongs."""
    return sigmoid_gradient(sigmoid(outputs), output_gradient)


class _BrokenActivation(ActivationLayer):
    """A sigmoid with another derivative."""

    def __init__(self, size: int, gradient: Callable[[np.ndarray, np.ndarray], np.ndarray]):
        super().__init__("sigmoid", size)
        self._broken_gradient = gradient

    def backward(self, output_gradient: np.ndarray) -> np.ndarray:
        """Return the gradient carried back by the wrong rule."""
        return self._broken_gradient(self._outputs, output_gradient)


class _SumOfSquares(MSE):
    """The mémoire's loss with the gradient of the sum of squares, which has no half before it."""

    def _sample_gradients(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return 2 * super()._sample_gradients(outputs, targets)


_BROKEN_ACTIVATIONS = {
    "no-second-factor": _without_second_factor,
    "sigmoid-twice": _sigmoid_twice,
}
MISTAKES = (*_BROKEN_ACTIVATIONS, "hidden-derivative", "lost-half")


def with_mistake(network: SequentialNetwork, mistake: str) -> SequentialNetwork:
    """Return a network that shares the parameters of another and computes its gradient wrongly.

    Parameters
    ----------
    network : SequentialNetwork
        Of dense and sigmoid layers, with the loss `MSE`.
    mistake : str
        One of `MISTAKES`: ``"no-second-factor"``, the derivative s of the sigmoid instead of
        s (1 - s); ``"sigmoid-twice"``, its derivative at the output instead of at the input;
        ``"hidden-derivative"``, the derivative is left out in hidden layers; ``"lost-half"``, the
        gradient of the squares without the half that stands in the loss.

    Returns
    -------
    SequentialNetwork

    Raises
    ------
    ValueError
        If there is no such mistake, or the network is of another kind.
    """
    if mistake not in MISTAKES:
        raise ValueError(f"mistake must be one of {', '.join(MISTAKES)}, got {mistake!r}")
    activations = {layer.name for layer in network.layers if not isinstance(layer, DenseLayer)}
    if activations != {"sigmoid"} or type(network.loss) is not MSE:
        raise ValueError("network must be of dense and sigmoid layers with the loss mse")
    loss = _SumOfSquares() if mistake == "lost-half" else network.loss
    return SequentialNetwork(_layers(network.layers, mistake), loss)


def _layers(layers: Sequence[DenseLayer | ActivationLayer], mistake: str) -> list:
    """Return new layers of the same parameters, with the mistake where it belongs."""
    broken = []
    for layer in layers:
        if isinstance(layer, DenseLayer):
            broken.append(DenseLayer(layer.weights, layer.bias))
        elif mistake in _BROKEN_ACTIVATIONS:
            broken.append(_BrokenActivation(layer.n_outputs, _BROKEN_ACTIVATIONS[mistake]))
        elif mistake == "hidden-derivative" and layer is not layers[-1]:
            broken.append(_BrokenActivation(layer.n_outputs, lambda _, gradient: gradient))
        else:
            broken.append(ActivationLayer("sigmoid", layer.n_outputs))
    return broken
