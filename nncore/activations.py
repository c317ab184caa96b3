"""Activation functions: what makes a stack of dense layers more than one dense layer.

Each comes with the rule that carries a gradient back through it, written in terms of its *output*,
which the backward pass has at hand.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


def sigmoid(inputs: np.ndarray) -> np.ndarray:
    """Squash every value into (0, 1).

    Parameters
    ----------
    inputs : ndarray of any shape, float32 or float64
        Any real numbers, infinities included.

    Returns
    -------
    ndarray of the same shape and dtype
        ``1 / (1 + exp(-inputs))``, finite and without a warning for every input but NaN.
    """
    result = np.asarray(np.negative(inputs))
    # exp() may overflow to infinity, whose reciprocal is the right answer, 0.
    with np.errstate(over="ignore"):
        np.exp(result, out=result)
    # All in place: a mini-batch's array is not worth four new ones.
    result += 1
    return np.divide(1, result, out=result)[()]


def relu(inputs: np.ndarray) -> np.ndarray:
    """Keep positive values and replace the others by 0 (any shape, same shape and dtype)."""
    return np.maximum(inputs, 0)


def tanh(inputs: np.ndarray) -> np.ndarray:
    """Squash every value into (-1, 1) (any shape, same shape and dtype)."""
    return np.tanh(inputs)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn each row of logits into class probabilities.

    Parameters
    ----------
    logits : ndarray of shape (batch, n_classes), float32 or float64
        Unnormalised scores.

    Returns
    -------
    ndarray of shape (batch, n_classes), same dtype
        Each row sums to 1.

    Raises
    ------
    ValueError
        If ``logits`` is not two-dimensional.
    """
    if logits.ndim != 2:
        raise ValueError(f"logits must be (batch, n_classes), got {logits.shape}")
    # Subtracting the row maximum cancels in the ratio and keeps exp() finite.
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    exponentials /= exponentials.sum(axis=1, keepdims=True)
    return exponentials


def sigmoid_gradient(outputs: np.ndarray, output_gradient: np.ndarray) -> np.ndarray:
    """Carry a gradient back through the sigmoid: ``output_gradient * s * (1 - s)``."""
    gradient = 1 - outputs
    gradient *= outputs
    gradient *= output_gradient
    return gradient


def relu_gradient(outputs: np.ndarray, output_gradient: np.ndarray) -> np.ndarray:
    """Carry a gradient back through ReLU: it passes where the output is positive."""
    return output_gradient * (outputs > 0)


def tanh_gradient(outputs: np.ndarray, output_gradient: np.ndarray) -> np.ndarray:
    """Carry a gradient back through tanh: ``output_gradient * (1 - t ** 2)``."""
    return output_gradient * (1 - outputs * outputs)


def softmax_gradient(outputs: np.ndarray, output_gradient: np.ndarray) -> np.ndarray:
    """Carry a gradient back through softmax: its Jacobian is ``diag(p) - p p^T`` for each row."""
    mean = (outputs * output_gradient).sum(axis=1, keepdims=True)
    return outputs * (output_gradient - mean)


@dataclass(frozen=True)
class Activation:
    """A function and the rule that carries a gradient back through it.

    Attributes
    ----------
    name : str
        As in `ACTIVATIONS`, the command line and model files.
    function : callable
        ``function(inputs)`` -> outputs, of the same shape (batch, n) and dtype.
    gradient : callable
        ``gradient(outputs, output_gradient)`` -> gradient of the loss with respect to the inputs,
        all of shape (batch, n).
    formula : str
        LaTeX of the function.
    """

    name: str
    function: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray, np.ndarray], np.ndarray]
    formula: str


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", sigmoid, sigmoid_gradient, r"\sigma(x) = \frac{1}{1 + e^{-x}}"),
        Activation("relu", relu, relu_gradient, r"\max(0, x)"),
        Activation("tanh", tanh, tanh_gradient, r"\tanh(x)"),
        Activation("softmax", softmax, softmax_gradient, r"\frac{e^{x_i}}{\sum_j e^{x_j}}"),
    )
}
