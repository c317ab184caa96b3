"""What the canvas says becomes strokes in its pixels, whatever the browser puts into it."""

import json
import math

import numpy as np
import pytest

from dashboard.drawing import canvas as canvases
from dashboard.drawing.canvas import CANVAS_PX, MAX_POINTS, Drawing, Stroke, fabric_json, strokes_of
from nncore.drawing import ink_steps
from nncore.strokes import render_strokes

# As the canvas sends a line that was drawn from (50, 50) to (200, 60) and (100, 220).
DRAWN = {
    "type": "Path",
    "originX": "center",
    "originY": "center",
    "left": 125,
    "top": 135,
    "width": 150,
    "height": 170,
    "fill": None,
    "stroke": "#1A1A1A",
    "strokeWidth": 20,
    "scaleX": 1,
    "scaleY": 1,
    "angle": 0,
    "flipX": False,
    "flipY": False,
    "skewX": 0,
    "skewY": 0,
    "path": [["M", 50, 50], ["L", 200, 60], ["L", 100, 220]],
}
POINTS = np.array([(50, 50), (200, 60), (100, 220)])
MIDDLE = np.array([125, 135])
GENUINE = Stroke(((50, 50), (200, 60), (100, 220)), 20)
# Sent by Fabric.js 7.4 for this curve; its box is that of a cubic curve.
CURVED = {
    "left": 131.9615,
    "top": 134.7746,
    "path": [["M", 80, 60], ["Q", 200, 40, 160, 140], ["L", 100, 220]],
}


def canvas(*changes):
    return {"version": "7.4.0", "objects": [DRAWN | change for change in changes]}


def only_stroke(**changes):
    (stroke,) = strokes_of(canvas(changes))
    return np.array(stroke.points)


def test_a_stroke_that_was_read_before_is_not_read_again(monkeypatch):
    moved = {"left": 100}
    first = canvases._read(canvas({}, CURVED))
    n_read = []
    stroke_of = canvases._stroke_of
    monkeypatch.setattr(
        canvases, "_stroke_of", lambda *drawn: n_read.append(1) or stroke_of(*drawn)
    )
    second = canvases._read(canvas({}, CURVED, moved), first)
    assert len(n_read) == 1
    # The first has been erased, and what comes next has moved.
    third = canvases._read(canvas(CURVED | moved, moved), second)
    assert len(n_read) == 3
    for read, drawn in ((second, ({}, CURVED, moved)), (third, (CURVED | moved, moved))):
        assert tuple(stroke for _drawn, stroke in read) == strokes_of(canvas(*drawn))


def test_what_was_read_before_counts_among_the_points(monkeypatch):
    monkeypatch.setattr(canvases, "MAX_POINTS", 5)
    first = canvases._read(canvas({}))
    assert len(first) == 1
    assert len(canvases._read(canvas({}, {}), first)) == 1
    twice = (*first, *first)
    assert len(canvases._read(canvas({}, {}), twice)) == 1


def test_strokes_come_in_canvas_pixels_and_in_order():
    first, second = strokes_of(
        canvas(
            {}, {"path": [["M", 10, 20], ["L", 30, 20]], "left": 20} | {"top": 20, "strokeWidth": 8}
        )
    )
    assert first == GENUINE
    assert second == Stroke(((10, 20), (30, 20)), 8)


def test_a_curve_is_followed_in_short_straight_pieces():
    points = only_stroke(**CURVED)
    assert points[0] == pytest.approx([80, 60], abs=0.1)
    assert points[-1] == pytest.approx([100, 220], abs=0.1)
    # The middle of a quadratic curve is a quarter of its ends and half of its control point.
    middle = [(80 + 400 + 160) / 4, (60 + 80 + 140) / 4]
    assert np.abs(points - middle).sum(axis=1).min() < 2
    assert np.hypot(*np.diff(points[:-1], axis=0).T).max() < 6


def test_a_moved_stroke_is_where_it_was_moved_to():
    assert only_stroke(left=145, top=165) == pytest.approx(POINTS + np.array([20, 30]))


def test_a_scaled_stroke_grows_about_its_middle_with_its_brush():
    (stroke,) = strokes_of(canvas({"scaleX": 0.5, "scaleY": 0.5}))
    assert np.array(stroke.points) == pytest.approx((POINTS + MIDDLE) / 2)
    assert stroke.brush_px == 10


def test_a_turned_stroke_turns_clockwise_about_its_middle():
    # A quarter turn takes (x, y) from the middle to (-y, x) with y down.
    turned = [(125 - (y - 135), 135 + (x - 125)) for x, y in POINTS]
    assert only_stroke(angle=90) == pytest.approx(np.array(turned))


def test_a_flipped_and_a_skewed_stroke():
    assert only_stroke(flipX=True) == pytest.approx(np.array([(250 - x, y) for x, y in POINTS]))
    skewed = [(x + (y - 135) * math.tan(math.radians(20)), y) for x, y in POINTS]
    assert only_stroke(skewX=20) == pytest.approx(np.array(skewed), abs=0.01)


