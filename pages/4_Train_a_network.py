"""Train a network: choose its settings, watch it learn, see what it confuses."""

import streamlit as st

from dashboard import resources, shell
from dashboard.language import _
from dashboard.training import ended, form, running, session
from dashboard.turns import fragment


@fragment
def choose_and_train(*, is_busy: bool) -> None:
    """Let the reader choose the settings of the next training, and start it."""
    form.preset_buttons()
    with st.expander(_("All settings"), icon=":material/tune:"):
        recipe = form.recipe_form()
    session.choose(recipe)
    if recipe is not None:
        st.caption(form.recipe_in_words(recipe))
    with st.container(horizontal=True):
        is_started = st.button(
            _("Train"),
            type="primary",
            icon=":material/play_arrow:",
            key="train_start",
            disabled=recipe is None or is_busy,
            on_click=session.start_chosen,
        )
        is_started |= st.button(
            _("Step by step"),
            icon=":material/skip_next:",
            help=_("Starts paused: you take one mini-batch or one epoch at a time."),
            key="train_start_paused",
            disabled=recipe is None or is_busy,
            on_click=session.start_chosen,
            kwargs={"is_paused": True},
        )
    if is_started:
        # The training is shown below, outside of this fragment.
        st.rerun()


with shell.page(shell.TRAIN_A_NETWORK):
    resources.mnist()
    st.markdown(
        _(
            "Each layer turns its inputs $x$ into outputs $y$, and the last one says which digit "
            "it is. Training takes a few images at a time (a mini-batch), asks how wrong the "
            "answers are (the loss $L$), and moves every weight a little downhill."
        )
        + "\n\n$$\ny = \\sigma(W x + b) \\qquad W \\leftarrow W - \\alpha \\, "
        "\\partial L / \\partial W\n$$"
    )

    job = session.current_job()
    is_active = job is not None and job.is_active
    is_busy = is_active and session.steers(job)
    choose_and_train(is_busy=is_busy)
    if is_active:
        running.show_running(job)
    elif job is not None:
        ended.show_ended(job)
    else:
        ended.show_shipped_model()
    ended.offer_upload(is_busy=is_busy)
