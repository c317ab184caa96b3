"""What is loaded once per server and shared by all sessions: read-only data, models, the queue."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar
from weakref import WeakSet

import numpy as np
import streamlit as st
from PIL import Image

from dashboard.colour_neuron.images import ColourImage, read_bank
from dashboard.figures.png import png
from dashboard.language import _
from dashboard.training.jobs import Job, JobQueue
from dashboard.training.worker_jobs import FineTuningJob
from nncore import average_digit
from nncore.augmentation import DEFORMATIONS, Augmentation
from nncore.drawing import stroke_steps
from nncore.evaluation import Evaluation, evaluate, evaluate_answers
from nncore.mnist import N_CLASSES, DataFileError, Mnist, load_mnist
from nncore.model_files import Model, ModelFileError, load_model
from nncore.network import SequentialNetwork
from nncore.pen_digits import draw_strokes

DATA_DIR = Path(__file__).parent.parent / "data"
SHIPPED_MODEL_PATH = DATA_DIR / "models" / "recognizer.npz"
DOUBT_MODEL_PATH = DATA_DIR / "models" / "doubt.npz"
MEMOIRE_MODEL_PATH = DATA_DIR / "models" / "memoire.npz"
COLOURS_DIR = DATA_DIR / "colours"

# What is computed from somebody's files, at most; after that nobody finds it any more.
KEPT_FOR = timedelta(hours=2)

_Read = TypeVar("_Read")
_queue_lock, _project_lock = threading.Lock(), threading.Lock()
_networks_of_project: WeakSet[SequentialNetwork] = WeakSet()


@dataclass(frozen=True, eq=False)
class EvaluatedModel:
    """A model, and its answers for the test images of MNIST."""

    model: Model
    evaluation: Evaluation


@dataclass(frozen=True, eq=False)
class DigitScores:
    """The scores of all images with one average digit, and which images show that digit.

    Attributes
    ----------
    train, test : ndarray of shape (n_train,) and (n_test,), float64
        Dot products of the images with the average digit.
    train_is_digit, test_is_digit : ndarray of shape (n_train,) and (n_test,), bool
        Whether the image shows the digit.
    """

    train: np.ndarray
    train_is_digit: np.ndarray
    test: np.ndarray
    test_is_digit: np.ndarray

    @cached_property
    def train_ranked(self) -> average_digit.RankedScores:
        """Those of the training images in order."""
        return average_digit.RankedScores(self.train, self.train_is_digit)

    @cached_property
    def test_ranked(self) -> average_digit.RankedScores:
        """Those of the test images in order."""
        return average_digit.RankedScores(self.test, self.test_is_digit)


def compute_ahead() -> Iterator[None]:
    """Load and compute what is the same for all visitors, and pause after each.

    Raises
    ------
    OSError, ValueError
        If a file of the project is missing or damaged; nothing is told to anyone.
    """
    _mnist()
    yield
    for path in (SHIPPED_MODEL_PATH, MEMOIRE_MODEL_PATH):
        with _project_lock:
            _evaluated_model(path)
        yield
    with _project_lock:
        _network(DOUBT_MODEL_PATH)
    _colour_bank()
    yield
    for digit in range(N_CLASSES):
        bias_sweep(digit)
        best_bias_of_training(digit)
        yield
    for examples in (deformation_examples, mnist_examples, pen_digit_examples):
        examples()
        yield


def mnist() -> Mnist:
    """Return MNIST; without it, tell the reader what to do and end the run of the page."""
    try:
        return _mnist()
    except DataFileError as error:
        st.error(str(error))
        st.stop()


@st.cache_resource(show_spinner=False)
def _mnist() -> Mnist:
    """Read MNIST; a failure is not kept, so that a mended file is found without a restart."""
    return load_mnist()


def colour_bank() -> tuple[ColourImage, ...]:
    """Return the bank of images, the mémoire's first; without it, say so and end the run."""
    try:
        return _colour_bank()
    except (OSError, ValueError, KeyError):
        st.error(
            _(
                "The images in data/colours are missing or damaged: "
                "get the folder again from the project."
            )
        )
        st.stop()


