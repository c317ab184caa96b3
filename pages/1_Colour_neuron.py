"""Colour neuron: label images, watch a plane cut the cube of colours, ask about any colour."""

import streamlit as st

from dashboard import shell
from dashboard.colour_neuron import lesson
from dashboard.colour_neuron.labels import LabelledImages, label_images
from dashboard.colour_neuron.sentences import train_on
from dashboard.language import _
from dashboard.turns import fragment


@fragment
def label_and_learn(places: lesson.Places) -> None:
    """Let the reader label images, and show what the neuron learns from them."""
    with places.labels:
        st.markdown(
            _(
                "**What should it answer yes to?** A click changes the label of an image, and the "
                "neuron is trained anew."
            )
        )
        samples = label_images()
    learn(samples, places)


@fragment
def learn(samples: LabelledImages, places: lesson.Places) -> None:
    """Let the reader change the settings, and show all that changes with them."""
    with places.labels:
        settings = lesson.settings_fields()
    training = train_on(samples, settings)
    with places.cube:
        lesson.train_button()
        lesson.show_cube(training)
        lesson.show_result(training)
    lesson.show_updates(training, places)
    # In a container of this run's: a fragment in one from outside would be another one each time.
    with places.ask.container():
        # Whoever asks about colour after colour changes nothing else.
        fragment(lesson.ask_any_colour)(training)


with shell.page(shell.COLOUR_NEURON):
    st.markdown(
        _(
            "One neuron sees of an image only its mean colour $e = (e_1, e_2, e_3)$: red, green, "
            "blue. It computes $q = p_1 e_1 + p_2 e_2 + p_3 e_3$ and answers **yes** if $q \\ge "
            "1$. After a wrong answer it learns: $p \\leftarrow p + \\varepsilon e$ if it should "
            "have been yes, $p \\leftarrow p - \\varepsilon e$ if no."
        )
    )

    # The runs of the fragments send what they change, and nothing else.
    label_and_learn(lesson.lay_out())
