"""Doubt: whether what is drawn is a digit at all, and if not, what speaks against it.

A recogniser answers with one of ten digits whatever it is given. Before it is believed, rules look
at the lines, and a small network, which has been shown letters, shapes and scribbles as well, at
the image.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from nncore.drawing import EmptyDrawingError, Preprocessing, ink_steps, stroke_steps
from nncore.layers import ActivationLayer
from nncore.mnist import N_CLASSES
from nncore.network import SequentialNetwork
from nncore.non_digits import GROUPS
from nncore.strokes import Strokes, checked_canvas, checked_strokes
from nncore.thinning import centre_lines

KINDS = ("blank", "dot", *GROUPS)
# Of the measured values, which `Doubt.measure` names.
LEAST_DIGIT_PROBABILITY = 0.5
LEAST_EXTENT = 0.04
LEAST_WIDTHS = 1.7
# No digit of MNIST, and none of 2,000 drawn on a tablet, has longer lines than 4.9.
MOST_LENGTH = 5.5
MOST_PARTS = 1

# Of the height of all lines: how high a part is at least that counts as one, and the gap beside it.
_PART_HEIGHT, _PART_GAP = 0.5, 0.05
# Longer side of ink on which its width is measured.
_WORKING_PX = 48
_NO_PEN = Preprocessing(pen=False)


@dataclass(frozen=True)
class Doubt:
    """Why a drawing is taken for no digit.

    Attributes
    ----------
    kind : str
        One of `KINDS`: what it looks like.
    measure : str
        What has been measured:

        - "ink": nothing was found, ``value`` and ``limit`` are 0;
        - "extent": the larger side of the lines' box, as a share of the canvas or, of a photo, in
          widths of its thickest line;
        - "length": of all lines together, in larger sides of their box;
        - "parts": how many stand side by side, apart, each at least half as high as all;
        - "digit": the probability that it is a digit, by the network.
    value, limit : float
        What was measured, and what it should not have been beyond.
    """

    kind: str
    measure: str
    value: float
    limit: float


_BLANK = Doubt("blank", "ink", 0, 0)


def doubt_of_strokes(
    strokes: Strokes,
    network: SequentialNetwork,
    canvas_size: int | tuple[int, int] = 280,
    image: np.ndarray | None = None,
) -> Doubt | None:
    """Return what speaks against strokes being one digit, if anything does.

    Parameters
    ----------
    strokes : sequence of array-likes of shape (n_points, 2)
        x and y of each point in pixels of the canvas, y down.
    network : SequentialNetwork
        As `nncore.doubt_training.train_detector` makes it.
    canvas_size : int or (width, height), default 280
        1 to 2,000 pixels each.
    image : ndarray of shape (28, 28), uint8, optional
        What `nncore.drawing.stroke_steps` makes of them, if that is known.

    Returns
    -------
    Doubt or None

    Raises
    ------
    ValueError
        If the strokes are none (see `nncore.strokes.render_strokes`), or the network is not one
        that tells digits from the rest.
    """
    lines = checked_strokes(strokes)
    if not lines:
        return _BLANK
    extent = _extent(lines) / max(checked_canvas(canvas_size))
    if extent < LEAST_EXTENT:
        return Doubt("dot", "extent", extent, LEAST_EXTENT)
    doubt = _doubt_of_lines(lines)
    if doubt:
        return doubt
    if image is None:
        image = stroke_steps(lines, canvas_size).image
    return doubt_of_image(image, network)


def doubt_of_ink(ink: np.ndarray, network: SequentialNetwork) -> Doubt | None:
    """Return what speaks against the ink of a photo being one digit, if anything does.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8
        0 on paper, 255 in the ink; see `nncore.photo.ink_from_photo`.
    network : SequentialNetwork
        As `nncore.doubt_training.train_detector` makes it.

    Returns
    -------
    Doubt or None

    Raises
    ------
    ValueError
        If ``ink`` is not (height, width) uint8, or the network is not one that tells digits from
        the rest.
    """
    try:
        strong = ink_steps(ink, _NO_PEN).crop
    except EmptyDrawingError:
        return _BLANK
    # The thinning leaves any lines, or none, of a blob: whether it is one is asked before.
    extent = _extent_in_widths(strong)
    if extent < LEAST_WIDTHS:
        return Doubt("dot", "extent", extent, LEAST_WIDTHS)
    lines = centre_lines(ink)
    if not lines:
        return _BLANK
    doubt = _doubt_of_lines(lines) or doubt_of_image(
        stroke_steps(lines, ink.shape[::-1]).image, network
    )
    # The centre lines of thick ink may miss a hole that has run full. The recogniser is given such
    # ink as it is; whichever of the two looks more like a digit counts.
    if doubt and doubt.measure == "digit" and not doubt_of_image(ink_steps(ink).image, network):
        return None
    return doubt


def doubt_of_image(image: np.ndarray, network: SequentialNetwork) -> Doubt | None:
    """Return what the network alone has against an image being a digit, if anything.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
        Like MNIST's.
    network : SequentialNetwork
        As `nncore.doubt_training.train_detector` makes it.

    Returns
    -------
    Doubt or None

    Raises
    ------
    ValueError
        If the network is not one that tells digits from the rest.
    """
    (outputs,) = _outputs(image[np.newaxis], network)
    probability = float(outputs[:N_CLASSES].sum())
    if probability > LEAST_DIGIT_PROBABILITY:
        return None
    kind = GROUPS[int(outputs[N_CLASSES:].argmax())]
    return Doubt(kind, "digit", probability, LEAST_DIGIT_PROBABILITY)


def digit_probabilities(images: np.ndarray, network: SequentialNetwork) -> np.ndarray:
    """Return how probable it is that each image shows a digit, whichever it is.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
        Like MNIST's.
    network : SequentialNetwork
        As `nncore.doubt_training.train_detector` makes it.

    Returns
    -------
    ndarray of shape (n,), float32
        From 0 to 1.

    Raises
    ------
    ValueError
        If the network is not one that tells digits from the rest.
    """
    # Rounding may take the sum of ten of the probabilities above 1.
    return np.minimum(_outputs(images, network)[:, :N_CLASSES].sum(axis=1), 1)


def _outputs(images: np.ndarray, network: SequentialNetwork) -> np.ndarray:
    """Return (n, 14) probabilities: of the ten digits, then of each group of what is none."""
    last = network.layers[-1]
    is_softmax = isinstance(last, ActivationLayer) and last.name == "softmax"
    if network.n_outputs != N_CLASSES + len(GROUPS) or not is_softmax:
        raise ValueError(
            f"network must have {N_CLASSES + len(GROUPS)} softmax outputs, digits and then "
            f"{', '.join(GROUPS)}, got {network.n_outputs}"
        )
    return network.predict(images)


def _doubt_of_lines(lines: Sequence[np.ndarray]) -> Doubt | None:
    """Return what speaks against lines of some extent being one digit, if anything does."""
    # A single point is left of a blot that is thinned to nothing.
    length = sum(_length(line) for line in lines) / max(_extent(lines), 1)
    if length > MOST_LENGTH:
        return Doubt("scribble", "length", length, MOST_LENGTH)
    n_parts = _n_parts(lines)
    if n_parts > MOST_PARTS:
        return Doubt("several", "parts", n_parts, MOST_PARTS)
    return None


def _extent(lines: Sequence[np.ndarray]) -> float:
    """Return the larger side of the box around lines."""
    return float(np.ptp(np.concatenate(lines), axis=0).max())


def _length(line: np.ndarray) -> float:
    """Return the length of a line."""
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _extent_in_widths(ink: np.ndarray) -> float:
    """Return how many times larger ink is than the largest square that fits into it."""
    scale = _WORKING_PX / max(ink.shape)
    size = [max(1, round(side * scale)) for side in ink.shape[::-1]]
    levels = Image.fromarray(ink).resize(size, Image.Resampling.BOX)
    rest = ImageOps.expand(levels.point(lambda level: 255 * (level > 127)), 1)
    n_steps = 0
    while rest.getbbox():
        # Takes away a pixel from every side.
        rest = rest.filter(ImageFilter.MinFilter(3))
        n_steps += 1
    return _WORKING_PX / max(1, 2 * n_steps - 1)


def _n_parts(lines: Sequence[np.ndarray]) -> int:
    """Return how many tall parts stand side by side with paper between them."""
    boxes = sorted((*line.min(axis=0), *line.max(axis=0)) for line in lines)
    height = np.ptp(np.concatenate(lines)[:, 1])
    parts = [boxes[0]]
    for left, top, right, bottom in boxes[1:]:
        first, highest, last, lowest = parts[-1]
        if left > last + _PART_GAP * height:
            parts.append((left, top, right, bottom))
        else:
            parts[-1] = (first, min(highest, top), max(last, right), max(lowest, bottom))
    return sum(bottom - top > _PART_HEIGHT * height for _, top, _, bottom in parts)
