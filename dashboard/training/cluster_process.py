"""What runs on a worker of a Dask cluster: the process of a job, and the way of its files back."""

import asyncio
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.training.processes import start_process, tell_process

# How long an exchange waits for something to tell. Commands wait as long for the next exchange.
_WAIT_S = 0.2

_Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Exchange:
    """What is new of a process.

    Attributes
    ----------
    lines : list of str
        What it has printed, each an event as JSON.
    files : dict of str to bytes or None
        The files that it has written or, with None, deleted, by name. They are at least as new as
        the lines.
    exit_code : int or None
        With what it has ended; there is nothing more to come then.
    """

    lines: list[str]
    files: dict[str, bytes | None]
    exit_code: int | None


class ClusterProcess:
    """The process of a job, as a Dask actor.

    It lives as long as the actor. Dask drops that when the server has let go of it, or is gone: the
    process is killed then, and its folder deleted.
    """

    def __init__(self):
        from distributed import get_worker

        # Of a worker that was killed, Dask deletes this directory when the next one starts.
        self._folder = Path(tempfile.mkdtemp(dir=get_worker().local_directory))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._sent: dict[str, _Stamp] = {}

    # Dask runs methods that are no coroutines one after the other, for all actors of a worker.
    async def receive(self, files: dict[str, bytes]) -> str:
        """Take the files that the job begins with.

        Parameters
        ----------
        files : dict of str to bytes
            Their contents by name.

        Returns
        -------
        str
            The folder in which they are now.
        """
        await asyncio.to_thread(self._write, files)
        return str(self._folder)

    async def begin(self, arguments: Sequence[str]) -> None:
        """Start the process.

        Parameters
        ----------
        arguments : sequence of str
            The name of a command of `nncore`, and its arguments.
        """
        self._process = start_process(arguments, self._folder)
        weakref.finalize(self, _end, self._process)
        # Not a method: the thread would keep the actor alive.
        threading.Thread(target=_listen, args=(self._process, self._lines), daemon=True).start()

    async def exchange(self, commands: list[dict[str, Any]], end: str = "") -> Exchange:
        """Steer the process, and say what is new as soon as something is.

        Parameters
        ----------
        commands : list of dict
            What to tell it.
        end : {"", "terminate", "kill"}
            Whether to end it.

        Returns
        -------
        Exchange
        """
        for command in commands:
            tell_process(self._process, command)
        if end:
            getattr(self._process, end)()
        return await asyncio.to_thread(self._news)

    def _write(self, files: dict[str, bytes]) -> None:
        """Write the files that the job begins with."""
        for name, data in files.items():
            path = self._folder / name
            path.write_bytes(data)
            self._sent[name] = _stamp(path.stat())

    def _news(self) -> Exchange:
        """Return what is new, after a while if nothing is."""
        lines, exit_code = [], None
        try:
            line = self._lines.get(timeout=_WAIT_S)
            while line is not None:
                lines.append(line)
                line = self._lines.get_nowait()
            exit_code = self._process.wait()
        except queue.Empty:
            pass
        return Exchange(lines, self._changed_files(), exit_code)

    def _changed_files(self) -> dict[str, bytes | None]:
        """Return the files that are not as they were sent."""
        files: dict[str, bytes | None] = {}
        paths = {path.name: path for path in self._folder.iterdir() if path.suffix != ".part"}
        for name, path in paths.items():
            try:
                stamp = _stamp(path.stat())
                if stamp != self._sent.get(name):
                    files[name] = path.read_bytes()
                    self._sent[name] = stamp
            except FileNotFoundError:
                # Deleted meanwhile, which the next exchange tells.
                continue
        for name in self._sent.keys() - paths.keys():
            del self._sent[name]
            files[name] = None
        return files


def _stamp(status: os.stat_result) -> _Stamp:
    """Return what changes when a file is written anew; none is within a tick of the clock."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def _listen(process: subprocess.Popen, lines: queue.SimpleQueue) -> None:
    """Read what a process prints, and put None at its end."""
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _end(process: subprocess.Popen) -> None:
    """Kill a process."""
    process.kill()
    process.wait()
