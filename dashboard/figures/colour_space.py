"""Figures of the colour neuron: the cube of all colours with the plane in it, and the errors.

The cube is drawn once; `state_attributes` says what of it changes from one state to the next.
"""

import itertools
import math
from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.language import _
from nncore.colour import scale_colours
from nncore.colour_neuron import activation
from nncore.plane import clip_plane_to_cube

# The places of the traces in the figure, as `state_attributes` names them.
EDGES, PLANE, RIM, SIDES, YES, NO, WRONG, SHOWN = range(8)

# Along the red axis, so that the plane of the mémoire's reds stands between the reader and orange.
_HOME_EYE = {"x": 1.15, "y": -1.45, "z": 0.75}
_SIDE_LENGTH = 0.16  # of the line that says which side of the plane is yes, in edges of the cube
_MAX_LABELLED_BARS = 20


def colour_space(
    names: Sequence[str],
    colours: np.ndarray,
    targets: np.ndarray,
    scale: int,
    state: Sequence[float],
    sample: int | None = None,
) -> go.Figure:
    """Return the cube of all colours with the samples, and the plane of a state of the neuron.

    Parameters
    ----------
    names : sequence of str
        Shown as they are; no part of them is taken as HTML.
    colours : ndarray of shape (n_samples, 3)
        Red, green, blue, 0-255. Each sample is a point of its own colour.
    targets : ndarray of shape (n_samples,), 0 or 1
        The labels: yes is a diamond, no a circle.
    scale : int, 1 or 255
        The edge of the cube, and the scale of ``state``.
    state : sequence of 3 float
        The state p of the neuron.
    sample : int, optional
        Row of the sample that has just been shown.

    Returns
    -------
    plotly.graph_objects.Figure
        The traces EDGES to SHOWN of this module, in one scene with fixed ranges.
    """
    colours, targets = np.asarray(colours), np.asarray(targets)
    inputs = scale_colours(colours, scale)
    line = {"color": theme.BLUE, "width": 5}
    quiet = {"hoverinfo": "skip", "showlegend": False}
    traces = [
        _cube_edges(scale),
        {
            "type": "mesh3d",
            "color": theme.BLUE,
            "opacity": 0.35,
            # The same blue from every side, however the plane lies in the light.
            "lighting": {"ambient": 1, "diffuse": 0, "specular": 0, "fresnel": 0},
            "hoverinfo": "skip",
        },
        {"type": "scatter3d", "mode": "lines", "line": line, **quiet},
        {
            "type": "scatter3d",
            "mode": "lines+text",
            "line": line,
            "textfont": {"size": 16},
            **quiet,
        },
        _samples(_("labelled yes"), "diamond", names, colours, inputs, targets == 1),
        _samples(_("labelled no"), "circle", names, colours, inputs, targets == 0),
        _rings(_("answered wrong"), "circle-open", theme.PURPLE),
        _rings(_("just shown"), "square-open", theme.GREEN),
    ]
    for trace, attributes in state_attributes(colours, targets, scale, state, sample).items():
        traces[trace] |= attributes
    axis = {"range": [0, scale], "tickvals": [0, 0.5, 1] if scale == 1 else [0, 128, 255]}
    return theme.space(
        traces,
        {
            "xaxis": {"title": {"text": _("Red")}, **axis},
            "yaxis": {"title": {"text": _("Green")}, **axis},
            "zaxis": {"title": {"text": _("Blue")}, **axis},
            "aspectmode": "cube",
            "camera": {"eye": _HOME_EYE, "center": {"x": 0, "y": 0, "z": -0.1}},
        },
        # A trace hidden by a click on its name would be missed at the next step.
        legend={"itemclick": False, "itemdoubleclick": False},
    )


def state_attributes(
    colours: np.ndarray,
    targets: np.ndarray,
    scale: int,
    state: Sequence[float],
    sample: int | None = None,
) -> dict[int, dict[str, list]]:
    """Return what a state changes in the figure of `colour_space`; parameters as there.

    Returns
    -------
    dict of int to dict of str to list
        For each trace that changes its attributes: the plane, which side of it is yes, the samples
        that are answered wrong, and the sample that has just been shown.
    """
    inputs = scale_colours(colours, scale)
    is_wrong = activation(state, inputs) != np.asarray(targets)
    polygon = clip_plane_to_cube(state, scale)
    points = rounded(inputs.tolist())
    return attributes_of_plane(points, is_wrong.tolist(), scale, state, polygon, sample)


def attributes_of_plane(
    points: Sequence[Sequence[float]],
    is_wrong: Sequence[bool],
    scale: int,
    state: Sequence[float],
    polygon: np.ndarray,
    sample: int | None = None,
) -> dict[int, dict[str, list]]:
    """Return the same as `state_attributes` from what may be known already.

    In Python's floats, which for so few numbers take half the time of arrays.

    Parameters
    ----------
    points : sequence of 3 float
        The colours from 0 to ``scale``, `rounded`.
    is_wrong : sequence of bool
        Which of them are answered wrong.
    scale, state, sample
        As for `state_attributes`.
    polygon : ndarray of shape (n_corners, 3), float64
        Of the state, see `nncore.plane.clip_plane_to_cube`.
    """
    corners = polygon.tolist()
    n_triangles = max(0, len(corners) - 2)
    plane = _coordinates(rounded(corners))
    return {
        PLANE: {
            **plane,
            # A convex polygon is a fan of triangles around its first corner.
            "i": [0] * n_triangles,
            "j": list(range(1, n_triangles + 1)),
            "k": list(range(2, n_triangles + 2)),
        },
        RIM: {name: line + line[:1] for name, line in plane.items()},
        SIDES: _sides(corners, state, scale),
        WRONG: _marks(list(itertools.compress(points, is_wrong))),
        SHOWN: _marks([] if sample is None else [points[sample]]),
    }


