"""The diagnosis of a training on the page, each finding with a button that applies its remedy."""

from dataclasses import replace

import streamlit as st

from dashboard import resources
from dashboard.language import _
from dashboard.training import form, session
from dashboard.training.jobs import Job
from nncore.diagnosis import Finding


def show_findings(job: Job) -> None:
    """Show what keeps a job's network from learning; nothing for a healthy one."""
    for number, finding in enumerate(job.findings):
        values, wording = finding.values, finding.wording
        with st.container(border=True):
            icon = ":material/error:" if finding.severity == "error" else ":material/warning:"
            st.markdown(f"{icon} **{_(wording.message).format(**values)}**")
            st.markdown(_(wording.explanation).format(**values))
            st.markdown(_(wording.remedy).format(**values))
            if finding.changes and (session.steers(job) or not job.is_active):
                st.button(
                    _("Change that and train anew"),
                    icon=":material/healing:",
                    key=f"train_remedy_{number}",
                    on_click=_apply_remedy,
                    args=(job, finding),
                )


def _apply_remedy(job: Job, finding: Finding) -> None:
    """Fill in the settings of a job with a remedy, and train by them in its place."""
    recipe = replace(job.recipe, **finding.changes)
    resources.job_queue().stop(job)
    form.fill_in(recipe)
    session.start(recipe)
