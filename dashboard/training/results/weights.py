"""What the neurons of a network look for: their weights as pictures, and the layers in numbers."""

from weakref import WeakKeyDictionary

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.fields import whole_number
from dashboard.figures import network_inside as figures
from dashboard.figures.tiles import weight_tiles
from dashboard.language import _
from dashboard.tables import markdown_table
from dashboard.training.results import gallery
from dashboard.training.results.blocks import Block, blocks_of
from nncore.layers import DenseLayer
from nncore.mnist import N_CLASSES
from nncore.model_files import Model

_NEURONS_A_PAGE = 64
# Times the root mean square: a few large weights shall not leave all the others pale.
_FULL_COLOUR = 3
# By neurons and full colour; goes with the layer, as its model does with the cache of models.
_tiles: WeakKeyDictionary[DenseLayer, dict[tuple[bytes, float], list[bytes]]] = WeakKeyDictionary()


def show_weights(trained: resources.EvaluatedModel) -> None:
    """Show any neuron's weights, all neurons of the first layer, and the list of layers."""
    block = _choose_block(blocks_of(trained.model.network))
    neuron = _choose_neuron(block)
    one, many = st.columns([2, 3], gap="large")
    with one:
        _show_neuron(block, neuron)
    with many:
        if block.number == 1:
            _show_wall(block.dense)
        else:
            _show_layers(trained.model)
    if block.number == 1:
        _show_layers(trained.model)


def images_of_neurons(layer: DenseLayer) -> np.ndarray:
    """Return the weights of a first layer's neurons as (n_neurons, 28, 28)."""
    side = resources.mnist().test_images.shape[1]
    return layer.weights.T.reshape(layer.n_outputs, side, -1)


def strongest_first(layer: DenseLayer) -> np.ndarray:
    """Return the numbers of a layer's neurons, that with the largest weights first."""
    return np.argsort(-np.linalg.norm(layer.weights, axis=0), kind="stable")


def full_colour(layer: DenseLayer) -> float:
    """Return the size of weight that has the full colour in pictures of a layer's neurons."""
    return float(_FULL_COLOUR * np.linalg.norm(layer.weights) / layer.weights.size**0.5) or 1.0


def _choose_block(blocks: list[Block]) -> Block:
    """Let the reader choose one of the layers that learn."""
    key = "train_weights_layer"
    numbers = range(1, len(blocks) + 1)
    # Another model may have fewer layers.
    if st.session_state.get(key) not in numbers:
        st.session_state[key] = 1
    number = st.segmented_control(
        _("Layer"),
        numbers,
        format_func=lambda number: blocks[number - 1].name,
        required=True,
        key=key,
        persist_state="session",
    )
    return blocks[number - 1]


def _choose_neuron(block: Block) -> int:
    """Let the reader choose a neuron of a layer, and return its number."""
    key = "train_neuron"
    last = block.dense.n_outputs - 1
    # The first neuron may be any; the strongest shows what there is to see.
    if key not in st.session_state and key not in st.query_params:
        st.session_state[key] = float(strongest_first(block.dense)[0])
    if st.session_state.get(key, 0) > last:
        st.session_state[key] = float(last)
    return whole_number(
        _("Neuron, from 0 to {last}").format(last=last),
        low=0,
        high=last,
        value=0,
        key=key,
        width=200,
    )


def _show_neuron(block: Block, neuron: int) -> None:
    """Show the weights of one neuron, and say what they mean."""
    weights = block.dense.weights[:, neuron]
    is_first = block.number == 1
    picture = images_of_neurons(block.dense)[neuron] if is_first else weights
    show_chart(figures.neuron_weights(picture), "train_neuron_weights")
    bias = f"{block.dense.bias[neuron]:.3f}".replace("-", "−")
    if is_first:
        text = _(
            "Neuron {neuron}, bias {bias}. Blue: ink here makes it answer more; orange: less. "
            "Notice that the edges, where no digit has ink, learn nothing and keep the values "
            "they started with."
        )
    elif block.is_last and block.dense.n_outputs == N_CLASSES:
        text = _(
            "The output for the digit {neuron}, bias {bias}. Each square is a neuron of the layer "
            "before. Blue: it speaks for this digit; orange: against it."
        )
    else:
        text = _(
            "Neuron {neuron}, bias {bias}. Each square is a neuron of the layer before; their "
            "order means nothing. Blue: it makes this neuron answer more; orange: less."
        )
    st.caption(text.format(neuron=neuron, bias=bias))


def _show_wall(layer: DenseLayer) -> None:
    """Show the first layer's neurons side by side, the strongest first."""
    shown = gallery.page_of(strongest_first(layer), _NEURONS_A_PAGE, "train_wall_page")
    show_neurons(layer, shown, full_colour(layer))
    st.caption(
        _(
            "The neurons of the first layer, those with the largest weights first, all with the "
            "same colours. Notice that hardly one looks like a digit: each looks for a stroke "
            "here and none there, and the layers after it put these together."
        )
    )


def show_neurons(layer: DenseLayer, shown: np.ndarray, limit: float) -> None:
    """Show first-layer neurons as a gallery.

    Parameters
    ----------
    layer : DenseLayer
        The first one.
    shown : ndarray of shape (n,), int
        Numbers of the neurons.
    limit : float
        The weight that has the full colour.
    """
    tiles = [
        gallery.Tile(png, str(number), _("Weights of neuron {n}").format(n=number))
        for number, png in zip(shown.tolist(), _tiles_of(layer, shown, limit), strict=True)
    ]
    gallery.show_gallery(tiles, tile_px=48)


def _tiles_of(layer: DenseLayer, shown: np.ndarray, limit: float) -> list[bytes]:
    """Return the weights of some neurons of a layer that has been trained as PNGs."""
    known, key = _tiles.setdefault(layer, {}), (shown.tobytes(), limit)
    if key not in known:
        known[key] = weight_tiles(images_of_neurons(layer)[shown], limit)
    return known[key]


def _show_layers(model: Model) -> None:
    """Show the layers of the network as a table."""
    rows = [
        {
            _("Layer"): row.layer,
            _("Inputs"): str(row.n_inputs),
            _("Outputs"): str(row.n_outputs),
            _("Numbers learnt"): str(row.n_parameters),
        }
        for row in model.network.summary_table()
    ]
    st.markdown(_("**All layers of this network**") + "\n\n" + markdown_table(rows))
