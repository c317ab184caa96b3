"""What a session remembers from page to page, beside the values of its widgets."""

from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from dashboard import resources
from dashboard.training.jobs import Job

State = TypeVar("State")


@dataclass
class TrainingState:
    """What the training page remembers.

    Attributes
    ----------
    job_id : str or None
        The session's last training.
    """

    job_id: str | None = None

    def job(self) -> Job | None:
        """Return the session's training, unless there is none or it has been forgotten."""
        return resources.job_queue().find(self.job_id) if self.job_id else None


def of_session(kind: type[State]) -> State:
    """Return the session's only object of a dataclass whose fields all have defaults."""
    name = f"state_{kind.__name__}"
    if name not in st.session_state:
        st.session_state[name] = kind()
    return st.session_state[name]
