"""Optimisers: how a gradient becomes a step.

An optimiser changes the parameters it is given in place and keeps, for each of them, the arrays it
needs from step to step (its slots), which a model file stores so that training can go on.
"""

from collections.abc import Sequence

import numpy as np


class Optimizer:
    """The contract of an optimiser.

    Parameters
    ----------
    learning_rate : float
        Positive; may be changed between steps.
    weight_decay : float
        Share of every weight, times the learning rate, that each step takes away besides; biases
        are left alone.

    Attributes
    ----------
    name : str
        As in `OPTIMIZERS` and model files.
    n_slots : int
        How many arrays it keeps for each parameter.
    slots : list of list of ndarray
        ``slots[i][j]`` has the shape of parameter ``j``; empty lists before the first step.
    step : int
        Steps taken so far.

    Raises
    ------
    ValueError
        If ``learning_rate`` is not a positive finite number or ``weight_decay`` is negative.

    Notes
    -----
    Weights decay beside the gradient's step, not through it, which makes a difference for Adam:
    Ilya Loshchilov, Frank Hutter, *Decoupled Weight Decay Regularization*, ICLR 2019,
    arXiv:1711.05101.
    """

    name: str
    n_slots = 0

    def __init__(self, learning_rate: float, weight_decay: float = 0.0):
        if not (np.isfinite(learning_rate) and learning_rate > 0):
            raise ValueError(f"learning_rate must be positive and finite, got {learning_rate}")
        if not weight_decay >= 0:
            raise ValueError(f"weight_decay must not be negative, got {weight_decay}")
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.step = 0
        self.slots: list[list[np.ndarray]] = [[] for _ in range(self.n_slots)]
        self._scratch: list[np.ndarray] = []

    def update(self, parameters: Sequence[np.ndarray], gradients: Sequence[np.ndarray]) -> None:
        """Take one step.

        Parameters
        ----------
        parameters : sequence of ndarray, float
            Changed in place. The same arrays, in the same order, at every step.
        gradients : sequence of ndarray
            Gradient of the loss for each parameter, of its shape. Left unchanged.
        """
        if not self._scratch:
            # Temporaries as large as the weights would be given back to the system and faulted in
            # again at every step, which costs more than the arithmetic.
            self._scratch = [np.empty_like(parameter) for parameter in parameters]
            if any(not slot for slot in self.slots):
                self.slots = [[np.zeros_like(p) for p in parameters] for _ in range(self.n_slots)]
        self.step += 1
        for index, (parameter, gradient) in enumerate(zip(parameters, gradients, strict=True)):
            if self.weight_decay and parameter.ndim > 1:
                parameter *= 1 - self.learning_rate * self.weight_decay
            slots = [slot[index] for slot in self.slots]
            self._update_one(parameter, gradient, slots, self._scratch[index])

    def _update_one(
        self,
        parameter: np.ndarray,
        gradient: np.ndarray,
        slots: list[np.ndarray],
        scratch: np.ndarray,
    ) -> None:
        """Change one parameter and its slots in place; ``scratch`` has its shape."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent on mini-batches: ``parameter -= learning_rate * gradient``."""

    name = "sgd"

    def _update_one(self, parameter, gradient, slots, scratch):
        np.multiply(gradient, self.learning_rate, out=scratch)
        parameter -= scratch


class Momentum(Optimizer):
    """Gradient descent with a velocity that remembers where it was going.

    Notes
    -----
    ``velocity = momentum * velocity - learning_rate * gradient``, then
    ``parameter += velocity``; momentum is 0.9.

    References
    ----------
    Boris Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964,
    doi:10.1016/0041-5553(64)90137-5.
    """

    name = "momentum"
    n_slots = 1
    momentum = 0.9

    def _update_one(self, parameter, gradient, slots, scratch):
        (velocity,) = slots
        velocity *= self.momentum
        np.multiply(gradient, self.learning_rate, out=scratch)
        velocity -= scratch
        parameter += velocity


class Adam(Optimizer):
    """Steps scaled for each parameter by the recent size of its gradient.

    Notes
    -----
    Decay rates 0.9 and 0.999, epsilon 1e-8, with the bias correction folded into the step size as
    at the end of the paper's section 2.

    References
    ----------
    Diederik Kingma, Jimmy Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015,
    arXiv:1412.6980.
    """

    name = "adam"
    n_slots = 2
    decay_mean = 0.9
    decay_square = 0.999
    epsilon = 1e-8

    def _update_one(self, parameter, gradient, slots, scratch):
        mean, square = slots
        # mean += (1 - decay) * (gradient - mean), and the same for the squares.
        np.subtract(gradient, mean, out=scratch)
        scratch *= 1 - self.decay_mean
        mean += scratch
        np.multiply(gradient, gradient, out=scratch)
        scratch -= square
        scratch *= 1 - self.decay_square
        square += scratch
        correction = np.sqrt(1 - self.decay_square**self.step)
        rate = self.learning_rate * correction / (1 - self.decay_mean**self.step)
        np.sqrt(square, out=scratch)
        scratch += self.epsilon * correction
        np.divide(mean, scratch, out=scratch)
        scratch *= rate
        parameter -= scratch


OPTIMIZERS: dict[str, type[Optimizer]] = {o.name: o for o in (SGD, Momentum, Adam)}
