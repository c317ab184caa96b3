"""The training images nearest to an image, found without measuring the distance to each of them.

"Near" is up to whoever asks: in pixels, or in what the last hidden layer of a network answers.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nncore.layers import DenseLayer
from nncore.network import SequentialNetwork, as_inputs

# With 48 directions a query among MNIST's 60,000 images measures 200 distances as a rule, with 24
# more than 700; more directions make the bounds of all the others dearer.
_N_DIRECTIONS = 48
# The directions need not be the very best for the result to be exact.
_N_DIRECTION_IMAGES = 2000
_N_ITERATIONS = 3
_CHUNK = 1000
# Of distances measured at once.
_BATCH = 128
# Of the largest squared length: what single precision may be wrong by in the bounds.
_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The images nearest to one image, the nearest first.

    Attributes
    ----------
    indices : ndarray of shape (n,), int
        Which images of those searched.
    distances : ndarray of shape (n,), float32
        Euclidean distances, in units of the features.
    """

    indices: np.ndarray
    distances: np.ndarray


class NearestDigits:
    """Images among which the nearest to any image are found exactly.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width), uint8
        At least one. Kept, not copied.
    features : callable
        ``features(images)`` -> (n, n_features) float32, in which distances are measured; such as
        `pixels`, or `last_hidden_layer` of a network. Called again for the candidates of every
        query, so that the features of all images need not be kept.

    Raises
    ------
    ValueError
        If there is no image, or a feature is not finite.

    Notes
    -----
    Features less their mean have coordinates ``c`` along 48 directions in which images differ
    much, and a rest of length ``r`` at right angles to them. By the triangle inequality

        |x - y|^2 >= |c_x - c_y|^2 + (r_x - r_y)^2,

    so an image whose bound exceeds the distance of the n-th nearest found so far cannot be among
    the n nearest. Only ``c`` and ``r`` are kept: 196 bytes an image, 12 MB for all of MNIST, where
    pixels as floats would be 188 MB.

    References
    ----------
    Christos Faloutsos, M. Ranganathan, Yannis Manolopoulos, *Fast Subsequence Matching in
    Time-Series Databases*, SIGMOD 1994, doi:10.1145/191839.191925 (lower bounds that lose no
    neighbour).
    """

    def __init__(self, images: np.ndarray, features: Callable[[np.ndarray], np.ndarray]):
        if images.ndim != 3 or images.dtype != np.uint8 or not len(images):
            raise ValueError(
                "images must be (n_images, height, width) uint8 and not empty, "
                f"got {images.shape} {images.dtype.name}"
            )
        self._images = images
        self._features = features
        some = features(images[:: max(1, len(images) // _N_DIRECTION_IMAGES)])
        self._mean = some.mean(axis=0)
        self._directions = _large_directions(some - self._mean)
        self._reduced = np.empty((len(images), len(self._directions) + 1), np.float32)
        for start in range(0, len(images), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            self._reduced[chunk] = self._reduce(features(images[chunk]) - self._mean)
        if not np.isfinite(self._reduced).all():
            raise ValueError("features must be finite, got infinity or NaN")
        self._squares = np.einsum("ij,ij->i", self._reduced, self._reduced)

    def nearest(self, image: np.ndarray, n: int) -> Neighbours:
        """Return the images nearest to one image.

        Parameters
        ----------
        image : ndarray of shape (height, width), uint8
        n : int
            How many, from 1 to the number of images.

        Returns
        -------
        Neighbours

        Raises
        ------
        ValueError
            If ``n`` is out of range, or a feature of the image is not finite.
        """
        if not 1 <= n <= len(self._images):
            raise ValueError(f"n must be from 1 to {len(self._images)}, got {n}")
        target = self._features(image[np.newaxis])[0]
        if not np.isfinite(target).all():
            raise ValueError("features must be finite, got infinity or NaN")
        [reduced] = self._reduce((target - self._mean)[np.newaxis])
        square = reduced @ reduced
        bounds = self._squares - 2 * (self._reduced @ reduced) + square
        bounds -= _ROUNDING * (square + self._squares.max())
        order = np.argsort(bounds)
        indices, squares = np.empty(0, order.dtype), np.empty(0, np.float32)
        for start in range(0, len(order), _BATCH):
            candidates = order[start : start + _BATCH]
            if len(squares) == n and bounds[candidates[0]] > squares[-1]:
                break
            differences = self._features(self._images[candidates]) - target
            indices = np.concatenate([indices, candidates])
            squares = np.concatenate([squares, np.einsum("ij,ij->i", differences, differences)])
            best = np.argsort(squares, kind="stable")[:n]
            indices, squares = indices[best], squares[best]
        return Neighbours(indices, np.sqrt(squares))

    def _reduce(self, centred: np.ndarray) -> np.ndarray:
        """Return the coordinates of (n, n_features) along the directions, and the rest's length."""
        coordinates = centred @ self._directions.T
        rest = np.einsum("ij,ij->i", centred, centred)
        rest -= np.einsum("ij,ij->i", coordinates, coordinates)
        return np.column_stack([coordinates, np.sqrt(np.maximum(rest, 0))])


def _large_directions(centred: np.ndarray) -> np.ndarray:
    """Return (n_directions, n_features) nearly the first principal components, at right angles.

    Subspace iteration: the exact ones of a layer of 2,000 neurons take several seconds.
    """
    n_features = centred.shape[1]
    directions = np.random.default_rng(0).standard_normal(
        (n_features, min(_N_DIRECTIONS, n_features)), dtype=np.float32
    )
    for _ in range(_N_ITERATIONS):
        directions, _ = np.linalg.qr(centred.T @ (centred @ directions))
    return directions.T


def pixels(images: np.ndarray) -> np.ndarray:
    """Return the pixels of (n, height, width) uint8 images in 0-1, (n, n_pixels) float32."""
    return as_inputs(images, images[0].size, np.float32)


def last_hidden_layer(network: SequentialNetwork, images: np.ndarray) -> np.ndarray:
    """Return what the last hidden layer of a network answers.

    Parameters
    ----------
    network : SequentialNetwork
        Threads may share it.
    images : ndarray of shape (n, height, width), uint8
        Of as many pixels as the network has inputs.

    Returns
    -------
    ndarray of shape (n, n_neurons), float32
        What goes into the last dense layer.

    Raises
    ------
    ValueError
        If the network has no hidden layer, or the images are of another size.
    """
    places = [place for place, layer in enumerate(network.layers) if isinstance(layer, DenseLayer)]
    if len(places) < 2:
        raise ValueError(f"network must have a hidden layer, got {len(places)} dense layer(s)")
    activations = as_inputs(images, network.n_inputs, network.dtype)
    for layer in network.layers[: places[-1]]:
        activations = layer.apply(activations)
    return activations.astype(np.float32, copy=False)
