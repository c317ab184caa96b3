"""The mean colour of an image, which is all that the colour neuron sees of it.

Second in the chain of the colour neuron, after `nncore.images`; the mémoire's `couleur_moyenne`.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from nncore.images import rgb_bands

SCALES = (1, 255)


@dataclass(frozen=True)
class MeanColour:
    """The mean colour of an image, on the scale 0-255.

    Attributes
    ----------
    integer : tuple of 3 int
        Red, green, blue, each rounded down as the mémoire does with ``//``.
    exact : tuple of 3 float
        Red, green, blue, not rounded.
    """

    integer: tuple[int, int, int]
    exact: tuple[float, float, float]

    def on_scale(self, scale: int) -> np.ndarray:
        """Return the integer mean as the inputs of the neuron.

        Parameters
        ----------
        scale : int, 1 or 255
            What full red counts as.

        Returns
        -------
        ndarray of shape (3,), float64
            From 0 to ``scale``.

        Raises
        ------
        ValueError
            If ``scale`` is neither 1 nor 255.
        """
        return scale_colours(np.array(self.integer), scale)


def mean_colour(image: Image.Image) -> MeanColour:
    """Return the mean colour of all pixels of an image.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode that `nncore.images.rgb_pixels` takes; transparent pixels count as laid over
        white.

    Returns
    -------
    MeanColour
        The sums of the channels divided by the number of pixels.

    Raises
    ------
    ValueError
        If the image has no pixels or an unusual mode.
    """
    # One axis after the other: NumPy takes ten times longer for both at once.
    sums = sum(band.sum(axis=0, dtype=np.uint64).sum(axis=0) for band in rgb_bands(image))
    n_pixels = image.width * image.height
    red, green, blue = ((total // n_pixels, total / n_pixels) for total in sums.tolist())
    return MeanColour((red[0], green[0], blue[0]), (red[1], green[1], blue[1]))


def scale_colours(colours: np.ndarray, scale: int) -> np.ndarray:
    """Turn colours of 0-255 into inputs of the neuron.

    Parameters
    ----------
    colours : ndarray of shape (3,) or (n_samples, 3)
        Red, green, blue, from 0 to 255.
    scale : int, 1 or 255
        What 255 becomes.

    Returns
    -------
    ndarray of the same shape, float64
        From 0 to ``scale``.

    Raises
    ------
    ValueError
        If ``scale`` is neither 1 nor 255, or a colour is outside 0-255 or has not three parts.
    """
    colours = np.asarray(colours, dtype=np.float64)
    if colours.ndim not in (1, 2) or colours.shape[-1] != 3:
        raise ValueError(f"colours must be (3,) or (n_samples, 3), got {colours.shape}")
    if not np.all((colours >= 0) & (colours <= 255)):
        raise ValueError(f"colours must be from 0 to 255, got {colours.tolist()}")
    if scale not in SCALES:
        raise ValueError(f"scale must be 1 or 255, got {scale!r}")
    return colours / 255 if scale == 1 else colours
