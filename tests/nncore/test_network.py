from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nncore.gradient_check import gradient_error
from nncore.layers import ActivationLayer, DenseLayer
from nncore.losses import MSE, CrossEntropy
from nncore.network import SequentialNetwork, as_inputs, build_network

COMBINATIONS = [
    (activation, output, loss)
    for activation in ("sigmoid", "relu", "tanh")
    for output in ("sigmoid", "softmax", "tanh", "relu")
    for loss in ("mse", "cross-entropy")
    if loss == "mse" or output in ("sigmoid", "softmax")
]


def small_network(activation="sigmoid", output="sigmoid", loss="mse", seed=3):
    return build_network(
        (4, 5, 3, 2),
        activation=activation,
        output=output,
        loss=loss,
        initialisation="memoire",
        generator=np.random.default_rng(seed),
        dtype=np.float64,
    )


def test_forward_worked_by_hand():
    network = SequentialNetwork(
        [DenseLayer(np.array([[1.0], [-1]]), np.array([0.0])), ActivationLayer("sigmoid", 1)], MSE()
    )
    inputs, targets = np.array([[0.0, 0], [np.log(3), 0]]), np.array([[1.0], [0]])
    np.testing.assert_allclose(network.forward(inputs), [[0.5], [0.75]])
    loss, (weights_gradient, bias_gradient) = network.loss_and_gradients(inputs, targets)
    assert loss == pytest.approx((0.5 * 0.25 + 0.5 * 0.5625) / 2)
    first, second = -0.5 * 0.25 / 2, 0.75 * 0.1875 / 2
    np.testing.assert_allclose(bias_gradient, [first + second])
    np.testing.assert_allclose(weights_gradient, [[second * np.log(3)], [0]])


@pytest.mark.parametrize(("activation", "output", "loss"), COMBINATIONS)
def test_gradients_of_every_combination(activation, output, loss):
    generator = np.random.default_rng(0)
    inputs = generator.standard_normal((6, 4))
    targets = np.eye(2)[generator.integers(0, 2, 6)]
    # A seed for which no ReLU output neuron is off for all samples, and no corner is near.
    assert gradient_error(small_network(activation, output, loss), inputs, targets) < 1e-6


def test_the_gradient_check_notices_a_wrong_derivative(monkeypatch):
    network = small_network()
    layer = network.layers[1]
    right = layer.backward
    monkeypatch.setattr(layer, "backward", lambda gradient: 1.01 * right(gradient))
    inputs, targets = np.ones((3, 4)), np.eye(2)[[0, 1, 0]]
    assert gradient_error(network, inputs, targets) > 1e-3


def test_bytes_and_floats_and_images_predict_the_same():
    network = small_network()
    pixels = np.random.default_rng(0).integers(0, 256, (2500, 2, 2), dtype=np.uint8)
    outputs = network.predict(pixels)
    assert outputs.shape == (2500, 2)
    np.testing.assert_allclose(outputs, network.predict(pixels.reshape(-1, 4) / 255))
    np.testing.assert_allclose(outputs[1234], network.activations(pixels[1234])[-1])


def test_no_samples_give_no_predictions():
    assert small_network().predict(np.zeros((0, 4))).shape == (0, 2)


def test_threads_may_share_a_network():
    network = small_network()
    batches = [np.random.default_rng(seed).random((300, 4)) for seed in range(8)]
    expected = [network.predict(batch) for batch in batches]
    with ThreadPoolExecutor(4) as pool:
        for found, wanted in zip(pool.map(network.predict, batches * 5), expected * 5, strict=True):
            np.testing.assert_array_equal(found, wanted)


def test_summary_counts_the_parameters_of_the_memoires_network():
    network = build_network((784, 392, 196, 10), generator=np.random.default_rng(0))
    dense = [row.n_parameters for row in network.summary_table() if row.layer == "dense"]
    assert dense == [784 * 392 + 392, 392 * 196 + 196, 196 * 10 + 10]
    assert "386,718 parameters" in network.summary()


@pytest.mark.parametrize("images", [np.zeros((3, 5)), np.zeros(4), np.zeros((2, 2, 3))])
def test_images_of_another_size_are_refused(images):
    with pytest.raises(ValueError, match=r"images must be \(n, 4\)"):
        as_inputs(images, 4, np.float32)


def test_networks_that_do_not_fit_are_refused():
    dense = DenseLayer(np.zeros((2, 3)), np.zeros(3))
    with pytest.raises(ValueError, match="not be empty"):
        SequentialNetwork([], MSE())
    with pytest.raises(ValueError, match="3 outputs is followed by one of 4 inputs"):
        SequentialNetwork([dense, ActivationLayer("relu", 4)], MSE())
    with pytest.raises(ValueError, match="cross-entropy needs softmax outputs, got relu"):
        SequentialNetwork([dense, ActivationLayer("relu", 3)], CrossEntropy())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layer_sizes": (4,)}, "layer_sizes"),
        ({"layer_sizes": (4, 0)}, "layer_sizes"),
        ({"activation": "softmax"}, "activation"),
        ({"output": "step"}, "output"),
        ({"loss": "hinge"}, "loss"),
        ({"initialisation": "ones"}, "initialisation"),
    ],
)
def test_unknown_settings_are_refused(change, message):
    settings = {"layer_sizes": (4, 2), "generator": np.random.default_rng(0)} | change
    with pytest.raises(ValueError, match=message):
        build_network(**settings)
