import numpy as np
import pytest

from nncore.layers import ActivationLayer, DenseLayer, DropoutLayer
from nncore.loss_surface import (
    LossPlane,
    descend,
    fit,
    local_minima,
    neuron_plane,
    plane_through,
    random_plane,
    shrink_images,
)
from nncore.losses import MSE
from nncore.network import SequentialNetwork, build_network


def small_network(loss="mse", seed=0, dtype=np.float64):
    return build_network((4, 3, 2), loss=loss, generator=np.random.default_rng(seed), dtype=dtype)


@pytest.fixture
def samples():
    """Return inputs (12, 4) and targets (12, 2)."""
    generator = np.random.default_rng(1)
    return generator.standard_normal((12, 4)), np.eye(2)[generator.integers(0, 2, 12)]


def bowl():
    """Return the loss of outputs x and y that should be 1 and -2: a round bowl."""
    network = SequentialNetwork([DenseLayer(np.zeros((1, 2)), np.zeros(2))], MSE())
    directions = tuple([np.zeros((1, 2)), along] for along in np.eye(2))
    targets = np.array([[1.0, -2.0]])
    return LossPlane(network, np.zeros((1, 1)), targets, network.parameters, directions)


def planes(samples):
    """Return a plane of each kind, by name."""
    scores = np.random.default_rng(2).standard_normal(12) * 9 + 40
    found = {}
    for loss in ("mse", "cross-entropy"):
        networks = [small_network(loss, seed) for seed in range(3)]
        found[f"neuron {loss}"] = neuron_plane(scores, scores > 45, loss)
        found[f"random {loss}"] = random_plane(networks[0], *samples, np.random.default_rng(3))
        found[f"through {loss}"] = plane_through(networks, *samples)[0]
    return found


def descended(plane, start=(0.0, 0.0), **settings):
    defaults = {"learning_rate": 1.0, "batch_size": plane.n_samples, "n_steps": 1}
    return descend(plane, start, **defaults | settings, generator=np.random.default_rng(0))


def test_a_bowl_worked_by_hand():
    plane = bowl()
    assert plane.loss((0, 0)) == 0.5 * (1 + 4)
    loss, gradient = plane.loss_and_gradient((3, 0))
    assert loss == 0.5 * (4 + 4)
    np.testing.assert_allclose(gradient, [2, 2])
    np.testing.assert_allclose(plane.losses(np.array([0, 1]), np.array([-2, 0, 1])), [
        [0.5, 0], [2.5, 2], [5, 4.5]
    ])  # fmt: skip


@pytest.mark.parametrize("samples_used", [slice(None), np.array([3, 7])], ids=["all", "batch"])
@pytest.mark.parametrize("point", [(0.3, -0.8), (-1.1, 0.4)])
def test_gradients_equal_central_differences(samples, point, samples_used):
    step = 1e-6
    for name, plane in planes(samples).items():
        gradient = plane.loss_and_gradient(point, samples_used)[1]
        for axis in range(2):
            moved = np.zeros(2)
            moved[axis] = step
            high, low = (
                plane.loss_and_gradient(np.add(point, sign * moved), samples_used)[0]
                for sign in (1, -1)
            )
            expected = (high - low) / (2 * step)
            assert gradient[axis] == pytest.approx(expected, rel=1e-6, abs=1e-9), name


def test_the_loss_of_a_plane_is_that_of_its_batch(samples):
    for name, plane in planes(samples).items():
        assert plane.loss((0.2, 0.1)) == pytest.approx(
            plane.loss_and_gradient((0.2, 0.1))[0], rel=1e-12
        ), name


def test_the_neuron_answers_the_sigmoid_of_gain_times_standardised_score_plus_bias():
    # Mean 20, standard deviation 10: standardised they are -1 and 1.
    plane = neuron_plane(np.array([10.0, 30.0]), np.array([False, True]), "mse")
    bias, gain = 0.5, 2.0
    outputs = 1 / (1 + np.exp(-(gain * np.array([-1, 1]) + bias)))
    expected = (0.5 * outputs[0] ** 2 + 0.5 * (1 - outputs[1]) ** 2) / 2
    assert plane.loss((bias, gain)) == pytest.approx(expected)


def test_random_directions_are_as_long_as_the_weights_and_leave_biases(samples):
    network = small_network()
    network.parameters[1][:] = [1.0, 2.0, 3.0]
    plane = random_plane(network, *samples, np.random.default_rng(0))
    for direction in plane._directions:
        for array, along in zip(network.parameters, direction, strict=True):
            if array.ndim == 1:
                assert not along.any()
            else:
                lengths = np.linalg.norm(array, axis=0)
                np.testing.assert_allclose(np.linalg.norm(along, axis=0), lengths)
    assert plane.loss((0, 0)) == network.loss.value(network.forward(samples[0]), samples[1])


