"""What the queue knows of workers: each does one job, wherever it runs."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from dashboard.training.worker_jobs import WorkerJob


class WorkerLostError(RuntimeError):
    """A worker has vanished in mid-job, through no fault of the job: another one may do it."""


class NoWorkerError(RuntimeError):
    """There is nowhere for a job to run. The message is a sentence in English for its reader."""


class Worker(ABC):
    """A process that does one job."""

    @property
    @abstractmethod
    def exit_code(self) -> int | None:
        """With what the process has ended, 0 if well; None before that."""

    @abstractmethod
    def events(self) -> Iterator[dict[str, Any]]:
        """Follow the worker to its end; to be iterated once, in a thread of its own.

        Yields
        ------
        dict
            What the command line prints with ``--events``. The files that an event tells of lie in
            the job's folder by then.

        Raises
        ------
        WorkerLostError
        NoWorkerError
        """

    @abstractmethod
    def tell(self, command: dict[str, Any]) -> None:
        """Send a command as `nncore.commands.steering` has them; returns at once."""

    @abstractmethod
    def terminate(self) -> None:
        """Ask the process to keep what it has and to end; returns at once."""

    @abstractmethod
    def kill(self) -> None:
        """End the process whatever it is doing; returns at once."""


class WorkerPlace(ABC):
    """Where workers run."""

    @abstractmethod
    def start(self, job: WorkerJob) -> Worker:
        """Start a worker for a job whose files are in its folder; returns at once."""

    def close(self) -> None:  # noqa: B027, most places have nothing to give back
        """Give back what the place holds, once all of its workers have ended."""
