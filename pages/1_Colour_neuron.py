"""Colour neuron: label images, watch a plane cut the cube of colours, ask about any colour."""

import streamlit as st

from dashboard import shell
from dashboard.colour_neuron import lesson
from dashboard.colour_neuron.labels import label_images
from dashboard.colour_neuron.sentences import train_on
from dashboard.language import _
from dashboard.turns import fragment


@fragment
def show_lesson() -> None:
    """Show all that changes with the labels and settings, without a run of the whole page."""
    labels, cube = st.columns(2, gap="medium")
    with labels:
        st.markdown(
            _(
                "**What should it answer yes to?** A click changes the label of an image, and the "
                "neuron is trained anew."
            )
        )
        samples = label_images()
        settings = lesson.settings_fields()
    training = train_on(samples, settings)
    with cube:
        lesson.train_button()
        lesson.show_cube(training)
        lesson.show_result(training)
    lesson.show_updates(training)
    ask, experiments = st.columns(2, gap="medium")
    with ask:
        st.subheader(_("Ask the neuron"))
        # Whoever asks about colour after colour changes nothing else.
        fragment(lesson.ask_any_colour)(training)
    with experiments:
        st.subheader(_("Things to try"))
        lesson.show_experiments()


with shell.page(shell.COLOUR_NEURON):
    st.markdown(
        _(
            "One neuron sees of an image only its mean colour $e = (e_1, e_2, e_3)$: red, green, "
            "blue. It computes $q = p_1 e_1 + p_2 e_2 + p_3 e_3$ and answers **yes** if $q \\ge "
            "1$. After a wrong answer it learns: $p \\leftarrow p + \\varepsilon e$ if it should "
            "have been yes, $p \\leftarrow p - \\varepsilon e$ if no."
        )
    )

    show_lesson()
