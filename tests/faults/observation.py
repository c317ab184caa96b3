"""What can be seen of a running dashboard from outside."""

import asyncio
import os
import subprocess
import time
import urllib.request
from pathlib import Path

from tests.faults.guest import Guest

WITHIN_S = 120


async def until(condition, guest=None):
    """Wait until a condition holds; a guest looks at the page in between."""
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        if guest is not None:
            await guest.look_again()
        # Workers get only the time that nobody else wants.
        await asyncio.sleep(0.2)


def workers_of(server):
    """Return the processes that train for a server."""
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=2) for line in table.stdout.splitlines()]
    return [
        int(pid)
        for pid, parent, command in rows
        if int(parent) == server.process.pid and "nncore train" in command
    ]


def is_running(pid):
    """Return whether there is a process, other than one that has ended and is not forgotten."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return state.stdout.strip()[:1] not in ("", "Z")


def open_files(server):
    """Return how many files a server has open; Linux only."""
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


async def begin_training(server, query="train_epochs=7"):
    """Return a guest who has a training, paused before its first mini-batch, and its worker."""
    guest, before = Guest(server.url), set(workers_of(server))
    await guest.open("Train_a_network", query)
    await guest.press("train_start_paused")
    await until(lambda: set(workers_of(server)) - before)
    [worker] = set(workers_of(server)) - before
    await until(lambda: "train_resume" in guest.widgets, guest)
    return guest, worker


def resident_mb(server):
    """Return the resident memory of a server, in 10^6 bytes; Linux only."""
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak_mb(server):
    """Return the most memory that a server has had resident so far; Linux only."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    [peak] = [line for line in lines if line.startswith("VmHWM:")]
    return int(peak.split()[1]) * 1024 / 1e6


def active_sessions(server):
    """Return how many sessions have a connection."""
    return int(_metric(server, "active_sessions"))


def uploaded_bytes(server):
    """Return how much of what was uploaded a server keeps."""
    return int(_metric(server, 'cache_memory_bytes{cache_type="UploadedFileManager",cache=""}'))


def _metric(server, name):
    """Return one of the numbers that Streamlit tells about itself, 0 without it."""
    with urllib.request.urlopen(f"{server.url}/_stcore/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return next((line.removeprefix(name) for line in lines if line.startswith(name)), 0)
