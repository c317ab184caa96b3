"""Trainings of the session side by side: what differs between them, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from dashboard import resources, state
from dashboard.chart import show_chart
from dashboard.experiments.bug_hunt import healthy_training
from dashboard.experiments.presets import PRESETS, Preset
from dashboard.fields import named_choice
from dashboard.figures import comparison as figures
from dashboard.language import N_, _, ngettext
from dashboard.tables import markdown_table
from dashboard.training import session
from dashboard.training.jobs import Job, JobState, QueueFullError
from dashboard.turns import fragment
from nncore.mnist import N_CLASSES
from nncore.recipe import Recipe

_REFRESH_S = 0.5
_ALL = "all"
# Every setting that may differ, as the tables call it.
_SETTING_NAMES = {
    "layers": N_("Layers"),
    "activation": N_("Hidden activation"),
    "output": N_("Output activation"),
    "loss": N_("Loss"),
    "initialisation": N_("Starting weights"),
    "optimizer": N_("Optimiser"),
    "schedule": N_("Learning-rate schedule"),
    "learning_rate": N_("Learning rate"),
    "batch_size": N_("Mini-batch"),
    "epochs": N_("Epochs"),
    "seed": N_("Seed"),
    "training_images": N_("Training images"),
    "weight_decay": N_("Weight decay"),
    "dropout": N_("Dropout"),
    "augmentation": N_("Deformations"),
    "pen_digits": N_("European digits mixed in"),
    "validation_images": N_("Validation images"),
    "patience": N_("Patience"),
    "bug": N_("Bug"),
}
# What says most about a training where nothing differs.
_ALWAYS_TOLD = ("layers", "learning_rate", "batch_size", "epochs", "training_images")


@dataclass
class Comparison:
    """The session's trainings to compare.

    Attributes
    ----------
    of_presets : dict of str to tuple of str
        Ids of the latest jobs of each preset, in the order of its runs.
    """

    of_presets: dict[str, tuple[str, ...]] = field(default_factory=dict)


def show_comparison() -> None:
    """Let the reader choose an experiment, make it, and see its runs side by side."""
    names = {code: _(preset.name) for code, preset in PRESETS.items()}
    names[_ALL] = _("All runs of this session")
    code = named_choice(_("Experiment"), names, key="experiments_preset")
    if code == _ALL:
        _show_all_runs()
    else:
        _show_preset(code)


def differences(recipes: Mapping[str, Recipe]) -> list[dict[str, str]]:
    """Return a table of what differs between recipes.

    Parameters
    ----------
    recipes : mapping of str to Recipe
        By the names of the runs.

    Returns
    -------
    list of dict
        A row a recipe: its name, and every setting that is not the same for all.
    """
    different = [name for name in _SETTING_NAMES if not _is_same(recipes, name)]
    return [
        {_("Run"): run} | {_(_SETTING_NAMES[name]): _in_words(recipe, name) for name in different}
        for run, recipe in recipes.items()
    ]


def _show_preset(code: str) -> None:
    """Show what a preset asks, and its runs."""
    preset = PRESETS[code]
    st.markdown(_(preset.question))
    jobs = _jobs_of_preset(code)
    is_active = any(job.is_active for job in jobs)
    n_runs = len(preset.runs)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            ngettext("Run the {n} training", "Run the {n} trainings", n_runs).format(n=n_runs)
            if not jobs
            else _("Run them again"),
            type="secondary" if jobs else "primary",
            icon=":material/play_arrow:",
            key="experiments_run",
            disabled=is_active,
            on_click=_run,
            args=(code,),
        )
        st.caption(
            _("About {seconds} s. The same for all: {settings}.").format(
                seconds=preset.seconds, settings=_common_settings(preset.runs)
            )
        )
    if not jobs:
        _show_how_to_read(preset)
        return
    runs = dict(zip(_translated(preset.runs), jobs, strict=True))
    _show_runs(runs, preset)


def _show_how_to_read(preset: Preset) -> None:
    """Show what differs, and a recorded training, so that the reader knows what to look for."""
    st.markdown(
        markdown_table(differences(_translated(preset.runs)))
        + "\n\n"
        + _(
            "**What you will see: curves like these**, of a healthy training. The loss falls, fast "
            "and then slowly; the share of right answers on images that it has never seen rises "
            "and levels off. How would each run bend them?"
        )
    )
    loss, accuracy = st.columns(2)
    healthy = [figures.RunCurve(_("a healthy training"), healthy_training())]
    show_chart(figures.loss_curves(healthy), "experiments_healthy_loss", loss)
    show_chart(figures.accuracy_curves(healthy), "experiments_healthy_accuracy", accuracy)


def _show_all_runs() -> None:
    """Show any of the session's runs together."""
    runs = _all_runs()
    if not runs:
        st.info(
            _(
                "Nothing has been trained in this session yet: choose an experiment above, or "
                "train a network of your own."
            )
        )
        return
    chosen = st.multiselect(
        _("Runs to compare"),
        list(runs),
        default=list(runs),
        # Another widget for every number of runs, so that a new run is shown at once.
        key=f"experiments_runs_{len(runs)}",
        persist_state="session",
    )
    if chosen:
        _show_runs({name: runs[name] for name in chosen})


def _show_runs(runs: Mapping[str, Job], preset: Preset | None = None) -> None:
    """Show runs, anew every half second until all have ended."""
    is_active = any(job.is_active for job in runs.values())
    fragment(_runs_so_far, run_every=_REFRESH_S if is_active else None)(runs, preset, is_active)


