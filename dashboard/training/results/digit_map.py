"""Many digits as points in two dimensions, as a layer of a network sees them."""

from itertools import islice
from weakref import WeakKeyDictionary

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.figures import digit_map as figures
from dashboard.language import _
from dashboard.training.results.blocks import block_outputs, blocks_of
from dashboard.training.results.wording import percent
from nncore.network import SequentialNetwork
from nncore.principal_components import PrincipalComponents, principal_components

_N_IMAGES = 2000
_PIXELS = 0
# Goes with the model, which the cache of models may drop at any time.
_components: WeakKeyDictionary[resources.EvaluatedModel, dict[int, PrincipalComponents]] = (
    WeakKeyDictionary()
)


def show_digit_map(trained: resources.EvaluatedModel) -> None:
    """Let the reader choose a layer, and show its answers along their principal components."""
    layer = _choose_layer(trained.model.network)
    found = _components_of(trained, layer)
    if found is None:
        st.error(_("This layer's outputs are too large for a number: choose another one."))
        return
    evaluation = trained.evaluation
    shown = slice(len(found.coordinates))
    show_chart(
        figures.digit_map(
            found.coordinates,
            evaluation.labels[shown],
            evaluation.predictions[shown],
            found.variance_shares,
        ),
        "train_digit_map",
    )
    n_features = len(found.mean)
    st.caption(
        _(
            "Each point is one of the first {n} test images: {features} numbers, looked at from "
            "where they differ most (principal component analysis). Two numbers keep {share} of "
            "what differs. "
        ).format(
            n=len(found.coordinates),
            features=n_features,
            share=percent(found.variance_shares.sum()),
        )
        + (
            _("Notice how the pixels mix the digits; then choose a layer further on.")
            if layer == _PIXELS
            else _(
                "Notice how digits that mix as pixels come apart from layer to layer, and that "
                "the ringed ones, answered wrong, lie between the clouds."
            )
        )
    )


def _choose_layer(network: SequentialNetwork) -> int:
    """Let the reader choose the pixels (0) or a layer (from 1)."""
    key = "train_map_layer"
    names = [_("Pixels"), *(block.name for block in blocks_of(network))]
    # Another model may have fewer layers. The last hidden layer, if there is one, is the clearest.
    if st.session_state.get(key) not in range(len(names)):
        st.session_state[key] = max(1, len(names) - 2)
    return st.segmented_control(
        _("As seen by"),
        range(len(names)),
        format_func=names.__getitem__,
        required=True,
        key=key,
        persist_state="session",
    )


def _components_of(trained: resources.EvaluatedModel, layer: int) -> PrincipalComponents | None:
    """Return the components of a layer's outputs, or None if these are not finite."""
    if layer == _PIXELS:
        return _components_of_pixels()
    known = _components.setdefault(trained, {})
    if layer not in known:
        images = resources.mnist().test_images[:_N_IMAGES]
        values = next(islice(block_outputs(trained.model.network, images), layer, None))
        if not np.isfinite(values).all():
            return None
        known[layer] = principal_components(values)
    return known[layer]


@st.cache_resource(show_spinner=False)
def _components_of_pixels() -> PrincipalComponents:
    """Return the components of the images themselves, the same for every network."""
    images = resources.mnist().test_images[:_N_IMAGES]
    return principal_components(images.reshape(len(images), -1) / np.float32(255))
