"""Average digit: the mean image of a digit as the weights of one neuron, and what it is worth."""

import streamlit as st

from dashboard import resources, shell
from dashboard.average_digit import form, panel
from dashboard.language import _
from dashboard.turns import fragment


@fragment
def choose_digit(places: panel.Places) -> None:
    """Let the reader choose the digit, and show all that depends on it."""
    with places.digit:
        digit = form.digit_picker()
    choose_image(digit, places)
    with places.sliders:
        form.neuron_buttons(digit)
        panel.show_majority(digit)
    panel.show_best_bias(digit)
    st.subheader(_("Two averages compared"))
    compare(digit)


@fragment
def choose_image(digit: int, places: panel.Places) -> None:
    """Let the reader choose an image, and show its score and what the neuron answers."""
    image = form.image_picker(digit)
    panel.show_pixels(digit, image)
    # Within, because the neuron's figures show the image too.
    choose_neuron(digit, image, places)


@fragment
def choose_neuron(digit: int, image: form.ChosenImage, places: panel.Places) -> None:
    """Let the reader move bias and threshold, and show what the neuron answers."""
    with places.sliders:
        neuron = form.neuron_sliders(digit)
    panel.show_answers(neuron, image, places)


@fragment
def compare(digit: int) -> None:
    """Let the reader choose another average, and show what tells the two apart."""
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
    form.draw_tiles()
    # The runs of the fragments send what they change, and nothing else.
    places = panel.lay_out()
    st.subheader(_("The score of one image, pixel by pixel"))
    choose_digit(places)
    panel.show_memoire_table()
