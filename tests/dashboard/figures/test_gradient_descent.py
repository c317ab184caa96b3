import json

import numpy as np
import pytest

from dashboard.figures import gradient_descent as figures
from nncore.loss_surface import Descent

X, Y = np.linspace(-2, 2, 9), np.linspace(0, 6, 13)
LOSSES = np.add.outer((Y - 3) ** 2, X**2)
MINIMA = np.array([[0.0, 3.0]])
# The last point lies beyond the grid.
PATH = Descent(
    points=np.array([[-2.0, 0.0], [-1.0, 2.0], [5.0, 3.0]]),
    losses=np.array([13.0, 2.0, 25.0]),
    slopes=np.array([7.0, 2.8]),
)
AXES = ("bias", "gain")


def traces(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


@pytest.mark.parametrize("z", [-10.0, 0.0, 2.0])
def test_the_tangent_touches_the_sigmoid_and_has_its_slope(z):
    figure = figures.sigmoid_and_slope(z)
    tangent = traces(figure)["tangent"]
    output = 1 / (1 + np.exp(-z))
    assert np.interp(z, tangent.x, tangent.y) == pytest.approx(output)
    slope = (tangent.y[1] - tangent.y[0]) / (tangent.x[1] - tangent.x[0])
    assert slope == pytest.approx(output * (1 - output))
    dots = next(trace for trace in figure.data if trace.mode == "markers")
    assert dots.x == (z, z)
    np.testing.assert_allclose(dots.y, [output, slope])
    curve = traces(figure)["derivative σ′(z)"]
    assert curve.x[curve.y.argmax()] == pytest.approx(0, abs=1e-9)
    assert curve.y.max() == pytest.approx(0.25)


def test_the_gradient_is_multiplied_by_the_slope_at_every_layer():
    lines = traces(figures.shrinking_gradient(0.1))
    np.testing.assert_allclose(lines["at this z"].y, 0.1 ** np.arange(7))
    np.testing.assert_allclose(lines["at best, z = 0"].y, 0.25 ** np.arange(7))
    assert figures.shrinking_gradient(0.1).layout.yaxis.type == "log"


def test_the_contour_shows_surface_path_and_minima():
    figure = figures.contour(X, Y, LOSSES, MINIMA, PATH, AXES)
    np.testing.assert_array_equal(figure.data[0].z, LOSSES)
    assert figure.data[0].zmin == 0
    assert figure.data[0].zmax < LOSSES.max()
    shown = traces(figure)
    np.testing.assert_array_equal(shown["path"].x, PATH.points[:, 0])
    assert (shown["start"].x[0], shown["start"].y[0]) == (-2, 0)
    assert (shown["lowest around"].x[0], shown["lowest around"].y[0]) == (0, 3)
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == AXES
    # A path that leaves the surface must not shrink it.
    assert figure.layout.xaxis.range == (-2, 2)
    assert figure.layout.yaxis.range == (0, 6)


def test_points_to_click_cover_the_contour_and_cannot_be_seen():
    figure = figures.contour(X, Y, LOSSES, MINIMA, PATH, AXES)
    clicks = figure.data[-1]
    assert (clicks.x.min(), clicks.x.max()) == (-2, 2)
    assert (clicks.y.min(), clicks.y.max()) == (0, 6)
    for marker in (clicks.marker, clicks.selected.marker, clicks.unselected.marker):
        assert marker.opacity == 0
    # What is skipped when the mouse hovers cannot be clicked either.
    assert clicks.hoverinfo != "skip"
    assert all(trace.hoverinfo == "skip" for trace in figure.data[:-1])


def test_the_surface_has_fixed_ranges_and_ends_the_path_at_its_edge():
    figure = figures.surface(X, Y, LOSSES, MINIMA, PATH, AXES)
    scene = figure.layout.scene
    assert scene.xaxis.range == (-2, 2)
    assert scene.yaxis.range == (0, 6)
    assert scene.zaxis.range[0] == 0
    assert scene.zaxis.range[1] >= LOSSES.max()
    assert scene.xaxis.title.text == "bias"
    path, ball = figure.data[figures.PATH], figure.data[figures.BALL]
    assert np.isnan(path.z).tolist() == [False, False, True]
    assert (path.z[:2] > PATH.losses[:2]).all()
    assert (ball.x[0], ball.y[0]) == (-1, 2)
    lowest = figure.data[figures.MINIMA]
    assert (lowest.x[0], lowest.y[0]) == (0, 3)
    assert 0 < lowest.z[0] < 0.5


def test_the_ball_lies_on_the_path_and_vanishes_beyond_the_surface():
    on_path, beyond = figures.balls(X, Y, LOSSES, PATH, [1, 2])
    place = on_path[figures.BALL]
    assert (place["x"], place["y"]) == ([-1], [2])
    assert 2 < place["z"][0] < 2.5
    assert beyond == {figures.BALL: {"x": [None], "y": [None], "z": [None]}}
    json.dumps(place)


def test_the_loss_along_the_path_stands_beside_the_lowest():
    shown = traces(figures.loss_along_path(PATH, 0.5))
    np.testing.assert_array_equal(shown["along the path"].y, PATH.losses)
    assert set(shown["lowest of the surface"].y) == {0.5}


def test_the_losses_of_steps_start_at_zero():
    figure = figures.losses_of_steps([0.5, 0.4])
    assert figure.data[0].y == (0.5, 0.4)
    assert figure.layout.yaxis.range[0] == 0
    assert figure.layout.yaxis.range[1] > 0.5


def test_the_network_marks_the_connections_in_use():
    values = [["1", "2"], ["3", "4", "5"], ["6", "7"]]
    forward = figures.network_diagram(values, connections=1, neurons=1)
    backward = figures.network_diagram(values, connections=2, neurons=1, is_backward=True)
    assert [len(trace.x) for trace in forward.data[:2]] == [3 * 2 * 3, 3 * 3 * 2]
    assert [list(trace.text) for trace in forward.data[2:]] == values
    for figure, edge, layer in ((forward, 0, 1), (backward, 1, 1)):
        widths = [trace.line.width for trace in figure.data[:2]]
        assert widths.index(max(widths)) == edge
        colours = [trace.marker.color for trace in figure.data[2:]]
        assert [colours.count(colour) for colour in colours][layer] == 1


def test_no_difference_at_all_still_has_a_place_on_the_log_axis():
    figure = figures.difference_against_step([0.1, 0.01, 0.001], [0.5, 0.0, 1e-9], 0.001)
    curve, chosen = figure.data
    assert (curve.y > 0).all()
    assert chosen.x == (0.001,)
    assert chosen.y[0] == pytest.approx(1e-9)
