"""Figures of the colour neuron: the cube of all colours with the plane in it, and the errors.

The cube is drawn once; `state_attributes` says what of it changes from one state to the next.
"""

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
    changing = state_attributes(colours, targets, scale, state, sample)
    line = {"color": theme.BLUE, "width": 5}
    figure = go.Figure(
        [
            _cube_edges(scale),
            go.Mesh3d(
                color=theme.BLUE,
                opacity=0.35,
                # The same blue from every side, however the plane lies in the light.
                lighting={"ambient": 1, "diffuse": 0, "specular": 0, "fresnel": 0},
                hoverinfo="skip",
            ),
            go.Scatter3d(mode="lines", line=line, hoverinfo="skip", showlegend=False),
            go.Scatter3d(
                mode="lines+text", line=line, textfont_size=16, hoverinfo="skip", showlegend=False
            ),
            _samples(_("labelled yes"), "diamond", names, colours, inputs, targets == 1),
            _samples(_("labelled no"), "circle", names, colours, inputs, targets == 0),
            _rings(_("answered wrong"), "circle-open", theme.PURPLE),
            _rings(_("just shown"), "square-open", theme.GREEN),
        ]
    )
    for trace, attributes in changing.items():
        figure.data[trace].update(attributes)
    axis = {"range": [0, scale], "tickvals": [0, 0.5, 1] if scale == 1 else [0, 128, 255]}
    figure.update_layout(
        scene={
            "xaxis": {"title": _("Red"), **axis},
            "yaxis": {"title": _("Green"), **axis},
            "zaxis": {"title": _("Blue"), **axis},
            "aspectmode": "cube",
            "camera": {"eye": _HOME_EYE, "center": {"x": 0, "y": 0, "z": -0.1}},
        },
    )
    theme.style(figure)
    # A trace hidden by a click on its name would be missed at the next step.
    figure.update_layout(
        legend={"itemclick": False, "itemdoubleclick": False},
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
    )
    return figure


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
    polygon = clip_plane_to_cube(state, scale)
    rim = np.vstack([polygon, polygon[:1]])
    n_triangles = max(0, len(polygon) - 2)
    wrong = activation(state, inputs) != np.asarray(targets)
    shown = inputs[[] if sample is None else [sample]]
    return {
        PLANE: {
            **_coordinates(polygon),
            # A convex polygon is a fan of triangles around its first corner.
            "i": [0] * n_triangles,
            "j": list(range(1, n_triangles + 1)),
            "k": list(range(2, n_triangles + 2)),
        },
        RIM: _coordinates(rim),
        SIDES: _sides(polygon, state, scale),
        WRONG: _marks(inputs[wrong]),
        SHOWN: _marks(shown),
    }


def errors_per_epoch(errors: Sequence[int]) -> go.Figure:
    """Return a bar for the wrong answers of each epoch.

    Parameters
    ----------
    errors : sequence of int
        From the first epoch on.
    """
    epochs = list(range(1, len(errors) + 1))
    figure = go.Figure(
        go.Bar(
            x=epochs,
            y=list(errors),
            marker_color=theme.PURPLE,
            text=list(errors) if len(errors) <= _MAX_LABELLED_BARS else None,
            textposition="outside",
            cliponaxis=False,
            hovertemplate=_("epoch %{x}: %{y} wrong") + "<extra></extra>",
        )
    )
    figure.update_xaxes(title=_("Epoch"), range=[0.4, len(errors) + 0.6])
    figure.update_yaxes(title=_("Wrong answers"), range=[0, max([*errors, 1]) * 1.15])
    for axis, length in ((figure.layout.xaxis, len(errors)), (figure.layout.yaxis, max(errors))):
        # Counts have no halves.
        axis.update(dtick=1 if length <= _MAX_LABELLED_BARS / 2 else None, tickformat="d")
    return theme.style(figure, height=280)


def _cube_edges(scale: int) -> go.Scatter3d:
    """Return the twelve edges of the cube as one line."""
    # Around the bottom, up, around the top, and back over the edges that are still missing.
    corners = [0, 1, 3, 2, 0, 4, 5, 1, 5, 7, 3, 7, 6, 2, 6, 4]
    path = np.array([[corner & 1, corner >> 1 & 1, corner >> 2] for corner in corners]) * scale
    return go.Scatter3d(
        **_coordinates(path),
        mode="lines",
        line={"color": theme.GREY, "width": 2},
        hoverinfo="skip",
        showlegend=False,
    )


def _samples(
    legend: str,
    symbol: str,
    names: Sequence[str],
    colours: np.ndarray,
    inputs: np.ndarray,
    chosen: np.ndarray,
) -> go.Scatter3d:
    """Return the chosen samples as points of their own colours."""
    rows = np.flatnonzero(chosen).tolist()
    return go.Scatter3d(
        **_coordinates(inputs[rows]),
        name=legend,
        mode="markers",
        marker={
            "symbol": symbol,
            "size": 8 if symbol == "circle" else 7,
            "color": [f"rgb({', '.join(map(str, colours[row]))})" for row in rows],
            "line": {"color": theme.GREY, "width": 1},
        },
        # Plotly draws its own HTML tags in texts.
        text=[escape(names[row]) for row in rows],
        customdata=colours[rows].tolist(),
        hovertemplate="%{text}<br>(%{customdata[0]}, %{customdata[1]}, %{customdata[2]})"
        f"<extra>{legend}</extra>",
    )


def _rings(legend: str, symbol: str, colour: str) -> go.Scatter3d:
    """Return open marks to be drawn around samples."""
    return go.Scatter3d(
        name=legend,
        mode="markers",
        marker={"symbol": symbol, "size": 15, "color": colour},
        hoverinfo="skip",
    )


def _sides(polygon: np.ndarray, state: Sequence[float], scale: int) -> dict[str, list]:
    """Return a line through the plane, at whose ends stands what is answered on that side."""
    if not len(polygon):
        return {**_coordinates(polygon), "text": []}
    # Towards the far end of the plane, away from the many dark samples.
    farthest = polygon[np.argmax(np.linalg.norm(polygon, axis=1))]
    place = 0.5 * polygon.mean(axis=0) + 0.5 * farthest
    normal = np.asarray(state) / np.linalg.norm(state)
    ends = place + np.outer([-1, 1], normal) * _SIDE_LENGTH * scale
    return {**_coordinates(np.clip(ends, 0, scale)), "text": [_("no"), _("yes")]}


def _marks(points: np.ndarray) -> dict[str, list]:
    """Return coordinates that keep their name in the legend where there is nothing to mark."""
    return _coordinates(points) if len(points) else {"x": [None], "y": [None], "z": [None]}


def _coordinates(points: np.ndarray) -> dict[str, list]:
    """Return points as Plotly takes them, without digits that nobody sees."""
    x, y, z = np.round(points, 4).T.tolist()
    return {"x": x, "y": y, "z": z}
