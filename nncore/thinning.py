"""Thinning: the centre lines of ink, as if a pen had drawn them again.

After it, a photo of handwriting is strokes like those of a canvas, whatever pen wrote it.
"""

import numpy as np
from PIL import Image

# Longer side of the ink while it is thinned: lines of MNIST's width are 14 pixels wide on it.
_WORKING_PX = 112
# Of the strongest ink.
_IS_INK = 0.5
_RESAMPLING = (Image.Resampling.BILINEAR, Image.Resampling.BOX)
# Row and column of the eight neighbours, clockwise from the one above.
_NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


def centre_lines(ink: np.ndarray) -> list[np.ndarray]:
    """Find the lines along the middle of ink.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8
        0 on paper, 255 in the ink.

    Returns
    -------
    list of ndarray of shape (n_points, 2), float64
        x and y in pixels of ``ink``, y down, the centre of the first pixel at (0.5, 0.5). A line
        ends where others meet it, and its ends reach about as far as the ink does less half its
        width. Empty if there is no ink.

    Notes
    -----
    The ink is thinned to lines one pixel wide by the method of Zhang and Suen [1]_, on a grid of at
    most 112 pixels, and the lines are followed from their ends and branches.

    References
    ----------
    .. [1] T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns",
       Communications of the ACM 27(3), 1984. doi:10.1145/357994.358023
    """
    rows, columns = np.nonzero(ink)
    if not rows.size:
        return []
    top, left = rows.min(), columns.min()
    crop = Image.fromarray(ink[top : rows.max() + 1, left : columns.max() + 1])
    scale = _WORKING_PX / max(crop.size)
    size = [max(1, round(side * scale)) for side in crop.size]
    levels = np.asarray(crop.resize(size, _RESAMPLING[scale < 1]))
    skeleton = thin(levels > _IS_INK * levels.max())
    to_ink = np.array(crop.size) / size
    if not skeleton.any():
        # A round blot may be thinned to two by two pixels, and these at once to none.
        return [np.array([[left + crop.width / 2, top + crop.height / 2]])]
    return [(line + 0.5) * to_ink + (left, top) for line in _followed(skeleton)]


def thin(mask: np.ndarray) -> np.ndarray:
    """Thin shapes to lines one pixel wide.

    Parameters
    ----------
    mask : ndarray of shape (height, width), bool

    Returns
    -------
    ndarray of shape (height, width), bool
        Parts of the mask, connected as the mask is (by sides and corners).
    """
    padded = np.pad(mask, 1)
    inside = padded[1:-1, 1:-1]
    has_changed = True
    while has_changed:
        has_changed = False
        for is_removable in _REMOVABLE:
            is_removed = is_removable[_neighbourhoods(padded)] & inside
            if is_removed.any():
                inside &= ~is_removed
                has_changed = True
    return inside.copy()


def _neighbourhoods(padded: np.ndarray) -> np.ndarray:
    """Return for each pixel inside the padding which neighbours it has, a bit for each."""
    height, width = padded.shape[0] - 2, padded.shape[1] - 2
    codes = np.zeros((height, width), dtype=np.uint8)
    for bit, (row, column) in enumerate(_NEIGHBOURS):
        neighbour = padded[1 + row : 1 + row + height, 1 + column : 1 + column + width]
        codes |= neighbour.view(np.uint8) << bit
    return codes


def _removable(step: int) -> np.ndarray:
    """Return which of the 256 neighbourhoods let their pixel go in one of the two steps."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    n_neighbours = bits.sum(axis=1)
    n_starts = np.sum((bits == 0) & (np.roll(bits, -1, axis=1) == 1), axis=1)
    above, right, below, left = bits[:, 0], bits[:, 2], bits[:, 4], bits[:, 6]
    if step == 0:
        is_at_edge = (above * right * below == 0) & (right * below * left == 0)
    else:
        is_at_edge = (above * right * left == 0) & (above * below * left == 0)
    return (n_neighbours >= 2) & (n_neighbours <= 6) & (n_starts == 1) & is_at_edge


_REMOVABLE = (_removable(0), _removable(1))


def _followed(skeleton: np.ndarray) -> list[np.ndarray]:
    """Return the lines of a skeleton, each (n_points, 2) as x and y."""
    pixels = set(zip(*(index.tolist() for index in np.nonzero(skeleton)), strict=True))
    links = {pixel: _linked(pixel, pixels) for pixel in pixels}
    lines, used = [], set()

    def follow(start: tuple[int, int], following: tuple[int, int]) -> None:
        line = [start, following]
        used.update(((start, following), (following, start)))
        while len(links[following]) == 2:
            start, following = following, next(p for p in links[following] if p != start)
            if (start, following) in used:
                break
            used.update(((start, following), (following, start)))
            line.append(following)
        lines.append(line)

    # Ends and branches first; what is left then are rings.
    for pixel in sorted(pixels, key=lambda p: (len(links[p]) == 2, p)):
        if not links[pixel]:
            lines.append([pixel])
        for other in links[pixel]:
            if (pixel, other) not in used:
                follow(pixel, other)
    return [np.array(line, dtype=np.float64)[:, ::-1] for line in lines]


def _linked(pixel: tuple[int, int], pixels: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the neighbours of a pixel, without those at a corner that a side leads to as well."""
    row, column = pixel
    linked = []
    for i, j in _NEIGHBOURS:
        is_by_side = (row + i, column) in pixels or (row, column + j) in pixels
        if (row + i, column + j) in pixels and not (i and j and is_by_side):
            linked.append((row + i, column + j))
    return linked
