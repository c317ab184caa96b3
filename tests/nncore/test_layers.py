import numpy as np
import pytest

from nncore.layers import ActivationLayer, DenseLayer, DropoutLayer


def test_dense_layer_worked_by_hand():
    layer = DenseLayer(np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([0.5, 0, -0.5]))
    inputs = np.array([[1.0, 1], [2, 0]])
    np.testing.assert_array_equal(layer.forward(inputs), [[5.5, 7, 8.5], [2.5, 4, 5.5]])
    gradient = layer.backward(np.array([[1.0, 0, 0], [0, 1, 1]]))
    np.testing.assert_array_equal(gradient, [[1, 4], [5, 11]])
    np.testing.assert_array_equal(layer.gradients[0], [[1, 2, 2], [1, 0, 0]])
    np.testing.assert_array_equal(layer.gradients[1], [1, 1, 1])


def test_apply_does_not_disturb_a_backward_pass():
    layer = DenseLayer(np.ones((2, 1)), np.zeros(1))
    layer.forward(np.array([[1.0, 2]]))
    layer.apply(np.array([[100.0, 100]]))
    layer.backward(np.ones((1, 1)))
    np.testing.assert_array_equal(layer.gradients[0], [[1], [2]])


@pytest.mark.parametrize(
    ("weights", "bias"),
    [
        (np.zeros(3), np.zeros(3)),
        (np.zeros((3, 2)), np.zeros(3)),
        (np.zeros((3, 2)), np.zeros((1, 2))),
        (np.zeros((3, 2)), np.zeros(2, np.float32)),
        (np.zeros((3, 2), int), np.zeros(2, int)),
    ],
)
def test_dense_layer_refuses_what_does_not_fit(weights, bias):
    with pytest.raises(ValueError, match="weights"):
        DenseLayer(weights, bias)


def test_activation_layer_refuses_unknown_names_and_sizes():
    with pytest.raises(ValueError, match="one of sigmoid, relu, tanh, softmax, got 'step'"):
        ActivationLayer("step", 3)
    with pytest.raises(ValueError, match="size must be at least 1"):
        ActivationLayer("relu", 0)


def test_dropout_leaves_out_its_share_and_keeps_the_mean():
    layer = DropoutLayer(0.25, 1000, np.random.default_rng(0))
    outputs = layer.forward(np.ones((50, 1000)))
    assert set(np.unique(outputs)) == {0, 1 / 0.75}
    assert (outputs == 0).mean() == pytest.approx(0.25, abs=0.01)
    np.testing.assert_array_equal(layer.backward(np.ones_like(outputs)), outputs)
    assert not np.array_equal(layer.forward(np.ones((50, 1000))), outputs)
    np.testing.assert_array_equal(layer.apply(outputs), outputs)


@pytest.mark.parametrize("rate", [-0.1, 1, float("nan")])
def test_dropout_of_nothing_sensible_is_refused(rate):
    with pytest.raises(ValueError, match="rate must be from 0"):
        DropoutLayer(rate, 10, np.random.default_rng(0))
