import numpy as np
import pytest

from nncore.backpropagation import small_network
from nncore.gradient_check import gradient_error
from nncore.gradient_mistakes import MISTAKES, with_mistake
from nncore.network import build_network

INPUTS, TARGETS = np.array([[1.0, 0.5]]), np.array([[1.0, 0.0]])


def gradients(network):
    return [array.copy() for array in network.loss_and_gradients(INPUTS, TARGETS)[1]]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_gradient_check_catches_every_mistake(mistake):
    network = small_network(3)
    assert gradient_error(network, INPUTS, TARGETS) < 1e-6
    assert gradient_error(with_mistake(network, mistake), INPUTS, TARGETS) > 0.1


@pytest.mark.parametrize("mistake", MISTAKES)
def test_outputs_and_loss_stay_right_and_the_parameters_are_shared(mistake):
    network = small_network(3)
    broken = with_mistake(network, mistake)
    np.testing.assert_array_equal(broken.forward(INPUTS), network.forward(INPUTS))
    assert (
        broken.loss_and_gradients(INPUTS, TARGETS)[0]
        == network.loss_and_gradients(INPUTS, TARGETS)[0]
    )
    for ours, theirs in zip(broken.parameters, network.parameters, strict=True):
        assert ours is theirs


def test_where_each_mistake_shows():
    network = small_network(3)
    outputs = network.forward(INPUTS)[0]
    right = gradients(network)
    found = {mistake: gradients(with_mistake(network, mistake)) for mistake in MISTAKES}
    for array, expected in zip(found["lost-half"], right, strict=True):
        np.testing.assert_allclose(array, 2 * expected)
    np.testing.assert_allclose(found["no-second-factor"][3], right[3] / (1 - outputs))
    slope_twice = 1 / (1 + np.exp(-outputs))
    slope_twice *= 1 - slope_twice
    np.testing.assert_allclose(
        found["sigmoid-twice"][3], right[3] / (outputs * (1 - outputs)) * slope_twice
    )
    # The way back passes the last layer before it comes to the hidden one.
    for array, expected in zip(found["hidden-derivative"][2:], right[2:], strict=True):
        np.testing.assert_array_equal(array, expected)
    hidden = network.activations(INPUTS[0])[1]
    np.testing.assert_allclose(found["hidden-derivative"][1], right[1] / (hidden * (1 - hidden)))


def test_unknown_mistakes_and_other_networks_are_refused():
    with pytest.raises(ValueError, match="mistake must be one of no-second-factor"):
        with_mistake(small_network(3), "typing")
    other = build_network(
        (2, 3, 2), activation="tanh", generator=np.random.default_rng(0), dtype=np.float64
    )
    with pytest.raises(ValueError, match="dense and sigmoid layers"):
        with_mistake(other, "lost-half")
