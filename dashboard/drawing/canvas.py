"""The canvas to draw on, between a session's strokes and streamlit-drawable-canvas.

The strokes are what is kept: the canvas gets them back after a visit to another page, and the
server draws the ink from them itself.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.figures.prediction import INK, PAPER
from dashboard.language import _
from nncore.strokes import render_strokes

CANVAS_PX = 280
MIN_BRUSH_PX, MAX_BRUSH_PX = 8, 32
# A hand draws a few hundred; so many still take no more than a quarter of a second.
MAX_POINTS = 20_000

# Curves are cut into straight pieces of this length.
_PIECE_PX = 4
_MAX_PIECES = 100
_Point = tuple[float, ...]
_N_NUMBERS = {"M": 2, "L": 2, "Q": 4}
# Wide enough for every canvas, narrow enough for 32-bit numbers.
_MAX_COORDINATE_PX = 10_000
_MAX_SCALE = 100


@dataclass(frozen=True)
class Stroke:
    """What was drawn from pen down to pen up.

    Attributes
    ----------
    points : tuple of (x, y)
        At least one, in pixels of the canvas, y down.
    brush_px : int
        Diameter of the brush.
    """

    points: tuple[tuple[float, float], ...]
    brush_px: int

    @classmethod
    def along(cls, line: np.ndarray, brush_px: int) -> "Stroke":
        """Return a stroke along points, (n_points, 2), to a hundredth of a pixel."""
        # Plain numbers: the canvas takes those of NumPy for forged ones.
        return cls(tuple((x, y) for x, y in line.round(2).tolist()), brush_px)


@dataclass
class Drawing:
    """What a session has drawn; `dashboard.state.of_session` keeps it.

    Each page that is drawn on has a subclass of its own, and so a drawing of its own.

    Attributes
    ----------
    strokes : tuple of Stroke
        In the order in which they were drawn.
    filled : tuple of Stroke
        What the server has last put on the canvas.
    filling : dict
        The same as Fabric.js takes it.
    n_fillings : int
        How often it did so.
    read : tuple of (object, Stroke)
        What the canvas has last sent, stroke by stroke, and how it was understood.
    """

    strokes: tuple[Stroke, ...] = ()
    filled: tuple[Stroke, ...] = ()
    filling: dict = field(default_factory=dict)
    n_fillings: int = 0
    read: tuple[tuple[object, Stroke], ...] = ()

    def ink(self, size: tuple[int, int] = (CANVAS_PX, CANVAS_PX), scale: float = 1.0) -> np.ndarray:
        """Return the drawing as (height, width) uint8 ink, 255 under the brush.

        Parameters
        ----------
        size : (width, height)
            Of the result, in pixels.
        scale : float
            Its pixels in one of the canvas.
        """
        ink = np.zeros(size[::-1], dtype=np.uint8)
        for brush_px in {stroke.brush_px for stroke in self.strokes}:
            points = [
                scale * np.array(stroke.points)
                for stroke in self.strokes
                if stroke.brush_px == brush_px
            ]
            np.maximum(ink, render_strokes(points, size, scale * brush_px), out=ink)
        return ink


def canvas_and_rest(width: int = CANVAS_PX) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return two places beside or above each other: as wide as the canvas, and the rest."""
    # Columns would share the width in proportion, and cut the canvas on a tablet.
    row = st.container(horizontal=True, gap="large")
    return row.container(width=width), row.container(width="stretch")


