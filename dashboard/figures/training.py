"""Figures of a training: curves that grow."""

import itertools
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.language import _
from nncore.training import EpochResult, Progress
from nncore.vitals import VitalSigns

_MOST_POINTS = 300


def loss_curve(
    curve: Sequence[Progress], epochs: Sequence[EpochResult], against: str = "epochs"
) -> go.Figure:
    """Return the loss as it has come down.

    Parameters
    ----------
    curve : sequence of Progress
        Reports within epochs; drawn as a line.
    epochs : sequence of EpochResult
        Means of whole epochs; drawn as dots.
    against : str
        What runs to the right: ``"epochs"``, or ``"seconds"`` of training.
    """
    return _curves(
        against,
        {"title": {"text": _("Loss")}, "rangemode": "tozero"},
        (_("mini-batches"), *_within(curve, "loss", against), "lines", theme.BLUE),
        (_("whole epoch"), *_of_epochs(epochs, "loss", against), "markers", theme.VERMILLION),
    )


def accuracy_curve(
    curve: Sequence[Progress], epochs: Sequence[EpochResult], against: str = "epochs"
) -> go.Figure:
    """Return the share of right answers as it has gone up; parameters as for `loss_curve`."""
    test = _of_epochs(epochs, "test_accuracy", against)
    lines = [
        (_("mini-batches"), *_within(curve, "accuracy", against), "lines", theme.BLUE),
        (_("test images"), *test, "lines+markers", theme.VERMILLION),
    ]
    if any(result.validation_accuracy is not None for result in epochs):
        validation = _of_epochs(epochs, "validation_accuracy", against)
        lines.append((_("validation images"), *validation, "lines+markers", theme.GREEN))
    axis = {"title": {"text": _("Right answers")}, "tickformat": ".0%"}
    return _curves(against, axis, *lines)


def learning_rate_curve(vitals: Sequence[VitalSigns]) -> go.Figure:
    """Return the learning rate of the steps against the epochs."""
    vitals = _thinned(vitals)
    x, y = [signs.position for signs in vitals], [signs.learning_rate for signs in vitals]
    axis = {"title": {"text": _("Learning rate")}, "rangemode": "tozero"}
    line = (_("learning rate"), x, y, "lines", theme.BLUE)
    return _curves("epochs", axis, line, showlegend=False)


def gradient_curves(vitals: Sequence[VitalSigns]) -> go.Figure:
    """Return the size of the gradient in every dense layer against the epochs."""
    log = {"type": "log", "exponentformat": "power", "dtick": 1}
    return _layer_curves(vitals, "gradients", {"title": {"text": _("Gradient (RMS)")}, **log})


def stuck_curves(vitals: Sequence[VitalSigns]) -> go.Figure:
    """Return the share of the neurons of every dense layer that cannot learn any more."""
    axis = {"title": {"text": _("Saturated neurons")}, "tickformat": ".0%", "range": [-0.03, 1.03]}
    return _layer_curves(vitals, "stuck", axis)


def _layer_curves(vitals: Sequence[VitalSigns], field: str, y_axis: dict) -> go.Figure:
    """Return a line for each dense layer."""
    vitals = _thinned(vitals)
    x = [signs.position for signs in vitals]
    columns = zip(*(getattr(signs, field) for signs in vitals), strict=True)
    return _curves(
        "epochs",
        y_axis,
        *(
            (_("layer {n}").format(n=number), x, list(values), "lines", colour)
            for number, (values, colour) in enumerate(
                zip(columns, itertools.cycle(theme.PALETTE), strict=False), start=1
            )
        ),
    )


def _curves(
    against: str,
    y_axis: dict,
    *lines: tuple[str, list[float], list[float], str, str],
    **layout: object,
) -> go.Figure:
    """Return a figure of lines given as (name, x, y, mode, colour)."""
    traces = [
        {
            "type": "scatter",
            "name": name,
            **{"x": x, "y": y},
            "mode": mode,
            "line": {"color": colour},
            "marker": {"size": 8},
        }
        for name, x, y, mode, colour in lines
    ]
    title = _("Epochs") if against == "epochs" else _("Seconds of training")
    x_axis = {"title": {"text": title}, "rangemode": "tozero"}
    return theme.figure(traces, height=260, xaxis=x_axis, yaxis=y_axis, **layout)


def _within(curve: Sequence[Progress], field: str, against: str) -> tuple[list[float], list[float]]:
    """Return positions and values of the reports within epochs, no more than a screen shows."""
    curve = _thinned(curve)
    if against == "seconds":
        x = [record.elapsed_s for record in curve]
    else:
        x = [record.epoch - 1 + record.fraction for record in curve]
    return x, [getattr(record, field) for record in curve]


def _of_epochs(
    epochs: Sequence[EpochResult], field: str, against: str
) -> tuple[list[float], list[float]]:
    """Return positions and values at the ends of epochs."""
    x = [result.elapsed_s if against == "seconds" else float(result.epoch) for result in epochs]
    return x, [getattr(result, field) for result in epochs]


def _thinned(records: Sequence[Any]) -> Sequence[Any]:
    """Leave out records beyond what a screen shows."""
    return records[:: 1 + len(records) // _MOST_POINTS]
