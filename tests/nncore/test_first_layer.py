import numpy as np
import pytest

from nncore.first_layer import FirstLayerBlock
from nncore.layers import DenseLayer

N_SAMPLES, N_INPUTS, N_OUTPUTS, BATCH, RATE = 23, 12, 5, 4, 0.3


def example():
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (N_SAMPLES, 3, 4), dtype=np.uint8)
    images[:, 0] = 0
    images[generator.random(images.shape) < 0.5] = 0
    weights = generator.standard_normal((N_INPUTS, N_OUTPUTS))
    return images, DenseLayer(weights, generator.standard_normal(N_OUTPUTS))


def output_gradient(outputs):
    """Any function will do that makes each step depend on the steps before it."""
    return np.sin(3 * outputs) / len(outputs)


def test_a_block_equals_one_update_per_mini_batch():
    images, layer = example()
    inputs, weights, bias = (
        images.reshape(-1, N_INPUTS) / 255,
        layer.weights.copy(),
        layer.bias.copy(),
    )
    block = FirstLayerBlock(layer, images)
    for start in range(0, N_SAMPLES, BATCH):
        rows = slice(start, min(start + BATCH, N_SAMPLES))
        outputs = inputs[rows] @ weights + bias
        np.testing.assert_allclose(block.forward(rows), outputs, rtol=1e-12, atol=1e-13)
        gradient = output_gradient(outputs)
        weights -= RATE * inputs[rows].T @ gradient
        bias -= RATE * gradient.sum(axis=0)
        block.step(rows, -RATE * gradient)
    block.finish()
    np.testing.assert_allclose(layer.weights, weights, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(layer.bias, bias, rtol=1e-12)


def test_the_layer_is_untouched_until_the_block_is_finished():
    images, layer = example()
    before = layer.weights.copy()
    block = FirstLayerBlock(layer, images)
    rows = slice(0, BATCH)
    block.step(rows, -RATE * output_gradient(block.forward(rows)))
    np.testing.assert_array_equal(layer.weights, before)


def test_images_without_ink_change_the_bias_alone():
    layer = DenseLayer(np.ones((4, 2)), np.zeros(2))
    block = FirstLayerBlock(layer, np.zeros((2, 2, 2), np.uint8))
    rows = slice(0, 2)
    np.testing.assert_array_equal(block.forward(rows), np.zeros((2, 2)))
    block.step(rows, np.full((2, 2), -0.5))
    block.finish()
    np.testing.assert_array_equal(layer.weights, 1)
    assert layer.bias.tolist() == pytest.approx([-1, -1])