def show_canvas(
    drawing: Drawing,
    brush_px: int,
    *,
    name: str = "draw",
    size: tuple[int, int] = (CANVAS_PX, CANVAS_PX),
) -> None:
    """Show the canvas, with buttons that undo and clear, and take over what is on it.

    Parameters
    ----------
    drawing : Drawing
        The session's, changed in place. What it holds is put on a canvas that is new to the page.
    brush_px : int
        Diameter of the brush for the next strokes; those drawn keep theirs.
    name : str
        Of the page: the keys of the widgets are ``<name>_canvas``, ``<name>_undo`` and
        ``<name>_clear``.
    size : (width, height)
        In pixels.
    """
    # Imported where it is used, because it cannot be outside of a running Streamlit.
    from streamlit_drawable_canvas import st_canvas

    key = f"{name}_canvas"
    if key not in st.session_state:
        drawing.n_fillings += 1
        # The number makes it another filling even where the strokes are the same: only a change
        # makes the canvas let go of what has been drawn on it since.
        drawing.filling = _short(fabric_json(drawing.strokes)) | {"filling": drawing.n_fillings}
        drawing.filled = drawing.strokes
    try:
        drawn = st_canvas(
            stroke_width=brush_px,
            stroke_color=INK,
            background_color=PAPER,
            width=size[0],
            height=size[1],
            initial_drawing=drawing.filling,
            key=key,
        ).json_data
    # It trusts the browser's message to have its parts; without them, nothing is drawn.
    except (AttributeError, KeyError, TypeError):
        drawn = None
    is_as_filled = isinstance(drawn, dict) and drawn.get("filling") == drawing.n_fillings
    if is_as_filled:
        drawing.strokes = drawing.filled
    else:
        # It sends all strokes with each one, and again with everything that is clicked.
        drawing.read = _read(drawn, drawing.read)
        drawing.strokes = tuple(stroke for _drawn, stroke in drawing.read)
    with st.container(horizontal=True, width=min(size[0], CANVAS_PX)):
        for action, label, icon, shortcut, strokes in (
            ("undo", _("Undo"), ":material/undo:", "Ctrl+Z", drawing.strokes[:-1]),
            ("clear", _("Clear"), ":material/delete:", "Delete", ()),
        ):
            st.button(
                label,
                icon=icon,
                key=f"{name}_{action}",
                shortcut=shortcut,
                width="stretch",
                disabled=not drawing.strokes,
                on_click=fill,
                args=(drawing, strokes, name),
            )


def fill(drawing: Drawing, strokes: Sequence[Stroke], name: str = "draw") -> None:
    """Put other strokes on the canvas when it is next shown; fit for a callback.

    Parameters
    ----------
    drawing : Drawing
        The session's, changed in place.
    strokes : sequence of Stroke
        What it holds from now on.
    name : str
        As for `show_canvas`.
    """
    drawing.strokes = tuple(strokes)
    # Without a state of its own, the canvas counts as new.
    if f"{name}_canvas" in st.session_state:
        del st.session_state[f"{name}_canvas"]


def strokes_of(json_data: object) -> tuple[Stroke, ...]:
    """Read the strokes of a canvas.

    Parameters
    ----------
    json_data : object
        What the canvas sends: the JSON of Fabric.js, with paths that the reader may have moved,
        scaled and turned. It comes from the browser, so that anything may be in it.

    Returns
    -------
    tuple of Stroke
        In pixels of the canvas, curves as short straight pieces. What is not a path as the canvas
        draws them is left out, and so are strokes that make it more than 20,000 points.
    """
    return tuple(stroke for _drawn, stroke in _read(json_data))


def _read(
    json_data: object, before: Sequence[tuple[object, Stroke]] = ()
) -> tuple[tuple[object, Stroke], ...]:
    """Return the strokes of `strokes_of`, each with what was sent of it.

    One that was read before is not read again.
    """
    objects = json_data.get("objects") if isinstance(json_data, dict) else None
    strokes, n_points = [], 0
    for drawn in objects if isinstance(objects, list) else []:
        known, stroke = before[len(strokes)] if len(strokes) < len(before) else (None, None)
        if stroke is None or drawn != known or len(stroke.points) > MAX_POINTS - n_points:
            try:
                stroke = _stroke_of(drawn, MAX_POINTS - n_points)
            except ValueError:
                continue
        strokes.append((drawn, stroke))
        n_points += len(stroke.points)
    return tuple(strokes)


def fabric_json(strokes: Sequence[Stroke]) -> dict:
    """Return the JSON of Fabric.js that puts strokes on the canvas."""
    return {
        "objects": [
            {
                "type": "Path",
                "path": [
                    ["M", *stroke.points[0]],
                    # A line to itself makes a dot.
                    *(["L", *point] for point in stroke.points[1:] or stroke.points),
                ],
                "stroke": INK,
                "strokeWidth": stroke.brush_px,
                "strokeLineCap": "round",
                "strokeLineJoin": "round",
                "fill": None,
            }
            for stroke in strokes
        ]
    }


def _short(fabric: dict) -> dict:
    """Return the JSON of `fabric_json` with each path as one text, as SVG has it.

    Streamlit copies all of it twice at every run, each number of a list by itself.
    """
    return {
        "objects": [
            drawn | {"path": " ".join(str(part) for command in drawn["path"] for part in command)}
            for drawn in fabric["objects"]
        ]
    }