@st.cache_resource(show_spinner=False)
def _colour_bank() -> tuple[ColourImage, ...]:
    """Read the bank; a failure is not kept, as with MNIST."""
    return read_bank(COLOURS_DIR)


@st.cache_resource(show_spinner=False)
def average_digits() -> np.ndarray:
    """Return the ten average digits, (10, 28, 28) float64 in 0-1."""
    return average_digit.average_digits(_mnist().train_images, _mnist().train_labels)


@cache
def digit_scores(digit: int) -> DigitScores:
    """Return the scores of all images with one average digit."""
    data, (train, test) = _mnist(), _all_digit_scores()
    return DigitScores(
        train=train[digit],
        train_is_digit=data.train_labels == digit,
        test=test[digit],
        test_is_digit=data.test_labels == digit,
    )


@st.cache_resource(show_spinner=False)
def _all_digit_scores() -> tuple[np.ndarray, np.ndarray]:
    """Return the scores with each average, (10, n_train) and (10, n_test) float64.

    All at once, so that nobody waits who is the first to choose a digit.
    """
    data, weights = _mnist(), average_digits()
    train, test = (
        average_digit.scores(images, weights) for images in (data.train_images, data.test_images)
    )
    return np.ascontiguousarray(train.T), np.ascontiguousarray(test.T)


@cache
def bias_sweep(digit: int) -> average_digit.BiasSweep:
    """Return the accuracy of every bias on the test images, at the mémoire's threshold."""
    scores = digit_scores(digit)
    return average_digit.sweep_bias(scores.test, scores.test_is_digit)


@cache
def best_bias_of_training(digit: int) -> average_digit.ThresholdEvaluation:
    """Return the answers for the test images with the bias that is best on the training images."""
    scores = digit_scores(digit)
    bias = average_digit.sweep_bias(scores.train, scores.train_is_digit).best_bias
    return scores.test_ranked.evaluate(bias)


@st.cache_resource(show_spinner=False)
def deformation_examples() -> dict[str, bytes]:
    """Return for each deformation a digit and what becomes of it, a PNG of 252x28 pixels."""
    digit = _mnist().train_images[0]
    copies = np.repeat(digit[np.newaxis], 8, axis=0)
    examples = {}
    for name in DEFORMATIONS:
        deformed = Augmentation((name,)).deform(copies, np.random.default_rng(0))
        examples[name] = png(Image.fromarray(255 - np.hstack([digit, *deformed])))
    return examples


@st.cache_resource(show_spinner=False)
def mnist_examples() -> bytes:
    """Return training images of MNIST, a PNG of 560x56 pixels; each digit twice in two rows."""
    labels = _mnist().train_labels
    first = [np.flatnonzero(labels == digit)[:4] for digit in range(N_CLASSES)]
    return _in_two_rows([_mnist().train_images[of_digit] for of_digit in first])


@st.cache_resource(show_spinner=False)
def pen_digit_examples() -> bytes:
    """Return made-up European digits, a PNG of 560x56 pixels; each digit twice in two rows."""
    generator = np.random.default_rng(1)
    return _in_two_rows(
        [
            [stroke_steps(draw_strokes(digit, generator)).image for _ in range(4)]
            for digit in range(N_CLASSES)
        ]
    )


def _in_two_rows(digits: Sequence[Sequence[np.ndarray]]) -> bytes:
    """Return four images of each digit as one PNG, ink dark."""
    rows = [[image for images in digits for image in images[i : i + 2]] for i in (0, 2)]
    return png(Image.fromarray(255 - np.vstack([np.hstack(row) for row in rows])))


def shipped_model() -> EvaluatedModel:
    """Return the model that comes with the project; without it, say so and end the run."""
    return _of_project(_evaluated_model, SHIPPED_MODEL_PATH)


def memoire_model() -> EvaluatedModel:
    """Return a network of the mémoire's settings, trained anew; else as `shipped_model`."""
    return _of_project(_evaluated_model, MEMOIRE_MODEL_PATH)


def is_of_project(network: SequentialNetwork) -> bool:
    """Return whether a network is that of `shipped_model` or `memoire_model`, which stay."""
    return network in _networks_of_project


