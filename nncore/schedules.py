"""Learning-rate schedules: large steps to get somewhere, small ones to settle there."""

import math
from collections.abc import Callable


def constant(progress: float) -> float:
    """Return 1: the learning rate stays as it is."""
    return 1.0


def step(progress: float) -> float:
    """Return 1, then 0.1 from half of the training on, then 0.01 from three quarters on."""
    return 1.0 if progress < 0.5 else 0.1 if progress < 0.75 else 0.01


def cosine(progress: float) -> float:
    """Fall from 1 to 0 along half a cosine.

    Parameters
    ----------
    progress : float
        Share of the training that is done, in 0-1.

    Returns
    -------
    float
        Factor for the learning rate, in 0-1.

    References
    ----------
    Ilya Loshchilov, Frank Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*,
    ICLR 2017, arXiv:1608.03983.
    """
    return 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
}
