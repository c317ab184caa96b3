"""What the page of numbers asks for: a number, on a canvas or in a photo."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from dashboard import state, uploads
from dashboard.drawing import canvas
from dashboard.fields import named_choice
from dashboard.language import _
from dashboard.numbers.narrow_page import watch_width
from nncore.pen_digits import draw_strokes
from nncore.photo import ink_from_photo
from nncore.segmentation import Piece, pieces_of_ink, pieces_of_strokes

DRAW, PHOTO = "draw", "photo"
WIDE, NARROW = (560, 220), (320, 160)
BRUSH_PX = 8

_NAME = "numbers"
_EXAMPLE_DIGITS = 4
# Of its place that a digit of the example fills.
_EXAMPLE_SHARE = 0.7


@dataclass
class NumberDrawing(canvas.Drawing):
    """The number that a session has drawn.

    Attributes
    ----------
    size : (width, height)
        Of the canvas that it was drawn on, in pixels.
    """

    size: tuple[int, int] = WIDE


@dataclass
class _PhotoPieces:
    """The pieces of a session's photo, so that a correction need not find its ink again."""

    photo: bytes = b""
    pieces: tuple[Piece, ...] = ()


def source_picker() -> str:
    """Let the reader choose between DRAW and PHOTO."""
    return named_choice(
        _("Where the number comes from"),
        {DRAW: _("Draw"), PHOTO: _("Photo")},
        key="numbers_source",
    )


def canvas_size() -> tuple[int, int]:
    """Return width and height of the canvas that fits the page, in pixels."""
    drawing = state.of_session(NumberDrawing)
    watch_width(WIDE[0], drawing.size == NARROW, key="numbers_width", on_change=resize_canvas)
    return drawing.size


def resize_canvas(is_narrow: bool) -> None:
    """Take the canvas for narrow or wide pages, with what is drawn on it fitted; a callback."""
    drawing = state.of_session(NumberDrawing)
    size = NARROW if is_narrow else WIDE
    # A plain number: the canvas takes those of NumPy for forged ones.
    scale = float(min(np.divide(size, drawing.size)))
    drawing.size = size
    scaled = [
        replace(stroke, points=tuple((scale * x, scale * y) for x, y in stroke.points))
        for stroke in drawing.strokes
    ]
    canvas.fill(drawing, scaled, _NAME)


def ask_to_write() -> None:
    """Say what the canvas below is for; its own tools appear above it, on top of this line."""
    st.markdown(_("**Write a number here:**"))


def drawn_pieces() -> tuple[Piece, ...]:
    """Show the canvas, and return the pieces of what is drawn on it.

    Raises
    ------
    nncore.segmentation.TooManyPiecesError
        If there is far too much on it.
    """
    drawing = state.of_session(NumberDrawing)
    canvas.show_canvas(drawing, BRUSH_PX, name=_NAME, size=drawing.size)
    if not drawing.strokes:
        st.button(
            _("Write an example"),
            icon=":material/edit:",
            key="numbers_example",
            on_click=_write_example,
            args=(drawing,),
        )
    return pieces_of_strokes([stroke.points for stroke in drawing.strokes])


def photo_pieces() -> tuple[Piece, ...] | None:
    """Let the reader choose a photo, and return the pieces of its ink; None without a photo.

    Raises
    ------
    nncore.segmentation.TooManyPiecesError
        If there is far too much on it.
    """
    photo = uploads.image_uploader(
        _("A photo or scan of one number on paper; on a phone, the camera is offered too."),
        "numbers_photo",
    )
    if photo is None:
        return None
    uploads.show_photo(photo, WIDE[0])
    known = state.of_session(_PhotoPieces)
    content = st.session_state["numbers_photo"].getvalue()
    if known.photo != content:
        known.pieces = pieces_of_ink(ink_from_photo(photo))
        known.photo = content
    return known.pieces


def _write_example(drawing: NumberDrawing) -> None:
    """Put a number on the canvas, another one each time."""
    generator = np.random.default_rng()
    width, height = drawing.size
    strokes = []
    for place, digit in enumerate(generator.integers(10, size=_EXAMPLE_DIGITS)):
        lines = draw_strokes(int(digit), generator)
        points = np.concatenate(lines)
        low, high = points.min(axis=0), points.max(axis=0)
        column = width / _EXAMPLE_DIGITS
        scale = _EXAMPLE_SHARE * min(column / (high - low)[0], height / (high - low)[1])
        middle = np.array([column * (place + 0.5), height / 2])
        strokes += [
            canvas.Stroke.along((line - (low + high) / 2) * scale + middle, BRUSH_PX)
            for line in lines
        ]
    canvas.fill(drawing, strokes, _NAME)
