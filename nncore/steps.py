"""Steps of an optimiser, a block of mini-batches at a time."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from nncore.first_layer import FirstLayerDescent
from nncore.layers import DenseLayer
from nncore.network import SequentialNetwork, as_inputs
from nncore.optimizers import SGD, Optimizer

# A step that diverges is noticed by its loss, which is not finite.
_may_diverge = np.errstate(over="ignore", invalid="ignore", divide="ignore")


class BlockSteps:
    """One update of all parameters after another, with any optimiser.

    Give `prepare` the images of the first block; then `take` the steps of one block after another.

    Parameters
    ----------
    network : SequentialNetwork
        Whole only before the first step and after `settle`.
    optimizer : Optimizer
    batch_size : int
        Samples of a mini-batch; the last one of a block may have fewer.
    """

    def __init__(self, network: SequentialNetwork, optimizer: Optimizer, batch_size: int):
        self._network = network
        self._optimizer = optimizer
        self._batch_size = batch_size

    def prepare(self, images: np.ndarray) -> None:
        """Give the images of the next block.

        Parameters
        ----------
        images : ndarray of shape (n, height, width) or (n, n_inputs), uint8 or float
        """
        self._images = images

    @_may_diverge
    def take(
        self, targets: np.ndarray, outputs: np.ndarray, following: np.ndarray | None = None
    ) -> None:
        """Take the steps of the block that was prepared.

        Parameters
        ----------
        targets : ndarray of shape (n, n_outputs)
        outputs : ndarray of shape (n, n_outputs)
            Is filled with what the network said of each sample, before the step.
        following : ndarray, optional
            The images of the block after this one, which are `prepare`d meanwhile.
        """
        inputs = as_inputs(self._images, self._network.n_inputs, self._network.dtype)
        if following is not None:
            self.prepare(following)
        parameters, gradients = self._network.parameters, self._network.gradients
        for rows in self._mini_batches(len(targets)):
            outputs[rows] = self._network.forward(inputs[rows])
            self._network.backward(targets[rows])
            self._optimizer.update(parameters, gradients)

    def settle(self) -> None:
        """Make the network whole between two blocks."""

    def close(self) -> None:
        """Give back what the steps needed."""

    def _mini_batches(self, n_samples: int) -> list[slice]:
        """Return the rows of each mini-batch of a block."""
        starts = range(0, n_samples, self._batch_size)
        return [slice(start, min(start + self._batch_size, n_samples)) for start in starts]


class DescentSteps(BlockSteps):
    """The same steps for plain gradient descent, whose first layer can be had for less."""

    def __init__(self, network: SequentialNetwork, optimizer: SGD, batch_size: int):
        super().__init__(network, optimizer, batch_size)
        self._helper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="first-layer")
        self._first = FirstLayerDescent(network.layers[0], batch_size, self._helper)

    def prepare(self, images: np.ndarray) -> None:
        """Give the images of the next block."""
        self._first.prepare(images)

    @_may_diverge
    def take(
        self, targets: np.ndarray, outputs: np.ndarray, following: np.ndarray | None = None
    ) -> None:
        """Take the steps of the block that was prepared."""
        network, first = self._network, self._first
        first.begin(following)
        parameters, steps = network.parameters[2:], network.gradients[2:]
        # Scaled so, every gradient is the step itself, without a pass over all weights.
        scale = -self._optimizer.learning_rate
        batches = self._mini_batches(len(targets))
        for rows in batches:
            outputs[rows] = network.forward(first.forward(rows), first_layer=1)
            first.step(rows, network.backward(targets[rows], first_layer=1, scale=scale))
            for parameter, step in zip(parameters, steps, strict=True):
                parameter += step
        self._optimizer.step += len(batches)

    @_may_diverge
    def settle(self) -> None:
        """Make the network whole between two blocks."""
        self._first.settle()

    def close(self) -> None:
        """End the helper's thread."""
        self._helper.shutdown(cancel_futures=True)


def steps_for(network: SequentialNetwork, optimizer: Optimizer, batch_size: int) -> BlockSteps:
    """Return the fastest way to take an optimiser's steps."""
    is_plain_descent = isinstance(optimizer, SGD) and not optimizer.weight_decay
    if is_plain_descent and isinstance(network.layers[0], DenseLayer):
        return DescentSteps(network, optimizer, batch_size)
    return BlockSteps(network, optimizer, batch_size)
