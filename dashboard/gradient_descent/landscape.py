"""The loss surfaces that the page offers: computed once per server, and described."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.language import N_
from nncore.loss_surface import (
    LossPlane,
    fit,
    local_minima,
    neuron_plane,
    plane_through,
    random_plane,
    shrink_images,
)
from nncore.mnist import N_CLASSES, one_hot
from nncore.network import SequentialNetwork, build_network

NEURON, AROUND, THREE = "one neuron", "one network", "three networks"
LOSSES = ("mse", "cross-entropy")

_GRID_POINTS = 45
_IMAGES_A_SIDE = 300  # of the digit, and of others
# So small that BLAS multiplies the matrices in one thread: two take ten times as long on a server
# that is busy with other visitors.
_NETWORK_IMAGES = 400
_SHRINKING = 4
_NETWORK_SIZES = (49, 10, 10)
_TRAINING_STEPS = 150


@dataclass(frozen=True)
class Kind:
    """What a kind of surface is, with settings at which there is something to see.

    Attributes
    ----------
    axes : tuple of two str
        Titles.
    x, y : tuple of two float
        The part that is drawn.
    start : tuple of two float
        Where the path begins by default.
    rates : dict of str to tuple of two float
        For each loss, a learning rate that does well and one that is too large.
    what : str
        What is drawn.
    """

    axes: tuple[str, str]
    x: tuple[float, float]
    y: tuple[float, float]
    start: tuple[float, float]
    rates: dict[str, tuple[float, float]]
    what: str


KINDS = {
    NEURON: Kind(
        axes=(N_("Bias b"), N_("Gain g")),
        x=(-8.0, 8.0),
        y=(-6.0, 10.0),
        start=(4.0, -1.0),
        rates={"mse": (20.0, 1000.0), "cross-entropy": (2.0, 20.0)},
        what=N_(
            "The neuron of the average {digit} answers $\\sigma(g \\cdot s + b)$, where $s$ is an "
            "image's overlap with the average. The loss is over {n} training images, half of them "
            "{digit}s. The scores $s$ are shifted and scaled to mean 0 and standard deviation 1: "
            "as they are, gain and bias would have nearly the same effect, and the surface would "
            "be one long ravine."
        ),
    ),
    AROUND: Kind(
        axes=(N_("First direction"), N_("Second direction")),
        x=(-1.5, 1.5),
        y=(-1.5, 1.5),
        start=(1.2, 1.0),
        rates={"mse": (0.5, 10.0), "cross-entropy": (0.05, 0.5)},
        what=N_(
            "A network of {sizes} neurons, trained on {n} training images shrunk to 7 × 7 pixels, "
            "stands in the middle. From there two random directions lead through the space of its "
            "{parameters} parameters; each neuron's part is as long as its own weights "
            "([Li et al., 2018](https://arxiv.org/abs/1712.09913)). Every point is a whole network."
        ),
    ),
    THREE: Kind(
        axes=(N_("From the first network to the second"), N_("Towards the third")),
        x=(-0.6, 1.6),
        y=(-0.6, 1.5),
        start=(0.55, 0.5),
        rates={"mse": (0.2, 5.0), "cross-entropy": (0.02, 0.5)},
        what=N_(
            "Three networks of {sizes} neurons, trained on the same {n} training images, shrunk to "
            "7 × 7 pixels, from three random starts, and the plane that goes through them in the "
            "space of their {parameters} parameters. A unit is the distance from the first to the "
            "second. Every point is a whole network."
        ),
    ),
}


@dataclass(frozen=True, eq=False)
class Landscape:
    """A loss surface as it is drawn.

    Attributes
    ----------
    plane : LossPlane
        Gives loss and gradient anywhere.
    x, y : ndarray of shape (n_x,) and (n_y,), float64
        The grid.
    losses : ndarray of shape (n_y, n_x), float64
    minima : ndarray of shape (n_minima, 2), float64
        Places of the local minima, the lowest first.
    """

    plane: LossPlane
    x: np.ndarray
    y: np.ndarray
    losses: np.ndarray
    minima: np.ndarray

    def holds(self, points: np.ndarray) -> np.ndarray:
        """Return which of (n, 2) points are on the part that is drawn, (n,) bool."""
        low, high = (np.array([self.x[end], self.y[end]]) for end in (0, -1))
        return ((points >= low) & (points <= high)).all(axis=1)


# By kind, loss and digit, of which there are two dozen: every click asks for one, and Streamlit's
# cache takes a while to find what it has.
_landscapes: dict[tuple[str, str, int], Landscape] = {}


def is_computed(kind: str, loss: str, digit: int) -> bool:
    """Return whether a surface is there at once; parameters as for `landscape`."""
    return _key(kind, loss, digit) in _landscapes


def compute_ahead() -> Iterator[None]:
    """Compute all surfaces, and pause after each."""
    for kind, loss in itertools.product(KINDS, LOSSES):
        for digit in range(N_CLASSES) if kind == NEURON else (0,):
            landscape(kind, loss, digit)
            yield


def landscape(kind: str, loss: str, digit: int) -> Landscape:
    """Return a surface, computed on first use.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    loss : str
        One of `LOSSES`.
    digit : int
        The digit of the neuron; any for networks.
    """
    key = _key(kind, loss, digit)
    if key not in _landscapes:
        _landscapes[key] = _landscape(*key)
    return _landscapes[key]


def _key(kind: str, loss: str, digit: int) -> tuple[str, str, int]:
    """Return the name of a surface; networks know all digits, and have one for all."""
    return kind, loss, digit if kind == NEURON else 0


# Of several visitors who come at once, Streamlit's cache has one compute what all wait for.
@st.cache_resource(show_spinner=False, max_entries=32)
def _landscape(kind: str, loss: str, digit: int) -> Landscape:
    """Compute a surface."""
    if kind == NEURON:
        plane = neuron_plane(*_balanced_scores(digit), loss)
    else:
        networks, inputs, targets = _trained_networks(loss)
        if kind == AROUND:
            plane = random_plane(networks[0], inputs, targets, np.random.default_rng(0))
        else:
            plane, _ = plane_through(networks, inputs, targets)
    x = np.linspace(*KINDS[kind].x, _GRID_POINTS)
    y = np.linspace(*KINDS[kind].y, _GRID_POINTS)
    losses = plane.losses(x, y)
    rows, columns = local_minima(losses).T
    return Landscape(plane, x, y, losses, np.column_stack([x[columns], y[rows]]))


def network_facts() -> dict[str, object]:
    """Return size and number of parameters of the networks, for the descriptions."""
    pairs = itertools.pairwise(_NETWORK_SIZES)
    return {
        "sizes": "-".join(map(str, _NETWORK_SIZES)),
        "parameters": f"{sum((a + 1) * b for a, b in pairs):,}".replace(",", "\N{NO-BREAK SPACE}"),
    }


def _balanced_scores(digit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of as many images of a digit as of others, and which are the digit."""
    scores = resources.digit_scores(digit)
    chosen = [
        np.flatnonzero(scores.train_is_digit == is_digit)[:_IMAGES_A_SIDE]
        for is_digit in (True, False)
    ]
    chosen = np.concatenate(chosen)
    return scores.train[chosen], scores.train_is_digit[chosen]


@st.cache_resource(show_spinner=False)
def _trained_networks(loss: str) -> tuple[list[SequentialNetwork], np.ndarray, np.ndarray]:
    """Train three networks from different starts; return them with inputs and targets."""
    mnist = resources.mnist()
    inputs = shrink_images(mnist.train_images[:_NETWORK_IMAGES], _SHRINKING).astype(np.float32)
    targets = one_hot(mnist.train_labels[:_NETWORK_IMAGES]).astype(np.float32)
    networks = []
    for seed in range(3):
        network = build_network(_NETWORK_SIZES, loss=loss, generator=np.random.default_rng(seed))
        fit(network, inputs, targets, _TRAINING_STEPS)
        networks.append(network)
    return networks, inputs, targets