def test_a_click_makes_a_dot():
    dot = {"left": 150, "top": 149.2, "path": [["M", 149.98, 149.2], ["L", 150.02, 149.2]]}
    ink = Drawing(strokes_of(canvas(dot))).ink()
    assert ink[149, 150] == 255
    assert ink.sum() / 255 == pytest.approx(math.pi * 10**2, rel=0.02)


def test_ink_has_each_stroke_in_its_own_width():
    thin, thick = Stroke(((40, 40), (240, 40)), 8), Stroke(((40, 200), (240, 200)), 32)
    ink = Drawing((thin, thick)).ink()
    assert ink.shape == (CANVAS_PX, CANVAS_PX)
    assert ink.dtype == np.uint8
    assert (ink[:, 140] > 127).sum() == 8 + 32
    np.testing.assert_array_equal(Drawing((thin,)).ink(), render_strokes([thin.points], 280, 8))


def test_nothing_drawn_is_no_ink():
    assert not Drawing().ink().any()


def test_strokes_go_to_the_canvas_and_come_back():
    strokes = (
        GENUINE,
        Stroke(((30, 40.25),), 8),
    )
    there = json.loads(json.dumps(fabric_json(strokes), allow_nan=False))
    back = strokes_of(there)
    assert back[0] == strokes[0]
    # A dot needs a line, to itself.
    assert back[1] == Stroke(((30, 40.25), (30, 40.25)), 8)
    assert strokes_of(fabric_json(back)) == back


@pytest.mark.parametrize(
    "json_data",
    [
        None,
        7,
        "objects",
        [],
        {},
        {"objects": None},
        {"objects": "Path"},
        {"objects": {"type": "Path"}},
    ],
)
def test_what_is_no_canvas_has_no_strokes(json_data):
    assert strokes_of(json_data) == ()


@pytest.mark.parametrize(
    "forged",
    [
        {"type": "path"},
        {"type": ["Path"]},
        {"type": "Image", "src": "https://example.org/x.png"},
        {"path": None},
        {"path": []},
        {"path": "M 0 0 L 1 1"},
        {"path": [[]]},
        {"path": [None]},
        {"path": [["M"]]},
        {"path": [["L", 1, 2]]},
        {"path": [["Q", 1, 2, 3, 4]]},
        {"path": [["M", 1, 2], ["M", 3, 4]]},
        {"path": [["M", 1, 2], ["C", 1, 2, 3, 4, 5, 6]]},
        {"path": [["M", 1, 2], [["L"], 3, 4]]},
        {"path": [["M", 1, 2], ["L", 3]]},
        {"path": [["M", math.nan, 2], ["L", 3, 4]]},
        {"path": [["M", math.inf, 2], ["L", 3, 4]]},
        {"path": [["M", 10**400, 2], ["L", 3, 4]]},
        {"path": [["M", 1e300, 2], ["L", 3, 4]]},
        {"path": [["M", "1", 2], ["L", 3, 4]]},
        {"path": [["M", True, 2], ["L", 3, 4]]},
        {"left": math.nan},
        {"top": None},
        {"originX": "left"},
        {"scaleX": math.inf},
        {"angle": "90"},
        {"strokeWidth": math.nan},
        {"strokeWidth": None},
        {"strokeWidth": 10**400},
        {"skewX": [1]},
    ],
)
def test_a_forged_object_is_left_out_and_the_others_stay(forged):
    assert strokes_of(canvas({}, forged, {})) == (GENUINE, GENUINE)
    assert strokes_of({"objects": [None, [], 3, DRAWN]}) == (GENUINE,)


@pytest.mark.parametrize(
    "extreme",
    [
        {"skewX": 90, "skewY": 90, "scaleX": 10_000, "scaleY": -10_000},
        {"left": -10_000, "top": 10_000},
        {"strokeWidth": -10_000},
        {"strokeWidth": 10_000},
        {"scaleX": 0, "scaleY": 0},
        {"path": [["M", -10_000, -10_000], ["Q", 10_000, 10_000, -10_000, 10_000]]},
    ],
)
def test_extreme_but_finite_numbers_can_be_drawn(extreme):
    drawing = Drawing(strokes_of(canvas(extreme)))
    assert len(drawing.strokes) == 1
    assert drawing.ink().shape == (CANVAS_PX, CANVAS_PX)


def test_more_points_than_a_hand_draws_are_left_out():
    long = {"path": [["M", 0, 0], *(["L", n % 280, n % 7] for n in range(MAX_POINTS // 2))]}
    assert len(strokes_of(canvas(long))) == 1
    assert len(strokes_of(canvas(long, long, {}))) == 2
    winding = {"path": [["M", 0, 0], *(["Q", 280, 280, 0, n] for n in range(MAX_POINTS // 20))]}
    assert strokes_of(canvas(winding)) == ()


def test_a_drawn_stroke_becomes_a_digit():
    image = ink_steps(Drawing(strokes_of(canvas({}))).ink()).image
    assert image.max() == 255
