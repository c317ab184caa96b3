"""MNIST as the file holds it: read-only uint8 images and labels, checked once when loaded.

Everything that learns from digits starts here; nothing in this module turns pixels into floats.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from nncore.parsing import PARSER

PROJECT_FILE = (Path(__file__).parent.parent / "data" / "mnist.npz").resolve()
MNIST_SHA256 = "ee068f36682cba7f38bafdedc77b0f873ebbcf877036f7ebde566966146ac146"
IMAGE_SHAPE = (28, 28)
N_CLASSES = 10
N_TRAINING_IMAGES = 60_000

_KEYS = ("x_train", "y_train", "x_test", "y_test")


class DataFileError(ValueError):
    """The data file is missing, damaged or not of the form of MNIST."""


@dataclass(frozen=True, eq=False)
class Mnist:
    """Training and test images with their labels; the arrays are read-only.

    Attributes
    ----------
    train_images : ndarray of shape (n_train, 28, 28), uint8
        0 is paper, 255 is ink.
    train_labels : ndarray of shape (n_train,), uint8
        Digits 0 to 9.
    test_images : ndarray of shape (n_test, 28, 28), uint8
        As ``train_images``.
    test_labels : ndarray of shape (n_test,), uint8
        As ``train_labels``.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load_mnist(path: str | os.PathLike | None = None) -> Mnist:
    """Load MNIST, or another data set in a file of the same form.

    Parameters
    ----------
    path : str or path-like, optional
        An ``.npz`` file with ``x_train``, ``y_train``, ``x_test`` and ``y_test`` (the names that
        Keras uses). Without it, the file that the environment variable ``NNCORE_MNIST`` names;
        without that, the project's own ``data/mnist.npz``.

    Returns
    -------
    Mnist
        Read-only arrays, safe to share between sessions and threads.

    Raises
    ------
    DataFileError
        If the file is missing or unreadable, if the project's own file differs from the published
        MNIST (SHA-256), or if another file's keys, shapes, dtypes or labels are not those of
        MNIST. The message is one sentence that says what to do.
    """
    file_path = Path(path or os.environ.get("NNCORE_MNIST") or PROJECT_FILE).resolve()
    try:
        with file_path.open("rb") as file:
            if file_path == PROJECT_FILE:
                _check_digest(file)
            arrays = _read_arrays(file)
        return Mnist(
            *_checked_pair(arrays, "x_train", "y_train"), *_checked_pair(arrays, "x_test", "y_test")
        )
    except FileNotFoundError:
        raise DataFileError(f"{_name(file_path)} is missing: {_remedy(file_path)}.") from None
    # A damaged file makes zipfile, zlib and NumPy's header parser raise a dozen kinds of error.
    except Exception as error:
        raise DataFileError(
            f"{_name(file_path)} cannot be used ({error}): {_remedy(file_path)}."
        ) from error


def one_hot(labels: np.ndarray, n_classes: int = N_CLASSES) -> np.ndarray:
    """Turn integer labels into rows with a single 1.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,), integers
        Each from 0 to ``n_classes - 1``.
    n_classes : int, default 10
        Length of each row, at least 1.

    Returns
    -------
    ndarray of shape (n_samples, n_classes), float32
        Row i is 0 but for a 1 at column ``labels[i]``.

    Raises
    ------
    ValueError
        If ``labels`` is not a one-dimensional integer array, or a label is out of range.
    """
    labels = np.asarray(labels)
    if n_classes < 1:
        raise ValueError(f"n_classes must be at least 1, got {n_classes}")
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be (n_samples,) integers, got {labels.shape} {labels.dtype.name}"
        )
    if labels.size and not 0 <= labels.min() <= labels.max() < n_classes:
        raise ValueError(
            f"labels must be from 0 to {n_classes - 1}, got {labels.min()} to {labels.max()}"
        )
    targets = np.zeros((labels.size, n_classes), dtype=np.float32)
    targets[np.arange(labels.size), labels] = 1
    return targets


def _check_digest(file: BinaryIO) -> None:
    """Raise ValueError unless the file is the published MNIST; leave it rewound."""
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != MNIST_SHA256:
        raise ValueError("its SHA-256 is not that of MNIST")
    file.seek(0)


def _read_arrays(file: BinaryIO) -> dict[str, np.ndarray]:
    """Return the four arrays of an .npz file, unchecked but for their presence."""
    archive = np.load(file, allow_pickle=False)
    if not isinstance(archive, Mapping):
        raise ValueError("it is not an .npz archive")
    with archive, PARSER:
        missing = [key for key in _KEYS if key not in archive]
        if missing:
            raise ValueError(f"it has no {', '.join(missing)}")
        return {key: archive[key] for key in _KEYS}


def _checked_pair(
    arrays: Mapping[str, np.ndarray], images_key: str, labels_key: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return images and labels of one half as read-only uint8, or raise ValueError."""
    images, labels = arrays[images_key], arrays[labels_key]
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != IMAGE_SHAPE:
        raise ValueError(
            f"{images_key} must be (n, 28, 28) uint8, got {images.shape} {images.dtype.name}"
        )
    if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
        raise ValueError(
            f"{labels_key} must be ({len(images)},) integers, "
            f"got {labels.shape} {labels.dtype.name}"
        )
    if not labels.size:
        raise ValueError(f"{images_key} is empty")
    if labels.min() < 0 or labels.max() >= N_CLASSES:
        raise ValueError(f"{labels_key} must be from 0 to 9, got {labels.min()} to {labels.max()}")
    labels = labels.astype(np.uint8, copy=False)
    images.setflags(write=False)
    labels.setflags(write=False)
    return images, labels


def _name(file_path: Path) -> str:
    """Return what a person calls the file."""
    return "data/mnist.npz" if file_path == PROJECT_FILE else str(file_path)


def _remedy(file_path: Path) -> str:
    """Return what to do about a file that cannot be used."""
    if file_path == PROJECT_FILE:
        return "restore it with 'git checkout -- data/mnist.npz'"
    return (
        "name an .npz file with x_train, y_train, x_test and y_test like those of MNIST, "
        "or unset NNCORE_MNIST to use the project's own"
    )
