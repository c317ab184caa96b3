"""The loss surface on the page: its settings, the path of a descent on it, and what to notice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.chart import show_chart, show_selectable_chart
from dashboard.components.plot3d import PlotState, plot3d
from dashboard.fields import whole_number
from dashboard.figures import gradient_descent as figures
from dashboard.gradient_descent.landscape import (
    KINDS,
    LOSSES,
    NEURON,
    Landscape,
    is_computed,
    landscape,
    network_facts,
)
from dashboard.language import _, current_language
from nncore.average_digit import MEMOIRE_DIGIT
from nncore.loss_surface import Descent, descend
from nncore.mnist import N_CLASSES

RATES = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    50.0,
    100.0,
    200.0,
    500.0,
    1000.0,
)
ALL = "all"
BATCHES = ("1", "10", "100", ALL)
MOST_STEPS = 60

_SURFACE, _LOSS, _CONTOUR = "descent_surface", "descent_loss", "descent_contour"
_STATES = 31
_START_STEP = 0.05
# A minimum is known to the width of the grid, and a path ends near it, not on it.
_NEAR = 0.05
_FLAT = 0.01
# Of single precision, which draws the networks.
_ROUNDING = 1e-4


@dataclass(frozen=True)
class Places:
    """Where on the page stand the presets, two views of the surface, settings, and words."""

    presets: DeltaGenerator
    above: DeltaGenerator
    relief: DeltaGenerator
    settings: DeltaGenerator
    outcome: DeltaGenerator


@dataclass(frozen=True)
class Run:
    """What makes a path: the surface, the start, and how steps are taken."""

    kind: str
    loss: str
    digit: int
    start: tuple[float, float]
    learning_rate: float
    batch: str
    n_steps: int
    seed: int


@dataclass(frozen=True, eq=False)
class Walk:
    """A run's path down its surface, and the pictures of it.

    Attributes
    ----------
    run : Run
    land : Landscape
    descent : Descent
    above, relief : plotly.graph_objects.Figure
        Surface and path from above and in three dimensions.
    states : tuple of PlotState
        What the relief shows step by step.
    losses : plotly.graph_objects.Figure
        The loss along the path.
    """

    run: Run
    land: Landscape
    descent: Descent
    above: go.Figure
    relief: go.Figure
    states: tuple[PlotState, ...]
    losses: go.Figure


def surface_picker() -> tuple[str, str, int]:
    """Let the reader choose the surface; return its kind, the loss and the neuron's digit."""
    with st.container(horizontal=True, gap="medium"):
        kind = _choice(_("Surface"), tuple(KINDS), NEURON, _SURFACE, _start_anew)
        loss = _choice(_("Loss"), LOSSES, LOSSES[0], _LOSS, _start_anew)
        digit = MEMOIRE_DIGIT
        if kind == NEURON:
            digit = st.selectbox(
                _("Digit of the neuron"),
                range(N_CLASSES),
                index=MEMOIRE_DIGIT,
                key="descent_digit",
                bind="query-params",
                width=160,
            )
    return kind, loss, digit


def surface_of(kind: str, loss: str, digit: int) -> Landscape:
    """Return the surface, with a word to the reader while it is computed for the first time."""
    if is_computed(kind, loss, digit):
        return landscape(kind, loss, digit)
    with st.spinner(_("Computing the loss at every point …")):
        return landscape(kind, loss, digit)


def presets(kind: str, loss: str) -> None:
    """Offer three ways of going downhill."""
    good, too_large = KINDS[kind].rates[loss]
    for key, label, icon, rate, batch in (
        ("full", _("Full batch"), ":material/trending_down:", good, ALL),
        ("stochastic", _("Stochastic"), ":material/casino:", good, "10"),
        ("large", _("Too large a step"), ":material/warning:", too_large, ALL),
    ):
        st.button(
            label,
            icon=icon,
            key=f"descent_{key}",
            on_click=_set,
            kwargs={"descent_rate": rate, "descent_batch": batch},
        )


def run_settings(kind: str, loss: str, digit: int) -> Run:
    """Let the reader set the start by sliders, and how steps are taken."""
    chosen = KINDS[kind]
    start = tuple(
        _start_slider(*setting)
        for setting in zip(
            chosen.axes,
            (chosen.x, chosen.y),
            chosen.start,
            ("descent_x", "descent_y"),
            strict=True,
        )
    )
    learning_rate = st.select_slider(
        _("Learning rate"),
        RATES,
        value=chosen.rates[loss][0],
        key="descent_rate",
        bind="query-params",
    )
    batch = _choice(_("Batch size (images a step)"), BATCHES, ALL, "descent_batch")
    n_steps = st.slider(_("Steps"), 1, MOST_STEPS, 40, key="descent_steps", bind="query-params")
    seed = whole_number(
        _("Seed, which draws the batches"),
        **{"low": 0, "high": 9999, "value": 0},
        key="descent_seed",
        width=220,
        disabled=batch == ALL,
    )
    return Run(kind, loss, digit, start, learning_rate, batch, n_steps, seed)


