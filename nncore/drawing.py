"""From a drawing or a photo to an image like those of MNIST.

Strokes or a photo become ink (255 where the pen went, 0 on paper), and ink becomes 28x28 pixels by
the steps that made MNIST itself, so that a network sees what it was trained on.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from nncore.images import rgb_pixels

MAX_CANVAS_PX = 2000
MAX_BRUSH_PX = 200
MAX_POINTS = 100_000
# Far beyond any canvas, and still exact in the 32-bit numbers that Pillow draws with.
MAX_COORDINATE_PX = 100_000
# Full pixels of ink; the thinnest digit of MNIST has 20 on its 28x28 pixels.
MIN_INK_PX = 10

IMAGE_SIZE = 28
BOX_SIZE = 20
# In row and column; MNIST's 60,000 images have their centre of mass from 13.5 to 14.5 in both.
CENTRE = 14

# Of the strongest ink; measured on MNIST's digits enlarged and made small again.
_EDGE_SHARE = 0.25
_SUPERSAMPLING = 4
_MAX_SUPERSAMPLED_PX = 4000
_MAX_PHOTO_PX = 1000
_BACKGROUND_PX = 100
# Room above it in 8 bits for paper that is lighter than its trend.
_FLAT_PAPER = 200
_TREND_STEPS = 10
# Of the light of the paper: what a pencil takes away, and what uneven paper does not.
_MIN_CONTRAST = 0.1
_NOISE_DEVIATIONS = 3
# Of the ink of the largest part; the bar of a 5 has several times as much.
_SPECK_SHARE = 0.03


class EmptyDrawingError(ValueError):
    """There is nothing, or next to nothing, on the canvas."""


@dataclass(frozen=True, eq=False)
class DigitSteps:
    """What becomes of a drawing on its way to a 28x28 image.

    Attributes
    ----------
    crop : ndarray of shape (crop_height, crop_width), uint8
        The drawing cut to its ink; a fringe of less than a quarter of the ink is left out.
    fitted : ndarray of shape (fitted_height, fitted_width), uint8
        The crop fitted into 20x20, proportions kept: the longer side is 20.
    top_left : tuple of int
        Row and column of ``image`` at which ``fitted`` is pasted.
    image : ndarray of shape (28, 28), uint8
        The result, its centre of mass at the centre.
    """

    crop: np.ndarray
    fitted: np.ndarray
    top_left: tuple[int, int]
    image: np.ndarray


def render_strokes(
    strokes: Sequence[Sequence[Sequence[float]]],
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
    width, height = _checked_canvas(canvas_size)
    if not 0 < brush_px <= MAX_BRUSH_PX:
        raise ValueError(f"brush_px must be above 0 and at most {MAX_BRUSH_PX}, got {brush_px}")
    checked_strokes = _checked_strokes(strokes)

    scale = min(_SUPERSAMPLING, _MAX_SUPERSAMPLED_PX // max(width, height))
    canvas = Image.new("L", (width * scale, height * scale))
    draw = ImageDraw.Draw(canvas)
    brush = max(1, round(brush_px * scale))
    for stroke in checked_strokes:
        points = np.rint(stroke * scale)
        # A pointer that rests sends the same point again and again.
        points = points[np.r_[True, np.any(np.diff(points, axis=0), axis=1)]]
        draw.line(points.ravel().tolist(), fill=255, width=brush)
        # Round caps and joins; Pillow's own joint="curve" leaves gaps at sharp turns.
        starts = points - brush // 2
        for left, top in starts.tolist():
            draw.ellipse((left, top, left + brush - 1, top + brush - 1), fill=255)
    return np.array(canvas.reduce(scale))


def ink_from_photo(image: Image.Image | np.ndarray) -> np.ndarray:
    """Separate the ink of a photo or scan from its paper.

    Parameters
    ----------
    image : PIL.Image.Image, or ndarray of shape (height, width, 3), uint8
        A digit in dark ink on light paper, or the other way round.

    Returns
    -------
    ndarray of shape (height, width), uint8
        0 on paper, 255 in the ink; the longer side is at most 1,000 pixels. All 0 if nothing
        stands out from the paper.

    Raises
    ------
    ValueError
        If an array is not (height, width, 3) uint8, or is empty.

    Notes
    -----
    Uneven light is divided out by an estimate of the paper behind the ink: a grey closing wider
    than a stroke, blurred. The darkness that remains is parted into paper and ink at Otsu's
    threshold [1]_, and stretched from the noise of the paper (0) to the median of the ink (255).

    References
    ----------
    .. [1] N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions
       on Systems, Man, and Cybernetics 9(1), 1979. doi:10.1109/TSMC.1979.4310076
    """
    darkness = _darkness(_photo_light(image))
    threshold = _otsu_threshold(darkness)
    is_ink = darkness > threshold
    nothing = np.zeros(darkness.shape, dtype=np.uint8)
    if not is_ink.any():
        return nothing
    paper, ink_level = darkness[~is_ink], float(np.median(darkness[is_ink]))
    paper_level = float(np.median(paper))
    # 1.4826 turns a median absolute deviation into a standard deviation.
    noise = 1.4826 * float(np.median(np.abs(paper - paper_level)))
    floor = max(paper_level + _NOISE_DEVIATIONS * noise, threshold / 2)
    if ink_level - floor < _MIN_CONTRAST:
        return nothing
    strength = np.clip((darkness - floor) / (ink_level - floor), 0, 1)
    strength *= _strokes_without_specks(is_ink)
    return np.rint(255 * strength).astype(np.uint8)


def digit_steps(ink: np.ndarray) -> DigitSteps:
    """Turn ink into an image like those of MNIST, and keep what comes between.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8
        0 on paper, 255 in the ink.

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

    Notes
    -----
    As MNIST was made [1]_: fitted into 20x20 with proportions kept, and moved by whole pixels
    until the centre of mass is at the centre of 28x28. A shape so lopsided that it would leave
    the image is moved less far. Every image of MNIST reaches full black (254 or 255), so faint
    or thin ink is strengthened to 255 here.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to
       document recognition", Proceedings of the IEEE 86(11), 1998. doi:10.1109/5.726791
    """
    ink = np.asarray(ink)
    if ink.ndim != 2 or ink.dtype != np.uint8:
        raise ValueError(f"ink must be (height, width) uint8, got {ink.shape} {ink.dtype.name}")
    if ink.sum(dtype=np.int64) < 255 * MIN_INK_PX:
        raise EmptyDrawingError("Nothing is drawn yet: draw a digit with strokes that can be seen.")
    # An edge is where ink is plain to see: its smooth fringe would make the digit smaller.
    is_plain = ink > _EDGE_SHARE * ink.max()
    rows, columns = np.flatnonzero(is_plain.any(axis=1)), np.flatnonzero(is_plain.any(axis=0))
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    scale = BOX_SIZE / max(crop.shape)
    # A thin line keeps a width of one pixel.
    height, width = (max(1, round(side * scale)) for side in crop.shape)
    fitted = _area_weights(crop.shape[0], height) @ crop @ _area_weights(crop.shape[1], width).T
    fitted = np.rint(fitted * (255 / fitted.max())).astype(np.uint8)

    top = _paste_position(fitted.sum(axis=1, dtype=np.int64))
    left = _paste_position(fitted.sum(axis=0, dtype=np.int64))
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)
    image[top : top + height, left : left + width] = fitted
    return DigitSteps(crop, fitted, (top, left), image)


def digit_image(ink: np.ndarray) -> np.ndarray:
    """Turn ink into an image like those of MNIST.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8
        0 on paper, 255 in the ink.

    Returns
    -------
    ndarray of shape (28, 28), uint8
        The digit in 20x20 pixels, its centre of mass at the centre; see `digit_steps`.

    Raises
    ------
    EmptyDrawingError
        If there is less ink than ten full pixels.
    ValueError
        If ``ink`` is not (height, width) uint8.
    """
    return digit_steps(ink).image


def _checked_canvas(canvas_size: int | tuple[int, int]) -> tuple[int, int]:
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


def _checked_strokes(strokes: Sequence[Sequence[Sequence[float]]]) -> list[np.ndarray]:
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
        # NaN fails the comparison too.
        if not np.all(np.abs(points.astype(np.float64)) <= MAX_COORDINATE_PX):
            raise ValueError(
                f"stroke {number} must be finite and within {MAX_COORDINATE_PX} px of the canvas"
            )
        n_points += len(points)
        if n_points > MAX_POINTS:
            raise ValueError(f"strokes must have at most {MAX_POINTS} points")
        if len(points):
            checked.append(points.astype(np.float64))
    return checked


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
    # Nothing may leave the image, however lopsided the digit.
    return min(max(math.ceil(CENTRE - 0.5 - centre_of_mass), 0), IMAGE_SIZE - n_lines)


def _photo_light(image: Image.Image | np.ndarray) -> Image.Image:
    """Return a photo in grey, at most 1,000 pixels long, with its ink dark."""
    if isinstance(image, Image.Image):
        # Shrunk before it is copied to an array: 16 megapixels take 50 MB a copy.
        pixels = rgb_pixels(_shrunk(image, _MAX_PHOTO_PX) if image.mode in ("L", "RGB") else image)
    else:
        pixels = np.asarray(image)
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
            raise ValueError(
                f"image must be (height, width, 3) uint8, got {pixels.shape} {pixels.dtype.name}"
            )
    light = _shrunk(Image.fromarray(pixels).convert("L"), _MAX_PHOTO_PX)
    light = light.filter(ImageFilter.GaussianBlur(2 * max(light.size) / _MAX_PHOTO_PX))
    return ImageOps.invert(light) if _has_light_ink(light) else light


def _shrunk(image: Image.Image, max_px: int) -> Image.Image:
    """Return the image reduced by a whole factor until its longer side is at most max_px."""
    return image.reduce(math.ceil(max(image.size) / max_px))


def _has_light_ink(light: Image.Image) -> bool:
    """Return whether what stands out from its surroundings, few pixels but strongly, is lighter."""
    small = _shrunk(light, _BACKGROUND_PX)
    surroundings = small.filter(ImageFilter.GaussianBlur(max(small.size) / 4))
    difference = np.asarray(small, dtype=np.float32) - np.asarray(surroundings, dtype=np.float32)
    return float(np.sum(difference**3)) > 0


def _darkness(light: Image.Image) -> np.ndarray:
    """Return (height, width) float32: the share of the paper's light that is missing, 0 to 1."""
    small = _shrunk(light, _BACKGROUND_PX)
    trend = _paper_trend(np.asarray(small, dtype=np.float64))
    # With the trend gone, the grey closing below has no slope to get wrong at the borders.
    flat = np.asarray(small) * (_FLAT_PAPER / trend)
    paper = Image.fromarray(np.clip(np.rint(flat), 0, 255).astype(np.uint8))
    # In steps of one pixel it fills what is narrower than a third of the photo.
    reach = math.ceil(max(paper.size) / 6)
    for step in [ImageFilter.MaxFilter(3)] * reach + [ImageFilter.MinFilter(3)] * reach:
        paper = paper.filter(step)
    paper = paper.filter(ImageFilter.GaussianBlur(reach / 4))
    background = Image.fromarray((np.asarray(paper) * (trend / _FLAT_PAPER)).astype(np.float32))
    background = np.asarray(background.resize(light.size, Image.Resampling.BILINEAR))
    missing = background - np.asarray(light, dtype=np.float32)
    return np.clip(missing / np.maximum(background, 1), 0, 1)


