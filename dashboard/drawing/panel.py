"""What the drawing page answers: the digit and how sure the network is, or that it is none."""

from collections.abc import Callable
from functools import cache

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.drawing import form
from dashboard.drawing.doubt import show_doubt
from dashboard.drawing.paper import Paper
from dashboard.figures import prediction as figures
from dashboard.language import _
from dashboard.pictures import show_picture
from nncore.doubt import Doubt
from nncore.drawing import DigitSteps, Preprocessing
from nncore.layers import ActivationLayer
from nncore.network import SequentialNetwork

# A test image to look at before the first stroke.
_EXAMPLE = 0


@cache
def example(preprocessing: Preprocessing) -> tuple[Paper, DigitSteps]:
    """Return a test image of MNIST on paper, to be read where nothing else is, and its steps."""
    paper = Paper(resources.mnist().test_images[_EXAMPLE])
    return paper, paper.steps(preprocessing)


def show_answer(
    image: np.ndarray,
    network: SequentialNetwork,
    doubt: Doubt | None,
    say_what_is_missing: Callable[[], None] | None = None,
) -> float:
    """Show what a network answers, and let the reader choose the threshold of acceptance.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
        What the network sees.
    network : SequentialNetwork
        For 28x28 pixels and ten digits.
    doubt : Doubt or None
        Why the image is taken for no digit, if it is.
    say_what_is_missing : callable, optional
        Called in place of the answer if the image is `example`.

    Returns
    -------
    float
        The threshold: the largest output must exceed it, or the answer is "not sure".
    """
    # The answer stands above the slider that it depends on.
    answer = st.container()
    threshold = form.threshold_slider()
    outputs = network.predict(image[np.newaxis])[0]
    with answer:
        # Weights of any size can be uploaded.
        if not np.isfinite(outputs).all():
            st.error(
                _("This network's outputs are too large for a number: choose another network.")
            )
            return threshold
        are_probabilities = _ends_in_softmax(network)
        with st.container(horizontal=True, vertical_alignment="center"):
            seen = _("What the network sees")
            picture = figures.digit_picture(image)
            show_picture(picture, seen, width=figures.PICTURE_PX, caption=seen)
            with st.container(gap="xsmall"):
                if say_what_is_missing is not None:
                    say_what_is_missing()
                    _say_what_the_example_is()
                elif doubt is not None:
                    show_doubt(doubt)
                    _say_what_it_would_be(outputs, are_probabilities)
                else:
                    _say(outputs, threshold, are_probabilities)
        bars = figures.probability_bars(outputs, threshold, are_probabilities=are_probabilities)
        show_chart(bars, "draw_bars")
        if not are_probabilities:
            st.caption(
                _("These outputs are no probabilities: nothing makes the ten of them sum to 1.")
            )
    return threshold


def ask_for_drawing() -> None:
    """Say that nothing is drawn, and what to do."""
    st.subheader(_("Nothing is drawn yet"), anchor=False)
    st.markdown(_("Draw a digit on the paper: there is an answer after each stroke."))


def ask_for_photo() -> None:
    """Say that there is no photo, and what to do."""
    st.subheader(_("No photo yet"), anchor=False)
    st.markdown(_("Choose one of a single digit, in dark ink on light paper."))


def ask_for_ink() -> None:
    """Say that there is no ink in the photo, and what to do."""
    st.subheader(_("No ink in this photo"), anchor=False)
    st.markdown(_("Nothing stands out from the paper: try a thicker pen or more light."))


def show_accuracy(reader: resources.EvaluatedModel) -> None:
    """Show how often a network is right on MNIST, beside the mémoire's."""
    accuracy = reader.evaluation.accuracy
    st.metric(
        _("Right on {n} test images of MNIST").format(
            n=f"{reader.evaluation.labels.size:,}".replace(",", "\N{NO-BREAK SPACE}")
        ),
        _percent(accuracy, decimals=2),
    )
    st.caption(_("mémoire: 92 % printed, 86.7 % measured"))
    st.markdown(
        _(
            "Notice that {accuracy} on MNIST is not {accuracy} on your hand. MNIST was written by "
            "Americans; the network that comes with the project has practised a 1 with a flag, a 7 "
            "with a bar and a 9 with a curl as well. Train one without, and draw them."
        ).format(accuracy=_percent(accuracy, decimals=1))
    )


def _say_what_the_example_is() -> None:
    """Say what is read where nothing is drawn."""
    st.caption(
        _("Meanwhile, what it makes of a test image of MNIST, a {digit}:").format(
            digit=resources.mnist().test_labels[_EXAMPLE]
        )
    )


def _say_what_it_would_be(outputs: np.ndarray, are_probabilities: bool) -> None:
    """Say what the network takes for a digit that is none."""
    st.caption(
        _("If it were one, it would be {digit} with {value}.").format(
            digit=outputs.argmax(), value=_value(outputs.max(), are_probabilities)
        )
    )


def _say(outputs: np.ndarray, threshold: float, are_probabilities: bool) -> None:
    """Say which digit it is, or that the network is not sure."""
    digit = int(outputs.argmax())
    value = _value(outputs[digit], are_probabilities)
    limit = f"{100 * threshold:.0f}\N{NO-BREAK SPACE}%" if are_probabilities else f"{threshold:.2f}"
    if outputs[digit] > threshold:
        # "An 8" is the only digit with another article in English.
        sentence = _("It is an {digit}") if digit == 8 else _("It is a {digit}")
        st.header(sentence.format(digit=digit), anchor=False)
        text = _("{name} {value}, above the threshold of {limit}.")
    else:
        sentence = (
            _("Not sure (an {digit} at {value})")
            if digit == 8
            else _("Not sure (a {digit} at {value})")
        )
        st.header(sentence.format(digit=digit, value=value), anchor=False)
        text = _("{name} {value}, not above the threshold of {limit}.")
    name = _("Probability") if are_probabilities else _("Output")
    st.markdown(text.format(name=name, value=value, limit=limit))
    second = int(outputs.argsort()[-2])
    st.caption(
        _("Next comes {digit} with {value}.").format(
            digit=second, value=_value(outputs[second], are_probabilities)
        )
    )


def _ends_in_softmax(network: SequentialNetwork) -> bool:
    """Return whether the outputs of a network sum to 1."""
    last = network.layers[-1]
    return isinstance(last, ActivationLayer) and last.name == "softmax"


def _value(output: float, is_probability: bool) -> str:
    """Return an output in words."""
    return _percent(output, decimals=1) if is_probability else f"{output:.3f}"


def _percent(share: float, decimals: int) -> str:
    """Return a share in per cent."""
    return f"{100 * share:.{decimals}f}\N{NO-BREAK SPACE}%"
