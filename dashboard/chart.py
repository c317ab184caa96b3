"""How every 2D figure is put on a page."""

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# The picture is worth saving; zooming and selecting are in the way of a finger that scrolls.
_CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage"]], "scrollZoom": False}


def show_chart(figure: go.Figure, key: str, place: DeltaGenerator | None = None) -> None:
    """Show a figure in the look of the page's theme.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        From `dashboard.figures`.
    key : str
        Identity of the chart on its page, so that an update changes it in place.
    place : DeltaGenerator, optional
        Where; by default the container that is open.
    """
    (place or st).plotly_chart(figure, key=key, config=_CONFIG)


def show_selectable_chart(figure: go.Figure, key: str, on_select: Callable[[], None]) -> None:
    """Show a figure of whose points one can be chosen by a click or a touch.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        From `dashboard.figures`, with axes of fixed range: Streamlit turns dragging on.
    key : str
        As for `show_chart`; ``st.session_state[key].selection`` has what was chosen.
    on_select : callable
        Called before the script runs.
    """
    st.plotly_chart(figure, key=key, config=_CONFIG, on_select=on_select, selection_mode="points")
