"""How far a network's confidence can be relied on, and what it gains by refusing to answer."""

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.figures import confidence as figures
from dashboard.language import _
from dashboard.training.results.wording import count, ends_in_softmax, percent
from nncore.calibration import CalibrationCurve, acceptance_curve, calibration_curve

_THRESHOLDS = np.linspace(0, 1, 101)
# Less than this is not worth calling too sure or not sure enough, in shares.
_SMALL_GAP = 0.005


def show_confidence(trained: resources.EvaluatedModel) -> None:
    """Show confidence against accuracy, and accuracy against the threshold of acceptance."""
    evaluation = trained.evaluation
    is_right = evaluation.predictions == evaluation.labels
    # Outputs that are no probabilities may lie outside of 0 to 1.
    confidences = np.clip(evaluation.probabilities.max(axis=1), 0, 1)
    if not ends_in_softmax(trained.model.network):
        st.caption(
            _(
                "The outputs of this network are no probabilities: nothing makes the ten of them "
                "sum to 1. Its largest output is taken for its confidence."
            )
        )
    calibration, acceptance = st.columns(2, gap="large")
    with calibration:
        _show_calibration(calibration_curve(confidences, is_right))
    with acceptance:
        _show_acceptance(confidences, is_right)


def _show_calibration(curve: CalibrationCurve) -> None:
    """Show how often answers are right beside how sure the network was of them."""
    st.subheader(_("Is it as often right as it is sure?"), anchor=False)
    show_chart(figures.calibration(curve), "train_calibration")
    if curve.overconfidence > _SMALL_GAP:
        verdict = _("this network is too sure of itself")
    elif curve.overconfidence < -_SMALL_GAP:
        verdict = _("this network is right more often than it is sure")
    else:
        verdict = _("on the whole this network knows how sure it may be")
    st.caption(
        _(
            "Confidence and accuracy differ by {points:.1f} points on average (the expected "
            "calibration error): {verdict}. Notice how few answers most dots stand for; the "
            "counts below have a scale that grows by a factor of 100."
        ).format(points=100 * curve.expected_error, verdict=verdict)
    )


def _show_acceptance(confidences: np.ndarray, is_right: np.ndarray) -> None:
    """Let the reader choose a threshold, and show what is refused and what is right of the rest."""
    st.subheader(_("What does it gain by refusing?"), anchor=False)
    threshold = st.slider(
        _("Threshold of acceptance: up to it, the answer is “not sure”"),
        0.0,
        1.0,
        0.5,
        step=0.01,
        key="train_threshold",
        bind="query-params",
    )
    chosen = acceptance_curve(confidences, is_right, np.array([threshold]))
    n_accepted, n_right = int(chosen.n_accepted[0]), int(chosen.n_right[0])
    refused, right = st.columns(2)
    refused.metric(
        _("Refused"),
        percent(chosen.refused_share[0]),
        _("{n} answers").format(n=count(chosen.n_answers - n_accepted)),
        delta_color="off",
        delta_arrow="off",
    )
    right.metric(
        _("Right, of the accepted"),
        percent(chosen.accuracy[0], 2),
        _("without refusing: {share}").format(share=percent(is_right.mean(), 2)),
        delta_color="off",
        delta_arrow="off",
    )
    show_chart(
        figures.acceptance(acceptance_curve(confidences, is_right, _THRESHOLDS), threshold),
        "train_acceptance",
    )
    st.caption(
        _(
            "Of {wrong} wrong answers {left} are still accepted, and {lost} right ones are "
            "refused. Notice that no threshold is free of errors until it refuses much."
        ).format(
            wrong=count(int((~is_right).sum())),
            left=count(n_accepted - n_right),
            lost=count(int(is_right.sum()) - n_right),
        )
    )
