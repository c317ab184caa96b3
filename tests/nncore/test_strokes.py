"""Strokes leave the ink of a round brush."""

import numpy as np
import pytest

from nncore.strokes import MAX_COORDINATE_PX, MAX_POINTS, render_strokes

SEVEN = [[[80, 70], [200, 70], [120, 220]]]


def exact_ink(strokes, width, height, brush_px) -> np.ndarray:
    """Return what render_strokes approximates, from each pixel's distance to the strokes."""
    y, x = np.mgrid[:height, :width] + 0.5
    distance = np.full((height, width), np.inf)
    for stroke in strokes:
        points = np.asarray(stroke, dtype=float)
        for start, end in zip(points, points[min(1, len(points) - 1) :], strict=False):
            step = end - start
            along = (x - start[0]) * step[0] + (y - start[1]) * step[1]
            share = np.clip(along / (step @ step or 1), 0, 1)
            beside = np.hypot(x - start[0] - share * step[0], y - start[1] - share * step[1])
            distance = np.minimum(distance, beside)
    return 255 * np.clip(brush_px / 2 + 0.5 - distance, 0, 1)


def centre_of_mass(image) -> tuple[float, float]:
    """Return row and column of the centre of mass, in indices of pixels."""
    ink = image.astype(float)
    rows, columns = ink.sum(axis=1), ink.sum(axis=0)
    return rows @ np.arange(rows.size) / ink.sum(), columns @ np.arange(columns.size) / ink.sum()


@pytest.mark.parametrize("brush_px", [1, 5, 20, 41.5])
def test_strokes_are_what_a_round_brush_leaves(brush_px):
    generator = np.random.default_rng(1)
    for _ in range(5):
        # Sharp turns, and points on both sides of the border.
        strokes = [generator.uniform(-20, 120, (n_points, 2)) for n_points in (1, 2, 5)]
        expected = exact_ink(strokes, 100, 80, brush_px)
        ink = render_strokes(strokes, (100, 80), brush_px)
        assert (ink.shape, ink.dtype) == ((80, 100), np.uint8)
        assert ink.sum() == pytest.approx(expected.sum(), rel=0.1)
        # Half a pixel at an edge is the most that rounding to a quarter pixel may cost.
        assert np.abs(ink - expected).max() < 170
        assert np.abs(ink - expected).mean() < 4


def test_a_point_is_a_dot_and_a_line_has_round_ends():
    dot = render_strokes([[[50, 40]]], (100, 80), 20)
    assert dot.sum() / 255 == pytest.approx(np.pi * 10**2, rel=0.01)
    # Pixel 50 begins at coordinate 50, so the centre of mass lies between pixels 49 and 50.
    assert centre_of_mass(dot) == pytest.approx((39.5, 49.5), abs=0.1)
    line = render_strokes([[[30, 40], [70, 40]]], (100, 80), 20)
    assert line.sum() / 255 == pytest.approx(np.pi * 10**2 + 40 * 20, rel=0.01)
    assert line[40, 20] == 255
    assert line[31, 21] == 0


def test_an_edge_is_antialiased():
    ink = render_strokes([[[10, 10], [70, 50]]], 80, 10)
    # A slanted edge has many levels; hard pixels would have two.
    assert len(np.unique(ink)) > 8


def test_what_is_outside_the_canvas_is_cut_off():
    inside = render_strokes([[[-100, 40], [200, 40]]], (100, 80), 10)
    assert np.all(inside[36:44] == 255)
    assert not inside[:34].any()
    far = MAX_COORDINATE_PX
    expected = exact_ink([[[10, 10], [far, far]]], 100, 80, 6)
    assert np.abs(render_strokes([[[10, 10], [far, far]]], (100, 80), 6) - expected).max() < 170
    assert not render_strokes([[[-50, -50], [-40, 200]]], (100, 80), 10).any()


def test_strokes_without_points_leave_no_ink():
    assert not render_strokes([]).any()
    assert not render_strokes([[], np.zeros((0, 2))], 50).any()
    assert np.array_equal(render_strokes([[], *SEVEN]), render_strokes(SEVEN))


def test_a_large_canvas_and_many_points_are_drawn():
    steps = np.random.default_rng(0).normal(0, 5, (MAX_POINTS // 10, 2))
    assert render_strokes([1000 + steps.cumsum(axis=0)], (2000, 1500)).shape == (1500, 2000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[[1, 2, 3]]],), r"stroke 0 must be \(n_points, 2\) numbers, got \(1, 3\)"),
        (([[[1, 2]], [1, 2]],), r"stroke 1 must be .*got \(2,\)"),
        (([[[1, 2], [3]]],), "stroke 0 must be .*ragged"),
        (([[["1", "2"]]],), "stroke 0 must be .*<U1|stroke 0 must be .*str"),
        (([{"x": 1}],), "stroke 0 must be .*object"),
        (([[[1, None]]],), "stroke 0 must be .*object"),
        (([[[1, np.nan]]],), "stroke 0 must be finite"),
        (([[[1, np.inf]]],), "stroke 0 must be finite"),
        (([[[1, 2 * MAX_COORDINATE_PX]]],), "stroke 0 must be .*within 100000 px"),
        (([np.zeros((MAX_POINTS // 2 + 1, 2))] * 2,), "at most 100000 points"),
        ((None,), "strokes must be a sequence of strokes, got NoneType"),
        (("strokes",), "strokes must be a sequence of strokes, got str"),
        ((SEVEN, 0), "canvas_size must be .*got 0"),
        ((SEVEN, 2001), "canvas_size must be .*got 2001"),
        ((SEVEN, (280, 280.5)), "canvas_size must be .*280.5"),
        ((SEVEN, (1, 2, 3)), "canvas_size must be"),
        ((SEVEN, 280, 0), "brush_px must be .*got 0"),
        ((SEVEN, 280, 201), "brush_px must be .*got 201"),
        ((SEVEN, 280, np.nan), "brush_px must be .*got nan"),
    ],
)
def test_bad_strokes_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        render_strokes(*arguments)
