"""Workers on the computers of a Dask cluster, which need the project as this one does.

Each is a Dask actor (`dashboard.training.cluster_process`). The server asks it in turns for what is
new, and hands over its commands: nothing is kept in the scheduler, and nothing overtakes.
"""

import asyncio
import contextlib
import errno
import json
import logging
import os
import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboard.language import N_
from dashboard.training.cluster_process import ClusterProcess, Exchange
from dashboard.training.worker_jobs import WorkerJob
from dashboard.training.workers import NoWorkerError, Worker, WorkerLostError, WorkerPlace

_log = logging.getLogger(__name__)
_CONNECT_S = 5
# For a worker that was killed to be started again by its nanny, and to load its libraries.
_BEGIN_S = 60
_LOOK_EVERY_S = 0.2
# After which a worker that does not answer counts as lost, and one that was to be killed.
_ANSWER_S = 30
_LAST_ANSWER_S = 2

_NOT_REACHED = N_(
    "The cluster that trains for this server cannot be reached: tell whoever runs it."
)
_NO_WORKER = N_("The cluster that trains for this server has no workers: tell whoever runs it.")
_NO_ROOM = N_("There is no room left on the disk: make some, and start again.")


class Cluster(WorkerPlace):
    """A Dask cluster.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://127.0.0.1:8786``.
    """

    def __init__(self, address: str):
        self._address = address
        self._client = None
        self._lock = threading.Lock()
        # Now and not at the first job: Dask has its clients closed at the end of the process, which
        # must come after the end of the queue.
        try:
            import distributed
        except ImportError:
            _log.exception("NEURONS_CLUSTER needs Dask: pip install -r requirements-cluster.txt")
            distributed = None
        self._dask = distributed

    def start(self, job: WorkerJob) -> "ClusterWorker":
        """Start a worker, as soon as the cluster has one."""
        return ClusterWorker(self, job)

    def client(self) -> Any:
        """Return the connection to the scheduler, made anew if it was lost.

        Returns
        -------
        distributed.Client

        Raises
        ------
        NoWorkerError
            If the scheduler does not answer.
        """
        if self._dask is None:
            raise NoWorkerError(_NOT_REACHED)
        with self._lock:
            if self._client is not None and self._client.status != "running":
                self._disconnect()
            if self._client is None:
                try:
                    self._client = self._dask.Client(
                        self._address,
                        timeout=_CONNECT_S,
                        name="neurons",
                        # Models are not to go through the scheduler.
                        direct_to_workers=True,
                    )
                except (OSError, ValueError) as error:
                    _log.exception("the scheduler %s cannot be reached", self._address)
                    raise NoWorkerError(_NOT_REACHED) from error
            return self._client

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._disconnect()

    def _disconnect(self) -> None:
        """Close the connection, if there is one; the lock is held."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(WorkerLostError), _lost_on_failure():
                client.close(timeout=_CONNECT_S)


class ClusterWorker(Worker):
    """A process on some computer of a cluster.

    Parameters
    ----------
    cluster : Cluster
    job : WorkerJob
    """

    def __init__(self, cluster: Cluster, job: WorkerJob):
        self._cluster = cluster
        self._job = job
        self._commands: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._end = ""
        self._exit_code: int | None = None

    @property
    def exit_code(self) -> int | None:
        """With what the process has ended, 0 if well; None before that, and if it was lost."""
        return self._exit_code

    def events(self) -> Iterator[dict[str, Any]]:
        """Follow the process to its end."""
        client = self._cluster.client()
        with _lost_on_failure():
            future = client.submit(ClusterProcess, actor=True, pure=False)
        try:
            process = self._begin(future)
            told = ""
            while process is not None and self._exit_code is None:
                asked = self._end
                end = asked if asked != told else ""
                news: Exchange = self._ask(process, "exchange", self._new_commands(), end)
                told = asked
                for name, data in news.files.items():
                    _keep(self._job.folder / name, data)
                for line in news.lines:
                    yield json.loads(line)
                self._exit_code = news.exit_code
        finally:
            # Not left to the garbage collector: the process, if there still is one, ends with it.
            with contextlib.suppress(WorkerLostError), _lost_on_failure():
                future.cancel()

    def tell(self, command: dict[str, Any]) -> None:
        """Send a command with the next exchange."""
        self._commands.put(command)

    def terminate(self) -> None:
        """Ask the process to keep what it has and to end."""
        self._end = self._end or "terminate"

    def kill(self) -> None:
        """End the process whatever it is doing."""
        self._end = "kill"

    def _begin(self, future: Any) -> Any | None:
        """Return the actor with the process running, or None if it has been ended before that."""
        deadline = time.monotonic() + _BEGIN_S
        process = None
        while process is None and not self._end:
            if time.monotonic() > deadline:
                raise NoWorkerError(_NO_WORKER)
            with _lost_on_failure(), contextlib.suppress(TimeoutError):
                process = future.result(timeout=_LOOK_EVERY_S)
        if process is None:
            return None
        files = {path.name: path.read_bytes() for path in self._job.input_paths}
        folder = self._ask(process, "receive", files)
        self._ask(process, "begin", self._job.arguments(Path(folder)))
        return process

    def _ask(self, process: Any, method: str, *arguments: Any) -> Any:
        """Call a method of `ClusterProcess` and return its result."""
        asked_at = time.monotonic()
        with _lost_on_failure():
            # Dask raises already here where it knows that the worker is gone.
            future = getattr(process, method)(*arguments)
            while True:
                with contextlib.suppress(TimeoutError):
                    return future.result(timeout=_LOOK_EVERY_S)
                limit_s = _LAST_ANSWER_S if self._end == "kill" else _ANSWER_S
                if time.monotonic() - asked_at > limit_s:
                    raise TimeoutError("it does not answer")

    def _new_commands(self) -> list[dict[str, Any]]:
        """Return the commands since the last exchange."""
        commands = []
        with contextlib.suppress(queue.Empty):
            while True:
                commands.append(self._commands.get_nowait())
        return commands


@contextlib.contextmanager
def _lost_on_failure() -> Iterator[None]:
    """Turn whatever goes wrong at a worker, or on the way to it, into `WorkerLostError`.

    Dask has many exceptions for a connection that is gone; and where a disk is full or the project
    is missing, another worker may do better.
    """
    try:
        yield
    except (Exception, asyncio.CancelledError) as error:
        raise WorkerLostError(repr(error)) from error


def _keep(path: Path, data: bytes | None) -> None:
    """Write a file, all or nothing, or delete it."""
    if data is None:
        path.unlink(missing_ok=True)
        return
    # With a dot, so that nobody takes it for a snapshot.
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise NoWorkerError(_NO_ROOM) from error
        raise
    os.replace(part, path)
