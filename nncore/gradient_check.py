"""Gradient check: compare what backpropagation computes with the measured slope of the loss."""

import numpy as np

from nncore.network import SequentialNetwork


def central_difference(
    network: SequentialNetwork,
    inputs: np.ndarray,
    targets: np.ndarray,
    parameter: int,
    index: tuple[int, ...],
    step: float = 1e-5,
) -> float:
    """Measure how the loss changes with one number of the network.

    Parameters
    ----------
    network : SequentialNetwork
        In float64; the number is changed and put back.
    inputs : ndarray of shape (batch, n_inputs), float64
    targets : ndarray of shape (batch, n_outputs), float64
    parameter : int
        Which of ``network.parameters``.
    index : tuple of int
        Which number in it.
    step : float
        How far to go to either side.

    Returns
    -------
    float
        ``(loss(w + step) - loss(w - step)) / (2 step)``, right to the order of ``step ** 2``.
    """
    array = network.parameters[parameter]
    value = array[index]
    losses = []
    for moved in (value - step, value + step):
        array[index] = moved
        losses.append(network.loss.value(network.forward(inputs), targets))
    array[index] = value
    return (losses[1] - losses[0]) / (2 * step)


def gradient_error(
    network: SequentialNetwork, inputs: np.ndarray, targets: np.ndarray, step: float = 1e-5
) -> float:
    """Compare backpropagation with central differences for every parameter of a small network.

    Parameters
    ----------
    network : SequentialNetwork
        In float64.
    inputs : ndarray of shape (batch, n_inputs), float64
    targets : ndarray of shape (batch, n_outputs), float64
    step : float
        See `central_difference`.

    Returns
    -------
    float
        The largest ``max |backpropagation - difference| / max |difference|`` of an array of
        parameters: below 1e-6 for a right gradient, near 1 for a wrong one.
    """
    gradients = [gradient.copy() for gradient in network.loss_and_gradients(inputs, targets)[1]]
    errors = []
    for parameter, gradient in enumerate(gradients):
        difference = np.empty_like(gradient)
        for index in np.ndindex(gradient.shape):
            difference[index] = central_difference(network, inputs, targets, parameter, index, step)
        errors.append(np.abs(gradient - difference).max() / np.abs(difference).max())
    return float(max(errors))
