"""The parts of the page of the colour neuron that come after the labels, from top to bottom."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import streamlit as st
from PIL import ImageColor
from streamlit.delta_generator import DeltaGenerator

from dashboard import state, uploads
from dashboard.chart import show_chart
from dashboard.colour_neuron.labels import ColourState
from dashboard.colour_neuron.sentences import (
    Lesson,
    Settings,
    number,
    step_caption,
    what_to_notice,
    written_out,
)
from dashboard.components.plot3d import PlotState, plot3d
from dashboard.fields import whole_number
from dashboard.figures import colour_space as figures
from dashboard.language import _, current_language
from nncore.colour import mean_colour, scale_colours
from nncore.images import ImageFileError, open_image

SCALES = {"0-255": 255, "0-1": 1}
MEMOIRE_STATE = (41.6, -67.8, -59.8)
ORANGE = "#FF8041"  # for which the mémoire writes out q
# Each takes half a millisecond to work out; the table has all.
MAX_STATES = 60
_ASKED, _ASKED_IMAGE = "colour_asked", "colour_asked_image"
# What the view steps through, by lesson and language.
_shown: WeakKeyDictionary[Lesson, dict[str, list[PlotState]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Places:
    """Where on the page what stands.

    Attributes
    ----------
    labels, cube : DeltaGenerator
        Images and settings, and beside them what the neuron makes of these.
    errors, updates : DeltaGenerator
        How it came to that.
    ask : DeltaGenerator
        Questions to the trained neuron.
    """

    labels: DeltaGenerator
    cube: DeltaGenerator
    errors: DeltaGenerator
    updates: DeltaGenerator
    ask: DeltaGenerator


def lay_out() -> Places:
    """Show what is always the same, and leave room below and beside each other for the rest."""
    labels, cube = st.columns(2, gap="medium")
    errors, updates = st.columns([1, 2], gap="medium")
    errors.subheader(_("Errors per epoch"))
    updates.subheader(_("Every update"))
    ask, experiments = st.columns(2, gap="medium")
    ask.subheader(_("Ask the neuron"))
    with experiments:
        st.subheader(_("Things to try"))
        _show_experiments()
    return Places(labels, cube, errors, updates, ask)


def settings_fields() -> Settings:
    """Show the settings of the training; the link of the page carries them."""
    default = Settings()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        learning_rate = st.number_input(
            _("ε (learning rate)"),
            min_value=0.001,
            max_value=10.0,
            value=default.learning_rate,
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
    with st.expander(_("Start and epochs"), icon=":material/tune:"):
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
        epochs = whole_number(
            _("Epochs"), low=1, high=200, value=default.epochs, key="colour_epochs"
        )
    return Settings(learning_rate, SCALES[scale], start, epochs)


def train_button() -> None:
    """Show the button that plays the training from its start."""
    st.button(
        _("Train from the start"),
        type="primary",
        icon=":material/play_arrow:",
        key="colour_train",
        on_click=_play,
    )


def show_cube(lesson: Lesson) -> None:
    """Show the cube of all colours with the plane, which the reader steps through the updates."""
    samples, log = lesson.samples, lesson.log
    steps = _steps(len(log.updates))
    plot3d(
        figures.colour_space(
            samples.names, samples.colours, samples.targets, lesson.settings.scale, log.state
        ),
        _plot_states(lesson),
        key="colour_cube",
        label=_("The cube of all colours, cut by the plane of the neuron"),
        height=400,
        autoplay=state.of_session(ColourState).n_trainings,
    )
    if len(steps) <= len(log.updates):
        st.caption(
            _("The view shows {shown} of {n} updates, evenly spread; the table has all.").format(
                shown=len(steps) - 1, n=len(log.updates)
            )
        )


def show_result(lesson: Lesson) -> None:
    """Show the state that the training has come to, beside the mémoire's."""
    first = lesson.log.first_epoch_without_error
    # As many decimals as a phone has room for.
    state_now = [number(value, decimals=3) for value in lesson.log.state]
    rows = [
        ["", "p₁", "p₂", "p₃", _("no error from epoch")],
        ["---"] * 5,
        [f"**{cell}**" for cell in (_("here"), *state_now, first or _("none"))],
        [_("mémoire"), *map(number, MEMOIRE_STATE), "–"],
    ]
    st.markdown("\n".join(f"| {' | '.join(row)} |" for row in rows))
    st.markdown(what_to_notice(lesson))


