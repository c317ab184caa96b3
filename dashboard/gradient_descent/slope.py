"""The sigmoid and its derivative under the reader's hand, and what saturation does."""

import numpy as np
import streamlit as st

from dashboard.chart import show_chart
from dashboard.figures import gradient_descent as figures
from dashboard.language import _
from nncore.activations import sigmoid

_DEFAULT_INPUT = 4.0
_STEEPEST = 0.25


def show_slope() -> None:
    """Let the reader move the input of a neuron, and show the slope there."""
    low, high = figures.INPUT_RANGE
    z = st.slider(
        _("Input z of the neuron"),
        *(low, high, _DEFAULT_INPUT),
        step=0.1,
        key="descent_z",
        bind="query-params",
    )
    output = float(sigmoid(np.float64(z)))
    slope = output * (1 - output)
    curve, layers = st.columns([3, 2], gap="medium")
    show_chart(figures.sigmoid_and_slope(z), "descent_sigmoid", curve)
    show_chart(figures.shrinking_gradient(slope), "descent_layers", layers)
    names = (_("Output σ(z)"), _("Derivative σ′(z)"), _("Share of the steepest"))
    values = (f"{output:.5f}", f"{slope:.5f}", f"{100 * slope / _STEEPEST:.3g}\N{NO-BREAK SPACE}%")
    for column, name, value in zip(st.columns(3), names, values, strict=True):
        column.metric(name, value)
    # The answer that the neuron should not have given, so that there is much to learn.
    target = 0 if z > 0 else 1
    st.markdown(
        _(
            "Say the right answer is {target}, so the error is {error:.4f}. With the mémoire's "
            "squared error the gradient of a weight of input 1 is error × derivative, "
            "${error:.4f} \\times {slope:.5f} = {gradient:.2g}$: a step of learning rate 1 moves "
            "the weight by **{gradient:.2g}**. Cross-entropy cancels the derivative: its gradient "
            "is the error, and the same step moves the weight by **{error:.4f}**."
        ).format(
            target=target,
            error=abs(output - target),
            slope=slope,
            gradient=abs(output - target) * slope,
        )
    )
    st.caption(
        _(
            "Notice that the more certain a wrong answer is, the *less* the neuron learns from it: "
            "it is saturated. On the way back every layer multiplies by such a derivative, at best "
            "by a quarter: after {n} layers of this z, {left:.1e} of the gradient is left (with "
            "weights of 1)."
        ).format(n=figures.N_LAYERS, left=slope**figures.N_LAYERS)
    )