def rounded(points: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return points without digits that nobody sees, and that would be sent all the same."""
    return [[round(part, 4) for part in point] for point in points]


def errors_per_epoch(errors: Sequence[int]) -> go.Figure:
    """Return a bar for the wrong answers of each epoch.

    Parameters
    ----------
    errors : sequence of int
        From the first epoch on.
    """
    is_short = len(errors) <= _MAX_LABELLED_BARS
    bars = {
        "type": "bar",
        "x": list(range(1, len(errors) + 1)),
        "y": list(errors),
        "marker": {"color": theme.PURPLE},
        "text": [str(n) for n in errors] if is_short else None,
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": _("epoch %{x}: %{y} wrong") + "<extra></extra>",
    }
    return theme.figure(
        [bars],
        height=280,
        xaxis={
            "title": {"text": _("Epoch")},
            "range": [0.4, len(errors) + 0.6],
            **_whole_numbers(len(errors)),
        },
        yaxis={
            "title": {"text": _("Wrong answers")},
            "range": [0, max([*errors, 1]) * 1.15],
            **_whole_numbers(max(errors)),
        },
    )


def _whole_numbers(highest: int) -> dict:
    """Return the ticks of an axis that counts: there are no halves."""
    return {"dtick": 1 if highest <= _MAX_LABELLED_BARS / 2 else None, "tickformat": "d"}


def _cube_edges(scale: int) -> dict:
    """Return the twelve edges of the cube as one line."""
    # Around the bottom, up, around the top, and back over the edges that are still missing.
    corners = [0, 1, 3, 2, 0, 4, 5, 1, 5, 7, 3, 7, 6, 2, 6, 4]
    path = np.array([[corner & 1, corner >> 1 & 1, corner >> 2] for corner in corners]) * scale
    return {
        "type": "scatter3d",
        **_coordinates(path.tolist()),
        "mode": "lines",
        "line": {"color": theme.GREY, "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _samples(
    legend: str,
    symbol: str,
    names: Sequence[str],
    colours: np.ndarray,
    inputs: np.ndarray,
    chosen: np.ndarray,
) -> dict:
    """Return the chosen samples as points of their own colours."""
    rows = np.flatnonzero(chosen).tolist()
    return {
        "type": "scatter3d",
        **_coordinates(rounded(inputs[rows].tolist())),
        "name": legend,
        "mode": "markers",
        "marker": {
            "symbol": symbol,
            "size": 8 if symbol == "circle" else 7,
            "color": [f"rgb({', '.join(map(str, colours[row]))})" for row in rows],
            "line": {"color": theme.GREY, "width": 1},
        },
        # Plotly draws its own HTML tags in texts.
        "text": [escape(names[row]) for row in rows],
        "customdata": colours[rows].tolist(),
        "hovertemplate": "%{text}<br>(%{customdata[0]}, %{customdata[1]}, %{customdata[2]})"
        f"<extra>{legend}</extra>",
    }


def _rings(legend: str, symbol: str, colour: str) -> dict:
    """Return open marks to be drawn around samples."""
    return {
        "type": "scatter3d",
        "name": legend,
        "mode": "markers",
        "marker": {"symbol": symbol, "size": 15, "color": colour},
        "hoverinfo": "skip",
    }


def _sides(corners: list[list[float]], state: Sequence[float], scale: int) -> dict[str, list]:
    """Return a line through the plane, at whose ends stands what is answered on that side."""
    if not corners:
        return {**_coordinates([]), "text": []}
    # Towards the far end of the plane, away from the many dark samples.
    farthest = max(corners, key=lambda corner: math.hypot(*corner))
    ends = []
    for direction in (-1, 1):
        length = direction * _SIDE_LENGTH * scale / math.hypot(*state)
        end = [
            0.5 * sum(along) / len(corners) + 0.5 * far + length * part
            for along, far, part in zip(zip(*corners, strict=True), farthest, state, strict=True)
        ]
        ends.append([min(max(part, 0), scale) for part in end])
    return {**_coordinates(rounded(ends)), "text": [_("no"), _("yes")]}


def _marks(points: Sequence[Sequence[float]]) -> dict[str, list]:
    """Return coordinates that keep their name in the legend where there is nothing to mark."""
    return _coordinates(points) if points else {"x": [None], "y": [None], "z": [None]}


def _coordinates(points: Sequence[Sequence[float]]) -> dict[str, list]:
    """Return points as Plotly takes them."""
    lines = zip(*points, strict=True) if points else ((), (), ())
    return {name: list(line) for name, line in zip("xyz", lines, strict=True)}
