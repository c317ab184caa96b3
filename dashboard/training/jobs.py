"""Training jobs: worker processes that belong to the server, not to a run of a page.

Leaving the page, a reload or a lost connection loses nothing. Nothing here knows Streamlit: the
threads that follow the workers must not.
"""

import atexit
import json
import logging
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

from dashboard.language import N_
from nncore.commands.train import train_arguments
from nncore.recipe import Recipe
from nncore.training import EpochResult, Progress

_log = logging.getLogger(__name__)
_PROJECT = Path(__file__).parents[2]
# A job that no page has asked for during so long is forgotten, with its files.
_FORGET_AFTER_S = 2 * 3600
# How long a worker may take to write its last model before it is killed.
_STOP_S = 5


class JobState(Enum):
    """Where a job is in its life."""

    WAITING = auto()
    RUNNING = auto()
    DONE = auto()
    STOPPED = auto()
    FAILED = auto()


class QueueFullError(RuntimeError):
    """No further job is taken at the moment."""


@dataclass
class Job:
    """One training. Pages read it at any time; `JobQueue` alone changes it.

    Attributes
    ----------
    id : str
        Not to be guessed, so that it may stand in a link.
    recipe : Recipe
    folder : Path
        Where its files are.
    state : JobState
    curve : list of Progress
        All reports of the worker so far.
    epochs : list of EpochResult
        The epochs that this job has finished.
    error : str
        What went wrong, in a sentence in English, if `state` is FAILED.
    """

    id: str
    recipe: Recipe
    folder: Path
    state: JobState = JobState.WAITING
    curve: list[Progress] = field(default_factory=list)
    epochs: list[EpochResult] = field(default_factory=list)
    error: str = ""
    started_at: float | None = None
    seen_at: float = field(default_factory=time.monotonic)

    @property
    def model_path(self) -> Path:
        """The model of the last finished epoch; before the first, of the start."""
        return self.folder / "model.npz"

    @property
    def start_path(self) -> Path:
        """The model that the job goes on with, if it does."""
        return self.folder / "start.npz"

    @property
    def is_active(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def fraction(self) -> float:
        """Share of the job's epochs that is done, in 0-1."""
        done = float(len(self.epochs))
        if self.curve and not (self.epochs and self.epochs[-1].epoch >= self.curve[-1].epoch):
            done += self.curve[-1].fraction
        return min(1.0, done / self.recipe.epochs)

    @property
    def remaining_s(self) -> float | None:
        """Seconds until the end at the speed so far; None before there is one."""
        if self.started_at is None or not self.fraction:
            return None
        return (time.monotonic() - self.started_at) * (1 - self.fraction) / self.fraction


class JobQueue:
    """Runs jobs in worker processes, a few at a time, in the order in which they came.

    Parameters
    ----------
    max_running : int, optional
        Workers at a time; by default one for each core.
    max_waiting : int
        Jobs that may wait before further ones are refused.
    """

    def __init__(self, max_running: int | None = None, max_waiting: int = 50):
        self._max_running = max_running or os.cpu_count() or 1
        self._max_waiting = max_waiting
        self._folder = Path(tempfile.mkdtemp(prefix="training-jobs-"))
        self._jobs: dict[str, Job] = {}
        self._workers: dict[str, subprocess.Popen] = {}
        self._stopping: set[str] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(self._max_running, thread_name_prefix="training-job")
        atexit.register(self.close)

    def submit(self, recipe: Recipe, start_model: bytes | None = None) -> Job:
        """Put a training into the queue.

        Parameters
        ----------
        recipe : Recipe
        start_model : bytes, optional
            A model file to go on with; the recipe's epochs count from there.

        Returns
        -------
        Job

        Raises
        ------
        QueueFullError
            If too many jobs are waiting.
        """
        self._forget_old_jobs()
        with self._lock:
            waiting = sum(job.state is JobState.WAITING for job in self._jobs.values())
            if waiting >= self._max_waiting:
                raise QueueFullError("too many trainings are waiting")
            job_id = secrets.token_urlsafe(16)
            job = Job(job_id, recipe, self._folder / job_id)
            job.folder.mkdir()
            if start_model is not None:
                job.start_path.write_bytes(start_model)
            self._jobs[job_id] = job
        self._pool.submit(self._run, job)
        return job

    def find(self, job_id: str) -> Job | None:
        """Return the job with this id, or None if there is none (any more)."""
        job = self._jobs.get(job_id)
        if job is not None:
            job.seen_at = time.monotonic()
        return job

    def place(self, job: Job) -> int:
        """Return how many jobs are waiting up to and including this one; 0 once it runs."""
        if job.state is not JobState.WAITING:
            return 0
        waiting = [j for j in list(self._jobs.values()) if j.state is JobState.WAITING]
        return waiting.index(job) + 1 if job in waiting else 0

    def stop(self, job: Job) -> None:
        """End a job; what it has learnt up to its last finished epoch is kept."""
        with self._lock:
            self._stopping.add(job.id)
            if job.state is JobState.WAITING:
                job.state = JobState.STOPPED
            worker = self._workers.get(job.id)
        if worker is not None:
            worker.terminate()
            killer = threading.Timer(_STOP_S, worker.kill)
            killer.daemon = True
            killer.start()

    def close(self) -> None:
        """End all workers and delete all files."""
        for job in list(self._jobs.values()):
            self.stop(job)
        self._pool.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, job: Job) -> None:
        """Follow one worker from start to end; runs in a thread of the pool."""
        try:
            with self._lock:
                if not job.is_active:
                    return
                worker = self._workers[job.id] = _start_worker(job)
                job.state, job.started_at = JobState.RUNNING, time.monotonic()
            with worker:
                for line in worker.stdout:
                    _apply_event(job, json.loads(line))
        except Exception:
            _log.exception("following a training failed")
        with self._lock:
            worker = self._workers.pop(job.id, None)
            if job.id in self._stopping:
                job.state = JobState.STOPPED
            elif worker is not None and worker.returncode == 0:
                job.state = JobState.DONE
            else:
                job.error = job.error or N_("The training ended unexpectedly: start it again.")
                job.state = JobState.FAILED

    def _forget_old_jobs(self) -> None:
        """Delete the jobs that no page has asked for in a long time."""
        with self._lock:
            oldest = time.monotonic() - _FORGET_AFTER_S
            old = [j for j in self._jobs.values() if not j.is_active and j.seen_at < oldest]
            for job in old:
                del self._jobs[job.id]
                self._stopping.discard(job.id)
                shutil.rmtree(job.folder, ignore_errors=True)


def _start_worker(job: Job) -> subprocess.Popen:
    """Start the command line that trains; its complaints go to a file beside the model."""
    resume = job.start_path if job.start_path.exists() else None
    with open(job.folder / "complaints.txt", "w") as complaints:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "nncore", "train", "--events", f"--out={job.model_path}"),
                *train_arguments(job.recipe, resume),
            ],
            cwd=_PROJECT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
        )


def _apply_event(job: Job, event: dict[str, Any]) -> None:
    """Take over what the worker reports."""
    kind = event.pop("event")
    if kind == "progress":
        job.curve.append(Progress(**event))
    elif kind == "epoch":
        job.epochs.append(EpochResult(**event))
    elif kind == "error":
        job.error = event["message"]
