"""Principal components: the few directions in which many-dimensional samples differ most."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """Samples seen along the directions of their largest variance.

    Attributes
    ----------
    mean : ndarray of shape (n_features,), float64
        Of the samples.
    directions : ndarray of shape (n_components, n_features), float64
        Of length 1 and at right angles, that of the largest variance first.
    coordinates : ndarray of shape (n_samples, n_components), float64
        ``(samples - mean) @ directions.T``.
    variance_shares : ndarray of shape (n_components,), float64
        Part of the samples' whole variance that each direction has, 0 to 1; all 0 where the
        samples are all alike.
    """

    mean: np.ndarray
    directions: np.ndarray
    coordinates: np.ndarray
    variance_shares: np.ndarray


def principal_components(samples: np.ndarray, n_components: int = 2) -> PrincipalComponents:
    """Find the directions in which samples differ most.

    Parameters
    ----------
    samples : ndarray of shape (n_samples, n_features), float
        At least one sample; finite.
    n_components : int
        From 1 to ``n_features``.

    Returns
    -------
    PrincipalComponents

    Raises
    ------
    ValueError
        If ``samples`` is not two-dimensional, is empty or not finite, or ``n_components`` is out
        of range.

    Notes
    -----
    With ``X`` the samples less their mean, the directions are the first singular vectors of the
    covariance ``X.T @ X / n_samples``, and its singular values are the variances along them. The
    singular vectors of ``X`` itself are the same and take several times as long when there are
    more samples than features. A direction's sign means nothing; it is chosen so that its
    largest entry is positive, for the same samples to give the same picture anywhere.

    References
    ----------
    Harold Hotelling, *Analysis of a complex of statistical variables into principal components*,
    Journal of Educational Psychology 24, 1933, doi:10.1037/h0071325.
    """
    if samples.ndim != 2 or not samples.size:
        raise ValueError(
            f"samples must be (n_samples, n_features) and not empty, got {samples.shape}"
        )
    if not 1 <= n_components <= samples.shape[1]:
        raise ValueError(f"n_components must be from 1 to {samples.shape[1]}, got {n_components}")
    if not np.isfinite(samples).all():
        raise ValueError("samples must be finite, got infinity or NaN")
    mean = samples.mean(axis=0, dtype=np.float64)
    centred = samples - mean
    covariance = centred.T @ centred / len(samples)
    vectors, variances, _ = np.linalg.svd(covariance, hermitian=True)
    directions = vectors.T[:n_components]
    largest = np.take_along_axis(
        directions, np.abs(directions).argmax(axis=1, keepdims=True), axis=1
    )
    directions = directions * np.sign(largest)
    # A rounding error is not a variance: the mean of equal values may differ from them a little.
    total = variances.sum()
    is_alike = total <= samples.shape[1] * (1e-12 * np.abs(samples).max()) ** 2
    shares = np.zeros(n_components) if is_alike else variances[:n_components] / total
    return PrincipalComponents(mean, directions, centred @ directions.T, shares)
