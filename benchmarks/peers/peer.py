"""What a peer must do, and what all of them start from."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from nncore.network import as_inputs
from nncore.recipe import Recipe
from nncore.training import new_trainer


class Peer(ABC):
    """The contract of a peer: one framework, ready to train one network.

    Making it does all that is not to be measured: it converts the data as the framework likes
    them, sets the weights to `starting_parameters`, and compiles.

    Parameters
    ----------
    recipe : Recipe
        Its layers, activations, loss, optimiser, learning rate and mini-batches are used; nothing
        in it that plain training does not need.
    images : ndarray of shape (n, 28, 28), uint8
        ``n`` is a multiple of ``recipe.batch_size``.
    labels : ndarray of shape (n,), uint8

    Raises
    ------
    ValueError
        If the framework cannot do, or is not prepared for, what the recipe says.
    """

    @abstractmethod
    def __init__(self, recipe: Recipe, images: np.ndarray, labels: np.ndarray): ...

    @abstractmethod
    def epoch(self) -> float:
        """Train on every image once, in a new random order; return the mean loss on the way."""

    def prepare(self, images: np.ndarray) -> Any:
        """Return images, uint8 of shape (n, 28, 28), as `predict` likes them."""
        return float_images(images)

    @abstractmethod
    def predict(self, images: Any) -> Any:
        """Return the probabilities for what `prepare` returned, (n, 10), once they are there."""


def starting_parameters(recipe: Recipe) -> list[np.ndarray]:
    """Return the weights and bias of every layer, first to last, as nncore starts with them."""
    return new_trainer(recipe).network.parameters


def float_images(images: np.ndarray) -> np.ndarray:
    """Return images as rows of float32 from 0 to 1, which every framework wants beforehand."""
    return as_inputs(images, images[0].size, np.float32)


def check_optimizer(recipe: Recipe, *known: str) -> None:
    """Refuse a recipe whose optimiser a peer does not have.

    Raises
    ------
    ValueError
        If the recipe's optimiser is none of ``known``.
    """
    if recipe.optimizer not in known:
        raise ValueError(f"optimizer must be {' or '.join(known)} here, got {recipe.optimizer!r}")
