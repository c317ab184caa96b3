import numpy as np

from dashboard.figures.confusions import confusion_matrix, precision_and_recall

CONFUSION = np.array([[90, 3], [0, 80]])


def test_errors_are_coloured_and_everything_is_counted():
    heatmap, *counts, _ = confusion_matrix(CONFUSION).data
    np.testing.assert_array_equal(heatmap.z, [[0, 3], [0, 0]])
    assert {
        (true, answer): int(n)
        for trace in counts
        for true, answer, n in zip(trace.y, trace.x, trace.text, strict=True)
        if n
    } == {
        ("0", "0"): 90,
        ("0", "1"): 3,
        ("1", "0"): 0,
        ("1", "1"): 80,
    }


def test_where_there_are_many_errors_the_text_does_not_take_the_colour_of_the_theme():
    confusion = np.array([[90, 1, 2], [3, 80, 10], [0, 4, 70]])
    _, of_theme, dark, _ = confusion_matrix(confusion).data

    assert of_theme.textfont.color is None
    assert dark.textfont.color == "#1A1A1A"
    assert [n for n in dark.text if n] == ["3", "10", "4"]
    assert [n for n in of_theme.text if n] == ["90", "1", "2", "80", "0", "70"]


def test_a_network_without_errors_has_its_counts_in_the_colour_of_the_theme():
    _, of_theme, dark, _ = confusion_matrix(np.diag([3, 4])).data

    assert list(of_theme.text) == ["3", "0", "0", "4"]
    assert not any(dark.text)


def test_what_a_click_selects_is_the_cells_row_by_row_and_cannot_be_seen():
    targets = confusion_matrix(CONFUSION).data[-1]
    assert list(zip(targets.y, targets.x, strict=True))[2] == ("1", "0")
    for state in (targets, targets.selected, targets.unselected):
        assert state.marker.opacity == 0
    # Only they answer to the mouse.
    assert [trace.hoverinfo for trace in confusion_matrix(CONFUSION).data[:-1]] == ["skip"] * 3


def test_the_chosen_cell_has_a_frame():
    [frame] = confusion_matrix(CONFUSION, (0, 1)).layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (0.5, 1.5, -0.5, 0.5)
    assert not confusion_matrix(CONFUSION).layout.shapes


def test_no_axis_can_be_dragged_because_a_finger_scrolls():
    layout = confusion_matrix(CONFUSION).layout
    assert layout.xaxis.fixedrange
    assert layout.yaxis.fixedrange


def test_precision_and_recall_are_dots_in_per_cent():
    recall, precision = precision_and_recall(np.array([0.5, np.nan]), np.array([0.25, 1])).data
    np.testing.assert_array_equal(recall.y, [25, 100])
    np.testing.assert_array_equal(precision.y, [50, np.nan])
    assert precision.marker.symbol != recall.marker.symbol
    assert precision.name == "precision"
    assert recall.x == ("0", "1")
