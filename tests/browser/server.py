"""The real dashboard as a process of its own, for tests and the screenshots."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 60
_PROBLEM = re.compile(r"^(Traceback|ERROR|CRITICAL)", re.MULTILINE)


@dataclass(frozen=True)
class DashboardServer:
    """A running dashboard.

    Parameters
    ----------
    url : str
        Its address, without a slash at the end.
    log : Path
        The file that collects all it prints.
    process : subprocess.Popen
    """

    url: str
    log: Path
    process: subprocess.Popen

    def log_size(self) -> int:
        """Return the size of the log so far, in bytes."""
        return self.log.stat().st_size

    def problems_since(self, start: int) -> str:
        """Return what the log has gained since byte `start`, if an error is in it, else ""."""
        gained = self.log.read_bytes()[start:].decode(errors="replace")
        return gained if _PROBLEM.search(gained) else ""


@contextlib.contextmanager
def running_dashboard(
    log: Path,
    *,
    project: Path = PROJECT,
    environment: Mapping[str, str] | None = None,
    port: int = 0,
    within: Sequence[str] = (),
) -> Iterator[DashboardServer]:
    """Start the dashboard, wait until it answers, and stop it at the end.

    Parameters
    ----------
    log : Path
        File to create, for all that the server prints.
    project : Path
        Where ``app.py`` is.
    environment : mapping of str to str, optional
        Variables to set.
    port : int
        0 takes a free one.
    within : sequence of str
        A command that runs the command that it is given, in the same process.

    Yields
    ------
    DashboardServer

    Raises
    ------
    RuntimeError
        If the server ends, or does not answer in time; the message has its log.
    """
    port = port or _free_port()
    command = [
        *within,
        *(sys.executable, "-m", "streamlit", "run", "app.py"),
        *("--server.port", str(port), "--server.address", "127.0.0.1"),
        *("--server.headless", "true"),
        # Streamlit's own format leaves the level out, by which errors are found.
        *("--logger.messageFormat", "%(levelname)s %(name)s: %(message)s"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=project,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | (environment or {}),
        )
    server = DashboardServer(f"http://127.0.0.1:{port}", log, process)
    try:
        _wait_until_it_answers(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _wait_until_it_answers(server: DashboardServer) -> None:
    """Return once the health check passes."""
    process = server.process
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5).close()
            return
        time.sleep(0.05)
    state = "did not answer" if process.poll() is None else f"ended with {process.returncode}"
    raise RuntimeError(f"the dashboard {state}:\n{server.log.read_text(errors='replace')}")
