"""The queue of the worker processes that train: they belong to the server, not to a run of a page.

Leaving the page, a reload or a lost connection loses nothing. Nothing here knows Streamlit: the
threads that follow the workers must not.
"""

import atexit
import heapq
import logging
import math
import secrets
import shutil
import statistics
import threading
import time
from pathlib import Path
from typing import Any, TypeVar

from dashboard.language import N_
from dashboard.settings import Settings
from dashboard.training.cluster import Cluster
from dashboard.training.job_folder import JobFolder
from dashboard.training.local_workers import ThisComputer
from dashboard.training.worker_jobs import FineTuningJob, Job, JobState, WorkerJob
from dashboard.training.workers import NoWorkerError, Worker, WorkerLostError
from nncore.fine_tuning import FineTuning
from nncore.model_files import load_model
from nncore.recipe import Recipe
from nncore.resuming import resumed_recipe

_log = logging.getLogger(__name__)
# How long a worker may take to end before it is killed.
_STOP_S = 1.5
# For a job that is itself what its workers are lost of, such as by want of memory.
_MOST_WORKERS = 4
# Of one pass over one image with one parameter, before a worker has shown how fast it is.
_FIRST_GUESS_S = 1.5e-10
# In a model file, next to which all else is small.
_BYTES_OF_A_PARAMETER = 4

_TOOK_TOO_LONG = N_("It has reached the time that a training may take here.")
_PAUSED_TOO_LONG = N_("It was paused for so long that it kept others waiting.")
_WORKERS_LOST = N_("Too many of the computers that trained were lost: start it again.")
_ENDED_UNEXPECTEDLY = N_("The training ended unexpectedly: start it again.")

_Kind = TypeVar("_Kind", bound=WorkerJob)


# More than all experiments of a visitor take, and few enough to leave others a place.
_WAITING_OF_ONE = 15
_TOO_MANY = N_("Too many trainings are waiting: try again in a minute.")
_TOO_MANY_OF_ONE = N_(
    "So many trainings of yours are waiting that others need the places: let some end first, or "
    "stop them."
)
_NO_ROOM = N_("The server's disk has no room for a further training: try again in some minutes.")


class QueueFullError(RuntimeError):
    """No further job is taken at the moment; the message is a sentence for whoever asked."""


