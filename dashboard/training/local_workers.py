"""Workers on the computer of the server."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

from dashboard.training.processes import start_process, tell_process
from dashboard.training.worker_jobs import WorkerJob
from dashboard.training.workers import Worker, WorkerPlace


class ThisComputer(WorkerPlace):
    """The computer that the server runs on."""

    def start(self, job: WorkerJob) -> "LocalWorker":
        """Start the command line that does a job."""
        return LocalWorker(start_process(job.arguments(job.folder), job.folder))


class LocalWorker(Worker):
    """A process on this computer.

    Parameters
    ----------
    process : subprocess.Popen
        As `dashboard.training.processes.start_process` makes it.
    """

    def __init__(self, process: subprocess.Popen):
        self._process = process

    @property
    def exit_code(self) -> int | None:
        """With what the process has ended, 0 if well; None before that."""
        return self._process.poll()

    def events(self) -> Iterator[dict[str, Any]]:
        """Follow the process to its end."""
        with self._process:
            for line in self._process.stdout:
                yield json.loads(line)

    def tell(self, command: dict[str, Any]) -> None:
        """Send a command."""
        tell_process(self._process, command)

    def terminate(self) -> None:
        """Ask the process to keep what it has and to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End the process whatever it is doing."""
        self._process.kill()
