"""A network as it was after each epoch of its training."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.language import _
from dashboard.training.results import weights
from dashboard.training.results.activations import show_answer
from dashboard.training.results.image_choice import choose_image
from dashboard.training.results.wording import percent
from nncore.model_files import Model, ModelFileError

_NEURONS = 32


def show_time_machine(trained: resources.EvaluatedModel, snapshots: Mapping[int, Path]) -> None:
    """Let the reader choose an epoch, and show first layer and answer as they were then.

    Parameters
    ----------
    trained : EvaluatedModel
        The network as it is now.
    snapshots : mapping from int to Path
        Model files by epoch; 0 is the untrained network.
    """
    if len(snapshots) < 2:
        st.info(
            _(
                "There is nothing to travel through: this network came without its earlier "
                "states. Train one here, and come back to watch it learn once more."
            )
        )
        return
    epoch = _choose_epoch(sorted(snapshots))
    index = choose_image(trained.evaluation)
    try:
        network = resources.snapshot(snapshots[epoch])
    except ModelFileError:
        st.info(_("The state after this epoch is no longer kept: train again to travel in time."))
        return
    image = resources.mnist().test_images[index]
    answer, layer = st.columns([2, 3], gap="large")
    with answer:
        st.markdown(_when(trained.model, epoch))
        show_answer(
            network,
            image,
            int(trained.evaluation.labels[index]),
            network.predict(image[np.newaxis])[0],
            "train_time_bars",
        )
    with layer:
        last = trained.model.network.dense_layers[0]
        weights.show_neurons(
            network.dense_layers[0],
            weights.strongest_first(last)[:_NEURONS],
            weights.full_colour(last),
        )
        st.caption(
            _(
                "Neurons of the first layer, in the colours of the last epoch. Notice that they "
                "begin as noise, and that most of what they become is there after an epoch or two."
            )
        )


def _choose_epoch(epochs: list[int]) -> int:
    """Let the reader choose one of the epochs that were kept; at first the earliest."""
    key = "train_time"
    # Another training has other epochs.
    if st.session_state.get(key) not in epochs:
        st.session_state[key] = epochs[0]
    return st.select_slider(
        _("After which epoch?"),
        epochs,
        key=key,
        persist_state="session",
    )


def _when(model: Model, epoch: int) -> str:
    """Return the epoch in words, with the accuracy of that time where it is known."""
    if epoch == 0:
        return _("**Before training**: the weights are random, and so are the answers.")
    when = _("**After epoch {epoch}**").format(epoch=epoch)
    history = model.trainer.history if model.trainer else []
    accuracies = {result.epoch: result.test_accuracy for result in history}
    if accuracies.get(epoch) is None:
        return f"{when}."
    return _("{when}: right on {share} of the test images.").format(
        when=when, share=percent(accuracies[epoch], 2)
    )
