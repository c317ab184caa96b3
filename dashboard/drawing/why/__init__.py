"""Why a network answers as it does, from three sides, one a module.

Only the one that is looked at is computed, as a fragment.
"""

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.drawing.why.nearest import show_nearest
from dashboard.drawing.why.pixels import show_pixels
from dashboard.drawing.why.readers import show_readers
from dashboard.fields import named_choice
from dashboard.language import N_, _
from dashboard.turns import fragment

_VIEWS = {
    "nearest": (N_("Nearest training digits"), show_nearest),
    "pixels": (N_("Pixels for and against"), show_pixels),
    "readers": (N_("Other readers"), show_readers),
}


@fragment
def show_why(image: np.ndarray, reader: resources.EvaluatedModel) -> None:
    """Let the reader of the page look at an answer from all sides.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
        What the network sees, 255 is ink.
    reader : EvaluatedModel
        The network that answers.
    """
    if not np.isfinite(reader.model.network.predict(image[np.newaxis])).all():
        st.error(_("This network's outputs are too large for a number: choose another network."))
        return
    names = {code: _(name) for code, (name, _show) in _VIEWS.items()}
    code = named_choice(_("What to look at"), names, key="draw_why")
    _VIEWS[code][1](image, reader)
