"""A set of digits that one person has drawn: labelled strokes, their images, and their file.

The file has a line of JSON for each digit, ``{"label": 7, "strokes": [[[x, y], …], …]}`` in pixels
of the canvas with y down; `nncore.commands` reads the same lines with ``predict --strokes``.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nncore.drawing import EmptyDrawingError, stroke_steps
from nncore.mnist import N_CLASSES
from nncore.strokes import MAX_COORDINATE_PX, Strokes

CANVAS_PX = 280
MAX_DIGITS = 300
# A digit from a canvas has two hundred points and takes 3 kB.
MAX_POINTS = 200_000
MAX_FILE_BYTES = 4 * 2**20

_HOW_TO_GET_ONE = "choose a file that was downloaded from “Your own hand”"


class HandwritingFileError(ValueError):
    """The file is not a set of drawn digits. The message is one sentence that says what to do."""


@dataclass(frozen=True)
class DrawnDigit:
    """A digit as it was drawn, and what it was meant to be.

    Attributes
    ----------
    label : int
        0 to 9.
    strokes : tuple of tuple of (x, y)
        From pen down to pen up each, in pixels of a canvas of `CANVAS_PX`, y down.

    Raises
    ------
    ValueError
        If the label is no digit, a point is not two numbers of a plausible size, or there is none.
    """

    label: int
    strokes: tuple[tuple[tuple[float, float], ...], ...]

    def __post_init__(self):
        if type(self.label) is not int or not 0 <= self.label < N_CLASSES:
            raise ValueError(f"label must be an int from 0 to 9, got {self.label!r:.40}")
        points = [point for stroke in self.strokes for point in stroke]
        if not points:
            raise EmptyDrawingError
        if not all(len(point) == 2 and all(map(_is_coordinate, point)) for point in points):
            raise ValueError(f"strokes must be (x, y) numbers within {MAX_COORDINATE_PX} px")

    @property
    def n_points(self) -> int:
        """Points of all strokes together."""
        return sum(map(len, self.strokes))

    @cached_property
    def image(self) -> np.ndarray:
        """The digit as a network sees it, (28, 28) uint8; drawn at the first use."""
        image = stroke_steps(self.strokes, CANVAS_PX).image
        image.setflags(write=False)
        return image


@dataclass(frozen=True)
class HandwritingSet:
    """Digits of one hand, in the order in which they were drawn.

    Attributes
    ----------
    digits : tuple of DrawnDigit
        At most `MAX_DIGITS`, of at most `MAX_POINTS` points together.

    Raises
    ------
    ValueError
        If there are more.
    """

    digits: tuple[DrawnDigit, ...] = ()

    def __post_init__(self):
        if len(self.digits) > MAX_DIGITS:
            raise ValueError(f"digits must be at most {MAX_DIGITS}, got {len(self.digits)}")
        n_points = sum(digit.n_points for digit in self.digits)
        if n_points > MAX_POINTS:
            raise ValueError(f"digits must have at most {MAX_POINTS} points, got {n_points}")

    def __len__(self) -> int:
        return len(self.digits)

    @property
    def labels(self) -> np.ndarray:
        """What the digits were meant to be, (n,) uint8."""
        return np.array([digit.label for digit in self.digits], dtype=np.uint8)

    @property
    def images(self) -> np.ndarray:
        """The digits as a network sees them, (n, 28, 28) uint8."""
        if not self.digits:
            return np.empty((0, 28, 28), dtype=np.uint8)
        return np.stack([digit.image for digit in self.digits])

    def with_digit(self, label: int, strokes: Strokes) -> "HandwritingSet":
        """Return the set with one more digit.

        Parameters
        ----------
        label : int
            0 to 9.
        strokes : sequence of array-likes of shape (n_points, 2)
            In pixels of the canvas.

        Raises
        ------
        ValueError
            As for `DrawnDigit`, or if the set is full.
        """
        drawn = tuple(
            tuple((float(x), float(y)) for x, y in stroke) for stroke in strokes if len(stroke)
        )
        return HandwritingSet((*self.digits, DrawnDigit(label, drawn)))

    def with_set(self, other: "HandwritingSet") -> "HandwritingSet":
        """Return the set with the digits of another one after its own.

        Raises
        ------
        HandwritingFileError
            If they are too many together.
        """
        try:
            return HandwritingSet((*self.digits, *other.digits))
        except ValueError as error:
            raise HandwritingFileError(
                f"Together these are more digits than there is room for ({MAX_DIGITS}): delete "
                "those that you have drawn here, or leave some lines out of the file."
            ) from error

    def without_last(self) -> "HandwritingSet":
        """Return the set without the digit that was drawn last."""
        return HandwritingSet(self.digits[:-1])

    def next_label(self, seed: int) -> int:
        """Return what to draw next: one of the digits of which there are the fewest.

        Each ten prompts have every digit once, in an order of chance that only the seed decides.
        """
        counts = np.bincount(self.labels, minlength=N_CLASSES)
        order = np.random.default_rng([seed, counts.min()]).permutation(N_CLASSES)
        return int(order[np.argmin(counts[order])])

    def to_bytes(self) -> bytes:
        """Return the file of the set."""
        lines = (
            json.dumps({"label": digit.label, "strokes": digit.strokes}, separators=(",", ":"))
            for digit in self.digits
        )
        return "".join(f"{line}\n" for line in lines).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "HandwritingSet":
        """Read a file that `to_bytes` has made.

        Parameters
        ----------
        data : bytes
            Of a file from anywhere.

        Returns
        -------
        HandwritingSet

        Raises
        ------
        HandwritingFileError
            If the file is too large, holds no digit, or has a line that is none.
        """
        if len(data) > MAX_FILE_BYTES:
            raise HandwritingFileError(
                f"The file is larger than {MAX_FILE_BYTES // 2**20} MB: {_HOW_TO_GET_ONE}."
            )
        digits = []
        for number, line in enumerate(data.splitlines(), start=1):
            if number > MAX_DIGITS:
                raise HandwritingFileError(
                    f"The file has more than {MAX_DIGITS} digits, a line each: leave some out."
                )
            digits.append(_read_digit(line, number))
        if not digits:
            raise HandwritingFileError(f"The file holds no digit: {_HOW_TO_GET_ONE}.")
        try:
            return cls(tuple(digits))
        except ValueError as error:
            raise HandwritingFileError(
                f"The digits have more than {MAX_POINTS:,} points: leave some lines out."
            ) from error


def stratified_folds(labels: np.ndarray, n_folds: int, seed: int) -> Iterator[np.ndarray]:
    """Part a set so that every sample is held back once, of each class about as many in each part.

    Parameters
    ----------
    labels : ndarray of shape (n,), int
        At least ``n_folds`` of them.
    n_folds : int
        At least 2.
    seed : int

    Yields
    ------
    ndarray of shape (n,), bool
        Which samples are held back, for one fold after another.

    Raises
    ------
    ValueError
        If there are fewer than two folds, or fewer samples than folds.

    References
    ----------
    Ron Kohavi, *A Study of Cross-Validation and Bootstrap for Accuracy Estimation and Model
    Selection*, IJCAI 1995.
    """
    if not 2 <= n_folds <= len(labels):
        raise ValueError(f"n_folds must be from 2 to {len(labels)} samples, got {n_folds}")
    order = np.random.default_rng(seed).permutation(len(labels))
    by_label = order[np.argsort(labels[order], kind="stable")]
    fold_of = np.empty(len(labels), dtype=np.intp)
    # Dealt out like cards, one class after another.
    fold_of[by_label] = np.arange(len(labels)) % n_folds
    for fold in range(n_folds):
        yield fold_of == fold


def _read_digit(line: bytes, number: int) -> DrawnDigit:
    """Read one line of a file, trusting nothing in it."""
    try:
        values = json.loads(line)
        strokes = tuple(tuple(map(_point, stroke)) for stroke in values["strokes"])
        digit = DrawnDigit(values["label"], strokes)
    # A nesting that is too deep for Python is a RecursionError.
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise HandwritingFileError(
            f"Line {number} of the file is not a drawn digit: {_HOW_TO_GET_ONE}."
        ) from error
    return digit


def _point(values: Any) -> tuple[float, float]:
    """Return a point of a file, or raise TypeError or ValueError."""
    x, y = values
    return x, y


def _is_coordinate(value: object) -> bool:
    """Return whether a value is a number within the canvas or not absurdly far from it."""
    # NaN fails the comparison; True is an int to isinstance.
    return type(value) in (int, float) and abs(value) <= MAX_COORDINATE_PX
