"""Train a network: choose its settings, watch it learn, see what it confuses."""

import streamlit as st

from dashboard import resources, shell, state, uploads
from dashboard.language import _
from dashboard.training import form, panel
from dashboard.training.jobs import QueueFullError
from nncore.recipe import Recipe

shell.start_page(shell.TRAIN_A_NETWORK)
page = state.of_session(state.TrainingState)
resources.mnist()


def start(recipe: Recipe, start_model: bytes | None = None) -> None:
    """Put a training into the queue, and remember it here and in the link of the page."""
    try:
        page.job_id = resources.job_queue().submit(recipe, start_model).id
    except QueueFullError:
        st.toast(_("Too many trainings are waiting: try again in a minute."))


st.title(_(shell.TRAIN_A_NETWORK.title))
st.markdown(
    _(
        "Each layer turns its inputs $x$ into outputs $y$, and the last one says which digit it "
        "is. Training takes a few images at a time (a mini-batch), asks how wrong the answers are "
        "(the loss $L$), and moves every weight a little downhill."
    )
)
st.latex(r"y = \sigma(W x + b) \qquad W \leftarrow W - \alpha \, \partial L / \partial W")
job = page.job()
is_active = job is not None and job.is_active
form.preset_buttons()
with st.expander(_("All settings"), icon=":material/tune:"):
    recipe = form.recipe_form()
if recipe is not None:
    st.caption(form.recipe_in_words(recipe))
st.button(
    _("Train"),
    type="primary",
    icon=":material/play_arrow:",
    key="train_start",
    disabled=recipe is None or is_active,
    on_click=start,
    args=(recipe,),
)

if is_active:
    panel.show_running(job)
elif job is not None:
    panel.show_end(job)
    if job.curve:
        panel.show_curves(job.curve, job.epochs)
    if job.epochs:
        panel.show_result(resources.trained_model(job))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                _("Download the model"),
                job.model_path.read_bytes(),
                "model.npz",
                icon=":material/download:",
                key="train_download",
                on_click="ignore",
            )
            st.button(
                _("Train it on"),
                icon=":material/replay:",
                key="train_on",
                disabled=recipe is None,
                on_click=start,
                args=(recipe, job.model_path.read_bytes()),
            )
            st.page_link(
                shell.DRAW_DIGITS.path, label=_("Draw digits for it"), icon=shell.DRAW_DIGITS.icon
            )
else:
    st.subheader(_("The model that comes with the project"))
    st.caption(_("Nothing trained here yet: choose a preset and press Train."))
    panel.show_result(resources.shipped_model())

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
            disabled=recipe is None or is_active,
            on_click=start,
            args=(recipe, st.session_state["train_upload"].getvalue()),
        )