def _paper_trend(light: np.ndarray) -> np.ndarray:
    """Return the parabolic surface, of the same shape and at least 1, on which the paper lies."""
    y, x = (np.linspace(-1, 1, side) for side in light.shape)
    x, y = (grid.ravel() for grid in np.meshgrid(x, y))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    values = light.ravel()
    weights = np.ones_like(values)
    for _ in range(_TREND_STEPS):
        # Expectile regression: what is darker than the surface, ink and shadow, hardly counts.
        weighted = terms * weights[:, None]
        surface = terms @ np.linalg.lstsq(weighted.T @ terms, weighted.T @ values)[0]
        weights = np.where(values < surface, 0.02, 1.0)
    return np.maximum(surface, 1).reshape(light.shape)


def _otsu_threshold(values: np.ndarray) -> float:
    """Return the threshold that parts values from 0 to 1 into the two most distinct groups."""
    counts, edges = np.histogram(values, bins=256, range=(0, 1))
    centres = (edges[:-1] + edges[1:]) / 2
    n_below = np.cumsum(counts)[:-1]
    n_above = values.size - n_below
    sum_below = np.cumsum(counts * centres)[:-1]
    sum_above = counts @ centres - sum_below
    difference = sum_above / np.maximum(n_above, 1) - sum_below / np.maximum(n_below, 1)
    return float(edges[1 + np.argmax(n_below * n_above * difference**2)])


