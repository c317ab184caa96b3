"""Augmentation: handwritten digits deformed at random, as other pens and hands would write them.

Used between the training images and their mini-batch; images stay uint8. The sampling runs in
fixed-point integers: several times as fast as floats, and exact where nothing moves.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

DEFORMATIONS = ("shift", "rotation", "scale", "shear", "thickness", "elastic")
STRENGTH_RANGES = {
    "shift_px": (0.0, 100.0),
    "rotation_degrees": (0.0, 180.0),
    "scale": (1.0, 4.0),
    "aspect": (1.0, 4.0),
    "shear": (0.0, 2.0),
    "thickness_px": (0.0, 1.0),
    "elastic_px": (0.0, 20.0),
    "elastic_sigma_px": (1.0, 100.0),
}

# Pixels deformed at a time: the dozen arrays of a chunk have to fit into the processor's cache.
_CHUNK_PX = 50_000
# Of the variance of an elastic displacement; what is left out is finer than anybody sees.
_ELASTIC_SHARE = 0.999


@dataclass(frozen=True)
class Augmentation:
    """Which deformations there are, and how strong each is at most.

    Every image gets its own: uniform within the limits, but for the elastic one, which is normal.
    The defaults suit digits that are centred by their mass, as MNIST's are.

    Attributes
    ----------
    deformations : tuple of str
        Those switched on, of `DEFORMATIONS`; the strengths of the others do not matter.
    shift_px : float
        Horizontally and vertically, in pixels.
    rotation_degrees : float
        About the centre of the image, either way, in degrees.
    scale : float
        Factor of the size, from ``1 / scale`` to ``scale``; uniform in its logarithm.
    aspect : float
        Factor of width by height, from ``1 / aspect`` to ``aspect``; belongs to "scale".
    shear : float
        Slant: how far x moves with each pixel of y, either way.
    thickness_px : float
        How far the edges of a stroke move out or in, in pixels; at most 1.
    elastic_px : float
        Root mean square of the displacement in x and in y, in pixels.
    elastic_sigma_px : float
        Smoothness: standard deviation of the blur that makes displacements out of noise, in
        pixels.

    Raises
    ------
    ValueError
        If a deformation is unknown, or a strength is out of `STRENGTH_RANGES`.
    """

    deformations: tuple[str, ...] = DEFORMATIONS
    shift_px: float = 1.0
    rotation_degrees: float = 10.0
    scale: float = 1.12
    aspect: float = 1.1
    shear: float = 0.15
    thickness_px: float = 0.3
    elastic_px: float = 1.0
    elastic_sigma_px: float = 4.5

    def __post_init__(self):
        for name in self.deformations:
            if name not in DEFORMATIONS:
                raise ValueError(f"deformations must be of {', '.join(DEFORMATIONS)}, got {name!r}")
        for name, (low, high) in STRENGTH_RANGES.items():
            value = getattr(self, name)
            # A comparison with NaN is false, so NaN is refused too.
            if not (isinstance(value, int | float) and low <= value <= high):
                raise ValueError(f"{name} must be from {low:g} to {high:g}, got {value!r}")

    def deform(self, images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """Deform each image at random.

        Parameters
        ----------
        images : ndarray of shape (n, size, size), uint8
            0 is paper, 255 is ink. They stay as they are.
        generator : numpy.random.Generator
            The same state gives the same images. A deformation switched off leaves the others as
            they were.

        Returns
        -------
        ndarray of shape (n, size, size), uint8
            New images; what has moved out of the frame is lost, and paper has moved in.

        Raises
        ------
        ValueError
            If ``images`` is not (n, size, size) uint8.

        Notes
        -----
        Thickness is a grey dilation or erosion by the four neighbours of a pixel, done in part.
        All else is one change of coordinates, sampled once and bilinearly: an affine map about
        the centre of the image, then a displacement by blurred noise, as in [1]_.

        References
        ----------
        .. [1] P. Y. Simard, D. Steinkraus and J. C. Platt, "Best practices for convolutional
           neural networks applied to visual document analysis", ICDAR, 2003.
           doi:10.1109/ICDAR.2003.1227801
        """
        images = np.asarray(images)
        if (
            images.ndim != 3
            or images.shape[1] != images.shape[2]
            or images.shape[1] == 0
            or images.dtype != np.uint8
        ):
            raise ValueError(
                f"images must be (n, size, size) uint8, got {images.shape} {images.dtype.name}"
            )
        n_images, size, _ = images.shape
        affine, thickness_px = self._draw(n_images, generator)
        deformed = np.empty(images.shape, dtype=np.uint8)
        step = max(1, _CHUNK_PX // size**2)
        for start in range(0, n_images, step):
            chunk = slice(start, start + step)
            result = images[chunk]
            if "thickness" in self.deformations:
                result = _change_thickness(result, thickness_px[chunk])
            if set(self.deformations) - {"thickness"}:
                result = _sample(result, self._positions(affine[:, chunk], size, generator))
            deformed[chunk] = result
        return deformed

    def _draw(self, n_images: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return (2, n, 3) constant, x and y terms of the affine map, and (n,) pixels of stroke."""
        limits = {
            "shift": [self.shift_px, self.shift_px],
            "rotation": [math.radians(self.rotation_degrees)],
            "scale": [math.log(self.scale), math.log(self.aspect) / 2],
            "shear": [self.shear],
            "thickness": [self.thickness_px],
        }
        # All are drawn, whichever are switched on, so that one does not change the others.
        in_order = [
            limit if name in self.deformations else 0.0
            for name, its_limits in limits.items()
            for limit in its_limits
        ]
        draws = generator.uniform(-1, 1, (n_images, len(in_order))) * in_order
        shift_x, shift_y, angle, log_scale, log_aspect, shear, thickness_px = draws.T
        # The inverse of rotation after shear after scale: a pixel asks where its ink comes from.
        cosine, sine = np.cos(angle), np.sin(angle)
        narrower, flatter = np.exp(-log_scale - log_aspect), np.exp(-log_scale + log_aspect)
        x_terms = narrower * (cosine + shear * sine), narrower * (sine - shear * cosine)
        y_terms = -flatter * sine, flatter * cosine
        affine = [(-x * shift_x - y * shift_y, x, y) for x, y in (x_terms, y_terms)]
        return np.moveaxis(np.array(affine, dtype=np.float32), 1, 2), thickness_px

    def _positions(
        self, affine: np.ndarray, size: int, generator: np.random.Generator
    ) -> np.ndarray:
        """Return (2, n, size, size): x and y from the centre at which a pixel finds its ink."""
        coordinates = np.arange(size, dtype=np.float32) - (size - 1) / 2
        columns = [np.ones_like(coordinates), coordinates]
        if "elastic" in self.deformations:
            columns.extend(_elastic_waves(size, self.elastic_sigma_px).T)
        # Constant, x, y and waves are all products of one function of the row and one of the
        # column, so small matrix products on both sides make the positions of all pixels.
        functions = np.stack(columns, axis=1)
        n_functions = len(columns)
        terms = np.zeros((2, affine.shape[1], n_functions, n_functions), dtype=np.float32)
        terms[..., 0, 0], terms[..., 0, 1], terms[..., 1, 0] = np.moveaxis(affine, 2, 0)
        if "elastic" in self.deformations:
            waves = terms[..., 2:, 2:]
            waves[:] = generator.standard_normal(waves.shape, dtype=np.float32)
            waves *= self.elastic_px
        return functions @ (terms @ functions.T)


