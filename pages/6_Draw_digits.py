"""Draw digits: a drawing or a photo becomes an image like MNIST's, and a network reads it."""

import streamlit as st

from dashboard import resources, shell
from dashboard.drawing import doubt, form, panel, preparation, trial
from dashboard.drawing.canvas import canvas_and_rest
from dashboard.drawing.pen_up import tell_when_pen_is_up
from dashboard.drawing.why import show_why
from dashboard.fields import chosen_code, named_choice
from dashboard.language import _
from dashboard.turns import fragment

VIEW = "draw_view"


@fragment
def reading(reader: resources.EvaluatedModel) -> None:
    """Take a drawing or a photo, show what the network makes of it, and look closer."""
    paper_place, outcome = canvas_and_rest()
    # A row of its own: on a phone the answer comes before it.
    brush_place = st.container()
    with paper_place:
        is_photo = form.source_picker() == form.PHOTO
    if is_photo:
        with paper_place:
            paper = form.photographed_paper()
        missing = panel.ask_for_photo if paper is None else panel.ask_for_ink
    else:
        with brush_place:
            brush_px = form.brush_slider()
        with paper_place:
            paper = form.drawn_paper(brush_px)
        missing = panel.ask_for_drawing

    preprocessing = preparation.switched_on()
    steps = paper.steps(preprocessing) if paper is not None else None
    is_example = steps is None
    if is_example:
        paper, steps = panel.example(preprocessing)
    refusal = None if is_example else paper.doubt(resources.doubt_network())
    with outcome:
        # Of another threshold nothing else on the page depends, but for what refusing costs.
        is_alone = chosen_code(VIEW) != "refusing"
        show_answer = fragment(panel.show_answer) if is_alone else panel.show_answer
        threshold = show_answer(
            steps.image, reader.model.network, refusal, missing if is_example else None
        )
    # All else comes after the answer, which somebody waits for.
    preparation.show_steps(paper, steps, preprocessing)

    st.subheader(_("Look closer"))
    views = {
        # First what costs least, because it runs after every stroke.
        "practice": _("What it has practised on"),
        "why": _("Why this answer?"),
        "trial": _("Preprocessing on trial"),
        "refusing": _("What refusing costs"),
    }
    view = named_choice(_("What to look at"), views, key=VIEW)
    if view == "why":
        show_why(steps.image, reader)
    elif view == "trial":
        trial.show_trial(reader, preprocessing)
    elif view == "refusing":
        doubt.show_refusal_costs(reader, threshold)
    else:
        trial.show_practice()


with shell.page(shell.DRAW_DIGITS):
    resources.mnist()
    st.markdown(
        _(
            "The network turns 784 pixels into ten outputs $a_0, \\dots, a_9$ and answers with the "
            "digit of the largest, $k = \\operatorname{argmax}_i a_i$, if $a_k >$ threshold (the "
            "mémoire's threshold of acceptance). Otherwise it is not sure."
        )
    )

    # What a stroke changes comes first, but a network is chosen for the whole page.
    drawing_place = st.container()
    st.subheader(_("Who answers?"))
    choice, quality = st.columns([2, 3], gap="large")
    with choice:
        reader = form.network_picker()
    with quality:
        panel.show_accuracy(reader)
    with drawing_place:
        reading(reader)
    tell_when_pen_is_up()
