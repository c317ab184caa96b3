"""A peer as its measurers see it: a process that answers requests."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from benchmarks.peers import PEERS
from nncore.recipe import Recipe

PROJECT = Path(__file__).parent.parent.parent
# Threads of OpenMP and of BLAS go on waiting actively for a moment after their last work.
_SETTLE_S = 0.3


def let_settle() -> None:
    """Wait until the peer that was asked last does nothing any more."""
    time.sleep(_SETTLE_S)


class PeerError(RuntimeError):
    """The process of a peer has ended by itself; what it said stands on standard error."""


class PeerProcess:
    """A peer in a process of its own, ready to be asked; a context manager that ends it.

    Parameters
    ----------
    name : str
        A key of `benchmarks.peers.PEERS`.
    recipe : Recipe
        Its ``training_images`` says how many of MNIST's the peer gets.

    Raises
    ------
    PeerError
        If the peer does not come to be ready.
    """

    def __init__(self, name: str, recipe: Recipe):
        settings = PEERS[name]
        self._name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.peers", settings.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env={**os.environ, **settings.environment},
        )
        self._exchange(asdict(recipe))

    def __enter__(self) -> "PeerProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def epoch(self) -> tuple[float, float]:
        """Train for an epoch; return how long it took, in seconds, and the mean loss."""
        answer = self._exchange({"request": "epoch"})
        return answer["seconds"], answer["loss"]

    def accuracy(self) -> float:
        """Return the share of right answers for the test images, in 0-1."""
        return self._exchange({"request": "accuracy"})["accuracy"]

    def predict_s(self, n_images: int) -> float:
        """Return how long predicting so many images takes, in seconds."""
        return self._exchange({"request": "predict", "n_images": n_images})["seconds"]

    def _exchange(self, message: dict) -> dict[str, float]:
        """Send a line, wait for the answer and return it."""
        try:
            print(json.dumps(message), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise PeerError(f"{self._name} ended with exit code {self._process.wait()}")
        return json.loads(answer)
