"""How long it takes to be right on 98 % of the test images: nncore, and Keras with Adam."""

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.peers import PEERS
from benchmarks.peers.process import PROJECT, PeerError, PeerProcess
from benchmarks.report import log, markdown_table, median_ratio, spread
from nncore.recipe import RECIPES

GOAL = 0.98
SEEDS = (0, 1, 2)
KERAS_BATCH_SIZES = (64, 128)
_KERAS_EPOCHS = 20
# Keras' own default for Adam.
_ADAM_RATE = 0.001


@dataclass(frozen=True)
class Run:
    """One training until it was good enough, or was given up.

    Attributes
    ----------
    epochs : int
    training_s : float
        Time of training alone, without evaluation and, for Keras, without compilation.
    wall_s : float
        Time since the process was started.
    accuracy : float
        On the test images, after the last epoch.
    """

    epochs: int
    training_s: float
    wall_s: float
    accuracy: float


def time_to_accuracy_report(peers: Sequence[str], n_images: int) -> str:
    """Measure nncore and those of the peers that are Keras, in turns, with several seeds.

    Returns
    -------
    str
        A table in Markdown.
    """
    keras_peers = [peer for peer in peers if PEERS[peer].module == "keras_peer"]
    runs: dict[str, list[Run]] = {}
    for seed in SEEDS:
        for title, run in _trainings(keras_peers, seed, n_images):
            log(f"  seed {seed}: {title}: {run}")
            runs.setdefault(title, []).append(run)
    return "\n\n".join(
        [
            f"### Seconds to {GOAL:.0%} test accuracy, seeds {', '.join(map(str, SEEDS))}",
            "Training alone, and all since the process was started:",
            _table(runs),
        ]
    )


def _trainings(keras_peers: Sequence[str], seed: int, n_images: int) -> Iterator[tuple[str, Run]]:
    """Yield the runs with one seed, nncore's first, each with its title."""
    yield "nncore, recommended", nncore_run(seed, n_images)
    for peer in keras_peers:
        for batch_size in KERAS_BATCH_SIZES:
            title = f"{PEERS[peer].title}, Adam, mini-batches of {batch_size}"
            yield title, keras_run(peer, batch_size, seed, n_images)


def nncore_run(seed: int, n_images: int) -> Run:
    """Train by the recipe "recommended" in a worker process, as the dashboard does."""
    run = None
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with subprocess.Popen(
            [
                *(sys.executable, "-m", "nncore", "train", "--events", "--recipe=recommended"),
                *(f"--seed={seed}", f"--limit={n_images}", f"--out={Path(folder) / 'model.npz'}"),
            ],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        ) as worker:
            for line in worker.stdout:
                event = json.loads(line)
                if event["event"] == "epoch":
                    wall_s = time.perf_counter() - began
                    run = Run(event["epoch"], event["elapsed_s"], wall_s, event["test_accuracy"])
                    if run.accuracy >= GOAL:
                        break
            worker.kill()
    if run is None:
        raise PeerError("the worker ended before its first epoch")
    return run


def keras_run(peer: str, batch_size: int, seed: int, n_images: int) -> Run:
    """Train the same network with Adam until it is good enough, for 20 epochs at most."""
    recipe = replace(
        RECIPES["keras"],
        layers=RECIPES["recommended"].layers,
        optimizer="adam",
        learning_rate=_ADAM_RATE,
        batch_size=batch_size,
        seed=seed,
        training_images=n_images,
    )
    began = time.perf_counter()
    training_s = 0.0
    with PeerProcess(peer, recipe) as process:
        for epoch in range(1, _KERAS_EPOCHS + 1):
            seconds, _ = process.epoch()
            training_s += seconds
            accuracy = process.accuracy()
            run = Run(epoch, training_s, time.perf_counter() - began, accuracy)
            if accuracy >= GOAL:
                break
    return run


def _table(runs: Mapping[str, Sequence[Run]]) -> str:
    """Return a row for each way to train, of whose runs the first is nncore's."""
    rows = []
    for title, of_title in runs.items():
        row = [title, ", ".join(str(run.epochs) for run in of_title)]
        for name in ("training_s", "wall_s"):
            seconds, nncore_seconds = (
                [getattr(run, name) if run.accuracy >= GOAL else math.inf for run in some_runs]
                for some_runs in (of_title, next(iter(runs.values())))
            )
            row += [spread(seconds), median_ratio(nncore_seconds, seconds)]
        rows.append([*row, ", ".join(f"{run.accuracy:.2%}" for run in of_title)])
    return markdown_table(
        ["", "epochs", "training: s", "nncore / it", "from start: s", "nncore / it", "accuracy"],
        rows,
    )
