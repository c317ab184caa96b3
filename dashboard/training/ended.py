"""What is left of a training that has ended: how it ended, what it learnt, and what to do next."""

import streamlit as st

from dashboard import resources, shell, uploads
from dashboard.language import _, ngettext
from dashboard.training import findings, panel, session
from dashboard.training.export import show_export
from dashboard.training.jobs import Job, JobState
from dashboard.training.results import show_results
from dashboard.training.running import show_layers
from nncore.model_files import Model


def show_ended(job: Job) -> None:
    """Show an ended training."""
    _say_how_it_ended(job)
    findings.show_findings(job)
    trained = resources.trained_model(job) if job.epochs else None
    if trained is not None:
        panel.show_figures(trained)
    if job.curve:
        panel.show_curves(job.curve, job.epochs)
    if job.vitals:
        with st.expander(_("How the layers took part"), icon=":material/layers:"):
            show_layers(job)
    if trained is None:
        return
    show_results(trained, job.snapshots())
    st.subheader(_("Take it along"))
    model_bytes = job.model_path.read_bytes()
    show_export(trained.model, model_bytes, trained.model.trainer.history)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Train it on"),
            icon=":material/replay:",
            key="train_on",
            on_click=session.start_chosen,
            args=(model_bytes,),
        )
        st.page_link(
            shell.DRAW_DIGITS.path, label=_("Draw digits for it"), icon=shell.DRAW_DIGITS.icon
        )
    _say_what_is_taken(trained.model)


def show_shipped_model() -> None:
    """Show the model that comes with the project, before anything has been trained."""
    title = _("The model that comes with the project")
    nothing_yet = _("Nothing trained here yet: choose a preset and press Train.")
    # One element: below its first line, Streamlit takes a heading's text as that of any other.
    st.subheader(f"{title}\n\n:gray[:small[{nothing_yet}]]")
    trained = resources.shipped_model()
    panel.show_figures(trained)
    show_results(trained, {})


def offer_upload(*, is_busy: bool) -> None:
    """Let the reader go on with a model that was saved, once no other training is in the way."""
    with st.expander(_("Go on with a saved model"), icon=":material/upload:"):
        uploaded = uploads.model_uploader(_("A model file (.npz) downloaded here"), "train_upload")
        if uploaded is not None:
            st.write(
                _("It is right on {accuracy:.2%} of the test images.").format(
                    accuracy=uploaded.evaluation.accuracy
                )
            )
            st.button(
                _("Train the uploaded model on"),
                key="train_uploaded_on",
                disabled=is_busy,
                on_click=session.start_chosen,
                args=(st.session_state["train_upload"].getvalue(),),
            )
            _say_what_is_taken(uploaded.model)


def _say_what_is_taken(model: Model) -> None:
    """Say which of the settings on the page are used when a model is trained on."""
    if model.trainer is None:
        st.caption(
            _(
                "The file has the network alone. Training it on takes all settings above but those "
                "of the network itself: layers, activations, loss, dropout and starting weights."
            )
        )
    else:
        st.caption(
            _(
                "Of the settings above, training it on takes the learning rate, the mini-batch, "
                "the epochs, which come on top, and the number of training images. All others stay "
                "as they are in the model."
            )
        )


def _say_how_it_ended(job: Job) -> None:
    """Say how a job has ended, where that is not simply well."""
    if job.state is JobState.FAILED:
        st.error(_("The training failed: {reason}").format(reason=_(job.error)))
        if job.epochs:
            st.info(_("What was learnt up to the last finished epoch is kept."))
    elif job.state is JobState.STOPPED and job.error:
        st.warning(_("Stopped. {reason}").format(reason=_(job.error)))
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