def test_the_plane_goes_through_the_three_networks_at_right_angles(samples):
    networks = [small_network(seed=seed) for seed in range(3)]
    plane, places = plane_through(networks, *samples)
    for network, place in zip(networks, places, strict=True):
        expected = network.loss.value(network.forward(samples[0]), samples[1])
        assert plane.loss(place) == pytest.approx(expected, rel=1e-12)
    first, second = (np.concatenate([a.ravel() for a in d]) for d in plane._directions)
    assert first @ second == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(first) == pytest.approx(np.linalg.norm(second))


def test_single_precision_stays_single(samples):
    network = small_network(dtype=np.float32)
    plane = random_plane(
        network, *(a.astype(np.float32) for a in samples), np.random.default_rng(0)
    )
    traveller = plane.traveller()
    traveller.loss_and_gradient(np.array([0.5, 0.25]))
    assert traveller.network.dtype == np.float32
    assert all(gradient.dtype == np.float32 for gradient in traveller.network.gradients)


def test_descent_of_a_bowl_halves_the_way_at_half_the_rate():
    descent = descended(bowl(), learning_rate=0.5, n_steps=3)
    np.testing.assert_allclose(descent.points, [[0, 0], [0.5, -1], [0.75, -1.5], [0.875, -1.75]])
    np.testing.assert_allclose(descent.losses, 2.5 / 4 ** np.arange(4))
    np.testing.assert_allclose(descent.slopes, np.sqrt(5) / 2 ** np.arange(3))


def test_too_large_a_rate_climbs_out_of_the_bowl():
    losses = descended(bowl(), learning_rate=2.5, n_steps=5).losses
    assert (np.diff(losses) > 0).all()


def test_small_steps_on_all_samples_never_climb(samples):
    for name, plane in planes(samples).items():
        losses = descended(plane, (0.4, 0.4), learning_rate=0.05, n_steps=30).losses
        assert (np.diff(losses) < 0).all(), name


def test_mini_batches_follow_their_own_gradient_and_visit_every_sample_in_an_epoch(samples):
    plane = planes(samples)["neuron mse"]
    descent = descended(plane, (1, 1), learning_rate=0.1, batch_size=3, n_steps=4)
    order = np.random.default_rng(0).permutation(12)
    for step in range(4):
        batch = order[3 * step : 3 * step + 3]
        gradient = plane.loss_and_gradient(descent.points[step], batch)[1]
        np.testing.assert_allclose(descent.points[step + 1], descent.points[step] - 0.1 * gradient)
        assert descent.losses[step] == plane.loss(descent.points[step])


def test_only_points_lower_than_all_eight_neighbours_are_minima():
    losses = np.array(
        [
            [9, 9, 9, 9, 9],
            [9, 2, 9, 9, 0],
            [9, 9, 9, 1, 9],
            [9, 5, 5, 9, 9],
            [9, 9, 9, 9, 9],
        ]
    )
    # The 0 is at the edge and lower than the 1 beside it; the fives are level.
    assert local_minima(losses).tolist() == [[1, 1]]
    losses[1, 4] = 3
    assert local_minima(losses).tolist() == [[2, 3], [1, 1]]
    assert local_minima(np.zeros((4, 4))).shape == (0, 2)


def test_fit_finds_a_minimum(samples):
    network = small_network()
    before, _ = network.loss_and_gradients(*samples)
    fit(network, *samples, 300)
    after, gradients = network.loss_and_gradients(*samples)
    assert after < before / 2
    assert max(np.abs(gradient).max() for gradient in gradients) < 0.05


def test_shrunk_images_are_means_of_squares_of_pixels():
    image = np.array([[0, 255, 0, 0], [255, 255, 0, 51], [0, 0, 9, 9], [0, 0, 9, 9]], np.uint8)
    np.testing.assert_allclose(shrink_images(image[np.newaxis], 2), [[0.75, 0.05, 0, 9 / 255]])


def test_images_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="factor must divide 4 and 6, got 4"):
        shrink_images(np.zeros((1, 4, 6), np.uint8), 4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"learning_rate": 0.0}, "learning_rate must be positive and finite, got 0.0"),
        ({"learning_rate": np.inf}, "learning_rate must be positive and finite, got inf"),
        ({"batch_size": 0}, "batch_size must be from 1 to 1, got 0"),
        ({"batch_size": 2}, "batch_size must be from 1 to 1, got 2"),
        ({"n_steps": 0}, "n_steps must be at least 1, got 0"),
    ],
)
def test_impossible_descents_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        descended(bowl(), **settings)


def test_planes_that_do_not_fit_are_refused(samples):
    network = small_network()
    directions = (network.parameters, network.parameters)
    too_few = (network.parameters, network.parameters[:3])
    with pytest.raises(ValueError, match="y must have the shapes"):
        LossPlane(network, *samples, network.parameters, too_few)
    dropout = DropoutLayer(0.5, 2, np.random.default_rng(0))
    with_dropout = SequentialNetwork([*network.layers, dropout], MSE())
    with pytest.raises(ValueError, match="dense and activation layers alone"):
        LossPlane(with_dropout, *samples, network.parameters, directions)
    without_weights = SequentialNetwork([ActivationLayer("sigmoid", 2)], MSE())
    with pytest.raises(ValueError, match="begin with a dense layer"):
        LossPlane(without_weights, *samples, [], ([], []))
