"""Colour neuron: label images, watch a plane cut the cube of colours, ask about any colour."""

import streamlit as st

from dashboard import shell
from dashboard.colour_neuron import lesson
from dashboard.colour_neuron.labels import LabelledImages, label_images
from dashboard.colour_neuron.sentences import Lesson, Settings, train_on
from dashboard.language import _
from dashboard.turns import fragment


@fragment
def choose_start(places: lesson.Places) -> None:
    """Let the reader change what is seldom changed, and show all that depends on it."""
    with places.start:
        settings = lesson.start_fields()
    choose_labels(settings, places)


@fragment
def choose_labels(settings: Settings, places: lesson.Places) -> None:
    """Let the reader label images, and show what the neuron learns from them."""
    with places.labels:
        samples = label_images()
    learn(samples, settings, places)


@fragment
def learn(samples: LabelledImages, settings: Settings, places: lesson.Places) -> None:
    """Let the reader change how the neuron learns, and show all that changes with it."""
    with places.settings:
        settings = lesson.step_fields(settings)
    trained = train_on(samples, settings)
    account = lesson.account_of(trained)
    with places.cube:
        lesson.train_button()
        lesson.show_cube(account)
    lesson.show_updates(trained, account, places)
    ask(trained, places)


@fragment
def ask(trained: Lesson, places: lesson.Places) -> None:
    """Let the reader ask about colour after colour, which changes nothing else."""
    with places.ask:
        lesson.ask_any_colour(trained)


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
    choose_start(lesson.lay_out())
