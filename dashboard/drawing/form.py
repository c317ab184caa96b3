"""What the drawing page asks for: a drawing or a photo, a threshold, and which network reads it."""

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from dashboard import resources, shell, state, uploads
from dashboard.drawing import canvas
from dashboard.language import _
from nncore.drawing import ink_from_photo
from nncore.images import rgb_pixels

DRAW, PHOTO = "draw", "photo"
_SHIPPED, _TRAINED, _UPLOADED = "shipped", "trained", "uploaded"


def canvas_and_rest() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return two places beside or above each other: as wide as the canvas, and the rest."""
    # Columns would share the width in proportion, and cut the canvas on a tablet.
    row = st.container(horizontal=True, gap="large")
    return row.container(width=canvas.CANVAS_PX), row.container(width="stretch")


def source_picker() -> str:
    """Let the reader choose between DRAW and PHOTO."""
    names = {DRAW: _("Draw"), PHOTO: _("Photo")}
    return st.segmented_control(
        _("Where the digit comes from"),
        list(names),
        format_func=names.__getitem__,
        default=DRAW,
        required=True,
        key="draw_source",
        label_visibility="collapsed",
        bind="query-params",
    )


def drawn_ink(brush_px: int) -> np.ndarray:
    """Show the canvas, and return what is drawn on it as (height, width) uint8."""
    # The canvas' own tools appear above it, on top of this line.
    st.markdown(_("**Draw a digit here:**"))
    drawing = state.of_session(canvas.Drawing)
    canvas.show_canvas(drawing, brush_px)
    return drawing.ink()


def brush_slider() -> int:
    """Let the reader choose the width of the brush, in pixels of the canvas."""
    return st.slider(
        _("Brush, in pixels of 280"),
        canvas.MIN_BRUSH_PX,
        canvas.MAX_BRUSH_PX,
        20,
        key="draw_brush",
        bind="query-params",
    )


def photo_ink() -> np.ndarray | None:
    """Let the reader choose a photo, and return its ink as (height, width) uint8, or None."""
    photo = uploads.image_uploader(
        _("A photo or scan of one digit on paper; on a phone, the camera is offered too."),
        "draw_photo",
    )
    if photo is None:
        return None
    preview = Image.fromarray(rgb_pixels(photo))
    preview.thumbnail((2 * canvas.CANVAS_PX, 2 * canvas.CANVAS_PX))
    st.image(preview, width=canvas.CANVAS_PX, alt=_("Your photo"))
    return ink_from_photo(photo)


def threshold_slider() -> float:
    """Let the reader choose the threshold of acceptance."""
    return st.slider(
        _("Threshold of acceptance: up to it, the answer is “not sure”"),
        0.0,
        1.0,
        0.5,
        step=0.01,
        key="draw_threshold",
        bind="query-params",
    )


def network_picker() -> resources.EvaluatedModel:
    """Let the reader choose a network, and return it; without an uploaded one, the shipped one."""
    job = state.of_session(state.TrainingState).job()
    names = {_SHIPPED: _("Comes with the project")}
    if job is not None and job.epochs:
        names[_TRAINED] = _("Just trained here")
    names[_UPLOADED] = _("From a file")
    choice = st.segmented_control(
        _("The network that answers"),
        list(names),
        format_func=names.__getitem__,
        default=_SHIPPED,
        required=True,
        key="draw_model",
        bind="query-params",
    )
    if choice == _TRAINED:
        return resources.trained_model(job)
    if choice == _UPLOADED:
        uploaded = uploads.model_uploader(
            _("A model file (.npz) downloaded from “Train a network”"), "draw_upload"
        )
        if uploaded is not None:
            return uploaded
        st.caption(_("Until there is one, the network that comes with the project answers."))
    elif _TRAINED not in names:
        st.page_link(
            shell.TRAIN_A_NETWORK.path,
            label=_("Train one of your own, and come back"),
            icon=shell.TRAIN_A_NETWORK.icon,
        )
    return resources.shipped_model()
