"""Figures of what a recogniser lets through, and what refusing costs."""

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.language import _

_PER_CENT = "\N{NO-BREAK SPACE}%"
_HEIGHT = 420


def refusal_costs(
    thresholds: np.ndarray,
    errors: np.ndarray,
    non_digits: np.ndarray,
    refused: np.ndarray,
    threshold: float,
) -> go.Figure:
    """Return what is let through and, below it, how many digits are refused for that.

    Parameters
    ----------
    thresholds : ndarray of shape (n,), float
        Of acceptance, rising, 0 to 1.
    errors : ndarray of shape (n,), float
        At each threshold, the share of the wrong answers that is let through, 0 to 1.
    non_digits : ndarray of shape (n,), float
        The share of what is no digit that is let through.
    refused : ndarray of shape (n,), float
        The share of the digits that is refused.
    threshold : float
        The one chosen; drawn as a line.
    """
    # At a threshold of 1 everything is refused: what comes before would be flat beside it.
    most = max(100 * float(np.quantile(refused, 0.95)), 1)
    lines = [
        {
            "type": "scatter",
            "name": name,
            "x": thresholds,
            "y": 100 * shares,
            "mode": "lines",
            "line": {"color": colour, "width": 3, "dash": dash},
            "yaxis": axis,
            "hovertemplate": "%{x:.2f}: %{y:.2f} %",
        }
        for name, shares, colour, dash, axis in (
            (_("errors let through"), errors, theme.VERMILLION, "solid", "y"),
            (_("non-digits let through"), non_digits, theme.PURPLE, "dash", "y"),
            (_("digits refused"), refused, theme.BLUE, "dot", "y2"),
        )
    ]
    return theme.figure(
        lines,
        _HEIGHT,
        xaxis={"title": {"text": _("Threshold of acceptance")}, "range": [0, 1], "anchor": "y2"},
        yaxis={
            "title": {"text": _("Let through")},
            "ticksuffix": _PER_CENT,
            "rangemode": "tozero",
            "domain": [0.5, 1],
        },
        yaxis2={
            "title": {"text": _("Refused")},
            "ticksuffix": _PER_CENT,
            "range": [0, 1.2 * most],
            "domain": [0, 0.4],
        },
        shapes=[theme.line_across(theme.GREY, "dash", x=threshold)],
    )
