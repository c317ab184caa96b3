"""Training: epochs of mini-batches as a generator of progress records.

Whoever iterates decides what to show, what to save and when to stop.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nncore.evaluation import accuracy
from nncore.first_layer import FirstLayerBlock
from nncore.layers import DenseLayer
from nncore.mnist import one_hot
from nncore.network import SequentialNetwork, as_inputs
from nncore.optimizers import SGD, Optimizer

# Samples gathered at a time. Smaller blocks make smaller matrix products; larger ones make the
# corrections inside `FirstLayerBlock` grow, and more of their pixels are active.
_BLOCK = 160


@dataclass(frozen=True)
class Progress:
    """Where training stands in the middle of an epoch.

    Attributes
    ----------
    epoch : int
        The running epoch, counted from 1 over the life of the model.
    fraction : float
        Share of the epoch's samples that have been used, in 0-1.
    loss, accuracy : float
        Mean over the samples since the last record.
    elapsed_s : float
        Seconds of training so far over the life of the model, evaluation not counted.
    """

    epoch: int
    fraction: float
    loss: float
    accuracy: float
    elapsed_s: float


@dataclass(frozen=True)
class EpochResult:
    """What an epoch has reached.

    Attributes
    ----------
    epoch : int
        Counted from 1 over the life of the model.
    loss, train_accuracy : float
        Mean over the epoch's own mini-batches, each taken before its step.
    test_accuracy : float or None
        Share of right answers on the test images; None without any.
    elapsed_s : float
        Seconds of training so far over the life of the model, evaluation not counted.
    """

    epoch: int
    loss: float
    train_accuracy: float
    test_accuracy: float | None
    elapsed_s: float


class DivergedError(ArithmeticError):
    """The loss is no longer a finite number; the network is of no further use."""


class Trainer:
    """A network with everything that its training needs to go on exactly where it stopped.

    Parameters
    ----------
    network : SequentialNetwork
        Changed in place. Its outputs are the classes 0 to ``n_outputs - 1``.
    optimizer : Optimizer
    batch_size : int
        Samples per step, at least 1; the last mini-batch of an epoch may be shorter.
    generator : numpy.random.Generator
        Shuffles the samples of every epoch.
    history : sequence of EpochResult
        The epochs that the network has behind it.

    Raises
    ------
    ValueError
        If ``batch_size`` is less than 1.
    """

    def __init__(
        self,
        network: SequentialNetwork,
        optimizer: Optimizer,
        *,
        batch_size: int,
        generator: np.random.Generator,
        history: Sequence[EpochResult] = (),
    ):
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        self.network = network
        self.optimizer = optimizer
        self.batch_size = batch_size
        self.generator = generator
        self.history = list(history)

    @property
    def epochs_done(self) -> int:
        """Finished epochs over the life of the model."""
        return self.history[-1].epoch if self.history else 0

    @property
    def elapsed_s(self) -> float:
        """Seconds of training in finished epochs, evaluation not counted."""
        return self.history[-1].elapsed_s if self.history else 0.0

    def train(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        epochs: int,
        *,
        test: tuple[np.ndarray, np.ndarray] | None = None,
        report_every_s: float = 0.25,
    ) -> Iterator[Progress | EpochResult]:
        """Train for some epochs.

        Parameters
        ----------
        images : ndarray of shape (n, height, width) or (n, n_inputs), uint8 or float
            Bytes 0-255 or floats 0-1. They stay as they are until their mini-batch.
        labels : ndarray of shape (n,), int
            The class of each image.
        epochs : int
            How many more, at least 1.
        test : (images, labels), optional
            Evaluated after every epoch.
        report_every_s : float
            Least time between two `Progress` records, in seconds.

        Yields
        ------
        Progress or EpochResult
            `Progress` inside an epoch, `EpochResult` at its end. Between two records the network
            is whole: a caller may predict with it, change the learning rate, or stop iterating.

        Raises
        ------
        ValueError
            If images and labels do not fit the network, or ``epochs`` is less than 1.
        DivergedError
            If the loss is not finite any more.
        """
        if epochs < 1:
            raise ValueError(f"epochs must be at least 1, got {epochs}")
        if len(images) != len(labels) or len(images) == 0:
            raise ValueError(
                f"images and labels must be equal in number and not empty, "
                f"got {len(images)} and {len(labels)}"
            )
        targets = one_hot(labels, self.network.n_outputs).astype(self.network.dtype, copy=False)
        for _ in range(epochs):
            yield from self._epoch(images, targets, report_every_s)
            if test is not None:
                test_accuracy = accuracy(self.network, *test)
                self.history[-1] = replace(self.history[-1], test_accuracy=test_accuracy)
            yield self.history[-1]

    def _epoch(
        self, images: np.ndarray, targets: np.ndarray, report_every_s: float
    ) -> Iterator[Progress]:
        """Run one epoch and append its result, without test accuracy, to the history."""
        order = self.generator.permutation(len(images))
        block_size = self.batch_size * max(1, round(_BLOCK / self.batch_size))
        elapsed_s = self.elapsed_s
        whole, recent = _Tally(), _Tally()
        reported = time.perf_counter()
        for start in range(0, len(order), block_size):
            began = time.perf_counter()
            samples = order[start : start + block_size]
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                block_targets = targets[samples]
                outputs = self._train_block(images[samples], block_targets)
                recent.add(self.network.loss.value(outputs, block_targets), outputs, block_targets)
            elapsed_s += time.perf_counter() - began
            if not np.isfinite(recent.loss):
                raise DivergedError("the loss is no longer finite: lower the learning rate")
            if time.perf_counter() - reported >= report_every_s:
                reported = time.perf_counter()
                fraction = (start + len(samples)) / len(order)
                yield Progress(
                    self.epochs_done + 1, fraction, recent.loss, recent.accuracy, elapsed_s
                )
                whole.merge(recent)
                recent = _Tally()
        whole.merge(recent)
        self.history.append(
            EpochResult(self.epochs_done + 1, whole.loss, whole.accuracy, None, elapsed_s)
        )

    def _train_block(self, images: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Take the steps of some mini-batches; return what the network said before each."""
        network, optimizer = self.network, self.optimizer
        outputs = np.empty_like(targets)
        batches = [
            slice(start, min(start + self.batch_size, len(images)))
            for start in range(0, len(images), self.batch_size)
        ]
        first = network.layers[0]
        if isinstance(optimizer, SGD) and isinstance(first, DenseLayer):
            block = FirstLayerBlock(first, images)
            parameters, gradients = network.parameters[2:], network.gradients[2:]
            for rows in batches:
                outputs[rows] = network.forward(block.forward(rows), first_layer=1)
                gradient = network.backward(targets[rows], first_layer=1)
                optimizer.update(parameters, gradients)
                block.step(rows, gradient, optimizer.learning_rate)
            block.finish()
        else:
            inputs = as_inputs(images, network.n_inputs, network.dtype)
            parameters, gradients = network.parameters, network.gradients
            for rows in batches:
                outputs[rows] = network.forward(inputs[rows])
                network.backward(targets[rows])
                optimizer.update(parameters, gradients)
        return outputs


class _Tally:
    """Running means of loss and accuracy over samples."""

    def __init__(self):
        self._n, self._loss, self._right = 0, 0.0, 0

    @property
    def loss(self) -> float:
        return self._loss / self._n

    @property
    def accuracy(self) -> float:
        return self._right / self._n

    def add(self, mean_loss: float, outputs: np.ndarray, targets: np.ndarray) -> None:
        """Count some more samples."""
        self._n += len(outputs)
        self._loss += mean_loss * len(outputs)
        self._right += int((outputs.argmax(axis=1) == targets.argmax(axis=1)).sum())

    def merge(self, other: "_Tally") -> None:
        """Count the samples of another tally too."""
        self._n += other._n
        self._loss += other._loss
        self._right += other._right
