"""What holds for the tests of every room."""

import json
from typing import Any

import plotly.graph_objects as go
import pytest
from plotly.io.json import to_json_plotly

from dashboard.figures.unchecked import UncheckedFigure


@pytest.fixture(autouse=True)
def figures_are_as_plotly_would_write_them(monkeypatch):
    """Check what `UncheckedFigure` leaves unchecked: the browser gets it as it is written."""
    to_dict = UncheckedFigure.to_dict

    def checked(figure: UncheckedFigure) -> dict[str, Any]:
        written = to_dict(figure)
        # The template is Streamlit's affair.
        layout = {name: part for name, part in written["layout"].items() if name != "template"}
        plotlys = go.Figure(written["data"], layout | {"template": "none"})
        plotlys.layout.template = None
        traces = [trace.to_plotly_json() for trace in plotlys.data]
        assert plain(written["data"]) == plain(traces)
        assert plain(layout) == plain(plotlys.layout.to_plotly_json())
        return written

    monkeypatch.setattr(UncheckedFigure, "to_dict", checked)


def plain(part: Any) -> Any:
    """Return a part of a figure as the browser reads it, without what says nothing."""

    def without_nothing(value: Any) -> Any:
        if isinstance(value, dict):
            # Of the texts of an axis and the like, None and no entry are the same.
            kept = {name: without_nothing(part) for name, part in value.items()}
            return {name: part for name, part in kept.items() if part not in (None, [])}
        return [without_nothing(part) for part in value] if isinstance(value, list) else value

    return without_nothing(json.loads(to_json_plotly(part)))
