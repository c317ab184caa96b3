"""The real dashboard as a process of its own, for the browser tests and the screenshots."""

import contextlib
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
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
    """

    url: str
    log: Path

    def log_size(self) -> int:
        """Return the size of the log so far, in bytes."""
        return self.log.stat().st_size

    def problems_since(self, start: int) -> str:
        """Return what the log has gained since byte `start`, if an error is in it, else ""."""
        gained = self.log.read_bytes()[start:].decode(errors="replace")
        return gained if _PROBLEM.search(gained) else ""


@contextlib.contextmanager
def running_dashboard(log: Path) -> Iterator[DashboardServer]:
    """Start the dashboard on a free port, wait until it answers, and stop it at the end.

    Parameters
    ----------
    log : Path
        File to create, for all that the server prints.

    Yields
    ------
    DashboardServer

    Raises
    ------
    RuntimeError
        If the server ends, or does not answer in time; the message has its log.
    """
    port = _free_port()
    server = DashboardServer(f"http://127.0.0.1:{port}", log)
    command = [
        *(sys.executable, "-m", "streamlit", "run", "app.py"),
        *("--server.port", str(port), "--server.address", "127.0.0.1"),
        *("--server.headless", "true"),
        # Streamlit's own format leaves the level out, by which errors are found.
        *("--logger.messageFormat", "%(levelname)s %(name)s: %(message)s"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_until_it_answers(process, server)
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


def _wait_until_it_answers(process: subprocess.Popen, server: DashboardServer) -> None:
    """Return once the health check passes."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5).close()
            return
        time.sleep(0.05)
    state = "did not answer" if process.poll() is None else f"ended with {process.returncode}"
    raise RuntimeError(f"the dashboard {state}:\n{server.log.read_text(errors='replace')}")
