"""What is read depends on the cuts that the browser tells, if they are ones of this number."""

from streamlit.testing.v1 import AppTest


def three_ones():
    """Read three lines, then again with cuts of a number with more pieces."""
    import numpy as np
    import streamlit as st

    from dashboard.numbers import panel
    from nncore.segmentation import pieces_of_strokes

    lines = [np.array([(x, 40), (x, 180)]) for x in (60, 160, 260)]
    pieces = pieces_of_strokes(lines)
    st.text(str(panel.read(pieces).cuts))
    st.session_state["numbers_cuts"] = [7, 2, 3, 0]
    st.text(str(panel.read(pieces).cuts))


def test_cuts_of_another_number_are_passed_over():
    app = AppTest.from_function(three_ones, default_timeout=60).run()
    assert not app.exception
    assert [text.value for text in app.text] == ["(1, 2)", "(2,)"]
