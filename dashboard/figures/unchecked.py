"""Figures that go to the browser as they are written."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

# Streamlit's page lays its own fonts and grid over the layout of a template, which must be there.
# Of its default template, the rest is 3 kB of placeholder colours in every message.
_TEMPLATE = {"data": {"scatter": [{"marker": {"line": {"width": 0}}}]}, "layout": {}}


class UncheckedFigure(go.Figure):
    """A Plotly figure that Plotly checks only when somebody asks for its parts.

    Checking every attribute and copying them all takes 3 to 10 ms of CPU, which was a quarter of
    a click. Tests do ask for the parts, and so find what Plotly would not take.

    Parameters
    ----------
    data : sequence of dict
        The traces, as Plotly takes them.
    layout : dict
        As Plotly takes it.
    """

    def __init__(self, data: Sequence[dict], layout: dict):
        # Not as attributes: the setter of a figure asks for its parts.
        vars(self).update(
            _written={"data": list(data), "layout": {"template": _TEMPLATE, **layout}},
            _is_checked=False,
        )

    def __getattr__(self, name: str) -> Any:
        """Have Plotly check the figure, and return what it has made of it."""
        # Called only for what is not there yet.
        if vars(self).get("_is_checked", True):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        vars(self)["_is_checked"] = True
        super().__init__(self._written["data"], self._written["layout"])
        return getattr(self, name)

    def to_dict(self) -> dict[str, Any]:
        """Return data and layout as they are written; neither they nor their arrays are copied."""
        if self._is_checked:
            return super().to_dict()
        # Streamlit and the encoder take entries out of what is returned.
        written = self._written
        return {"data": [dict(trace) for trace in written["data"]], "layout": written["layout"]}
