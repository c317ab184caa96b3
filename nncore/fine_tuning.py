"""Fine-tuning: a trained network gets used to one hand, and does not forget all the others.

Half of each mini-batch are the few digits of that hand, deformed anew each time; for the other
half, images of MNIST, the network is held to what it said before.
"""

import copy
import time
from collections.abc import Generator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nncore.augmentation import Augmentation
from nncore.evaluation import accuracy, evaluate
from nncore.handwriting_set import stratified_folds
from nncore.mnist import IMAGE_SHAPE, N_CLASSES, Mnist, one_hot
from nncore.network import SequentialNetwork, as_inputs
from nncore.optimizers import SGD

# Fewer tell nothing about a hand, and each fold needs some to learn from.
MIN_DIGITS = 10

# Of the training images, the last ones, which no step sees: on them it is measured what the network
# forgets. They are the 5,000 that the shipped model was not trained on either.
_GUARD_SHARE = 1 / 12
# Of the way to the tuned parameters, from all of it to none.
_SHARES = (1.0, 0.7, 0.5, 0.35, 0.2, 0.1, 0.0)
_REPORT_EVERY = 10


@dataclass(frozen=True)
class FineTuning:
    """How to fine-tune.

    Attributes
    ----------
    n_steps : int
        Mini-batches; so many for each fold, and for the final network.
    batch_size : int
        Images of a mini-batch, half of them of the hand.
    learning_rate : float
        Of the first step; falls to 0 in a straight line.
    max_forgotten : float
        Share of right answers on other hands that may be lost, in 0-1.
    n_folds : int
        Parts of the set, each of which is held back once.
    seed : int
        Of the folds, the mini-batches and the deformations.

    Raises
    ------
    ValueError
        If a number is out of range.
    """

    n_steps: int = 80
    batch_size: int = 50
    learning_rate: float = 0.02
    max_forgotten: float = 0.0
    n_folds: int = 3
    seed: int = 0

    def __post_init__(self):
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            # A comparison with NaN is false, so NaN is refused too.
            if not isinstance(value, type(low) | int) or not low <= value <= high:
                raise ValueError(f"{name} must be from {low:g} to {high:g}, got {value!r}")


_RANGES = {
    "n_steps": (1, 10_000),
    "batch_size": (2, 1000),
    "learning_rate": (1e-6, 10.0),
    "max_forgotten": (0.0, 1.0),
    "n_folds": (2, MIN_DIGITS),
    "seed": (0, 2**32 - 1),
}


