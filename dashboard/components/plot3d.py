"""A 3D Plotly figure that keeps the view its reader has turned, and steps through states.

`st.plotly_chart` resets the camera at every update, so this component draws with plotly.js itself,
served from ``static/``. Stepping and playing happen in the browser, without a run of the page.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st
from plotly.io.json import to_json_plotly
from plotly.offline import get_plotlyjs, get_plotlyjs_version

from dashboard.language import _, current_language
from dashboard.static_files import publish

PLOTLYJS_NAME = "plotly.min.js"

_log = logging.getLogger(__name__)
_source = Path(__file__)
_component = st.components.v2.component(
    "plot3d",
    html=_source.with_suffix(".html").read_text(encoding="utf-8"),
    css=_source.with_suffix(".css").read_text(encoding="utf-8"),
    js=_source.with_suffix(".js").read_text(encoding="utf-8"),
    # plotly.js puts its style sheet into the document, where a shadow root does not see it.
    isolate_styles=False,
)


@dataclass(frozen=True)
class PlotState:
    """One of the states that the reader can step to.

    Attributes
    ----------
    caption : str
        What is seen, shown below the figure while it is in this state.
    updates : mapping of int to mapping of str to object
        For an index of a trace, its attributes in this state, dotted as for ``restyle``:
        ``{0: {"x": plane_x, "marker.color": "red"}}``. Whatever is not named is as in the figure.
    """

    caption: str
    updates: Mapping[int, Mapping[str, object]] = field(default_factory=dict)


def plot3d(
    figure: go.Figure,
    states: Sequence[PlotState] = (),
    *,
    key: str,
    label: str,
    height: int = 520,
    autoplay: int = 0,
) -> None:
    """Draw a 3D figure whose camera survives steps, reruns with other data, and leaving the page.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        With one ``scene`` whose three axes have a fixed ``range``. Colours of text, grid and
        background come from the page's theme unless the figure sets them.
    states : sequence of PlotState
        What the controls step through; without any there are no controls. The step is kept over
        reruns as long as the states are equal; other states are shown from their last.
    key : str
        Identity of the view, unique in the app: the same key is the same camera and step.
    label : str
        Accessible name of the figure.
    height : int
        Height of the drawing in pixels; less where there is less width than that.
    autoplay : int
        How often the page has asked for the states to be played, for example how often a button
        was pressed: when it rises, they play from the first, unless the reader's system asks for
        reduced motion.

    Raises
    ------
    ValueError
        If an axis of the scene has no fixed range, or a state updates a trace that does not exist.
    """
    content = _content(figure)
    n_traces = len(content["data"])
    for number, state in enumerate(states):
        unknown = [trace for trace in state.updates if not 0 <= trace < n_traces]
        if unknown:
            raise ValueError(
                f"states[{number}].updates must name traces 0 to {n_traces - 1}, got {unknown}"
            )
    data = {
        "key": key,
        "figure": content,
        "states": [{"caption": state.caption, "updates": state.updates} for state in states],
        "height": height,
        "autoplay": int(autoplay),
        "plotlyjs": f"app/static/{PLOTLYJS_NAME}?v={get_plotlyjs_version()}",
        "text": {"label": label, **_words(current_language())},
    }
    # As bytes, because Streamlit would search anything else for tables, and knows no NumPy arrays.
    _component(key=key, data=to_json_plotly(data).encode())


@cache
def _words(language: str) -> dict[str, str]:
    """Return what the controls are called, which is the same for all readers of a language."""
    return {
        "hint": _("Drag to turn, or use the arrow keys."),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "reset": _("Reset view"),
        "play": _("Play"),
        "pause": _("Pause"),
        "previous": _("Previous step"),
        "next": _("Next step"),
        "step": _("Step"),
        "speed": _("Speed"),
        "failed": _(
            "The 3D view cannot be drawn: reload the page, and if that does not help, "
            "look into the log of the server."
        ),
    }


@cache
def publish_plotlyjs(static_dir: Path) -> bool:
    """Put the plotly.js of the installed plotly package where Streamlit serves it from, once.

    Parameters
    ----------
    static_dir : Path
        The folder ``static`` beside ``app.py``; made if it does not exist.

    Returns
    -------
    bool
        Whether the right plotly.js is there; if not, the log says why and what to do.
    """
    target = static_dir / PLOTLYJS_NAME
    try:
        publish(get_plotlyjs().encode(), target)
    except OSError as error:
        _log.error(
            "3D views will not work: %s cannot be written (%s). Make the folder writable, or copy "
            "plotly.min.js there from package_data/ of the installed plotly package.",
            target,
            error,
        )
        return False
    return True


def _content(figure: go.Figure) -> dict:
    """Return data and layout, without the template, which is the page's affair."""
    content = figure.to_dict()
    # Streamlit's default template holds placeholder colours that only st.plotly_chart replaces.
    layout = {name: value for name, value in content["layout"].items() if name != "template"}
    for axis in ("xaxis", "yaxis", "zaxis"):
        if "range" not in layout.get("scene", {}).get(axis, {}):
            raise ValueError(
                f"figure must fix the range of scene.{axis}, or the view would rescale at each step"
            )
    return {"data": content["data"], "layout": layout}
