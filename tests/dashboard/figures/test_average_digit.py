import io
import json
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from dashboard.figures import theme
from dashboard.figures.average_digit import (
    BIAS_RANGE,
    SigmoidSample,
    accuracy_against_bias,
    accuracy_bars,
    count_scores,
    difference,
    pixel_products,
    score_histogram,
    sigmoid_curve,
    tiles,
)
from nncore.average_digit import BiasSweep, sweep_bias


@pytest.fixture
def averages():
    """Return two pictures that differ in three pixels."""
    first, second = np.full((28, 28), 0.25), np.full((28, 28), 0.25)
    first[0, 3], second[27, 4], first[14, 14] = 0.75, 0.5, 0.0
    return first, second


def test_the_tiles_have_the_colours_of_the_scale_and_room_between_them():
    average = np.linspace(0, 1, 784).reshape(28, 28)
    picture = Image.open(io.BytesIO(tiles(np.stack([average, average[::-1, ::-1]]))))
    assert (picture.format, picture.size) == ("WEBP", (28, 112))
    colours = picture.convert("RGBA")
    # The ends of Cividis.
    low, high = (0, 34, 78, 255), (254, 232, 56, 255)
    assert colours.getpixel((0, 0)) == colours.getpixel((27, 83)) == low
    assert colours.getpixel((27, 27)) == colours.getpixel((0, 56)) == high
    for top in (28, 84):
        assert colours.crop((0, top, 28, top + 28)).getextrema()[3] == (0, 0)


def test_the_difference_is_first_minus_second_around_zero(averages):
    figure = difference(*averages, ("eight", "three"))
    assert [figure.layout[f"xaxis{n}"].title.text for n in ("", "2", "3")] == [
        "eight",
        "three",
        "difference",
    ]
    shown = figure.data[2]
    assert shown.z[0, 3] == 0.5
    assert shown.z[27, 4] == shown.z[14, 14] == -0.25
    assert np.count_nonzero(shown.z) == 3
    assert shown.zmin == -shown.zmax
    assert shown.colorscale[0][1] == theme.BLUE
    assert shown.colorscale[-1][1] == theme.VERMILLION
    assert [annotation.text for annotation in figure.layout.annotations] == ["−", "="]


def test_an_image_times_the_average_is_the_products(averages):
    weights = averages[0]
    image = np.zeros((28, 28), dtype=np.uint8)
    image[0, 3], image[5, 5] = 255, 51
    products = image / 255 * weights
    figure = pixel_products(image, weights, products)
    first, second, third = (heatmap.z for heatmap in figure.data)
    np.testing.assert_allclose(first * second, third, rtol=1e-6)
    assert first.max() == 1
    assert {(heatmap.zmin, heatmap.zmax) for heatmap in figure.data} == {(0, 1)}
    # 0.75 + 0.2 * 0.25
    assert figure.layout.xaxis3.title.text.endswith("= 0.80")
    # Row 0 is the top of an image.
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.yaxis.scaleanchor == "x"
    assert [annotation.text for annotation in figure.layout.annotations] == ["×", "="]


def test_pictures_stand_beside_each_other_and_weigh_little(averages):
    figure = difference(*averages, ("eight", "three"))
    ends = [figure.layout[f"xaxis{n}"].domain for n in ("", "2", "3")]
    assert ends[0][0] == 0
    assert ends[2][1] == pytest.approx(1)
    assert all(left[1] < right[0] for left, right in pairwise(ends))
    assert len(figure.to_json()) < 40_000


def test_accuracies_are_bars_in_per_cent_with_a_line_at_always_no():
    figure = accuracy_bars(["this", "no", "best"], [0.6694, 0.9026, 0.9062])
    bars = figure.data[0]
    assert bars.y == ("this", "no", "best")
    assert bars.x == pytest.approx([66.94, 90.26, 90.62])
    assert bars.text[0] == "66.94\N{NO-BREAK SPACE}%"
    assert figure.layout.xaxis.range[0] == 0
    assert figure.layout.shapes[0].x0 == figure.layout.shapes[0].x1 == pytest.approx(90.26)


# An image of another digit, and one of the digit.
ONE_EACH = count_scores(np.array([1.0])), count_scores(np.array([2.0]))


