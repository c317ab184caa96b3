"""How well a network knows each of the ten digits."""

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.figures import confusions as figures
from dashboard.language import _
from dashboard.tables import markdown_table
from dashboard.training.results.wording import count, percent
from nncore.evaluation import Evaluation


def show_each_digit(trained: resources.EvaluatedModel) -> None:
    """Show precision and recall of every digit, as a figure and in numbers."""
    evaluation = trained.evaluation
    st.markdown(
        _(
            "**Recall**: of the images that show a digit, how many were recognised. "
            "**Precision**: of the answers that name a digit, how many are right."
        )
    )
    chart, table = st.columns([3, 2], gap="large")
    with chart:
        show_chart(
            figures.precision_and_recall(evaluation.precision, evaluation.recall),
            "train_each_digit",
        )
        st.caption(_what_to_notice(evaluation))
    rows = [
        {
            _("Digit"): str(digit),
            _("Images"): count(int(n_images)),
            _("Recall"): percent(recall, 2),
            _("Precision"): percent(precision, 2),
        }
        for digit, (n_images, recall, precision) in enumerate(
            zip(
                evaluation.confusion.sum(axis=1),
                evaluation.recall,
                evaluation.precision,
                strict=True,
            )
        )
    ]
    table.markdown(markdown_table(rows))


def _what_to_notice(evaluation: Evaluation) -> str:
    """Return which digit is recognised least."""
    worst = int(np.nanargmin(evaluation.recall))
    if evaluation.recall[worst] == 1:
        return _("Notice: every digit is recognised every time.")
    errors = evaluation.confusion[worst].copy()
    errors[worst] = 0
    return _(
        "Notice the lowest recall: the digit {digit}, missed {n} times, most often for a {answer}. "
        "The axis does not begin at 0."
    ).format(digit=worst, n=errors.sum(), answer=errors.argmax())
