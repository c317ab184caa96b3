"""The way from paper to 784 numbers: its steps as pictures, each to be switched off."""

import streamlit as st

from dashboard.drawing.paper import PreparedPaper
from dashboard.figures import prediction as figures
from dashboard.language import _
from dashboard.pictures import Figure, show_figures
from nncore.drawing import Preprocessing


def switches() -> Preprocessing:
    """Let the reader switch steps off, and return those that are on."""
    labels = {
        "pen": _("Draw again with MNIST's pen"),
        "fit": _("Cut and fit into 20 × 20"),
        "centre": _("Centre by mass"),
    }
    with st.container(horizontal=True, gap="medium"):
        return Preprocessing(
            **{
                step: st.toggle(label, True, key=f"draw_{step}", bind="query-params")
                for step, label in labels.items()
            }
        )


def show_steps(prepared: PreparedPaper, preprocessing: Preprocessing) -> None:
    """Show how what is on paper has become the image that the network sees.

    Parameters
    ----------
    prepared : PreparedPaper
    preprocessing : Preprocessing
        The steps that were switched on.
    """
    captions = (
        _("What is on paper"),
        _("Its lines, as thick as MNIST's") if preprocessing.pen else _("Its lines as they are"),
        _("Fitted into 20 × 20 pixels") if preprocessing.fit else _("The whole paper made small"),
        _("What the network sees: 28 × 28"),
    )
    show_figures(
        [
            Figure(picture, words, words)
            for picture, words in zip(prepared.pictures, captions, strict=True)
        ],
        box_px=(figures.PICTURE_PX, figures.PICTURE_PX),
    )


def explain_steps() -> None:
    """Say what to notice in the steps."""
    st.caption(
        _(
            "The images of MNIST were made the same way, so neither the size of the drawing nor "
            "its place nor the brush matters any more. Switch a step off and see what becomes of "
            "the answer; “Preprocessing on trial” below measures it."
        )
    )
