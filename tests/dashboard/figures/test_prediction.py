"""Bars and pictures say what they should, in the right places and colours."""

import io

import numpy as np
import pytest
from PIL import Image, ImageColor

from dashboard.figures import theme
from dashboard.figures.prediction import (
    INK,
    PAPER,
    PICTURE_PX,
    PIXEL_PX,
    digit_picture,
    probability_bars,
    seen_picture,
    step_pictures,
)
from nncore.drawing import Preprocessing, ink_steps
from nncore.strokes import render_strokes

OUTPUTS = np.array([0.01, 0.02, 0, 0.9, 0.07, 0, 0, 0, 0, 0])
BOX_PX = 20 * PIXEL_PX
SEVEN = [[[80, 70], [200, 70], [120, 220]]]


def rgba(colour):
    return [*ImageColor.getrgb(colour), 255]


def threshold_line(figure):
    (line,) = figure.layout.shapes
    assert line.y0 == line.y1
    return line.y0


def test_bars_are_the_outputs_of_the_digits():
    figure = probability_bars(OUTPUTS, 0.5)
    (bars,) = figure.data
    assert list(bars.x) == list("0123456789")
    np.testing.assert_array_equal(bars.y, OUTPUTS)
    assert list(bars.text) == ["", "", "", "90%", "7%", "", "", "", "", ""]
    assert figure.layout.xaxis.title.text == "Digit"
    assert figure.layout.xaxis.type == "category"
    assert figure.layout.yaxis.title.text == "Probability"
    assert figure.layout.yaxis.range == (0, 1.12)


@pytest.mark.parametrize(
    ("threshold", "colour"), [(0.5, theme.YES), (0.9, theme.NO), (0.95, theme.NO)]
)
def test_the_largest_bar_tells_whether_it_exceeds_the_threshold(threshold, colour):
    figure = probability_bars(OUTPUTS, threshold)
    assert threshold_line(figure) == threshold
    expected = [theme.GREY] * 10
    expected[3] = colour
    assert list(figure.data[0].marker.color) == expected


def test_outputs_that_do_not_sum_to_1_are_not_called_probabilities():
    figure = probability_bars(OUTPUTS, 0.5, are_probabilities=False)
    assert figure.layout.yaxis.title.text == "Output"
    assert figure.layout.yaxis.tickformat is None
    assert list(figure.data[0].text) == ["", "", "", "0.90", "0.07", "", "", "", "", ""]
    assert "%{y:.4f}" in figure.data[0].hovertemplate


def test_outputs_beyond_0_to_1_stay_on_the_chart():
    figure = probability_bars(np.array([-3.0, 0.5, 8.0]), 0.5, are_probabilities=False)
    low, high = figure.layout.yaxis.range
    assert low == -3
    assert high > 8


def test_a_pixel_becomes_a_square_of_ink_on_paper():
    image = np.zeros((28, 28), dtype=np.uint8)
    image[10, 20] = 255
    picture = digit_picture(image)
    assert picture.shape == (PICTURE_PX, PICTURE_PX, 4)
    assert picture.dtype == np.uint8
    is_ink = (picture == rgba(INK)).all(axis=-1)
    assert is_ink.sum() == PIXEL_PX**2
    row, column = 10 * PIXEL_PX, 20 * PIXEL_PX
    assert is_ink[row : row + PIXEL_PX, column : column + PIXEL_PX].all()
    # A frame, because paper on a light page has no edge.
    assert (picture[5:-5, 5:-5][~is_ink[5:-5, 5:-5]] == rgba(PAPER)).all()
    assert not (picture[0] == rgba(PAPER)).all(axis=-1).any()


def levels(picture):
    """Return a picture's ink, 0 to 255 in (height, width), by its colours from paper to ink."""
    colours = np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"), dtype=float)
    paper, ink = (np.array(ImageColor.getrgb(colour)) for colour in (PAPER, INK))
    return np.rint(255 * (paper - colours).mean(axis=-1) / (paper - ink).mean())


def test_what_the_network_sees_is_shown_pixel_by_pixel():
    image = np.zeros((28, 28), dtype=np.uint8)
    image[10, 20] = 255
    picture = seen_picture(image)
    np.testing.assert_array_equal(levels(picture), image)
    assert picture.size_px == (PICTURE_PX, PICTURE_PX)
    assert picture.has_pixels


def test_the_steps_show_drawing_crop_box_and_image():
    ink = render_strokes(SEVEN)
    steps = ink_steps(ink)
    drawing, crop, box, image = step_pictures(ink, steps)
    assert image == seen_picture(steps.image)
    assert [picture.has_pixels for picture in (drawing, crop, box, image)] == [False] * 2 + [
        True
    ] * 2
    assert drawing.size_px == (PICTURE_PX, PICTURE_PX)
    assert crop.size_px == (round(BOX_PX * steps.crop.shape[1] / steps.crop.shape[0]), BOX_PX)
    np.testing.assert_allclose(levels(crop), steps.crop, atol=2)
    # The box is a cut-out of the image's scale, with the fitted digit in its middle.
    assert box.size_px == (BOX_PX, BOX_PX)
    height, width = steps.fitted.shape
    top, left = (20 - height) // 2, (20 - width) // 2
    centred = np.zeros((20, 20), dtype=np.uint8)
    centred[top : top + height, left : left + width] = steps.fitted
    np.testing.assert_allclose(levels(box), centred, atol=2)


def test_a_canvas_that_was_not_cut_fills_its_box():
    ink = render_strokes(SEVEN)
    steps = ink_steps(ink, Preprocessing(pen=False, fit=False, centre=False))
    _drawing, crop, box, image = step_pictures(ink, steps)
    assert box == image
    assert crop.size_px == (PICTURE_PX, PICTURE_PX)


def test_a_wide_photo_keeps_its_proportions_and_is_made_small():
    ink = render_strokes([[[100, 50], [800, 150]]], (1000, 200))
    drawing = step_pictures(ink, ink_steps(ink))[0]
    assert drawing.size_px == (PICTURE_PX, PICTURE_PX // 5)
    assert levels(drawing).shape == (PICTURE_PX // 5, PICTURE_PX)


def test_a_thin_line_can_be_shown():
    ink = render_strokes([[[10, 140], [270, 140]]], 280, 1)
    for picture in step_pictures(ink, ink_steps(ink)):
        assert max(picture.size_px) <= PICTURE_PX
        assert min(picture.size_px) >= 1
        assert levels(picture).any()
