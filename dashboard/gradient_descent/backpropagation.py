"""Backpropagation on the page: each step as a formula, as numbers, and as the code that does it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dashboard.chart import show_chart
from dashboard.figures import gradient_descent as figures
from dashboard.gradient_descent.small_network import Exercise, step_buttons
from dashboard.language import N_, _
from nncore.backpropagation import Step, record

_STEP = "descent_step"

# What each kind of step is called, its formula, and why it is done. In the formulas, L is the
# number of the layer, K that of the layer before; A0 is written x.
_KINDS = {
    "weighted_sum": (
        N_("Forward: the weighted sums of layer {layer}"),
        "Z_L = A_K W_L + b_L",
        N_("Each column of the weights belongs to one neuron: row times column, plus its bias."),
    ),
    "activation": (
        N_("Forward: the sigmoid of layer {layer}"),
        r"A_L = \sigma(Z_L) = \frac{1}{1 + e^{-Z_L}}",
        N_("Every sum by itself is squeezed into 0 to 1."),
    ),
    "loss": (
        N_("The loss: one number for how wrong it is"),
        r"\mathcal{L} = \tfrac{1}{2} \sum_j (A_{L,j} - t_j)^2",
        N_(
            "Half the sum of squared errors, as in the mémoire. There is one sample here; of a "
            "mini-batch it is the mean."
        ),
    ),
    "loss_gradient": (
        N_("Backward: the gradient of the loss for the outputs"),
        r"\frac{\partial\mathcal{L}}{\partial A_L} = A_L - t",
        N_("The way back begins: the derivative of half a square is the error itself."),
    ),
    "activation_gradient": (
        N_("Backward: through the sigmoid of layer {layer}"),
        r"\frac{\partial\mathcal{L}}{\partial Z_L} = "
        r"\frac{\partial\mathcal{L}}{\partial A_L} \odot A_L \odot (1 - A_L)",
        N_("σ′ = σ(1 − σ) is at most a quarter: this is where gradients shrink."),
    ),
    "weights_gradient": (
        N_("Backward: the gradient of the weights of layer {layer}"),
        r"\frac{\partial\mathcal{L}}{\partial W_L} = "
        r"A_K^\top \frac{\partial\mathcal{L}}{\partial Z_L}",
        N_("A weight's share in the error is what came in times what went wrong after it."),
    ),
    "bias_gradient": (
        N_("Backward: the gradient of the bias of layer {layer}"),
        r"\frac{\partial\mathcal{L}}{\partial b_L} = "
        r"\sum_{\text{samples}} \frac{\partial\mathcal{L}}{\partial Z_L}",
        N_("A bias is a weight whose input is always 1."),
    ),
    "input_gradient": (
        N_("Backward: to the layer before"),
        r"\frac{\partial\mathcal{L}}{\partial A_K} = "
        r"\frac{\partial\mathcal{L}}{\partial Z_L} W_L^\top",
        N_(
            "The errors of this layer, shared out over the same weights, backwards. For the first "
            "layer nobody asks: its inputs are data. The code has the product transposed, which "
            "is faster."
        ),
    ),
    "weights_update": (
        N_("The step: new weights of layer {layer}"),
        r"W_L \leftarrow W_L - \eta \frac{\partial\mathcal{L}}{\partial W_L}",
        N_("A little against the gradient, which points uphill."),
    ),
    "bias_update": (
        N_("The step: new bias of layer {layer}"),
        r"b_L \leftarrow b_L - \eta \frac{\partial\mathcal{L}}{\partial b_L}",
        N_("The bias learns in the same way."),
    ),
}
_BACKWARD = {
    "loss_gradient",
    "activation_gradient",
    "weights_gradient",
    "bias_gradient",
    "input_gradient",
}
_AT_CONNECTIONS = {"weighted_sum", "weights_gradient", "input_gradient", "weights_update"}


def show_backpropagation(exercise: Exercise) -> None:
    """Let the reader walk through the steps of one update, and take it."""
    steps = record(exercise.network, exercise.inputs, exercise.targets, exercise.learning_rate)
    number = _step_slider(len(steps))
    step = steps[number - 1]
    title, formula, why = _KINDS[step.kind]
    picture, numbers = st.columns([2, 3], gap="medium")
    with picture:
        show_chart(
            figures.network_diagram(
                _neuron_texts(steps, number, exercise),
                connections=step.layer if step.kind in _AT_CONNECTIONS else None,
                neurons=_marked_neurons(step),
                is_backward=step.kind in _BACKWARD,
            ),
            "descent_diagram",
        )
        st.caption(_(why))
        if step.kind in _BACKWARD:
            st.caption(_("In the circles: the gradient, as far back as it has come by now."))
    with numbers:
        st.markdown(f"**{number}. {_(title).format(layer=step.layer)}**")
        # What is wider than a phone scrolls inside the formula, not out of the page.
        st.html("<style>.katex-display { overflow: auto hidden; }</style>")
        st.latex(_with_numbers_of_layers(formula, step.layer))
        st.latex(_in_numbers(step))
        st.code(step.code, language="python", wrap_lines=True)
    _show_steps_taken(exercise)


def _step_slider(n_steps: int) -> int:
    """Let the reader choose a step by a slider, or by buttons for previous and next."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.slider(_("Step"), 1, n_steps, 1, key=_STEP, bind="query-params")
        for label, icon, key, target in (
            (_("Previous"), ":material/skip_previous:", "descent_previous", number - 1),
            (_("Next"), ":material/skip_next:", "descent_next", number + 1),
        ):
            st.button(
                label,
                icon=icon,
                key=key,
                on_click=_go_to,
                args=(target,),
                disabled=not 1 <= target <= n_steps,
            )
    return number


