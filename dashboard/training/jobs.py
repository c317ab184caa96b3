"""Training jobs: worker processes that belong to the server, not to a run of a page.

Leaving the page, a reload or a lost connection loses nothing. Nothing here knows Streamlit: the
threads that follow the workers must not.
"""

import atexit
import contextlib
import heapq
import json
import logging
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.language import N_
from dashboard.settings import Settings
from nncore.commands.train import train_arguments
from nncore.commands.watching import ANSWERS_NAME, FIRST_LAYER_NAME, snapshots
from nncore.diagnosis import Finding, finding_from_record
from nncore.recipe import Recipe
from nncore.training import EpochResult, Progress
from nncore.vitals import VitalSigns

_log = logging.getLogger(__name__)
_PROJECT = Path(__file__).parents[2]
_FOLDER_PREFIX = "training-jobs-"
# Folders of servers that were killed; none of ours lives that long without being written to.
_ORPHANED_AFTER_S = 2 * 24 * 3600
# How long a worker may take to end before it is killed.
_STOP_S = 1.5
# Of one pass over one image with one parameter, before a worker has shown how fast it is.
_FIRST_GUESS_S = 1.5e-10

_TOOK_TOO_LONG = N_("It has reached the time that a training may take here.")
_PAUSED_TOO_LONG = N_("It was paused for so long that it kept others waiting.")
_ENDED_UNEXPECTEDLY = N_("The training ended unexpectedly: start it again.")


class JobState(Enum):
    """Where a job is in its life."""

    WAITING = auto()
    RUNNING = auto()
    DONE = auto()
    STOPPED = auto()
    FAILED = auto()


class QueueFullError(RuntimeError):
    """No further job is taken at the moment."""


@dataclass(eq=False)
class Job:
    """One training. Pages read it at any time; `JobQueue` alone changes it.

    Attributes
    ----------
    id : str
        Not to be guessed, so that it may stand in a link.
    recipe : Recipe
    owner : str
        Whose it is; of each owner one job runs at a time.
    folder : Path
        Where its files are.
    state : JobState
    is_paused : bool
    curve : list of Progress
        All reports of the worker so far.
    epochs : list of EpochResult
        The epochs that this job has finished.
    vitals : list of VitalSigns
        About one a second.
    findings : list of Finding
        What keeps the network from learning, as of the last finished epoch.
    error : str
        What went wrong, in a sentence in English, if `state` is FAILED; why it was ended, if it
        was STOPPED by the queue.
    """

    id: str
    recipe: Recipe
    owner: str
    folder: Path
    state: JobState = JobState.WAITING
    is_paused: bool = False
    curve: list[Progress] = field(default_factory=list)
    epochs: list[EpochResult] = field(default_factory=list)
    vitals: list[VitalSigns] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
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
        """Seconds of training until the end at the speed so far; None before there is one."""
        if not self.curve or not self.fraction:
            return None
        return self._trained_s * (1 - self.fraction) / self.fraction

    @property
    def _trained_s(self) -> float:
        """Seconds that this job has trained, pauses not counted."""
        before = self.curve[0].elapsed_s if len(self.curve) > 1 else 0.0
        return self.curve[-1].elapsed_s - before

    def snapshots(self) -> dict[int, Path]:
        """Return the models of the epochs that were kept, by epoch; 0 is the untrained one."""
        return snapshots(self.folder)

    def first_layer(self) -> np.ndarray | None:
        """Return the weights of the first neurons, (n, 28, 28) float16, as they are now."""
        return self._array(FIRST_LAYER_NAME)

    def answers(self) -> np.ndarray | None:
        """Return the outputs of the ended job's model for the test images, (n, 10)."""
        return self._array(ANSWERS_NAME)

    def _array(self, name: str) -> np.ndarray | None:
        """Return an array of the worker's, or None before there is one."""
        try:
            return np.load(self.folder / name, allow_pickle=False)
        except OSError:
            return None


