"""How every 2D figure is put on a page."""

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
