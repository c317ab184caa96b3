"""Which pixels of an image speak for and against each answer of a network, in parts that add up.

The image is poured onto a baseline, such as blank paper, a little at a time. Whatever an answer's
score gains on the way is shared among the pixels that changed it, and nothing is lost.
"""

from dataclasses import dataclass

import numpy as np

from nncore.activations import ACTIVATIONS
from nncore.layers import ActivationLayer, DenseLayer
from nncore.network import SequentialNetwork, as_inputs

# Where a neuron's input changes less than this part of itself, its secant is mostly rounding.
_LEAST_CHANGE = 1e-4


@dataclass(frozen=True, eq=False)
class PixelEvidence:
    """How the pixels of an image have moved the scores of all answers.

    The score of an answer is what goes into the last activation. After softmax only differences of
    scores count: the logarithm of how much more probable one answer is than another.

    Attributes
    ----------
    maps : ndarray of shape (n_classes, height, width), float
        What each pixel adds to the score of each class; 0 where image and baseline are alike.
    baseline_scores, scores : ndarray of shape (n_classes,), float
        For the baseline and for the image; ``scores - baseline_scores`` is the sum of a map.
    """

    maps: np.ndarray
    baseline_scores: np.ndarray
    scores: np.ndarray

    def rather_than(self, answer: int, other: int) -> np.ndarray:
        """Return what each pixel adds to the lead of one class over another, (height, width)."""
        return self.maps[answer] - self.maps[other]

    def rather_than_others(self) -> np.ndarray:
        """Return what each pixel adds to the lead of each class over the mean of all.

        Returns
        -------
        ndarray of shape (n_classes, height, width), float
            What speaks for all classes alike, and so for none, is gone.
        """
        return self.maps - self.maps.mean(axis=0)


def pixel_evidence(
    network: SequentialNetwork,
    image: np.ndarray,
    baseline: np.ndarray | None = None,
    n_steps: int = 16,
) -> PixelEvidence:
    """Share the scores of an image among its pixels.

    Parameters
    ----------
    network : SequentialNetwork
        Of dense, activation and dropout layers; softmax at most as the last one. It is not
        changed, and threads may share it.
    image : ndarray of shape (height, width), uint8 or float
        As many pixels as the network has inputs: 0-255 as uint8, or 0-1 as floats.
    baseline : ndarray of shape (height, width), uint8 or float, optional
        What the image is compared with; blank paper (0) if it is left out. A pixel that is the same
        in both explains nothing: beside blank paper only ink does, beside an average also its lack.
    n_steps : int
        In how many equal steps the baseline becomes the image, at least 1. The maps add up
        whatever their number; from 16 on they change by less than 2 % of themselves.

    Returns
    -------
    PixelEvidence

    Raises
    ------
    ValueError
        If image or baseline do not fit the network or one another, ``n_steps`` is less than 1, or
        a layer before the last is a softmax.

    Notes
    -----
    In one step the inputs change by ``dx`` and the outputs of a dense layer by ``dx @ weights``; an
    activation's output changes by its input's change times the slope of its secant,
    ``(f(z + dz) - f(z)) / dz``. Multiplying these backwards through the layers, as the chain rule
    multiplies derivatives, gives one factor for each pixel and score, and ``factors @ dx`` is the
    change of the score *exactly* (DeepLIFT's rescale rule). The mean of the factors over small
    steps approaches the mean gradient on the straight way from baseline to image (integrated
    gradients); of all ways, the straight one is fair to pixels that play the same part.

    Why not something simpler? The gradient at the image alone is next to 0 wherever sigmoids are
    saturated; gradient times pixel leaves out what comes of the biases; and covering patches gives
    parts that depend on the size of the patch and do not add up.

    References
    ----------
    Avanti Shrikumar, Peyton Greenside, Anshul Kundaje, *Learning Important Features Through
    Propagating Activation Differences*, ICML 2017, arXiv:1704.02685.

    Mukund Sundararajan, Ankur Taly, Qiqi Yan, *Axiomatic Attribution for Deep Networks*, ICML 2017,
    arXiv:1703.01365.
    """
    if n_steps < 1:
        raise ValueError(f"n_steps must be at least 1, got {n_steps}")
    baseline = np.zeros(image.shape) if baseline is None else baseline
    if baseline.shape != image.shape:
        raise ValueError(f"baseline must be {image.shape} like the image, got {baseline.shape}")
    start, end = (
        as_inputs(pixels[np.newaxis], network.n_inputs, network.dtype)
        for pixels in (baseline, image)
    )
    layers = network.layers
    if isinstance(layers[-1], ActivationLayer):
        layers = layers[:-1]
    if any(layer.name == "softmax" for layer in layers):
        raise ValueError("softmax must be the last layer of the network, got one before it")
    shares = np.linspace(0, 1, n_steps + 1, dtype=network.dtype)[:, np.newaxis]
    # What goes into each layer at the ends of all steps, and at last the scores.
    values = [start + shares * (end - start)]
    for layer in layers:
        values.append(layer.apply(values[-1]))
    scores = values.pop()
    factors = np.eye(network.n_outputs, dtype=network.dtype)[:, np.newaxis]
    for place, layer in reversed(list(enumerate(layers))):
        if isinstance(layer, DenseLayer):
            if place == 0:
                # Its weights are the same in all steps, so that one product does for them all.
                factors = factors.mean(axis=1, keepdims=True)
            factors = factors @ layer.weights.T
        elif isinstance(layer, ActivationLayer):
            factors = factors * _secant_slopes(layer, values[place])
    maps = factors.mean(axis=1) * (end - start)
    return PixelEvidence(maps.reshape(-1, *image.shape), scores[0], scores[-1])


def _secant_slopes(layer: ActivationLayer, inputs: np.ndarray) -> np.ndarray:
    """Return (n_steps, n) slopes of an activation between neighbouring rows of its inputs."""
    changes = np.diff(inputs, axis=0)
    middles = (inputs[1:] + inputs[:-1]) / 2
    outputs = layer.apply(middles)
    slopes = ACTIVATIONS[layer.name].gradient(outputs, np.ones_like(outputs))
    is_secant = np.abs(changes) > _LEAST_CHANGE * (1 + np.abs(middles))
    np.divide(np.diff(layer.apply(inputs), axis=0), changes, out=slopes, where=is_secant)
    return slopes
