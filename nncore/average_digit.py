"""The average digit as a one-neuron classifier: score, bias, sigmoid, threshold.

It is the baseline of the mémoire: the weights are the mean image of a digit, nothing is learned.
"""

from dataclasses import dataclass

import numpy as np

from nncore.activations import sigmoid

MEMOIRE_DIGIT = 8
MEMOIRE_BIAS = -45.0
MEMOIRE_THRESHOLD = 0.5

# 1,000 images in float64 are 6 MB, small enough to stay near the processor's cache.
_CHUNK = 1000
# Scores closer than this count as equal: rounding in the sigmoid could swap them.
_SCORE_RESOLUTION = 1e-9


@dataclass(frozen=True)
class ThresholdEvaluation:
    """Counts of right and wrong answers, and the measures that follow from them.

    Attributes
    ----------
    true_positives, false_positives, false_negatives, true_negatives : int
        Positive: the answer was "yes, it is the digit". True: the answer was right.
    """

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def n_samples(self) -> int:
        """Number of answers counted, at least 1."""
        return (
            self.true_positives + self.false_positives + self.false_negatives + self.true_negatives
        )

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0 to 1."""
        return (self.true_positives + self.true_negatives) / self.n_samples

    @property
    def precision(self) -> float | None:
        """Share of the digit among the samples answered yes; None if none was."""
        answered_yes = self.true_positives + self.false_positives
        return self.true_positives / answered_yes if answered_yes else None

    @property
    def recall(self) -> float | None:
        """Share of yes among the samples that are the digit; None if none is."""
        are_digit = self.true_positives + self.false_negatives
        return self.true_positives / are_digit if are_digit else None

    @property
    def always_no_accuracy(self) -> float:
        """Accuracy, 0 to 1, of answering no to every one of these samples."""
        return (self.false_positives + self.true_negatives) / self.n_samples


class RankedScores:
    """Scores in order, whose answers are counted without another look at each of them.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,), float64
        Dot products, see `scores`.
    is_digit : ndarray of shape (n_samples,), bool
        Whether each sample is the digit looked for.

    Raises
    ------
    ValueError
        If there is no sample, or if shapes or dtypes do not fit.
    """

    def __init__(self, scores: np.ndarray, is_digit: np.ndarray):
        scores, is_digit = np.asarray(scores, dtype=np.float64), np.asarray(is_digit)
        _check_answers("scores", scores, is_digit)
        self._of_digit, self._of_others = np.sort(scores[is_digit]), np.sort(scores[~is_digit])

    def evaluate(self, bias: float, threshold: float = MEMOIRE_THRESHOLD) -> ThresholdEvaluation:
        """Count the answers of a neuron, as `predict` and `evaluate_threshold` would.

        Parameters
        ----------
        bias : float
            Added to every score.
        threshold : float, default 0.5
            Strictly between 0 and 1; above it the answer is yes.
        """
        cut = score_cut(bias, threshold)
        false_negatives = int(np.searchsorted(self._of_digit, cut, side="right"))
        true_negatives = int(np.searchsorted(self._of_others, cut, side="right"))
        return ThresholdEvaluation(
            true_positives=self._of_digit.size - false_negatives,
            false_positives=self._of_others.size - true_negatives,
            false_negatives=false_negatives,
            true_negatives=true_negatives,
        )

    def count_mistakes(
        self, bias: float, threshold: float = MEMOIRE_THRESHOLD, sure: float = 0.01
    ) -> tuple[int, int]:
        """Count the wrong answers of a neuron, and those of them that look sure.

        Parameters
        ----------
        bias : float
            Added to every score.
        threshold : float, default 0.5
            Strictly between 0 and 1; above it the answer is yes.
        sure : float, default 0.01
            An output looks sure if it is closer than this to 0 or to 1; from above 0 to 0.5.

        Returns
        -------
        n_wrong, n_sure : int
        """
        cut = score_cut(bias, threshold)
        low, high = score_cut(bias, sure), score_cut(bias, 1 - sure)
        # The digits up to the cut, and the others above it, are answered wrongly.
        digits = self._of_digit[: np.searchsorted(self._of_digit, cut, side="right")]
        others = self._of_others[np.searchsorted(self._of_others, cut, side="right") :]
        n_sure = sum(
            np.searchsorted(wrong, low, side="left")
            + wrong.size
            - np.searchsorted(wrong, high, side="right")
            for wrong in (digits, others)
        )
        return digits.size + others.size, int(n_sure)


@dataclass(frozen=True, eq=False)
class BiasSweep:
    """Accuracy at every bias that makes a difference.

    Attributes
    ----------
    biases : ndarray of shape (n_biases,), float64
        Increasing, one for each way in which a bias can part the samples: the first answers
        always no, the last always yes.
    accuracies : ndarray of shape (n_biases,), float64
        Share of right answers at each bias, 0 to 1.
    best_bias : float
        Bias with the highest accuracy; of several, the one with most room around it.
    best_accuracy : float
        Accuracy at ``best_bias``.
    """

    biases: np.ndarray
    accuracies: np.ndarray
    best_bias: float
    best_accuracy: float


def average_digit(images: np.ndarray, labels: np.ndarray, digit: int) -> np.ndarray:
    """Return the mean image of a digit.

    Parameters
    ----------
    images : ndarray of shape (n_samples, height, width), uint8
        The training images.
    labels : ndarray of shape (n_samples,), integers
        What each image shows.
    digit : int
        The label whose images are averaged.

    Returns
    -------
    ndarray of shape (height, width), float64
        Mean of pixel / 255, each from 0 to 1.

    Raises
    ------
    ValueError
        If the shapes or dtypes do not fit, or no image has that label.
    """
    images, labels = np.asarray(images), np.asarray(labels)
    _check_images(images)
    if labels.shape != images.shape[:1]:
        raise ValueError(f"labels must be ({len(images)},), got {labels.shape}")
    chosen = images[labels == digit]
    if not len(chosen):
        raise ValueError(f"digit must be among the labels, got {digit}")
    # A sum of integers is exact, so the mean is rounded once.
    return chosen.sum(axis=0, dtype=np.int64) / (255 * len(chosen))


def average_digits(images: np.ndarray, labels: np.ndarray, n_classes: int = 10) -> np.ndarray:
    """Return the mean image of each digit.

    Parameters
    ----------
    images : ndarray of shape (n_samples, height, width), uint8
        The training images.
    labels : ndarray of shape (n_samples,), integers
        What each image shows.
    n_classes : int, default 10
        Digits 0 to ``n_classes - 1`` are averaged.

    Returns
    -------
    ndarray of shape (n_classes, height, width), float64
        Mean of pixel / 255, each from 0 to 1.

    Raises
    ------
    ValueError
        As `average_digit`, for any of the digits.
    """
    return np.stack([average_digit(images, labels, digit) for digit in range(n_classes)])


def scores(images: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the dot product of each image, scaled to 0-1, with the weights.

    Parameters
    ----------
    images : ndarray of shape (n_samples, height, width), uint8
        Turned into floats a part at a time, so that all of MNIST needs less than 10 MB.
    weights : ndarray of shape (height, width) or (n_weights, height, width), float64
        Usually an average digit, or all of them, which takes hardly longer.

    Returns
    -------
    ndarray of shape (n_samples,) or (n_samples, n_weights), float64
        One score an image, for each of the weights.

    Raises
    ------
    ValueError
        If the shapes or dtypes do not fit.
    """
    images, weights = np.asarray(images), np.asarray(weights, dtype=np.float64)
    _check_images(images)
    if weights.ndim != 3:
        _check_weights(weights, images.shape[1:])
    else:
        _check_weights(weights, (len(weights), *images.shape[1:]))
    scaled_weights = weights.reshape(*weights.shape[:-2], -1).T / 255
    result = np.empty((len(images), *weights.shape[:-2]))
    for start in range(0, len(images), _CHUNK):
        chunk = images[start : start + _CHUNK]
        result[start : start + _CHUNK] = (
            chunk.reshape(len(chunk), -1).astype(np.float64) @ scaled_weights
        )
    return result


