"""Figures of which digits a network takes for which, and of how well it knows each of them."""

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.language import _

_HEIGHT = 430
# Through the colour of a few errors the page is seen, and on it the theme's text can be read; from
# three tenths of the most errors on it is the same in both themes, and dark text can be read on it.
_MANY = 0.3
_COLOUR_OF_ERRORS = (
    (0, "rgba(213, 94, 0, 0)"),
    (_MANY, "rgba(213, 94, 0, 0.3)"),
    (_MANY, "#EDA36A"),
    (1, theme.VERMILLION),
)
_ON_MANY = "#1A1A1A"


def confusion_matrix(confusion: np.ndarray, chosen: tuple[int, int] | None = None) -> go.Figure:
    """Return the counts of answers for every true digit, the errors in colour.

    Parameters
    ----------
    confusion : ndarray of shape (n_classes, n_classes), int
        Rows are true classes.
    chosen : tuple of two int, optional
        True class and answer of the cell to put a frame around.

    Returns
    -------
    plotly.graph_objects.Figure
        The points of its last trace are the cells, row by row: what a click selects.
    """
    digits = [str(digit) for digit in range(len(confusion))]
    # The right answers outnumber the errors so much that one colour scale shows only them.
    errors = confusion - np.diag(np.diag(confusion))
    cells = {
        "type": "heatmap",
        "z": errors,
        "x": digits,
        "y": digits,
        "colorscale": _COLOUR_OF_ERRORS,
        "showscale": False,
        "hoverinfo": "skip",
        "xgap": 1,
        "ygap": 1,
    }
    texts = confusion.astype(str).ravel()
    places = {
        "type": "scatter",
        "x": digits * len(digits),
        "y": np.repeat(digits, len(digits)).tolist(),
        "text": texts.tolist(),
    }
    # Traces of their own, one of which takes the theme's colour; a heatmap chooses it by the cell,
    # and takes what is transparent for orange.
    are_many = ((errors > 0) & (errors >= _MANY * errors.max())).ravel()
    counts = [
        {
            **places,
            "text": np.where(are_shown, texts, "").tolist(),
            "mode": "text",
            "hoverinfo": "skip",
            "textfont": {"size": 12, **colour},
        }
        for are_shown, colour in ((~are_many, {}), (are_many, {"color": _ON_MANY}))
    ]
    # Plotly selects points, never the cells of a heatmap.
    targets = {
        **places,
        "mode": "markers",
        "marker": {"symbol": "square", "size": 22, "opacity": 0},
        "selected": {"marker": {"opacity": 0}},
        "unselected": {"marker": {"opacity": 0}},
        "hovertemplate": _("a %{y} taken for a %{x}: %{text}") + "<extra></extra>",
    }
    bare = {"type": "category", "showgrid": False}
    return theme.figure(
        [cells, *counts, targets],
        _HEIGHT,
        xaxis={**bare, "title": {"text": _("Answer")}, "side": "top"},
        yaxis={**bare, "title": {"text": _("True digit")}, "autorange": "reversed"},
        showlegend=False,
        shapes=[] if chosen is None else [_frame(*chosen)],
        # The nearest point however far: a cell is hit wherever it is touched.
        hovermode="closest",
        hoverdistance=-1,
        # A new choice comes from outside; what the browser remembers of the last click is over.
        selectionrevision=str(chosen),
    )


def precision_and_recall(precision: np.ndarray, recall: np.ndarray) -> go.Figure:
    """Return two dots for every digit.

    Parameters
    ----------
    precision, recall : ndarray of shape (n_classes,), float
        0 to 1; NaN has no dot.
    """
    digits = [str(digit) for digit in range(len(recall))]
    dots = [
        {
            "type": "scatter",
            "name": name,
            "x": digits,
            "y": 100 * shares,
            "mode": "markers",
            "marker": {"size": 12, "color": colour, "symbol": symbol},
            "hovertemplate": "%{x}: %{y:.2f} %",
        }
        for name, shares, colour, symbol in (
            (_("recall"), recall, theme.BLUE, "circle"),
            (_("precision"), precision, theme.VERMILLION, "diamond"),
        )
    ]
    return theme.figure(
        dots,
        320,
        xaxis={"title": {"text": _("Digit")}, "type": "category"},
        yaxis={"ticksuffix": "\N{NO-BREAK SPACE}%"},
    )


def _frame(true: int, answer: int) -> dict:
    """Return a frame around a cell."""
    return {
        "type": "rect",
        "x0": answer - 0.5,
        "x1": answer + 0.5,
        "y0": true - 0.5,
        "y1": true + 0.5,
        "line": {"color": theme.BLUE, "width": 3},
    }
