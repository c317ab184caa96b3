"""What every layer of a network answers for one image."""

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.figures import network_inside as figures
from dashboard.figures.prediction import digit_picture
from dashboard.language import _
from dashboard.pictures import show_picture
from dashboard.training.results import wording
from dashboard.training.results.blocks import block_outputs, blocks_of
from dashboard.training.results.image_choice import choose_image
from nncore.network import SequentialNetwork

_IMAGE_PX = 140


def show_activations(trained: resources.EvaluatedModel) -> None:
    """Let the reader choose a test image, and show what each layer makes of it."""
    network = trained.model.network
    index = choose_image(trained.evaluation)
    image = resources.mnist().test_images[index]
    label = int(trained.evaluation.labels[index])
    _pixels, *hidden, outputs = (values[0] for values in block_outputs(network, image[np.newaxis]))
    picture_and_answer, inside = st.columns([2, 3], gap="large")
    with picture_and_answer:
        show_answer(network, image, label, outputs, "train_output_bars")
    with inside:
        if not hidden:
            st.caption(_("This network has no hidden layer: pixels go straight to the outputs."))
            return
        titles = [
            _("{name}: {n} neurons, {activation}").format(
                name=block.name, n=block.dense.n_outputs, activation=block.activation
            )
            for block in blocks_of(network)[:-1]
        ]
        show_chart(figures.layer_strips(hidden, titles), "train_strips")
        strong = [int((np.abs(values) > np.abs(values).max() / 2).sum()) for values in hidden]
        st.caption(
            _(
                "Each square is a neuron, coloured by how much it answers. Notice that only "
                "{n} of {all} neurons of the last hidden layer answer more than half as much as "
                "the strongest: choose another image of the same digit and see how many stay."
            ).format(n=strong[-1], all=hidden[-1].size)
        )


def show_answer(
    network: SequentialNetwork, image: np.ndarray, label: int, outputs: np.ndarray, key: str
) -> None:
    """Show an image, what a network answers for it, and its ten outputs.

    Parameters
    ----------
    network : SequentialNetwork
    image : ndarray of shape (28, 28), uint8
    label : int
        The digit that it shows.
    outputs : ndarray of shape (10,), float
    key : str
        Of the figure.
    """
    are_probabilities = wording.ends_in_softmax(network)
    answer = int(outputs.argmax())
    with st.container(horizontal=True, vertical_alignment="center"):
        name = _("A {label} of MNIST").format(label=label)
        show_picture(digit_picture(image), name, width=_IMAGE_PX)
        with st.container(gap="xsmall"):
            mark = _("right") if answer == label else _("wrong")
            st.markdown(
                _("It is a **{label}**. Answer: **{answer}**, {mark}, with {value}.").format(
                    label=label,
                    answer=answer,
                    mark=mark,
                    value=wording.output(float(outputs[answer]), are_probabilities),
                )
            )
    show_chart(figures.output_bars(outputs, label, are_probabilities=are_probabilities), key)