def pixel_products(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return what each pixel of one image adds to its score.

    Parameters
    ----------
    image : ndarray of shape (height, width), uint8
        One image.
    weights : ndarray of shape (height, width), float64
        Usually an average digit.

    Returns
    -------
    ndarray of shape (height, width), float64
        pixel / 255 times weight; the sum over all pixels is the score.

    Raises
    ------
    ValueError
        If the shapes or dtypes do not fit.
    """
    image, weights = np.asarray(image), np.asarray(weights, dtype=np.float64)
    if image.ndim != 2 or image.dtype != np.uint8:
        raise ValueError(
            f"image must be (height, width) uint8, got {image.shape} {image.dtype.name}"
        )
    _check_weights(weights, image.shape)
    return image / 255 * weights


def predict(scores: np.ndarray, bias: float) -> np.ndarray:
    """Turn scores into the neuron's outputs, sigmoid(score + bias).

    Parameters
    ----------
    scores : ndarray of any shape, float64
        Dot products, see `scores`.
    bias : float
        Added to every score; the mémoire chose -45 for the digit 8.

    Returns
    -------
    ndarray of the same shape, float64
        From 0 to 1, increasing with the score.

    Raises
    ------
    ValueError
        If ``bias`` is not finite.
    """
    if not np.isfinite(bias):
        raise ValueError(f"bias must be finite, got {bias}")
    return sigmoid(np.asarray(scores, dtype=np.float64) + bias)


def score_cut(bias: float, threshold: float) -> float:
    """Return the score above which the answer is yes: where sigmoid(score + bias) = threshold.

    Parameters
    ----------
    bias : float
        Added to every score.
    threshold : float
        Strictly between 0 and 1.

    Raises
    ------
    ValueError
        If the threshold is out of range.
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be strictly between 0 and 1, got {threshold}")
    return float(np.log(threshold / (1 - threshold)) - bias)


def evaluate_threshold(
    probabilities: np.ndarray, is_digit: np.ndarray, threshold: float = MEMOIRE_THRESHOLD
) -> ThresholdEvaluation:
    """Count right and wrong answers when the answer is yes above a threshold.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples,), float64
        Outputs of the neuron, from 0 to 1.
    is_digit : ndarray of shape (n_samples,), bool
        Whether each sample is the digit looked for.
    threshold : float, default 0.5
        From 0 to 1. As in the mémoire, an output equal to the threshold means no.

    Returns
    -------
    ThresholdEvaluation
        The four counts, with accuracy, precision and recall.

    Raises
    ------
    ValueError
        If there is no sample, if shapes or dtypes do not fit, or a value is not from 0 to 1.
    """
    probabilities, is_digit = np.asarray(probabilities), np.asarray(is_digit)
    _check_answers("probabilities", probabilities, is_digit)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be from 0 to 1, got {threshold}")
    if probabilities.min() < 0 or probabilities.max() > 1:
        raise ValueError(
            "probabilities must be from 0 to 1, "
            f"got {probabilities.min():g} to {probabilities.max():g}"
        )
    answers = probabilities > threshold
    # NumPy counts in its own integers, which JSON does not take.
    n_yes, n_digit = int(np.count_nonzero(answers)), int(np.count_nonzero(is_digit))
    true_positives = int(np.count_nonzero(answers & is_digit))
    return ThresholdEvaluation(
        true_positives=true_positives,
        false_positives=n_yes - true_positives,
        false_negatives=n_digit - true_positives,
        true_negatives=is_digit.size - n_yes - n_digit + true_positives,
    )


def sweep_bias(
    scores: np.ndarray, is_digit: np.ndarray, threshold: float = MEMOIRE_THRESHOLD
) -> BiasSweep:
    """Find the accuracy at every useful bias, and the best one.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,), float64
        Dot products, see `scores`.
    is_digit : ndarray of shape (n_samples,), bool
        Whether each sample is the digit looked for.
    threshold : float, default 0.5
        Strictly between 0 and 1; above it the answer is yes.

    Returns
    -------
    BiasSweep
        At most ``n_samples + 1`` biases with their accuracies, and the best of them.

    Raises
    ------
    ValueError
        If there is no sample, if shapes or dtypes do not fit, or the threshold is out of range.

    Notes
    -----
    sigmoid(score + bias) > t holds exactly if score > `score_cut`, log(t / (1 - t)) - bias. So a
    bias is a cut through the sorted scores, and only one between two neighbours need be tried.
    """
    scores, is_digit = np.asarray(scores, dtype=np.float64), np.asarray(is_digit)
    _check_answers("scores", scores, is_digit)
    cut_without_bias = score_cut(0, threshold)
    # From the highest score down, so that the biases come out increasing.
    order = np.argsort(scores)[::-1]
    edges = np.concatenate(([scores[order[0]] + 2], scores[order], [scores[order[-1]] - 2]))
    gaps = edges[:-1] - edges[1:]
    useful = gaps > _SCORE_RESOLUTION
    # At cut k the k highest scores are answered yes: each digit among them is one more right
    # answer than "always no" has, each other sample one less.
    gains = np.concatenate(([0], np.cumsum(np.where(is_digit[order], 1, -1))))
    accuracies = ((np.count_nonzero(~is_digit) + gains) / scores.size)[useful]
    cuts = ((edges[:-1] + edges[1:]) / 2)[useful]
    biases = cut_without_bias - cuts
    best = np.lexsort((gaps[useful], accuracies))[-1]
    return BiasSweep(biases, accuracies, float(biases[best]), float(accuracies[best]))


def _check_images(images: np.ndarray) -> None:
    """Raise ValueError unless images are (n_samples, height, width) uint8."""
    if images.ndim != 3 or images.dtype != np.uint8:
        raise ValueError(
            "images must be (n_samples, height, width) uint8, "
            f"got {images.shape} {images.dtype.name}"
        )


def _check_weights(weights: np.ndarray, shape: tuple[int, ...]) -> None:
    """Raise ValueError unless there is a weight for each pixel."""
    if weights.shape != shape:
        raise ValueError(f"weights must be {shape} like the image, got {weights.shape}")


def _check_answers(name: str, values: np.ndarray, is_digit: np.ndarray) -> None:
    """Raise ValueError unless values are finite, (n_samples,), and match is_digit."""
    if values.ndim != 1 or not values.size:
        raise ValueError(f"{name} must be (n_samples,) with at least one, got {values.shape}")
    if is_digit.shape != values.shape or is_digit.dtype != bool:
        raise ValueError(
            f"is_digit must be {values.shape} bool, got {is_digit.shape} {is_digit.dtype.name}"
        )
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity")
