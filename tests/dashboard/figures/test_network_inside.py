import numpy as np
import pytest

from dashboard.figures import theme
from dashboard.figures.network_inside import layer_strips, neuron_weights, output_bars


def test_weights_of_pixels_stand_as_in_the_image_around_zero():
    weights = np.array([[0.5, -2], [1, 0], [0, 0]])
    figure = neuron_weights(weights)
    [picture] = figure.data
    np.testing.assert_array_equal(picture.z, weights)
    assert (picture.zmin, picture.zmax) == (-2, 2)
    assert figure.layout.yaxis.autorange == "reversed"
    # Positive is blue.
    assert picture.colorscale[-1] == (1, theme.BLUE)
    assert picture.colorscale[0] == (0, theme.VERMILLION)


def test_weights_of_neurons_are_laid_out_row_by_row_and_tell_their_number():
    [picture] = neuron_weights(np.arange(1, 9, dtype=float)).data
    np.testing.assert_array_equal(picture.z, [[1, 2, 3, 4], [5, 6, 7, 8]])
    np.testing.assert_array_equal(picture.customdata, [[0, 1, 2, 3], [4, 5, 6, 7]])
    [picture] = neuron_weights(np.arange(7)).data
    assert np.isnan(picture.z[-1, -1])


@pytest.mark.parametrize("shape", [(3, 2), (6,)])
def test_weights_that_are_all_0_still_have_a_scale(shape):
    [picture] = neuron_weights(np.zeros(shape)).data
    assert (picture.zmin, picture.zmax) == (-1, 1)


def test_strips_lie_one_below_the_other_each_on_its_own_scale():
    figure = layer_strips([np.linspace(0, 5, 50), np.array([0.5, -0.25])], ["first", "second"])
    first, second = figure.data
    assert first.z.shape == (2, 40)
    assert (first.zmin, first.zmax, second.zmin, second.zmax) == (0, 5, -0.5, 0.5)
    assert second.customdata[0, 1] == 1
    domains = [figure.layout[first.yaxis.replace("y", "yaxis")].domain, figure.layout.yaxis2.domain]
    assert 1 > domains[0][1] > domains[0][0] > domains[1][1] > domains[1][0] >= 0
    # Squares of the same size.
    heights = [high - low for low, high in domains]
    assert heights[0] == pytest.approx(2 * heights[1])
    first_title, second_title = figure.layout.annotations
    assert (first_title.text, second_title.text) == ("first", "second")
    assert first_title.y == pytest.approx(domains[0][1])


def test_silent_layer_can_be_drawn():
    [strip] = layer_strips([np.zeros(3)], ["silent"]).data
    assert (strip.zmin, strip.zmax) == (0, 1)


@pytest.mark.parametrize(("label", "colours"), [(1, "grey yes grey"), (2, "grey no yes")])
def test_the_true_digit_and_a_wrong_answer_stand_out(label, colours):
    names = {"grey": theme.GREY, "yes": theme.YES, "no": theme.NO}
    [bars] = output_bars(np.array([0.01, 0.9, 0.09]), label, are_probabilities=True).data
    assert bars.marker.color == tuple(names[name] for name in colours.split())
    assert bars.text == ("", "90%", "9%")


def test_outputs_that_are_no_probabilities_are_drawn_whole():
    figure = output_bars(np.array([-0.5, 3.0]), 0, are_probabilities=False)
    low, high = figure.layout.yaxis.range
    assert low < -0.5
    assert high > 3
    assert figure.layout.yaxis.title.text == "Output"
    assert figure.data[0].text == ("-0.50", "3.00")