def show_updates(lesson: Lesson, places: Places) -> None:
    """Show the errors of each epoch, and every update of the training as a table."""
    log = lesson.log
    # After the first epoch without error there is nothing more to see.
    errors = log.errors_per_epoch[: log.first_epoch_without_error]
    show_chart(figures.errors_per_epoch(errors), "colour_errors", places.errors)
    decimals = st.column_config.NumberColumn(format="%.4g")
    places.updates.dataframe(
        _update_table(lesson),
        hide_index=True,
        height=300,
        key="colour_updates",
        column_config=dict.fromkeys(("p₁", "p₂", "p₃"), decimals),
    )


def ask_any_colour(lesson: Lesson) -> None:
    """Let the reader ask the trained neuron about a colour or an image, with q written out."""
    colour = st.color_picker(_("A colour"), value=ORANGE, key=_ASKED, bind="query-params")
    # Links may also have short forms of colours, such as #f80, or one with an alpha channel.
    inputs = scale_colours(ImageColor.getrgb(colour)[:3], lesson.settings.scale)
    st.markdown(written_out(lesson.log.state, inputs))
    st.caption(
        _(
            "The mémoire writes out orange (255, 128, 65), q = −1957.4, and full red (255, 0, 0), "
            "q = 10608."
        )
    )
    st.file_uploader(
        _("or the mean colour of an image"),
        type=uploads.IMAGE_TYPES,
        key=_ASKED_IMAGE,
        on_change=_ask_mean_colour,
    )
    if fault := state.of_session(ColourState).asked_fault:
        st.error(_(fault))


def _show_experiments() -> None:
    """Suggest what to try; the sentence below the cube answers each."""
    st.markdown(
        "\n".join(
            f"- {experiment}"
            for experiment in (
                _("Change the scale to 0-1. How many epochs do the same labels need now?"),
                _("Label *orange* yes as well. On which scale can the neuron learn that?"),
                _("Label only *grey* yes. Why can it never learn that?"),
                _("Add the other images. Is *red velvet* answered yes? Should it be?"),
            )
        )
    )


def _play() -> None:
    """Ask the view to play the training."""
    state.of_session(ColourState).n_trainings += 1


def _steps(n_updates: int) -> list[int]:
    """Return after how many updates the view stops, from 0 to all; evenly thinned out if many."""
    n_states = min(n_updates + 1, MAX_STATES)
    return np.linspace(0, n_updates, n_states).round().astype(int).tolist()


def _plot_states(lesson: Lesson) -> list[PlotState]:
    """Return what the view steps through; kept as long as the lesson is."""
    in_languages = _shown.setdefault(lesson, {})
    language = current_language()
    if language not in in_languages:
        steps = _steps(len(lesson.log.updates))
        in_languages[language] = [_plot_state(lesson, step) for step in steps]
    return in_languages[language]


def _plot_state(lesson: Lesson, step: int) -> PlotState:
    """Return the cube after so many updates."""
    samples, log = lesson.samples, lesson.log
    attributes = figures.state_attributes(
        samples.colours,
        samples.targets,
        lesson.settings.scale,
        log.updates[step - 1].after if step else log.start,
        log.updates[step - 1].sample if step else None,
    )
    return PlotState(step_caption(lesson, step), attributes)


def _update_table(lesson: Lesson) -> pa.Table:
    """Return the table of updates, as Streamlit sends it; through a data frame takes 4 ms."""
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
    return pa.table(columns)


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
