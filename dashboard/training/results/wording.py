"""Numbers as the views of a result write them."""

from nncore.layers import ActivationLayer
from nncore.network import SequentialNetwork


def ends_in_softmax(network: SequentialNetwork) -> bool:
    """Return whether the outputs of a network are probabilities that sum to 1."""
    last = network.layers[-1]
    return isinstance(last, ActivationLayer) and last.name == "softmax"


def output(value: float, is_probability: bool) -> str:
    """Return an output: a probability in per cent, anything else as it is."""
    return percent(value) if is_probability else f"{value:.3f}".replace("-", "−")


def percent(share: float, decimals: int = 1) -> str:
    """Return a share in per cent, or a dash for the share of nothing, which is NaN."""
    return "–" if share != share else f"{100 * share:.{decimals}f}\N{NO-BREAK SPACE}%"


def count(number: int) -> str:
    """Return a number with its thousands set apart."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")