def doubt_network() -> SequentialNetwork:
    """Return the network that tells digits from what is none, see `nncore.doubt`; else the same."""
    return _of_project(_network, DOUBT_MODEL_PATH)


def _of_project(read: Callable[[Path], _Read], path: Path) -> _Read:
    """Return what is in a model file of the project; without it, say so and end the run."""
    try:
        with _project_lock:
            return read(path)
    # Of a model for other images or digits, NumPy says so.
    except ValueError:
        st.error(
            _(
                "The file data/models/{name} is missing or damaged: get it again from the project."
            ).format(name=path.name)
        )
        st.stop()


# Not in Streamlit's cache, which takes a millisecond to recognise a path, at each stroke.
@cache
def _evaluated_model(path: Path) -> EvaluatedModel:
    """Read a model and let it answer; a failure is not kept, as with MNIST; the lock is held."""
    evaluated = _evaluated(load_model(path))
    _networks_of_project.add(evaluated.model.network)
    return evaluated


@cache
def _network(path: Path) -> SequentialNetwork:
    """Read a network; a failure is not kept; the lock is held."""
    return load_model(path).network


def job_queue() -> JobQueue:
    """Return the server's queue of training jobs, made at the first call.

    Not in Streamlit's cache: that is emptied for everyone when any browser asks for it.
    """
    with _queue_lock:
        return _make_queue()


@cache
def _make_queue() -> JobQueue:
    """Return the only queue; the lock is held."""
    return JobQueue()


def trained_model(job: Job) -> EvaluatedModel:
    """Return the model of a job's last finished epoch."""
    return _trained_model(job.id, len(job.epochs))


@st.cache_resource(show_spinner=False, max_entries=32, ttl=KEPT_FOR)
def _trained_model(job_id: str, n_epochs: int) -> EvaluatedModel:
    """Read a job's model; the number of epochs tells an older state of it from a newer one."""
    job = job_queue().find(job_id)
    model, answers = load_model(job.model_path), job.answers()
    if answers is None:
        # The worker was killed before it could answer.
        return _evaluated(model)
    return EvaluatedModel(model, evaluate_answers(answers, _mnist().test_labels))


def tuned_model(job: FineTuningJob) -> EvaluatedModel:
    """Return the model of a fine-tuning that is done."""
    return _tuned_model(job.id)


@st.cache_resource(show_spinner=False, max_entries=16, ttl=KEPT_FOR)
def _tuned_model(job_id: str) -> EvaluatedModel:
    """Read a fine-tuned model with its answers."""
    job = job_queue().find(job_id, FineTuningJob)
    return EvaluatedModel(
        load_model(job.model_path), evaluate_answers(job.answers(), _mnist().test_labels)
    )


def forget_fine_tuning(job: FineTuningJob) -> None:
    """Stop a fine-tuning, and delete all that it has learnt."""
    job_queue().forget(job)
    _tuned_model.clear(job.id)


# Of a session, so that an upload goes with it; each session has two places to upload a model.
@st.cache_resource(show_spinner=False, max_entries=2, scope="session")
def uploaded_model(data: bytes) -> EvaluatedModel:
    """Return the model in an uploaded file.

    Raises
    ------
    nncore.model_files.ModelFileError
        If the file is not a model, or not one for images like those of MNIST.
    """
    model = load_model(data)
    ends = (model.network.n_inputs, model.network.n_outputs)
    if ends != (_mnist().test_images[0].size, N_CLASSES):
        raise ModelFileError(
            f"This model takes {ends[0]} pixels and tells {ends[1]} classes apart: "
            f"choose one for {_mnist().test_images[0].size} pixels and {N_CLASSES} digits."
        )
    return _evaluated(model)


@st.cache_resource(show_spinner=False, max_entries=16, ttl=KEPT_FOR)
def snapshot(path: Path) -> SequentialNetwork:
    """Return the network of a snapshot of a training.

    Raises
    ------
    nncore.model_files.ModelFileError
        If the file is gone, as it is once its job has been forgotten.
    """
    return load_model(path).network


def _evaluated(model: Model) -> EvaluatedModel:
    """Let a model answer for the test images."""
    test = mnist()
    return EvaluatedModel(model, evaluate(model.network, test.test_images, test.test_labels))
