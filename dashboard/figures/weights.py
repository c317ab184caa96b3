"""Weights as pictures: blue pulls an answer up, vermilion pulls it down."""

import numpy as np
from PIL import ImageColor

from dashboard.figures.theme import DIVERGING

_GAP_PX = 1


def weight_wall(weights: np.ndarray, columns: int = 8) -> np.ndarray:
    """Return the weights of some neurons side by side.

    Parameters
    ----------
    weights : ndarray of shape (n, height, width), float
        Every neuron has its own scale: its largest weight, either way, has the full colour.
    columns : int

    Returns
    -------
    ndarray of shape (rows * (height + 1) - 1, columns * (width + 1) - 1, 4), uint8
        RGBA, transparent between the neurons.
    """
    n, height, width = weights.shape
    rows = -(-n // columns)
    largest = np.abs(weights).max(axis=(1, 2), keepdims=True)
    scaled = weights / np.where(largest > 0, largest, 1)
    wall = np.zeros((rows, height + _GAP_PX, columns, width + _GAP_PX, 4), np.uint8)
    tiles = np.zeros((rows * columns, height, width, 4), np.uint8)
    tiles[:n] = diverging_colours(np.nan_to_num(scaled))
    wall[:, :height, :, :width] = tiles.reshape(rows, columns, height, width, 4).swapaxes(1, 2)
    wall = wall.reshape(rows * (height + _GAP_PX), columns * (width + _GAP_PX), 4)
    return wall[:-_GAP_PX, :-_GAP_PX]


def diverging_colours(values: np.ndarray) -> np.ndarray:
    """Return the colours of values from -1 to 1 on the scale `DIVERGING`, turned round.

    Parameters
    ----------
    values : ndarray of any shape, float

    Returns
    -------
    ndarray of that shape and 4 more, uint8
        RGBA. 1 is the scale's first colour, because that stands for yes.
    """
    stops = [2 * position - 1 for position, _ in DIVERGING]
    colours = np.array([ImageColor.getrgb(colour) for _, colour in DIVERGING], float)
    channels = [np.interp(-values, stops, channel) for channel in colours.T]
    channels.append(np.full(values.shape, 255.0))
    return np.stack(channels, axis=-1).astype(np.uint8)
