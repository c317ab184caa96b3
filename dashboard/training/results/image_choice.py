"""The test image that is looked at, the same in all views that look at one."""

import numpy as np
import streamlit as st

from dashboard.fields import whole_number
from dashboard.language import _
from nncore.evaluation import Evaluation

_KEY = "train_shown_image"


def choose_image(evaluation: Evaluation) -> int:
    """Let the reader choose a test image, and return its number.

    Parameters
    ----------
    evaluation : Evaluation
        Of the test images; its mistakes are offered one after the other.

    Returns
    -------
    int
        From 0.
    """
    n_images = len(evaluation.labels)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = whole_number(
            _("Test image, from 0"), low=0, high=n_images - 1, value=0, key=_KEY, width=150
        )
        mistakes = evaluation.mistakes()
        st.button(
            _("Next mistake"),
            icon=":material/skip_next:",
            key="train_next_mistake",
            disabled=not len(mistakes),
            on_click=_choose_next,
            args=(mistakes, index),
        )
        st.button(
            _("Random"),
            icon=":material/casino:",
            key="train_random_image",
            on_click=_choose_any,
            args=(n_images,),
        )
    return index


def _choose_next(mistakes: np.ndarray, index: int) -> None:
    """Choose the mistake after this image, the first one after the last or after none."""
    [place] = np.nonzero(mistakes == index)
    following = place[0] + 1 if place.size else 0
    st.session_state[_KEY] = float(mistakes[following % len(mistakes)])


def _choose_any(n_images: int) -> None:
    """Choose one of the images by chance."""
    st.session_state[_KEY] = float(np.random.default_rng().integers(n_images))
