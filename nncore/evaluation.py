"""Evaluation: how good a network is on images that it has not learnt from."""

import statistics
from dataclasses import dataclass

import numpy as np

from nncore.network import SequentialNetwork


@dataclass(frozen=True)
class Evaluation:
    """What a network answers for labelled images, counted.

    Attributes
    ----------
    labels, predictions : ndarray of shape (n,), int
        The true class of every image, and the answer: the class of the largest output.
    probabilities : ndarray of shape (n, n_classes), float
        The outputs. They sum to 1 only after softmax.
    confusion : ndarray of shape (n_classes, n_classes), int
        ``confusion[i, j]`` images of class ``i`` were answered with ``j``.
    """

    labels: np.ndarray
    predictions: np.ndarray
    probabilities: np.ndarray
    confusion: np.ndarray

    @property
    def accuracy(self) -> float:
        """Share of right answers, in 0-1."""
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def recall(self) -> np.ndarray:
        """For each class, (n_classes,), the share of its images found; NaN where it has none."""
        return _ratio(np.diag(self.confusion), self.confusion.sum(axis=1))

    @property
    def precision(self) -> np.ndarray:
        """For each class, (n_classes,), the share of its answers right; NaN if never answered."""
        return _ratio(np.diag(self.confusion), self.confusion.sum(axis=0))

    def mistakes(self) -> np.ndarray:
        """Return the indices of the wrong answers, the most confident one first, as (n_wrong,)."""
        wrong = np.flatnonzero(self.predictions != self.labels)
        confidence = self.probabilities[wrong, self.predictions[wrong]]
        return wrong[np.argsort(-confidence, kind="stable")]


def evaluate(network: SequentialNetwork, images: np.ndarray, labels: np.ndarray) -> Evaluation:
    """Let a network answer for labelled images.

    Parameters
    ----------
    network : SequentialNetwork
    images : ndarray of shape (n, height, width) or (n, n_inputs), uint8 or float
    labels : ndarray of shape (n,), int
        In ``range(network.n_outputs)``.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If there is no image, or images and labels differ in number.
    """
    if len(images) != len(labels) or len(images) == 0:
        raise ValueError(
            "images and labels must be equal in number and not empty, "
            f"got {len(images)} and {len(labels)}"
        )
    return evaluate_answers(network.predict(images), labels)


def evaluate_answers(probabilities: np.ndarray, labels: np.ndarray) -> Evaluation:
    """Count answers that have been given already.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes), float
        The outputs of a network.
    labels : ndarray of shape (n,), int
        In ``range(n_classes)``.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If there are not as many answers as labels.
    """
    if probabilities.ndim != 2 or len(probabilities) != len(labels):
        raise ValueError(
            f"probabilities must be ({len(labels)}, n_classes), got {probabilities.shape}"
        )
    predictions = probabilities.argmax(axis=1)
    n_classes = probabilities.shape[1]
    pairs = labels.astype(np.intp) * n_classes + predictions
    confusion = np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)
    return Evaluation(labels, predictions, probabilities, confusion)


def accuracy(network: SequentialNetwork, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of images, in 0-1, whose largest output is the right class."""
    return evaluate(network, images, labels).accuracy


def wilson_interval(n_right: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return between which shares the true one lies, when so many of a sample were right.

    Parameters
    ----------
    n_right, n : int
        Right ones, of how many; at least 1.
    confidence : float, default 0.95
        How often such an interval holds the true share, above 0 and below 1.

    Returns
    -------
    low, high : float
        In 0-1; ``n_right / n`` is between them, but not in the middle.

    Raises
    ------
    ValueError
        If ``n_right`` is not from 0 to ``n``, ``n`` is less than 1, or ``confidence`` is out of
        range.

    Notes
    -----
    The shares p for which ``n_right / n`` is no further than z standard deviations
    ``sqrt(p (1 - p) / n)`` away. Unlike p ± z standard deviations it is right for a few samples,
    and it has a width when all are right.

    References
    ----------
    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA
    22(158), 1927. doi:10.1080/01621459.1927.10502953
    """
    if n < 1 or not 0 <= n_right <= n:
        raise ValueError(f"n_right must be from 0 to n and n at least 1, got {n_right} and {n}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    z = statistics.NormalDist().inv_cdf((1 + confidence) / 2)
    share = n_right / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    # Exactly 0 and 1 at the ends, but for rounding.
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide counts, giving NaN for 0 of 0."""
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
