from concurrent.futures import Executor, Future, ThreadPoolExecutor

import numpy as np
import pytest

from nncore.first_layer import FirstLayerDescent
from nncore.layers import DenseLayer

N_SAMPLES, N_INPUTS, N_OUTPUTS, BATCH, RATE = 43, 12, 5, 4, 0.3


class BusyHelper(Executor):
    """A helper that never gets round to anything."""

    def submit(self, fn, /, *args, **kwargs):
        return Future()


class PromptHelper(Executor):
    """A helper that has done everything before anybody asks."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        future.set_running_or_notify_cancel()
        future.set_result(fn(*args, **kwargs))
        return future


HELPERS = {"thread": lambda: ThreadPoolExecutor(1), "busy": BusyHelper, "prompt": PromptHelper}


@pytest.fixture(params=HELPERS)
def helper(request):
    with HELPERS[request.param]() as executor:
        yield executor


def example():
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (N_SAMPLES, 3, 4), dtype=np.uint8)
    images[:, 0] = 0
    images[generator.random(images.shape) < 0.5] = 0
    # Neighbouring blocks with different active pixels.
    images[:12, 1] = 0
    weights = generator.standard_normal((N_INPUTS, N_OUTPUTS))
    return images, DenseLayer(weights, generator.standard_normal(N_OUTPUTS))


def output_gradient(outputs):
    """Any function will do that makes each step depend on the steps before it."""
    return np.sin(3 * outputs) / len(outputs)


def blocks_of(n_samples, block_size):
    return [slice(start, start + block_size) for start in range(0, n_samples, block_size)]


def batches_of(n_samples):
    return [slice(start, min(start + BATCH, n_samples)) for start in range(0, n_samples, BATCH)]


def descend(layer, images, block_size, helper, *, settle_after=()):
    """Take the steps of all images; return all outputs."""
    descent = FirstLayerDescent(layer, BATCH, helper)
    blocks = [images[block] for block in blocks_of(len(images), block_size)]
    all_outputs = []
    descent.prepare(blocks[0])
    for index, block in enumerate(blocks):
        descent.begin(*blocks[index + 1 : index + 2])
        for rows in batches_of(len(block)):
            outputs = descent.forward(rows)
            all_outputs.append(outputs.copy())
            descent.step(rows, -RATE * output_gradient(outputs))
        if index in settle_after:
            descent.settle()
    descent.settle()
    return np.concatenate(all_outputs)


@pytest.mark.parametrize("block_size", [BATCH, 3 * BATCH, 100])
def test_blocks_equal_one_update_per_mini_batch(block_size, helper):
    images, layer = example()
    inputs, weights, bias = (
        images.reshape(-1, N_INPUTS) / 255,
        layer.weights.copy(),
        layer.bias.copy(),
    )
    expected = []
    for rows in batches_of(N_SAMPLES):
        outputs = inputs[rows] @ weights + bias
        expected.append(outputs)
        gradient = output_gradient(outputs)
        weights -= RATE * inputs[rows].T @ gradient
        bias -= RATE * gradient.sum(axis=0)
    outputs = descend(layer, images, block_size, helper)
    np.testing.assert_allclose(outputs, np.concatenate(expected), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(layer.weights, weights, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(layer.bias, bias, rtol=1e-11)


def test_neither_the_helper_nor_settling_changes_a_bit():
    results = []
    for make, settle_after in [
        (HELPERS["busy"], ()),
        (HELPERS["prompt"], ()),
        (HELPERS["thread"], ()),
        (HELPERS["thread"], (0, 2)),
        (HELPERS["busy"], (0, 1, 2, 3)),
    ]:
        images, layer = example()
        with make() as executor:
            descend(layer, images, 3 * BATCH, executor, settle_after=settle_after)
        results.append(np.vstack([layer.weights, layer.bias]))
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


def test_settling_makes_the_layer_whole_between_blocks(helper):
    images, layer = example()
    _, plain = example()
    descent = FirstLayerDescent(layer, BATCH, helper)
    descent.prepare(images[:BATCH])
    for start in (0, BATCH):
        rows = slice(start, start + BATCH)
        descent.begin(images[start + BATCH : start + 2 * BATCH])
        outputs = descent.forward(slice(0, BATCH)).copy()
        descent.step(slice(0, BATCH), -RATE * output_gradient(outputs))
        descent.settle()
        inputs = images[rows].reshape(-1, N_INPUTS) / 255
        gradient = output_gradient(plain.apply(inputs))
        plain.weights -= RATE * inputs.T @ gradient
        plain.bias -= RATE * gradient.sum(axis=0)
        np.testing.assert_allclose(layer.weights, plain.weights, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(layer.bias, plain.bias, rtol=1e-12)


def test_another_block_can_be_prepared_once_the_layer_is_settled(helper):
    images, layer = example()
    _, plain = example()
    rows = slice(0, BATCH)
    with ThreadPoolExecutor(1) as plain_helper:
        descend(plain, images[: 2 * BATCH], BATCH, plain_helper)
    descent = FirstLayerDescent(layer, BATCH, helper)
    descent.prepare(images[:BATCH])
    descent.begin(images[2 * BATCH :])
    descent.step(rows, -RATE * output_gradient(descent.forward(rows)))
    descent.settle()
    descent.prepare(images[BATCH : 2 * BATCH])
    descent.begin()
    descent.step(rows, -RATE * output_gradient(descent.forward(rows)))
    descent.settle()
    np.testing.assert_allclose(layer.weights, plain.weights, rtol=1e-12, atol=1e-13)


def test_images_without_ink_change_the_bias_alone(helper):
    layer = DenseLayer(np.ones((4, 2)), np.zeros(2))
    descent = FirstLayerDescent(layer, 2, helper)
    descent.prepare(np.zeros((2, 2, 2), np.uint8))
    descent.begin()
    rows = slice(0, 2)
    np.testing.assert_array_equal(descent.forward(rows), np.zeros((2, 2)))
    descent.step(rows, np.full((2, 2), -0.5))
    descent.settle()
    np.testing.assert_array_equal(layer.weights, 1)
    assert layer.bias.tolist() == pytest.approx([-1, -1])
