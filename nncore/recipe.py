"""Recipes: all the settings of a training in one place, for command line, dashboard and files."""

import itertools
from dataclasses import dataclass, replace

from nncore.augmentation import DEFORMATIONS
from nncore.bugs import BUGS
from nncore.initialisers import INITIALISERS
from nncore.optimizers import OPTIMIZERS
from nncore.schedules import SCHEDULES

CHOICES = {
    "activation": ("sigmoid", "relu", "tanh"),
    "output": ("sigmoid", "softmax"),
    "loss": ("mse", "cross-entropy"),
    "initialisation": tuple(INITIALISERS),
    "optimizer": tuple(OPTIMIZERS),
    "schedule": tuple(SCHEDULES),
    "bug": BUGS,
}
RANGES = {
    "learning_rate": (1e-6, 100.0),
    "batch_size": (1, 10_000),
    "epochs": (1, 10_000),
    "seed": (0, 2**32 - 1),
    "weight_decay": (0.0, 1.0),
    "dropout": (0.0, 0.9),
    "pen_digits": (0, 100_000),
    "validation_images": (0, 1_000_000),
    "patience": (0, 10_000),
}
MAX_LAYERS = 12
MAX_LAYER_SIZE = 4096
MAX_PARAMETERS = 5_000_000


@dataclass(frozen=True)
class Recipe:
    """How to make and train a network.

    Attributes
    ----------
    layers : tuple of int
        Inputs, hidden layers, outputs.
    activation, output, loss, initialisation, optimizer, schedule : str
        One of `CHOICES`.
    learning_rate : float
        What `schedule` starts from.
    batch_size : int
        Samples per step.
    epochs : int
        Passes over the training set, over the life of the model.
    seed : int
        Of the starting weights, of the shuffling and of all other chance.
    training_images : int or None
        How many of the training images to use, from the first; None for all.
    weight_decay : float
        Share of every weight, times the learning rate, that each step takes away; not of biases.
    dropout : float
        Share of the hidden neurons left out at random in each step.
    augmentation : tuple of str
        Deformations of every training image, some of `nncore.augmentation.DEFORMATIONS`.
    pen_digits : int
        How many digits as a pen draws them in Europe, made up with the seed, are mixed into the
        training images; see `nncore.pen_digits`.
    validation_images : int
        How many of the training images, the last ones, are kept out of training to judge it.
    patience : int
        Stop after so many epochs without a better accuracy on the validation images, and go back
        to the best; 0 never stops.
    bug : str
        One of `nncore.bugs.BUGS`: what goes wrong in the training on purpose.

    Raises
    ------
    ValueError
        If a setting is not one of `CHOICES`, is out of `RANGES`, or does not fit another.
    """

    layers: tuple[int, ...] = (784, 392, 196, 10)
    activation: str = "relu"
    output: str = "softmax"
    loss: str = "cross-entropy"
    initialisation: str = "he"
    optimizer: str = "sgd"
    schedule: str = "constant"
    learning_rate: float = 0.1
    batch_size: int = 32
    epochs: int = 5
    seed: int = 0
    training_images: int | None = None
    weight_decay: float = 0.0
    dropout: float = 0.0
    augmentation: tuple[str, ...] = ()
    pen_digits: int = 0
    validation_images: int = 0
    patience: int = 0
    bug: str = "none"

    def __post_init__(self):
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} must be one of {', '.join(choices)}, got {getattr(self, name)!r}"
                )
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            # True is an int to isinstance.
            if isinstance(value, bool) or not isinstance(value, type(low) | int):
                raise ValueError(f"{name} must be {type(low).__name__}, got {value!r}")
            # A comparison with NaN is false, so NaN is refused too.
            if not low <= value <= high:
                raise ValueError(f"{name} must be from {low:g} to {high:g}, got {value}")
        unknown = set(self.augmentation) - set(DEFORMATIONS)
        if unknown or len(set(self.augmentation)) < len(self.augmentation):
            raise ValueError(
                f"augmentation must be some of {', '.join(DEFORMATIONS)}, each once, "
                f"got {list(self.augmentation)}"
            )
        if self.training_images is not None and (
            type(self.training_images) is not int or self.training_images < 1
        ):
            raise ValueError(
                f"training_images must be an int of at least 1, got {self.training_images!r}"
            )
        if self.patience and not self.validation_images:
            raise ValueError("patience needs validation_images to judge by, got 0")
        check_layer_sizes(self.layers)


def check_layer_sizes(sizes: tuple[int, ...]) -> None:
    """Refuse networks that are no network or would not fit into memory.

    Raises
    ------
    ValueError
        If there are not 2 to `MAX_LAYERS` sizes, each an int from 1 to `MAX_LAYER_SIZE`, or they
        make more than `MAX_PARAMETERS` parameters.
    """
    if not 2 <= len(sizes) <= MAX_LAYERS:
        raise ValueError(f"layers must be 2 to {MAX_LAYERS} sizes, got {len(sizes)}")
    if not all(type(size) is int and 1 <= size <= MAX_LAYER_SIZE for size in sizes):
        raise ValueError(f"layer sizes must be ints from 1 to {MAX_LAYER_SIZE}, got {list(sizes)}")
    n_parameters = sum((a + 1) * b for a, b in itertools.pairwise(sizes))
    if n_parameters > MAX_PARAMETERS:
        raise ValueError(
            f"layers must make at most {MAX_PARAMETERS:,} parameters, got {n_parameters:,}"
        )


_MEMOIRE = Recipe(
    activation="sigmoid",
    output="sigmoid",
    loss="mse",
    initialisation="memoire",
    optimizer="sgd",
    learning_rate=3.0,
    batch_size=10,
    epochs=10,
)

RECIPES = {
    "memoire": _MEMOIRE,
    "keras": replace(
        _MEMOIRE,
        activation="relu",
        output="softmax",
        loss="cross-entropy",
        initialisation="glorot",
        # Keras' own default for SGD, which the mémoire's listing leaves as it is.
        learning_rate=0.01,
    ),
    # Right on 98 % of the test images after two or three epochs, by the seed.
    "recommended": Recipe(schedule="cosine", learning_rate=0.3, batch_size=24, epochs=3),
    # The shipped model: as large as 4 MB allow, never twice the same image, and at home with the
    # digits that Europeans draw.
    "recognizer": Recipe(
        layers=(784, 800, 400, 10),
        schedule="cosine",
        learning_rate=0.1,
        batch_size=50,
        epochs=100,
        augmentation=DEFORMATIONS,
        pen_digits=30_000,
        validation_images=5000,
    ),
}
