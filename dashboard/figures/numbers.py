"""Figures of the page that reads numbers: how a number was cut apart."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from nncore.segmentation import ReadNumber

_HEIGHT_PX = 240
# Of the longer side.
_MARGIN = 0.06
_COLOURS = (theme.BLUE, theme.VERMILLION)


def cut_number(number: ReadNumber, answers: Sequence[int], positions: Sequence[float]) -> go.Figure:
    """Return a number with its digits in two colours by turns, and a line at each possible cut.

    Parameters
    ----------
    number : ReadNumber
        With at least one digit.
    answers : sequence of int
        What each of its digits is taken for.
    positions : sequence of float
        x in pixels at which each piece after the first begins.

    Returns
    -------
    plotly.graph_objects.Figure
        Possible cuts are numbered from 1, at the top; those of the number are solid and bold.
    """
    points = np.concatenate([line for digit in number.digits for line in digit.lines])
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    margin = _MARGIN * max(bottom - top, right - left, 1)
    shapes, numbers = [], []
    for cut, x in enumerate(positions, start=1):
        is_made = cut in number.cuts
        shapes.append(theme.line_across(theme.GREY, "solid" if is_made else "dot", x=x))
        text = f"<b>{cut}</b>" if is_made else str(cut)
        numbers.append(theme.words(text, x, 1, yref="paper", yanchor="bottom"))
    return theme.figure(
        [
            _ink(digit.lines, _COLOURS[place % len(_COLOURS)], str(answer))
            for place, (digit, answer) in enumerate(zip(number.digits, answers, strict=True))
        ],
        height=_HEIGHT_PX,
        showlegend=False,
        margin={"t": 28},
        xaxis={"visible": False, "range": [left - margin, right + margin]},
        # y points down, and a pixel is as high as it is wide.
        yaxis={
            "visible": False,
            "range": [bottom + margin, top - margin],
            "scaleanchor": "x",
        },
        shapes=shapes,
        annotations=numbers,
    )


def _ink(lines: Sequence[np.ndarray], colour: str, name: str) -> dict:
    """Return the trace of a digit's lines."""
    # Plotly starts a new line after a point that is none; and a dot needs a line to itself.
    gap = np.full((1, 2), np.nan)
    points = np.concatenate([part for line in lines for part in (line, line[-1:], gap)])
    # Each in one piece: others the fast JSON encoder refuses. A tenth of a pixel cannot be seen.
    x, y = np.ascontiguousarray(points.T.round(1))
    return {
        "type": "scatter",
        "mode": "lines",
        **{"x": x, "y": y},
        "line": {"color": colour, "width": 4},
        "name": name,
        "hoverinfo": "name",
    }
