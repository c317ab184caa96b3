"""Small pictures for grids of many: a digit as it was written, a neuron's weights in colour."""

from functools import cache

import numpy as np
from PIL import Image

from dashboard.figures.png import png
from dashboard.figures.weights import diverging_colours


def digit_tile(image: np.ndarray) -> bytes:
    """Return an image of MNIST as a PNG of its own size, dark ink on white paper.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
        255 is ink.
    """
    return png(Image.fromarray(255 - image))


def weight_tiles(weights: np.ndarray, limit: float) -> list[bytes]:
    """Return the weights of some neurons as PNGs, blue pulling an answer up and orange down.

    Parameters
    ----------
    weights : ndarray of shape (n, height, width), float
    limit : float
        The weight, either way, that has the full colour; more than 0.
    """
    levels = np.rint(127 * np.clip(weights / limit, -1, 1)).astype(np.int16) + 127
    tiles = []
    for picture in map(Image.fromarray, levels.astype(np.uint8)):
        picture.putpalette(_colours())
        tiles.append(png(picture))
    return tiles


@cache
def _colours() -> bytes:
    """Return the colours of 255 levels, red, green and blue of each; 127 stands for zero."""
    return diverging_colours(np.linspace(-1, 1, 255))[:, :3].tobytes()
