"""Which digits a network takes for which, and the images behind each number."""

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_selectable_chart
from dashboard.figures import confusions as figures
from dashboard.language import _, ngettext
from dashboard.training.results import gallery
from dashboard.training.results.wording import ends_in_softmax
from nncore.evaluation import Evaluation
from nncore.mnist import N_CLASSES

_CHART, _TRUE, _ANSWER = "train_confusion", "train_true", "train_answer"


def show_confusions(trained: resources.EvaluatedModel) -> None:
    """Show the confusion matrix, and the images of the cell that is chosen."""
    evaluation = trained.evaluation
    matrix, images = st.columns([3, 2], gap="large")
    with images:
        true, answer = _choose_cell(evaluation)
        shown = _images_of(evaluation, true, answer)
        st.markdown(_what_is_there(true, answer, len(shown)))
        gallery.show_digits(
            evaluation,
            shown,
            f"train_page_{true}_{answer}",
            are_probabilities=ends_in_softmax(trained.model.network),
        )
    with matrix:
        show_selectable_chart(
            figures.confusion_matrix(evaluation.confusion, (true, answer)),
            _CHART,
            _take_click,
        )
        st.caption(_what_to_notice(evaluation))


def _choose_cell(evaluation: Evaluation) -> tuple[int, int]:
    """Let the reader choose a cell without a mouse, and return true digit and answer."""
    st.caption(_("Click on a number of the table, or choose here:"))
    with st.container(horizontal=True):
        chosen = [
            st.selectbox(
                label, range(N_CLASSES), index=first, key=key, bind="query-params", width=130
            )
            for label, first, key in zip(
                (_("True digit"), _("Answer")),
                _most_frequent_error(evaluation),
                (_TRUE, _ANSWER),
                strict=True,
            )
        ]
    return chosen[0], chosen[1]


def _take_click() -> None:
    """Choose the cell that was clicked."""
    points = st.session_state[_CHART].selection.point_indices
    if points:
        true, answer = divmod(points[0], N_CLASSES)
        st.session_state.update({_TRUE: true, _ANSWER: answer})


def _images_of(evaluation: Evaluation, true: int, answer: int) -> np.ndarray:
    """Return the images of a cell: of errors the surest first, of right answers the least sure."""
    [shown] = np.nonzero((evaluation.labels == true) & (evaluation.predictions == answer))
    order = evaluation.probabilities[shown, answer].argsort(kind="stable")
    return shown[order if true == answer else order[::-1]]


def _most_frequent_error(evaluation: Evaluation) -> tuple[int, int]:
    """Return true digit and answer of the error made most often."""
    errors = evaluation.confusion - np.diag(np.diag(evaluation.confusion))
    true, answer = np.unravel_index(errors.argmax(), errors.shape)
    return int(true), int(answer)


def _what_is_there(true: int, answer: int, n_images: int) -> str:
    """Return what the images of a cell are."""
    if not n_images:
        return _("**No {true}** was taken for a {answer}.").format(true=true, answer=answer)
    if true == answer:
        text = ngettext(
            "**{n} {true}** was recognised; the least sure answers first.",
            "**{n} times {true}** was recognised; the least sure answers first.",
            n_images,
        )
    else:
        text = ngettext(
            "**{n} time** a {true} was taken for a {answer}.",
            "**{n} times** a {true} was taken for a {answer}; the surest answers first.",
            n_images,
        )
    return text.format(n=n_images, true=true, answer=answer)


def _what_to_notice(evaluation: Evaluation) -> str:
    """Return the sentence that fits this confusion matrix."""
    never = np.flatnonzero(evaluation.confusion.sum(axis=0) == 0)
    if len(never):
        return _(
            "Notice the empty columns: this network never answers {digits}. An output neuron that "
            "too large a step has pushed to where the sigmoid is flat has no slope left to learn "
            "by, as in the mémoire."
        ).format(digits=", ".join(map(str, never)))
    true, answer = _most_frequent_error(evaluation)
    n_errors = evaluation.confusion[true, answer]
    if true == answer:
        return _("Notice: not a single test image was answered wrong.")
    return _(
        "Notice the strongest colour: a {true} is most often taken for a {answer}, {n} times. "
        "Would you have read them right?"
    ).format(true=true, answer=answer, n=n_errors)
