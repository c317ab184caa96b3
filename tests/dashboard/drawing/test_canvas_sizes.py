"""The ink of canvases of other pages than the drawing page."""

import pytest

from dashboard.drawing.canvas import Drawing, Stroke


def test_ink_has_the_size_of_the_canvas():
    drawing = Drawing((Stroke(((400, 50), (500, 50)), 8),))
    ink = drawing.ink((560, 220))
    assert ink.shape == (220, 560)
    assert ink[50, 450] == 255
    assert ink.sum() / 255 == pytest.approx(100 * 8 + 50, rel=0.05)
    assert not drawing.ink().any()
