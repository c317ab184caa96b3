"""What the drawing page answers: the digit and how sure the network is, or that it is none."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.drawing import doubt as doubts
from dashboard.drawing import form
from dashboard.drawing.paper import InkPaper, PreparedPaper
from dashboard.figures import prediction as figures
from dashboard.language import _
from dashboard.pictures import Figure, show_figures
from nncore.doubt import Doubt
from nncore.drawing import Preprocessing
from nncore.layers import ActivationLayer
from nncore.network import SequentialNetwork

# A test image to look at before the first stroke.
_EXAMPLE = 0


@dataclass(frozen=True)
class Places:
    """Where on the page what stands.

    Attributes
    ----------
    answer : DeltaGenerator
        What the paper is read as, beside it.
    steps : DeltaGenerator
        How the paper becomes 784 numbers.
    closer : DeltaGenerator
        What is looked at more closely.
    """

    answer: DeltaGenerator
    steps: DeltaGenerator
    closer: DeltaGenerator


@cache
def example(preprocessing: Preprocessing) -> PreparedPaper:
    """Return a test image of MNIST on paper, to be read where nothing else is."""
    paper = InkPaper(resources.mnist().test_images[_EXAMPLE])
    return PreparedPaper(paper, paper.steps(preprocessing))


def show_answer(
    network: SequentialNetwork,
    prepared: PreparedPaper,
    doubt: Doubt | None,
    missing: tuple[str, str] | None = None,
) -> float:
    """Show what a network answers, and let the reader choose the threshold of acceptance.

    Parameters
    ----------
    network : SequentialNetwork
        For 28x28 pixels and ten digits.
    prepared : PreparedPaper
        Its image is what the network sees.
    doubt : Doubt or None
        Why it is taken for no digit, if it is.
    missing : (heading, sentence), optional
        Shown in place of the answer, if it is the `example`.

    Returns
    -------
    float
        The threshold: the largest output must exceed it, or the answer is "not sure".
    """
    # The answer stands above the slider that it depends on.
    answer = st.container()
    threshold = form.threshold_slider()
    outputs = network.predict(prepared.steps.image[np.newaxis])[0]
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
            show_figures(
                [Figure(prepared.seen, seen, seen)],
                box_px=(figures.PICTURE_PX, figures.PICTURE_PX),
                width="content",
            )
            # Beside the picture, however narrow: by itself, a heading would go below it.
            with st.container():
                if missing is not None:
                    _say(*missing, _what_the_example_is(), is_answer=False)
                elif doubt is not None:
                    what_if = _what_it_would_be(outputs, are_probabilities)
                    _say(doubts.title(), doubts.reason(doubt), what_if)
                else:
                    _say(*_answer(outputs, threshold, are_probabilities))
        bars = figures.probability_bars(outputs, threshold, are_probabilities=are_probabilities)
        show_chart(bars, "draw_bars")
        if not are_probabilities:
            st.caption(
                _("These outputs are no probabilities: nothing makes the ten of them sum to 1.")
            )
    return threshold


def no_drawing() -> tuple[str, str]:
    """Return that nothing is drawn, and what to do."""
    return (
        _("Nothing is drawn yet"),
        _("Draw a digit on the paper: there is an answer after each stroke."),
    )


def no_photo() -> tuple[str, str]:
    """Return that there is no photo, and what to do."""
    return _("No photo yet"), _("Choose one of a single digit, in dark ink on light paper.")


def no_ink() -> tuple[str, str]:
    """Return that there is no ink in the photo, and what to do."""
    return (
        _("No ink in this photo"),
        _("Nothing stands out from the paper: try a thicker pen or more light."),
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
    st.markdown(
        ":gray[:small["
        + _("mémoire: 92 % printed, 86.7 % measured")
        + "]]\n\n"
        + _(
            "Notice that {accuracy} on MNIST is not {accuracy} on your hand. MNIST was written by "
            "Americans; the network that comes with the project has practised a 1 with a flag, a 7 "
            "with a bar and a 9 with a curl as well. Train one without, and draw them."
        ).format(accuracy=_percent(accuracy, decimals=1))
    )


def _what_the_example_is() -> str:
    """Return what is read where nothing is drawn."""
    return _("Meanwhile, what it makes of a test image of MNIST, a {digit}:").format(
        digit=resources.mnist().test_labels[_EXAMPLE]
    )


def _say(heading: str, sentence: str, addition: str, *, is_answer: bool = True) -> None:
    """Say what has come of it, more and more quietly."""
    show = st.header if is_answer else st.subheader
    # One element: below its first line, Streamlit takes a heading's text as that of any other.
    show(f"{heading}\n\n{sentence}\n\n:gray[:small[{addition}]]", anchor=False)


def _what_it_would_be(outputs: np.ndarray, are_probabilities: bool) -> str:
    """Return what the network takes for a digit that is none."""
    return _("If it were one, it would be {digit} with {value}.").format(
        digit=outputs.argmax(), value=_value(outputs.max(), are_probabilities)
    )


def _answer(outputs: np.ndarray, threshold: float, are_probabilities: bool) -> tuple[str, str, str]:
    """Return which digit it is, or that the network is not sure; why; and what comes next."""
    digit = int(outputs.argmax())
    value = _value(outputs[digit], are_probabilities)
    limit = f"{100 * threshold:.0f}\N{NO-BREAK SPACE}%" if are_probabilities else f"{threshold:.2f}"
    if outputs[digit] > threshold:
        # "An 8" is the only digit with another article in English.
        heading = _("It is an {digit}") if digit == 8 else _("It is a {digit}")
        text = _("{name} {value}, above the threshold of {limit}.")
    else:
        heading = (
            _("Not sure (an {digit} at {value})")
            if digit == 8
            else _("Not sure (a {digit} at {value})")
        )
        text = _("{name} {value}, not above the threshold of {limit}.")
    name = _("Probability") if are_probabilities else _("Output")
    second = int(outputs.argsort()[-2])
    return (
        heading.format(digit=digit, value=value),
        text.format(name=name, value=value, limit=limit),
        _("Next comes {digit} with {value}.").format(
            digit=second, value=_value(outputs[second], are_probabilities)
        ),
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
