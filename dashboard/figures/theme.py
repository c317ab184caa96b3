"""The look that all figures share: one palette for both themes and for colour-blind people.

The colours are those of Okabe and Ito that stand out from white and from Streamlit's dark page
alike, at least 3 to 1 (their yellow, orange and sky blue do not).

References
----------
Okabe and Ito, Color Universal Design, 2008, https://jfly.uni-koeln.de/color/
"""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.colors import get_colorscale

from dashboard.figures.unchecked import UncheckedFigure

BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
GREY = "#6B6B6B"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, GREY)

# What a colour stands for, the same on every page.
YES = BLUE
NO = VERMILLION
OURS = BLUE
MEMOIRE = GREY

# Colour scales for heatmaps: from nothing to much, and around zero. Not by name, because plotly.js
# has other colours by the same one.
SEQUENTIAL = get_colorscale("Cividis")
DIVERGING = ((0.0, BLUE), (0.5, "#F2F2F2"), (1.0, VERMILLION))

TRANSPARENT = "rgba(0, 0, 0, 0)"

# What all figures share; text colours are left to the page's theme.
_LOOK = {
    "colorway": PALETTE,
    "paper_bgcolor": TRANSPARENT,
    "plot_bgcolor": TRANSPARENT,
    "font": {"size": 14},
    "margin": {"l": 8, "r": 8, "t": 16, "b": 8},
    # Above the plot, where it takes no width on a phone.
    "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    # Hidden traces and the like survive an update of the data.
    "uirevision": "keep",
}
_AXIS = {"automargin": True, "fixedrange": True}


def figure(traces: Sequence[dict], height: int, **layout: object) -> go.Figure:
    """Return a figure in the look of the dashboard, made all at once.

    Parameters
    ----------
    traces : sequence of dict
        As Plotly takes them.
    height : int
        In pixels.
    **layout
        What is particular to this figure. Axes, legend and the like are laid over the common look.
        The reader cannot zoom: a finger on the figure scrolls the page.
    """
    axes = {name: _AXIS for name in ("xaxis", "yaxis", *layout) if name[1:5] == "axis"}
    look = {**_LOOK, **axes, "dragmode": False, "height": height}
    return UncheckedFigure(traces, _laid_over(look, layout))


def space(traces: Sequence[dict], scene: dict, **layout: object) -> go.Figure:
    """Return a 3D figure in the look of the dashboard, made all at once.

    Parameters
    ----------
    traces : sequence of dict
        As Plotly takes them.
    scene : dict
        Its axes and camera.
    **layout
        As for `figure`.
    """
    # Titles and tick labels stand within the scene.
    margin = {"l": 0, "r": 0, "t": 0, "b": 0}
    return UncheckedFigure(
        traces, {"scene": scene, **_laid_over({**_LOOK, "margin": margin}, layout)}
    )


def line_across(colour: str, dash: str, x: float | None = None, y: float | None = None) -> dict:
    """Return a shape for `figure`: a line across the whole plot, at one x or at one y.

    Parameters
    ----------
    colour, dash : str
        As Plotly takes them.
    x, y : float, optional
        Where, in the units of the axis; one of the two.
    """
    if x is not None:
        ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    else:
        ends = {"x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y}
    return {"type": "line", **ends, "line": {"color": colour, "dash": dash, "width": 2}}


def words(text: str, x: float, y: float, **place: object) -> dict:
    """Return an annotation for `figure`: words in the plot, without an arrow.

    Parameters
    ----------
    text : str
    x, y : float
        Where, in the units of the axes unless ``place`` has ``xref`` or ``yref``.
    **place
        Anything else that Plotly takes, such as ``xanchor``.
    """
    return {"text": text, "x": x, "y": y, "showarrow": False, **place}


def _laid_over(look: dict, layout: dict) -> dict:
    """Return a layout with what is particular to it, its groups of settings merged."""
    groups = {
        name: {**look[name], **settings}
        for name, settings in layout.items()
        if isinstance(look.get(name), dict)
    }
    return {**look, **layout, **groups}
