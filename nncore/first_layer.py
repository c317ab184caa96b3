"""Gradient descent on the first layer, a block of mini-batches at a time and on two cores.

Same steps, less than half the time: the first layer holds most of the weights, and its inputs, the
pixels, are known in advance.
"""

from concurrent.futures import Executor

import numpy as np

from nncore.layers import DenseLayer
from nncore.network import as_inputs


class FirstLayerDescent:
    """The first dense layer during plain gradient descent on blocks of a few mini-batches.

    While a block takes its steps, a helper computes for the next one: `prepare` the first block;
    then, for each, `begin`, and `forward` and `step` for all of its mini-batches.

    Parameters
    ----------
    layer : DenseLayer
        Its weights and bias lag up to two blocks behind until `settle`.
    batch_size : int
        Samples of a mini-batch.
    helper : concurrent.futures.Executor
        Of a single thread, so that its tasks are done in order.

    Notes
    -----
    Step ``j`` subtracts ``rate * X_j^T D_j`` from the weights, where ``X_j`` are the inputs of its
    mini-batch and ``D_j`` the gradient for the layer's outputs. With weights ``W`` in which the
    steps of some mini-batches are still missing, the outputs of mini-batch ``k`` are

        X_k W_k = X_k W - sum over the missing j of (X_k X_j^T) rate D_j

    ``X W`` and the overlaps ``X X^T`` of a whole block are large matrix products that can begin
    before the steps of the block before, and so is the change of the weights afterwards; what is
    left for each step is small. This is algebra, not an approximation: the weights differ from
    those of one update per step by rounding alone, and do not depend on which thread was faster.
    The bias is the weight of an input that is always 1, which adds 1 to every overlap.
    """

    def __init__(self, layer: DenseLayer, batch_size: int, helper: Executor):
        self._layer = layer
        self._batch_size = batch_size
        self._helper = helper
        self._tasks = []
        # The block that takes its steps, and its neighbours.
        self._past: _Block | None = None
        self._block: _Block | None = None
        self._next: _Block | None = None

    def prepare(self, images: np.ndarray) -> None:
        """Give the samples of the next block, in the order of the steps.

        Parameters
        ----------
        images : ndarray of shape (n_samples, n_inputs) or (n_samples, height, width)
            Bytes 0-255 as uint8 or floats 0-1.
        """
        self._finish_tasks()
        block = self._block
        is_lagging = block is not None and not block.is_carried_over
        self._next = _Block(self._layer, images, before=block if is_lagging else None)
        self._tasks = [
            (task, self._helper.submit(task))
            for task in (self._next.load, self._project, self._compare)
        ]

    def begin(self, following: np.ndarray | None = None) -> None:
        """Turn to the block that was prepared, and prepare the one that follows it, if any.

        All steps of the block before must have been taken.
        """
        self._finish_tasks()
        self._past, self._block, self._next = self._block, self._next, None
        if following is not None:
            self.prepare(following)
        if self._block.before is not None:
            self._block.outputs += self._block.overlaps_before @ self._block.before.steps
            self._block.before = None

    def forward(self, rows: slice) -> np.ndarray:
        """Return the layer's outputs for the mini-batch ``rows``, all steps before it taken.

        Returns
        -------
        ndarray of shape (batch, n_outputs)
        """
        block, before = self._block, slice(0, rows.start)
        outputs = block.outputs[rows]
        if rows.start:
            outputs += block.overlaps[rows, before] @ block.steps[before]
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
        self._block.steps[rows] = output_step

    def settle(self) -> None:
        """Bring all steps into the layer, after the last one of a block."""
        self._finish_tasks()
        self._carry_over(self._past)
        self._carry_over(self._block)

    @np.errstate(over="ignore", invalid="ignore")
    def _project(self) -> None:
        """Compute the next block's outputs, but for the steps of the block before it."""
        self._carry_over(self._past)
        block = self._next
        block.outputs = block.inputs @ self._layer.weights[block.active]
        block.outputs += self._layer.bias
        block.steps = np.empty_like(block.outputs)

    def _compare(self) -> None:
        """Compute the next block's overlaps with the samples whose steps its outputs miss."""
        block, before = self._next, self._next.before
        if len(block.inputs) > self._batch_size:
            block.overlaps = block.inputs @ block.inputs.T + 1
        if before is not None:
            block.overlaps_before = block.pixels(before.active) @ before.inputs.T + 1

    def _carry_over(self, block: "_Block | None") -> None:
        """Bring a block's steps into the weights, unless they are there."""
        if block is not None and not block.is_carried_over:
            self._layer.weights[block.active] += block.inputs.T @ block.steps
            self._layer.bias += block.steps.sum(axis=0)
            block.is_carried_over = True

    def _finish_tasks(self) -> None:
        """Have the next block ready; what the helper has not begun is done here meanwhile."""
        # From the last task back, so that the helper begins none whose predecessor is left here.
        left = [task for task, future in reversed(self._tasks) if future.cancel()]
        begun = [future for _, future in self._tasks if not future.cancelled()]
        if begun:
            begun[0].result()
        for task in reversed(left):
            task()
        for future in begun:
            future.result()
        self._tasks = []


class _Block:
    """Some samples, and what becomes of them in the layer.

    Attributes
    ----------
    active : ndarray of shape (n_active,)
        The pixels that are not 0 in the whole block: the others neither matter nor learn.
    inputs : ndarray of shape (n_samples, n_active)
    outputs, steps : ndarray of shape (n_samples, n_outputs)
    overlaps : ndarray of shape (n_samples, n_samples)
        Inner products of the inputs, plus 1; only where there are several mini-batches.
    before : _Block or None
        The block before, if its steps are missing in the weights that the outputs begin with.
    overlaps_before : ndarray of shape (n_samples, n_samples_before)
        The overlaps with that block.
    """

    active: np.ndarray
    inputs: np.ndarray
    outputs: np.ndarray
    steps: np.ndarray
    overlaps: np.ndarray
    overlaps_before: np.ndarray
    is_carried_over = False

    def __init__(self, layer: DenseLayer, images: np.ndarray, before: "_Block | None"):
        self.before = before
        self._images = images.reshape(len(images), layer.n_inputs)
        self._dtype = layer.weights.dtype

    def load(self) -> None:
        """Find the active pixels and make inputs of them."""
        self.active = np.flatnonzero(self._images.any(axis=0))
        self.inputs = self.pixels(self.active)

    def pixels(self, which: np.ndarray) -> np.ndarray:
        """Return the pixels with these indices as inputs, (n_samples, n_pixels)."""
        return as_inputs(self._images[:, which], len(which), self._dtype)
