"""The way from paper to 784 numbers: its steps as pictures, each to be switched off."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.drawing.paper import Paper
from dashboard.figures import prediction as figures
from dashboard.language import _
from nncore.drawing import DigitSteps, Preprocessing


@dataclass(frozen=True)
class Places:
    """Where the four pictures go, below them the switches of the last three, and a note."""

    pictures: list[DeltaGenerator]
    switches: list[DeltaGenerator]
    note: DeltaGenerator


def places() -> Places:
    """Return places for pictures that are drawn after the switches below them."""
    st.subheader(_("From your paper to 784 numbers"))
    row = st.container(horizontal=True, gap="medium")
    cells = [row.container(width=figures.PICTURE_PX) for _number in range(4)]
    return Places([cell.container() for cell in cells], cells[1:], st.container())


def switches(places: Places) -> Preprocessing:
    """Let the reader switch steps off, below their pictures."""
    labels = {
        "pen": _("Draw again with MNIST's pen"),
        "fit": _("Cut and fit into 20 × 20"),
        "centre": _("Centre by mass"),
    }
    return Preprocessing(
        **{
            name: place.toggle(label, True, key=f"draw_{name}", bind="query-params")
            for place, (name, label) in zip(places.switches, labels.items(), strict=True)
        }
    )


def show_pictures(
    places: Places, paper: Paper, steps: DigitSteps, preprocessing: Preprocessing
) -> None:
    """Show how what is on paper has become the image that the network sees.

    Parameters
    ----------
    places : Places
    paper : Paper
    steps : DigitSteps
        Its way to 28x28 pixels.
    preprocessing : Preprocessing
        The steps that were switched on.
    """
    captions = (
        _("What is on paper"),
        _("Its lines, as thick as MNIST's") if preprocessing.pen else _("Its lines as they are"),
        _("Fitted into 20 × 20 pixels") if preprocessing.fit else _("The whole paper made small"),
        _("What the network sees: 28 × 28"),
    )
    pictures = figures.step_pictures(paper.ink, steps)
    for place, caption, picture in zip(places.pictures, captions, pictures, strict=True):
        place.image(picture, width=figures.PICTURE_PX, caption=caption, alt=caption)
    places.note.caption(
        _(
            "The images of MNIST were made the same way, so neither the size of the drawing nor "
            "its place nor the brush matters any more. Switch a step off and see what becomes of "
            "the answer; “Preprocessing on trial” below measures it."
        )
    )
