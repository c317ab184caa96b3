"""The project's command line as a process that is followed and steered through pipes."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dashboard import cores

_PROJECT = Path(__file__).parents[2]


def start_process(arguments: Sequence[str], folder: Path) -> subprocess.Popen:
    """Start the project's command line, with its input and output as pipes of text.

    Parameters
    ----------
    arguments : sequence of str
        The name of a command of `nncore`, and its arguments.
    folder : Path
        Gets what the process complains of, as ``complaints.txt``.
    """
    with open(folder / "complaints.txt", "w") as complaints, cores.all_for_children():
        return subprocess.Popen(
            [sys.executable, "-m", "nncore", *arguments],
            cwd=_PROJECT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
        )


def tell_process(process: subprocess.Popen, command: dict[str, Any]) -> None:
    """Write a command to a process of `start_process`; one that has just ended needs none."""
    with contextlib.suppress(OSError, ValueError):
        process.stdin.write(json.dumps(command) + "\n")
        process.stdin.flush()
