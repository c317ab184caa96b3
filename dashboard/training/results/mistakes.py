"""The images that a network answered wrong."""

import streamlit as st

from dashboard import resources
from dashboard.language import _, ngettext
from dashboard.training.results import gallery
from dashboard.training.results.wording import ends_in_softmax


def show_mistakes(trained: resources.EvaluatedModel) -> None:
    """Show the images that were answered wrong, the most confident answers first."""
    evaluation = trained.evaluation
    wrong = evaluation.mistakes()
    if not len(wrong):
        st.markdown(_("Not a single test image was answered wrong."))
        return
    st.caption(
        ngettext(
            "{n} mistake: true digit → answer, and how sure the network was.",
            "{n} mistakes, the surest first: true digit → answer, and how sure the network was. "
            "Notice how many of the first you would read wrong as well.",
            len(wrong),
        ).format(n=len(wrong))
    )
    gallery.show_digits(
        evaluation,
        wrong,
        "train_mistakes_page",
        are_probabilities=ends_in_softmax(trained.model.network),
    )
