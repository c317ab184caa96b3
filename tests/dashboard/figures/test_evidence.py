"""Walls of tiles, maps around zero and bars of readers hold what they should where they should."""

import numpy as np
import pytest

from dashboard.figures import theme
from dashboard.figures.evidence import (
    Reading,
    answer_maps,
    evidence_map,
    nearest_digits,
    reader_bars,
)
from dashboard.figures.prediction import INK, PAPER


def blue_and_orange(trace):
    """Return the colours of the largest and of the smallest value."""
    colours = dict(trace.colorscale)
    return colours[1.0], colours[0.0]


def test_the_nearest_digits_are_ink_on_paper_with_label_and_distance():
    images = np.zeros((6, 28, 28), dtype=np.uint8)
    images[5, 3, 4] = 255
    figure = nearest_digits(images, np.array([3, 3, 8, 3, 3, 3]), np.arange(6) / 3, answer=3)
    wall, same, other = figure.data
    assert wall.colorscale == ((0, PAPER), (1, INK))
    assert (wall.zmin, wall.zmax) == (0, 255)
    assert wall.z.shape == (2 * 38, 5 * 32 - 4)
    # The sixth is the first of the second row.
    assert wall.z[38 + 10 + 3, 4] == 255
    assert (wall.z == 0).sum() == 6 * 28 * 28 - 1
    # Clear above and between the tiles, and where there is none.
    assert np.isnan(wall.z[:10]).all()
    assert np.isnan(wall.z[10:38, 28:32]).all()
    assert np.isnan(wall.z[38:, 32:]).all()
    assert same.text == ("<b>3</b> · 0.0", "<b>3</b> · 0.3", *same.text[2:])
    assert (other.text, other.textfont.color) == (("<b>8</b> · 0.7",), theme.NO)
    assert same.textfont.color is None
    assert len(same.text) == 5
    assert (same.x[-1], same.y[-1]) == (13.5, 47.5)


def test_the_maps_of_all_answers_share_a_scale_around_zero():
    maps = np.zeros((10, 28, 28))
    maps[2] = 0.01
    maps[4, 5, 6] = -9.0
    figure = answer_maps(maps, answer=2)
    wall, words = figure.data
    assert wall.zmin == -wall.zmax
    assert blue_and_orange(wall) == (theme.YES, theme.NO)
    # One pixel does not make all the others pale.
    assert wall.zmax == pytest.approx(0.01)
    assert words.text[2] == "<b>2: +7.8</b>"
    assert words.text[4] == "4: −9.0"
    assert words.text[0] == "0: +0.0"


def test_maps_without_any_evidence_are_a_figure_too():
    assert answer_maps(np.zeros((10, 28, 28)), answer=0).data[0].zmax == 1
    assert evidence_map(np.zeros((28, 28)), np.zeros((28, 28), np.uint8)).data[0].zmax == 1


def test_the_map_of_one_answer_has_the_outline_of_the_ink():
    evidence = np.zeros((28, 28))
    evidence[3, 4], evidence[5, 6] = 0.5, -2.0
    image = np.full((28, 28), 200, dtype=np.uint8)
    pixels, outline = evidence_map(evidence, image).data
    assert pixels.z[5, 6] == -2
    assert (pixels.zmin, pixels.zmax) == (-2, 2)
    assert blue_and_orange(pixels) == (theme.YES, theme.NO)
    assert outline.type == "contour"
    assert outline.contours.start == outline.contours.end == 127.5
    np.testing.assert_array_equal(outline.z, image)


def test_rows_go_down():
    image = np.zeros((28, 28), np.uint8)
    for figure in (
        evidence_map(np.zeros((28, 28)), image),
        nearest_digits(image[np.newaxis], np.array([1]), np.array([0.0]), 1),
    ):
        assert figure.layout.yaxis.autorange == "reversed"
        assert figure.layout.yaxis.scaleanchor == "x"


def test_every_reader_has_bars_of_its_own_and_its_answer_is_blue():
    ones = np.array([1.0, 1.0, 0.2])
    readings = [
        Reading("first", ones, np.array([1, 0, 2])),
        Reading("second", np.array([0.1, -0.5, 3.0]), np.array([2, 0, 1])),
    ]
    figure = reader_bars(readings)
    assert len(figure.data) == 2
    # Both are 1 as far as numbers go, but the reader knows which one is its answer.
    assert list(figure.data[0].marker.color) == [theme.GREY, theme.YES, theme.GREY]
    assert list(figure.data[1].marker.color) == [theme.GREY, theme.GREY, theme.YES]
    assert [word.text for word in figure.layout.annotations] == ["first", "second"]
    assert figure.layout.yaxis.range == (0, 1)
    assert figure.layout.yaxis2.range == (-0.5, 3)
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    assert figure.layout.xaxis.anchor == "y2"
