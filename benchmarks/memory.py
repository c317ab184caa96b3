"""How much memory the worker process takes that trains the mémoire's network."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.peers.process import PROJECT

_EPOCHS = 2
# What `ru_maxrss` counts in.
_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


def memory_report(n_images: int) -> str:
    """Measure the worker with the mémoire's recipe; return a sentence in Markdown."""
    return (
        "### Memory\n\n"
        f"The worker that trains by the mémoire's recipe takes {worker_peak_mb(n_images):.0f} MB "
        "at most (resident, all of Python included)."
    )


def worker_peak_mb(n_images: int) -> float:
    """Return the largest resident size of the worker in two epochs, in 10^6 bytes.

    Raises
    ------
    subprocess.CalledProcessError
        If the worker fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "nncore", "train", "--events", "--recipe=memoire"),
            *(f"--epochs={_EPOCHS}", f"--limit={n_images}"),
            f"--out={Path(folder) / 'model.npz'}",
        ]
        worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=PROJECT)
        _, status, usage = os.wait4(worker.pid, 0)
        worker.returncode = os.waitstatus_to_exitcode(status)
    if worker.returncode:
        raise subprocess.CalledProcessError(worker.returncode, command)
    return usage.ru_maxrss * _UNIT_BYTES / 1e6
