"""Gradient descent: slopes, a real loss surface, backpropagation step by step, and its check."""

import streamlit as st

from dashboard import resources, shell
from dashboard.gradient_descent import surface
from dashboard.gradient_descent.backpropagation import show_backpropagation
from dashboard.gradient_descent.gradient_check import show_gradient_check
from dashboard.gradient_descent.slope import show_slope
from dashboard.gradient_descent.small_network import exercise_fields
from dashboard.language import _

shell.start_page(shell.GRADIENT_DESCENT)
resources.mnist()

st.title(_(shell.GRADIENT_DESCENT.title))
st.markdown(
    _(
        "To learn is to walk downhill: the loss $\\mathcal{L}$ says how wrong a network is, its "
        "gradient says how the loss changes with every weight, and a step goes a little against "
        "it, $w \\leftarrow w - \\eta \\, \\partial\\mathcal{L} / \\partial w$. How steep is it, "
        "what does the way look like, and who computes the gradient?"
    )
)


@st.fragment
def show_descent() -> None:
    """Let the reader choose a surface, and walk down it."""
    st.subheader(_("A real loss surface"))
    kind, loss, digit = surface.surface_picker()
    land = surface.surface_of(kind, loss, digit)
    surface.show_what_is_drawn(kind, digit, land)
    surface.presets(kind, loss)
    above, relief = st.columns(2, gap="medium")
    settings, outcome = st.columns([2, 3], gap="large")
    with settings:
        run = surface.run_settings(kind, loss, digit)
    descent = surface.descent_of(run)
    with above:
        surface.show_contour(kind, land, descent)
    with relief:
        surface.show_surface(kind, land, descent)
    with outcome:
        surface.show_path(run, land, descent)


@st.fragment
def show_slope_of_sigmoid() -> None:
    """Let the reader feel how steep the sigmoid is."""
    st.subheader(_("The slope of one neuron"))
    show_slope()


@st.fragment
def show_small_network() -> None:
    """Follow backpropagation through a small network, and check its gradient."""
    st.subheader(_("Backpropagation, step by step"))
    st.markdown(
        _(
            "Two inputs, a hidden layer, two outputs, sigmoids: small enough to follow every "
            "number. The code is this project's own, read from its source as you look."
        )
    )
    exercise = exercise_fields()
    show_backpropagation(exercise)
    st.subheader(_("Is the gradient right?"))
    st.markdown(
        _(
            "A gradient can be measured without any calculus: move one weight a little both ways "
            "and see how the loss changes, "
            "$\\frac{\\mathcal{L}(w + h) - \\mathcal{L}(w - h)}{2h}$. Backpropagation gives all "
            "gradients at the price of one such measurement, if nobody has made a mistake."
        )
    )
    show_gradient_check(exercise)


show_slope_of_sigmoid()
show_descent()
show_small_network()
