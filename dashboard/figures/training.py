"""Figures of the training page: curves that grow, and what the network confuses."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.language import _
from nncore.training import EpochResult, Progress

_MOST_POINTS = 300


def loss_curve(curve: Sequence[Progress], epochs: Sequence[EpochResult]) -> go.Figure:
    """Return the loss against the epochs.

    Parameters
    ----------
    curve : sequence of Progress
        Reports within epochs; drawn as a line.
    epochs : sequence of EpochResult
        Means of whole epochs; drawn as dots.
    """
    figure = _curves(
        (_("mini-batches"), *_within(curve, "loss"), "lines", theme.BLUE),
        (_("whole epoch"), *_of_epochs(epochs, "loss"), "markers", theme.VERMILLION),
    )
    figure.update_yaxes(title=_("Loss"), rangemode="tozero")
    return figure


def accuracy_curve(curve: Sequence[Progress], epochs: Sequence[EpochResult]) -> go.Figure:
    """Return the share of right answers against the epochs; parameters as for `loss_curve`."""
    lines = [
        (_("mini-batches"), *_within(curve, "accuracy"), "lines", theme.BLUE),
        (_("test images"), *_of_epochs(epochs, "test_accuracy"), "lines+markers", theme.VERMILLION),
    ]
    if any(result.validation_accuracy is not None for result in epochs):
        validation = _of_epochs(epochs, "validation_accuracy")
        lines.append((_("validation images"), *validation, "lines+markers", theme.GREEN))
    figure = _curves(*lines)
    figure.update_yaxes(title=_("Right answers"), tickformat=".0%")
    return figure


def confusion_matrix(confusion: np.ndarray) -> go.Figure:
    """Return the counts of answers for every true digit, the errors in colour.

    Parameters
    ----------
    confusion : ndarray of shape (n_classes, n_classes), int
        Rows are true classes.
    """
    digits = [str(digit) for digit in range(len(confusion))]
    # The right answers outnumber the errors so much that one colour scale shows only them.
    errors = confusion - np.diag(np.diag(confusion))
    cells = go.Heatmap(
        z=errors,
        x=digits,
        y=digits,
        text=confusion,
        hovertemplate=_("a %{y} taken for a %{x}: %{text}") + "<extra></extra>",
        colorscale=[[0, "rgba(213, 94, 0, 0)"], [1, "rgba(213, 94, 0, 1)"]],
        showscale=False,
        xgap=1,
        ygap=1,
    )
    # A trace of its own takes the theme's colour; a heatmap chooses it by the cell, and takes
    # what is transparent for orange.
    counts = go.Scatter(
        x=digits * len(digits),
        y=np.repeat(digits, len(digits)),
        text=confusion.ravel(),
        mode="text",
        hoverinfo="skip",
    )
    figure = go.Figure([cells, counts])
    figure.update_xaxes(title=_("Answer"), type="category", side="top", showgrid=False)
    figure.update_yaxes(
        title=_("True digit"), type="category", autorange="reversed", showgrid=False
    )
    return theme.style(figure, height=420)


def _curves(*lines: tuple[str, list[float], list[float], str, str]) -> go.Figure:
    """Return a figure of lines given as (name, x, y, mode, colour) against the epochs."""
    figure = go.Figure(
        [
            go.Scatter(name=name, x=x, y=y, mode=mode, line_color=colour, marker_size=8)
            for name, x, y, mode, colour in lines
        ]
    )
    figure.update_xaxes(title=_("Epochs"), rangemode="tozero")
    return theme.style(figure, height=260)


def _within(curve: Sequence[Progress], field: str) -> tuple[list[float], list[float]]:
    """Return epochs and values of the reports within epochs, no more than a screen shows."""
    curve = curve[:: 1 + len(curve) // _MOST_POINTS]
    x = [record.epoch - 1 + record.fraction for record in curve]
    return x, [getattr(record, field) for record in curve]


def _of_epochs(epochs: Sequence[EpochResult], field: str) -> tuple[list[float], list[float]]:
    """Return epochs and values at the ends of epochs."""
    return [float(result.epoch) for result in epochs], [getattr(r, field) for r in epochs]
