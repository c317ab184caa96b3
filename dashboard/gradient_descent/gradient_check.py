"""The gradient check on the page: one weight, two ways to its gradient, and mistakes to catch."""

import numpy as np
import streamlit as st

from dashboard.chart import show_chart
from dashboard.fields import named_choice, whole_number
from dashboard.figures import gradient_descent as figures
from dashboard.gradient_descent.small_network import Exercise
from dashboard.language import N_, _
from nncore.gradient_check import central_difference
from nncore.gradient_mistakes import with_mistake
from nncore.network import SequentialNetwork

NO_MISTAKE = "none"

# By their names in links: what is shown, and what is wrong.
_MISTAKES = {
    NO_MISTAKE: (N_("no mistake"), N_("All derivatives are right.")),
    "no-second-factor": (
        N_("σ instead of σ(1 − σ)"),
        N_("The sigmoid's derivative lacks its second factor, 1 − σ."),
    ),
    "sigmoid-twice": (
        N_("σ′ of the output"),
        N_("The sigmoid's derivative is computed at the neuron's *output* instead of its input."),
    ),
    "hidden-derivative": (
        N_("no σ′ in the hidden layer"),
        N_("The hidden layer passes the gradient on as if it had no sigmoid."),
    ),
    "lost-half": (
        N_("lost half"),
        N_("The gradient belongs to the squared errors; the loss is *half* of them."),
    ),
}
_STEPS = tuple(10.0**-exponent for exponent in range(1, 13))
_STEP = 1e-5
# A right gradient stays far below, a wrong one far above.
_TOLERANCE = 1e-6


def show_gradient_check(exercise: Exercise) -> None:
    """Let the reader choose a weight and a mistake, and compare the two gradients."""
    st.markdown(_("**Break the derivative on purpose:**"))
    names = {mistake: _(name) for mistake, (name, _text) in _MISTAKES.items()}
    mistake = named_choice(_("Mistake"), names, key="descent_mistake")
    st.caption(_(_MISTAKES[mistake][1]))
    network = exercise.network
    if mistake != NO_MISTAKE:
        network = with_mistake(network, mistake)
    gradients = network.loss_and_gradients(exercise.inputs, exercise.targets)[1]
    # The next pass through the network overwrites its own.
    gradients = [gradient.copy() for gradient in gradients]
    parameter, index = _weight_fields(network)
    step = st.select_slider(
        _("Step width h"),
        _STEPS,
        value=_STEP,
        format_func="{:.0e}".format,
        key="descent_h",
        bind="query-params",
    )
    slopes = {h: _slope(network, exercise, parameter, index, h) for h in _STEPS}
    gradient = float(gradients[parameter][index])
    _show_side_by_side(gradient, slopes[step])
    chart, table = st.columns(2, gap="medium")
    differences = [_relative_difference(gradient, slope) for slope in slopes.values()]
    show_chart(
        figures.difference_against_step(_STEPS, differences, step), "descent_differences", chart
    )
    with chart:
        st.caption(
            _(
                "Notice the best h lies in between: a large one measures the curve, not its "
                "slope, a tiny one only the rounding of the computer."
            )
        )
    with table:
        _show_all_parameters(network, exercise, gradients)


def _weight_fields(network: SequentialNetwork) -> tuple[int, tuple[int, ...]]:
    """Let the reader choose one number of the network; return its array and its place there."""
    names = _parameter_names(network)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.segmented_control(
            _("Parameters"),
            names,
            default=names[0],
            required=True,
            key="descent_array",
            bind="query-params",
        )
        parameter = names.index(name or names[0])
        shape = network.parameters[parameter].shape
        places = [(_("Row"), "descent_row"), (_("Column"), "descent_column")][-len(shape) :]
        index = tuple(
            _place(label, size, key) for (label, key), size in zip(places, shape, strict=True)
        )
    return parameter, index


def _place(label: str, size: int, key: str) -> int:
    """Let the reader choose a row or a column, shown from 1, returned from 0."""
    # What was chosen for a larger array may not exist in this one.
    if st.session_state.get(key, 1) > size:
        st.session_state[key] = float(size)
    return whole_number(label, low=1, high=size, value=1, key=key, width=110) - 1


def _slope(
    network: SequentialNetwork,
    exercise: Exercise,
    parameter: int,
    index: tuple[int, ...],
    step: float = _STEP,
) -> float:
    """Return the central difference for one number of the network."""
    return central_difference(network, exercise.inputs, exercise.targets, parameter, index, step)


def _show_side_by_side(gradient: float, slope: float) -> None:
    """Show both gradients of the chosen weight, and the verdict."""
    difference = _relative_difference(gradient, slope)
    names = (_("Backpropagation"), _("Central difference"), _("Relative difference"))
    values = (f"{gradient:+.9f}", f"{slope:+.9f}", f"{difference:.1e}")
    for column, name, value in zip(st.columns(3), names, values, strict=True):
        column.metric(name, value)
    if difference < _TOLERANCE:
        st.success(
            _("They agree to {digits:.0f} digits: this gradient is right.").format(
                digits=-np.log10(max(difference, 1e-16))
            ),
            icon=":material/check_circle:",
        )
    else:
        st.error(
            _(
                "They do not agree: either the derivative is wrong, or h is so large or so small "
                "that the measured slope is."
            ),
            icon=":material/error:",
        )


def _show_all_parameters(
    network: SequentialNetwork, exercise: Exercise, gradients: list[np.ndarray]
) -> None:
    """Show the largest difference in each array of parameters, at the usual step width."""
    rows = [f"| {_('Parameters')} | {_('largest difference')} | |", "|---|---|---|"]
    for parameter, (name, gradient) in enumerate(
        zip(_parameter_names(network), gradients, strict=True)
    ):
        worst = max(
            _relative_difference(gradient[index], _slope(network, exercise, parameter, index))
            for index in np.ndindex(gradient.shape)
        )
        verdict = _("right") if worst < _TOLERANCE else _("**wrong**")
        rows.append(f"| {name} | {worst:.1e} | {verdict} |")
    st.markdown("\n".join(rows))
    st.caption(
        _(
            "All of them at h = 1e-05. Notice where a mistake shows: one in the hidden layer's "
            "sigmoid leaves the gradients of the last layer right, because the way back passes "
            "there first."
        )
    )


def _relative_difference(gradient: float, slope: float) -> float:
    """Return how far two gradients are apart, measured by the larger; 0 if both are 0."""
    larger = max(abs(gradient), abs(slope))
    return abs(gradient - slope) / larger if larger else 0.0


def _parameter_names(network: SequentialNetwork) -> tuple[str, ...]:
    """Return W1, b1, W2, b2 and so on, as the parameters are called in links."""
    layers = range(1, len(network.dense_layers) + 1)
    return tuple(f"{kind}{layer}" for layer in layers for kind in "Wb")
