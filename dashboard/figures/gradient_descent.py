"""Figures of the gradient-descent page: slopes, loss surfaces, a small network, gradient checks."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.figures.unchecked import UncheckedFigure
from dashboard.language import _
from nncore.activations import sigmoid, sigmoid_gradient
from nncore.loss_surface import Descent

INPUT_RANGE = (-10.0, 10.0)
N_LAYERS = 6

# The places of the traces in `surface`, as `balls` names them.
SURFACE, PATH, MINIMA, BALL = range(4)

# As fine as a finger can click, without more marks than a browser draws at once.
_CLICKS = 31
# Streamlit's own charts lose the difference between 0 and the smallest number on a log axis.
_SMALLEST = 1e-17
_TANGENT_LENGTH = 2.5
# Of losses and places; a surface drawn is a thousand pixels wide at most.
_DECIMALS = 5
_ROLLING = theme.VERMILLION
_MINIMUM = theme.PURPLE


def sigmoid_and_slope(z: float) -> go.Figure:
    """Return the sigmoid and its derivative, with the tangent at one input.

    Parameters
    ----------
    z : float
        The neuron's input, within `INPUT_RANGE`.
    """
    x = np.linspace(*INPUT_RANGE, 201)
    output = float(sigmoid(np.float64(z)))
    slope = output * (1 - output)
    tangent = np.array([-_TANGENT_LENGTH, _TANGENT_LENGTH])
    outputs = sigmoid(x)
    return theme.figure(
        [
            _line(_("output σ(z)"), x, outputs, theme.BLUE),
            _line(
                _("derivative σ′(z)"), x, sigmoid_gradient(outputs, np.ones_like(x)), theme.GREEN
            ),
            _line(_("tangent"), z + tangent, output + slope * tangent, theme.VERMILLION, width=3),
            _dots([z, z], [output, slope], [theme.BLUE, theme.GREEN]),
        ],
        height=320,
        xaxis={"title": {"text": _("Input z of the neuron")}, "range": INPUT_RANGE},
        yaxis={"range": [-0.12, 1.12]},
        shapes=[
            {
                "type": "line",
                **{"x0": z, "x1": z, "y0": 0, "y1": 1, "yref": "paper"},
                "line": {"color": theme.GREY, "dash": "dot", "width": 1},
            }
        ],
    )


def shrinking_gradient(slope: float) -> go.Figure:
    """Return what is left of a gradient after each layer of sigmoids.

    Parameters
    ----------
    slope : float
        The derivative of every neuron, above 0 and at most 0.25; weights are 1.
    """
    layers = np.arange(N_LAYERS + 1)
    lines = [
        _line(name, layers, factor**layers, colour) | {"mode": "lines+markers"}
        for name, factor, colour in (
            (_("at best, z = 0"), 0.25, theme.GREY),
            (_("at this z"), slope, theme.GREEN),
        )
    ]
    return theme.figure(
        lines,
        height=320,
        xaxis={"title": {"text": _("Layers on the way back")}, "dtick": 1},
        yaxis={
            "title": {"text": _("Share of the gradient left")},
            "type": "log",
            "exponentformat": "power",
            "dtick": 1 if slope > 0.05 else 4,
        },
    )


def contour(
    x: np.ndarray,
    y: np.ndarray,
    losses: np.ndarray,
    minima: np.ndarray,
    descent: Descent,
    axes: tuple[str, str],
) -> go.Figure:
    """Return a loss surface from above, with a path on it and a grid of points to click.

    Parameters
    ----------
    x, y : ndarray of shape (n_x,) and (n_y,), float
        The grid.
    losses : ndarray of shape (n_y, n_x), float
    minima : ndarray of shape (n_minima, 2), float
        Places (x, y) of the local minima.
    descent : Descent
        Parts beyond the grid are cut off.
    axes : tuple of two str
        Titles.
    """
    levels = {
        "type": "contour",
        **{"x": x, "y": y, "z": _short(losses)},
        "colorscale": theme.SEQUENTIAL,
        "reversescale": True,
        "ncontours": 24,
        **_colour_limits(losses),
        "line": {"width": 0.5, "color": "rgba(255, 255, 255, 0.5)"},
        "colorbar": {"title": {"text": _("Loss")}, "thickness": 10, "xpad": 4},
        "hoverinfo": "skip",
    }
    across, up = np.meshgrid(
        np.linspace(x[0], x[-1], _CLICKS).round(3), np.linspace(y[0], y[-1], _CLICKS).round(3)
    )
    # Plotly reports clicks on points only, not on contours; these can be clicked and not seen.
    invisible = {"opacity": 0}
    clicks = {
        "type": "scatter",
        **{"x": across.ravel(), "y": up.ravel()},
        "mode": "markers",
        "marker": {"size": 14, **invisible},
        "selected": {"marker": invisible},
        "unselected": {"marker": invisible},
        "showlegend": False,
        "hovertemplate": _("start here: {x}, {y}").format(x="%{x}", y="%{y}") + "<extra></extra>",
    }
    path = _short(descent.points)
    return theme.figure(
        [
            levels,
            {
                **_line(_("path"), *_columns(path), _ROLLING, width=2),
                "mode": "lines+markers",
                "marker": {"size": 5},
                "hoverinfo": "skip",
                # A chosen point of the grid must not fade the path.
                "unselected": {"marker": {"opacity": 1}},
            },
            _mark(_("start"), path[:1], "circle-open", _ROLLING, 14),
            _mark(_("end"), path[-1:], "circle", _ROLLING, 11),
            _mark(_("lowest around"), minima, "star", _MINIMUM, 14),
            clicks,
        ],
        height=460,
        # A drag scrolls the page, a click chooses the start.
        xaxis={
            "title": {"text": axes[0]},
            "range": [x[0], x[-1]],
            "zeroline": False,
        },
        yaxis={
            "title": {"text": axes[1]},
            "range": [y[0], y[-1]],
            "zeroline": False,
        },
    )


def surface(
    x: np.ndarray,
    y: np.ndarray,
    losses: np.ndarray,
    minima: np.ndarray,
    descent: Descent,
    axes: tuple[str, str],
) -> go.Figure:
    """Return a loss surface in three dimensions with a path on it; parameters as for `contour`.

    Returns
    -------
    plotly.graph_objects.Figure
        The traces SURFACE to BALL of this module, in one scene with fixed ranges.
    """
    low, high = float(losses.min()), float(losses.max())
    # Lifted, or the surface would swallow half of every line on it.
    lift = 0.015 * (high - low)
    heights = [losses[np.abs(y - b).argmin(), np.abs(x - a).argmin()] + lift for a, b in minima]
    inside = _inside(descent.points, x, y)
    height = np.where(inside, descent.losses + lift, np.nan)
    last = np.flatnonzero(inside)[-1:]
    axis = {"zeroline": False}
    return UncheckedFigure(
        [
            {
                "type": "surface",
                **{"x": x, "y": y, "z": _short(losses)},
                "colorscale": theme.SEQUENTIAL,
                "reversescale": True,
                **{f"c{name[1:]}": value for name, value in _colour_limits(losses).items()},
                "showscale": False,
                "opacity": 0.92,
                "hovertemplate": "%{z:.3g}<extra></extra>",
            },
            {
                "type": "scatter3d",
                **_places(_short(descent.points), _short(height)),
                "mode": "lines+markers",
                "line": {"color": _ROLLING, "width": 5},
                "marker": {"color": _ROLLING, "size": 3},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter3d",
                **_places(minima, heights),
                "mode": "markers",
                "marker": {"symbol": "diamond", "color": _MINIMUM, "size": 6},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter3d",
                **_places(descent.points[last], height[last]),
                "mode": "markers",
                "marker": {
                    "color": _ROLLING,
                    "size": 9,
                    "line": {"color": "#FFFFFF", "width": 2},
                },
                "hoverinfo": "skip",
            },
        ],
        {
            "scene": {
                "xaxis": {"title": {"text": axes[0]}, "range": [x[0], x[-1]], **axis},
                "yaxis": {"title": {"text": axes[1]}, "range": [y[0], y[-1]], **axis},
                "zaxis": {"title": {"text": _("Loss")}, "range": [low, high + 2 * lift], **axis},
                "aspectmode": "manual",
                "aspectratio": {"x": 1, "y": 1, "z": 0.7},
                "camera": {
                    "eye": {"x": 1.35, "y": 1.45, "z": 1.15},
                    "center": {"x": 0, "y": 0, "z": -0.15},
                },
            },
            "showlegend": False,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        },
    )


def balls(
    x: np.ndarray,
    y: np.ndarray,
    losses: np.ndarray,
    descent: Descent,
    steps: Sequence[int],
) -> list[dict[int, dict[str, list]]]:
    """Return what each of some steps of the path changes in the figure of `surface`.

    Parameters
    ----------
    x, y, losses, descent
        As for `surface`.
    steps : sequence of int

    Returns
    -------
    list of dict
        For each step, new attributes of the trace BALL, as `PlotState` has them.
    """
    points, lift = descent.points[steps], 0.015 * float(losses.max() - losses.min())
    places = np.column_stack([points, descent.losses[steps] + lift]).tolist()
    return [
        {
            BALL: {
                name: [round(number, 4) if is_inside else None]
                for name, number in zip("xyz", place, strict=True)
            }
        }
        for place, is_inside in zip(places, _inside(points, x, y).tolist(), strict=True)
    ]


def loss_along_path(descent: Descent, lowest: float) -> go.Figure:
    """Return the loss of all samples against the steps of a descent.

    Parameters
    ----------
    descent : Descent
    lowest : float
        Lowest loss of the surface drawn, as a dotted line.
    """
    steps = np.arange(len(descent.losses))
    return theme.figure(
        [
            _line(_("along the path"), steps, _short(descent.losses), _ROLLING),
            _line(
                _("lowest of the surface"), steps[[0, -1]], [lowest, lowest], theme.GREY, dash="dot"
            ),
        ],
        height=240,
        xaxis={"title": {"text": _("Step")}},
        yaxis={"title": {"text": _("Loss")}, "rangemode": "tozero"},
    )


def losses_of_steps(losses: Sequence[float]) -> go.Figure:
    """Return the loss after each step that the reader has taken."""
    steps = np.arange(len(losses))
    return theme.figure(
        [_line(_("loss"), steps, losses, theme.BLUE) | {"mode": "lines+markers"}],
        height=200,
        showlegend=False,
        xaxis={"title": {"text": _("Steps taken")}, "range": [-0.3, max(5, len(losses)) + 0.3]},
        yaxis={"title": {"text": _("Loss")}, "range": [0, 1.15 * max(losses)]},
    )


def network_diagram(
    values: Sequence[Sequence[str]],
    *,
    connections: int | None = None,
    neurons: int | None = None,
    is_backward: bool = False,
) -> go.Figure:
    """Return a small network with a number in each neuron.

    Parameters
    ----------
    values : sequence of sequence of str
        What stands in the neurons of each layer, inputs first.
    connections : int, optional
        Mark those between this layer and the one before it; the inputs are layer 0.
    neurons : int, optional
        Mark the neurons of this layer.
    is_backward : bool
        Whether what is marked runs backwards.
    """
    colour = theme.VERMILLION if is_backward else theme.BLUE
    heights = [(len(layer) - 1) / 2 - np.arange(len(layer)) for layer in values]
    edges = []
    for right in range(1, len(values)):
        pairs = [(a, b) for a in heights[right - 1] for b in heights[right]]
        is_marked = right == connections
        edges.append(
            {
                "type": "scatter",
                "x": [right - 1, right, None] * len(pairs),
                "y": [end for pair in pairs for end in (*pair, None)],
                "mode": "lines",
                "line": {
                    "color": colour if is_marked else theme.GREY,
                    "width": 3 if is_marked else 1,
                },
                "hoverinfo": "skip",
            }
        )
    circles = [
        {
            "type": "scatter",
            "x": [layer] * len(texts),
            "y": heights[layer],
            "mode": "markers+text",
            "marker": {"size": 52, "color": colour if layer == neurons else theme.GREY},
            "text": list(texts),
            "textfont": {"color": "#FFFFFF", "size": 13},
            "hoverinfo": "skip",
        }
        for layer, texts in enumerate(values)
    ]
    n_most = max(len(layer) for layer in values)
    bare = {"visible": False}
    last = len(values) - 1
    return theme.figure(
        edges + circles,
        height=110 + 64 * max(2, n_most),
        showlegend=False,
        xaxis={**bare, "range": [-0.35, last + 0.35]},
        yaxis={**bare, "range": [-n_most / 2 - 0.1, n_most / 2 + 0.25]},
        annotations=[
            {"text": text, "x": x, "y": n_most / 2 + 0.12, "showarrow": False}
            for x, text in ((0, _("inputs")), (last / 2, _("hidden")), (last, _("outputs")))
        ],
        # The button that saves the picture finds room above the titles.
        margin={"l": 0, "r": 0, "t": 36, "b": 0},
    )


def difference_against_step(
    steps: Sequence[float], differences: Sequence[float], chosen: float
) -> go.Figure:
    """Return how far backpropagation and the central difference are apart, for each step width.

    Parameters
    ----------
    steps : sequence of float
        The step widths h.
    differences : sequence of float
        Relative differences, at least 0.
    chosen : float
        The step width that the reader has chosen.
    """
    heights = np.maximum(differences, _SMALLEST)
    at = list(steps).index(chosen)
    log = {"type": "log", "exponentformat": "power"}
    return theme.figure(
        [
            _line(_("difference"), steps, heights, theme.BLUE) | {"mode": "lines+markers"},
            _dots([chosen], [heights[at]], [theme.VERMILLION]),
        ],
        height=260,
        showlegend=False,
        xaxis={"title": {"text": _("Step width h")}, **log, "dtick": 2},
        yaxis={"title": {"text": _("Relative difference")}, **log, "range": [-13, 2], "dtick": 3},
    )


def _inside(points: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return which points lie on the grid, (n,) bool."""
    low, high = np.array([x[0], y[0]]), np.array([x[-1], y[-1]])
    return ((points >= low) & (points <= high)).all(axis=1)


