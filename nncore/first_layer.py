"""Gradient descent on the first layer, a block of mini-batches at a time.

Same steps, half the time: the first layer holds most of the weights, and its inputs, the pixels,
are known in advance.
"""

import numpy as np

from nncore.layers import DenseLayer
from nncore.network import as_inputs


class FirstLayerBlock:
    """The first dense layer during the steps of plain gradient descent on one block of samples.

    Parameters
    ----------
    layer : DenseLayer
        Its weights and bias are changed by `finish`, and only then.
    images : ndarray of shape (n_samples, n_inputs) or (n_samples, height, width), uint8 or float
        The samples of the block, in the order of the steps: a few mini-batches.

    Notes
    -----
    Step ``j`` subtracts ``rate * X_j^T D_j`` from the weights, where ``X_j`` are the inputs of its
    mini-batch and ``D_j`` the gradient for the layer's outputs. The outputs of step ``k`` are then

        X_k W_k = X_k W_0 - sum over j < k of (X_k X_j^T) rate D_j

    Both ``X W_0`` and the overlaps ``X X^T`` are one large matrix product for the whole block, and
    so is the change of the weights at its end; what is left for each step is small. This is
    algebra, not an approximation: the weights differ from those of one update per step by rounding
    alone. The bias is the weight of an input that is always 1, which adds 1 to every overlap.
    """

    def __init__(self, layer: DenseLayer, images: np.ndarray):
        images = images.reshape(len(images), layer.n_inputs)
        # A pixel that is 0 in the whole block neither matters nor makes its weights change.
        self._active = np.flatnonzero(images.any(axis=0))
        dtype = layer.weights.dtype
        self._inputs = as_inputs(images[:, self._active], len(self._active), dtype)
        self._layer = layer
        self._weights = layer.weights[self._active]
        self._outputs = self._inputs @ self._weights
        self._outputs += layer.bias
        self._overlaps = self._inputs @ self._inputs.T
        self._overlaps += 1
        self._steps = np.zeros_like(self._outputs)

    def forward(self, rows: slice) -> np.ndarray:
        """Return the layer's outputs for the mini-batch ``rows``, all steps before it taken.

        Returns
        -------
        ndarray of shape (batch, n_outputs)
        """
        outputs = self._outputs[rows]
        if rows.start:
            outputs += self._overlaps[rows, : rows.start] @ self._steps[: rows.start]
        return outputs

    def step(self, rows: slice, output_step: np.ndarray) -> None:
        """Take the step of the mini-batch ``rows``.

        Parameters
        ----------
        rows : slice
            Of the block.
        output_step : ndarray of shape (batch, n_outputs)
            Minus the learning rate times the gradient of the loss for the layer's outputs.
        """
        self._steps[rows] = output_step

    def finish(self) -> None:
        """Carry the steps of the block over into the layer."""
        self._weights += self._inputs.T @ self._steps
        self._layer.weights[self._active] = self._weights
        self._layer.bias += self._steps.sum(axis=0)
