"""From a drawing or a photo to an image like those of MNIST.

Strokes, or the centre lines of a photo's ink, are drawn again with the pen of MNIST and become
28x28 pixels by the steps that made MNIST itself, so that a network sees what it was trained on.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nncore.strokes import Strokes, checked_canvas, checked_strokes, render_strokes
from nncore.thinning import centre_lines

# Full pixels of ink; the thinnest digit of MNIST has 20 on its 28x28 pixels.
MIN_INK_PX = 10

IMAGE_SIZE = 28
BOX_SIZE = 20
# In row and column; MNIST's 60,000 images have their centre of mass from 13.5 to 14.5 in both.
CENTRE = 14
# Width of a line in an image of MNIST, in its pixels.
PEN_PX = 2.5

# Of the strongest ink; measured on MNIST's digits enlarged and made small again.
_EDGE_SHARE = 0.25
# Lines of ink that are wider, in pixels of the fitted digit, are left as they are: the holes of an
# 8 or a 6 may have run full, and a thin line through them looks like another digit. Measured on pen
# strokes drawn with brushes from 5 to 28 pixels of 280.
_WIDEST_REDRAWN_PX = 3.0
# Finer than the pixels of the result, so that each of these averages many.
_FINENESS = 4
# Of a canvas: what is smaller is a dot, and not made larger than it would be with this size.
_DOT_SHARE = 0.02


class EmptyDrawingError(ValueError):
    """There is nothing, or next to nothing, on the canvas."""

    def __init__(self):
        super().__init__("Nothing is drawn yet: draw a digit with strokes that can be seen.")


@dataclass(frozen=True)
class Preprocessing:
    """Which steps a drawing takes on its way to the network.

    Attributes
    ----------
    pen : bool
        Lines are drawn again with MNIST's pen, 2.5 pixels of 28 wide, whatever pen drew them. Ink
        with lines of more than 3 such pixels is left as it is.
    fit : bool
        The drawing is cut to its ink and fitted into 20x20 pixels; else the whole canvas is shrunk
        to 28x28.
    centre : bool
        The centre of mass is moved to the centre of the image; else the middle of the box is, or
        the canvas stays where it is.
    """

    pen: bool = True
    fit: bool = True
    centre: bool = True


_ALL_STEPS = Preprocessing()


@dataclass(frozen=True, eq=False)
class DigitSteps:
    """What becomes of a drawing on its way to a 28x28 image.

    Attributes
    ----------
    crop : ndarray of shape (crop_height, crop_width), uint8
        The lines as the pen draws them, cut to their ink; the whole canvas if nothing is cut.
    fitted : ndarray of shape (fitted_height, fitted_width), uint8
        The crop made small, proportions kept: the longer side is 20, or 28 if nothing is cut.
    top_left : tuple of int
        Row and column of ``image`` at which ``fitted`` is pasted; negative where it sticks out.
    image : ndarray of shape (28, 28), uint8
        The result.
    """

    crop: np.ndarray
    fitted: np.ndarray
    top_left: tuple[int, int]
    image: np.ndarray


def stroke_steps(
    strokes: Strokes,
    canvas_size: int | tuple[int, int] = 280,
    preprocessing: Preprocessing = _ALL_STEPS,
) -> DigitSteps:
    """Turn strokes into an image like those of MNIST, and keep what comes between.

    Their lines are scaled and then drawn with MNIST's pen, so that neither the brush nor the canvas
    makes a difference. ``preprocessing.pen`` is of no account: without it, take `ink_steps`.

    Parameters
    ----------
    strokes : sequence of array-likes of shape (n_points, 2)
        x and y of each point in pixels of the canvas, y down.
    canvas_size : int or (width, height), default 280
        1 to 2,000 pixels each.
    preprocessing : Preprocessing
        By default all steps.

    Returns
    -------
    DigitSteps
        The lines drawn by MNIST's pen, made small, where they are pasted, and the 28x28 image.

    Raises
    ------
    EmptyDrawingError
        If there is no point, or none on the canvas where that is shrunk whole.
    ValueError
        If a stroke is not (n_points, 2) finite numbers, or there are too many points; see
        `nncore.strokes.render_strokes`.

    Notes
    -----
    As MNIST was made [1]_: fitted into 20x20 with proportions kept, and moved by whole pixels
    until the centre of mass is at the centre of 28x28. A shape so lopsided that it would leave
    the image is moved less far. Every image of MNIST reaches full black (254 or 255), and so does
    every image here.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to
       document recognition", Proceedings of the IEEE 86(11), 1998. doi:10.1109/5.726791
    """
    lines = checked_strokes(strokes)
    if not lines:
        raise EmptyDrawingError
    canvas = checked_canvas(canvas_size)
    if not preprocessing.fit:
        pen_px = PEN_PX / IMAGE_SIZE * max(canvas)
        return ink_steps(
            render_strokes(lines, canvas, pen_px),
            Preprocessing(pen=False, fit=False, centre=preprocessing.centre),
        )
    points = np.concatenate(lines)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    scale = (BOX_SIZE - PEN_PX) / max(*size, _DOT_SHARE * max(canvas))
    # In whole pixels of the result, as all that is drawn on paper ends at some pixel.
    box = [max(1, round(side * scale + PEN_PX)) for side in size]
    margin = (np.array(box) - size * scale) / 2
    crop = render_strokes(
        [((line - low) * scale + margin) * _FINENESS for line in lines],
        tuple(side * _FINENESS for side in box),
        PEN_PX * _FINENESS,
    )
    return _pasted(crop, box[1], box[0], preprocessing)


def ink_steps(ink: np.ndarray, preprocessing: Preprocessing = _ALL_STEPS) -> DigitSteps:
    """Turn ink into an image like those of MNIST, and keep what comes between.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8
        0 on paper, 255 in the ink; at most 2,000 pixels a side if ``preprocessing.pen``.
    preprocessing : Preprocessing
        By default all steps: the centre lines of the ink are drawn again by MNIST's pen, see
        `stroke_steps`. Without the pen, or if the lines are too wide for it, the ink itself is
        fitted; a fringe of less than a quarter of it is left out, and faint ink is strengthened
        to 255.

    Returns
    -------
    DigitSteps
        The crop, the fitted digit, where it is pasted, and the 28x28 image.

    Raises
    ------
    EmptyDrawingError
        If there is less ink than ten full pixels.
    ValueError
        If ``ink`` is not (height, width) uint8.
    """
    ink = _checked_ink(ink)
    if preprocessing.pen:
        lines = redrawn_lines(ink)
        if lines is not None:
            return stroke_steps(lines, ink.shape[::-1], preprocessing)
    crop = ink
    if preprocessing.fit:
        # An edge is where ink is plain to see: its smooth fringe would make the digit smaller.
        is_plain = ink > _EDGE_SHARE * ink.max()
        rows, columns = np.flatnonzero(is_plain.any(axis=1)), np.flatnonzero(is_plain.any(axis=0))
        crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = (BOX_SIZE if preprocessing.fit else IMAGE_SIZE) / max(crop.shape)
    # A thin line keeps a width of one pixel.
    height, width = (max(1, round(side * scale)) for side in crop.shape)
    return _pasted(crop, height, width, preprocessing)


def redrawn_lines(ink: np.ndarray) -> Strokes | None:
    """Return the centre lines of ink, which MNIST's pen draws again in `ink_steps`.

    For who takes the steps of the same ink several times: `stroke_steps` of these lines gives what
    `ink_steps` of the ink does, without finding them again, which takes most of the time.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8
        0 on paper, 255 in the ink; at most 2,000 pixels a side.

    Returns
    -------
    list of ndarray of shape (n_points, 2), or None
        x and y of each point; None if the lines of the ink are too wide to be drawn again.

    Raises
    ------
    EmptyDrawingError, ValueError
        As for `ink_steps`.
    """
    ink = _checked_ink(ink)
    lines = centre_lines(ink)
    return lines if _fitted_width(ink, lines) <= _WIDEST_REDRAWN_PX else None


def _checked_ink(ink: np.ndarray) -> np.ndarray:
    """Return ink as an array; raise if it is none, or next to none."""
    ink = np.asarray(ink)
    if ink.ndim != 2 or ink.dtype != np.uint8:
        raise ValueError(f"ink must be (height, width) uint8, got {ink.shape} {ink.dtype.name}")
    if ink.sum(dtype=np.int64) < 255 * MIN_INK_PX:
        raise EmptyDrawingError
    return ink


def _pasted(crop: np.ndarray, height: int, width: int, preprocessing: Preprocessing) -> DigitSteps:
    """Make a crop (height, width) pixels small, and paste it into an image."""
    fitted = _area_weights(crop.shape[0], height) @ crop @ _area_weights(crop.shape[1], width).T
    fitted = np.rint(fitted * (255 / fitted.max())).astype(np.uint8)
    if preprocessing.centre:
        top = _paste_position(fitted.sum(axis=1, dtype=np.int64))
        left = _paste_position(fitted.sum(axis=0, dtype=np.int64))
    else:
        top, left = (IMAGE_SIZE - height) // 2, (IMAGE_SIZE - width) // 2
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)
    image[max(top, 0) : top + height, max(left, 0) : left + width] = fitted[
        max(-top, 0) : IMAGE_SIZE - top, max(-left, 0) : IMAGE_SIZE - left
    ]
    return DigitSteps(crop, fitted, (top, left), image)


def _fitted_width(ink: np.ndarray, lines: list[np.ndarray]) -> float:
    """Return how wide lines of ink are, on average, once it has been fitted into the box."""
    length = sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines)
    rows, columns = np.nonzero(ink)
    scale = BOX_SIZE / (1 + max(np.ptp(rows), np.ptp(columns)))
    return scale * ink.sum(dtype=np.int64) / 255 / max(length, 1.0)


# Strokes are drawn in as many sizes as their box may have pixels; those of ink can be 160 kB each.
@lru_cache(maxsize=32)
def _area_weights(n_from: int, n_to: int) -> np.ndarray:
    """Return (n_to, n_from) float32 weights that average n_from pixels over n_to equal parts."""
    edges = np.arange(n_to + 1) * (n_from / n_to)
    pixels = np.arange(n_from)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (np.clip(covered, 0, 1) * (n_to / n_from)).astype(np.float32)


def _paste_position(ink_by_line: np.ndarray) -> int:
    """Return the first line of the image at which a fitted digit has its centre of mass right."""
    n_lines = ink_by_line.size
    centre_of_mass = float(ink_by_line @ np.arange(n_lines) / ink_by_line.sum())
    position = math.ceil(CENTRE - 0.5 - centre_of_mass)
    if n_lines == IMAGE_SIZE:
        # A whole canvas, of which only paper should stick out.
        lines = np.flatnonzero(ink_by_line)
        return min(max(position, -int(lines[0])), IMAGE_SIZE - 1 - int(lines[-1]))
    # Nothing may leave the image, however lopsided the digit.
    return min(max(position, 0), IMAGE_SIZE - n_lines)
