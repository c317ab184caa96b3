"""Watching: what a training leaves in a folder for those who look at it from outside."""

import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from nncore.diagnosis import diagnose, finding_as_record
from nncore.mnist import Mnist
from nncore.model_files import Model, load_model, save_model
from nncore.training import EpochResult, Progress, Trainer
from nncore.vitals import take_vital_signs

FIRST_LAYER_NAME = "first_layer.npy"
ANSWERS_NAME = "answers.npy"
# Neurons whose weights are shown while they learn.
N_NEURONS_SHOWN = 24
_EVERY_S = 0.9
_N_PROBES = 500
_SEED = 0
# A slider needs no more stops, and a disk holds the models of many trainings.
_MOST_SNAPSHOTS = 21


def snapshot_path(folder: Path, epoch: int) -> Path:
    """Return where a watched training keeps the network of an epoch; 0 is the untrained one."""
    return folder / f"epoch-{epoch:05}.npz"


def snapshots(folder: Path) -> dict[int, Path]:
    """Return the networks that a watched training has kept, by epoch."""
    return {int(path.stem.removeprefix("epoch-")): path for path in sorted(folder.glob("epoch-*"))}


class Watch:
    """Keeps a folder up to date for those who watch a training.

    Parameters
    ----------
    folder : Path
        Made if it does not exist. Gets the networks of some epochs (`snapshots`), the weights of
        the first neurons as ``FIRST_LAYER_NAME``, (n, height, width) float16, and at the end the
        outputs for the test images as ``ANSWERS_NAME``, (n_test, n_outputs).
    trainer : Trainer
    mnist : Mnist
    """

    def __init__(self, folder: Path, trainer: Trainer, mnist: Mnist):
        self._folder = folder
        self._trainer = trainer
        self._mnist = mnist
        self._snapshot_stride = 1
        self._looked_at = 0.0
        rows = np.random.default_rng(_SEED).choice(len(mnist.train_images), _N_PROBES, False)
        self._probes = (mnist.train_images[rows], mnist.train_labels[rows])
        folder.mkdir(exist_ok=True)
        self._keep_snapshot()

    def look(self, record: Progress | EpochResult) -> list[dict[str, Any]]:
        """Look at the network after a record, as often as is worth while.

        Returns
        -------
        list of dict
            The events to report: ``"vitals"`` with the fields of `VitalSigns`, and after an epoch
            ``"diagnosis"`` with the findings as records.
        """
        events: list[dict[str, Any]] = []
        if isinstance(record, EpochResult):
            self._keep_snapshot()
            events.append(self.diagnosis(record.loss))
        is_due = time.monotonic() - self._looked_at >= _EVERY_S
        if is_due or self._trainer.is_stepping or isinstance(record, EpochResult):
            fraction = record.fraction if isinstance(record, Progress) else 1.0
            signs = take_vital_signs(self._trainer, *self._probes, record.epoch - 1 + fraction)
            events.append({"event": "vitals"} | asdict(signs))
            self._show_first_layer()
            self._looked_at = time.monotonic()
        return events

    def diagnosis(self, last_loss: float) -> dict[str, Any]:
        """Return the event that says what keeps the network from learning."""
        findings = diagnose(self._trainer.network, *self._probes, self._trainer, last_loss)
        records = [finding_as_record(finding) for finding in findings]
        return {"event": "diagnosis", "findings": records}

    def keep_answers(self, model_path: Path) -> None:
        """Let the model that was saved answer for the test images, so that no page has to."""
        network = load_model(model_path).network
        self._write(ANSWERS_NAME, network.predict(self._mnist.test_images))

    def _keep_snapshot(self) -> None:
        """Keep the network of the last finished epoch, unless there are enough."""
        epoch = self._trainer.epochs_done
        if epoch % self._snapshot_stride == 0:
            save_model(snapshot_path(self._folder, epoch), Model(self._trainer.network))
        kept = snapshots(self._folder)
        if len(kept) > _MOST_SNAPSHOTS:
            self._snapshot_stride *= 2
            for other, path in kept.items():
                if other % self._snapshot_stride:
                    path.unlink()

    def _show_first_layer(self) -> None:
        """Write the weights of the first neurons as images."""
        weights = self._trainer.network.dense_layers[0].weights[:, :N_NEURONS_SHOWN]
        height, width = self._mnist.train_images.shape[1:]
        self._write(FIRST_LAYER_NAME, weights.T.reshape(-1, height, width).astype(np.float16))

    def _write(self, name: str, array: np.ndarray) -> None:
        """Write an array, all or nothing."""
        part = self._folder / f"{name}.part"
        with open(part, "wb") as file:
            np.save(file, array)
        os.replace(part, self._folder / name)