@dataclass(frozen=True, eq=False)
class FineTuningResult:
    """What fine-tuning has changed.

    Attributes
    ----------
    labels : ndarray of shape (n,), int
        The digits of the hand.
    before, after : ndarray of shape (n,), int
        What the network read in each of them. After: by a network that was tuned without it, by
        cross-validation. The final network, which has learnt from all of them, is none of these.
    mnist_before, mnist_after : float
        Share of MNIST's test images that the network, and the final network, read right, in 0-1.
    elapsed_s : float
        Seconds that all of it took.
    """

    labels: np.ndarray
    before: np.ndarray
    after: np.ndarray
    mnist_before: float
    mnist_after: float
    elapsed_s: float

    def as_record(self) -> dict[str, Any]:
        """Return the result as values that JSON has."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "FineTuningResult":
        """Return the result that `as_record` has made a record of."""
        return cls(**{k: np.array(v) if isinstance(v, list) else v for k, v in record.items()})


def fine_tune(
    network: SequentialNetwork,
    images: np.ndarray,
    labels: np.ndarray,
    mnist: Mnist,
    settings: FineTuning | None = None,
) -> Generator[float, None, FineTuningResult]:
    """Fine-tune a network on the digits of one hand.

    Parameters
    ----------
    network : SequentialNetwork
        For images like MNIST's. Changed in place, after the folds.
    images : ndarray of shape (n, 28, 28), uint8
        At least `MIN_DIGITS`.
    labels : ndarray of shape (n,), int
        What they were meant to be.
    mnist : Mnist
        What the network must not forget. Half of a mini-batch comes from its training images but
        for the last twelfth, on which it is measured how much is forgotten.
    settings : FineTuning, optional

    Yields
    ------
    float
        Share of the work that is done, in 0-1.

    Returns
    -------
    FineTuningResult

    Raises
    ------
    ValueError
        If there are too few images, they differ from the labels in number, or the network is not
        for such images and ten digits.

    Notes
    -----
    A few dozen digits are too few to hold some back for good: 9 right of 10 held back could be
    anything from 60 % to 98 %. With cross-validation each digit is read once by a network that has
    not seen it, so that all of them count; the final network learns from all.

    Two things keep it from forgetting. For the images of MNIST the targets are its own outputs of
    before [1]_, whose gradient is 0 as long as it answers as it did: labels would push it around
    without need. And where it has forgotten more than the settings allow, its parameters go back a
    part of the straight way they came [2]_.

    References
    ----------
    .. [1] Z. Li and D. Hoiem, "Learning without Forgetting", ECCV, 2016.
       doi:10.1007/978-3-319-46493-0_37
    .. [2] M. Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR, 2022,
       arXiv:2109.01903.
    """
    settings = settings or FineTuning()
    if len(images) != len(labels) or len(images) < MIN_DIGITS:
        raise ValueError(
            f"images and labels must be equal in number and at least {MIN_DIGITS}, "
            f"got {len(images)} and {len(labels)}"
        )
    if (network.n_inputs, network.n_outputs) != (np.prod(IMAGE_SHAPE), N_CLASSES):
        raise ValueError(
            f"network must take {np.prod(IMAGE_SHAPE)} pixels and tell {N_CLASSES} digits apart, "
            f"got {network.n_inputs} and {network.n_outputs}"
        )
    start = time.perf_counter()
    teacher = _Teacher(network, mnist)
    before, after = network.predict(images).argmax(axis=1), np.empty(len(labels), dtype=np.intp)
    folds = stratified_folds(labels, settings.n_folds, settings.seed)
    n_networks = settings.n_folds + 1
    for fold, is_held_back in enumerate(folds):
        student = copy.deepcopy(teacher.network)
        learns = ~is_held_back
        for share in _tune(student, teacher, images[learns], labels[learns], settings):
            yield (fold + share) / n_networks
        after[is_held_back] = student.predict(images[is_held_back]).argmax(axis=1)
    for share in _tune(network, teacher, images, labels, settings):
        yield (settings.n_folds + share) / n_networks
    mnist_before, mnist_after = (
        evaluate(reader, mnist.test_images, mnist.test_labels).accuracy
        for reader in (teacher.network, network)
    )
    elapsed_s = time.perf_counter() - start
    return FineTuningResult(labels, before, after, mnist_before, mnist_after, elapsed_s)


class _Teacher:
    """A network as it was, and how much of what it knew another one still knows."""

    def __init__(self, network: SequentialNetwork, mnist: Mnist):
        n_guards = max(1, round(_GUARD_SHARE * len(mnist.train_images)))
        self.network = copy.deepcopy(network)
        self.images = mnist.train_images[:-n_guards]
        self._guards = mnist.train_images[-n_guards:], mnist.train_labels[-n_guards:]
        self._accuracy = accuracy(self.network, *self._guards)

    def bring_back(self, student: SequentialNetwork, max_forgotten: float) -> None:
        """Take a student back towards its teacher, as far as it must to know what that knew."""
        tuned = [parameter.copy() for parameter in student.parameters]
        for share in _SHARES:
            for parameter, there, here in zip(
                student.parameters, tuned, self.network.parameters, strict=True
            ):
                # At 0 without the product, which is not finite where a tuning has diverged.
                parameter[...] = here + share * (there - here) if share else here
            if accuracy(student, *self._guards) >= self._accuracy - max_forgotten:
                return


def _tune(
    student: SequentialNetwork,
    teacher: _Teacher,
    images: np.ndarray,
    labels: np.ndarray,
    settings: FineTuning,
) -> Generator[float, None, None]:
    """Tune a copy of the teacher in place, and yield the share of its steps that is taken."""
    generator = np.random.default_rng(settings.seed)
    augmentation = Augmentation()
    optimizer = SGD(settings.learning_rate)
    targets = one_hot(labels, N_CLASSES).astype(student.dtype, copy=False)
    n_own = settings.batch_size // 2
    n_others = settings.batch_size - n_own
    for step in range(settings.n_steps):
        own = generator.integers(len(images), size=n_own)
        others = generator.integers(len(teacher.images), size=n_others)
        batch = augmentation.deform(
            np.concatenate([images[own], teacher.images[others]]), generator
        )
        inputs = as_inputs(batch, student.n_inputs, student.dtype)
        outputs = np.concatenate([targets[own], teacher.network.predict(inputs[n_own:])])
        optimizer.learning_rate = settings.learning_rate * (1 - step / settings.n_steps)
        optimizer.update(student.parameters, student.loss_and_gradients(inputs, outputs)[1])
        if (step + 1) % _REPORT_EVERY == 0:
            yield (step + 1) / settings.n_steps
    teacher.bring_back(student, settings.max_forgotten)
