"""The processor cores of the server: how many it may use, and the one that it keeps to."""

import contextlib
import os
import socket
import threading
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def _allowed() -> list[int]:
    """Return the numbers of the cores that the process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


# Before the process keeps to fewer.
_ALLOWED = _allowed()


def n_usable(quota: Path = _QUOTA) -> int:
    """Return on how many cores the process can compute at the same time, at least 1.

    Parameters
    ----------
    quota : Path
        File with the share of the processor that a container has, "microseconds period" or "max
        period"; the second version of control groups.
    """
    with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
        share, period = map(int, quota.read_text().split())
        return max(1, min(len(_ALLOWED), share // period))
    return len(_ALLOWED)


def keep_to(n_cores: int, port: int) -> None:
    """Let all threads of the process run on a few cores only.

    Python computes in one thread at a time. Where the threads of a session and the one that sends
    what they show are on different cores, each change from one to the other wakes a core up, which
    on virtual machines costs more than the change is worth: a fifth of the CPU of a click.

    Parameters
    ----------
    n_cores : int
        How many; as many as there are, or more, change nothing.
    port : int
        The port of the server. Servers on neighbouring ports of one machine take neighbouring
        cores, containers with names of their own any.
    """
    if n_cores >= len(_ALLOWED) or not hasattr(os, "sched_setaffinity"):
        return
    first = zlib.crc32(socket.gethostname().encode()) + port
    _set_cores({_ALLOWED[(first + number) % len(_ALLOWED)] for number in range(n_cores)})


@contextlib.contextmanager
def all_for_children() -> Iterator[None]:
    """Let processes that are started within use all cores, which they would not inherit."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    own = os.sched_getaffinity(0)
    # Whoever runs the server may have taken cores from it meanwhile.
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, _ALLOWED)
    try:
        yield
    finally:
        os.sched_setaffinity(0, own)


def _set_cores(cores: Collection[int]) -> None:
    """Let the threads of the process, and those that they start, run on these cores."""
    for thread in threading.enumerate():
        # It may have ended just now, or have no number of the system's yet.
        with contextlib.suppress(OSError):
            if thread.native_id is not None:
                os.sched_setaffinity(thread.native_id, cores)