def test_the_histogram_counts_every_image_once():
    scores = np.array([1.0, 3.0, 3.5, 50.0, 200.0])
    is_digit = np.array([False, False, True, True, False])
    counts = count_scores(scores[~is_digit]), count_scores(scores[is_digit])
    rest, digit = score_histogram(*counts, 8, 45.0).data
    assert (rest.name, digit.name) == ("other digits", "digit 8")
    np.testing.assert_array_equal(rest.x, digit.x)
    counts = dict(zip(rest.x, zip(rest.y, digit.y, strict=True), strict=True))
    assert counts[1] == (1, 0)
    assert counts[3] == (1, 1)
    assert counts[51] == (0, 1)
    # A score beyond the axis is counted at its end.
    assert counts[119] == (1, 0)
    assert rest.y.sum() + digit.y.sum() == 5


@pytest.mark.parametrize(("cut", "shown"), [(45.0, 45.0), (-3.0, 0), (130.0, 120)])
def test_the_cut_is_drawn_within_the_axis(cut, shown):
    figure = score_histogram(*ONE_EACH, 8, cut)
    assert figure.layout.shapes[0].x0 == shown
    assert {annotation.x for annotation in figure.layout.annotations} == {shown}
    assert [annotation.xanchor for annotation in figure.layout.annotations] == ["right", "left"]


def test_the_accuracy_of_every_bias_with_the_best_and_a_marked_one():
    scores = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    is_digit = np.array([False, False, False, True, True])
    sweep = sweep_bias(scores, is_digit)
    figure = accuracy_against_bias(sweep, 0.6, -25.0, 0.8)
    curve, best, marked = figure.data
    assert (curve.x[0], curve.x[-1]) == BIAS_RANGE
    assert (np.diff(curve.x) >= 0).all()
    # Always no is right on three of five, always yes on two.
    assert (curve.y[0], curve.y[-1]) == (60, 40)
    assert curve.y.max() == 100
    assert (best.x, best.y) == ((-35.0,), (100.0,))
    assert (marked.x, marked.y) == ((-25.0,), (80.0,))
    assert figure.layout.shapes[0].y0 == figure.layout.shapes[0].y1 == 60


def test_a_long_sweep_is_thinned_and_keeps_its_shape():
    biases = np.linspace(-150, 30, 10_001)
    sweep = BiasSweep(biases, 0.5 + biases / 1000, -140.0, 0.6)
    figure = accuracy_against_bias(sweep, 0.6, -45.0, 0.455)
    curve = figure.data[0]
    assert 300 < len(curve.x) < 500
    np.testing.assert_allclose(curve.y, 50 + np.asarray(curve.x) / 10, atol=0.05)
    # The best bias is beyond the slider, and seen all the same.
    assert figure.layout.xaxis.range[0] < -140


def test_samples_lie_on_the_sigmoid_where_the_bias_puts_them():
    samples = [
        SigmoidSample("four", 20.09490900, theme.NO),
        SigmoidSample("eight", 54.53216510, theme.YES),
        SigmoidSample("chosen", 45.0, theme.PURPLE, is_ring=True),
    ]
    figure = sigmoid_curve(samples, -45.0, 0.3)
    curve, four, eight, chosen = figure.data
    assert four.y[0] == pytest.approx(1.527061e-11, rel=1e-6)
    assert eight.y[0] == pytest.approx(0.99992752, abs=1e-8)
    assert (chosen.x, chosen.y) == ((0.0,), (0.5,))
    assert chosen.marker.symbol == "circle-open"
    low, high = figure.layout.xaxis.range
    assert low < four.x[0] < eight.x[0] < high
    assert (curve.x[0], curve.x[-1]) == (low, high)
    assert (np.diff(curve.y) > 0).all()
    assert figure.layout.shapes[0].y0 == 0.3


def test_every_figure_has_the_look_of_the_dashboard_and_lets_a_finger_scroll():
    figure = accuracy_bars(["a", "b", "c"], [0.1, 0.2, 0.3])
    assert figure.layout.dragmode is False
    assert figure.layout.paper_bgcolor == theme.TRANSPARENT
    assert figure.layout.xaxis.automargin
    assert figure.layout.xaxis.title.text == "Right answers"
    # What one figure sets does not leak into the next.
    other = score_histogram(*ONE_EACH, 8, 45.0)
    assert other.layout.yaxis.autorange is None
    assert json.loads(other.to_json())["layout"]["height"] == 280
