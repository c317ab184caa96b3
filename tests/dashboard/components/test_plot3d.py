import json
import logging

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs
from streamlit.testing.v1 import AppTest

from dashboard.components.plot3d import PlotState, plot3d, publish_plotlyjs


@pytest.fixture(autouse=True)
def forget_published_files():
    publish_plotlyjs.cache_clear()
    yield
    publish_plotlyjs.cache_clear()


@pytest.fixture
def cube():
    axis = {"range": [0, 1]}
    figure = go.Figure([go.Scatter3d(x=np.array([0.0, 0.5])), go.Mesh3d()])
    return figure.update_layout(scene={"xaxis": axis, "yaxis": axis, "zaxis": axis})


def test_plotlyjs_is_published_into_a_new_folder(tmp_path):
    folder = tmp_path / "static"
    assert publish_plotlyjs(folder)
    assert (folder / "plotly.min.js").read_text(encoding="utf-8") == get_plotlyjs()
    # Nothing half-written stays behind.
    assert [path.name for path in folder.iterdir()] == ["plotly.min.js"]


def test_present_plotlyjs_is_left_alone(tmp_path):
    publish_plotlyjs(tmp_path)
    publish_plotlyjs.cache_clear()
    before = (tmp_path / "plotly.min.js").stat()
    assert publish_plotlyjs(tmp_path)
    after = (tmp_path / "plotly.min.js").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_other_version_is_replaced(tmp_path):
    (tmp_path / "plotly.min.js").write_text("plotly.js v1.0.0")
    assert publish_plotlyjs(tmp_path)
    assert (tmp_path / "plotly.min.js").read_text(encoding="utf-8") == get_plotlyjs()


def test_folder_that_cannot_be_written_is_said_in_the_log(tmp_path, caplog):
    (tmp_path / "static").write_text("a file where the folder should be")
    with caplog.at_level(logging.ERROR):
        assert not publish_plotlyjs(tmp_path / "static")
    assert "3D views will not work" in caplog.text
    assert str(tmp_path / "static") in caplog.text


@pytest.mark.parametrize("axis", ["xaxis", "yaxis", "zaxis"])
def test_axis_without_range_is_refused(cube, axis):
    cube.update_layout(scene={axis: {"range": None}})
    with pytest.raises(ValueError, match=rf"range of scene\.{axis}"):
        plot3d(cube, key="cube", label="A cube")


@pytest.mark.parametrize("trace", [-1, 2])
def test_state_of_a_trace_that_does_not_exist_is_refused(cube, trace):
    states = [PlotState("start"), PlotState("moved", {trace: {"x": [1]}})]
    with pytest.raises(ValueError, match=rf"states\[1\].*0 to 1, got \[{trace}\]"):
        plot3d(cube, states, key="cube", label="A cube")


def test_what_the_browser_gets():
    def page():
        import numpy as np
        import plotly.graph_objects as go

        from dashboard.components.plot3d import PlotState, plot3d

        axis = {"range": [0, 255]}
        figure = go.Figure(go.Mesh3d(x=np.array([0.0, 1.0])))
        figure.update_layout(scene={"xaxis": axis, "yaxis": axis, "zaxis": axis})
        plot3d(
            figure,
            [PlotState("start"), PlotState("moved", {0: {"x": np.array([0.5]), "color": "red"}})],
            key="cube",
            label="A cube",
            height=400,
            autoplay=2,
        )

    app = AppTest.from_function(page).run()
    assert not app.exception
    [component] = app.get("bidi_component")
    data = json.loads(component.proto.bytes)
    assert data["key"] == "cube"
    assert data["height"] == 400
    assert data["autoplay"] == 2
    assert data["states"] == [
        {"caption": "start", "updates": {}},
        {"caption": "moved", "updates": {"0": {"x": [0.5], "color": "red"}}},
    ]
    assert data["text"]["label"] == "A cube"
    assert data["plotlyjs"].startswith("app/static/plotly.min.js?v=")
    # Streamlit's template has placeholders for colours.
    assert "template" not in data["figure"]["layout"]
    assert data["figure"]["layout"]["scene"]["xaxis"]["range"] == [0, 255]
