"""What a session remembers from page to page, beside the values of its widgets."""

import secrets
from dataclasses import dataclass, field
from typing import TypeVar

import streamlit as st

from dashboard import resources
from dashboard.training.jobs import Job
from nncore.recipe import Recipe

State = TypeVar("State")


@dataclass
class TrainingState:
    """What the training page remembers.

    Attributes
    ----------
    job_id : str or None
        The session's last training, or the one whose link it was opened with.
    steered_id : str or None
        A training of another session that the reader has asked to steer from here.
    job_ids : list of str
        All trainings of the page, those of links included, in the order in which they came.
    recipe : Recipe or None
        The settings of the next training, as they are on the page.
    """

    job_id: str | None = None
    steered_id: str | None = None
    job_ids: list[str] = field(default_factory=list)
    recipe: Recipe | None = None

    def job(self) -> Job | None:
        """Return the session's training, unless there is none or it has been forgotten."""
        return resources.job_queue().find(self.job_id) if self.job_id else None

    def remember(self, job: Job) -> None:
        """Make a training the one that the page shows."""
        self.job_id = job.id
        if job.id not in self.job_ids:
            self.job_ids.append(job.id)


@dataclass
class _Owner:
    """Who the session is to the queue of trainings: a name that nobody can guess."""

    name: str = field(default_factory=lambda: secrets.token_urlsafe(16))


def of_session(kind: type[State]) -> State:
    """Return the session's only object of a dataclass whose fields all have defaults."""
    name = f"state_{kind.__name__}"
    # Not asked first whether it is there: each look at the session takes as long as a container.
    try:
        return st.session_state[name]
    except KeyError:
        st.session_state[name] = made = kind()
        return made


def owner() -> str:
    """Return the name under which the session's trainings run one after another."""
    return of_session(_Owner).name
