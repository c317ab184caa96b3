"""What the drawing page asks for: a drawing or a photo, a threshold, and which network reads it."""

import numpy as np
import streamlit as st

from dashboard import resources, shell, state, uploads
from dashboard.drawing import canvas
from dashboard.drawing.paper import DrawnPaper, InkPaper
from dashboard.fields import named_choice
from dashboard.language import _
from dashboard.own_hand.hand import Hand
from nncore.mnist import N_CLASSES
from nncore.pen_digits import draw_strokes
from nncore.photo import ink_from_photo

DRAW, PHOTO = "draw", "photo"
_SHIPPED, _TRAINED, _TUNED, _UPLOADED = "shipped", "trained", "tuned", "uploaded"


def source_picker() -> str:
    """Let the reader choose between DRAW and PHOTO."""
    names = {DRAW: _("Draw"), PHOTO: _("Photo")}
    return named_choice(_("Where the digit comes from"), names, key="draw_source")


def ask_to_draw() -> None:
    """Say what the canvas below is for; its own tools appear above it, on top of this line."""
    st.markdown(_("**Draw a digit here:**"))


def drawn_paper(brush_px: int) -> DrawnPaper:
    """Show the canvas, and return what is drawn on it."""
    drawing = state.of_session(canvas.Drawing)
    canvas.show_canvas(drawing, brush_px)
    # Also for who cannot draw, or has nothing but a keyboard.
    st.button(
        _("Draw one for me"),
        icon=":material/casino:",
        key="draw_example",
        on_click=_draw_example,
        args=(drawing, brush_px),
    )
    return DrawnPaper(drawing)


def _draw_example(drawing: canvas.Drawing, brush_px: int) -> None:
    """Put a digit on the canvas, another one each time."""
    generator = np.random.default_rng()
    lines = draw_strokes(int(generator.integers(N_CLASSES)), generator)
    canvas.fill(drawing, [canvas.Stroke.along(line, brush_px) for line in lines])


def brush_slider() -> int:
    """Let the reader choose the width of the brush, in pixels of the canvas."""
    return st.slider(
        _("Brush, in pixels of 280"),
        canvas.MIN_BRUSH_PX,
        canvas.MAX_BRUSH_PX,
        20,
        key="draw_brush",
        width=canvas.CANVAS_PX,
        bind="query-params",
    )


def photographed_paper() -> InkPaper | None:
    """Let the reader choose a photo, and return its ink; None without a photo."""
    photo = uploads.image_uploader(
        _("A photo or scan of one digit on paper; on a phone, the camera is offered too."),
        "draw_photo",
    )
    if photo is None:
        return None
    uploads.show_photo(photo, canvas.CANVAS_PX)
    without_paper = st.toggle(
        _("Tell the ink from the paper"), True, key="draw_background", bind="query-params"
    )
    return InkPaper(ink_from_photo(photo, without_paper=without_paper))


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
    tuning = state.of_session(Hand).job()
    if tuning is not None and tuning.result is not None and not tuning.is_active:
        names[_TUNED] = _("Tuned to your hand")
    names[_UPLOADED] = _("From a file")
    choice = named_choice(_("The network that answers"), names, key="draw_model")
    if choice == _TRAINED:
        return resources.trained_model(job)
    if choice == _TUNED:
        return resources.tuned_model(tuning)
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