def _start_slider(axis: str, limits: tuple[float, float], default: float, key: str) -> float:
    """Let the reader set the start along one axis."""
    low, high = limits
    # Streamlit may bring back that of another surface for who sends no settings along.
    if not low <= st.session_state.get(key, default) <= high:
        _set(**{key: default})
    return st.slider(
        _("Start: {axis}").format(axis=_(axis)),
        *(low, high, default),
        step=_START_STEP,
        key=key,
        bind="query-params",
    )


def show_what_is_drawn(kind: str, digit: int, land: Landscape) -> None:
    """Say what the surface is of."""
    text = _(KINDS[kind].what)
    st.caption(text.format(digit=digit, n=land.plane.n_samples, **network_facts()))


def walk_of(run: Run) -> Walk:
    """Return path and pictures of a run, with titles in the reader's language."""
    return _walk(run, current_language())


def show_contour(walk: Walk) -> None:
    """Show the surface from above; a click on it starts the path there."""
    show_selectable_chart(walk.above, _CONTOUR, _start_where_clicked)


def show_surface(walk: Walk) -> None:
    """Show the surface in three dimensions, with a ball that rolls down the path."""
    plot3d(
        walk.relief,
        walk.states,
        key="descent_surface_3d",
        label=_("The loss as a surface, and the path of gradient descent down it"),
        height=400,
    )


def show_path(walk: Walk) -> None:
    """Show the loss along the path, and say what to notice."""
    show_chart(walk.losses, "descent_loss_curve")
    st.markdown(_what_to_notice(walk.run, walk.land, walk.descent))


def show_what_to_know(kind: str, loss: str, land: Landscape, places: Places) -> None:
    """Say below the views, once a run has filled them, what is the same for all runs."""
    places.above.caption(_("Click anywhere on the map to start there, or move the sliders below."))
    places.outcome.caption(_about_minima(kind, loss, land))


# A class that follows one link asks for the same runs, and so do the presets.
@lru_cache(maxsize=64)
def _walk(run: Run, language: str) -> Walk:
    """Walk and draw; the language keeps pictures with other titles apart."""
    land = landscape(run.kind, run.loss, run.digit)
    descent = descend(
        land.plane,
        run.start,
        learning_rate=run.learning_rate,
        batch_size=land.plane.n_samples if run.batch == ALL else int(run.batch),
        n_steps=run.n_steps,
        generator=np.random.default_rng(run.seed),
    )
    grid = (land.x, land.y, land.losses)
    axes = _axes(run.kind)
    n_steps = len(descent.points) - 1
    steps = np.linspace(0, n_steps, min(n_steps + 1, _STATES)).round().astype(int).tolist()
    states = tuple(
        PlotState(caption, ball)
        for caption, ball in zip(
            _captions(axes, land, descent, steps),
            figures.balls(*grid, descent, steps),
            strict=True,
        )
    )
    return Walk(
        run,
        land,
        descent,
        above=figures.contour(*grid, land.minima, descent, axes),
        relief=figures.surface(*grid, land.minima, descent, axes),
        states=states,
        losses=figures.loss_along_path(descent, float(land.losses.min())),
    )


def _axes(kind: str) -> tuple[str, str]:
    """Return the titles of the axes in the reader's language."""
    first, second = KINDS[kind].axes
    return _(first), _(second)


def _captions(
    axes: tuple[str, str], land: Landscape, descent: Descent, steps: Sequence[int]
) -> list[str]:
    """Return what is seen after each of some steps."""
    # Once for all of them: a lookup of the reader's language takes longer than the rest.
    text = _("Step {step}: {first} {x}, {second} {y}, loss {loss:.4f}.")
    beyond = " " + _("Beyond the part that is drawn.")
    # Adding 0 turns a rounded minus 0 into 0.
    places = (descent.points[steps].round(2) + 0.0).tolist()
    are_drawn = land.holds(descent.points[steps]).tolist()
    captions = []
    for step, place, is_drawn in zip(steps, places, are_drawn, strict=True):
        x, y = (f"{number:.2f}".replace("-", "−") for number in place)
        loss = descent.losses[step]
        caption = text.format(step=step, first=axes[0], second=axes[1], x=x, y=y, loss=loss)
        captions.append(caption if is_drawn else caption + beyond)
    return captions