def _stroke_of(drawn: object, max_points: int) -> Stroke:
    """Read one object of the canvas, or raise ValueError."""
    if not isinstance(drawn, dict) or drawn.get("type") != "Path":
        raise ValueError("not a path")
    points, box = _path_points(drawn.get("path"), max_points)
    scale = 1.0
    # Absent from a path that the browser has not had in its hands yet.
    if "left" in drawn:
        to_canvas = _matrix(drawn)
        scale = math.sqrt(abs(np.linalg.det(to_canvas)))
        # Fabric.js turns and scales a path about the middle of its box, and says where that is.
        middle = (box.min(axis=0) + box.max(axis=0)) / 2
        centre = [_number(drawn, "left"), _number(drawn, "top")]
        points = (points - middle) @ to_canvas.T + centre
    brush_px = min(max(round(scale * _number(drawn, "strokeWidth")), 1), 2 * MAX_BRUSH_PX)
    # Two decimals of a pixel are as exact as a hand is.
    points = np.clip(points.round(2), -_MAX_COORDINATE_PX, _MAX_COORDINATE_PX)
    return Stroke(tuple((x, y) for x, y in points.tolist()), brush_px)


def _path_points(path: object, max_points: int) -> tuple[np.ndarray, np.ndarray]:
    """Follow the commands M, L and Q of a path in straight pieces, or raise ValueError.

    Returns the points, and those whose box Fabric.js takes for the path's, each as (n, 2).
    """
    if not isinstance(path, list) or not path:
        raise ValueError("no path")
    points: list[_Point] = []
    box: list[_Point] = []
    for command in path:
        name, numbers = _command(command)
        if (name == "M") != (not points):
            raise ValueError("a stroke starts with its only M")
        if name == "Q":
            start, control, end = points[-1], numbers[:2], numbers[2:]
            length = math.dist(start, control) + math.dist(control, end)
            n_pieces = min(math.ceil(length / _PIECE_PX), _MAX_PIECES) or 1
            first, second = (
                tuple((a + 2 * b) / 3 for a, b in zip(point, control, strict=True))
                for point in (start, end)
            )
            points += _cubic_curve(start, first, second, end, n_pieces)
            # Its box is that of a cubic curve with the control point twice, which is too wide.
            box += _cubic_curve(start, control, control, end, n_pieces)
        else:
            points.append(numbers)
            box.append(numbers)
        if len(points) > max_points:
            raise ValueError("too many points")
    return np.array(points), np.array(box)


def _command(command: object) -> tuple[str, tuple[float, ...]]:
    """Return the name and numbers of a path's command, or raise ValueError."""
    name, *numbers = command if isinstance(command, list) and command else [None]
    if not isinstance(name, str) or _N_NUMBERS.get(name) != len(numbers):
        raise ValueError("unknown command")
    return name, tuple(map(_checked_number, numbers))


def _cubic_curve(
    start: _Point, first: _Point, second: _Point, end: _Point, n_pieces: int
) -> list[_Point]:
    """Return n_pieces points after the start on a cubic Bézier curve."""
    points = []
    for piece in range(1, n_pieces + 1):
        t = piece / n_pieces
        s = 1 - t
        points.append(
            tuple(
                s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d
                for a, b, c, d in zip(start, first, second, end, strict=True)
            )
        )
    return points


def _matrix(drawn: dict) -> np.ndarray:
    """Return the (2, 2) matrix by which a path was turned, scaled, flipped and skewed."""
    if (drawn.get("originX"), drawn.get("originY")) != ("center", "center"):
        raise ValueError("not placed by its centre")
    angle, skew_x, skew_y = (
        math.radians(_number(drawn, name, 0)) for name in ("angle", "skewX", "skewY")
    )
    scale_x, scale_y = (
        min(max(_number(drawn, f"scale{axis}", 1), -_MAX_SCALE), _MAX_SCALE)
        * (-1 if drawn.get(f"flip{axis}") is True else 1)
        for axis in "XY"
    )
    turn = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    skew = np.array([[1, math.tan(skew_x)], [0, 1]]) @ [[1, 0], [math.tan(skew_y), 1]]
    return np.array(turn) @ np.diag([scale_x, scale_y]) @ skew


def _number(drawn: dict, name: str, default: float | None = None) -> float:
    """Return a property that must be a number of a plausible size, or raise ValueError."""
    return _checked_number(drawn.get(name, default))


def _checked_number(value: object) -> float:
    """Return a number of a plausible size, or raise ValueError."""
    # NaN fails the comparison too; True is an int to isinstance.
    if type(value) not in (int, float) or not abs(value) <= _MAX_COORDINATE_PX:
        raise ValueError("not a number")
    return float(value)
