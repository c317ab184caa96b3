"""A network as its readers see it: dense layers, each with the activation that follows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dashboard.language import _
from nncore.layers import ActivationLayer, DenseLayer, Layer
from nncore.network import SequentialNetwork, as_inputs


@dataclass(frozen=True, eq=False)
class Block:
    """A dense layer and what is applied to its outputs.

    Attributes
    ----------
    number : int
        From 1.
    is_last : bool
        Whether its outputs are those of the network.
    layers : list of Layer
        The dense layer first.
    """

    number: int
    is_last: bool
    layers: list[Layer]

    @property
    def dense(self) -> DenseLayer:
        """The layer that learns."""
        return self.layers[0]

    @property
    def name(self) -> str:
        """What the block is called on the page."""
        return _("Outputs") if self.is_last else _("Layer {n}").format(n=self.number)

    @property
    def activation(self) -> str:
        """The name of its activation, or "" if it has none."""
        names = [layer.name for layer in self.layers if isinstance(layer, ActivationLayer)]
        return names[0] if names else ""

    def apply(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs for (batch, n_inputs) inputs, (batch, n_outputs)."""
        for layer in self.layers:
            inputs = layer.apply(inputs)
        return inputs


def blocks_of(network: SequentialNetwork) -> list[Block]:
    """Return the blocks of a network from first to last."""
    starts = [index for index, layer in enumerate(network.layers) if isinstance(layer, DenseLayer)]
    ends = [*starts[1:], len(network.layers)]
    return [
        Block(number, number == len(starts), network.layers[start:end])
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    ]


def block_outputs(network: SequentialNetwork, images: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the inputs of a network as floats, then the outputs of each of its blocks.

    Parameters
    ----------
    network : SequentialNetwork
    images : ndarray of shape (batch, height, width), uint8

    Yields
    ------
    ndarray of shape (batch, n), dtype of the network
    """
    values = as_inputs(images, network.n_inputs, network.dtype)
    yield values
    for block in blocks_of(network):
        values = block.apply(values)
        yield values
