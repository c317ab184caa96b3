"""Training of the network that tells digits from what is none; see `nncore.doubt`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nncore.augmentation import DEFORMATIONS
from nncore.doubt import LEAST_DIGIT_PROBABILITY, digit_probabilities
from nncore.drawing import ink_steps
from nncore.mnist import N_CLASSES, Mnist
from nncore.network import SequentialNetwork
from nncore.non_digits import GROUPS, KINDS, draw_non_digits
from nncore.pen_digits import draw_pen_digits
from nncore.recipe import Recipe
from nncore.training import EpochResult, new_trainer

# A third of the letters, shapes and scribbles, to see what becomes of those never met before.
UNSEEN_KINDS = (
    *(f"letter {name}" for name in "FKRWdfnpux"),
    *("star", "arrow", "heart", "question", "house", "euro", "hatching", "coil"),
)
RECIPE = Recipe(
    layers=(784, 144, 32, N_CLASSES + len(GROUPS)),
    schedule="cosine",
    learning_rate=0.1,
    epochs=16,
    augmentation=DEFORMATIONS,
    pen_digits=20_000,
)
N_NON_DIGITS = 20_000
# Of the digits held back: half of what may be refused, as other writers' are stranger.
FALSE_REFUSAL = 0.015

# The last of MNIST's training images, and as many again of pen and non-digits, are not trained on.
_N_HELD_BACK = 5000
# So many of MNIST's images are used a second time, drawn again as the ink of a photo is.
_N_REDRAWN = 3000


@dataclass(frozen=True)
class Refusals:
    """How often a detector refuses, as shares from 0 to 1.

    Attributes
    ----------
    test_digits, pen_digits : float
        Of the test images of MNIST, and of digits drawn at random; these are mistakes.
    by_kind : dict of str to float
        Of each kind of `nncore.non_digits.KINDS`.
    """

    test_digits: float
    pen_digits: float
    by_kind: dict[str, float]


def train_detector(
    network_recipe: Recipe,
    mnist: Mnist,
    n_non_digits: int = N_NON_DIGITS,
    kinds: Sequence[str] = tuple(KINDS),
) -> Iterator[EpochResult | SequentialNetwork]:
    """Train a network that tells the ten digits and the groups of what is none.

    Parameters
    ----------
    network_recipe : Recipe
        Its network has 784 inputs and 14 softmax outputs; its seed decides all chance.
    mnist : Mnist
        The last 5,000 training images are held back.
    n_non_digits : int
        How many are drawn for the training.
    kinds : sequence of str
        Of `nncore.non_digits.KINDS`: which.

    Yields
    ------
    EpochResult or SequentialNetwork
        The result of each epoch, and at last the network, which finds 1.5 % of the digits held
        back less probable than one half.
    """
    generator = np.random.default_rng([network_recipe.seed, 1])
    drawn, drawn_kinds = draw_non_digits(n_non_digits, generator, kinds)
    groups = [N_CLASSES + GROUPS.index(KINDS[kind]) for kind in drawn_kinds.tolist()]
    trainer = new_trainer(network_recipe)
    known, digits = mnist.train_images[:-_N_HELD_BACK], mnist.train_labels[:-_N_HELD_BACK]
    redrawn = [ink_steps(image).image for image in known[:_N_REDRAWN]]
    images = np.concatenate([known, redrawn, drawn])
    labels = np.concatenate([digits, digits[:_N_REDRAWN], groups])
    for record in trainer.train(images, labels):
        if isinstance(record, EpochResult):
            yield record
    pen_digits, _ = draw_pen_digits(_N_HELD_BACK, generator)
    held_back = np.concatenate([mnist.train_images[-_N_HELD_BACK:], pen_digits])
    _set_false_refusal(trainer.network, held_back, FALSE_REFUSAL)
    yield trainer.network


def measure_refusals(
    network: SequentialNetwork, mnist: Mnist, n_drawn: int, generator: np.random.Generator
) -> Refusals:
    """Count how many digits and non-digits a detector refuses.

    Parameters
    ----------
    network : SequentialNetwork
        As `train_detector` makes it.
    mnist : Mnist
    n_drawn : int
        How many pen digits, and how many of each kind of non-digits, are drawn.
    generator : numpy.random.Generator
        Not the one of the training.

    Returns
    -------
    Refusals
    """

    def refused(images: np.ndarray) -> float:
        return float(np.mean(digit_probabilities(images, network) <= LEAST_DIGIT_PROBABILITY))

    return Refusals(
        test_digits=refused(mnist.test_images),
        pen_digits=refused(draw_pen_digits(n_drawn, generator)[0]),
        by_kind={kind: refused(draw_non_digits(n_drawn, generator, [kind])[0]) for kind in KINDS},
    )


def _set_false_refusal(network: SequentialNetwork, digits: np.ndarray, share: float) -> None:
    """Move the digits' biases until the network finds a share of digits less probable than 1/2."""
    limit = np.quantile(digit_probabilities(digits, network).astype(np.float64), share)
    # Adding the same to ten logits multiplies the odds of "a digit" by its exponential.
    network.dense_layers[-1].bias[:N_CLASSES] -= np.log(limit / (1 - limit))
