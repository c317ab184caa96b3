"""Training: epochs of mini-batches as a generator of progress records.

Whoever iterates decides what to show, what to save and when to stop.
"""

import contextlib
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nncore import bugs
from nncore.augmentation import Augmentation
from nncore.drawing import IMAGE_SIZE
from nncore.evaluation import accuracy
from nncore.mnist import one_hot
from nncore.network import SequentialNetwork, build_network
from nncore.optimizers import OPTIMIZERS, Optimizer
from nncore.pen_digits import draw_pen_digits
from nncore.recipe import Recipe
from nncore.schedules import SCHEDULES
from nncore.steps import steps_for

# Samples of a block, at most, unless a mini-batch has more. Fewer make smaller matrix products and
# more waiting between two threads; more make the corrections inside `FirstLayerDescent` grow, and
# more of their pixels are active. Mini-batches of few samples keep the thread that steps busy,
# which leaves the other one time for larger blocks.
_BLOCK = 120
_BLOCK_OF_SMALL_BATCHES = 160
_SMALL_BATCH = 16


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
        Its learning rate is set before every block of mini-batches, see `learning_rate`.
    generator : numpy.random.Generator
        Shuffles and deforms the samples of every epoch.
    history : sequence of EpochResult
        The epochs that the network has behind it.

    Attributes
    ----------
    learning_rate : float
        What the recipe's schedule starts from; may be changed between two records.
    is_stepping : bool
        Whether there is a record after every mini-batch; may be changed between two records.
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
        self.is_stepping = False
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
        labels = bugs.read_labels(self.recipe.bug, labels, self.network.n_outputs)
        n_training = len(images) - self.recipe.validation_images
        if len(images) != len(labels) or n_training < 1:
            raise ValueError(
                "images and labels must be equal in number and more than the recipe's "
                f"{self.recipe.validation_images} for validation, "
                f"got {len(images)} and {len(labels)}"
            )
        training = self._with_pen_digits(images[:n_training], labels[:n_training])
        while self.epochs_done < self.recipe.epochs:
            result = yield from self._epoch(*training, report_every_s)
            if n_training < len(images):
                validation = self._accuracy(images[n_training:], labels[n_training:])
                result = replace(result, validation_accuracy=validation)
            if test is not None:
                result = replace(result, test_accuracy=self._accuracy(*test))
            self.history.append(result)
            is_over = self.recipe.patience and self._has_lost_patience()
            yield result
            if is_over:
                break

    def _with_pen_digits(
        self, images: np.ndarray, labels: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Add the digits that the recipe has drawn; a training that goes on has the same ones."""
        if not self.recipe.pen_digits:
            return images, labels
        if images[0].shape != (IMAGE_SIZE, IMAGE_SIZE) or images.dtype != np.uint8:
            raise ValueError(
                "pen digits need images of (n, 28, 28) uint8, "
                f"got {images.shape} {images.dtype.name}"
            )
        generator = np.random.default_rng(self.recipe.seed)
        drawn, digits = draw_pen_digits(self.recipe.pen_digits, generator)
        return np.concatenate([images, drawn]), np.concatenate([labels, digits])

    def _accuracy(self, images: np.ndarray, labels: np.ndarray) -> float:
        """Return the share of right answers on images that the training reads like its own."""
        return accuracy(self.network, bugs.read_pixels(self.recipe.bug, images), labels)

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
        self, images: np.ndarray, labels: np.ndarray, report_every_s: float
    ) -> Generator[Progress, None, EpochResult]:
        """Run one epoch and return its result."""
        order = self.generator.permutation(len(images))
        order = bugs.sample_order(self.recipe.bug, order, labels)
        labels = labels[order]
        targets = one_hot(labels, self.network.n_outputs).astype(self.network.dtype, copy=False)
        outputs = np.empty_like(targets)

        @np.errstate(over="ignore", invalid="ignore")
        def loss_and_accuracy(rows: slice) -> tuple[float, float]:
            loss = self.network.loss.value(outputs[rows], targets[rows])
            right = outputs[rows].argmax(axis=1) == labels[rows]
            return loss, float(right.mean())

        began, elapsed_s, reported = time.perf_counter(), self.elapsed_s, 0
        with contextlib.closing(
            steps_for(self.network, self.optimizer, self.recipe.batch_size)
        ) as steps:
            block, following = slice(0, 0), self._block_after(0, len(order))
            steps.prepare(self._block_images(images, order[following]))
            while following is not None:
                block, following = following, self._block_after(following.stop, len(order))
                next_images = None
                if following is not None:
                    next_images = self._block_images(images, order[following])
                self._follow_schedule(block.start / len(order))
                steps.take(targets[block], outputs[block], next_images)
                is_due = time.perf_counter() - began >= report_every_s or self.is_stepping
                if following is not None and not is_due:
                    continue
                steps.settle()
                loss, share_right = loss_and_accuracy(slice(reported, block.stop))
                if not np.isfinite(loss):
                    raise DivergedError("the loss is no longer finite: lower the learning rate")
                elapsed_s += time.perf_counter() - began
                if is_due:
                    fraction = block.stop / len(order)
                    yield Progress(self.epochs_done + 1, fraction, loss, share_right, elapsed_s)
                began, reported = time.perf_counter(), block.stop
                if following != self._block_after(block.stop, len(order)):
                    # The pace has been changed meanwhile.
                    following = self._block_after(block.stop, len(order))
                    steps.prepare(self._block_images(images, order[following]))
        loss, share_right = loss_and_accuracy(slice(None))
        return EpochResult(self.epochs_done + 1, loss, share_right, elapsed_s)

    def _block_after(self, start: int, n_samples: int) -> slice | None:
        """Return the rows of the block that begins at ``start``, or None at the end."""
        batch_size = self.recipe.batch_size
        n_samples_wanted = _BLOCK_OF_SMALL_BATCHES if batch_size <= _SMALL_BATCH else _BLOCK
        n_batches = 1 if self.is_stepping else max(1, n_samples_wanted // batch_size)
        end = min(start + n_batches * batch_size, n_samples)
        return slice(start, end) if start < end else None

    def _block_images(self, images: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """Return the images of a block, deformed if the recipe says so."""
        block_images = images[samples]
        if self.recipe.augmentation:
            augmentation = Augmentation(self.recipe.augmentation)
            block_images = augmentation.deform(block_images, self.generator)
        return bugs.read_pixels(self.recipe.bug, block_images)

    def _follow_schedule(self, epoch_fraction: float) -> None:
        """Set the optimiser's learning rate for a point in the running epoch."""
        progress = (self.epochs_done + epoch_fraction) / self.recipe.epochs
        factor = SCHEDULES[self.recipe.schedule](progress)
        sign = bugs.step_sign(self.recipe.bug)
        self.optimizer.learning_rate = sign * self.learning_rate * factor


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
    bugs.start(recipe.bug, network.parameters)
    return Trainer(network, recipe, optimizer_for(recipe), generator)


def optimizer_for(recipe: Recipe) -> Optimizer:
    """Return a recipe's optimiser before its first step."""
    return OPTIMIZERS[recipe.optimizer](recipe.learning_rate, recipe.weight_decay)
