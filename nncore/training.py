"""Training: epochs of mini-batches as a generator of progress records.

Whoever iterates decides what to show, what to save and when to stop.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nncore.augmentation import Augmentation
from nncore.evaluation import accuracy
from nncore.first_layer import FirstLayerBlock
from nncore.layers import DenseLayer
from nncore.mnist import one_hot
from nncore.network import SequentialNetwork, as_inputs, build_network
from nncore.optimizers import OPTIMIZERS, SGD, Optimizer
from nncore.recipe import Recipe
from nncore.schedules import SCHEDULES

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
    elapsed_s : float
        Seconds of training so far over the life of the model, evaluation not counted.
    validation_accuracy, test_accuracy : float or None
        Share of right answers on images that are not trained on; None without any.
    """

    epoch: int
    loss: float
    train_accuracy: float
    elapsed_s: float
    validation_accuracy: float | None = None
    test_accuracy: float | None = None


class DivergedError(ArithmeticError):
    """The loss is no longer a finite number; the network is of no further use."""


class Trainer:
    """A network with everything that its training needs to go on exactly where it stopped.

    Parameters
    ----------
    network : SequentialNetwork
        Changed in place. Its outputs are the classes 0 to ``n_outputs - 1``.
    recipe : Recipe
        How to train. What it says of making the network and the optimiser has been done already.
    optimizer : Optimizer
        Its learning rate is set before every step, see `learning_rate`.
    generator : numpy.random.Generator
        Shuffles and deforms the samples of every epoch.
    history : sequence of EpochResult
        The epochs that the network has behind it.

    Attributes
    ----------
    learning_rate : float
        What the recipe's schedule starts from; may be changed between two records.
    """

    def __init__(
        self,
        network: SequentialNetwork,
        recipe: Recipe,
        optimizer: Optimizer,
        generator: np.random.Generator,
        history: Sequence[EpochResult] = (),
    ):
        self.network = network
        self.recipe = recipe
        self.optimizer = optimizer
        self.generator = generator
        self.history = list(history)
        self.learning_rate = recipe.learning_rate
        self._best: tuple[EpochResult, list[np.ndarray]] | None = None

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
        *,
        test: tuple[np.ndarray, np.ndarray] | None = None,
        report_every_s: float = 0.25,
    ) -> Iterator[Progress | EpochResult]:
        """Train until the recipe's last epoch.

        Parameters
        ----------
        images : ndarray of shape (n, height, width) or (n, n_inputs), uint8 or float
            Bytes 0-255 or floats 0-1. They stay as they are until their mini-batch. The recipe
            says how many of them to use, and how many of those to validate with.
        labels : ndarray of shape (n,), int
            The class of each image.
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
            If images and labels do not fit each other, the network or the recipe.
        DivergedError
            If the loss is not finite any more.
        """
        used = slice(self.recipe.training_images)
        images, labels = images[used], labels[used]
        n_training = len(images) - self.recipe.validation_images
        if len(images) != len(labels) or n_training < 1:
            raise ValueError(
                "images and labels must be equal in number and more than the recipe's "
                f"{self.recipe.validation_images} for validation, "
                f"got {len(images)} and {len(labels)}"
            )
        targets = one_hot(labels, self.network.n_outputs).astype(self.network.dtype, copy=False)
        while self.epochs_done < self.recipe.epochs:
            result = yield from self._epoch(
                images[:n_training], targets[:n_training], report_every_s
            )
            if n_training < len(images):
                validation = accuracy(self.network, images[n_training:], labels[n_training:])
                result = replace(result, validation_accuracy=validation)
            if test is not None:
                result = replace(result, test_accuracy=accuracy(self.network, *test))
            self.history.append(result)
            is_over = self.recipe.patience and self._has_lost_patience()
            yield result
            if is_over:
                break

    def _has_lost_patience(self) -> bool:
        """Remember the best epoch; when it is time to stop, go back to it and return True."""
        latest = self.history[-1]
        if self._best is None or latest.validation_accuracy > self._best[0].validation_accuracy:
            self._best = (latest, [array.copy() for array in self.network.parameters])
        best, parameters = self._best
        waits = latest.epoch - best.epoch < self.recipe.patience
        if waits and latest.epoch < self.recipe.epochs:
            return False
        for array, best_array in zip(self.network.parameters, parameters, strict=True):
            array[...] = best_array
        return True

    def _epoch(
        self, images: np.ndarray, targets: np.ndarray, report_every_s: float
    ) -> Generator[Progress, None, EpochResult]:
        """Run one epoch and return its result."""
        recipe, epoch = self.recipe, self.epochs_done + 1
        order = self.generator.permutation(len(images))
        block_size = recipe.batch_size * max(1, round(_BLOCK / recipe.batch_size))
        augmentation = Augmentation(recipe.augmentation)
        elapsed_s = self.elapsed_s
        whole, recent = _Tally(), _Tally()
        reported = time.perf_counter()
        for start in range(0, len(order), block_size):
            began = time.perf_counter()
            progress = (self.epochs_done + start / len(order)) / recipe.epochs
            factor = SCHEDULES[recipe.schedule](progress)
            self.optimizer.learning_rate = self.learning_rate * factor
            samples = order[start : start + block_size]
            block_images, block_targets = images[samples], targets[samples]
            if recipe.augmentation:
                block_images = augmentation.deform(block_images, self.generator)
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                outputs = self._take_steps(block_images, block_targets)
                recent.add(self.network.loss.value(outputs, block_targets), outputs, block_targets)
            elapsed_s += time.perf_counter() - began
            if not np.isfinite(recent.loss):
                raise DivergedError("the loss is no longer finite: lower the learning rate")
            if time.perf_counter() - reported >= report_every_s:
                reported = time.perf_counter()
                fraction = (start + len(samples)) / len(order)
                yield Progress(epoch, fraction, recent.loss, recent.accuracy, elapsed_s)
                whole.merge(recent)
                recent = _Tally()
        whole.merge(recent)
        return EpochResult(epoch, whole.loss, whole.accuracy, elapsed_s)

    def _take_steps(self, images: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Take the steps of some mini-batches; return what the network said before each."""
        network, optimizer, batch_size = self.network, self.optimizer, self.recipe.batch_size
        outputs = np.empty_like(targets)
        batches = [
            slice(start, min(start + batch_size, len(images)))
            for start in range(0, len(images), batch_size)
        ]
        first = network.layers[0]
        is_plain_descent = isinstance(optimizer, SGD) and not optimizer.weight_decay
        if is_plain_descent and isinstance(first, DenseLayer):
            block = FirstLayerBlock(first, images)
            parameters, steps = network.parameters[2:], network.gradients[2:]
            # Scaled so, every gradient is the step itself, without a pass over all weights.
            scale = -optimizer.learning_rate
            for rows in batches:
                outputs[rows] = network.forward(block.forward(rows), first_layer=1)
                block.step(rows, network.backward(targets[rows], first_layer=1, scale=scale))
                for parameter, step in zip(parameters, steps, strict=True):
                    parameter += step
            optimizer.step += len(batches)
            block.finish()
        else:
            inputs = as_inputs(images, network.n_inputs, network.dtype)
            parameters, gradients = network.parameters, network.gradients
            for rows in batches:
                outputs[rows] = network.forward(inputs[rows])
                network.backward(targets[rows])
                optimizer.update(parameters, gradients)
        return outputs


def new_trainer(recipe: Recipe) -> Trainer:
    """Return an untrained network made by a recipe, ready to train."""
    generator = np.random.default_rng(recipe.seed)
    network = build_network(
        recipe.layers,
        activation=recipe.activation,
        output=recipe.output,
        loss=recipe.loss,
        initialisation=recipe.initialisation,
        dropout=recipe.dropout,
        generator=generator,
    )
    return Trainer(network, recipe, optimizer_for(recipe), generator)


def optimizer_for(recipe: Recipe) -> Optimizer:
    """Return a recipe's optimiser before its first step."""
    return OPTIMIZERS[recipe.optimizer](recipe.learning_rate, recipe.weight_decay)


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
