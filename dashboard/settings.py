"""Settings of the server: all that the dashboard reads from its environment, in one place."""

import os
from dataclasses import dataclass, fields

from dashboard import cores


@dataclass(frozen=True)
class Settings:
    """What whoever runs the server may choose, each by an environment variable.

    The variable of a setting is ``NEURONS_`` and its name in capitals, as in
    ``NEURONS_RUNNING_JOBS=1``; one that is missing, or not a number above 0 where that is asked
    for, leaves the default.

    Attributes
    ----------
    running_jobs : int
        Trainings that compute at the same time; by default one for each core that the server may
        use.
    waiting_jobs : int
        Trainings that may wait; further ones are refused.
    job_minutes : int
        How long a training may run before it is stopped, pauses included.
    pause_minutes : int
        How long a training may pause before it is stopped, because it keeps others waiting.
    keep_minutes : int
        How long an ended training, and its files, are kept after a page has last shown it.
    server_cores : int
        How many cores the server itself keeps to; trainings use all.
    cluster : str
        The address of the scheduler of a Dask cluster on whose workers trainings run, such as
        ``tcp://10.0.0.5:8786``; without one, they run on the computer of the server.
    """

    running_jobs: int = cores.n_usable()
    waiting_jobs: int = 50
    job_minutes: int = 30
    pause_minutes: int = 5
    keep_minutes: int = 120
    server_cores: int = 1
    cluster: str = ""

    @classmethod
    def from_environment(cls) -> "Settings":
        """Return the settings that the environment asks for."""
        given: dict[str, int | str] = {}
        for field in fields(cls):
            text = os.environ.get(f"NEURONS_{field.name.upper()}", "").strip()
            if field.type is str:
                given[field.name] = text or field.default
            elif text.isdecimal() and int(text) > 0:
                given[field.name] = int(text)
        return cls(**given)
