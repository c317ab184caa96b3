"""What the drawing page answers: the digit, how sure the network is, and what it has seen."""

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.figures import prediction as figures
from dashboard.language import _
from nncore.drawing import DigitSteps, EmptyDrawingError, digit_steps
from nncore.layers import ActivationLayer
from nncore.network import SequentialNetwork

# A test image to look at before the first stroke.
_EXAMPLE = 0


def show_answer(
    ink: np.ndarray | None,
    network: SequentialNetwork,
    threshold: float,
    is_photo: bool,
) -> DigitSteps | None:
    """Show what a network answers for a drawing or photo, or for an example where there is none.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8, or None
        None without a photo.
    network : SequentialNetwork
        For 28x28 pixels and ten digits.
    threshold : float
        The largest output must exceed this, or the answer is "not sure".
    is_photo : bool
        Where the ink comes from, which decides what to say if there is none.

    Returns
    -------
    DigitSteps or None
        What has become of the ink; None if there is none.
    """
    steps = _steps_of(ink)
    mnist = resources.mnist()
    image = mnist.test_images[_EXAMPLE] if steps is None else steps.image
    outputs = network.predict(image[np.newaxis])[0]
    # Weights of any size can be uploaded.
    if not np.isfinite(outputs).all():
        st.error(_("This network's outputs are too large for a number: choose another network."))
        return steps
    are_probabilities = _ends_in_softmax(network)
    with st.container(horizontal=True, vertical_alignment="center"):
        seen = _("What the network sees")
        st.image(figures.digit_picture(image), width=figures.PICTURE_PX, caption=seen, alt=seen)
        with st.container(gap="xsmall"):
            if steps is None:
                _ask(ink, is_photo)
                st.caption(
                    _("Meanwhile, what it makes of a test image of MNIST, a {digit}:").format(
                        digit=mnist.test_labels[_EXAMPLE]
                    )
                )
            else:
                _say(outputs, threshold, are_probabilities)
    show_chart(
        figures.probability_bars(outputs, threshold, are_probabilities=are_probabilities),
        "draw_bars",
    )
    if not are_probabilities:
        st.caption(_("These outputs are no probabilities: nothing makes the ten of them sum to 1."))
    return steps


def show_steps(ink: np.ndarray, steps: DigitSteps, is_photo: bool) -> None:
    """Show how ink has become the image that the network sees."""
    st.subheader(_("From your paper to 784 numbers"))
    captions = (
        _("The ink of your photo") if is_photo else _("Your drawing"),
        _("Cut to the ink"),
        _("Fitted into 20 × 20 pixels"),
        _("Centre of mass in the middle of 28 × 28"),
    )
    with st.container(horizontal=True, gap="medium"):
        for caption, picture in zip(captions, figures.step_pictures(ink, steps), strict=True):
            st.image(picture, width=figures.PICTURE_PX, caption=caption, alt=caption)
    st.caption(
        _(
            "The images of MNIST were made the same way. Notice that place and size of the drawing "
            "do not matter any more, but its slant and the width of its lines do."
        )
    )


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
            "Americans: draw a 1 with a flag, a 7 with a bar, or a 9 with a curl, as in France, "
            "and see how the answer changes."
        ).format(accuracy=_percent(accuracy, decimals=1))
    )


def _steps_of(ink: np.ndarray | None) -> DigitSteps | None:
    """Return the way of ink to 28x28 pixels, or None if there is next to nothing."""
    try:
        return None if ink is None else digit_steps(ink)
    except EmptyDrawingError:
        return None


def _ask(ink: np.ndarray | None, is_photo: bool) -> None:
    """Say that there is nothing to read, and what to do."""
    if not is_photo:
        st.subheader(_("Nothing is drawn yet"), anchor=False)
        st.markdown(_("Draw a digit on the paper: there is an answer after each stroke."))
    elif ink is None:
        st.subheader(_("No photo yet"), anchor=False)
        st.markdown(_("Choose one of a single digit, in dark ink on light paper."))
    else:
        st.subheader(_("No ink in this photo"), anchor=False)
        st.markdown(_("Nothing stands out from the paper: try a thicker pen or more light."))


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
