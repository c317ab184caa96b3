"""Draw digits: a drawing or a photo becomes an image like MNIST's, and a network reads it."""

import streamlit as st

from dashboard import resources, shell
from dashboard.drawing import doubt, form, panel, preparation, trial
from dashboard.drawing.canvas import canvas_and_rest
from dashboard.drawing.paper import PreparedPaper
from dashboard.drawing.pen_up import tell_when_pen_is_up
from dashboard.drawing.why import show_why
from dashboard.fields import named_choice
from dashboard.language import _
from dashboard.turns import fragment
from nncore.drawing import Preprocessing


@fragment
def answering(reader: resources.EvaluatedModel, view: str, places: panel.Places, *seen) -> None:
    """Show the answer, and all that depends on the threshold."""
    threshold = panel.show_answer(reader.model.network, *seen)
    if view == "refusing":
        with places.closer:
            doubt.show_refusal_costs(reader, threshold)


@fragment
def reading(
    brush_px: int | None,
    preprocessing: Preprocessing,
    reader: resources.EvaluatedModel,
    view: str,
    places: panel.Places,
) -> None:
    """Take a drawing, or without a brush a photo, and show what the network makes of it."""
    if brush_px is None:
        paper = form.photographed_paper()
        missing = panel.no_photo() if paper is None else panel.no_ink()
    else:
        paper = form.drawn_paper(brush_px)
        missing = panel.no_drawing()

    steps = paper.steps(preprocessing) if paper is not None else None
    if steps is None:
        prepared, refusal = panel.example(preprocessing), None
    else:
        prepared, missing = PreparedPaper(paper, steps), None
        refusal = paper.doubt(resources.doubt_network())
    # In a container of this run: that of the page may be written to by this fragment alone.
    with places.answer.container():
        answering(reader, view, places, prepared, refusal, missing)
    # All else comes after the answer, which somebody waits for.
    with places.steps:
        preparation.show_steps(prepared, preprocessing)
    if view == "why":
        with places.closer.container():
            show_why(prepared.steps.image, reader)


with shell.page(shell.DRAW_DIGITS):
    resources.mnist()
    st.markdown(
        _(
            "The network turns 784 pixels into ten outputs $a_0, \\dots, a_9$ and answers with the "
            "digit of the largest, $k = \\operatorname{argmax}_i a_i$, if $a_k >$ threshold (the "
            "mémoire's threshold of acceptance). Otherwise it is not sure."
        )
    )

    paper_place, answer = canvas_and_rest()
    with paper_place:
        is_photo = form.source_picker() == form.PHOTO
        if not is_photo:
            form.ask_to_draw()
    # In a row of its own: on a phone the answer comes before it.
    brush_px = None if is_photo else form.brush_slider()
    st.subheader(_("From your paper to 784 numbers"))
    steps = st.container()
    preprocessing = preparation.switches()
    preparation.explain_steps()
    st.subheader(_("Look closer"))
    views = {
        # First what costs least.
        "practice": _("What it has practised on"),
        "why": _("Why this answer?"),
        "trial": _("Preprocessing on trial"),
        "refusing": _("What refusing costs"),
    }
    view = named_choice(_("What to look at"), views, key="draw_view")
    closer = st.container()
    st.subheader(_("Who answers?"))
    choice, quality = st.columns([2, 3], gap="large")
    with choice:
        reader = form.network_picker()
    with paper_place:
        # Its runs send what a stroke changes, and nothing else: the rest has its place outside.
        reading(brush_px, preprocessing, reader, view, panel.Places(answer, steps, closer))
    with closer:
        if view == "trial":
            trial.show_trial(reader, preprocessing)
        elif view == "practice":
            trial.show_practice()
    with quality:
        panel.show_accuracy(reader)
    tell_when_pen_is_up()
