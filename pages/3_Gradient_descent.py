"""Gradient descent: a real loss surface, slopes, backpropagation step by step, and its check."""

import streamlit as st

from dashboard import resources, shell
from dashboard.fields import named_choice
from dashboard.gradient_descent import surface
from dashboard.gradient_descent.backpropagation import show_backpropagation
from dashboard.gradient_descent.gradient_check import show_gradient_check
from dashboard.gradient_descent.slope import show_slope
from dashboard.gradient_descent.small_network import exercise_fields
from dashboard.language import _
from dashboard.turns import fragment

SURFACE, SIGMOID, STEPS, CHECK = "surface", "sigmoid", "steps", "check"


@fragment
def show_descent() -> None:
    """Let the reader choose a surface, and walk down it."""
    st.subheader(_("A real loss surface"))
    kind, loss, digit = surface.surface_picker()
    land = surface.surface_of(kind, loss, digit)
    surface.show_what_is_drawn(kind, digit, land)
    presets = st.container(horizontal=True)
    above, relief = st.columns(2, gap="medium")
    settings, outcome = st.columns([2, 3], gap="large")
    places = surface.Places(presets, above, relief, settings, outcome)
    choose_way_down(kind, loss, digit, places)
    surface.show_what_to_know(kind, loss, land, places)


@fragment
def choose_way_down(kind: str, loss: str, digit: int, places: surface.Places) -> None:
    """Offer ways of going downhill, and walk."""
    with places.presets:
        surface.presets(kind, loss)
    walk_down(kind, loss, digit, places)


@fragment
def walk_down(kind: str, loss: str, digit: int, places: surface.Places) -> None:
    """Let the reader choose start and steps, and show the way that they lead."""
    with places.settings:
        walk = surface.walk_of(surface.run_settings(kind, loss, digit))
    with places.above:
        surface.show_contour(walk)
    with places.relief:
        surface.show_surface(walk)
    with places.outcome:
        surface.show_path(walk)


@fragment
def show_slope_of_sigmoid() -> None:
    """Let the reader feel how steep the sigmoid is."""
    st.subheader(_("The slope of one neuron"))
    show_slope()


@fragment
def show_steps() -> None:
    """Follow backpropagation through a small network."""
    st.subheader(_("Backpropagation, step by step"))
    st.markdown(
        _(
            "Two inputs, a hidden layer, two outputs, sigmoids: small enough to follow every "
            "number. The code is this project's own, read from its source as you look."
        )
    )
    show_backpropagation(exercise_fields())


@fragment
def show_check() -> None:
    """Check the gradient of the same network."""
    st.subheader(_("Is the gradient right?"))
    st.markdown(
        _(
            "A gradient can be measured without any calculus: move one weight a little both ways "
            "and see how the loss changes, "
            "$\\frac{\\mathcal{L}(w + h) - \\mathcal{L}(w - h)}{2h}$. Backpropagation gives all "
            "gradients at the price of one such measurement, if nobody has made a mistake."
        )
    )
    exercise = exercise_fields(with_learning_rate=False)
    st.caption(
        _(
            "This is the network of “Backprop”, as the steps taken there have left it "
            "(until now: {n})."
        ).format(n=len(exercise.losses) - 1)
    )
    show_gradient_check(exercise)


with shell.page(shell.GRADIENT_DESCENT):
    resources.mnist()
    st.markdown(
        _(
            "To learn is to walk downhill: the loss $\\mathcal{L}$ says how wrong a network is, "
            "its gradient says how the loss changes with every weight, and a step goes a little "
            "against it, $w \\leftarrow w - \\eta \\, \\partial\\mathcal{L} / \\partial w$. What "
            "does the way look like, how steep is it, and who computes the gradient?"
        )
    )

    part = named_choice(
        _("What to look at"),
        {
            SURFACE: _("Surface"),
            SIGMOID: _("Sigmoid"),
            STEPS: _("Backprop"),
            CHECK: _("Check"),
        },
        key="descent_part",
    )
    # Only the part that is looked at is computed.
    if part == SURFACE:
        show_descent()
    elif part == SIGMOID:
        show_slope_of_sigmoid()
    elif part == STEPS:
        show_steps()
    else:
        show_check()
