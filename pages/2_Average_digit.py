"""Average digit: the mean image of a digit as the weights of one neuron, and what it is worth."""

import streamlit as st

from dashboard import resources, shell
from dashboard.average_digit import form, panel
from dashboard.language import _
from dashboard.turns import fragment


@fragment
def show_neuron(digit: int, image: form.ChosenImage, places: panel.Places) -> None:
    """Let the reader move bias and threshold, and show what the neuron answers."""
    with places.sliders:
        neuron = form.neuron_sliders(digit)
    panel.show_answers(neuron, image, places)


@fragment
def compare(digit: int) -> None:
    """Let the reader choose another average, and show what tells the two apart."""
    st.subheader(_("Two averages compared"))
    panel.show_difference(digit, form.second_digit_picker())


with shell.page(shell.AVERAGE_DIGIT):
    resources.mnist()
    st.markdown(
        _(
            "Lay an image $x$ over the average $W$ of all images of a digit and add up what "
            "overlaps: $\\text{score} = W \\cdot x = \\sum_i w_i x_i$ over the 784 pixels. The "
            "answer is yes if $\\sigma(\\text{score} + b) > \\text{threshold}$, where the bias $b$ "
            "shifts the score and $\\sigma$ squeezes it into 0 to 1. Is that enough to recognise a "
            "digit?"
        )
    )
    digit = form.digit_picker()
    st.caption(
        _(
            "The averages of the training images: yellow where nearly all have ink, dark blue "
            "where none has. Notice that 1 is the clearest: the more alike a digit is written, the "
            "sharper its average."
        )
    )

    # It stands above the image but also shows it; what does not depend on the sliders stays
    # outside.
    neuron_place = st.container()
    st.subheader(_("The score of one image, pixel by pixel"))
    chosen_image = form.image_picker(digit)
    panel.show_pixels(digit, chosen_image)
    with neuron_place:
        places = panel.lay_out()
        # Its runs send what a slider changes, and nothing else: the rest has its place outside.
        show_neuron(digit, chosen_image, places)
    with places.sliders:
        form.neuron_buttons(digit)
        panel.show_majority(digit)
    with places.counts:
        panel.explain_counts(digit)
    panel.show_best_bias(digit)
    compare(digit)
    st.subheader(_("The mémoire's figures"))
    panel.show_memoire_table()
