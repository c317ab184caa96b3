"""The bug hunt: a training is broken by chance, and its curves tell how."""

import random
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import streamlit as st

from dashboard import resources, state
from dashboard.chart import show_chart
from dashboard.experiments.bug_lessons import LESSONS, BugLesson
from dashboard.figures import comparison as figures
from dashboard.language import _
from dashboard.training.jobs import Job, JobState, QueueFullError
from dashboard.turns import fragment
from nncore.export import read_history
from nncore.recipe import Recipe
from nncore.training import EpochResult

# Large enough to learn well, small enough to take a few seconds in all.
RECIPE = Recipe(
    layers=(784, 64, 10),
    activation="tanh",
    initialisation="glorot",
    learning_rate=0.05,
    batch_size=10,
    epochs=8,
    training_images=3000,
)
HEALTHY_PATH = Path(__file__).with_name("healthy_training.csv")

_REFRESH_S = 0.5
_GUESS = "experiments_guess"


@dataclass
class BugHunt:
    """Where the session's hunt stands.

    Attributes
    ----------
    bug : str or None
        What is wrong with the present training, of `nncore.bugs.BUGS`; the page must not tell.
    job_id : str or None
        The present training.
    answer : str or None
        What the reader took it for.
    wants_hint : bool
    n_right, n_answered : int
        The score.
    """

    bug: str | None = None
    job_id: str | None = None
    answer: str | None = None
    wants_hint: bool = False
    n_right: int = 0
    n_answered: int = 0

    def job(self) -> Job | None:
        """Return the present training, unless there is none or it has been forgotten."""
        return resources.job_queue().find(self.job_id) if self.job_id else None


@cache
def healthy_training() -> tuple[EpochResult, ...]:
    """Return what `RECIPE` gives, recorded once: it is the same at every training."""
    return tuple(read_history(HEALTHY_PATH.read_text(encoding="utf-8")))


def show_bug_hunt() -> None:
    """Let the reader break a training and find out how, as often as they like."""
    hunt = state.of_session(BugHunt)
    st.markdown(
        _(
            "A training is broken in one of five ways, or not at all, and all you get to see is "
            "its curves. It is what one has in practice: programs with these bugs run without any "
            "error message. Grey is the healthy twin, the same network trained as it should be."
        )
    )
    job = hunt.job()
    if job is None:
        _show_start()
    elif job.is_active:
        fragment(_running, run_every=_REFRESH_S)(job)
    else:
        _show_curves(list(job.epochs))
        _show_case(hunt, job)


def _show_start() -> None:
    """Show the healthy training, and the button that begins the hunt."""
    _break_button(_("Break a training"))
    _show_curves([])
    first, last = healthy_training()[0], healthy_training()[-1]
    st.info(
        _(
            "Learn to know the healthy one first: its loss falls fast, then slowly, from "
            "{first_loss:.2f} to {last_loss:.2f} within {n} epochs. Right answers on the training "
            "images go up to {train:.0%}; those on the test images follow a little below and level "
            "off at {test:.0%}. Blind guessing would be right on 10 %, with a loss of ln 10 = 2.3."
        ).format(
            first_loss=first.loss,
            last_loss=last.loss,
            n=len(healthy_training()),
            train=last.train_accuracy,
            test=last.test_accuracy,
        ),
        icon=":material/lightbulb:",
    )


def _running(job: Job) -> None:
    """Show the broken training as it goes; once it has ended, the whole page asks what it was."""
    if not job.is_active:
        st.rerun()
    is_waiting = job.state is JobState.WAITING
    text = _("Waiting for a free place …") if is_waiting else _("A training with a secret …")
    st.progress(job.fraction, text=text)
    st.button(
        _("Stop"),
        icon=":material/stop:",
        key="experiments_stop_hunt",
        on_click=resources.job_queue().stop,
        args=(job,),
    )
    _show_curves(list(job.epochs))


