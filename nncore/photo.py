"""From a photo or scan of handwriting to its ink: 255 where the pen went, 0 on paper."""

import math

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from nncore.connected_parts import connected_parts
from nncore.images import rgb_bands

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


def ink_from_photo(image: Image.Image | np.ndarray, *, without_paper: bool = True) -> np.ndarray:
    """Separate the ink of a photo or scan from its paper.

    Parameters
    ----------
    image : PIL.Image.Image, or ndarray of shape (height, width, 3), uint8
        A digit in dark ink on light paper, or the other way round.
    without_paper : bool
        Whether the paper is told from the ink; else all that is dark is ink, shadows too.

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
    light = _photo_light(image)
    if not without_paper:
        return 255 - np.asarray(light)
    darkness = _darkness(light)
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


def _photo_light(image: Image.Image | np.ndarray) -> Image.Image:
    """Return a photo in grey, at most 1,000 pixels long, with its ink dark."""
    if isinstance(image, Image.Image):
        light = _grey(image)
    else:
        pixels = np.asarray(image)
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
            raise ValueError(
                f"image must be (height, width, 3) uint8, got {pixels.shape} {pixels.dtype.name}"
            )
        light = Image.fromarray(pixels).convert("L")
    light = _shrunk(light, _MAX_PHOTO_PX)
    light = light.filter(ImageFilter.GaussianBlur(2 * max(light.size) / _MAX_PHOTO_PX))
    return ImageOps.invert(light) if _has_light_ink(light) else light


def _grey(image: Image.Image) -> Image.Image:
    """Return an image in grey, without a copy of all its colours: 8 megapixels take 33 MB."""
    light = Image.new("L", image.size)
    top = 0
    for band in rgb_bands(image):
        light.paste(Image.fromarray(band).convert("L"), (0, top))
        top += len(band)
    return light


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
    parts = connected_parts(ink > 0)
    ink_by_part = np.bincount(parts.ravel(), weights=ink.ravel())
    is_stroke = (ink_by_part >= _SPECK_SHARE * ink_by_part.max())[parts] & (ink > 0)
    with_margin = Image.fromarray(is_stroke).convert("L").filter(ImageFilter.MaxFilter(3))
    cells = np.asarray(with_margin) > 0
    height, width = is_ink.shape
    return cells.repeat(cell_px, axis=0).repeat(cell_px, axis=1)[:height, :width]
