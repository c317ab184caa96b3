"""Figures of why a network answers as it does: nearest digits, pixels for and against, readers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.figures.prediction import INK, PAPER
from dashboard.language import _

# Positive is blue, which stands for yes.
_AROUND_ZERO = [[1 - position, colour] for position, colour in reversed(theme.DIVERGING)]
_BARE_AXIS = {"visible": False, "constrain": "domain"}
# Of the tiles of a wall: their number in a row, and the cells between them. Above each there is
# room for a line of text, also where the whole wall is as wide as a phone.
_COLUMNS = 5
_GAP = 4
_TEXT_ROWS = 10
_WALL_ROW_PX = 100
# Where a touch screen has the button that saves the picture.
_BUTTON_PX = 28
_READER_PX = 120
_HALF_INK = 127.5
_CLIPPED_FROM = 0.98


@dataclass(frozen=True, eq=False)
class Reading:
    """What one reader answers for an image.

    Attributes
    ----------
    name : str
        Of the reader.
    outputs : ndarray of shape (n_classes,), float
        Finite.
    ranking : ndarray of shape (n_classes,), int
        The classes, the answer first. Outputs alone do not tell where several are rounded to 1.
    """

    name: str
    outputs: np.ndarray
    ranking: np.ndarray


def nearest_digits(
    images: np.ndarray, labels: np.ndarray, distances: np.ndarray, answer: int
) -> go.Figure:
    """Return images side by side, each with its label and how far away it is.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), uint8
        255 is ink; the nearest first.
    labels : ndarray of shape (n,), int
        What they show.
    distances : ndarray of shape (n,), float
    answer : int
        Of the network; another label is orange.
    """
    texts = [
        f"<b>{label}</b> · {distance:.1f}"
        for label, distance in zip(labels, distances, strict=True)
    ]
    colours = [None if label == answer else theme.NO for label in labels]
    picture = {"colorscale": [[0, PAPER], [1, INK]], "zmin": 0, "zmax": 255}
    return _wall(images, texts, colours, picture)


def answer_maps(maps: np.ndarray, answer: int) -> go.Figure:
    """Return for each answer the pixels for (blue) and against (orange) it, on one scale.

    Parameters
    ----------
    maps : ndarray of shape (n_classes, height, width), float
        What each pixel adds to each answer.
    answer : int
        Of the network; its number is in bold type.
    """
    totals = [_signed(total) for total in maps.sum(axis=(1, 2))]
    texts = [
        f"<b>{digit}: {total}</b>" if digit == answer else f"{digit}: {total}"
        for digit, total in enumerate(totals)
    ]
    # Few pixels have much more to say than all others; on their scale small pictures would be pale.
    limit = np.quantile(np.abs(maps[maps != 0]), _CLIPPED_FROM) if maps.any() else 0.0
    return _wall(maps, texts, [None] * len(maps), _around_zero(float(limit)))


def evidence_map(evidence: np.ndarray, image: np.ndarray) -> go.Figure:
    """Return the pixels for (blue) and against (orange) an answer, with the outline of the ink.

    Parameters
    ----------
    evidence : ndarray of shape (height, width), float
        What each pixel adds.
    image : ndarray of shape (height, width), uint8
        255 is ink.
    """
    pixels = {
        "type": "heatmap",
        "z": evidence.astype(np.float32),
        **_around_zero(float(np.abs(evidence).max())),
        "hovertemplate": _("row %{y}, column %{x}: %{z:+.3f}") + "<extra></extra>",
        "colorbar": {"thickness": 12, "nticks": 5},
    }
    outline = {
        "type": "contour",
        "z": image,
        "contours": {"start": _HALF_INK, "end": _HALF_INK, "size": 1, "coloring": "none"},
        "line": {"color": theme.GREY, "width": 1.5},
        "showscale": False,
        "hoverinfo": "skip",
    }
    return theme.figure(
        [pixels, outline],
        300,
        xaxis=_BARE_AXIS,
        yaxis={**_BARE_AXIS, "autorange": "reversed", "scaleanchor": "x"},
        margin={"t": _BUTTON_PX},
    )


def reader_bars(readings: Sequence[Reading]) -> go.Figure:
    """Return the outputs of some readers one below the other, a bar a digit.

    Parameters
    ----------
    readings : sequence of Reading
        At least one, all for the same classes; each reader's answer is blue.
    """
    traces, axes, words = [], {}, []
    share = 1 / len(readings)
    for number, reading in enumerate(readings):
        suffix = str(number + 1) if number else ""
        outputs = reading.outputs
        colours = [theme.GREY] * outputs.size
        colours[reading.ranking[0]] = theme.YES
        traces.append(
            {
                "type": "bar",
                "x": [str(digit) for digit in range(outputs.size)],
                "y": outputs,
                "yaxis": f"y{suffix}",
                "marker": {"color": colours},
                "hovertemplate": "%{x}: %{y:.4f}<extra></extra>",
                "showlegend": False,
            }
        )
        top = 1 - number * share
        axes[f"yaxis{suffix}"] = {
            "domain": [top - 0.72 * share, top - 0.22 * share],
            "range": [min(0.0, float(outputs.min())), max(1.0, float(outputs.max()))],
            "nticks": 3,
        }
        words.append(
            theme.words(
                reading.name,
                0,
                top - 0.2 * share,
                xref="paper",
                yref="paper",
                xanchor="left",
                yanchor="bottom",
            )
        )
    last = str(len(readings)) if len(readings) > 1 else ""
    return theme.figure(
        traces,
        40 + _READER_PX * len(readings),
        bargap=0.25,
        xaxis={"title": {"text": _("Digit")}, "type": "category", "anchor": f"y{last}"},
        **axes,
        annotations=words,
    )


def _wall(
    tiles: np.ndarray, texts: Sequence[str], colours: Sequence[str | None], picture: dict
) -> go.Figure:
    """Return (n, height, width) tiles in rows, one heatmap, with a line of text above each."""
    n, height, width = tiles.shape
    rows = -(-n // _COLUMNS)
    step_y, step_x = height + _TEXT_ROWS, width + _GAP
    wall = np.full((rows * step_y, _COLUMNS * step_x - _GAP), np.nan, np.float32)
    corners = [
        (place // _COLUMNS * step_y + _TEXT_ROWS, place % _COLUMNS * step_x) for place in range(n)
    ]
    for tile, (top, left) in zip(tiles, corners, strict=True):
        wall[top : top + height, left : left + width] = tile
    heatmap = {"type": "heatmap", "z": wall, "showscale": False, "hoverinfo": "skip", **picture}
    # As traces they cost a fifth of what as many annotations do.
    words = [
        {
            "type": "scatter",
            "mode": "text",
            "x": [corners[place][1] + (width - 1) / 2 for place in places],
            "y": [corners[place][0] - 0.5 for place in places],
            "text": [texts[place] for place in places],
            "textposition": "top center",
            "textfont": {"size": 13, **({"color": colour} if colour else {})},
            "cliponaxis": False,
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for colour in dict.fromkeys(colours)
        if (places := [place for place in range(n) if colours[place] == colour])
    ]
    return theme.figure(
        [heatmap, *words],
        _BUTTON_PX + _WALL_ROW_PX * rows,
        xaxis=_BARE_AXIS,
        yaxis={
            **_BARE_AXIS,
            "autorange": "reversed",
            "scaleanchor": "x",
            "constraintoward": "top",
        },
        margin={"l": 0, "r": 0, "t": _BUTTON_PX, "b": 0},
    )


def _around_zero(limit: float) -> dict:
    """Return a colour scale from minus a limit, orange, to the limit, blue."""
    limit = limit or 1.0
    return {"colorscale": _AROUND_ZERO, "zmin": -limit, "zmax": limit}


def _signed(value: float) -> str:
    """Return a number with its sign."""
    return f"{value:+.1f}".replace("-", "−")
