"""Experiments: trainings side by side, and a hunt for the bug in one."""

import streamlit as st

from dashboard import resources, shell
from dashboard.experiments.bug_hunt import show_bug_hunt
from dashboard.experiments.comparison import show_comparison
from dashboard.fields import named_choice
from dashboard.language import _
from dashboard.turns import fragment

COMPARE, BUG_HUNT = "compare", "bugs"


@fragment
def choose_and_show() -> None:
    """Let the reader choose what to do, and show it."""
    view = named_choice(
        _("What to do"),
        {COMPARE: _("Compare"), BUG_HUNT: _("Bug hunt")},
        key="experiments_view",
    )
    if view == COMPARE:
        show_comparison()
    else:
        show_bug_hunt()


with shell.page(shell.EXPERIMENTS):
    resources.mnist()
    st.markdown(
        _(
            "One training tells little. Two that differ in a single setting tell what the setting "
            "does, and one that went wrong tells how things go wrong. Guess first, then let the "
            "networks train: each experiment takes seconds."
        )
    )
    choose_and_show()
