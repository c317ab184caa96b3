"""The colour neuron: it answers whether a colour is the one that it has been taught.

Third in the chain: mean colours and yes/no labels -> `train` -> a log of every update, from which
all pictures are drawn. The planes of the log are cut to the colour cube by `nncore.plane`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

Triple = tuple[float, float, float]


class Update(NamedTuple):
    """One change of the state, made because the answer to one sample was wrong.

    Attributes
    ----------
    epoch : int
        Pass over the samples, counted from 1.
    sample : int
        Row of the inputs, counted from 0.
    output, target : int
        The answer and what it should have been; one is 0, the other 1.
    before, after : tuple of 3 float
        The state around the update.
    """

    epoch: int
    sample: int
    output: int
    target: int
    before: Triple
    after: Triple


@dataclass(frozen=True)
class TrainingLog:
    """All that happened in a training.

    Attributes
    ----------
    start, state : tuple of 3 float
        The state before the first epoch and after the last.
    updates : tuple of Update
        In the order in which they happened.
    errors_per_epoch : tuple of int
        Wrong answers, and so updates, in each epoch.
    first_epoch_without_error : int or None
        Counted from 1; from there on nothing changes. None if every epoch had an error.
    """

    start: Triple
    state: Triple
    updates: tuple[Update, ...]
    errors_per_epoch: tuple[int, ...]
    first_epoch_without_error: int | None

    @property
    def states(self) -> np.ndarray:
        """The start and the state after each update, (n_updates + 1, 3) float64."""
        return np.array([self.start, *(update.after for update in self.updates)])

    def answers(self, inputs: np.ndarray) -> np.ndarray:
        """Return what the neuron answers to colours, at the start and after each update.

        Parameters
        ----------
        inputs : array-like of shape (n_samples, 3)
            Colours e, on the scale on which the neuron was trained.

        Returns
        -------
        ndarray of shape (n_updates + 1, n_samples), int64
            In each row the `activation` of one state.

        Raises
        ------
        ValueError
            If the shape is another, or a number is not finite.
        """
        e, p = _finite("inputs", inputs, (None, 3)).T, self.states.T[..., np.newaxis]
        # In the order of `potential`, for the same rounding.
        return (e[0] * p[0] + e[1] * p[1] + e[2] * p[2] >= 1).astype(np.int64)


def potential(state: Sequence[float] | np.ndarray, inputs: np.ndarray) -> np.float64 | np.ndarray:
    """Return q = p·e, which the neuron compares with 1.

    Parameters
    ----------
    state : array-like of shape (3,)
        The state p of the neuron.
    inputs : array-like of shape (3,) or (n_samples, 3)
        Colours e, on the scale on which the neuron was trained.

    Returns
    -------
    float64, or ndarray of shape (n_samples,), float64

    Raises
    ------
    ValueError
        If a shape is another, or a number is not finite.
    """
    p = _finite("state", state, (3,))
    e = _finite("inputs", inputs, (3,), (None, 3))
    # Summed from left to right like `train` does, which a matrix product need not do: a colour
    # on the plane itself gets the same answer everywhere.
    return e[..., 0] * p[0] + e[..., 1] * p[1] + e[..., 2] * p[2]


def activation(state: Sequence[float] | np.ndarray, inputs: np.ndarray) -> np.int64 | np.ndarray:
    """Return the answer of the neuron: 1 where q = p·e >= 1, else 0.

    Parameters
    ----------
    state : array-like of shape (3,)
        The state p of the neuron.
    inputs : array-like of shape (3,) or (n_samples, 3)
        Colours e, on the scale on which the neuron was trained.

    Returns
    -------
    int64, or ndarray of shape (n_samples,), int64

    Raises
    ------
    ValueError
        If a shape is another, or a number is not finite.
    """
    return (potential(state, inputs) >= 1).astype(np.int64)


def learn(
    state: Sequence[float] | np.ndarray,
    inputs: Sequence[float] | np.ndarray,
    target: int,
    learning_rate: float,
) -> Triple:
    """Show the neuron one colour and return its new state.

    Parameters
    ----------
    state : array-like of shape (3,)
        The state p of the neuron.
    inputs : array-like of shape (3,)
        One colour e.
    target : int, 0 or 1
        The right answer.
    learning_rate : float
        The mémoire's ε, above 0.

    Returns
    -------
    tuple of 3 float
        The state itself if the answer is right, else p + ε e (target 1) or p - ε e (target 0).

    Raises
    ------
    ValueError
        If a shape or range is another, or a number is not finite.
    """
    e = _finite("inputs", inputs, (3,))
    return train_epoch(state, e[np.newaxis], [target], learning_rate)[0]


def train_epoch(
    state: Sequence[float] | np.ndarray,
    inputs: np.ndarray,
    targets: Sequence[int] | np.ndarray,
    learning_rate: float,
    epoch: int = 1,
) -> tuple[Triple, tuple[Update, ...]]:
    """Show the neuron every colour once, in order.

    Parameters
    ----------
    state : array-like of shape (3,)
        The state p of the neuron.
    inputs : array-like of shape (n_samples, 3)
        Colours e, all on one scale.
    targets : array-like of shape (n_samples,), 0 or 1
        The right answers.
    learning_rate : float
        The mémoire's ε, above 0.
    epoch : int
        What the updates carry as their epoch.

    Returns
    -------
    tuple of 3 float
        The state after the last sample.
    tuple of Update
        One for each wrong answer.

    Raises
    ------
    ValueError
        If a shape or range is another, or a number is not finite.
    """
    p = _triple("state", state)
    samples = _samples(inputs, targets)
    updates = _show_all(p, samples, _positive_rate(learning_rate), epoch)
    return _last_state(p, updates), tuple(updates)


def train(
    inputs: np.ndarray,
    targets: Sequence[int] | np.ndarray,
    start: Sequence[float] | np.ndarray = (1.0, 1.0, 1.0),
    learning_rate: float = 0.2,
    epochs: int = 50,
) -> TrainingLog:
    """Teach the neuron by showing it the samples again and again, in the order given.

    Parameters
    ----------
    inputs : array-like of shape (n_samples, 3)
        Colours e, all on one scale.
    targets : array-like of shape (n_samples,), 0 or 1
        The right answers.
    start : array-like of shape (3,)
        The state before the first epoch.
    learning_rate : float
        The mémoire's ε, above 0.
    epochs : int
        How often all samples are shown, at least 1.

    Returns
    -------
    TrainingLog
        Computed in float64, in the order of the mémoire's own code.

    Raises
    ------
    ValueError
        If a shape or range is another, a number is not finite, or the state grows beyond float64.

    Notes
    -----
    The rule is that of Rosenblatt's perceptron, with the threshold held at 1 instead of learned.
    If some plane p·x = 1 separates the labels, a small enough ε leads to an epoch without errors.
    Such a plane never passes through black, to which the answer is always no.

    References
    ----------
    F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization
    in the brain", Psychological Review 65(6), 1958, doi:10.1037/h0042519.
    """
    state = first = _triple("start", start)
    samples = _samples(inputs, targets)
    learning_rate = _positive_rate(learning_rate)
    _check_epochs(epochs)
    updates: list[Update] = []
    errors_per_epoch = []
    first_epoch_without_error = None
    for epoch in range(1, epochs + 1):
        new_updates = _show_all(state, samples, learning_rate, epoch)
        errors_per_epoch.append(len(new_updates))
        if not new_updates:
            # The same samples find the same state in every later epoch.
            first_epoch_without_error = epoch
            errors_per_epoch += [0] * (epochs - epoch)
            break
        updates += new_updates
        state = _last_state(state, new_updates)
    return TrainingLog(
        first, state, tuple(updates), tuple(errors_per_epoch), first_epoch_without_error
    )


def first_epoch_without_error(
    inputs: np.ndarray,
    targets: Sequence[int] | np.ndarray,
    start: Sequence[float] | np.ndarray = (1.0, 1.0, 1.0),
    learning_rate: float = 0.2,
    epochs: int = 50,
) -> int | None:
    """Return which epoch of `train` is the first without error: nothing else, and so faster.

    Parameters
    ----------
    inputs, targets, start, learning_rate, epochs
        As for `train`.

    Returns
    -------
    int or None
        From 1; None if each of the epochs has an error.

    Raises
    ------
    ValueError
        As for `train`.
    """
    first, second, third = _triple("start", start)
    learning_rate = _positive_rate(learning_rate)
    _check_epochs(epochs)
    steps = [
        (
            *colour,
            bool(target),
            *((learning_rate if target else -learning_rate) * e for e in colour),
        )
        for colour, target in _samples(inputs, targets)
    ]
    for epoch in range(1, epochs + 1):
        is_without_error = True
        for red, green, blue, target, by_red, by_green, by_blue in steps:
            if (first * red + second * green + third * blue >= 1) is not target:
                first, second, third = first + by_red, second + by_green, third + by_blue
                is_without_error = False
        if is_without_error:
            return epoch
        _check_finite((first, second, third))
    return None


def _show_all(
    state: Triple, samples: list[tuple[Triple, int]], learning_rate: float, epoch: int
) -> list[Update]:
    """Return the updates of one epoch."""
    updates = []
    # Plain floats are the same float64 as in arrays, and for three numbers several times faster.
    for sample, ((red, green, blue), target) in enumerate(samples):
        output = int(state[0] * red + state[1] * green + state[2] * blue >= 1)
        if output == target:
            continue
        step = learning_rate if target else -learning_rate
        after = (state[0] + step * red, state[1] + step * green, state[2] + step * blue)
        updates.append(Update(epoch, sample, output, target, state, after))
        state = after
    return updates


def _last_state(state: Triple, updates: list[Update]) -> Triple:
    """Return the state after the updates, refusing one that has left the range of float64."""
    if updates:
        state = updates[-1].after
    _check_finite(state)
    return state


def _check_finite(state: Triple) -> None:
    """Refuse a state that has left the range of float64."""
    if not all(map(math.isfinite, state)):
        raise ValueError(f"learning_rate and inputs must keep the state finite, got {state}")


def _check_epochs(epochs: int) -> None:
    """Refuse what is no number of epochs."""
    if not isinstance(epochs, (int, np.integer)) or epochs < 1:
        raise ValueError(f"epochs must be a whole number from 1, got {epochs!r}")


def _samples(inputs: np.ndarray, targets: Sequence[int] | np.ndarray) -> list[tuple[Triple, int]]:
    """Return the checked samples as pairs of a colour and its target."""
    colours = _finite("inputs", inputs, (None, 3))
    answers = np.asarray(targets)
    if len(colours) < 1:
        raise ValueError("inputs must have at least one sample, got none")
    if answers.shape != (len(colours),):
        raise ValueError(f"targets must be ({len(colours)},), got {answers.shape}")
    if not np.all((answers == 0) | (answers == 1)):
        raise ValueError(f"targets must be 0 or 1, got {answers.tolist()}")
    return [
        (tuple(colour), int(answer))
        for colour, answer in zip(colours.tolist(), answers.tolist(), strict=True)
    ]


def _positive_rate(learning_rate: float) -> float:
    """Return the checked learning rate."""
    if not (math.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"learning_rate must be a finite number above 0, got {learning_rate!r}")
    return float(learning_rate)


def _triple(name: str, values: Sequence[float] | np.ndarray) -> Triple:
    """Return three checked numbers as a tuple of floats."""
    return tuple(_finite(name, values, (3,)).tolist())


def _finite(name: str, values: object, *shapes: tuple[int | None, ...]) -> np.ndarray:
    """Return the values as float64, having checked them; None in a shape is any length."""
    expected = " or ".join(str(shape).replace("None", "n_samples") for shape in shapes)
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers of shape {expected}, got {values!r}") from None
    for shape in shapes:
        if array.ndim == len(shape) and all(
            length in (None, got) for length, got in zip(shape, array.shape, strict=True)
        ):
            break
    else:
        raise ValueError(f"{name} must be {expected}, got {array.shape}")
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} must be finite numbers, got {array.tolist()}")
    return array
