"""The picture of a number's cuts."""

import numpy as np
import pytest

from dashboard.figures import theme
from dashboard.figures.numbers import cut_number
from nncore.segmentation import ReadDigit, ReadNumber


def digit(*lines):
    return ReadDigit(
        tuple(np.array(line, dtype=float) for line in lines),
        np.zeros((28, 28), dtype=np.uint8),
        np.full(10, 0.1),
    )


@pytest.fixture
def figure():
    cross = digit([(0, 50), (40, 50)], [(20, 0), (20, 100)])
    number = ReadNumber((cross, digit([(60, 0), (60, 100)]), digit([(80, 5)])), (2, 3))
    return cut_number(number, [4, 1, 0], [20.0, 50.0, 70.0])


def test_digits_have_two_colours_by_turns_and_their_lines_are_apart(figure):
    assert [trace.line.color for trace in figure.data] == [
        *(theme.BLUE, theme.VERMILLION, theme.BLUE)
    ]
    assert [trace.name for trace in figure.data] == ["4", "1", "0"]
    np.testing.assert_array_equal(figure.data[0].x, [0, 40, 40, np.nan, 20, 20, 20, np.nan])
    # A dot is a line to itself.
    np.testing.assert_array_equal(figure.data[2].y, [5, 5, np.nan])


def test_cuts_that_are_made_are_solid_and_bold(figure):
    assert [(line.x0, line.line.dash) for line in figure.layout.shapes] == [
        *((20, "dot"), (50, "solid"), (70, "solid"))
    ]
    assert [note.text for note in figure.layout.annotations] == ["1", "<b>2</b>", "<b>3</b>"]


def test_y_points_down_and_everything_is_in_the_picture(figure):
    bottom, top = figure.layout.yaxis.range
    left, right = figure.layout.xaxis.range
    assert bottom > 100
    assert top < 0
    assert left < 0
    assert right > 80
    assert figure.layout.yaxis.scaleanchor == "x"
