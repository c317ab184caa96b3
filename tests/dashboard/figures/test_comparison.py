import numpy as np
import pytest

from dashboard.figures import theme
from dashboard.figures.comparison import (
    EPOCHS,
    SECONDS,
    RunCurve,
    accuracy_band,
    accuracy_beside_twin,
    accuracy_curves,
    loss_band,
    loss_beside_twin,
    loss_curves,
)
from nncore.training import EpochResult


def results(*losses, seconds=0.5):
    """One epoch a loss, with accuracies made from it."""
    return [
        EpochResult(
            epoch, loss, 1 - loss / 10, seconds * epoch, test_accuracy=round(1 - loss / 5, 6)
        )
        for epoch, loss in enumerate(losses, start=1)
    ]


RUNS = [RunCurve("one", results(2.0, 1.0)), RunCurve("two", results(3.0, 2.0, 1.0, seconds=2.0))]


def test_every_run_has_a_line_and_a_colour_of_its_own():
    figure = loss_curves(RUNS)
    assert [trace.name for trace in figure.data] == ["one", "two"]
    assert [trace.y for trace in figure.data] == [(2.0, 1.0), (3.0, 2.0, 1.0)]
    assert figure.data[1].x == (1, 2, 3)
    assert figure.data[0].line.color != figure.data[1].line.color
    assert figure.layout.xaxis.title.text == "Epochs"
    assert accuracy_curves(RUNS).data[0].y == (0.6, 0.8)


@pytest.mark.parametrize("draw", [loss_curves, accuracy_curves, loss_band, accuracy_band])
def test_against_seconds_every_run_has_its_own_pace(draw):
    figure = draw(RUNS[1:], SECONDS)
    assert figure.data[-1].x == (2.0, 4.0, 6.0)
    assert figure.layout.xaxis.title.text == "Seconds of training"
    assert figure.layout.yaxis.title.text


def test_more_runs_than_colours_can_still_be_told_apart():
    figure = loss_curves([RunCurve(str(n), RUNS[0].epochs) for n in range(12)])
    looks = {(trace.line.color, trace.line.dash) for trace in figure.data}
    assert len(looks) == 12


def test_a_band_reaches_from_the_smallest_to_the_largest_around_the_mean():
    lowest, highest, mean = loss_band(RUNS, EPOCHS).data
    # The third epoch has been reached by one run alone.
    assert lowest.y == (2.0, 1.0, 1.0)
    assert highest.y == (3.0, 2.0, 1.0)
    assert highest.fill == "tonexty"
    assert mean.y == (2.5, 1.5, 1.0)
    np.testing.assert_allclose(mean.customdata, [(2, 3), (1, 2), (1, 1)])


def test_before_the_first_epoch_there_are_axes_and_no_points():
    for draw in (loss_curves, accuracy_curves, loss_band, accuracy_band):
        figure = draw([RunCurve("one", [])])
        assert not any(trace.x for trace in figure.data)
        assert figure.layout.yaxis.title.text


def test_the_twin_is_grey_and_there_from_the_start():
    twin = RUNS[0].epochs
    alone = loss_beside_twin([], twin)
    assert [trace.line.color for trace in alone.data] == [theme.GREY]
    beside = loss_beside_twin(results(5.0, 5000.0), twin)
    assert beside.layout.yaxis.type == "log"
    low, high = beside.layout.yaxis.range
    assert 10**low < 1.0 < 5000 < 10**high
    accuracy = accuracy_beside_twin(results(5.0, 5.0), twin)
    assert [trace.line.color == theme.GREY for trace in accuracy.data] == [True, True, False, False]
    assert accuracy.data[2].y == (0.5, 0.5)
    assert accuracy.data[3].y == (0.0, 0.0)
    # Right on none and right on all can both be seen.
    assert accuracy.layout.yaxis.range[0] < 0 < 1 < accuracy.layout.yaxis.range[1]
