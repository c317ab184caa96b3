import numpy as np

from dashboard.figures.digit_map import digit_map

LABELS = np.array([3, 8, 3, 0])
PREDICTIONS = np.array([3, 3, 3, 0])
COORDINATES = np.array([[0.0, 1], [5, 5], [2, 3], [9, 9]])


def traces():
    figure = digit_map(COORDINATES, LABELS, PREDICTIONS, np.array([0.25, 0.125]))
    return figure, {trace.name: trace for trace in figure.data}


def test_every_digit_has_its_own_colour_and_shape():
    figure, found = traces()
    assert list(found) == ["0", "3", "8", "answered wrong"]
    np.testing.assert_array_equal(found["3"].x, [0, 2])
    np.testing.assert_array_equal(found["3"].y, [1, 3])
    looks = {(trace.marker.color, trace.marker.symbol) for trace in figure.data}
    assert len(looks) == 4
    everything = digit_map(
        np.zeros((10, 2)), np.arange(10), np.arange(10), np.array([0.5, 0.5])
    ).data
    assert len({(trace.marker.color, trace.marker.symbol) for trace in everything}) == 10


def test_points_tell_the_number_of_the_image_its_digit_and_the_answer():
    _, found = traces()
    np.testing.assert_array_equal(found["3"].customdata, [[0, 3, 3], [2, 3, 3]])
    np.testing.assert_array_equal(found["answered wrong"].customdata, [[1, 8, 3]])
    np.testing.assert_array_equal(found["answered wrong"].x, [5])


def test_names_stand_in_the_middle_of_their_digits_and_axes_tell_the_variance():
    figure, _ = traces()
    names = {note.text: (note.x, note.y) for note in figure.layout.annotations}
    assert names["<b>3</b>"] == (1, 2)
    assert "25.0\N{NO-BREAK SPACE}%" in figure.layout.xaxis.title.text
    assert "12.5\N{NO-BREAK SPACE}%" in figure.layout.yaxis.title.text
