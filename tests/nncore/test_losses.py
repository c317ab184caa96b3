import numpy as np
import pytest

from nncore.losses import LOSSES, MSE, BinaryCrossEntropy, CrossEntropy

OUTPUTS = np.array([[0.8, 0.1, 0.1], [0.2, 0.5, 0.3]])
TARGETS = np.array([[1.0, 0, 0], [0, 0, 1]])


def test_mse_is_half_the_squares_of_a_sample_averaged():
    first = 0.5 * (0.04 + 0.01 + 0.01)
    second = 0.5 * (0.04 + 0.25 + 0.49)
    assert MSE().value(OUTPUTS, TARGETS) == pytest.approx((first + second) / 2)


def test_cross_entropy_looks_at_the_right_class_only():
    assert CrossEntropy().value(OUTPUTS, TARGETS) == pytest.approx(-(np.log(0.8) + np.log(0.3)) / 2)


def test_binary_cross_entropy_looks_at_every_class():
    first = np.log(0.8) + 2 * np.log(0.9)
    second = np.log(0.8) + np.log(0.5) + np.log(0.3)
    assert BinaryCrossEntropy().value(OUTPUTS, TARGETS) == pytest.approx(-(first + second) / 2)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_certain_and_wrong_is_finite(name, dtype):
    outputs, targets = np.array([[0, 1]], dtype), np.array([[1, 0]], dtype)
    loss = LOSSES[name]()
    assert np.isfinite(loss.value(outputs, targets))
    assert loss.value(outputs, targets) >= 1
    assert loss.fused_gradient(outputs, targets).tolist() == [[-1, 1]]


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_equal_central_differences(name):
    loss = LOSSES[name]()
    gradient = loss.gradient(OUTPUTS, TARGETS)
    step = 1e-6
    for index in np.ndindex(OUTPUTS.shape):
        moved = np.zeros_like(OUTPUTS)
        moved[index] = step
        slope = (loss.value(OUTPUTS + moved, TARGETS) - loss.value(OUTPUTS - moved, TARGETS)) / (
            2 * step
        )
        assert gradient[index] == pytest.approx(slope, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", LOSSES)
def test_shapes_that_would_broadcast_are_refused(name):
    for method in ("value", "gradient", "fused_gradient"):
        with pytest.raises(ValueError, match=r"got \(2, 3\) and \(3,\)"):
            getattr(LOSSES[name](), method)(OUTPUTS, TARGETS[0])
