import numpy as np
import pytest

from dashboard.figures import colour_space as figures

NAMES = ["red", "<b>black</b>", "sky"]
COLOURS = np.array([[255, 0, 0], [0, 0, 0], [0, 255, 255]])
TARGETS = np.array([1, 0, 0])
# Halfway along the red axis, facing full red.
HALF_RED = {255: (2 / 255, 0, 0), 1: (2, 0, 0)}


def cube(scale, **options):
    state = options.pop("state", HALF_RED[scale])
    return figures.colour_space(NAMES, COLOURS, TARGETS, scale, state, **options)


def points(trace):
    return sorted(zip(trace.x, trace.y, trace.z, strict=True))


@pytest.mark.parametrize("scale", [1, 255])
def test_samples_are_points_of_their_own_colours_at_their_places(scale):
    figure = cube(scale)
    yes, no = figure.data[figures.YES], figure.data[figures.NO]
    assert points(yes) == [(scale, 0, 0)]
    assert points(no) == [(0, 0, 0), (0, scale, scale)]
    assert yes.marker.color == ("rgb(255, 0, 0)",)
    assert no.marker.color == ("rgb(0, 0, 0)", "rgb(0, 255, 255)")
    assert yes.marker.symbol != no.marker.symbol


def test_names_are_not_taken_as_html():
    assert cube(255).data[figures.NO].text[0] == "&lt;b&gt;black&lt;/b&gt;"


@pytest.mark.parametrize("scale", [1, 255])
def test_plane_is_the_polygon_in_the_cube(scale):
    figure = cube(scale)
    plane, rim = figure.data[figures.PLANE], figure.data[figures.RIM]
    square = {(scale / 2, y, z) for y in (0, scale) for z in (0, scale)}
    assert {*points(plane)} == square
    # Two triangles that share the diagonal, and a rim that closes.
    assert list(zip(plane.i, plane.j, plane.k, strict=True)) == [(0, 1, 2), (0, 2, 3)]
    assert len(rim.x) == 5
    assert (rim.x[0], rim.y[0], rim.z[0]) == (rim.x[-1], rim.y[-1], rim.z[-1])


def test_sides_say_where_the_answer_is_yes():
    sides = cube(255).data[figures.SIDES]
    assert dict(zip(sides.text, sides.x, strict=True)) == {
        "no": pytest.approx(127.5 - 0.16 * 255),
        "yes": pytest.approx(127.5 + 0.16 * 255),
    }


def test_wrong_answers_and_the_shown_sample_are_marked():
    figure = cube(255, state=(0, 2 / 255, 0), sample=1)
    # It says yes to what is green: wrong for red, which should be yes, and for the sky.
    assert points(figure.data[figures.WRONG]) == [(0, 255, 255), (255, 0, 0)]
    assert points(figure.data[figures.SHOWN]) == [(0, 0, 0)]


def test_nothing_to_mark_keeps_the_names_in_the_legend():
    figure = cube(255)
    for trace in (figure.data[figures.WRONG], figure.data[figures.SHOWN]):
        assert trace.x == (None,)
        assert trace.name


@pytest.mark.parametrize("state", [(0.0, 0.0, 0.0), (-1.0, -2.0, -3.0)])
def test_plane_outside_of_the_cube_is_not_drawn(state):
    figure = cube(255, state=state)
    for trace in (figures.PLANE, figures.RIM, figures.SIDES):
        assert len(figure.data[trace].x) == 0
    assert len(figure.data[figures.PLANE].i) == 0


def test_a_state_changes_exactly_what_differs_between_two_figures():
    before, after = cube(1), cube(1, state=(0, 2, 1), sample=2)
    for trace, attributes in figures.state_attributes(COLOURS, TARGETS, 1, (0, 2, 1), 2).items():
        before.data[trace].update(attributes)
    assert (before.data, before.layout) == (after.data, after.layout)


@pytest.mark.parametrize("scale", [1, 255])
def test_axes_are_fixed_and_named(scale):
    scene = cube(scale).layout.scene
    for axis, title in ((scene.xaxis, "Red"), (scene.yaxis, "Green"), (scene.zaxis, "Blue")):
        assert axis.range == (0, scale)
        assert axis.title.text == title


def test_labels_of_one_kind_only_leave_the_other_empty():
    figure = figures.colour_space(NAMES, COLOURS, np.zeros(3, int), 255, (1, 1, 1))
    assert len(figure.data[figures.YES].x) == 0
    assert len(figure.data[figures.NO].x) == 3


def test_errors_are_counted_from_epoch_one():
    figure = figures.errors_per_epoch((2, 3, 2, 0))
    [bars] = figure.data
    assert bars.x == (1, 2, 3, 4)
    assert bars.y == (2, 3, 2, 0)
    assert bars.text == ("2", "3", "2", "0")
    assert figure.layout.xaxis.title.text == "Epoch"
    assert figure.layout.yaxis.title.text == "Wrong answers"
    assert figure.layout.yaxis.range[0] == 0


def test_many_bars_have_no_numbers_on_them():
    assert figures.errors_per_epoch([1] * 50).data[0].text is None


def test_no_error_at_all_is_drawn():
    assert figures.errors_per_epoch((0,)).layout.yaxis.range[1] > 1
