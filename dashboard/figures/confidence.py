"""Figures of how far a network's confidence can be relied on, and what refusing answers gains."""

import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.language import _
from nncore.calibration import AcceptanceCurve, CalibrationCurve

_PER_CENT = "\N{NO-BREAK SPACE}%"
_HEIGHT = 400
# A large panel above a small one, in shares of the height.
_LARGE, _SMALL = [0.36, 1], [0, 0.24]


def calibration(curve: CalibrationCurve) -> go.Figure:
    """Return accuracy against confidence, and below it how many answers are that confident."""
    width = 100 / len(curve.counts)
    line = {
        "type": "scatter",
        "name": _("as often right as it is sure"),
        "x": [0, 100],
        "y": [0, 100],
        "mode": "lines",
        "line": {"color": theme.GREY, "dash": "dash"},
        "hoverinfo": "skip",
    }
    dots = {
        "type": "scatter",
        "name": _("this network"),
        "x": 100 * curve.confidence,
        "y": 100 * curve.accuracy,
        "customdata": curve.counts,
        "mode": "lines+markers",
        "connectgaps": True,
        "line": {"color": theme.OURS},
        "marker": {"size": 10},
        "hovertemplate": _("sure to %{x:.1f} %, right in %{y:.1f} % of %{customdata} answers")
        + "<extra></extra>",
    }
    bars = {
        "type": "bar",
        "x": 100 * curve.edges[:-1] + width / 2,
        "y": curve.counts,
        "width": 0.9 * width,
        "marker": {"color": theme.OURS},
        "showlegend": False,
        "yaxis": "y2",
        "hovertemplate": _("%{y} answers") + "<extra></extra>",
    }
    return theme.figure(
        [line, dots, bars],
        _HEIGHT,
        xaxis={
            "title": {"text": _("Confidence")},
            "range": [0, 102],
            "ticksuffix": _PER_CENT,
            "anchor": "y2",
        },
        yaxis={
            "title": {"text": _("Right answers")},
            "range": [0, 105],
            "ticksuffix": _PER_CENT,
            "domain": _LARGE,
        },
        # Nearly all answers are in the last bin: on a linear scale it would be the only one.
        yaxis2={"title": {"text": _("Answers")}, "type": "log", "dtick": 2, "domain": _SMALL},
    )


def acceptance(curve: AcceptanceCurve, threshold: float) -> go.Figure:
    """Return the accuracy of what is accepted and the share refused, against the threshold.

    Parameters
    ----------
    curve : AcceptanceCurve
        At rising thresholds.
    threshold : float
        The one chosen, 0 to 1; drawn as a line.
    """
    lines = [
        {
            "type": "scatter",
            "name": name,
            "x": curve.thresholds,
            "y": 100 * shares,
            "mode": "lines",
            "line": {"color": colour, "width": 3, "dash": dash},
            "yaxis": axis,
            "hovertemplate": "%{x:.2f}: %{y:.2f} %",
        }
        for name, shares, colour, dash, axis in (
            (_("right, of the accepted"), curve.accuracy, theme.OURS, "solid", "y"),
            (_("refused"), curve.refused_share, theme.NO, "dot", "y2"),
        )
    ]
    return theme.figure(
        lines,
        _HEIGHT,
        xaxis={"title": {"text": _("Threshold of acceptance")}, "range": [0, 1], "anchor": "y2"},
        yaxis={
            "title": {"text": _("Right")},
            "ticksuffix": _PER_CENT,
            "domain": [0.54, 1],
        },
        yaxis2={
            "title": {"text": _("Refused")},
            "ticksuffix": _PER_CENT,
            "rangemode": "tozero",
            "domain": [0, 0.42],
        },
        shapes=[theme.line_across(theme.GREY, "dash", x=threshold)],
    )
