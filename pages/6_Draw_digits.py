"""Draw digits: a drawing or a photo becomes an image like MNIST's, and a network reads it."""

import streamlit as st

from dashboard import resources, shell
from dashboard.drawing import form, panel
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
    paper, outcome = form.canvas_and_rest()
    # A row of their own: on a phone the answer comes before them.
    brush, acceptance = form.canvas_and_rest()
    way = st.container()
    st.subheader(_("Who answers?"))
    choice, quality = st.columns([2, 3], gap="large")

    with choice:
        reader = form.network_picker()
    with quality:
        panel.show_accuracy(reader)
    with acceptance:
        threshold = form.threshold_slider()
    with paper:
        is_photo = form.source_picker() == form.PHOTO
    if is_photo:
        with paper:
            ink = form.photo_ink()
    else:
        with brush:
            brush_px = form.brush_slider()
        with paper:
            ink = form.drawn_ink(brush_px)
    with outcome:
        steps = panel.show_answer(ink, reader.model.network, threshold, is_photo)
    if steps is not None:
        with way:
            panel.show_steps(ink, steps, is_photo)


reading()