class JobQueue:
    """Runs jobs in worker processes, a few at a time, in the order in which they came.

    Parameters
    ----------
    settings : Settings, optional
        Where jobs run, how many may run and wait, and for how long; by default those of the
        environment.
    """

    def __init__(self, settings: Settings | None = None):
        self._settings = settings or Settings.from_environment()
        self._folder = JobFolder()
        self._place = Cluster(self._settings.cluster) if self._settings.cluster else ThisComputer()
        self._jobs: dict[str, Job] = {}
        self._workers: dict[str, Worker] = {}
        # What the workers of active jobs have been told, or will be once they start.
        self._commands: dict[str, list[dict[str, Any]]] = {}
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
            What is chosen.
        start_model : bytes, optional
            A model file to go on with. The epochs count from there, and of the recipe those
            settings alone are used that are not fixed in the model; the job has what comes of it.
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
        ValueError
            If the model file is none, or cannot be trained on with these settings.
        """
        epochs_before = 0
        if start_model is not None:
            model = load_model(start_model)
            recipe, epochs_before = resumed_recipe(model, vars(recipe)), model.epochs_done
        job_id = secrets.token_urlsafe(16)
        job = Job(
            id=job_id,
            owner=owner,
            folder=self._folder.path / job_id,
            is_paused=is_paused,
            recipe=recipe,
            epochs_before=epochs_before,
        )
        files = {} if start_model is None else {job.start_path: start_model}
        self._enqueue(job, files)
        return job

    def submit_fine_tuning(
        self, model: bytes, digits: bytes, settings: FineTuning | None = None, *, owner: str
    ) -> FineTuningJob:
        """Put into the queue that a model gets used to a hand.

        Parameters
        ----------
        model : bytes
            A model file.
        digits : bytes
            A file of drawn digits, see `nncore.handwriting_set.HandwritingSet`.
        settings : FineTuning, optional
        owner : str
            Whose job it is.

        Returns
        -------
        FineTuningJob

        Raises
        ------
        QueueFullError
            As for `submit`.
        """
        job_id = secrets.token_urlsafe(16)
        job = FineTuningJob(
            id=job_id,
            owner=owner,
            folder=self._folder.path / job_id,
            settings=settings or FineTuning(),
            n_parameters=len(model) // _BYTES_OF_A_PARAMETER,
        )
        self._enqueue(job, {job.start_path: model, job.digits_path: digits})
        return job

    def find(self, job_id: str, kind: type[_Kind] = Job) -> _Kind | None:
        """Return the job of a kind with this id, or None if there is none (any more)."""
        job = self._jobs.get(job_id)
        # An id may come from a link, and a page shows one kind of job. Whoever tidies up a server's
        # temporary files may have deleted a job's.
        if not isinstance(job, kind) or not job.folder.is_dir():
            return None
        job.seen_at = time.monotonic()
        return job

    def place(self, job: WorkerJob) -> int:
        """Return how many jobs are waiting up to and including this one; 0 once it runs."""
        with self._lock:
            waiting = self._waiting()
            return waiting.index(job) + 1 if job in waiting else 0

    def expected_wait_s(self, job: WorkerJob) -> float:
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

    def stop(self, job: WorkerJob, reason: str = "") -> None:
        """End a job; what it has learnt up to its last finished epoch is kept.

        Parameters
        ----------
        job : WorkerJob
        reason : str
            Why, in a sentence in English, if it was not its owner who wanted it.
        """
        with self._lock:
            if not job.is_active:
                return
            job.error = reason
            if job.state is JobState.WAITING:
                job.state = JobState.STOPPED
                job.tidy_up()
                del self._commands[job.id]
            else:
                self._stopping.add(job.id)
            worker = self._workers.get(job.id)
        if worker is not None:
            worker.terminate()
            killer = threading.Timer(_STOP_S, worker.kill)
            killer.daemon = True
            killer.start()

    def forget(self, job: WorkerJob) -> None:
        """Stop a job and delete its files, at once or as soon as it has ended."""
        self.stop(job)
        job.seen_at = -math.inf
        self.forget_old_jobs()

    def forget_old_jobs(self) -> None:
        """Delete the jobs that no page has asked for in a long time."""
        with self._lock:
            oldest = time.monotonic() - 60 * self._settings.keep_minutes
            old = [j for j in self._jobs.values() if not j.is_active and j.seen_at < oldest]
            for job in old:
                del self._jobs[job.id]
                shutil.rmtree(job.folder, ignore_errors=True)

    def close(self) -> None:
        """End all workers and delete all files."""
        self._is_closed = True
        for job in list(self._jobs.values()):
            self.stop(job)
        for follower in list(self._followers):
            follower.join()
        self._place.close()
        self._folder.delete()

    def _enqueue(self, job: WorkerJob, files: dict[Path, bytes]) -> None:
        """Write the files of a job and let it wait for its turn; QueueFullError if it cannot."""
        self.forget_old_jobs()
        with self._lock:
            waiting = self._waiting()
            if len(waiting) >= self._settings.waiting_jobs or self._is_closed:
                raise QueueFullError(_TOO_MANY)
            if sum(other.owner == job.owner for other in waiting) >= _WAITING_OF_ONE:
                raise QueueFullError(_TOO_MANY_OF_ONE)
            try:
                job.folder.mkdir()
                for path, data in files.items():
                    path.write_bytes(data)
            except OSError as error:
                raise QueueFullError(_NO_ROOM) from error
            self._jobs[job.id] = job
            self._commands[job.id] = []
            self._start_next()

    def _waiting(self) -> list[WorkerJob]:
        """Return the jobs that wait, first come first."""
        return [job for job in self._jobs.values() if job.state is JobState.WAITING]

    def _running(self) -> list[WorkerJob]:
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

    def _follow(self, job: WorkerJob) -> None:
        """Follow one job from start to end; runs in a thread of its own."""
        is_done = False
        try:
            self._end_after(job, "run", 60 * self._settings.job_minutes, _TOOK_TOO_LONG)
            is_done = self._run(job)
        except NoWorkerError as error:
            job.error = job.error or str(error)
        except Exception:
            _log.exception("following a training failed")
        with self._lock:
            job.tidy_up()
            self._workers.pop(job.id, None)
            del self._commands[job.id]
            for name in ("run", "pause"):
                self._cancel_end(job, name)
            job.is_paused = False
            if job.id in self._stopping:
                job.state = JobState.STOPPED
            elif is_done:
                job.state = JobState.DONE
                self._learn_speed(job)
            else:
                job.error = job.error or _ENDED_UNEXPECTEDLY
                job.state = JobState.FAILED
            self._stopping.discard(job.id)
            self._start_next()

    def _run(self, job: WorkerJob) -> bool:
        """Have a worker do a job, and another one if it is lost; return whether all is done."""
        for _attempt in range(_MOST_WORKERS):
            worker = self._start_worker(job)
            if worker is None:
                return False
            try:
                for event in worker.events():
                    self._take_over(job, event)
                return worker.exit_code == 0
            except WorkerLostError as error:
                _log.warning("a worker was lost in mid-job: %s", error)
                self._rewind(job)
            except BaseException:
                worker.kill()
                raise
            if job.fraction == 1:
                return True
        raise NoWorkerError(_WORKERS_LOST)

    def _start_worker(self, job: WorkerJob) -> Worker | None:
        """Start a worker and tell it what it has to know, unless the job is to stop."""
        with self._lock:
            if job.id in self._stopping:
                return None
            worker = self._workers[job.id] = self._place.start(job)
            for command in self._commands[job.id]:
                worker.tell(command)
            return worker

    def _rewind(self, job: WorkerJob) -> None:
        """Prepare a job whose worker was lost for another one."""
        job.rewind()
        with self._lock:
            del self._workers[job.id]
            told = self._commands[job.id]
            rates = [command for command in told if command["command"] == "learning_rate"]
            paces = [command for command in told if command["command"] != "learning_rate"]
            if job.is_paused and paces and paces[-1]["command"] in ("batch", "epoch"):
                # It has been obeyed, or is lost with the mini-batches since the last epoch.
                paces = []
            self._commands[job.id] = rates[-1:] + paces[-1:]

    def _take_over(self, job: WorkerJob, event: dict[str, Any]) -> None:
        """Take over what the worker reports."""
        match event.pop("event"):
            case "paused":
                job.is_paused = event["paused"]
                if job.is_paused:
                    limit_s = 60 * self._settings.pause_minutes
                    self._end_after(job, "pause", limit_s, _PAUSED_TOO_LONG)
                else:
                    self._cancel_end(job, "pause")
            case "error":
                job.error = event["message"]
            case name:
                job.take_over(name, event)

    def _tell(self, job: WorkerJob, command: dict[str, Any]) -> None:
        """Send a command to a job's worker, as soon as it has one."""
        with self._lock:
            if job.id not in self._commands:
                return
            self._commands[job.id].append(command)
            worker = self._workers.get(job.id)
            if worker is not None:
                worker.tell(command)

    def _end_after(self, job: WorkerJob, name: str, limit_s: float, reason: str) -> None:
        """Stop a job in some time, unless that is cancelled."""
        self._cancel_end(job, name)
        timer = threading.Timer(limit_s, self.stop, (job, reason))
        timer.daemon = True
        self._timers[job.id + name] = timer
        timer.start()

    def _cancel_end(self, job: WorkerJob, name: str) -> None:
        """Cancel what `_end_after` has planned under a name."""
        timer = self._timers.pop(job.id + name, None)
        if timer is not None:
            timer.cancel()

    def _expected_s(self, job: WorkerJob) -> float:
        """Return how long a job should still take."""
        if job.remaining_s is not None:
            return job.remaining_s
        per_unit = self._seconds_per_unit or [_FIRST_GUESS_S]
        return statistics.median(per_unit) * job.units

    def _learn_speed(self, job: WorkerJob) -> None:
        """Remember how long a job took, for the waits that are to be expected."""
        duration_s = time.monotonic() - job.started_at
        self._seconds_per_unit = [*self._seconds_per_unit[-20:], duration_s / job.units]