def _columns(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of (n, 2) points, each in one piece: others the fast JSON encoder refuses."""
    return np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])


def _short(numbers: np.ndarray) -> np.ndarray:
    """Return numbers as exact as can be seen: as text, which they become, half as long."""
    return numbers.round(_DECIMALS)


def _places(points: np.ndarray, heights: Sequence[float] | None = None) -> dict:
    """Return (n, 2) points, and their heights in three dimensions, as a trace has them."""
    x, y = _columns(points)
    return {"x": x, "y": y} if heights is None else {"x": x, "y": y, "z": heights}


def _colour_limits(losses: np.ndarray) -> dict[str, float]:
    """Return what the ends of the colour scale stand for: steep rims leave colour for the rest."""
    # The quantile itself, which interpolates, takes five times as long.
    at = int(0.95 * losses.size)
    return {"zmin": float(losses.min()), "zmax": float(np.partition(losses, at, axis=None)[at])}


def _line(
    name: str,
    x: Sequence[float],
    y: Sequence[float],
    colour: str,
    *,
    width: int = 2,
    dash: str = "solid",
) -> dict:
    """Return a line with its entry in the legend."""
    return {
        "type": "scatter",
        "name": name,
        **{"x": x, "y": y},
        "mode": "lines",
        "line": {"color": colour, "width": width, "dash": dash},
        "hovertemplate": "%{x:.3g}: %{y:.3g}<extra></extra>",
    }


def _dots(x: Sequence[float], y: Sequence[float], colours: Sequence[str]) -> dict:
    """Return points that have no entry in the legend."""
    return {
        "type": "scatter",
        **{"x": x, "y": y},
        "mode": "markers",
        "marker": {"color": colours, "size": 12, "line": {"color": "#FFFFFF", "width": 1}},
        "showlegend": False,
        "hovertemplate": "%{x:.3g}: %{y:.4g}<extra></extra>",
    }


def _mark(name: str, points: np.ndarray, symbol: str, colour: str, size: int) -> dict:
    """Return marks on a contour, which stay as they are when a point is chosen."""
    return {
        "type": "scatter",
        "name": name,
        **_places(points),
        "mode": "markers",
        "marker": {
            "symbol": symbol,
            "color": colour,
            "size": size,
            "line": {"color": colour if "open" in symbol else "#FFFFFF", "width": 2},
        },
        "unselected": {"marker": {"opacity": 1}},
        "hoverinfo": "skip",
    }
