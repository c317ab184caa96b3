"""Bugs that people make when they write a training, to be switched on and recognised.

Each function is where a training may go wrong: without its bug it changes nothing.
"""

from collections.abc import Iterable

import numpy as np

# The names, as in recipes, on the command line and in model files; "none" is a sound training.
BUGS = (
    "none",
    "wrong-sign",
    "no-shuffling",
    "unscaled-pixels",
    "shifted-labels",
    "zero-weights",
)


def step_sign(bug: str) -> int:
    """Return the sign of the learning rate: -1 climbs the loss instead of descending."""
    return -1 if bug == "wrong-sign" else 1


def sample_order(bug: str, order: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the order in which an epoch takes the samples.

    Parameters
    ----------
    bug : str
        One of `BUGS`.
    order : ndarray of shape (n,), int
        A random order.
    labels : ndarray of shape (n,), int

    Returns
    -------
    ndarray of shape (n,), int
        ``order``; without shuffling one class after the other, as images lie in folders.
    """
    return np.argsort(labels, kind="stable") if bug == "no-shuffling" else order


def read_pixels(bug: str, images: np.ndarray) -> np.ndarray:
    """Return images as the network gets to see them.

    Parameters
    ----------
    bug : str
        One of `BUGS`.
    images : ndarray of any shape, uint8 or float

    Returns
    -------
    ndarray of the same shape
        ``images``; unscaled, bytes become uint16, which a network takes for numbers as they are.
    """
    is_unscaled = bug == "unscaled-pixels" and images.dtype == np.uint8
    return images.astype(np.uint16) if is_unscaled else images


def read_labels(bug: str, labels: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the labels that a training learns from; shifted, each 3 is called a 4, each 9 a 0.

    Parameters
    ----------
    bug : str
        One of `BUGS`.
    labels : ndarray of shape (n,), int
        From 0 to ``n_classes - 1``.
    n_classes : int

    Returns
    -------
    ndarray of shape (n,), int
    """
    return (labels + 1) % n_classes if bug == "shifted-labels" else labels


def start(bug: str, parameters: Iterable[np.ndarray]) -> None:
    """Let a training start from these parameters, or set them all to 0 in place."""
    if bug == "zero-weights":
        for array in parameters:
            array.fill(0)