def _what_to_notice(run: Run, land: Landscape, descent: Descent) -> str:
    """Return a sentence about the path."""
    losses, lowest = descent.losses, float(land.losses.min())
    span = float(land.losses.max()) - lowest
    n_rises = int(np.count_nonzero(np.diff(losses) > _ROUNDING * span))
    is_high = losses[-1] - lowest > _NEAR * span
    if not land.holds(descent.points[-1:])[0]:
        text = _(
            "**The step is too large.** Each one jumps over the valley; in the end the path has "
            "left the part that is drawn, and its loss is {end:.3g}. On a plateau out there the "
            "gradient is nearly 0, and nothing leads back."
        )
    elif run.batch != ALL:
        text = _(
            "**Stochastic.** A step follows the gradient of {batch} of {n} images, so the path "
            "trembles: at {rises} of {steps} steps the loss of all images went up. It costs only "
            "{share:.1%} of the work of a full step, and trembling can shake it out of a hollow."
        )
    elif n_rises:
        text = _(
            "**It overshoots.** At {rises} of {steps} steps the loss went *up*, although each "
            "follows the true gradient: the step is longer than the slope holds. Try a smaller "
            "learning rate."
        )
    elif is_high and descent.slopes[-1] < _FLAT * span:
        text = _(
            "**Nearly stuck.** The gradient here is {slope:.1e}, the loss still {end:.3g} where "
            "{lowest:.3g} is possible. On a plateau every sigmoid is saturated: it is wrong, and "
            "hardly learns."
        )
    elif is_high:
        text = _(
            "The loss is {end:.3g} and still falls, towards {lowest:.3g} at best. Allow more steps "
            "or a larger learning rate."
        )
    else:
        text = _(
            "From {begin:.3g} down to {end:.3g}, where the lowest of the surface is {lowest:.3g}. "
            "Notice that steps become shorter by themselves where the surface is flat: a step is "
            "the learning rate *times the gradient*."
        )
    batch = land.plane.n_samples if run.batch == ALL else int(run.batch)
    return text.format(
        begin=losses[0],
        end=losses[-1],
        lowest=lowest,
        slope=descent.slopes[-1],
        rises=n_rises,
        steps=run.n_steps,
        batch=batch,
        n=land.plane.n_samples,
        share=batch / land.plane.n_samples,
    )


def _about_minima(kind: str, loss: str, land: Landscape) -> str:
    """Return a sentence about the local minima of the surface."""
    n = len(land.minima)
    if n > 1:
        return _(
            "Notice the {n} stars: {n} local minima. Downhill leads to the one whose valley the "
            "start lies in, not to the lowest; between them the loss is higher."
        ).format(n=n)
    if n:
        text = _("This part of the surface has one minimum, the star.")
    else:
        text = _("This part of the surface has no minimum: the valley goes on beyond its edge.")
    if kind == NEURON and loss == "mse":
        text += " " + _(
            "What stops the path is not a second minimum but the plateaus, where the neuron "
            "answers 0 or 1 to nearly everything: start at bias 8 and gain 0, or compare with "
            "cross-entropy, which has no plateaus."
        )
    return text


def _choice(
    label: str,
    options: tuple[str, ...],
    default: str,
    key: str,
    on_change: Callable[[], None] | None = None,
) -> str:
    """Show options of which one is chosen."""
    chosen = st.segmented_control(
        label,
        options,
        default=default,
        required=True,
        key=key,
        bind="query-params",
        on_change=on_change,
    )
    # A link with an empty value chooses none, required or not.
    return default if chosen is None else chosen


def _start_anew() -> None:
    """Take the start and the learning rate that suit the surface now chosen."""
    kind = KINDS[st.session_state[_SURFACE] or NEURON]
    rate, _too_large = kind.rates[st.session_state[_LOSS] or LOSSES[0]]
    x, y = kind.start
    _set(descent_x=x, descent_y=y, descent_rate=rate)


def _set(**values: float | str) -> None:
    """Set widgets, by their keys."""
    st.session_state.update(values)


def _start_where_clicked() -> None:
    """Start the path at the point of the contour that was clicked."""
    points = st.session_state[_CONTOUR].selection.points
    if points:
        x, y = (round(points[0][axis] / _START_STEP) * _START_STEP for axis in "xy")
        _set(descent_x=round(x, 2), descent_y=round(y, 2))
