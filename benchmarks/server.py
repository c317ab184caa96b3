"""The dashboard as a process of its own, for measuring, on Linux."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
_DASHBOARD = PROJECT / "app.py"
_START_WITHIN_S = 60


class Server:
    """A process that serves the dashboard.

    Parameters
    ----------
    process : subprocess.Popen
    port : int

    Attributes
    ----------
    replicas : tuple of Server
        Itself alone; `benchmarks.site.Site` has several.
    """

    def __init__(self, process: subprocess.Popen, port: int):
        self.url = f"ws://127.0.0.1:{port}"
        self.replicas = (self,)
        self._process = process

    def cpu_s(self) -> float:
        """Return the seconds of CPU that it has used; those of its workers are not counted."""
        after_name = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """Return its resident memory, in 10^6 bytes."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def n_threads(self) -> int:
        """Return how many threads it has."""
        return len(os.listdir(f"/proc/{self._process.pid}/task"))

    def n_open_files(self) -> int:
        """Return how many files and connections it has open."""
        return len(os.listdir(f"/proc/{self._process.pid}/fd"))


@contextlib.contextmanager
def running_server(
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
    script: Path = _DASHBOARD,
) -> Iterator[Server]:
    """Start the dashboard, with some variables set, by default on a free port, and end it.

    Another script is served with the dashboard's ``.streamlit/config.toml``.
    """
    if port is None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true"),
                *("--server.address=127.0.0.1", f"--server.port={port}"),
            ],
            cwd=PROJECT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | (environment or {}),
        )
        try:
            wait_until_it_answers(port)
            yield Server(process, port)
        finally:
            process.terminate()
            process.wait()


def wait_until_it_answers(port: int) -> None:
    """Return once the server is healthy."""
    deadline = time.monotonic() + _START_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