@lru_cache(maxsize=8)
def _elastic_waves(size: int, sigma_px: float) -> np.ndarray:
    """Return (size, n_waves) float32 whose sums with normal weights are blurred noise, variance 1.

    These are the left singular vectors of the blur, each times its singular value: the few that
    pass it. Noise on all pixels, blurred, gives the same from a hundred times as many numbers.
    """
    reach = math.ceil(4 * sigma_px)
    distances = np.arange(size)[:, None] - np.arange(-reach, size + reach)
    blur = np.exp(-0.5 * (distances / sigma_px) ** 2)
    vectors, strengths, _ = np.linalg.svd(blur, full_matrices=False)
    shares = np.cumsum(strengths**2) / np.sum(strengths**2)
    n_waves = 1 + int(np.searchsorted(shares, _ELASTIC_SHARE))
    waves = vectors[:, :n_waves] * strengths[:n_waves]
    waves /= np.linalg.norm(waves, axis=1, keepdims=True)
    waves = waves.astype(np.float32)
    waves.setflags(write=False)
    return waves


def _with_margin(images: np.ndarray) -> np.ndarray:
    """Return (n, size + 2, size + 2) uint8 with a pixel of paper all around."""
    n_images, size, _ = images.shape
    framed = np.zeros((n_images, size + 2, size + 2), dtype=np.uint8)
    framed[:, 1:-1, 1:-1] = images
    return framed


