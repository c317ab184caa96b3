"""Two replicas of the dashboard behind nginx, as docs/hosting.md has them, on free ports."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.server import Server, running_server, wait_until_it_answers

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
_CONFIGURATION = Path(__file__).resolve().parents[1] / "docs/hosting/nginx.conf"
_LISTEN, _PORT_A, _PORT_B = "listen 80;", "8501", "8502"


class Site:
    """Replicas of the dashboard, and the nginx before them.

    Parameters
    ----------
    port : int
        Where nginx listens.
    nginx : Server
    replicas : tuple of Server
    """

    def __init__(self, port: int, nginx: Server, replicas: tuple[Server, ...]):
        self.url = f"ws://127.0.0.1:{port}"
        self.replicas = replicas
        self._processes = (nginx, *replicas)

    def cpu_s(self) -> float:
        """Return the seconds of CPU that all have used; those of trainings are not counted."""
        return sum(process.cpu_s() for process in self._processes)

    def resident_mb(self) -> float:
        """Return the resident memory of all, in 10^6 bytes."""
        return sum(process.resident_mb() for process in self._processes)


@contextlib.contextmanager
def running_site() -> Iterator[Site]:
    """Start two replicas on neighbouring ports, so on neighbouring cores, and nginx."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port, a, b = free_ports(3)
        replicas = tuple(stack.enter_context(running_server(port=port)) for port in (a, b))
        nginx = stack.enter_context(running_nginx(folder, port, a, b))
        wait_until_it_answers(port)
        yield Site(port, Server(nginx, port), replicas)


@contextlib.contextmanager
def running_nginx(folder: Path, port: int, a: int, b: int) -> Iterator[subprocess.Popen]:
    """Start nginx by the documented configuration, but for the ports, and end it.

    Parameters
    ----------
    folder : Path
        Where it may write.
    port, a, b : int
        Where it listens, and where the replicas do.

    Raises
    ------
    FileNotFoundError
        If there is no nginx.
    ValueError
        If the configuration has other ports than documented.
    """
    if NGINX is None:
        raise FileNotFoundError("nginx is missing; Debian: sudo apt install nginx-light")
    text = _CONFIGURATION.read_text(encoding="utf-8")
    new = {_LISTEN: f"listen 127.0.0.1:{port};", _PORT_A: str(a), _PORT_B: str(b)}
    if missing := [old for old in new if old not in text]:
        raise ValueError(f"{_CONFIGURATION.name} has no {missing}")
    # All at once: a free port may have the digits of a documented one.
    text = re.sub("|".join(new), lambda found: new[found[0]], text)
    (folder / "site.conf").write_text(text, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        # One process, whose CPU and memory are those of nginx. Started by root, it would else be
        # somebody who may not write here.
        "user root; daemon off; master_process off; pid nginx.pid; error_log error.log;"
        "events { worker_connections 4096; }"
        f"http {{ access_log off; {temporary} include site.conf; }}",
        encoding="utf-8",
    )
    with open(folder / "nginx.log", "wb") as log:
        # Relative paths are those of the prefix.
        command = [NGINX, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def free_ports(n: int) -> list[int]:
    """Return neighbouring ports on which nothing listens."""
    while True:
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                for port in range(first + 1, first + n):
                    stack.enter_context(socket.create_server(("127.0.0.1", port)))
                return list(range(first, first + n))
