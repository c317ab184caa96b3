"""Calibration: how far the confidence of answers can be relied on, and what refusing gains."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class CalibrationCurve:
    """Confidence against accuracy, in bins of equal width.

    Attributes
    ----------
    edges : ndarray of shape (n_bins + 1,), float64
        From 0 to 1.
    counts : ndarray of shape (n_bins,), int
        Answers whose confidence is in the bin.
    confidence, accuracy : ndarray of shape (n_bins,), float64
        Mean confidence of those answers and the share of them that is right, 0 to 1; NaN in an
        empty bin.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def expected_error(self) -> float:
        """The expected calibration error: |accuracy - confidence|, averaged over the answers.

        References
        ----------
        Mahdi Pakdaman Naeini, Gregory Cooper and Milos Hauskrecht, *Obtaining Well Calibrated
        Probabilities Using Bayesian Binning*, AAAI 29, 2015, doi:10.1609/aaai.v29i1.9602.
        """
        gaps = np.abs(self.accuracy - self.confidence)
        return float(np.nansum(gaps * self.counts) / self.counts.sum())

    @property
    def overconfidence(self) -> float:
        """Mean confidence minus accuracy of all answers: positive for a network too sure."""
        gaps = self.confidence - self.accuracy
        return float(np.nansum(gaps * self.counts) / self.counts.sum())


@dataclass(frozen=True, eq=False)
class AcceptanceCurve:
    """What becomes of the answers when those that are not confident enough are refused.

    Attributes
    ----------
    thresholds : ndarray of shape (n,), float64
        An answer is accepted if its confidence exceeds the threshold.
    n_answers : int
        Accepted and refused together.
    n_accepted, n_right : ndarray of shape (n,), int
        Accepted answers, and how many of these are right.
    """

    thresholds: np.ndarray
    n_answers: int
    n_accepted: np.ndarray
    n_right: np.ndarray

    @property
    def refused_share(self) -> np.ndarray:
        """Share of all answers that is refused, (n,) float64 in 0-1."""
        return 1 - self.n_accepted / self.n_answers

    @property
    def accuracy(self) -> np.ndarray:
        """Share of the accepted answers that is right, (n,) float64; NaN where none is accepted."""
        return np.divide(
            self.n_right,
            self.n_accepted,
            out=np.full(self.n_accepted.shape, np.nan),
            where=self.n_accepted > 0,
        )


def calibration_curve(
    confidences: np.ndarray, is_right: np.ndarray, n_bins: int = 10
) -> CalibrationCurve:
    """Compare how confident answers are with how often they are right.

    Parameters
    ----------
    confidences : ndarray of shape (n_answers,), float
        The output for the class that was answered, 0 to 1.
    is_right : ndarray of shape (n_answers,), bool
        Whether each answer is right.
    n_bins : int
        At least 1. A bin holds its lower edge; the last one holds 1 too.

    Returns
    -------
    CalibrationCurve

    Raises
    ------
    ValueError
        If there is no answer, the arrays do not match, a confidence is not from 0 to 1, or
        ``n_bins`` is not positive.
    """
    _check(confidences, is_right)
    if n_bins < 1:
        raise ValueError(f"n_bins must be at least 1, got {n_bins}")
    edges = np.linspace(0, 1, n_bins + 1)
    # Searched in the edges themselves: 0.3 * 10 is less than 3 in floating point.
    bins = np.searchsorted(edges[1:-1], confidences, side="right")
    counts = np.bincount(bins, minlength=n_bins)
    sums = [np.bincount(bins, values, n_bins) for values in (confidences, is_right)]
    with np.errstate(invalid="ignore"):
        confidence, accuracy = (total / counts for total in sums)
    return CalibrationCurve(edges, counts, confidence, accuracy)


def acceptance_curve(
    confidences: np.ndarray, is_right: np.ndarray, thresholds: np.ndarray
) -> AcceptanceCurve:
    """Count which answers are accepted at each threshold, and how many of these are right.

    Parameters
    ----------
    confidences : ndarray of shape (n_answers,), float
        The output for the class that was answered, 0 to 1.
    is_right : ndarray of shape (n_answers,), bool
        Whether each answer is right.
    thresholds : ndarray of shape (n,), float
        In any order.

    Returns
    -------
    AcceptanceCurve

    Raises
    ------
    ValueError
        If there is no answer, the arrays do not match, or a confidence is not from 0 to 1.
    """
    _check(confidences, is_right)
    order = np.argsort(confidences)
    # From each answer on, in order of confidence, how many are right; 0 after the last.
    right_from = np.append(np.cumsum(is_right[order][::-1])[::-1], 0)
    n_refused = np.searchsorted(confidences[order], thresholds, side="right")
    return AcceptanceCurve(
        np.asarray(thresholds, dtype=np.float64),
        len(confidences),
        len(confidences) - n_refused,
        right_from[n_refused],
    )


def _check(confidences: np.ndarray, is_right: np.ndarray) -> None:
    """Raise ValueError unless there are answers, each with a confidence from 0 to 1."""
    if confidences.ndim != 1 or confidences.shape != is_right.shape or not confidences.size:
        raise ValueError(
            "confidences and is_right must both be (n_answers,) and not empty, "
            f"got {confidences.shape} and {is_right.shape}"
        )
    # Written so that NaN fails too.
    if not (confidences.min() >= 0 and confidences.max() <= 1):
        raise ValueError(
            f"confidences must be from 0 to 1, got {confidences.min()} to {confidences.max()}"
        )