def _strokes_without_specks(is_ink: np.ndarray) -> np.ndarray:
    """Return (height, width) bool: the strokes with a margin around them, without specks."""
    cell_px = math.ceil(max(is_ink.shape) / _BACKGROUND_PX)
    padding = [(0, -side % cell_px) for side in is_ink.shape]
    blocks = np.pad(is_ink, padding)
    n_rows, n_columns = (side // cell_px for side in blocks.shape)
    ink = blocks.reshape(n_rows, cell_px, n_columns, cell_px).sum(axis=(1, 3))
    parts = _connected_parts(ink > 0)
    ink_by_part = np.bincount(parts.ravel(), weights=ink.ravel())
    is_stroke = (ink_by_part >= _SPECK_SHARE * ink_by_part.max())[parts] & (ink > 0)
    with_margin = Image.fromarray(is_stroke).convert("L").filter(ImageFilter.MaxFilter(3))
    cells = np.asarray(with_margin) > 0
    height, width = is_ink.shape
    return cells.repeat(cell_px, axis=0).repeat(cell_px, axis=1)[:height, :width]


def _connected_parts(mask: np.ndarray) -> np.ndarray:
    """Return (height, width) integers: 0 outside the mask, a number from 1 for each part of it."""
    parts = np.zeros(mask.shape, dtype=np.int64)
    unvisited = set(zip(*np.nonzero(mask), strict=True))
    number = 0
    while unvisited:
        number += 1
        stack = [unvisited.pop()]
        while stack:
            row, column = stack.pop()
            parts[row, column] = number
            neighbours = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & unvisited
            unvisited -= neighbours
            stack.extend(neighbours)
    return parts
