"""The jobs that worker processes do, each a command of `nncore` with what it reports.

Pages read a job at any time; `dashboard.training.jobs.JobQueue` alone changes it.
"""

import contextlib
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from nncore.commands.fine_tune import fine_tune_arguments
from nncore.commands.train import train_arguments
from nncore.commands.watching import ANSWERS_NAME, FIRST_LAYER_NAME, snapshots
from nncore.diagnosis import Finding, finding_from_record
from nncore.fine_tuning import FineTuning, FineTuningResult
from nncore.mnist import N_TRAINING_IMAGES
from nncore.model_files import ModelFileError, load_model
from nncore.parsing import PARSER
from nncore.recipe import Recipe
from nncore.training import EpochResult, Progress
from nncore.vitals import VitalSigns


class JobState(Enum):
    """Where a job is in its life."""

    WAITING = auto()
    RUNNING = auto()
    DONE = auto()
    STOPPED = auto()
    FAILED = auto()


@dataclass(eq=False, kw_only=True)
class WorkerJob(ABC):
    """What a worker process does, and where it stands.

    Attributes
    ----------
    id : str
        Not to be guessed, so that it may stand in a link.
    owner : str
        Whose it is; of each owner one job runs at a time.
    folder : Path
        Where its files are.
    state : JobState
    is_paused : bool
    error : str
        What went wrong, in a sentence in English, if `state` is FAILED; why it was ended, if it
        was STOPPED by the queue.
    """

    id: str
    owner: str
    folder: Path
    state: JobState = JobState.WAITING
    is_paused: bool = False
    error: str = ""
    started_at: float | None = None
    seen_at: float = field(default_factory=time.monotonic)

    @property
    def model_path(self) -> Path:
        """The model that the job leaves."""
        return self.folder / "model.npz"

    @property
    def start_path(self) -> Path:
        """The model that the job starts from, if it does."""
        return self.folder / "start.npz"

    @property
    def is_active(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    @abstractmethod
    def fraction(self) -> float:
        """Share of the work that is done, in 0-1."""

    @property
    @abstractmethod
    def remaining_s(self) -> float | None:
        """Seconds of work until the end at the speed so far; None before there is one."""

    @property
    @abstractmethod
    def units(self) -> int:
        """Passes of one image through one parameter that the work takes."""

    @property
    @abstractmethod
    def input_paths(self) -> list[Path]:
        """The files that a worker needs to begin."""

    @abstractmethod
    def arguments(self, folder: Path) -> list[str]:
        """Return the arguments of the command line that does the job, its name first.

        Parameters
        ----------
        folder : Path
            Where the worker has the job's files, under the names that they have in `folder`.
        """

    @abstractmethod
    def take_over(self, name: str, event: dict[str, Any]) -> None:
        """Take over what the worker reports."""

    @abstractmethod
    def rewind(self) -> None:
        """Go back to where another worker can go on from, the last one being lost."""

    def tidy_up(self) -> None:  # noqa: B027, most kinds have nothing to delete
        """Delete what is of no use once the job has ended."""

    def answers(self) -> np.ndarray | None:
        """Return the outputs of the ended job's model for the test images, (n, 10)."""
        return self._array(ANSWERS_NAME)

    def _array(self, name: str) -> np.ndarray | None:
        """Return an array of the worker's, or None before there is one."""
        try:
            with PARSER:
                return np.load(self.folder / name, allow_pickle=False)
        except OSError:
            return None


@dataclass(eq=False, kw_only=True)
class Job(WorkerJob):
    """One training.

    Attributes
    ----------
    recipe : Recipe
        By which the training really runs. If it goes on from a model, part of it is that model's,
        and the epochs are those over the life of the model.
    epochs_before : int
        How many of the recipe's epochs the model to go on with had behind it.
    curve : list of Progress
        All reports of the worker so far.
    epochs : list of EpochResult
        The epochs that this job has finished.
    vitals : list of VitalSigns
        About one a second.
    findings : list of Finding
        What keeps the network from learning, as of the last finished epoch.
    is_continued : bool
        Whether a worker goes on with `model_path`, because the one before was lost.
    """

    recipe: Recipe
    epochs_before: int = 0
    curve: list[Progress] = field(default_factory=list)
    epochs: list[EpochResult] = field(default_factory=list)
    vitals: list[VitalSigns] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    is_continued: bool = False

    @property
    def n_epochs(self) -> int:
        """How many epochs the job itself has to train."""
        return self.recipe.epochs - self.epochs_before

    @property
    def fraction(self) -> float:
        """Share of the job's epochs that is done, in 0-1."""
        done = float(len(self.epochs))
        if self.curve and not (self.epochs and self.epochs[-1].epoch >= self.curve[-1].epoch):
            done += self.curve[-1].fraction
        return min(1.0, done / self.n_epochs)

    @property
    def remaining_s(self) -> float | None:
        """Seconds of training until the end at the speed so far; None before there is one."""
        if not self.curve or not self.fraction:
            return None
        return self._trained_s * (1 - self.fraction) / self.fraction

    @property
    def units(self) -> int:
        """Passes of one image through one parameter that the training takes."""
        layers = self.recipe.layers
        n_parameters = sum((a + 1) * b for a, b in pairwise(layers))
        n_images = (self.recipe.training_images or N_TRAINING_IMAGES) + self.recipe.pen_digits
        return self.n_epochs * n_images * n_parameters

    @property
    def _trained_s(self) -> float:
        """Seconds that this job has trained, pauses not counted."""
        before = self.curve[0].elapsed_s if len(self.curve) > 1 else 0.0
        return self.curve[-1].elapsed_s - before

    @property
    def input_paths(self) -> list[Path]:
        """The model to go on with, if there is one."""
        path = self.model_path if self.is_continued else self.start_path
        return [path] if path.exists() else []

    def arguments(self, folder: Path) -> list[str]:
        """Return the arguments of the command ``train``; `model_path` follows the last epoch."""
        models = [folder / path.name for path in self.input_paths]
        return [
            *("train", "--events", "--steered"),
            *(f"--out={folder / self.model_path.name}", f"--watch={folder}"),
            *(("--paused",) if self.is_paused else ()),
            # The model of a training that is continued has all settings, also how many epochs.
            *(
                [f"--resume={models[0]}"]
                if self.is_continued
                else train_arguments(self.recipe, *models, epochs_done=self.epochs_before)
            ),
        ]

    def take_over(self, name: str, event: dict[str, Any]) -> None:
        """Take over what the worker reports."""
        match name:
            case "progress":
                self.curve.append(Progress(**event))
            case "epoch":
                self.epochs.append(EpochResult(**event))
            case "vitals":
                signs = {k: tuple(v) if isinstance(v, list) else v for k, v in event.items()}
                self.vitals.append(VitalSigns(**signs))
            case "diagnosis":
                self.findings = [finding_from_record(record) for record in event["findings"]]

    def rewind(self) -> None:
        """Go back to the end of the last epoch whose model is kept, or to the beginning."""
        epochs: list[EpochResult] = []
        # A model does not know which of its epochs was the best: with patience, all are repeated.
        if not self.recipe.patience:
            with contextlib.suppress(ModelFileError):
                history = load_model(self.model_path).trainer.history
                epochs = [result for result in history if result.epoch > self.epochs_before]
                self.is_continued = True
        last = epochs[-1].epoch if epochs else 0
        self.epochs = epochs
        self.curve = [progress for progress in self.curve if progress.epoch <= last]
        self.vitals = [signs for signs in self.vitals if signs.position <= last]

    def snapshots(self) -> dict[int, Path]:
        """Return the models of the epochs that were kept, by epoch; 0 is the untrained one."""
        return snapshots(self.folder)

    def first_layer(self) -> np.ndarray | None:
        """Return the weights of the first neurons, (n, 28, 28) float16, as they are now."""
        return self._array(FIRST_LAYER_NAME)


@dataclass(eq=False, kw_only=True)
class FineTuningJob(WorkerJob):
    """One network that gets used to one hand.

    Attributes
    ----------
    settings : FineTuning
    n_parameters : int
        About how many the network has.
    result : FineTuningResult or None
        None until it is done.
    """

    settings: FineTuning
    n_parameters: int
    result: FineTuningResult | None = None
    _fraction: float = 0.0

    @property
    def digits_path(self) -> Path:
        """The drawn digits, as `nncore.handwriting_set` writes them."""
        return self.folder / "digits.jsonl"

    @property
    def fraction(self) -> float:
        """Share of the steps that is taken, in 0-1."""
        return self._fraction

    @property
    def remaining_s(self) -> float | None:
        """Seconds until the end at the speed so far; None before there is one."""
        if not self._fraction or self.started_at is None:
            return None
        elapsed_s = time.monotonic() - self.started_at
        return elapsed_s * (1 - self._fraction) / self._fraction

    @property
    def units(self) -> int:
        """Passes of one image through one parameter that the steps take."""
        n_networks = self.settings.n_folds + 1
        return n_networks * self.settings.n_steps * self.settings.batch_size * self.n_parameters

    @property
    def input_paths(self) -> list[Path]:
        """The model and the digits."""
        return [self.start_path, self.digits_path]

    def arguments(self, folder: Path) -> list[str]:
        """Return the arguments of the command ``fine-tune``; `model_path` comes at its end."""
        start, digits = (folder / path.name for path in self.input_paths)
        return [
            *("fine-tune", str(start), f"--digits={digits}", "--events"),
            *(f"--out={folder / self.model_path.name}", f"--answers={folder / ANSWERS_NAME}"),
            *fine_tune_arguments(self.settings),
        ]

    def take_over(self, name: str, event: dict[str, Any]) -> None:
        """Take over what the worker reports."""
        match name:
            case "progress":
                self._fraction = event["fraction"]
            case "tuned":
                self.result = FineTuningResult.from_record(event)

    def rewind(self) -> None:
        """Go back to the beginning: nothing is kept before the end."""
        self._fraction = 0.0

    def tidy_up(self) -> None:
        """Delete the digits, which are the reader's own."""
        self.digits_path.unlink(missing_ok=True)
