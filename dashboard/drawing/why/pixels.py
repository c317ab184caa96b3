"""Which pixels of a drawing speak for the answer of a network, and which against it."""

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.fields import named_choice
from dashboard.figures import evidence as figures
from dashboard.language import _
from nncore.mnist import N_CLASSES
from nncore.pixel_evidence import PixelEvidence, pixel_evidence

_NEXT = "next"
_PAPER, _AVERAGE = "paper", "average"


def show_pixels(image: np.ndarray, reader: resources.EvaluatedModel) -> None:
    """Show what each pixel of an image adds to the answers of a network.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
    reader : EvaluatedModel
        The network that answers.
    """
    baseline = _choose_baseline()
    try:
        evidence = pixel_evidence(reader.model.network, image, baseline)
    except ValueError:
        st.error(
            _(
                "This network has a softmax between its layers, through which pixels cannot be "
                "followed: choose another network."
            )
        )
        return
    if not np.isfinite(evidence.maps).all():
        st.error(_("This network's outputs are too large for a number: choose another network."))
        return
    answer, following = (int(digit) for digit in evidence.scores.argsort()[:-3:-1])
    one, all_of_them = st.columns([2, 3], gap="large")
    with one:
        other = _choose_other(answer, following)
        show_chart(
            figures.evidence_map(evidence.rather_than(answer, other), image), "draw_evidence"
        )
        _say_sum(evidence, answer, other)
    with all_of_them:
        st.markdown(_("**Each answer against the mean of all ten**"))
        show_chart(figures.answer_maps(evidence.rather_than_others(), answer), "draw_answer_maps")
        st.caption(
            _(
                "Blue pixels speak for an answer, orange ones against it; the number is their sum. "
                "Notice that the same stroke is blue in one picture and orange in another: that is "
                "where two digits part."
            )
            + " "
            + (
                _("Beside blank paper only ink speaks; beside the average, missing ink does too.")
                if baseline is None
                else _("Beside the average digit, paper where others have ink speaks as well.")
            )
        )


def _choose_baseline() -> np.ndarray | None:
    """Let the reader choose what the drawing is compared with: None for paper, or (28, 28)."""
    names = {_PAPER: _("Beside blank paper"), _AVERAGE: _("Beside the average of all digits")}
    if named_choice(_("What the drawing is compared with"), names, key="draw_baseline") == _PAPER:
        return None
    return resources.average_digits().mean(axis=0)


def _choose_other(answer: int, following: int) -> int:
    """Let the reader choose the digit to compare the answer with; at first the next best one."""
    names = {
        _NEXT: _("the next best answer"),
        **{str(digit): str(digit) for digit in range(N_CLASSES)},
    }
    code = st.selectbox(
        _("Why {answer} rather than …").format(answer=answer),
        list(names),
        format_func=names.__getitem__,
        key="draw_rival",
        persist_state="session",
    )
    return following if code in (_NEXT, str(answer)) else int(code)


def _say_sum(evidence: PixelEvidence, answer: int, other: int) -> None:
    """Say how the lead of the answer is made up of its pixels."""
    pixels = evidence.rather_than(answer, other)
    start, lead = (
        float(scores[answer] - scores[other])
        for scores in (evidence.baseline_scores, evidence.scores)
    )
    st.markdown(
        _(
            "Lead of {answer} over {other} before a pixel is looked at: {start}. Pixels for it: "
            "{gain}. Pixels against it: {loss}. Together: **{lead}**."
        ).format(
            answer=answer,
            other=other,
            start=_signed(start),
            gain=_signed(float(pixels[pixels > 0].sum())),
            loss=_signed(float(pixels[pixels < 0].sum())),
            lead=_signed(lead),
        )
    )
    st.caption(
        _(
            "Scores are what goes into the last activation. The drawing is inked little by little, "
            "and every change of the scores is shared among the pixels that made it, so that the "
            "parts add up exactly."
        )
    )


def _signed(value: float) -> str:
    """Return a number with its sign."""
    return f"{value:+.2f}".replace("-", "−")
