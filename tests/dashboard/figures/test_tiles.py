import io

import numpy as np
from PIL import Image, ImageColor

from dashboard.figures.theme import BLUE, VERMILLION
from dashboard.figures.tiles import digit_tile, weight_tiles


def pixels(png):
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return np.asarray(image.convert("RGB"))


def test_digit_is_dark_ink_on_white_paper():
    digit = np.zeros((28, 28), np.uint8)
    digit[3, 4] = 255
    picture = pixels(digit_tile(digit))
    assert picture.shape == (28, 28, 3)
    assert picture[3, 4].tolist() == [0, 0, 0]
    assert picture[4, 3].tolist() == [255, 255, 255]


def test_weights_are_blue_above_zero_and_have_the_full_colour_from_the_limit_on():
    weights = np.array([[[0.5, 2.0]], [[-0.5, 0.0]]])
    first, second = map(pixels, weight_tiles(weights, limit=0.5))
    blue, orange = (list(ImageColor.getrgb(colour)) for colour in (BLUE, VERMILLION))
    assert first.tolist() == [[blue, blue]]
    assert second[0, 0].tolist() == orange
    assert second[0, 1].min() > 200
