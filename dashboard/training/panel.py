"""A training on the page: while it runs, and what has come of it."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.figures import training as figures
from dashboard.language import _, ngettext
from dashboard.training.jobs import Job, JobState
from nncore.evaluation import Evaluation
from nncore.model_files import Model

_REFRESH_S = 0.5
_MISTAKES_SHOWN = 24


def show_running(job: Job) -> None:
    """Show a waiting or running job, anew every half second until it has ended."""
    st.fragment(_running, run_every=_REFRESH_S)(job)


def _running(job: Job) -> None:
    """Show where the job is now; once it has ended, the whole page shows its result."""
    queue = resources.job_queue()
    if not job.is_active:
        st.rerun()
    place = queue.place(job)
    if place:
        st.info(
            ngettext(
                "Your training is the next to start.",
                "{place} trainings start before and with yours.",
                place,
            ).format(place=place)
        )
    else:
        st.progress(job.fraction, text=_progress_text(job))
    st.button(_("Stop"), icon=":material/stop:", key="train_stop", on_click=queue.stop, args=(job,))
    if job.curve:
        show_curves(job.curve, job.epochs)


def show_curves(curve: list, epochs: list) -> None:
    """Show how loss and accuracy have come along."""
    loss, accuracy = st.columns(2)
    show_chart(figures.loss_curve(curve, epochs), "train_loss_curve", loss)
    show_chart(figures.accuracy_curve(curve, epochs), "train_accuracy_curve", accuracy)


def show_end(job: Job) -> None:
    """Say how a job has ended, where that is not simply well."""
    if job.state is JobState.FAILED:
        st.error(_("The training failed: {reason}").format(reason=job.error))
    elif job.state is JobState.STOPPED and not job.epochs:
        st.info(_("Stopped before the end of the first epoch: there is nothing to keep."))
    elif job.state is JobState.STOPPED:
        st.info(
            ngettext(
                "Stopped. What was learnt in {n} finished epoch is kept.",
                "Stopped. What was learnt in {n} finished epochs is kept.",
                len(job.epochs),
            ).format(n=len(job.epochs))
        )


def show_result(trained: resources.EvaluatedModel) -> None:
    """Show how good a model is, beside the mémoire's, and where it goes wrong."""
    network, trainer = trained.model.network, trained.model.trainer
    accuracy, time, size = st.columns(3)
    _metric(
        accuracy,
        _("Right on test images"),
        f"{trained.evaluation.accuracy:.2%}",
        _("mémoire: 92 % printed, 86.7 % measured"),
    )
    if trainer is not None and trainer.history:
        _metric(time, _("Time to train"), _duration(trainer.elapsed_s), _("mémoire: 5 hours"))
    n_parameters = f"{sum(array.size for array in network.parameters):,}".replace(",", " ")
    _metric(size, _("Numbers learnt"), n_parameters, _("mémoire: 386 718"))
    confusion, mistakes, layers = st.tabs([_("Confusions"), _("Mistakes"), _("Layers")])
    with confusion:
        show_chart(figures.confusion_matrix(trained.evaluation.confusion), "train_confusion")
        st.caption(_what_to_notice(trained.evaluation))
    with mistakes:
        _show_mistakes(trained.evaluation)
    with layers:
        _show_layers(trained.model)


def _metric(place: DeltaGenerator, label: str, value: str, beside: str) -> None:
    """Show a figure, and the mémoire's beside it."""
    place.metric(label, value, delta=beside, delta_color="off", delta_arrow="off")


def _show_mistakes(evaluation: Evaluation) -> None:
    """Show the images that were answered wrong with most confidence."""
    images = resources.mnist().test_images
    wrong = evaluation.mistakes()
    st.caption(
        _("The {shown} most confident of {n} mistakes: true digit → answer.").format(
            shown=min(_MISTAKES_SHOWN, len(wrong)), n=len(wrong)
        )
    )
    with st.container(horizontal=True, gap="small"):
        for index in wrong[:_MISTAKES_SHOWN]:
            st.image(
                255 - images[index],
                width=64,
                caption=f"{evaluation.labels[index]} → {evaluation.predictions[index]}",
            )


def _show_layers(model: Model) -> None:
    """Show the layers of the network as a table."""
    st.table(
        [
            {
                _("Layer"): row.layer,
                _("Inputs"): row.n_inputs,
                _("Outputs"): row.n_outputs,
                _("Numbers learnt"): row.n_parameters,
            }
            for row in model.network.summary_table()
        ]
    )


def _what_to_notice(evaluation: Evaluation) -> str:
    """Return the sentence that fits this confusion matrix."""
    never = np.flatnonzero(evaluation.confusion.sum(axis=0) == 0)
    if len(never):
        return _(
            "Notice the empty columns: this network never answers {digits}. An output neuron that "
            "too large a step has pushed to where the sigmoid is flat has no slope left to learn "
            "by, as in the mémoire."
        ).format(digits=", ".join(map(str, never)))
    errors = evaluation.confusion - np.diag(np.diag(evaluation.confusion))
    true, answer = np.unravel_index(errors.argmax(), errors.shape)
    return _(
        "Notice the strongest colour: a {true} is most often taken for a {answer}, {n} times."
    ).format(true=true, answer=answer, n=errors.max())


def _progress_text(job: Job) -> str:
    """Return epoch, mini-batch and time left in words."""
    if not job.curve:
        return _("The worker is starting and reads MNIST …")
    latest = job.curve[-1]
    n_images = job.recipe.training_images or len(resources.mnist().train_images)
    n_batches = -(-n_images // job.recipe.batch_size)
    text = _("Epoch {epoch} of {epochs}, mini-batch {batch} of {batches}").format(
        epoch=min(len(job.epochs) + 1, job.recipe.epochs),
        epochs=job.recipe.epochs,
        batch=round(latest.fraction * n_batches),
        batches=n_batches,
    )
    if job.remaining_s is not None:
        text += " · " + _("{time} left").format(time=_duration(job.remaining_s))
    return text


def _duration(seconds: float) -> str:
    """Return a time in words, as exact as its size asks for."""
    if seconds < 10:
        return _("{seconds:.1f} s").format(seconds=seconds)
    if seconds < 90:
        return _("{seconds:.0f} s").format(seconds=seconds)
    return _("{minutes:.0f} min").format(minutes=seconds / 60)
