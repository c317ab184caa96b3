"""The network gets used to the reader's hand: the worker's progress, and what has come of it."""

import streamlit as st

from dashboard import resources, shell, state
from dashboard.chart import show_chart
from dashboard.figures import own_hand as figures
from dashboard.figures.own_hand import Accuracy
from dashboard.language import _
from dashboard.own_hand.hand import N_PROMPTS, Hand
from dashboard.training.jobs import QueueFullError
from dashboard.training.worker_jobs import FineTuningJob, JobState
from dashboard.turns import fragment
from nncore.fine_tuning import MIN_DIGITS, FineTuningResult

_REFRESH_S = 0.5


def show_tuning(hand: Hand) -> None:
    """Offer to fine-tune the shipped network, and show what that has changed."""
    learns = _(
        "The network learns from your digits, each deformed a little at every step, and is "
        "held to its old answers for MNIST's, so that it does not forget other hands."
    )
    # One element: below its first line, Streamlit takes a heading's text as that of any other.
    st.subheader(f"{_('Let it learn your hand')}\n\n{learns}")
    job = hand.job()
    is_busy = job is not None and job.is_active
    st.button(
        _("Fine-tune on my digits") if job is None else _("Fine-tune again"),
        icon=":material/tune:",
        key="hand_tune",
        disabled=is_busy or len(hand.digits) < MIN_DIGITS,
        on_click=_start,
        args=(hand,),
    )
    if len(hand.digits) < MIN_DIGITS:
        st.caption(
            _("It takes at least {least} digits; {good} are better.").format(
                least=MIN_DIGITS, good=N_PROMPTS
            )
        )
    if is_busy:
        fragment(_running, run_every=_REFRESH_S)(job)
    elif job is not None:
        _show_ended(job)


def _start(hand: Hand) -> None:
    """Put a fine-tuning into the queue; if that is full, say so on the page."""
    try:
        job = resources.job_queue().submit_fine_tuning(
            resources.SHIPPED_MODEL_PATH.read_bytes(), hand.digits.to_bytes(), owner=state.owner()
        )
    except QueueFullError as error:
        st.toast(_(str(error)))
        return
    # Nothing leads to the one before any more, not even to delete it.
    before = hand.job()
    hand.job_id = job.id
    if before is not None:
        resources.forget_fine_tuning(before)


def _running(job: FineTuningJob) -> None:
    """Show where the worker is; once it has ended, the whole page shows the result."""
    if not job.is_active:
        st.rerun()
    place = resources.job_queue().place(job)
    if place:
        text = _("Waiting for its turn, as number {place}: one training of yours runs at a time.")
        st.progress(0.0, text=text.format(place=place))
    elif not job.fraction:
        st.progress(0.0, text=_("The worker is starting and reads MNIST …"))
    else:
        st.progress(job.fraction, text=_("Learning your hand: {n:.0%}").format(n=job.fraction))
    st.button(
        _("Stop"),
        icon=":material/stop:",
        key="hand_stop",
        on_click=resources.job_queue().stop,
        args=(job,),
    )


def _show_ended(job: FineTuningJob) -> None:
    """Show the accuracies before and after, and offer the tuned network."""
    if job.state is JobState.FAILED:
        st.error(_("Fine-tuning failed: {reason}").format(reason=_(job.error)))
    elif job.state is JobState.STOPPED:
        st.info(_("Stopped: nothing has been learnt. {reason}").format(reason=_(job.error)))
    if job.result is None or job.state is not JobState.DONE:
        return
    _show_result(job.result)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            _("Download the tuned model"),
            job.model_path.read_bytes,
            "model_of_my_hand.npz",
            "application/octet-stream",
            icon=":material/download:",
            key="hand_model",
            on_click="ignore",
        )
        st.page_link(
            shell.DRAW_DIGITS.path,
            label=_("Draw digits for it"),
            icon=shell.DRAW_DIGITS.icon,
            query_params={"draw_model": "tuned"},
        )


def _show_result(result: FineTuningResult) -> None:
    """Show before and after, on the reader's digits and on MNIST."""
    n, n_mnist = result.labels.size, len(resources.mnist().test_labels)
    right_before, right_after = (
        int((answers == result.labels).sum()) for answers in (result.before, result.after)
    )
    st.markdown(
        _(
            "**Of your {n} digits it read {before} right before, and reads {after} right now**, "
            "each by a network that had not learnt from it. It took {seconds:.0f} s."
        ).format(n=n, before=right_before, after=right_after, seconds=result.elapsed_s)
    )
    show_chart(
        figures.accuracies(
            [
                Accuracy(_("your digits, before"), right_before, n, is_own=True),
                Accuracy(_("your digits, after"), right_after, n, is_own=True),
                Accuracy(
                    _("MNIST, before"), round(result.mnist_before * n_mnist), n_mnist, is_own=False
                ),
                Accuracy(
                    _("MNIST, after"), round(result.mnist_after * n_mnist), n_mnist, is_own=False
                ),
            ]
        ),
        "hand_before_and_after",
    )
    st.caption(
        _(
            "Digits that a network has learnt from say nothing about it. So your digits are parted "
            "in three: three networks learn from two parts each and read the third "
            "(cross-validation). The one that you get has learnt from all. "
            "On MNIST: {before:.2%} before, {after:.2%} after."
        ).format(before=result.mnist_before, after=result.mnist_after)
    )
