"""The parts of the page of the colour neuron that come after the labels, from top to bottom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from PIL import ImageColor
from streamlit.delta_generator import DeltaGenerator

from dashboard import resources, state, uploads
from dashboard.chart import show_chart
from dashboard.colour_neuron.labels import ColourState, LabelledImages
from dashboard.colour_neuron.sentences import (
    Lesson,
    Settings,
    number,
    step_caption,
    train_on,
    what_to_notice,
    written_out,
)
from dashboard.components.plot3d import PlotState, plot3d
from dashboard.components.scroll_table import scroll_table
from dashboard.fields import whole_number
from dashboard.figures import colour_space as figures
from dashboard.kept import show_kept
from dashboard.language import _, current_language
from dashboard.tables import markdown_table
from nncore.colour import mean_colour, scale_colours
from nncore.images import ImageFileError, open_image

SCALES = {"0-255": 255, "0-1": 1}
MEMOIRE_STATE = (41.6, -67.8, -59.8)
ORANGE = "#FF8041"  # for which the mémoire writes out q
# Each takes half a millisecond to work out; the table has all.
MAX_STATES = 60
_ASKED, _ASKED_IMAGE = "colour_asked", "colour_asked_image"


@dataclass(frozen=True)
class Places:
    """Where on the page what stands.

    Attributes
    ----------
    labels : DeltaGenerator
        The images.
    settings, start : DeltaGenerator
        Below them what is changed most, and what is folded away.
    cube : DeltaGenerator
        Beside all that what the neuron makes of it.
    errors, updates : DeltaGenerator
        How it came to that.
    ask : DeltaGenerator
        Questions to the trained neuron.
    """

    labels: DeltaGenerator
    settings: DeltaGenerator
    start: DeltaGenerator
    cube: DeltaGenerator
    errors: DeltaGenerator
    updates: DeltaGenerator
    ask: DeltaGenerator


@dataclass(frozen=True, eq=False)
class Account:
    """All that is told about a lesson in one language; shared, so nothing of it may be changed.

    Attributes
    ----------
    n_updates : int
        Of the training.
    cube : plotly.graph_objects.Figure
        The cube of all colours at the end of the training.
    states : tuple of PlotState
        What the view of the cube steps through.
    result : str
        The state that the training has come to and what to notice, as Markdown.
    errors : plotly.graph_objects.Figure
        The wrong answers of each epoch.
    updates : dict of str to list
        The columns of the table of every update.
    """

    n_updates: int
    cube: go.Figure
    states: tuple[PlotState, ...]
    result: str
    errors: go.Figure
    updates: dict[str, list]


# By lesson and language.
_accounts: WeakKeyDictionary[Lesson, dict[str, Account]] = WeakKeyDictionary()


def compute_ahead() -> Iterator[None]:
    """Train on the mémoire's labels, which everybody sees first, and pause."""
    images = tuple(image for image in resources.colour_bank() if image.is_from_memoire)
    samples = LabelledImages(images, tuple(int(image.is_red) for image in images))
    account_of(train_on(samples, Settings()))
    yield


def lay_out() -> Places:
    """Show what is always the same, and leave room below and beside each other for the rest."""
    left, cube = st.columns(2, gap="medium")
    left.markdown(
        _(
            "**What should it answer yes to?** A click changes the label of an image, and the "
            "neuron is trained anew."
        )
    )
    labels = left.container()
    settings = left.container(horizontal=True, vertical_alignment="bottom")
    start = left.expander(_("Start and epochs"), icon=":material/tune:")
    errors, updates = st.columns([1, 2], gap="medium")
    errors.subheader(_("Errors per epoch"))
    updates.subheader(_("Every update"))
    ask, experiments = st.columns(2, gap="medium")
    ask.subheader(_("Ask the neuron"))
    experiments.markdown(_experiments())
    return Places(labels, settings, start, cube, errors, updates, ask)


