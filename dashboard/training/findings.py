"""The diagnosis of a training on the page, each finding with a button that applies its remedy."""

from dataclasses import replace

import streamlit as st

from dashboard import resources
from dashboard.language import _
from dashboard.training import form, session
from dashboard.training.jobs import Job
from nncore.diagnosis import Finding
from nncore.recipe import Recipe


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
                _offer_remedy(job, finding, f"train_remedy_{number}")


def _offer_remedy(job: Job, finding: Finding, key: str) -> None:
    """Show a button that applies a remedy as far as the form goes, or say that it goes no further.

    What the form does not show, the reader would not know to have been trained with.
    """
    wanted = replace(job.recipe, **finding.changes)
    recipe = form.nearest(wanted)
    if recipe is None:
        st.caption(
            _(
                "The settings above have no fields for a network of so many or so large layers: "
                "choose fewer or smaller ones there, and train anew."
            )
        )
        return
    is_reached = all(getattr(recipe, name) == finding.changes[name] for name in finding.changes)
    if not is_reached and not any(
        _is_nearer(getattr(recipe, name), getattr(job.recipe, name), value)
        for name, value in finding.changes.items()
    ):
        st.caption(
            _(
                "The settings above go no further: a learning rate of {rate:g} is the lowest, and "
                "{epochs} epochs are the most. Change something else there, such as the layers or "
                "the optimiser."
            ).format(rate=form.LIMITS["learning_rate"][0], epochs=form.LIMITS["epochs"][1])
        )
        return
    if recipe != wanted:
        st.caption(
            _("What comes nearest to that in the settings above is: {settings}.").format(
                settings=form.recipe_in_words(recipe)
            )
        )
    st.button(
        _("Change that and train anew"),
        icon=":material/healing:",
        key=key,
        on_click=_apply_remedy,
        args=(job, recipe),
    )


def _is_nearer(value: float | str, before: float | str, wanted: float | str) -> bool:
    """Return whether a setting comes nearer to what is wanted than it was before."""
    if value == wanted:
        return before != wanted
    return abs(value - wanted) < abs(before - wanted)


def _apply_remedy(job: Job, recipe: Recipe) -> None:
    """Fill in the settings of a remedy, and train by them in the place of a job."""
    resources.job_queue().stop(job)
    form.fill_in(recipe)
    session.start(recipe)
