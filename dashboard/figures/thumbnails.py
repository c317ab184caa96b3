"""The pictures of the home page: small, transparent, and drawn from the data of the course."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageOps
from plotly.colors import sample_colorscale

from dashboard.figures.png import png
from dashboard.figures.theme import BLUE, GREY, SEQUENTIAL, VERMILLION

SIZE = (960, 288)
COLUMNS = 10
_TILE = SIZE[0] // COLUMNS
_GAP = 8


def image_tiles(images: Sequence[Image.Image]) -> bytes:
    """Return up to thirty images as a grid of squares.

    Parameters
    ----------
    images : sequence of PIL.Image.Image
        In reading order; cropped to squares.

    Returns
    -------
    bytes
        A PNG of ``SIZE``, as of all functions here.
    """
    picture = Image.new("RGBA", SIZE)
    side = _TILE - _GAP
    for number, image in enumerate(images[: 3 * COLUMNS]):
        row, column = divmod(number, COLUMNS)
        tile = ImageOps.fit(image.convert("RGB"), (side, side))
        corner = (column * _TILE + _GAP // 2, row * _TILE + _GAP // 2)
        picture.paste(tile, corner, _rounded_mask(side))
    return png(picture)


def digit_tiles(digits: np.ndarray) -> bytes:
    """Return up to thirty digits as a grid.

    Parameters
    ----------
    digits : ndarray of shape (n, 28, 28), uint8
        In reading order, ink is high.
    """
    picture = Image.new("RGBA", SIZE)
    for number, digit in enumerate(digits[: 3 * COLUMNS]):
        row, column = divmod(number, COLUMNS)
        _paste(picture, _ink(digit), column, row)
    return png(picture)


def samples_and_averages(samples: np.ndarray, averages: np.ndarray) -> bytes:
    """Return two samples of each digit with the average of all of them below.

    Parameters
    ----------
    samples : ndarray of shape (2, 10, 28, 28), uint8
        For each digit two of its images, ink is high.
    averages : ndarray of shape (10, 28, 28), float
        The mean image of each digit, 0 to 1.
    """
    picture = Image.new("RGBA", SIZE)
    scale = _colour_table(SEQUENTIAL)
    for column in range(COLUMNS):
        for row in range(2):
            _paste(picture, _ink(samples[row, column]), column, row)
        levels = np.rint(averages[column] / averages[column].max() * 255).astype(np.uint8)
        _paste(picture, Image.fromarray(scale[levels]), column, 2)
    return png(picture)


def network(widths: Sequence[int]) -> bytes:
    """Return a network of dense layers from left to right, each neuron joined to all of the next.

    Parameters
    ----------
    widths : sequence of int
        Number of neurons of each layer; drawn as a few, in proportion to the logarithm.
    """
    # Drawn twice as large and made smaller, because Pillow's lines have hard edges.
    width, height = SIZE[0] * 2, SIZE[1] * 2
    picture = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(picture)
    counts = [max(2, round(np.log2(count))) for count in widths]
    layers = [
        [
            (width * (0.08 + 0.84 * layer / (len(counts) - 1)), height * (neuron + 0.5) / count)
            for neuron in range(count)
        ]
        for layer, count in enumerate(counts)
    ]
    for left, right in pairwise(layers):
        for start in left:
            for end in right:
                draw.line((*start, *end), fill=(*ImageColor.getrgb(GREY), 110), width=2)
    for layer, neurons in enumerate(layers):
        colour = BLUE if layer < len(layers) - 1 else VERMILLION
        for x, y in neurons:
            draw.ellipse((x - 18, y - 18, x + 18, y + 18), fill=colour)
    return png(picture.resize(SIZE, Image.Resampling.LANCZOS))


def valley(losses: np.ndarray, path: np.ndarray) -> bytes:
    """Return a loss seen from above in bands, and a path of steps down into it.

    Parameters
    ----------
    losses : ndarray of shape (n_y, n_x), float
        At least 0, and not all 0.
    path : ndarray of shape (n_points, 2), float
        Columns and rows of ``losses``, as shares of its width and height in 0-1.
    """
    bands = np.floor(np.sqrt(losses / losses.max()) * 9) / 9
    levels = np.rint(255 * (1 - bands)).astype(np.uint8)
    size = (SIZE[0] * 2, SIZE[1] * 2)
    ground = Image.fromarray(_colour_table(SEQUENTIAL)[levels])
    picture = ground.resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    points = [(x * size[0], y * size[1]) for x, y in path]
    draw.line([coordinate for point in points for coordinate in point], fill=VERMILLION, width=8)
    for x, y in points:
        draw.ellipse((x - 14, y - 14, x + 14, y + 14), fill=VERMILLION)
    return png(picture.resize(SIZE, Image.Resampling.LANCZOS))


def curves(*lines: Sequence[float]) -> bytes:
    """Return lines from left to right, the first blue and the second vermilion.

    Parameters
    ----------
    *lines : sequence of float
        From 0, at the bottom, to 1.
    """
    size = (SIZE[0] * 2, SIZE[1] * 2)
    picture = Image.new("RGBA", size)
    draw = ImageDraw.Draw(picture)
    for values, colour in zip(lines, (BLUE, VERMILLION), strict=False):
        points = [
            (size[0] * (0.08 + 0.84 * number / (len(values) - 1)), size[1] * (0.9 - 0.8 * value))
            for number, value in enumerate(values)
        ]
        draw.line([c for point in points for c in point], fill=colour, width=10, joint="curve")
        for x, y in points:
            draw.ellipse((x - 16, y - 16, x + 16, y + 16), fill=colour)
    return png(picture.resize(SIZE, Image.Resampling.LANCZOS))


def drawing_and_pixels(ink: np.ndarray, digit: np.ndarray) -> bytes:
    """Return a drawing, an arrow, and the 28x28 image that a network sees.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8
        The drawing, 255 under the pen.
    digit : ndarray of shape (28, 28), uint8
        What becomes of it.
    """
    picture = Image.new("RGBA", SIZE)
    side = SIZE[1]
    left, right = (SIZE[0] - 2 * side) // 6, SIZE[0] - side - (SIZE[0] - 2 * side) // 6
    drawing = _ink(ink).resize((side, side), Image.Resampling.LANCZOS)
    picture.paste(drawing, (left, 0))
    pixels = Image.fromarray(_colour_table(SEQUENTIAL)[digit])
    picture.paste(pixels.resize((side, side), Image.Resampling.NEAREST), (right, 0))
    draw = ImageDraw.Draw(picture)
    start, end, middle = left + side + 40, right - 40, side // 2
    draw.line((start, middle, end - 20, middle), fill=GREY, width=8)
    draw.polygon([(end, middle), (end - 32, middle - 24), (end - 32, middle + 24)], fill=GREY)
    return png(picture)


def parted_strokes(digits: Sequence[Sequence[np.ndarray]]) -> bytes:
    """Return digits of strokes beside each other, in two colours by turns, and lines between them.

    Parameters
    ----------
    digits : sequence of sequences of ndarray of shape (n_points, 2)
        x and y of the strokes of each digit, y down, in any unit.
    """
    size = (SIZE[0] * 2, SIZE[1] * 2)
    picture = Image.new("RGBA", size)
    draw = ImageDraw.Draw(picture)
    width = size[0] / len(digits)
    for number, strokes in enumerate(digits):
        points = np.concatenate(strokes)
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        scale = 0.7 * min(width / max(extent[0], 1e-9), size[1] / max(extent[1], 1e-9))
        corner = ((number + 0.5) * width, size[1] / 2) - extent * scale / 2
        for stroke in strokes:
            line = (stroke - low) * scale + corner
            colour = (BLUE, VERMILLION)[number % 2]
            draw.line(line.ravel().tolist(), fill=colour, width=18, joint="curve")
        if number:
            draw.line((number * width, 20, number * width, size[1] - 20), fill=GREY, width=3)
    return png(picture.resize(SIZE, Image.Resampling.LANCZOS))


def _paste(picture: Image.Image, digit: Image.Image, column: int, row: int) -> None:
    """Put a 28x28 image, its pixels enlarged, into a place of the grid."""
    side = _TILE - _GAP
    corner = (column * _TILE + _GAP // 2, row * _TILE + _GAP // 2)
    picture.paste(digit.resize((side, side), Image.Resampling.NEAREST), corner)


def _ink(levels: np.ndarray) -> Image.Image:
    """Return ink that shows on a light page and a dark one: grey, and clear elsewhere."""
    image = Image.new("RGBA", levels.shape[::-1], GREY)
    image.putalpha(Image.fromarray(levels))
    return image


def _colour_table(colour_scale: str) -> np.ndarray:
    """Return the (256, 4) uint8 colours of a Plotly colour scale."""
    colours = sample_colorscale(colour_scale, list(np.linspace(0, 1, 256)))
    return np.array([(*ImageColor.getrgb(colour), 255) for colour in colours], dtype=np.uint8)


def _rounded_mask(side: int) -> Image.Image:
    """Return the mask of a square with rounded corners."""
    mask = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side * 2 - 1, side * 2 - 1), side // 5, fill=255)
    return mask.resize((side, side))