def start_fields() -> Settings:
    """Show where the training starts and how long it takes; the link of the page carries both."""
    default = Settings()
    with st.container(horizontal=True):
        start = tuple(
            st.number_input(
                f"p{'₁₂₃'[index]}",
                min_value=-1000.0,
                max_value=1000.0,
                value=value,
                step=1.0,
                format="%g",
                key=f"colour_start_{index + 1}",
                bind="query-params",
                width=100,
            )
            for index, value in enumerate(default.start)
        )
    epochs = whole_number(_("Epochs"), low=1, high=200, value=default.epochs, key="colour_epochs")
    return replace(default, start=start, epochs=epochs)


def step_fields(settings: Settings) -> Settings:
    """Show the other settings, and return them with those of `start_fields`."""
    learning_rate = st.number_input(
        _("ε (learning rate)"),
        min_value=0.001,
        max_value=10.0,
        value=settings.learning_rate,
        step=0.05,
        format="%g",
        key="colour_epsilon",
        bind="query-params",
        width=140,
    )
    scale = st.radio(
        _("Scale of the colours"),
        list(SCALES),
        horizontal=True,
        key="colour_scale",
        bind="query-params",
        width="content",
    )
    return replace(settings, learning_rate=learning_rate, scale=SCALES[scale])


def account_of(lesson: Lesson) -> Account:
    """Return what is told about a lesson in the reader's language; kept as long as the lesson."""
    in_languages = _accounts.setdefault(lesson, {})
    language = current_language()
    if language not in in_languages:
        in_languages[language] = _account(lesson)
    return in_languages[language]


def train_button() -> None:
    """Show the button that plays the training from its start."""
    st.button(
        _("Train from the start"),
        type="primary",
        icon=":material/play_arrow:",
        key="colour_train",
        on_click=_play,
    )


def show_cube(account: Account) -> None:
    """Show the cube of all colours with the plane, which the reader steps through the updates."""
    plot3d(
        account.cube,
        account.states,
        key="colour_cube",
        label=_("The cube of all colours, cut by the plane of the neuron"),
        height=400,
        autoplay=state.of_session(ColourState).n_trainings,
    )
    if len(account.states) <= account.n_updates:
        st.caption(
            _("The view shows {shown} of {n} updates, evenly spread; the table has all.").format(
                shown=len(account.states) - 1, n=account.n_updates
            )
        )
    st.markdown(account.result)


def show_updates(lesson: Lesson, account: Account, places: Places) -> None:
    """Show the errors of each epoch, and every update of the training as a table."""
    with places.errors:
        # What everybody sees first.
        if lesson.is_memoires:
            show_kept(_show_errors, account, name="mémoire")
        else:
            _show_errors(account)
    with places.updates:
        scroll_table(account.updates, key="colour_updates", label=_("Every update"))


def _show_errors(account: Account) -> None:
    """Show the errors of each epoch."""
    show_chart(account.errors, "colour_errors")


def ask_any_colour(lesson: Lesson) -> None:
    """Let the reader ask the trained neuron about a colour or an image, with q written out."""
    colour = st.color_picker(_("A colour"), value=ORANGE, key=_ASKED, bind="query-params")
    # Links may also have short forms of colours, such as #f80, or one with an alpha channel.
    inputs = scale_colours(ImageColor.getrgb(colour)[:3], lesson.settings.scale)
    memoires = _(
        "The mémoire writes out orange (255, 128, 65), q = −1957.4, and full red (255, 0, 0), "
        "q = 10608."
    )
    st.markdown(f"{written_out(lesson.log.state, inputs)}\n\n:small[:gray[{memoires}]]")
    st.file_uploader(
        _("or the mean colour of an image"),
        type=uploads.IMAGE_TYPES,
        key=_ASKED_IMAGE,
        on_change=_ask_mean_colour,
    )
    if fault := state.of_session(ColourState).asked_fault:
        st.error(_(fault))


