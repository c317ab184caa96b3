"""A training on the page while it waits and runs: what it is doing, and how to steer it."""

import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.fields import named_choice
from dashboard.figures import training as figures
from dashboard.figures.weights import weight_wall
from dashboard.language import _, ngettext
from dashboard.pictures import show_picture
from dashboard.training import findings, panel, session
from dashboard.training.jobs import Job
from dashboard.turns import fragment
from nncore.recipe import RANGES

_REFRESH_S = 0.8
# A class that waits looks at little that changes, and takes its share of the server for that.
_REFRESH_WAITING_S = 2.5


def show_running(job: Job) -> None:
    """Show a waiting or running job, anew every few seconds until it has ended."""
    is_waiting = resources.job_queue().place(job) > 0
    every_s = _REFRESH_WAITING_S if is_waiting else _REFRESH_S
    fragment(_running, run_every=every_s)(job, was_waiting=is_waiting)


def _running(job: Job, *, was_waiting: bool) -> None:
    """Show where the job is now; once it has begun or ended, the whole page has to know."""
    place = resources.job_queue().place(job)
    if not job.is_active or (was_waiting and not place):
        st.rerun()
    if place:
        _show_wait(job, place)
    else:
        st.progress(job.fraction, text=_progress_text(job))
    if session.steers(job):
        _show_controls(job, is_waiting=place > 0)
    else:
        _offer_controls(job)
    view = named_choice(
        _("What to watch"),
        {"curves": _("Curves"), "layers": _("Layers"), "weights": _("First layer")},
        key="train_watch",
    )
    if view == "curves" and job.curve:
        panel.show_curves(job.curve, job.epochs)
    elif view == "layers" and job.vitals:
        show_layers(job)
    elif view == "weights":
        _show_first_layer(job)
    findings.show_findings(job)


def _show_wait(job: Job, place: int) -> None:
    """Say how long it takes until the job begins."""
    turn = ngettext(
        "Your training is the next to start",
        "{place} trainings start before and with yours",
        place,
    ).format(place=place)
    wait_s = resources.job_queue().expected_wait_s(job)
    st.info(_("{turn}: in about {time}.").format(turn=turn, time=panel.duration(wait_s)))


def _show_controls(job: Job, *, is_waiting: bool) -> None:
    """Show the buttons that steer the job, and its learning rate."""
    queue = resources.job_queue()
    if job.is_paused:
        pause = ("train_resume", _("Go on"), "play_arrow", queue.resume)
    else:
        pause = ("train_pause", _("Pause"), "pause", queue.pause)
    buttons = (
        pause,
        ("train_batch", _("One mini-batch"), "skip_next", queue.run_batch),
        ("train_epoch", _("One epoch"), "fast_forward", queue.run_epoch),
        ("train_stop", _("Stop"), "stop", queue.stop),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for key, label, icon, act in buttons:
            st.button(
                label,
                icon=f":material/{icon}:",
                key=key,
                disabled=is_waiting and act != queue.stop,
                on_click=act,
                args=(job,),
            )
        low, high = RANGES["learning_rate"]
        st.number_input(
            _("Learning rate from now on"),
            min_value=low,
            max_value=high,
            value=job.recipe.learning_rate,
            format="%g",
            width=200,
            key=f"train_rate_{job.id}",
            disabled=is_waiting,
            on_change=_change_learning_rate,
            args=(job,),
        )


def _offer_controls(job: Job) -> None:
    """Say that the job was started elsewhere, and let the reader take it over or leave it."""
    st.caption(_("You are watching a training that was started in another window or by a teacher."))
    with st.container(horizontal=True):
        st.button(
            _("Steer it from here"),
            icon=":material/sports_esports:",
            key="train_take_over",
            on_click=session.take_over,
            args=(job,),
        )
        st.button(
            _("Turn away"),
            icon=":material/close:",
            key="train_forget",
            on_click=session.forget,
        )


def _change_learning_rate(job: Job) -> None:
    """Send the chosen learning rate to the worker."""
    rate = st.session_state[f"train_rate_{job.id}"]
    resources.job_queue().change_learning_rate(job, rate)


def show_layers(job: Job) -> None:
    """Show how the layers of the network take part in learning."""
    rate, gradients, stuck = st.columns(3)
    show_chart(figures.learning_rate_curve(job.vitals), "train_rate_curve", rate)
    show_chart(figures.gradient_curves(job.vitals), "train_gradient_curves", gradients)
    show_chart(figures.stuck_curves(job.vitals), "train_stuck_curves", stuck)
    st.caption(
        _(
            "Notice which layer has the smallest gradient: it learns the least. A neuron is "
            "saturated where its activation is flat, on nearly all of 500 training images."
        )
    )


def _show_first_layer(job: Job) -> None:
    """Show what the first neurons look for."""
    weights = job.first_layer()
    if weights is None:
        st.caption(_("The first picture comes within a second of the start."))
        return
    show_picture(
        weight_wall(weights), _("What each of the first neurons of the first layer looks for")
    )
    st.caption(
        _(
            "The weights of the first {n} neurons of the first layer: ink on blue pulls a neuron "
            "up, ink on vermilion pulls it down. Notice strokes appearing out of noise."
        ).format(n=len(weights))
    )


def _progress_text(job: Job) -> str:
    """Return epoch, mini-batch and time left in words."""
    if not job.curve:
        if job.is_paused:
            return _("Ready, and paused before the first mini-batch.")
        return _("The worker is starting and reads MNIST …")
    latest, recipe = job.curve[-1], job.recipe
    n_images = recipe.training_images or len(resources.mnist().train_images)
    n_samples = n_images - recipe.validation_images + recipe.pen_digits
    n_batches = -(-n_samples // recipe.batch_size)
    is_between_epochs = bool(job.epochs) and job.epochs[-1].epoch >= latest.epoch
    text = _("Epoch {epoch} of {epochs}, mini-batch {batch} of {batches}").format(
        epoch=min(job.epochs_before + len(job.epochs) + 1, recipe.epochs),
        epochs=recipe.epochs,
        batch=0 if is_between_epochs else round(latest.fraction * n_batches),
        batches=n_batches,
    )
    if job.is_paused:
        return text + " · " + _("paused")
    if job.remaining_s is not None:
        text += " · " + _("{time} left").format(time=panel.duration(job.remaining_s))
    return text
