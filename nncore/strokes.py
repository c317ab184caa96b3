"""Strokes of a pen: points on a canvas, and the ink that they leave."""

from collections.abc import Sequence
from itertools import groupby, islice

import numpy as np
from PIL import Image, ImageDraw

MAX_CANVAS_PX = 2000
MAX_BRUSH_PX = 200
MAX_POINTS = 100_000
# Far beyond any canvas, and still exact in the 32-bit numbers that Pillow draws with.
MAX_COORDINATE_PX = 100_000

_SUPERSAMPLING = 4
_MAX_SUPERSAMPLED_PX = 4000

Strokes = Sequence[Sequence[Sequence[float]]]


def render_strokes(
    strokes: Strokes,
    canvas_size: int | tuple[int, int] = 280,
    brush_px: float = 20,
) -> np.ndarray:
    """Draw strokes with a round brush.

    Parameters
    ----------
    strokes : sequence of array-likes of shape (n_points, 2)
        x and y of each point in pixels of the canvas, y down; (0, 0) is the outer corner of the
        first pixel. One point makes a dot, none makes nothing. What lies outside the canvas is
        cut off.
    canvas_size : int or (width, height), default 280
        1 to 2,000 pixels each.
    brush_px : float, default 20
        Diameter of the brush in pixels, above 0 and at most 200.

    Returns
    -------
    ndarray of shape (height, width), uint8
        0 on paper, 255 under the brush, between them at an edge.

    Raises
    ------
    ValueError
        If a stroke is not (n_points, 2) finite numbers, if there are more than 100,000 points, if
        a point lies more than 100,000 pixels away, or if the canvas or brush is out of range.
    """
    width, height = checked_canvas(canvas_size)
    if not 0 < brush_px <= MAX_BRUSH_PX:
        raise ValueError(f"brush_px must be above 0 and at most {MAX_BRUSH_PX}, got {brush_px}")
    checked = checked_strokes(strokes)

    scale = min(_SUPERSAMPLING, _MAX_SUPERSAMPLED_PX // max(width, height))
    canvas = Image.new("L", (width * scale, height * scale))
    draw = ImageDraw.Draw(canvas)
    brush = max(1, round(brush_px * scale))
    points = np.rint(np.concatenate([*checked, np.empty((0, 2))]) * scale).tolist()
    remaining = map(tuple, points)
    # A pointer that rests sends the same point again and again, a program the same stroke.
    lines = {
        tuple(point for point, _ in groupby(islice(remaining, len(stroke)))) for stroke in checked
    }
    for line in lines:
        draw.line(line, fill=255, width=brush)
    # Round caps and joins; Pillow's own joint="curve" leaves gaps at sharp turns.
    for x, y in set().union(*lines):
        left, top = x - brush // 2, y - brush // 2
        draw.ellipse((left, top, left + brush - 1, top + brush - 1), fill=255)
    return np.array(canvas.reduce(scale))


def checked_canvas(canvas_size: int | tuple[int, int]) -> tuple[int, int]:
    """Return width and height, or raise ValueError."""
    sides = np.ravel(canvas_size)
    if sides.size == 1:
        sides = np.repeat(sides, 2)
    if (
        sides.size != 2
        or sides.dtype.kind not in "iu"
        or sides.min() < 1
        or sides.max() > MAX_CANVAS_PX
    ):
        raise ValueError(
            f"canvas_size must be one or two whole numbers from 1 to {MAX_CANVAS_PX}, "
            f"got {canvas_size}"
        )
    return int(sides[0]), int(sides[1])


def checked_strokes(strokes: Strokes) -> list[np.ndarray]:
    """Return each stroke that has points as (n_points, 2) float64, or raise ValueError."""
    if isinstance(strokes, (str, bytes, dict)) or not hasattr(strokes, "__len__"):
        raise ValueError(f"strokes must be a sequence of strokes, got {type(strokes).__name__}")
    checked, n_points = [], 0
    for number, stroke in enumerate(strokes):
        try:
            points = np.asarray(stroke)
        except ValueError:
            raise ValueError(
                f"stroke {number} must be (n_points, 2) numbers, got a ragged list"
            ) from None
        if points.shape == (0,):
            continue
        if points.ndim != 2 or points.shape[1] != 2 or points.dtype.kind not in "iuf":
            raise ValueError(
                f"stroke {number} must be (n_points, 2) numbers, "
                f"got {points.shape} {points.dtype.name}"
            )
        points = points.astype(np.float64)
        # NaN fails the comparison too.
        if not (np.abs(points) <= MAX_COORDINATE_PX).all():
            raise ValueError(
                f"stroke {number} must be finite and within {MAX_COORDINATE_PX} px of the canvas"
            )
        n_points += len(points)
        if n_points > MAX_POINTS:
            raise ValueError(f"strokes must have at most {MAX_POINTS} points")
        if len(points):
            checked.append(points)
    return checked