def _change_thickness(images: np.ndarray, thickness_px: np.ndarray) -> np.ndarray:
    """Return the images with the edges of their strokes moved out by (n,) pixels, in if negative.

    Moving an image by a fraction r of a pixel interpolates between neighbours, so ink that
    spreads by r gains r times the difference to the darkest of them.
    """
    framed = _with_margin(images)
    row = framed.shape[2]
    # Ink shrinks where paper spreads: with the colours swapped, one formula does both.
    swap = np.where(thickness_px < 0, 255, 0).astype(np.uint8)[:, None, None]
    framed ^= swap
    before = framed.ravel()
    darkest = before.copy()
    # In the flat array a neighbour beyond the end of a row is paper of the margin.
    for distance in (1, row):
        np.maximum(darkest[distance:], before[:-distance], out=darkest[distance:])
        np.maximum(darkest[:-distance], before[distance:], out=darkest[:-distance])
    gains = (darkest - before).reshape(framed.shape)
    shares = np.rint(np.abs(thickness_px) * 256).astype(np.uint16)[:, None, None]
    framed += (gains * shares >> 8).astype(np.uint8)
    framed ^= swap
    return framed[:, 1:-1, 1:-1]


def _sample(images: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Return (n, size, size) uint8: each image at (2, n, size, size) x and y from its centre.

    Positions are rounded to 1/256 pixel; there is paper outside the image.
    """
    n_images, size, _ = images.shape
    framed = _with_margin(images)
    row = framed.shape[2]
    # From the first pixel of the margin instead of the centre, and half a step for rounding.
    fixed = (positions * 256 + (128 * (size + 1) + 0.5)).astype(np.int32)
    np.clip(fixed, 0, 256 * (size + 1), out=fixed)
    x, y = fixed >> 8
    x_weights, y_weights = (fixed & 255).view(np.uint32)
    first_pixels = row * row * np.arange(n_images, dtype=np.int32)
    corners = np.take(_corners(framed), x + row * y + first_pixels[:, None, None])
    # Two bytes at a time, 00 bottom 00 top, each with 8 bits of room for a fraction.
    left, right = corners & 0x00FF00FF, corners >> 8 & 0x00FF00FF
    both = _interpolate(left, right, x_weights)
    top, bottom = both & 0xFFFF, both >> 16
    return (_interpolate(top, bottom, y_weights) + 0x8000 >> 16).astype(np.uint8)


def _corners(framed: np.ndarray) -> np.ndarray:
    """Return for each pixel, in one flat array, four bytes in an uint32.

    From the lowest: the pixel itself, its neighbours to the right, below, and below to the right.
    One look-up for all four takes less than half the time of one for each.
    """
    row = framed.shape[2]
    # The very last pixel has neighbours too; they have no weight.
    pixels = np.concatenate([framed.ravel(), np.zeros(row + 1, dtype=np.uint8)])
    pairs = pixels[:-1] | pixels[1:].astype(np.uint16) << 8
    return pairs[:-row] | pairs[row:].astype(np.uint32) << 16


def _interpolate(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return uint32 values between two, times 256, for weights of the second in 0-255."""
    # A negative difference wraps around modulo 2**32, and the sum wraps back.
    difference = second - first
    difference *= weights
    difference += first << 8
    return difference
