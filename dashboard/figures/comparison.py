"""Figures of the experiments: trainings side by side, and one beside its healthy twin."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.language import _
from nncore.mnist import N_CLASSES
from nncore.training import EpochResult

EPOCHS, SECONDS = "epochs", "seconds"
# Cross-entropy of ten answers that are equally likely.
LOSS_OF_GUESSING = math.log(N_CLASSES)
LOSS, TRAIN, TEST = "loss", "train_accuracy", "test_accuracy"

_HEIGHT_PX = 300
_DASHES = ("solid", "dash", "dot")
_BAND_OPACITY = 0.25
# Where the logarithmic axis of a loss begins, and its ticks.
_LEAST_LOSS = 0.05
_LOSS_TICKS = (0.1, 0.3, 1, 10, 100, 1000)


@dataclass(frozen=True)
class RunCurve:
    """A training as the figures show it.

    Attributes
    ----------
    name : str
        For the legend.
    epochs : sequence of EpochResult
        Its finished epochs; may be empty.
    """

    name: str
    epochs: Sequence[EpochResult]


def loss_curves(runs: Sequence[RunCurve], against: str = EPOCHS) -> go.Figure:
    """Return the loss of every run, a colour each.

    Parameters
    ----------
    runs : sequence of RunCurve
    against : str
        What stands on the x axis: EPOCHS, or SECONDS of training.
    """
    return _figure(_side_by_side(runs, LOSS, against), against, _loss_axis())


def accuracy_curves(runs: Sequence[RunCurve], against: str = EPOCHS) -> go.Figure:
    """Return the share of right test images of every run; parameters as for `loss_curves`."""
    return _figure(_side_by_side(runs, TEST, against), against, _accuracy_axis())


def loss_band(runs: Sequence[RunCurve], against: str = EPOCHS) -> go.Figure:
    """Return the mean loss of runs that differ by chance alone, within their smallest and largest.

    Parameters as for `loss_curves`. An epoch shows the runs that have come to its end; seconds are
    their mean.
    """
    return _figure(_band(runs, LOSS, against), against, _loss_axis())


def accuracy_band(runs: Sequence[RunCurve], against: str = EPOCHS) -> go.Figure:
    """Return the same for the share of right test images."""
    return _figure(_band(runs, TEST, against), against, _accuracy_axis())


def loss_beside_twin(epochs: Sequence[EpochResult], twin: Sequence[EpochResult]) -> go.Figure:
    """Return the loss of a training beside that of its healthy twin, on a logarithmic scale.

    Parameters
    ----------
    epochs, twin : sequence of EpochResult
        ``epochs`` may be empty: then the twin is alone.
    """
    lines = [_line(_("healthy twin"), twin, LOSS, colour=theme.GREY, dash="dot")]
    if epochs:
        lines.append(_line(_("this training"), epochs, LOSS, colour=theme.VERMILLION))
    largest = max(result.loss for result in (*epochs, *twin))
    # A bug may multiply the loss by a thousand, and what it does to a small one matters too.
    axis = {
        "type": "log",
        "range": _powers(_LEAST_LOSS, max(largest, 5.0)),
        "tickvals": [*_LOSS_TICKS, LOSS_OF_GUESSING],
        "ticktext": [*map(str, _LOSS_TICKS), _("guessing")],
    }
    return _figure(lines, EPOCHS, _loss_axis() | axis)


def accuracy_beside_twin(epochs: Sequence[EpochResult], twin: Sequence[EpochResult]) -> go.Figure:
    """Return the right answers on training and test images beside those of the healthy twin."""
    lines = [
        _line(_("twin, training images"), twin, TRAIN, colour=theme.GREY, dash="dash"),
        _line(_("twin, test images"), twin, TEST, colour=theme.GREY, dash="dot"),
    ]
    if epochs:
        lines.append(_line(_("training images"), epochs, TRAIN, colour=theme.VERMILLION))
        lines.append(_line(_("test images"), epochs, TEST, colour=theme.BLUE))
    axis = {"title": {"text": _("Right answers")}, "range": [-0.03, 1.03]}
    return _figure(lines, EPOCHS, _accuracy_axis() | axis)


def _side_by_side(runs: Sequence[RunCurve], field: str, against: str) -> list[dict]:
    """Return a line for each run; beyond the palette's length, colours come again dashed."""
    lines = []
    for number, run in enumerate(runs):
        turn, place = divmod(number, len(theme.PALETTE))
        dash = _DASHES[turn % len(_DASHES)]
        lines.append(_line(run.name, run.epochs, field, against, theme.PALETTE[place], dash))
    return lines


def _line(
    name: str,
    epochs: Sequence[EpochResult],
    field: str,
    against: str = EPOCHS,
    colour: str = theme.BLUE,
    dash: str = "solid",
) -> dict:
    """Return a quantity of a training as a line with a dot at the end of every epoch."""
    return {
        "type": "scatter",
        "name": name,
        "x": [_place(result, against) for result in epochs],
        "y": [getattr(result, field) for result in epochs],
        "mode": "lines+markers",
        "line": {"color": colour, "dash": dash},
        "marker": {"size": 6},
    }


def _band(runs: Sequence[RunCurve], field: str, against: str) -> list[dict]:
    """Return mean and range of a quantity over the runs that have come to each epoch."""
    n_epochs = max((len(run.epochs) for run in runs), default=0)
    ends = [[run.epochs[i] for run in runs if i < len(run.epochs)] for i in range(n_epochs)]
    values = [[getattr(result, field) for result in results] for results in ends]
    lowest, highest = [min(column) for column in values], [max(column) for column in values]
    red, green, blue = bytes.fromhex(theme.BLUE.removeprefix("#"))
    common = {
        "type": "scatter",
        "x": [float(np.mean([_place(result, against) for result in results])) for results in ends],
        "line": {"color": theme.BLUE},
    }
    edge = common | {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        edge | {"y": lowest, "name": _("smallest"), "showlegend": False},
        edge
        | {
            "y": highest,
            "name": _("from the smallest to the largest"),
            "fill": "tonexty",
            "fillcolor": f"rgba({red}, {green}, {blue}, {_BAND_OPACITY})",
        },
        common
        | {
            "y": [float(np.mean(column)) for column in values],
            "name": _("mean"),
            "mode": "lines+markers",
            "marker": {"size": 6},
            "customdata": list(zip(lowest, highest, strict=True)),
            "hovertemplate": "%{y} (%{customdata[0]:.3f} – %{customdata[1]:.3f})",
        },
    ]


def _place(result: EpochResult, against: str) -> float:
    """Return where the end of an epoch stands on the x axis."""
    return result.elapsed_s if against == SECONDS else result.epoch


def _loss_axis() -> dict:
    """Return the y axis of a loss."""
    return {"title": {"text": _("Loss, mean of the epoch")}, "rangemode": "tozero"}


def _accuracy_axis() -> dict:
    """Return the y axis of an accuracy."""
    return {"title": {"text": _("Right on test images")}, "tickformat": ".0%"}


def _powers(low: float, high: float) -> list[float]:
    """Return the range of a logarithmic axis, with a little room above."""
    return [float(np.log10(low)), float(np.log10(high)) + 0.1]


def _figure(traces: Sequence[dict], against: str, y_axis: dict) -> go.Figure:
    """Return a figure of traces over epochs or seconds."""
    title = _("Seconds of training") if against == SECONDS else _("Epochs")
    x_axis = {"title": {"text": title}, "rangemode": "tozero"}
    return theme.figure(traces, _HEIGHT_PX, xaxis=x_axis, yaxis=y_axis, showlegend=True)