class JobQueue:
    """Runs jobs in worker processes, a few at a time, in the order in which they came.

    Parameters
    ----------
    settings : Settings, optional
        How many may run and wait, and for how long; by default those of the environment.
    """

    def __init__(self, settings: Settings | None = None):
        self._settings = settings or Settings.from_environment()
        _delete_orphaned_folders()
        self._folder = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX))
        self._jobs: dict[str, Job] = {}
        self._workers: dict[str, subprocess.Popen] = {}
        # What workers that have not started yet are to be told first.
        self._untold: dict[str, list[dict[str, Any]]] = {}
        self._timers: dict[str, threading.Timer] = {}
        self._followers: list[threading.Thread] = []
        self._stopping: set[str] = set()
        self._seconds_per_unit: list[float] = []
        self._is_closed = False
        self._lock = threading.RLock()
        atexit.register(self.close)

    def submit(
        self,
        recipe: Recipe,
        start_model: bytes | None = None,
        *,
        owner: str,
        is_paused: bool = False,
    ) -> Job:
        """Put a training into the queue.

        Parameters
        ----------
        recipe : Recipe
        start_model : bytes, optional
            A model file to go on with; the recipe's epochs count from there.
        owner : str
            Whose job it is.
        is_paused : bool
            Whether it pauses before its first mini-batch.

        Returns
        -------
        Job

        Raises
        ------
        QueueFullError
            If too many jobs are waiting, or there is no room left for files.
        """
        self._forget_old_jobs()
        with self._lock:
            if len(self._waiting()) >= self._settings.waiting_jobs or self._is_closed:
                raise QueueFullError("too many trainings are waiting")
            job_id = secrets.token_urlsafe(16)
            job = Job(job_id, recipe, owner, self._folder / job_id, is_paused=is_paused)
            try:
                job.folder.mkdir()
                if start_model is not None:
                    job.start_path.write_bytes(start_model)
            except OSError as error:
                raise QueueFullError("there is no room for the files of a training") from error
            self._jobs[job_id] = job
            self._untold[job_id] = []
            self._start_next()
        return job

    def find(self, job_id: str) -> Job | None:
        """Return the job with this id, or None if there is none (any more)."""
        job = self._jobs.get(job_id)
        if job is not None:
            job.seen_at = time.monotonic()
        return job

    def place(self, job: Job) -> int:
        """Return how many jobs are waiting up to and including this one; 0 once it runs."""
        with self._lock:
            waiting = self._waiting()
            return waiting.index(job) + 1 if job in waiting else 0

    def expected_wait_s(self, job: Job) -> float:
        """Return in how many seconds a job should begin; 0 if it has."""
        with self._lock:
            free_at = [self._expected_s(other) for other in self._running()]
            free_at += [0.0] * (self._settings.running_jobs - len(free_at))
            heapq.heapify(free_at)
            for other in self._waiting():
                begins = heapq.heappop(free_at)
                if other is job:
                    return begins
                heapq.heappush(free_at, begins + self._expected_s(other))
        return 0.0

    def pause(self, job: Job) -> None:
        """Have a job pause after the mini-batches that it is at."""
        self._tell(job, {"command": "pause"})

    def resume(self, job: Job) -> None:
        """Have a paused job go on."""
        self._tell(job, {"command": "resume"})

    def run_batch(self, job: Job) -> None:
        """Have a job take one mini-batch and pause."""
        self._tell(job, {"command": "batch"})

    def run_epoch(self, job: Job) -> None:
        """Have a job go on to the end of its epoch and pause."""
        self._tell(job, {"command": "epoch"})

    def change_learning_rate(self, job: Job, learning_rate: float) -> None:
        """Have a job go on with another learning rate, from which its schedule starts."""
        self._tell(job, {"command": "learning_rate", "value": learning_rate})

    def stop(self, job: Job, reason: str = "") -> None:
        """End a job; what it has learnt up to its last finished epoch is kept.

        Parameters
        ----------
        job : Job
        reason : str
            Why, in a sentence in English, if it was not its owner who wanted it.
        """
        with self._lock:
            if not job.is_active:
                return
            self._stopping.add(job.id)
            job.error = reason
            if job.state is JobState.WAITING:
                job.state = JobState.STOPPED
                self._untold.pop(job.id, None)
            worker = self._workers.get(job.id)
        if worker is not None:
            worker.terminate()
            killer = threading.Timer(_STOP_S, worker.kill)
            killer.daemon = True
            killer.start()

    def close(self) -> None:
        """End all workers and delete all files."""
        self._is_closed = True
        for job in list(self._jobs.values()):
            self.stop(job)
        for follower in list(self._followers):
            follower.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _waiting(self) -> list[Job]:
        """Return the jobs that wait, first come first."""
        return [job for job in self._jobs.values() if job.state is JobState.WAITING]

    def _running(self) -> list[Job]:
        """Return the jobs that run."""
        return [job for job in self._jobs.values() if job.state is JobState.RUNNING]

    def _start_next(self) -> None:
        """Start the jobs whose turn it is; the lock is held."""
        running = self._running()
        owners = {job.owner for job in running}
        for job in self._waiting():
            if len(running) >= self._settings.running_jobs or self._is_closed:
                return
            if job.owner in owners:
                continue
            job.state, job.started_at = JobState.RUNNING, time.monotonic()
            running.append(job)
            owners.add(job.owner)
            follower = threading.Thread(target=self._follow, args=(job,), daemon=True)
            self._followers = [*(f for f in self._followers if f.is_alive()), follower]
            follower.start()

    def _follow(self, job: Job) -> None:
        """Follow one worker from start to end; runs in a thread of its own."""
        worker = None
        try:
            with self._lock:
                if job.id not in self._stopping:
                    worker = self._workers[job.id] = _start_worker(job)
                    for command in self._untold.pop(job.id):
                        self._tell(job, command)
            if worker is not None:
                self._end_after(job, "run", 60 * self._settings.job_minutes, _TOOK_TOO_LONG)
                with worker:
                    for line in worker.stdout:
                        self._take_over(job, json.loads(line))
        except Exception:
            _log.exception("following a training failed")
            if worker is not None:
                worker.kill()
        with self._lock:
            self._workers.pop(job.id, None)
            self._untold.pop(job.id, None)
            for name in ("run", "pause"):
                self._cancel_end(job, name)
            job.is_paused = False
            if job.id in self._stopping:
                job.state = JobState.STOPPED
            elif worker is not None and worker.returncode == 0:
                job.state = JobState.DONE
                self._learn_speed(job)
            else:
                job.error = job.error or _ENDED_UNEXPECTEDLY
                job.state = JobState.FAILED
            self._stopping.discard(job.id)
            self._start_next()

    def _take_over(self, job: Job, event: dict[str, Any]) -> None:
        """Take over what the worker reports."""
        match event.pop("event"):
            case "progress":
                job.curve.append(Progress(**event))
            case "epoch":
                job.epochs.append(EpochResult(**event))
            case "vitals":
                signs = {k: tuple(v) if isinstance(v, list) else v for k, v in event.items()}
                job.vitals.append(VitalSigns(**signs))
            case "diagnosis":
                job.findings = [finding_from_record(record) for record in event["findings"]]
            case "paused":
                job.is_paused = event["paused"]
                if job.is_paused:
                    limit_s = 60 * self._settings.pause_minutes
                    self._end_after(job, "pause", limit_s, _PAUSED_TOO_LONG)
                else:
                    self._cancel_end(job, "pause")
            case "error":
                job.error = event["message"]

    def _tell(self, job: Job, command: dict[str, Any]) -> None:
        """Send a command to a job's worker, as soon as it has one."""
        with self._lock:
            worker = self._workers.get(job.id)
            if worker is None and job.id in self._untold:
                self._untold[job.id].append(command)
            elif worker is not None:
                # A worker that has just ended needs no command any more.
                with contextlib.suppress(OSError, ValueError):
                    worker.stdin.write(json.dumps(command) + "\n")
                    worker.stdin.flush()

    def _end_after(self, job: Job, name: str, limit_s: float, reason: str) -> None:
        """Stop a job in some time, unless that is cancelled."""
        self._cancel_end(job, name)
        timer = threading.Timer(limit_s, self.stop, (job, reason))
        timer.daemon = True
        self._timers[job.id + name] = timer
        timer.start()

    def _cancel_end(self, job: Job, name: str) -> None:
        """Cancel what `_end_after` has planned under a name."""
        timer = self._timers.pop(job.id + name, None)
        if timer is not None:
            timer.cancel()

    def _expected_s(self, job: Job) -> float:
        """Return how long a job should still take."""
        if job.remaining_s is not None:
            return job.remaining_s
        per_unit = self._seconds_per_unit or [_FIRST_GUESS_S]
        return statistics.median(per_unit) * _units(job.recipe)

    def _learn_speed(self, job: Job) -> None:
        """Remember how long a job took, for the waits that are to be expected."""
        duration_s = time.monotonic() - job.started_at
        self._seconds_per_unit = [*self._seconds_per_unit[-20:], duration_s / _units(job.recipe)]

    def _forget_old_jobs(self) -> None:
        """Delete the jobs that no page has asked for in a long time."""
        with self._lock:
            oldest = time.monotonic() - 60 * self._settings.keep_minutes
            old = [j for j in self._jobs.values() if not j.is_active and j.seen_at < oldest]
            for job in old:
                del self._jobs[job.id]
                shutil.rmtree(job.folder, ignore_errors=True)


def _units(recipe: Recipe) -> int:
    """Return the passes of one image through one parameter that a training takes."""
    n_parameters = sum((a + 1) * b for a, b in zip(recipe.layers, recipe.layers[1:], strict=False))
    return recipe.epochs * (recipe.training_images or 60_000) * n_parameters


def _start_worker(job: Job) -> subprocess.Popen:
    """Start the command line that trains; its complaints go to a file beside the model."""
    resume = job.start_path if job.start_path.exists() else None
    with open(job.folder / "complaints.txt", "w") as complaints:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "nncore", "train", "--events", "--steered"),
                *(f"--out={job.model_path}", f"--watch={job.folder}"),
                *(("--paused",) if job.is_paused else ()),
                *train_arguments(job.recipe, resume),
            ],
            cwd=_PROJECT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
        )


def _delete_orphaned_folders() -> None:
    """Delete what servers that were killed have left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _ORPHANED_AFTER_S:
                shutil.rmtree(folder, ignore_errors=True)
