"""The look that all figures share: one palette for both themes and for colour-blind people.

The colours are those of Okabe and Ito that stand out from white and from Streamlit's dark page
alike, at least 3 to 1 (their yellow, orange and sky blue do not).

References
----------
Okabe and Ito, Color Universal Design, 2008, https://jfly.uni-koeln.de/color/
"""

from collections.abc import Sequence
from functools import cache

import plotly.graph_objects as go

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

# Colour scales for heatmaps, as Plotly takes them: from nothing to much, and around zero.
SEQUENTIAL = "Cividis"
DIVERGING = ((0.0, BLUE), (0.5, "#F2F2F2"), (1.0, VERMILLION))

TRANSPARENT = "rgba(0, 0, 0, 0)"


def style(figure: go.Figure, height: int | None = None) -> go.Figure:
    """Give a figure the look of the dashboard; text colours are left to the page's theme.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Changed in place.
    height : int, optional
        Height in pixels; by default Plotly's own.

    Returns
    -------
    plotly.graph_objects.Figure
        ``figure`` itself, so that a figure function can end with ``return style(figure)``.
    """
    figure.update_layout(
        height=height,
        colorway=PALETTE,
        paper_bgcolor=TRANSPARENT,
        plot_bgcolor=TRANSPARENT,
        font_size=14,
        margin={"l": 8, "r": 8, "t": 48 if figure.layout.title.text else 16, "b": 8},
        # Above the plot, where it takes no width on a phone.
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        # Zoom, hidden traces and the like survive an update of the data.
        uirevision="keep",
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    return figure


def figure(traces: Sequence[dict], height: int, **layout: object) -> go.Figure:
    """Return a figure in the look of the dashboard, made all at once.

    Plotly takes 1.5 ms for that, and 10 ms more where `style` and axes come as later updates.

    Parameters
    ----------
    traces : sequence of dict
        As Plotly takes them.
    height : int
        In pixels.
    **layout
        What is particular to this figure. Axes are laid over the common look, anything else
        replaces it. The reader cannot zoom: a finger on the figure scrolls the page.
    """
    look = _look()
    axes = {
        name: {**look[name[:5]], **settings}
        for name, settings in layout.items()
        if name.startswith(("xaxis", "yaxis"))
    }
    return go.Figure(list(traces), {**look, **layout, **axes, "height": height})


@cache
def _look() -> dict:
    """Return the layout that `figure` starts from."""
    empty = go.Figure(layout={"xaxis": {"visible": True}, "yaxis": {"visible": True}})
    layout = style(empty).to_dict()["layout"] | {"dragmode": False}
    for axis in ("xaxis", "yaxis"):
        layout[axis] |= {"fixedrange": True}
    # Every new figure brings the default template by itself, already checked.
    del layout["template"]
    return layout
