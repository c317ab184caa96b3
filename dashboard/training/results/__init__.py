"""What has come of a training: where it is right and wrong, and what is inside the network.

One view a module. Only the one that is looked at is computed, each as a fragment of its own.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.fields import named_choice
from dashboard.language import N_, _
from dashboard.training.results.activations import show_activations
from dashboard.training.results.confidence import show_confidence
from dashboard.training.results.confusions import show_confusions
from dashboard.training.results.digit_map import show_digit_map
from dashboard.training.results.each_digit import show_each_digit
from dashboard.training.results.mistakes import show_mistakes
from dashboard.training.results.time_machine import show_time_machine
from dashboard.training.results.weights import show_weights
from dashboard.turns import fragment

_VIEWS = {
    "confusions": (N_("Confusions"), fragment(show_confusions)),
    "mistakes": (N_("Mistakes"), fragment(show_mistakes)),
    "digits": (N_("Each digit"), fragment(show_each_digit)),
    "confidence": (N_("Confidence"), fragment(show_confidence)),
    "weights": (N_("Weights"), fragment(show_weights)),
    "activations": (N_("Activations"), fragment(show_activations)),
    "map": (N_("Map of the digits"), fragment(show_digit_map)),
}
_TIME_MACHINE = "time"
_show_time_machine = fragment(show_time_machine)


@fragment
def show_results(trained: resources.EvaluatedModel, snapshots: Mapping[int, Path]) -> None:
    """Let the reader look at a network from all sides.

    Parameters
    ----------
    trained : EvaluatedModel
        The network and its answers for the test images.
    snapshots : mapping from int to Path
        Model files of its training by epoch, 0 being the untrained network; they may be gone by
        the time that they are wanted. Empty for a network that was not trained here.
    """
    if not np.isfinite(trained.evaluation.probabilities).all():
        st.error(_("This network's outputs are too large for a number: train or choose another."))
        return
    names = {code: _(name) for code, (name, _show) in _VIEWS.items()}
    names[_TIME_MACHINE] = _("Time machine")
    code = named_choice(_("What to look at"), names, key="train_view")
    if code == _TIME_MACHINE:
        _show_time_machine(trained, snapshots)
    else:
        _VIEWS[code][1](trained)
