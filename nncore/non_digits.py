"""Drawings that are no digit, from parametric forms alone: what a recogniser should refuse.

Letters, shapes, scribbles, crossed-out digits and several at once, each with random proportions,
slant and curvature, drawn as the strokes of a canvas are.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from nncore.drawing import IMAGE_SIZE, stroke_steps
from nncore.pen_digits import draw_strokes, smooth, written

# Strokes in a box of 0 to 10, y down, apart by "/". A "~" makes a stroke a curve through its
# points. Several forms of a letter are several ways to write it.
#
# Left out is what anybody takes for a digit as soon as it stands alone: C c D O o Q (an open or
# round 0), I i J l (1), Z z (2), S s (5), b G (6), T (7), B (8), g q (9), y (an open 4).
_LETTERS = {
    "A": ("0,10 5,0 10,10 / 2,6.5 8,6.5", "~0,10 3,3 5,0 7,3 10,10 / 2,6 8,6"),
    "E": ("9,0 0,0 0,10 9,10 / 0,5 7,5", "~9,1 4,0 2,2 5,5 1,7 3,10 9,9"),
    "F": ("9,0 0,0 0,10 / 0,5 7,5",),
    "H": ("0,0 0,10 / 8,0 8,10 / 0,5 8,5",),
    "K": ("0,0 0,10 / 7,0 0,6 / 2,4.5 8,10", "0,0 0,10 / 7,0 0,5 8,10"),
    "L": ("0,0 0,10 7,10",),
    "M": ("0,10 1,0 5,7 9,0 10,10", "~0,10 1,4 2,0 5,6 8,0 9,4 10,10"),
    "N": ("0,10 0,0 8,10 8,0",),
    "P": ("0,10 0,0 / ~0,0 5,0 7,2.5 5,5 0,5.5",),
    "R": ("0,10 0,0 / ~0,0 5,0 7,2.5 5,5 0,5.5 / 1,5.5 8,10",),
    "U": ("~0,0 0,6 3,10 6,9.5 8,6 8,0",),
    "V": ("0,0 4.5,10 9,0",),
    "W": ("0,0 2.5,10 5,2 7.5,10 10,0", "~0,0 1,7 2.5,10 5,3 7.5,10 9,7 10,0"),
    "X": ("0,0 8,10 / 8,0 0,10",),
    "Y": ("0,0 4,5 8,0 / 4,5 4,10",),
    "a": ("~7,2 3,0.5 0,5 2,9.5 5,8 7,2 / ~7,1 6.5,8 9,9.5",),
    "d": ("~7,5 4,3.5 0,6.5 2.5,10 6,8.5 7,5 / 7,0 7,10",),
    "e": ("~1,5.5 7,5 6,1.5 3,0.5 0,5 3,9.5 8,8",),
    "f": ("~6,1 4,0 2.5,2 2.5,10 / 0,4.5 6,4.5", "~0,6 5,3 5,0.5 3,1 2.5,6 3,10"),
    "h": ("0,0 0,10 / ~0,6 3,4 5.5,5.5 5.5,10", "~0,6 4,2 2.5,0 1,3 0.5,10 3,5 5,6 5.5,10 7,9"),
    "j": ("~3,3 3,8.5 1.5,10 0,9 / 3,0.6",),
    "k": ("0,0 0,10 / 5,3.5 0,7 6,10",),
    "m": ("0,2 0,9 / ~0,4 2,1.5 4,3 4,9 / ~4,4 6,1.5 8.5,3 8.5,9", "~0,9 1,1 4,9 5,1 8,9 9,9"),
    "n": ("0,1 0,9 / ~0,4 3,1 6,3 6,9", "~0,8 1,1 1.5,8 4,1 6,3 6,8 8,8"),
    "p": ("0,0 0,10 / ~0,1 3.5,0 6,2.5 3.5,5 0,4.5",),
    "r": ("0,2 0,9 / ~0,5 2,2.5 5,2.5", "~0,8 2,1 3,2 5,2 5,7 7,8"),
    "t": ("~3,0 3,8 4.5,10 6.5,9 / 0,3 6,3",),
    "u": ("0,1 0,6 / ~0,6 2,9 5,8 6,4 / 6,1 6,9", "~0,2 0,7 2,9 6,2 6,8 8,9"),
    "x": ("0,1 7,9 / 7,1 0,9", "~0,1 2,1 5,9 7,9 / 7,1 0,9"),
}
_SHAPES = {
    "triangle": ("5,0 10,9 0,9 5,0",),
    "square": ("0,0 9,0 9,9 0,9 0,0",),
    "star": ("2,10 5,0 8,10 0,3.7 10,3.7 2,10",),
    "asterisk": ("5,0 5,10 / 0.7,2.5 9.3,7.5 / 0.7,7.5 9.3,2.5",),
    "heart": ("~5,3 3.5,0.3 0.3,2 2,6 5,10 / ~5,3 6.5,0.3 9.7,2 8,6 5,10",),
    "spiral": ("~5,5 6,4 7,5.5 5,7 3,5 4.5,2 8,2.5 9.5,6 7,9.5 2.5,9 0.5,5 2,1",),
    "arrow": ("0,5 10,5 / 6.5,2 10,5 6.5,8", "5,10 5,0 / 2,3.5 5,0 8,3.5"),
    "plus": ("5,0 5,10 / 0,5 10,5",),
    "hash": ("3,0 2.5,10 / 7,0 6.5,10 / 0,3.3 10,3 / 0,7 10,6.7",),
    "check": ("0,6 3,10 10,0",),
    "question": ("~0.5,2.5 2.5,0 6,1 5.5,3.5 3,5.5 3,7.5 / 3,9.8",),
    "house": ("0,10 0,4 5,0 10,4 10,10 0,10",),
    "face": ("~5,0 1,2 0,6 3,10 7,10 10,6 9,2 5,0 / 3,4 / 7,4 / ~2.8,6.5 5,8 7.2,6.5",),
    "equals": ("0,0 9,0 / 0,4 9,4",),
    "percent": ("9,0 0,10 / ~2,0 0,1.5 2,3 4,1.5 2,0 / ~7,7 5,8.5 7,10 9,8.5 7,7",),
    "euro": ("~8,1.5 5,0 2,3 2,7 5,10 8,8.5 / 0,4 6,4 / 0,6 6,6",),
    "wave": ("~0,5 1.5,2 3,5 4.5,8 6,5 7.5,2 9,5",),
    "infinity": ("~5,2.5 8,0.5 10,2.5 8,4.5 5,2.5 2,0.5 0,2.5 2,4.5 5,2.5",),
}

GROUPS = ("letter", "shape", "scribble", "several")
CANVAS_PX = 280

# Of the size of a form: how far a hand's points are from the form's.
_MISS = 0.035
_MAX_EXTENT_PX = 250

_Strokes = list[np.ndarray]


def non_digit_strokes(kind: str, generator: np.random.Generator) -> _Strokes:
    """Draw something that is no digit.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    generator : numpy.random.Generator

    Returns
    -------
    list of ndarray of shape (n_points, 2), float64
        Strokes on a canvas of 280x280 pixels, y down.

    Raises
    ------
    ValueError
        If the kind is unknown.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of KINDS, got {kind!r}")
    return _on_canvas(_DRAW[kind](generator))


