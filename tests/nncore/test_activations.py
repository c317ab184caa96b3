import numpy as np
import pytest

from nncore.activations import ACTIVATIONS, sigmoid, softmax


def test_sigmoid_of_known_values():
    np.testing.assert_allclose(sigmoid(np.array([0.0, np.log(3.0)])), [0.5, 0.75])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_is_finite_and_silent_for_every_input(dtype):
    largest = np.finfo(dtype).max
    outputs = sigmoid(np.array([-np.inf, -largest, -800, -90, 90, 800, largest, np.inf], dtype))
    assert outputs.dtype == dtype
    np.testing.assert_allclose(outputs, [0, 0, 0, 0, 1, 1, 1, 1], atol=1e-38)


def test_sigmoid_leaves_its_input_alone_and_takes_scalars():
    inputs = np.ones(3)
    sigmoid(inputs)
    np.testing.assert_array_equal(inputs, 1)
    assert sigmoid(np.float64(0.0)) == 0.5


def test_softmax_of_known_values_and_of_huge_ones():
    np.testing.assert_allclose(softmax(np.log([[1.0, 3.0]])), [[0.25, 0.75]])
    np.testing.assert_allclose(
        softmax(np.array([[1e30, 0.0], [-1e30, -1e30]])), [[1, 0], [0.5, 0.5]]
    )


def test_softmax_refuses_a_single_row():
    with pytest.raises(ValueError, match=r"\(batch, n_classes\), got \(10,\)"):
        softmax(np.zeros(10))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradients_equal_central_differences(name):
    activation = ACTIVATIONS[name]
    generator = np.random.default_rng(1)
    # Away from 0, where ReLU has a corner.
    inputs = generator.uniform(0.1, 2, (3, 4)) * generator.choice([-1, 1], (3, 4))
    output_gradient = generator.standard_normal((3, 4))
    gradient = activation.gradient(activation.function(inputs), output_gradient)
    step = 1e-6
    for index in np.ndindex(inputs.shape):
        moved = np.zeros_like(inputs)
        moved[index] = step
        change = activation.function(inputs + moved) - activation.function(inputs - moved)
        assert gradient[index] == pytest.approx(
            (change * output_gradient).sum() / (2 * step), rel=1e-6, abs=1e-9
        )
