"""The training of a session: started here, and found again by the link of the page."""

import streamlit as st

from dashboard import resources, state
from dashboard.language import _
from dashboard.training.jobs import Job, QueueFullError
from nncore.recipe import Recipe

# In the link, so that a reload finds the training that the session itself has forgotten.
LINK_KEY = "train_job"


def current_job() -> Job | None:
    """Return the training that the link or the session names; say so on the page if it is gone."""
    remembered = state.of_session(state.TrainingState)
    job_id = st.query_params.get(LINK_KEY, remembered.job_id)
    if job_id is None:
        return None
    job = resources.job_queue().find(job_id)
    if job is None:
        st.info(
            _(
                "The training of this link is no longer there: the server was started anew, or "
                "nobody had looked at it for a long time. Train again, or go on with a model that "
                "you have saved."
            )
        )
        forget()
        return None
    remembered.remember(job)
    st.query_params[LINK_KEY] = job.id
    return job


def steers(job: Job) -> bool:
    """Return whether the session may stop and steer a job: not one that it only has a link to."""
    is_chosen = state.of_session(state.TrainingState).steered_id == job.id
    return is_chosen or job.owner == state.owner()


def take_over(job: Job) -> None:
    """Steer a job of another session from here, as after a reload."""
    state.of_session(state.TrainingState).steered_id = job.id


def start(recipe: Recipe, start_model: bytes | None = None, *, is_paused: bool = False) -> None:
    """Put a training into the queue and remember it; if it is not taken, say why on the page."""
    queue, remembered = resources.job_queue(), state.of_session(state.TrainingState)
    try:
        job = queue.submit(recipe, start_model, owner=state.owner(), is_paused=is_paused)
    except (QueueFullError, ValueError) as error:
        st.toast(_(str(error)))
        return
    remembered.remember(job)
    st.query_params[LINK_KEY] = job.id


def choose(recipe: Recipe | None) -> None:
    """Keep the settings of the next training; None if those on the page do not go together."""
    state.of_session(state.TrainingState).recipe = recipe


def start_chosen(start_model: bytes | None = None, *, is_paused: bool = False) -> None:
    """Train with the settings that were chosen; parameters as for `start`."""
    recipe = state.of_session(state.TrainingState).recipe
    if recipe is None:
        st.toast(_("The settings do not go together: they say above what to change."))
    else:
        start(recipe, start_model, is_paused=is_paused)


def forget() -> None:
    """Turn away from the training; it goes on if it has not ended."""
    state.of_session(state.TrainingState).job_id = None
    st.query_params.pop(LINK_KEY, None)