def _show_curves(epochs: list[EpochResult]) -> None:
    """Show loss and accuracy beside those of the healthy twin."""
    loss, accuracy = st.columns(2)
    twin = healthy_training()
    show_chart(figures.loss_beside_twin(epochs, twin), "experiments_hunt_loss", loss)
    show_chart(figures.accuracy_beside_twin(epochs, twin), "experiments_hunt_accuracy", accuracy)


def _show_case(hunt: BugHunt, job: Job) -> None:
    """Ask what is wrong with an ended training, or say what it was."""
    if job.state is JobState.STOPPED:
        st.info(_("Stopped: this one does not count."))
        _break_button(_("Next"))
        return
    if job.state is JobState.FAILED:
        st.warning(_("The training broke off: {reason}").format(reason=_(job.error)))
    if hunt.answer is None:
        _ask(hunt)
    else:
        _explain(hunt)
        _break_button(_("Next"))


def _ask(hunt: BugHunt) -> None:
    """Let the reader name the bug."""
    guess = st.radio(
        _("What is wrong with this training?"),
        list(LESSONS),
        index=None,
        format_func=lambda bug: _(LESSONS[bug].name),
        key=_GUESS,
    )
    with st.container(horizontal=True):
        st.button(
            _("That is it"),
            type="primary",
            icon=":material/check:",
            key="experiments_answer",
            disabled=guess is None,
            on_click=_take_answer,
            args=(guess,),
        )
        st.button(
            _("Give me a hint"),
            icon=":material/help:",
            key="experiments_hint",
            disabled=hunt.wants_hint,
            on_click=setattr,
            args=(hunt, "wants_hint", True),
        )
    if hunt.wants_hint:
        st.info(_(LESSONS[hunt.bug].hint), icon=":material/help:")


def _explain(hunt: BugHunt) -> None:
    """Say whether the answer was right, and why it is what it is."""
    truth, answer = LESSONS[hunt.bug], LESSONS[hunt.answer]
    if hunt.answer == hunt.bug:
        st.success(_("Right: **{bug}**.").format(bug=_(truth.name)), icon=":material/check:")
    else:
        st.error(
            _("It was: **{bug}**. You said: {answer}.").format(
                bug=_(truth.name), answer=_(answer.name)
            ),
            icon=":material/close:",
        )
    _show_lesson(truth)
    st.caption(_("{n_right} of {n} found so far.").format(n_right=hunt.n_right, n=hunt.n_answered))


def _show_lesson(lesson: BugLesson) -> None:
    """Show how a bug is recognised, where it is, and how it is mended."""
    st.markdown(_("**What the curves tell.**") + " " + _(lesson.sign))
    if lesson.wrong:
        wrong, right = st.columns(2)
        wrong.markdown(_("**The line that was wrong**"))
        wrong.code(lesson.wrong, language="python", wrap_lines=True)
        right.markdown(_("**As it should be**"))
        right.code(lesson.right, language="python", wrap_lines=True)
    st.markdown(_("**In your own program.**") + " " + _(lesson.remedy))


def _break_button(label: str) -> None:
    """Offer to break another training."""
    st.button(
        label,
        type="primary",
        icon=":material/bug_report:",
        key="experiments_break",
        on_click=_break_one,
    )


def _break_one() -> None:
    """Put a training with a bug drawn by chance into the queue."""
    hunt = state.of_session(BugHunt)
    # Not twice in a row, and other weights each time, so that the curves cannot be learnt by heart.
    bug = random.choice([bug for bug in LESSONS if bug != hunt.bug])
    recipe = replace(RECIPE, bug=bug, seed=random.randint(1, 9999))
    try:
        job = resources.job_queue().submit(recipe, owner=state.owner())
    except QueueFullError as error:
        st.toast(_(str(error)))
        return
    hunt.bug, hunt.job_id, hunt.answer, hunt.wants_hint = bug, job.id, None, False
    st.session_state.pop(_GUESS, None)


def _take_answer(guess: str) -> None:
    """Count the reader's answer."""
    hunt = state.of_session(BugHunt)
    hunt.answer = guess
    hunt.n_answered += 1
    hunt.n_right += guess == hunt.bug
