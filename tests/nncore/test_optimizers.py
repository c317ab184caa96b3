import numpy as np
import pytest

from nncore.optimizers import OPTIMIZERS, SGD, Adam, Momentum


def steps(optimizer, gradients):
    parameter = np.array([1.0])
    values = []
    for gradient in gradients:
        optimizer.update([parameter], [np.array([gradient])])
        values.append(parameter[0])
    return values


def test_sgd_subtracts_rate_times_gradient():
    assert steps(SGD(0.5), [2.0, -4.0]) == [0.0, 2.0]


def test_momentum_keeps_nine_tenths_of_its_velocity():
    np.testing.assert_allclose(steps(Momentum(0.1), [1.0, 1.0]), [0.9, 0.9 - 0.19])


def test_adam_follows_the_formulas_of_the_paper():
    mean = square = 0.0
    value, expected = 1.0, []
    for t, gradient in enumerate([0.5, -2.0, 3.0], start=1):
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        value -= 0.01 * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)
        expected.append(value)
    np.testing.assert_allclose(steps(Adam(0.01), [0.5, -2.0, 3.0]), expected, rtol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_gradients_are_left_alone_and_every_parameter_is_changed(name):
    parameters, gradients = [np.zeros((2, 3)), np.zeros(3)], [np.ones((2, 3)), np.ones(3)]
    OPTIMIZERS[name](0.1).update(parameters, gradients)
    assert all((parameter < 0).all() for parameter in parameters)
    assert all((gradient == 1).all() for gradient in gradients)


@pytest.mark.parametrize("learning_rate", [0, -1, np.nan, np.inf])
def test_a_learning_rate_that_is_not_positive_and_finite_is_refused(learning_rate):
    with pytest.raises(ValueError, match="learning_rate must be positive"):
        SGD(learning_rate)


def test_weights_decay_beside_the_gradient_and_biases_do_not():
    weights, bias = np.ones((1, 1)), np.ones(1)
    SGD(0.5, weight_decay=0.1).update([weights, bias], [np.array([[0.2]]), np.array([0.2])])
    assert weights[0, 0] == pytest.approx(1 - 0.05 - 0.1)
    assert bias[0] == pytest.approx(1 - 0.1)
    with pytest.raises(ValueError, match="weight_decay must not be negative"):
        SGD(0.5, weight_decay=-1)
