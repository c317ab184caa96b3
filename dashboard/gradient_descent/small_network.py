"""The small network that is followed by hand: its settings, and the steps that it has taken."""

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.language import _
from nncore.backpropagation import N_INPUTS, N_OUTPUTS, small_network
from nncore.network import SequentialNetwork
from nncore.optimizers import SGD

HIDDEN, RATE = "descent_hidden", "descent_step_rate"

_DEFAULT_HIDDEN = 3
_INPUTS, _TARGETS = (1.0, 0.5), (1.0, 0.0)
_SUBSCRIPTS = "₁₂"


@dataclass
class SmallNetworkState:
    """What the page remembers of the small network.

    Attributes
    ----------
    n_hidden : int
        Size of the hidden layer that it has now.
    parameters : list of ndarray
        Empty for the network at its start.
    losses : list of float
        The loss before each step taken.
    """

    n_hidden: int = _DEFAULT_HIDDEN
    parameters: list[np.ndarray] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Exercise:
    """A small network, one sample for it, and how it learns.

    Attributes
    ----------
    network : SequentialNetwork
        Of this run of the page alone.
    inputs, targets : ndarray of shape (1, 2), float64
    learning_rate : float
        0 where nothing is learned.
    losses : list of float
        The loss before each step taken so far, and now.
    """

    network: SequentialNetwork
    inputs: np.ndarray
    targets: np.ndarray
    learning_rate: float
    losses: list[float]


def exercise_fields(*, with_learning_rate: bool = True) -> Exercise:
    """Let the reader choose the size and the sample, and the learning rate where it matters."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n_hidden = st.segmented_control(
            _("Hidden neurons"),
            (1, 2, 3, 4),
            default=_DEFAULT_HIDDEN,
            required=True,
            key=HIDDEN,
            bind="query-params",
        )
        inputs = [
            _number(f"x{_SUBSCRIPTS[index]}", f"descent_input_{index + 1}", _INPUTS[index], 10)
            for index in range(N_INPUTS)
        ]
        targets = [
            _number(f"t{_SUBSCRIPTS[index]}", f"descent_target_{index + 1}", _TARGETS[index], 1)
            for index in range(N_OUTPUTS)
        ]
        learning_rate = _rate_field() if with_learning_rate else 0.0
    network = _network(n_hidden or _DEFAULT_HIDDEN)
    sample, answer = np.array([inputs]), np.array([targets])
    loss = network.loss.value(network.forward(sample), answer)
    past = state.of_session(SmallNetworkState).losses
    return Exercise(network, sample, answer, learning_rate, [*past, loss])


def step_buttons(exercise: Exercise) -> None:
    """Offer to take the step, and to go back to the start."""
    with st.container(horizontal=True):
        st.button(
            _("Take the step"),
            type="primary",
            icon=":material/south_east:",
            key="descent_take",
            on_click=_take_step,
            args=(exercise,),
        )
        st.button(
            _("Start again"),
            icon=":material/restart_alt:",
            key="descent_restart",
            on_click=_restart,
            disabled=len(exercise.losses) == 1,
        )


def _number(label: str, key: str, value: float, limit: float) -> float:
    """Show a field for a number from 0, or from minus the limit for inputs, to the limit."""
    return st.number_input(
        label,
        **{"min_value": -float(limit) if limit > 1 else 0.0, "max_value": float(limit)},
        **{"value": value, "step": 0.1},
        format="%g",
        key=key,
        bind="query-params",
        width=110,
    )


def _rate_field() -> float:
    """Show the field for the learning rate."""
    return st.number_input(
        _("η (learning rate)"),
        **{"min_value": 0.01, "max_value": 100.0, "value": 1.0, "step": 0.5},
        format="%g",
        key=RATE,
        bind="query-params",
        width=150,
    )


def _network(n_hidden: int) -> SequentialNetwork:
    """Return the network as the steps taken have left it; another size starts again."""
    page = state.of_session(SmallNetworkState)
    if page.n_hidden != n_hidden:
        page.n_hidden, page.parameters, page.losses = n_hidden, [], []
    network = small_network(n_hidden)
    for parameter, kept in zip(network.parameters, page.parameters, strict=False):
        parameter[...] = kept
    return network


def _take_step(exercise: Exercise) -> None:
    """Take one step of gradient descent, and keep its result."""
    page = state.of_session(SmallNetworkState)
    network = exercise.network
    loss, gradients = network.loss_and_gradients(exercise.inputs, exercise.targets)
    SGD(exercise.learning_rate).update(network.parameters, gradients)
    page.losses.append(loss)
    page.parameters = network.parameters


def _restart() -> None:
    """Go back to the network at its start."""
    page = state.of_session(SmallNetworkState)
    page.parameters, page.losses = [], []
