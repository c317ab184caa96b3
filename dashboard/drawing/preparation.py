"""The way from paper to 784 numbers: its steps as pictures, each to be switched off."""

import streamlit as st

from dashboard.drawing.paper import Paper
from dashboard.figures import prediction as figures
from dashboard.language import _
from dashboard.pictures import show_picture
from nncore.drawing import DigitSteps, Preprocessing

_STEPS = ("pen", "fit", "centre")


def switched_on() -> Preprocessing:
    """Return the steps that are switched on below, where `show_steps` draws the switches."""
    return Preprocessing(**{step: st.session_state.get(_key(step), True) for step in _STEPS})


def show_steps(paper: Paper, steps: DigitSteps, preprocessing: Preprocessing) -> None:
    """Show how what is on paper has become the image that the network sees, with switches.

    Parameters
    ----------
    paper : Paper
    steps : DigitSteps
        Its way to 28x28 pixels.
    preprocessing : Preprocessing
        The steps that were switched on.
    """
    st.subheader(_("From your paper to 784 numbers"))
    captions = (
        _("What is on paper"),
        _("Its lines, as thick as MNIST's") if preprocessing.pen else _("Its lines as they are"),
        _("Fitted into 20 × 20 pixels") if preprocessing.fit else _("The whole paper made small"),
        _("What the network sees: 28 × 28"),
    )
    labels = {
        "pen": _("Draw again with MNIST's pen"),
        "fit": _("Cut and fit into 20 × 20"),
        "centre": _("Centre by mass"),
    }
    pictures = figures.step_pictures(paper.ink, steps)
    row = st.container(horizontal=True, gap="medium")
    # There is nothing to be switched off in the paper.
    for step, caption, picture in zip((None, *_STEPS), captions, pictures, strict=True):
        with row.container(width=figures.PICTURE_PX):
            show_picture(picture, caption, width=figures.PICTURE_PX, caption=caption)
            if step is not None:
                st.toggle(labels[step], True, key=_key(step), bind="query-params")
    if switched_on() != preprocessing:
        # On the first run, a link may switch steps off.
        st.rerun()
    st.caption(
        _(
            "The images of MNIST were made the same way, so neither the size of the drawing nor "
            "its place nor the brush matters any more. Switch a step off and see what becomes of "
            "the answer; “Preprocessing on trial” below measures it."
        )
    )


def _key(step: str) -> str:
    """Return key of a step's switch and its name in the link."""
    return f"draw_{step}"
