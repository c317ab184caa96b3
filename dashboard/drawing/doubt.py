"""What is said when a drawing is no digit, and what refusing to answer costs."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.figures.doubt import refusal_costs
from dashboard.language import _
from dashboard.pictures import show_picture
from dashboard.training.results.wording import count, percent
from nncore.calibration import acceptance_curve
from nncore.doubt import LEAST_DIGIT_PROBABILITY, Doubt, digit_probabilities
from nncore.non_digits import draw_non_digits

_THRESHOLDS = np.linspace(0, 1, 101)
# Drawn once per server, in half a second.
_N_NON_DIGITS = 500
_N_ROWS, _N_COLUMNS = 3, 14


@dataclass(frozen=True, eq=False)
class _Answers:
    """How sure a network is of its answers for digits and for what is none.

    Attributes
    ----------
    digits, non_digits : ndarray of shape (n,), float
        The largest output for each test image of MNIST and for each thing that is no digit, 0 to 1.
    """

    digits: np.ndarray
    non_digits: np.ndarray


# Go with their networks.
_known: WeakKeyDictionary[resources.EvaluatedModel, _Answers] = WeakKeyDictionary()
_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class _Doubts:
    """Things that are no digit, (n, 28, 28) uint8, and which images are doubted, (n,) bool."""

    non_digits: np.ndarray
    of_digits: np.ndarray
    of_non_digits: np.ndarray


def title() -> str:
    """Return what is said, large, of what is no digit."""
    return _("Not a digit that I know")


def reason(doubt: Doubt) -> str:
    """Return the reason for a doubt as a sentence or two."""
    if doubt.kind == "blank":
        return _("Nothing is drawn: draw a digit with strokes that can be seen.")
    if doubt.measure == "extent":
        return _("This is no more than a dot: draw a digit, with lines that can be followed.")
    if doubt.measure == "length":
        return _(
            "It looks like a scribble: its lines are {length:.1f} times as long as it is large, "
            "and those of a digit at most {limit:g} times."
        ).format(length=doubt.value, limit=doubt.limit)
    if doubt.measure == "parts":
        return _(
            "There are {n} parts side by side with paper between them: draw one digit at a time."
        ).format(n=doubt.value)
    looks = {
        "letter": _("It looks more like a letter."),
        "shape": _("It looks more like a sign or a shape."),
        "scribble": _("It looks more like a scribble, or like something crossed out."),
        "several": _("It looks more like several digits or letters: draw one digit at a time."),
    }
    return _("{looks} That it is a digit has a probability of {probability}.").format(
        looks=looks[doubt.kind], probability=percent(doubt.value)
    )


def show_refusal_costs(reader: resources.EvaluatedModel, threshold: float) -> None:
    """Show what a threshold of acceptance refuses, and what it lets through.

    Parameters
    ----------
    reader : EvaluatedModel
        The network that answers.
    threshold : float
        Its largest output must exceed this, 0 to 1.
    """
    st.subheader(_("What does refusing cost?"), anchor=False)
    has_doubts = st.toggle(
        _("Ask first whether it is a digit at all"), True, key="draw_doubts", bind="query-params"
    )
    doubts = _doubts()
    answers = _answers(reader)
    evaluation = reader.evaluation
    is_right = evaluation.predictions == evaluation.labels
    # What is doubted is refused at every threshold, like an answer with a confidence of 0.
    digits = np.where(has_doubts & doubts.of_digits, 0, answers.digits)
    non_digits = np.where(has_doubts & doubts.of_non_digits, 0, answers.non_digits)
    n_wrong = int((~is_right).sum())

    # The chosen threshold comes last.
    at = np.append(_THRESHOLDS, threshold)
    of_digits = acceptance_curve(digits, is_right, at)
    of_non_digits = acceptance_curve(non_digits, np.zeros(len(non_digits), dtype=bool), at)
    n_errors = of_digits.n_accepted - of_digits.n_right
    refused, let_through = of_digits.refused_share, 1 - of_non_digits.refused_share

    columns = st.columns(3)
    for column, label, share, text in (
        (
            columns[0],
            _("Digits refused"),
            refused[-1],
            _("of {n} test images").format(n=count(of_digits.n_answers)),
        ),
        (
            columns[1],
            _("Errors let through"),
            n_errors[-1] / max(n_wrong, 1),
            _("{n} of {all}").format(n=count(int(n_errors[-1])), all=count(n_wrong)),
        ),
        (
            columns[2],
            _("Non-digits let through"),
            let_through[-1],
            _("of {n} that were made up").format(n=count(of_non_digits.n_answers)),
        ),
    ):
        column.metric(label, percent(share), text, delta_color="off", delta_arrow="off")
    show_chart(
        refusal_costs(
            _THRESHOLDS,
            n_errors[:-1] / max(n_wrong, 1),
            let_through[:-1],
            refused[:-1],
            threshold,
        ),
        "draw_refusal_costs",
    )
    st.caption(
        _(
            "Notice that the threshold alone would let {share} of the non-digits through: a "
            "network that has only ever seen digits can be sure of its answer for a letter. Switch "
            "the question off and on to see what it is worth, and how many real digits it costs."
        ).format(share=percent(np.mean(answers.non_digits > threshold)))
    )
    with st.expander(_("What is no digit here")):
        tiles = doubts.non_digits[: _N_ROWS * _N_COLUMNS]
        rows = [np.hstack(tiles[row::_N_ROWS]) for row in range(_N_ROWS)]
        words = _("Letters, signs, scribbles, and several at once, drawn by the program")
        show_picture(255 - np.vstack(rows), words, caption=words)


def compute_ahead() -> Iterator[None]:
    """Ask the project's networks, and pause after each."""
    for reader in (resources.shipped_model, resources.memoire_model):
        _answers(reader())
        yield


@st.cache_resource(show_spinner=False)
def _doubts() -> _Doubts:
    """Draw what is no digit, and ask of it and of MNIST's test images whether they are digits."""
    # Not the seed of the training.
    non_digits, _kinds = draw_non_digits(_N_NON_DIGITS, np.random.default_rng(5))
    network = resources.doubt_network()
    of_digits, of_non_digits = (
        digit_probabilities(images, network) <= LEAST_DIGIT_PROBABILITY
        for images in (resources.mnist().test_images, non_digits)
    )
    return _Doubts(non_digits, of_digits, of_non_digits)


def _answers(reader: resources.EvaluatedModel) -> _Answers:
    """Return how sure a network is of its answers; worked out once, however many ask."""
    # Takes longest, and is the same for all networks.
    non_digits = _doubts().non_digits
    with _lock:
        if reader not in _known:
            outputs = (reader.evaluation.probabilities, reader.model.network.predict(non_digits))
            # Outputs that are no probabilities may lie outside of 0 to 1.
            _known[reader] = _Answers(
                *(np.clip(np.nan_to_num(o).max(axis=1), 0, 1) for o in outputs)
            )
        return _known[reader]
