from functools import partial

import numpy as np
import pytest

from nncore.nearest_digits import NearestDigits, last_hidden_layer, pixels
from nncore.network import build_network


def network_of(*sizes, seed=0):
    return build_network(sizes, activation="relu", generator=np.random.default_rng(seed))


def strokes_like(n, seed=0):
    """Return (n, 12, 12) uint8 images that differ in few directions more than in others."""
    generator = np.random.default_rng(seed)
    kinds = generator.random((6, 144)) * 200
    images = kinds[generator.integers(6, size=n)] * generator.random((n, 1))
    return (
        np.clip(images + generator.normal(0, 8, images.shape), 0, 255)
        .astype(np.uint8)
        .reshape(n, 12, 12)
    )


def noise(n, seed=0):
    """Return (n, 12, 12) uint8 images that differ as much in every direction."""
    return np.random.default_rng(seed).integers(0, 256, (n, 12, 12), dtype=np.uint8)


def by_hand(features, images, image, n):
    """Return indices and distances of the nearest by measuring all."""
    differences = (features(images) - features(image[np.newaxis])).astype(np.float64)
    distances = np.sqrt((differences**2).sum(axis=1))
    order = np.argsort(distances, kind="stable")[:n]
    return order, distances[order]


def test_three_images_of_two_pixels():
    images = np.array([[[0, 0]], [[255, 0]], [[153, 204]]], dtype=np.uint8)
    found = NearestDigits(images, pixels).nearest(np.array([[0, 0]], dtype=np.uint8), 3)
    # 153 and 204 of 255 are 0.6 and 0.8, on the same circle as 255 and 0.
    assert found.indices[0] == 0
    assert set(found.indices[1:]) == {1, 2}
    np.testing.assert_allclose(found.distances, [0, 1, 1], atol=1e-6)


@pytest.mark.parametrize("layers", [None, (144, 60, 10), (144, 30, 70, 10), (144, 4, 10)])
@pytest.mark.parametrize("draw", [strokes_like, noise])
def test_it_finds_what_measuring_all_distances_finds(draw, layers):
    images = draw(1500)
    features = pixels if layers is None else partial(last_hidden_layer, network_of(*layers))
    digits = NearestDigits(images, features)
    for image in (*draw(6, seed=1), images[7], np.zeros((12, 12), np.uint8), 255 - images[0]):
        found = digits.nearest(image, 10)
        indices, distances = by_hand(features, images, image, 10)
        np.testing.assert_allclose(found.distances, distances, rtol=1e-4, atol=1e-5)
        # Two at the same distance may change places.
        assert len(set(found.indices) & set(indices)) >= 9


def test_the_nearest_one_is_found_behind_many_that_only_seem_to_be_nearer():
    # 48 features that differ much, as many as there are bounds for, and one that differs little.
    generator = np.random.default_rng(0)
    table = np.zeros((1500, 49), dtype=np.float32)
    table[:, :48] = generator.normal(0, 5, (1500, 48))
    looked_for, nearest = 0, 1400
    table[looked_for, 48] = 1
    # The same as the one looked for but on the other side in the last feature, which a bound cannot
    # know: at a distance of 2, with a bound of 0.
    table[1:301] = table[looked_for]
    table[1:301, 48] = -1
    table[nearest] = table[looked_for]
    table[nearest, 0] += 1.5

    def features(images):
        # Bytes would overflow.
        high, low = images.astype(int)[:, 0].T
        return table[256 * high + low]

    numbers = np.arange(1500)
    images = np.stack([numbers // 256, numbers % 256], axis=1).astype(np.uint8)[:, np.newaxis]
    found = NearestDigits(images, features).nearest(images[looked_for], 2)
    assert list(found.indices) == [looked_for, nearest]
    np.testing.assert_allclose(found.distances, [0, 1.5], rtol=1e-5)


def test_few_distances_are_measured_but_never_too_few():
    n_measured = 0

    def counting(images):
        nonlocal n_measured
        n_measured += len(images)
        return pixels(images)

    drawn = strokes_like(4001)
    images, image = drawn[:-1], drawn[-1]
    digits = NearestDigits(images, counting)
    n_measured = 0
    digits.nearest(image, 10)
    assert n_measured < 1000
    n_measured = 0
    assert sorted(digits.nearest(images[0], len(images)).indices) == list(range(4000))
    assert n_measured == 4001


def test_images_are_not_copied():
    images = strokes_like(50)
    digits = NearestDigits(images[::2], pixels)
    assert np.shares_memory(digits._images, images)
    assert digits.nearest(images[48], 1).indices == [24]


def test_images_that_are_all_alike_are_all_as_near():
    images = np.full((200, 3, 3), 7, dtype=np.uint8)
    np.testing.assert_allclose(NearestDigits(images, pixels).nearest(images[0], 5).distances, 0)


def test_the_last_hidden_layer_is_what_goes_into_the_last_dense_one():
    network = network_of(144, 20, 8, 10)
    images = strokes_like(3)
    # Dense, ReLU, dense, ReLU, dense, sigmoid.
    expected = [network.activations(image)[3] for image in images]
    found = last_hidden_layer(network, images)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.dtype == np.float32


def test_a_network_without_a_hidden_layer_is_refused():
    with pytest.raises(ValueError, match="must have a hidden layer, got 1 dense"):
        last_hidden_layer(network_of(144, 10), strokes_like(1))


@pytest.mark.parametrize(
    "images", [np.zeros((2, 4), np.uint8), np.zeros((2, 2, 2)), np.zeros((0, 2, 2), np.uint8)]
)
def test_what_is_no_image_is_refused(images):
    with pytest.raises(ValueError, match="images must be"):
        NearestDigits(images, pixels)


@pytest.mark.parametrize("n", [0, 4])
def test_more_neighbours_than_images_are_refused(n):
    with pytest.raises(ValueError, match=f"n must be from 1 to 3, got {n}"):
        NearestDigits(strokes_like(3), pixels).nearest(strokes_like(1)[0], n)


@pytest.mark.parametrize("n_finite", [0, 2500, 3000])
def test_features_that_are_not_finite_are_refused(n_finite):
    n_seen = 0

    def breaking(images):
        nonlocal n_seen
        n_seen += len(images)
        return pixels(images) if n_seen <= n_finite else np.full((len(images), 144), np.nan)

    # 1,500 for the components, all 1,500 for the coordinates, then the image looked for.
    with pytest.raises(ValueError, match="finite"):
        NearestDigits(strokes_like(1500), breaking).nearest(strokes_like(1)[0], 1)