def _show_steps_taken(exercise: Exercise) -> None:
    """Let the reader take the step, and show how the loss falls."""
    buttons, curve = st.columns([2, 3], gap="medium", vertical_alignment="center")
    losses = exercise.losses
    with buttons:
        change = f"{losses[-1] - losses[-2]:.6f}" if len(losses) > 1 else None
        st.metric(_("Loss"), f"{losses[-1]:.6f}", change, delta_color="inverse")
        step_buttons(exercise)
        st.caption(
            _(
                "Notice that the loss falls at a small learning rate, and that at a large one "
                "it may rise: the gradient holds only near where it was computed."
            )
        )
    show_chart(figures.losses_of_steps(losses), "descent_taken", curve)


def _neuron_texts(steps: Sequence[Step], number: int, exercise: Exercise) -> list[list[str]]:
    """Return what stands in the neurons after a step: its value, or the gradient at it."""
    seen = steps[:number]
    at_outputs = {"weighted_sum", "activation"}
    if seen[-1].kind in _BACKWARD:
        at_outputs |= {"loss_gradient", "activation_gradient"}
    shown = {0: exercise.inputs[0]}
    for step in seen:
        if step.kind in at_outputs:
            shown[step.layer] = step.result[0]
        elif step.kind == "input_gradient" and seen[-1].kind in _BACKWARD:
            shown[step.layer - 1] = step.result[0]
    sizes = [exercise.network.n_inputs]
    sizes += [layer.n_outputs for layer in exercise.network.dense_layers]
    return [
        [f"{value:.3f}".replace("-", "−") for value in shown[layer]]
        if layer in shown
        else ["?"] * size
        for layer, size in enumerate(sizes)
    ]


def _marked_neurons(step: Step) -> int | None:
    """Return the layer of neurons that a step is about, if it is about neurons."""
    if step.kind in ("weights_gradient", "weights_update"):
        return None
    return step.layer - (step.kind == "input_gradient")


def _in_numbers(step: Step) -> str:
    """Return a step with its real numbers, as LaTeX."""
    o = {name: _matrix(array) for name, array in step.operands.items()}
    if step.kind == "weighted_sum":
        lines = [f"{o['inputs']} {o['weights']}", rf"\quad + {o['bias']}"]
    elif step.kind == "activation":
        lines = [rf"\sigma\left({o['sums']}\right)"]
    elif step.kind == "loss":
        pairs = zip(step.operands["outputs"][0], step.operands["targets"][0], strict=True)
        terms = " + ".join(f"({_decimals(a)} - {_decimals(t)})^2" for a, t in pairs)
        lines = [rf"\tfrac{{1}}{{2}} \left({terms}\right)"]
    elif step.kind == "loss_gradient":
        lines = [o["outputs"], rf"\quad - {o['targets']}"]
    elif step.kind == "activation_gradient":
        rest = _matrix(1 - step.operands["outputs"])
        lines = [rf"{o['gradient']} \odot {o['outputs']}", rf"\quad \odot {rest}"]
    elif step.kind == "weights_gradient":
        lines = [f"{_matrix(step.operands['inputs'].T)} {o['gradient']}"]
    elif step.kind == "bias_gradient":
        lines = [o["gradient"]]
    elif step.kind == "input_gradient":
        lines = [f"{o['gradient']} {_matrix(step.operands['weights'].T)}"]
    else:
        rate = f"{float(step.operands['rate']):g}"
        lines = [o["before"], rf"\quad - {rate} \cdot {o['gradient']}"]
    # One under the other, as on a phone there is no room for a line.
    rows = [f"&{lines[0]}", *(f"&{line}" for line in lines[1:]), f"&= {_matrix(step.result)}"]
    return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"


def _with_numbers_of_layers(formula: str, layer: int) -> str:
    """Return a formula for one layer: L becomes its number, K the one before, A0 is x."""
    formula = formula.replace("_{L,j}", f"_{{{layer},j}}").replace("_L", f"_{layer}")
    before = "x" if layer == 1 else f"A_{layer - 1}"
    return formula.replace("A_K", before)


def _matrix(array: np.ndarray) -> str:
    """Return a matrix, a vector as a row, or a number as LaTeX."""
    if array.ndim == 0:
        return _decimals(float(array))
    rows = (" & ".join(map(_decimals, row)) for row in np.atleast_2d(array))
    return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"


def _decimals(value: float) -> str:
    """Return a number as short as four decimals allow; a small one keeps two digits."""
    if value and abs(value) < 0.001:
        mantissa, exponent = f"{value:.1e}".split("e")
        return rf"{mantissa}{{\cdot}}10^{{{int(exponent)}}}"
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _go_to(number: int) -> None:
    """Show another step."""
    st.session_state[_STEP] = number