def _runs_so_far(runs: Mapping[str, Job], preset: Preset | None, was_active: bool) -> None:
    """Show where the runs are now; once all have ended, the whole page shows it."""
    active = [job for job in runs.values() if job.is_active]
    if was_active and not active:
        st.rerun()
    if active:
        _show_progress(runs, active)
    for name, job in runs.items():
        if job.state is JobState.FAILED:
            st.error(_("{run}: {reason}").format(run=name, reason=_(job.error)))
    axis_names = {figures.EPOCHS: _("Against epochs"), figures.SECONDS: _("Against seconds")}
    against = named_choice(_("Horizontal axis"), axis_names, key="experiments_axis")
    curves = [figures.RunCurve(name, list(job.epochs)) for name, job in runs.items()]
    is_band = preset is not None and preset.is_band
    loss, accuracy = st.columns(2)
    draw = figures.loss_band if is_band else figures.loss_curves
    show_chart(draw(curves, against), "experiments_losses", loss)
    draw = figures.accuracy_band if is_band else figures.accuracy_curves
    show_chart(draw(curves, against), "experiments_accuracies", accuracy)
    if preset is not None and not active:
        st.info(_(preset.notice), icon=":material/lightbulb:")
    st.markdown(markdown_table(_results(runs)))


def _show_progress(runs: Mapping[str, Job], active: Sequence[Job]) -> None:
    """Show how much is done, and a way to end it."""
    share = float(np.mean([1 if not job.is_active else job.fraction for job in runs.values()]))
    text = _("{done} of {n} trainings done").format(done=len(runs) - len(active), n=len(runs))
    running = [name for name, job in runs.items() if job.state is JobState.RUNNING]
    if running:
        text += " · " + _("running: {names}").format(names=", ".join(running))
    else:
        text += " · " + _("waiting for a free place")
    st.progress(share, text=text)
    # Among all runs there may be one that the reader has only a link to.
    own = [job for job in active if session.steers(job)]
    if own:
        st.button(
            _("Stop"),
            icon=":material/stop:",
            key="experiments_stop",
            on_click=_stop,
            args=(own,),
        )


def _results(runs: Mapping[str, Job]) -> list[dict[str, str]]:
    """Return what differs between the runs and what came of each, as rows of a table."""
    rows = differences({name: job.recipe for name, job in runs.items()})
    never = [_never_answered(job) for job in runs.values()]
    for row, job, digits in zip(rows, runs.values(), never, strict=True):
        if job.epochs:
            last = job.epochs[-1]
            row[_("Loss in the end")] = f"{last.loss:.3f}"
            row[_("Right on test images")] = f"{last.test_accuracy:.2%}"
            row[_("Seconds")] = f"{last.elapsed_s:.2f}"
        if any(never):
            row[_("Digits never answered")] = ", ".join(map(str, digits))
    return rows


def _never_answered(job: Job) -> list[int]:
    """Return the digits that an ended job's network answers for no test image."""
    answers = None if job.is_active else job.answers()
    if answers is None:
        return []
    counts = np.bincount(answers.argmax(axis=1), minlength=N_CLASSES)
    return np.flatnonzero(counts == 0).tolist()


def _run(code: str) -> None:
    """Put all trainings of a preset into the queue, or none."""
    queue, jobs = resources.job_queue(), []
    try:
        for recipe in PRESETS[code].runs.values():
            jobs.append(queue.submit(recipe, owner=state.owner()))
    except QueueFullError as error:
        _stop(jobs)
        st.toast(_(str(error)))
        return
    state.of_session(Comparison).of_presets[code] = tuple(job.id for job in jobs)


def _stop(jobs: Sequence[Job]) -> None:
    """End jobs, the last one first, so that none begins meanwhile."""
    for job in reversed(jobs):
        resources.job_queue().stop(job)


def _jobs_of_preset(code: str) -> list[Job]:
    """Return a preset's latest jobs, or none if the server has forgotten one of them."""
    ids = state.of_session(Comparison).of_presets.get(code, ())
    jobs = [resources.job_queue().find(job_id) for job_id in ids]
    return [] if None in jobs else jobs


def _all_runs() -> dict[str, Job]:
    """Return every run of the session by a name that says where it comes from."""
    comparison, find = state.of_session(Comparison), resources.job_queue().find
    runs = {}
    for code, ids in comparison.of_presets.items():
        preset = PRESETS[code]
        for name, job_id in zip(_translated(preset.runs), ids, strict=True):
            runs[f"{_(preset.name)}: {name}"] = find(job_id)
    for number, job_id in enumerate(state.of_session(state.TrainingState).job_ids, start=1):
        runs[_("Your training {number}").format(number=number)] = find(job_id)
    # The server forgets jobs that nobody looks at.
    return {name: job for name, job in runs.items() if job is not None}


def _translated(runs: Mapping[str, Recipe]) -> dict[str, Recipe]:
    """Return recipes by the names that the reader sees."""
    return {_(name): recipe for name, recipe in runs.items()}


def _common_settings(recipes: Mapping[str, Recipe]) -> str:
    """Return in words what says most about the recipes and is the same for all."""
    recipe = next(iter(recipes.values()))
    words = [
        f"{_(_SETTING_NAMES[name]).lower()} {_in_words(recipe, name)}"
        for name in _ALWAYS_TOLD
        if _is_same(recipes, name)
    ]
    return ", ".join(words)


def _is_same(recipes: Mapping[str, Recipe], name: str) -> bool:
    """Return whether a setting has one value in all recipes."""
    return len({getattr(recipe, name) for recipe in recipes.values()}) < 2


def _in_words(recipe: Recipe, name: str) -> str:
    """Return a setting's value as the reader sees it."""
    value = getattr(recipe, name)
    if value is None:
        return _("all")
    if isinstance(value, tuple):
        return ("-" if name == "layers" else ", ").join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
