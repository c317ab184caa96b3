"""Draw digits: a drawing or a photo becomes an image like MNIST's, and a network reads it."""

import streamlit as st

from dashboard import drawing_form, drawing_panel, resources, shell
from dashboard.language import _

shell.start_page(shell.DRAW_DIGITS)
resources.mnist()

st.title(_(shell.DRAW_DIGITS.title))
st.markdown(
    _(
        "The network turns 784 pixels into ten outputs $a_0, \\dots, a_9$ and answers with the "
        "digit of the largest, $k = \\operatorname{argmax}_i a_i$, if $a_k >$ threshold (the "
        "mémoire's threshold of acceptance). Otherwise it is not sure."
    )
)


@st.fragment
def reading() -> None:
    """Take a drawing or a photo, and show what the network makes of it."""
    paper, outcome = drawing_form.canvas_and_rest()
    # A row of their own: on a phone the answer comes before them.
    brush, acceptance = drawing_form.canvas_and_rest()
    way = st.container()
    st.subheader(_("Who answers?"))
    choice, quality = st.columns([2, 3], gap="large")

    with choice:
        reader = drawing_form.network_picker()
    with quality:
        drawing_panel.show_accuracy(reader)
    with acceptance:
        threshold = drawing_form.threshold_slider()
    with paper:
        is_photo = drawing_form.source_picker() == drawing_form.PHOTO
    if is_photo:
        with paper:
            ink = drawing_form.photo_ink()
    else:
        with brush:
            brush_px = drawing_form.brush_slider()
        with paper:
            ink = drawing_form.drawn_ink(brush_px)
    with outcome:
        steps = drawing_panel.show_answer(ink, reader.model.network, threshold, is_photo)
    if steps is not None:
        with way:
            drawing_panel.show_steps(ink, steps, is_photo)


reading()
