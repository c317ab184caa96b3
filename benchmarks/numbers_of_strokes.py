"""Numbers put together from single digits of pen strokes, to measure how well numbers are read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nncore.strokes import Strokes

DIGIT_PX = 100
MARGIN_PX = 30
_SIZE_SPREAD = 0.2
_MIN_GAP_PX, _MAX_GAP_PX = 5, 60
_MAX_OVERLAP_PX = 10
_OVERLAP_SHARE = 0.2
_JITTER_PX = 10


@dataclass(frozen=True, eq=False)
class WrittenNumber:
    """A number on a wide canvas, and what it says.

    Attributes
    ----------
    strokes : tuple of ndarray of shape (n_points, 2), float64
        In pixels of the canvas, y down, digit after digit.
    digit_of_stroke : tuple of int
        To which digit of the number each stroke belongs, from 0 at the left.
    labels : tuple of int
        The digits.
    canvas_size : (width, height)
        In pixels; at least 30 are free around the ink of the pen's middle.
    """

    strokes: tuple[np.ndarray, ...]
    digit_of_stroke: tuple[int, ...]
    labels: tuple[int, ...]
    canvas_size: tuple[int, int]


def write_numbers(
    digits: Sequence[Strokes],
    labels: Sequence[int],
    generator: np.random.Generator,
    n_numbers: int = 1000,
    n_digits: int = 4,
) -> list[WrittenNumber]:
    """Put digits of any writers beside each other.

    Parameters
    ----------
    digits : sequence of strokes
        Each a sequence of array-likes of shape (n_points, 2).
    labels : sequence of int
        Which digit each of them is.
    generator : numpy.random.Generator
        Chooses digits, their heights, gaps and places.
    n_numbers, n_digits : int
        How many numbers, and of how many digits each.

    Returns
    -------
    list of WrittenNumber
        Digits are 80 to 120 pixels high and up to 10 pixels above or below each other's middle. The
        gaps between them are 5 to 60 pixels, but one in five is an overlap of up to 10 pixels.
    """
    return [
        _written(
            [digits[index] for index in chosen], [labels[index] for index in chosen], generator
        )
        for chosen in generator.integers(len(digits), size=(n_numbers, n_digits))
    ]


def _written(
    digits: Sequence[Strokes], labels: Sequence[int], generator: np.random.Generator
) -> WrittenNumber:
    """Put some digits beside each other."""
    strokes, digit_of_stroke, right = [], [], 0.0
    for number, digit in enumerate(digits):
        lines = [np.asarray(line, dtype=np.float64) for line in digit if len(line)]
        points = np.concatenate(lines)
        low, size = points.min(axis=0), np.ptp(points, axis=0)
        height = DIGIT_PX * generator.uniform(1 - _SIZE_SPREAD, 1 + _SIZE_SPREAD)
        # A digit that is wider than high, such as a 1 that has fallen over, is no wider than this.
        scale = height / max(size[1], size[0] / 1.5)
        is_overlap = generator.random() < _OVERLAP_SHARE
        gap = generator.uniform(
            *((-_MAX_OVERLAP_PX, 0) if is_overlap else (_MIN_GAP_PX, _MAX_GAP_PX))
        )
        left = max(0.0, right + gap) if number else 0.0
        top = -scale * size[1] / 2 + generator.uniform(-_JITTER_PX, _JITTER_PX)
        strokes += [(line - low) * scale + (left, top) for line in lines]
        digit_of_stroke += [number] * len(lines)
        right = max(right, left + scale * size[0])
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    width, height = (int(np.ceil(side)) + 2 * MARGIN_PX for side in size)
    return WrittenNumber(
        strokes=tuple(line - low + MARGIN_PX for line in strokes),
        digit_of_stroke=tuple(digit_of_stroke),
        labels=tuple(int(label) for label in labels),
        canvas_size=(width, height),
    )
