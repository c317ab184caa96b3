"""Starting weights and biases: too large and sigmoids saturate, too small and signals die out."""

from collections.abc import Callable

import numpy as np

Initialiser = Callable[[int, int, np.random.Generator], tuple[np.ndarray, np.ndarray]]


def memoire(
    n_inputs: int, n_outputs: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw weights from N(0, 1) / sqrt(n_inputs) and biases from N(0, 1), as the mémoire does.

    Parameters
    ----------
    n_inputs, n_outputs : int
        Size of the layer, each at least 1.
    generator : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    weights : ndarray of shape (n_inputs, n_outputs), float64
    bias : ndarray of shape (n_outputs,), float64
    """
    weights = generator.standard_normal((n_inputs, n_outputs)) / np.sqrt(n_inputs)
    return weights, generator.standard_normal(n_outputs)


def glorot(
    n_inputs: int, n_outputs: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw weights uniformly so that sigmoid and tanh signals keep their size; biases are 0.

    Parameters and returns are those of `memoire`; the weights lie within
    ``sqrt(6 / (n_inputs + n_outputs))`` of 0.

    References
    ----------
    Xavier Glorot, Yoshua Bengio, *Understanding the difficulty of training deep feedforward neural
    networks*, AISTATS 2010.
    """
    limit = np.sqrt(6 / (n_inputs + n_outputs))
    return generator.uniform(-limit, limit, (n_inputs, n_outputs)), np.zeros(n_outputs)


def he(
    n_inputs: int, n_outputs: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw weights from N(0, 2 / n_inputs), which suits ReLU; biases are 0.

    Parameters and returns are those of `memoire`.

    References
    ----------
    Kaiming He et al., *Delving Deep into Rectifiers*, ICCV 2015, doi:10.1109/ICCV.2015.123.
    """
    weights = generator.standard_normal((n_inputs, n_outputs)) * np.sqrt(2 / n_inputs)
    return weights, np.zeros(n_outputs)


INITIALISERS: dict[str, Initialiser] = {"memoire": memoire, "glorot": glorot, "he": he}
