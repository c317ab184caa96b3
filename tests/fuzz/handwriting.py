"""Files of handwriting, messages of a canvas, strokes and ink that nobody has drawn."""

import contextlib
import math
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from dashboard.drawing.canvas import CANVAS_PX, MAX_POINTS, Drawing, fabric_json, strokes_of
from nncore.doubt import doubt_of_ink, doubt_of_strokes
from nncore.drawing import EmptyDrawingError, Preprocessing, ink_steps, stroke_steps
from nncore.handwriting_set import HandwritingFileError, HandwritingSet
from nncore.model_files import load_model
from nncore.network import SequentialNetwork
from nncore.photo import ink_from_photo
from nncore.segmentation import (
    TooManyPiecesError,
    pieces_of_ink,
    pieces_of_strokes,
    read_number,
)
from nncore.thinning import centre_lines
from tests.fuzz.campaign import Campaign
from tests.fuzz.mutations import dumped, mutated_bytes, mutated_value

_DIGIT = {"label": 7, "strokes": [[[80, 60], [205.5, 60]], [[205, 60], [125, 240]]]}
_PATH = {
    "type": "Path",
    "originX": "center",
    "originY": "center",
    "left": 125,
    "top": 135,
    "strokeWidth": 20,
    "scaleX": 1,
    "scaleY": 1,
    "angle": 0,
    "flipX": False,
    "skewX": 0,
    "skewY": 0,
    "path": [["M", 50, 50], ["Q", 60, 70, 200, 60], ["L", 100, 220]],
}
_DOUBT_MODEL = Path(__file__).parents[2] / "data" / "models" / "doubt.npz"


def make_file(generator: np.random.Generator) -> bytes:
    """Return a handwriting set whose file has been damaged or forged."""
    lines = [dumped(_DIGIT)] * int(generator.integers(1, 4))
    index = generator.integers(len(lines))
    if generator.random() < 0.3:
        return mutated_bytes(b"\n".join(lines), generator)
    lines[index] = dumped(mutated_value(_DIGIT, generator))
    return b"\n".join(lines)


def read_file(data: bytes) -> None:
    """Read a handwriting set, and do with what is accepted what the page does with it."""
    digits = HandwritingSet.from_bytes(data)
    assert HandwritingSet.from_bytes(digits.to_bytes()) == digits
    assert digits.images.shape == (len(digits), 28, 28)


def make_message(generator: np.random.Generator) -> object:
    """Return a forged message of the canvas."""
    message = {"version": "7.4.0", "objects": [_PATH] * int(generator.integers(1, 4))}
    if generator.random() < 0.5:
        return mutated_value(message, generator)
    message["objects"] = [mutated_value(drawn, generator) for drawn in message["objects"]]
    return message


def read_message(message: object) -> None:
    """Read the strokes of a canvas, draw them, and put them on a canvas again."""
    strokes = strokes_of(message)
    assert Drawing(strokes).ink().shape == (CANVAS_PX, CANVAS_PX)
    dumped(fabric_json(strokes))


def make_strokes(generator: np.random.Generator) -> list[np.ndarray]:
    """Return strokes that no hand draws: too many, too long, flat, thin, far away, all alike."""
    n_strokes = int(generator.choice((1, 1, 2, 5, 40, 70, 1000)))
    n_points = int(generator.choice((1, 2, 3, 30, MAX_POINTS // n_strokes)))
    size = generator.choice((0, 0.01, 1, 100, 280, 1000, 10_000), 2)
    offset = generator.choice((-10_000, -280, 0, 100, 280, 10_000), 2)
    shape = generator.integers(5)
    strokes = []
    for number in range(n_strokes):
        if shape == 0:
            points = generator.random((n_points, 2))
        elif shape == 1:
            points = np.cumsum(generator.normal(0, 0.02, (n_points, 2)), axis=0)
        elif shape == 2:
            # A zigzag from edge to edge, which crosses itself everywhere.
            points = np.stack([np.arange(n_points) % 2, np.linspace(0, 1, n_points)], axis=1)
        elif shape == 3:
            t = np.linspace(0, 40 * math.pi, n_points)
            points = np.stack([t * np.cos(t), t * np.sin(t)], axis=1) / 130
        else:
            # Side by side, none touching another.
            points = np.linspace((0, 0), (0, 1), n_points) + np.array([number / n_strokes, 0])
        points = points * size + offset
        strokes.append(np.clip(points, -10_000, 10_000).round(int(generator.integers(3))))
    return strokes


def read_strokes(strokes: list[np.ndarray]) -> None:
    """Prepare strokes as one digit, and doubt it."""
    for steps in (Preprocessing(), Preprocessing(fit=False), Preprocessing(centre=False)):
        with contextlib.suppress(EmptyDrawingError):
            stroke_steps(strokes, preprocessing=steps)
    doubt_of_strokes(strokes, _doubt_network())


def read_strokes_as_number(strokes: list[np.ndarray]) -> None:
    """Cut strokes, and read the number."""
    number = read_number(pieces_of_strokes(strokes), _equally_probable)
    assert len(number.digits) == len(number.cuts) + 1


def make_ink(generator: np.random.Generator) -> np.ndarray:
    """Return ink of no photo: full, noise, a checkerboard, stripes, rings, specks."""
    height, width = (int(side) for side in generator.choice((1, 2, 28, 280, 1000, 2000), 2))
    y, x = np.mgrid[0:height, 0:width]
    period = int(generator.choice((1, 2, 3, 8, 40)))
    match generator.integers(7):
        case 0:
            ink = np.full((height, width), 255)
        case 1:
            ink = generator.integers(0, 256, (height, width))
        case 2:
            ink = 255 * ((y // period + x // period) % 2)
        case 3:
            ink = 255 * (y // period % 2)
        case 4:
            ink = 255 * (np.hypot(y - height / 2, x - width / 2) // period % 2)
        case 5:
            ink = 255 * (generator.random((height, width)) < generator.choice((0.001, 0.1, 0.6)))
        case _:
            ink = np.full((height, width), generator.integers(0, 3))
    return ink.astype(np.uint8)


def read_ink(ink: np.ndarray) -> None:
    """Thin ink, and prepare it as a digit."""
    centre_lines(ink)
    ink_steps(ink)


def doubt_ink(ink: np.ndarray) -> None:
    """Doubt that ink is a digit."""
    doubt_of_ink(ink, _doubt_network())


def read_ink_as_number(ink: np.ndarray) -> None:
    """Take the ink for a photo, cut what is found on it, and read the number."""
    found = ink_from_photo(Image.fromarray(255 - ink))
    read_number(pieces_of_ink(found), _equally_probable)


@cache
def _doubt_network() -> SequentialNetwork:
    return load_model(_DOUBT_MODEL).network


def _equally_probable(images: np.ndarray) -> np.ndarray:
    return np.full((len(images), 10), 0.1)


FILES = Campaign(make_file, read_file, (HandwritingFileError,), n_short=400, n_long=100_000)
MESSAGES = Campaign(make_message, read_message, (), n_short=300, n_long=50_000)
STROKES = Campaign(make_strokes, read_strokes, (), n_short=15, n_long=5000)
NUMBERS = Campaign(
    make_strokes, read_strokes_as_number, (TooManyPiecesError,), n_short=30, n_long=5000
)
INK = Campaign(make_ink, read_ink, (EmptyDrawingError,), n_short=10, n_long=1000)
INK_DOUBTS = Campaign(make_ink, doubt_ink, (), n_short=10, n_long=1000)
INK_NUMBERS = Campaign(make_ink, read_ink_as_number, (TooManyPiecesError,), n_short=10, n_long=1000)
