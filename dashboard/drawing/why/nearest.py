"""The training digits nearest to a drawing, in pixels and in a network's last hidden layer."""

import math
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.figures import evidence as figures
from dashboard.language import _
from dashboard.training.results.wording import count
from nncore.nearest_digits import NearestDigits, last_hidden_layer, pixels
from nncore.network import SequentialNetwork

_N_SHOWN = 10
# Multiplications for which training images go through a network: about a second of a processor.
_MAX_PRODUCTS = 3e10
# Networks of readers whose index is kept, which takes up to 12 MB.
_MAX_KEPT = 2


@dataclass(eq=False)
class _Index:
    """The training images as one network sees them, once somebody has asked for that.

    Attributes
    ----------
    step : int
        Every how many-th image is in it.
    digits : NearestDigits or None
    lock : threading.Lock
        Held by who makes it, so that those who ask meanwhile get the same.
    """

    step: int = 0
    digits: NearestDigits | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


# Go with their networks, if not before.
_indices: weakref.WeakKeyDictionary[SequentialNetwork, _Index] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def show_nearest(image: np.ndarray, reader: resources.EvaluatedModel) -> None:
    """Show what is nearest to an image among the training digits.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
    reader : EvaluatedModel
        The network that answers.
    """
    network = reader.model.network
    answer = int(network.predict(image[np.newaxis])[0].argmax())
    by_pixels, by_layer = st.columns(2, gap="large")
    by_pixels.markdown(_("**By pixels:** ink in the same places"))
    by_layer.markdown(_("**By the last hidden layer:** alike to the network"))
    with st.spinner(_("Looking through the training digits …")):
        alike = _show_digits(_by_pixels(), 1, image, answer, "draw_near_pixels", by_pixels)
        if len(network.dense_layers) < 2:
            by_layer.caption(_("This network has no hidden layer: it sees nothing but pixels."))
            return
        step = _step(network)
        try:
            digits = _by_last_hidden_layer(network, step)
            taken = _show_digits(digits, step, image, answer, "draw_near_layer", by_layer)
        except ValueError:
            by_layer.error(
                _("This network's hidden layer has too large outputs: choose another network.")
            )
            return
    n_all = len(resources.mnist().train_images)
    st.caption(
        _(
            "Above each digit: what it shows, and its distance. Of the {n} nearest, {alike} by "
            "pixels and {taken} by the hidden layer show what the network answers, a {answer}. "
            "Notice that the hidden layer cares less where the ink is: digits of another slant or "
            "shape come near if they have the same name. Where even its neighbours have different "
            "names, do not trust the answer."
        ).format(n=min(_N_SHOWN, n_all), alike=alike, taken=taken, answer=answer)
        + " "
        + _("Searched: {all} training images by pixels, {some} by the hidden layer.").format(
            all=count(n_all), some=count(-(-n_all // step))
        )
    )


def compute_ahead() -> Iterator[None]:
    """Look at all training images, also with the network that answers first, and pause."""
    _by_pixels()
    yield
    network = resources.shipped_model().model.network
    _by_last_hidden_layer(network, _step(network))
    yield


def _show_digits(
    digits: NearestDigits,
    step: int,
    image: np.ndarray,
    answer: int,
    key: str,
    place: DeltaGenerator,
) -> int:
    """Show the nearest of every ``step``-th training image; return how many show the answer."""
    data = resources.mnist()
    found = digits.nearest(image, min(_N_SHOWN, -(-len(data.train_images) // step)))
    shown = step * found.indices
    labels = data.train_labels[shown]
    figure = figures.nearest_digits(data.train_images[shown], labels, found.distances, answer)
    show_chart(figure, key, place)
    return int(np.count_nonzero(labels == answer))


def _step(network: SequentialNetwork) -> int:
    """Return 1 to look at every training image with a network, 2 for every other one, and so on."""
    n_products = sum(layer.weights.size for layer in network.dense_layers)
    return math.ceil(len(resources.mnist().train_images) * n_products / _MAX_PRODUCTS)


@st.cache_resource(show_spinner=False)
def _by_pixels() -> NearestDigits:
    """Return all training images, to be searched by their pixels."""
    return NearestDigits(resources.mnist().train_images, pixels)


def _by_last_hidden_layer(network: SequentialNetwork, step: int) -> NearestDigits:
    """Return every ``step``-th training image, to be searched by a network's last hidden layer."""
    with _lock:
        # Last comes who was asked for last.
        index = _indices[network] = _indices.pop(network, None) or _Index()
        of_readers = [known for known in _indices if not resources.is_of_project(known)]
        for known in of_readers[:-_MAX_KEPT]:
            del _indices[known]
    # Others wait only for what they ask for themselves.
    with index.lock:
        if index.digits is None or index.step != step:
            # The index would keep the network, and with it itself, for ever.
            features = partial(_last_hidden_layer, weakref.ref(network))
            digits = NearestDigits(resources.mnist().train_images[::step], features)
            index.digits, index.step = digits, step
        return index.digits


def _last_hidden_layer(network: weakref.ref[SequentialNetwork], images: np.ndarray) -> np.ndarray:
    """Return what the last hidden layer answers of a network that whoever asks has."""
    return last_hidden_layer(network(), images)
