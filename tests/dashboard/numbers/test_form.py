"""The canvas for numbers becomes as wide as the page, and keeps what is drawn on it."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.drawing.canvas import Stroke
from dashboard.numbers import form

STROKES = (Stroke(((0, 0), (560, 220)), 8), Stroke(((280, 110),), 8))


def canvas_of_changing_width():
    """Show the canvas, and say by buttons what else the browser says."""
    import streamlit as st

    from dashboard.numbers import form

    st.button("narrow", key="narrow", on_click=form.resize_canvas, args=(True,))
    st.button("wide", key="wide", on_click=form.resize_canvas, args=(False,))
    st.text(str(form.canvas_size()))
    form.drawn_pieces()


@pytest.fixture
def app():
    app = AppTest.from_function(canvas_of_changing_width, default_timeout=60)
    app.session_state["state_NumberDrawing"] = form.NumberDrawing(STROKES)
    return app.run()


def points(app):
    return [np.array(s.points) for s in app.session_state["state_NumberDrawing"].strokes]


def test_a_narrow_page_gets_a_small_canvas_with_all_that_was_drawn(app):
    assert app.text[0].value == str(form.WIDE)
    app.button(key="narrow").click().run()
    assert not app.exception
    assert app.text[0].value == str(form.NARROW)
    line, dot = points(app)
    scale = form.NARROW[0] / form.WIDE[0]
    assert line == pytest.approx(np.array([(0, 0), (560, 220)]) * scale, abs=0.01)
    assert dot[0] == pytest.approx(np.array([280, 110]) * scale, abs=0.01)
    assert line.max(axis=0)[1] <= form.NARROW[1]


def test_on_the_way_back_nothing_leaves_the_canvas(app):
    app.button(key="narrow").click().run()
    app.button(key="wide").click().run()
    assert app.text[0].value == str(form.WIDE)
    everything = np.concatenate(points(app))
    assert np.all(everything >= 0)
    assert np.all(everything <= np.array(form.WIDE))
    assert everything[:, 1].max() > 0.7 * form.WIDE[1]


def test_an_example_is_within_the_canvas_and_another_each_time(app):
    app.button(key="numbers_clear").click().run()
    examples = []
    for _ in range(2):
        app.button(key="numbers_example").click().run()
        examples.append(np.concatenate(points(app)))
        assert np.all(examples[-1] > 0)
        assert np.all(examples[-1] < np.array(form.WIDE))
        # Four digits side by side.
        assert np.ptp(examples[-1][:, 0]) > form.WIDE[0] / 2
        app.button(key="numbers_clear").click().run()
    assert examples[0].shape != examples[1].shape or not np.allclose(*examples)
