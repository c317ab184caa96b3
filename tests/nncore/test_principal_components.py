import numpy as np
import pytest

from nncore.principal_components import principal_components


def test_points_near_a_line_worked_by_hand():
    # Along (3, 4) / 5 at -10, 0 and 10, and 1 to either side of it.
    along, across = np.array([0.6, 0.8]), np.array([-0.8, 0.6])
    samples = np.array([7, 5]) + [a * along + b * across for a in (-10, 0, 10) for b in (-1, 1)]
    found = principal_components(samples)
    np.testing.assert_allclose(found.mean, [7, 5])
    np.testing.assert_allclose(found.directions, [along, [0.8, -0.6]])
    np.testing.assert_allclose(found.coordinates[:, 0], [-10, -10, 0, 0, 10, 10], atol=1e-12)
    np.testing.assert_allclose(found.coordinates[:, 1], [1, -1, 1, -1, 1, -1])
    # Variances 200 / 3 and 1.
    np.testing.assert_allclose(found.variance_shares, [200 / 203, 3 / 203])


@pytest.mark.parametrize("shape", [(40, 6), (5, 8)])
def test_it_is_the_singular_value_decomposition_of_the_samples(shape):
    samples = np.random.default_rng(0).standard_normal(shape) * np.arange(1, shape[1] + 1)
    found = principal_components(samples, 3)
    centred = samples - samples.mean(axis=0)
    left, values, right = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(found.directions), np.abs(right[:3]))
    np.testing.assert_allclose(np.abs(found.coordinates), np.abs(left * values)[:, :3], atol=1e-12)
    np.testing.assert_allclose(found.variance_shares, (values**2 / (values**2).sum())[:3])


def test_the_sign_does_not_depend_on_the_samples():
    samples = np.random.default_rng(1).standard_normal((50, 5))
    found, mirrored = principal_components(samples), principal_components(-samples)
    np.testing.assert_allclose(mirrored.directions, found.directions)
    np.testing.assert_allclose(mirrored.coordinates, -found.coordinates)


@pytest.mark.parametrize("value", [0, 0.1, 1e6 / 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_samples_that_are_all_alike_have_no_variance(value, dtype):
    found = principal_components(np.full((7, 3), value, dtype))
    np.testing.assert_array_equal(found.variance_shares, [0, 0])
    np.testing.assert_allclose(found.coordinates, 0, atol=1e-6)


def test_small_samples_that_differ_have_variance():
    samples = np.random.default_rng(2).standard_normal((9, 2)) * 1e-9
    assert principal_components(samples).variance_shares.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("samples", "n_components", "message"),
    [
        (np.zeros(4), 1, r"got \(4,\)"),
        (np.zeros((0, 4)), 1, "not empty"),
        (np.zeros((4, 3)), 0, "n_components must be from 1 to 3, got 0"),
        (np.zeros((4, 3)), 4, "n_components must be from 1 to 3, got 4"),
        (np.array([[1.0, np.inf]]), 1, "must be finite"),
    ],
)
def test_what_has_no_components_is_refused(samples, n_components, message):
    with pytest.raises(ValueError, match=message):
        principal_components(samples, n_components)