def draw_non_digits(
    n: int, generator: np.random.Generator, kinds: Sequence[str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw images of what is no digit.

    Parameters
    ----------
    n : int
        How many, at least 0.
    generator : numpy.random.Generator
    kinds : sequence of str, optional
        Some of `KINDS`; by default all. Each group among them comes equally often, and so does
        each kind within its group.

    Returns
    -------
    images : ndarray of shape (n, 28, 28), uint8
        As the strokes of a canvas become them: 0 on paper, 255 in the ink.
    drawn : ndarray of shape (n,), str
        The kind of each.

    Raises
    ------
    ValueError
        If there is no kind, or an unknown one.
    """
    kinds = tuple(KINDS) if kinds is None else tuple(kinds)
    if not kinds or not set(kinds) <= KINDS.keys():
        raise ValueError(f"kinds must be some of KINDS, got {kinds}")
    by_group = [[kind for kind in kinds if KINDS[kind] == group] for group in GROUPS]
    by_group = [of_group for of_group in by_group if of_group]
    images = np.empty((n, IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)
    drawn = []
    for image in images:
        of_group = by_group[generator.integers(len(by_group))]
        drawn.append(of_group[generator.integers(len(of_group))])
        image[...] = stroke_steps(non_digit_strokes(drawn[-1], generator), CANVAS_PX).image
    return images, np.array(drawn, dtype=np.str_)


def _form(variants: Sequence[str], generator: np.random.Generator) -> _Strokes:
    """Draw one of several forms, its points missed by a little."""
    strokes = []
    for text in variants[generator.integers(len(variants))].split(" / "):
        points = np.array([pair.split(",") for pair in text.lstrip("~").split()], dtype=np.float64)
        points = points / 10 + generator.normal(0, _MISS, points.shape)
        is_curve = text.startswith("~") and len(points) > 1
        strokes.append(smooth(*points) if is_curve else points)
    if generator.random() < 0.3:
        strokes = [_rounded(stroke) for stroke in strokes]
    return written(strokes, generator)


def _jumble(generator: np.random.Generator) -> _Strokes:
    """Draw a few short strokes anywhere, like a letter of an unknown script."""
    strokes = [generator.uniform(0, 1, (n, 2)) for n in generator.integers(2, 5, (4,))]
    strokes = strokes[: generator.integers(3, 5)]
    if generator.random() < 0.5:
        strokes = [smooth(*stroke) for stroke in strokes]
    return written(strokes, generator)


def _tangle(generator: np.random.Generator) -> _Strokes:
    """Draw a long curve through random places."""
    return written([smooth(*generator.uniform(0, 1, (generator.integers(10, 40), 2)))], generator)


def _zigzag(generator: np.random.Generator) -> _Strokes:
    """Draw a line to and fro across the way it goes."""
    n_corners = int(generator.integers(6, 20))
    along = np.linspace(0, generator.uniform(0.4, 1.4), n_corners)
    across = np.arange(n_corners) % 2
    corners = np.stack([along, across], axis=1) + generator.normal(0, 2 * _MISS, (n_corners, 2))
    stroke = smooth(*corners) if generator.random() < 0.4 else corners
    return written([_turned(stroke, generator.uniform(0, math.pi))], generator)


def _hatching(generator: np.random.Generator) -> _Strokes:
    """Draw parallel lines, perhaps with others across them."""
    strokes = []
    angle = generator.uniform(0, math.pi)
    for turn in (0, math.pi / 2)[: generator.integers(1, 3)]:
        for offset in np.linspace(0, 1, generator.integers(4, 9)):
            ends = np.array([[0, offset], [1, offset]]) + generator.normal(0, _MISS, (2, 2))
            strokes.append(_turned(ends, angle + turn))
    return written(strokes, generator)


def _coil(generator: np.random.Generator) -> _Strokes:
    """Draw loops in a row, or on top of each other."""
    n_loops = generator.integers(3, 8)
    angles = np.arange(0, 2 * math.pi * n_loops, 0.3)
    # Each loop a little larger or smaller than the one before it.
    sizes = np.interp(angles, 2 * math.pi * np.arange(8), generator.normal(0.5, 0.08, 8))
    loops = sizes[:, np.newaxis] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    loops[:, 0] += generator.uniform(0.03, 0.08) * angles
    return written([_turned(loops, generator.uniform(0, math.pi))], generator)


def _crossed_out(generator: np.random.Generator) -> _Strokes:
    """Draw a digit with a cross, a zigzag or several lines over it."""
    # A single line more makes a digit too: the bar of a 7, the slash of a 0.
    lines_over = (
        _form(("0,0 8,10 / 8,0 0,10",), generator),
        _zigzag(generator),
        [
            CANVAS_PX * (np.array([[0.1, y], [0.9, y]]) + generator.normal(0, 0.07, (2, 2)))
            for y in np.linspace(0.3, 0.7, generator.integers(3, 6))
        ],
    )
    return _any_digit(generator) + lines_over[generator.integers(len(lines_over))]


def _side_by_side(
    n: int,
    draw: Callable[[np.random.Generator], _Strokes],
    generator: np.random.Generator,
    widest_gap: float = 0.5,
) -> _Strokes:
    """Draw several in a row, apart, touching, or overlapping a little."""
    strokes, right = [], 0.0
    for _ in range(n):
        one = [generator.uniform(0.75, 1.1) * stroke for stroke in draw(generator)]
        points = np.concatenate(one)
        low, (width, height) = points.min(axis=0), np.ptp(points, axis=0)
        left = right + generator.uniform(-0.1, widest_gap) * height
        place = np.array([left, generator.normal(0, 0.08) * height - height / 2])
        strokes += [stroke - low + place for stroke in one]
        right = left + width
    return strokes


def _any_digit(generator: np.random.Generator) -> _Strokes:
    """Draw one of the ten digits."""
    return draw_strokes(int(generator.integers(10)), generator)


def _any_letter(generator: np.random.Generator) -> _Strokes:
    """Draw one of the letters."""
    forms = tuple(_LETTERS.values())
    return _form(forms[generator.integers(len(forms))], generator)


def _dots(generator: np.random.Generator) -> _Strokes:
    """Draw a few dots, each a tiny line."""
    places = generator.uniform(0, 1, (generator.integers(2, 7), 1, 2))
    return written(list(places + generator.normal(0, 0.01, (len(places), 4, 2))), generator)


def _dash(generator: np.random.Generator) -> _Strokes:
    """Draw a line that is not as steep as a 1."""
    line = smooth((0, 0.5), (0.5, 0.5 + generator.normal(0, 0.05)), (1, 0.5))
    return [_turned(line, generator.uniform(-0.6, 0.6)) * generator.uniform(0.2, 0.8) * CANVAS_PX]


def _on_canvas(strokes: _Strokes) -> _Strokes:
    """Put strokes into the middle of the canvas, smaller if they are too large for it."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    scale = min(1, _MAX_EXTENT_PX / size.max())
    return [(stroke - low - size / 2) * scale + CANVAS_PX / 2 for stroke in strokes]


def _rounded(stroke: np.ndarray) -> np.ndarray:
    """Return a stroke whose corners are cut as by a quick hand."""
    before, after = stroke[:-1], stroke[1:]
    # A tenth of the way: with more, a triangle would be a 0.
    near = np.stack([0.9 * before + 0.1 * after, 0.1 * before + 0.9 * after], axis=1)
    return np.concatenate([stroke[:1], near.reshape(-1, 2), stroke[-1:]])


def _turned(stroke: np.ndarray, angle: float) -> np.ndarray:
    """Return a stroke turned by an angle in radians about the middle of its form."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return (stroke - 0.5) @ np.array([[cosine, sine], [-sine, cosine]]) + 0.5


_DRAW: dict[str, Callable[[np.random.Generator], _Strokes]] = {
    **{f"letter {name}": partial(_form, forms) for name, forms in _LETTERS.items()},
    **{name: partial(_form, forms) for name, forms in _SHAPES.items()},
    "jumble": _jumble,
    "dots": _dots,
    "dash": _dash,
    "tangle": _tangle,
    "zigzag": _zigzag,
    "hatching": _hatching,
    "coil": _coil,
    "crossed-out digit": _crossed_out,
    "two digits": partial(_side_by_side, 2, _any_digit),
    "two digits that touch": partial(_side_by_side, 2, _any_digit, widest_gap=0.1),
    "three digits": partial(_side_by_side, 3, _any_digit),
    "two letters": partial(_side_by_side, 2, _any_letter),
    "three letters": partial(_side_by_side, 3, _any_letter),
}
_SCRIBBLES = ("tangle", "zigzag", "hatching", "coil", "crossed-out digit")


def _group(kind: str) -> str:
    """Return the group of a kind."""
    if kind.startswith("letter "):
        return "letter"
    if kind.startswith(("two ", "three ")):
        return "several"
    return "scribble" if kind in _SCRIBBLES else "shape"


# The group of each kind.
KINDS = {kind: _group(kind) for kind in _DRAW}