def _experiments() -> str:
    """Return what to try, as Markdown; the sentence below the cube answers each."""
    experiments = (
        _("Change the scale to 0-1. How many epochs do the same labels need now?"),
        _("Label *orange* yes as well. On which scale can the neuron learn that?"),
        _("Label only *grey* yes. Why can it never learn that?"),
        _("Add the other images. Is *red velvet* answered yes? Should it be?"),
    )
    return "\n".join([f"### {_('Things to try')}\n", *(f"- {text}" for text in experiments)])


def _play() -> None:
    """Ask the view to play the training."""
    state.of_session(ColourState).n_trainings += 1


def _steps(n_updates: int) -> list[int]:
    """Return after how many updates the view stops, from 0 to all; evenly thinned out if many."""
    n_states = min(n_updates + 1, MAX_STATES)
    return np.linspace(0, n_updates, n_states).round().astype(int).tolist()


def _account(lesson: Lesson) -> Account:
    """Tell all about a lesson."""
    samples, log = lesson.samples, lesson.log
    # After the first epoch without error there is nothing more to see.
    errors = log.errors_per_epoch[: log.first_epoch_without_error]
    points = figures.rounded(lesson.inputs.tolist())
    return Account(
        len(log.updates),
        cube=figures.colour_space(
            samples.names, samples.colours, samples.targets, lesson.settings.scale, log.state
        ),
        states=tuple(_plot_state(lesson, points, step) for step in _steps(len(log.updates))),
        result=f"{_result_table(lesson)}\n\n{what_to_notice(lesson)}",
        errors=figures.errors_per_epoch(errors),
        updates=_update_table(lesson),
    )


def _result_table(lesson: Lesson) -> str:
    """Return the state that the training has come to, beside the mémoire's, as Markdown."""
    first = lesson.log.first_epoch_without_error
    # As many decimals as a phone has room for.
    state_now = [number(value, decimals=3) for value in lesson.log.state]
    here = [f"**{cell}**" for cell in (_("here"), *state_now, first or _("none"))]
    memoires = [_("mémoire"), *map(number, MEMOIRE_STATE), "–"]
    names = ("", "p₁", "p₂", "p₃", _("no error from epoch"))
    return markdown_table([dict(zip(names, row, strict=True)) for row in (here, memoires)])


def _plot_state(lesson: Lesson, points: Sequence[Sequence[float]], step: int) -> PlotState:
    """Return the cube, with the samples at these points, after so many updates."""
    attributes = figures.attributes_of_plane(
        points,
        lesson.is_wrong[step].tolist(),
        lesson.settings.scale,
        lesson.neuron(step),
        lesson.plane(step),
        lesson.log.updates[step - 1].sample if step else None,
    )
    return PlotState(step_caption(lesson, step), attributes)


def _update_table(lesson: Lesson) -> dict[str, list]:
    """Return the columns of the table of updates."""
    updates, names = lesson.log.updates, lesson.samples.names
    answers = (_("no"), _("yes"))
    columns: dict[str, list] = {
        _("Update"): list(range(1, len(updates) + 1)),
        _("Epoch"): [update.epoch for update in updates],
        _("Image"): [names[update.sample] for update in updates],
        _("Answer"): [answers[update.output] for update in updates],
        _("Should be"): [answers[update.target] for update in updates],
    }
    for index, name in enumerate(("p₁", "p₂", "p₃")):
        columns[name] = [update.after[index] for update in updates]
    return columns


def _ask_mean_colour() -> None:
    """Put the mean colour of the uploaded image into the colour picker."""
    page = state.of_session(ColourState)
    page.asked_fault = ""
    file = st.session_state[_ASKED_IMAGE]
    if file is None:
        return
    try:
        colour = mean_colour(open_image(file.getvalue()))
    except ImageFileError as error:
        page.asked_fault = str(error)
    else:
        st.session_state[_ASKED] = f"#{bytes(colour.integer).hex()}"
