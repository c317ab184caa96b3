"""Each deformation does what its name says, within its limits, and nothing else."""

import itertools
import math

import numpy as np
import pytest

from nncore.augmentation import DEFORMATIONS, STRENGTH_RANGES, Augmentation, _elastic_waves, _sample
from nncore.mnist import load_mnist

STILL = {
    "shift_px": 0,
    "rotation_degrees": 0,
    "scale": 1,
    "aspect": 1,
    "shear": 0,
    "thickness_px": 0,
    "elastic_px": 0,
}


@pytest.fixture(scope="module")
def digits():
    """Return the first thousand training images of MNIST."""
    return load_mnist().train_images[:1000]


def noise(n_images: int, size: int = 28) -> np.ndarray:
    """Return images in which every pixel counts."""
    return np.random.default_rng(0).integers(0, 256, (n_images, size, size), dtype=np.uint8)


def bar(width: int, height: int, n_images: int = 1) -> np.ndarray:
    """Return copies of an image with an upright rectangle in its middle, even sides."""
    image = np.zeros((28, 28), dtype=np.uint8)
    image[14 - height // 2 : 14 + height // 2, 14 - width // 2 : 14 + width // 2] = 255
    return np.repeat(image[None], n_images, axis=0)


def deformed(deformations, images, seed=0, **strengths) -> np.ndarray:
    """Return the images after the named deformations."""
    return Augmentation(deformations, **strengths).deform(images, np.random.default_rng(seed))


def ink(images) -> np.ndarray:
    """Return the ink of each image, in full pixels."""
    return images.sum(axis=(1, 2)) / 255


def centres(images) -> np.ndarray:
    """Return (n, 2) x and y of each centre of mass, from the centre of the image."""
    axis = np.arange(images.shape[1]) - (images.shape[1] - 1) / 2
    columns, rows = images.sum(axis=1), images.sum(axis=2)
    return np.stack([columns @ axis, rows @ axis], axis=1) / columns.sum(axis=1)[:, None]


def moments(images) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return variance in x, variance in y and covariance of the ink of each image."""
    axis = np.arange(images.shape[1]) - (images.shape[1] - 1) / 2
    shares = images / images.sum(axis=(1, 2), keepdims=True)
    x, y = centres(images).T
    return (
        shares.sum(axis=1) @ axis**2 - x**2,
        shares.sum(axis=2) @ axis**2 - y**2,
        np.einsum("nyx,y,x->n", shares, axis, axis) - x * y,
    )


def assert_uniform(values, low, high):
    """Check that values fill a range evenly and do not leave it, but for the pixels' roundness."""
    margin = 0.03 * (high - low)
    assert low - margin < values.min() < low + 2 * margin
    assert high - 2 * margin < values.max() < high + margin
    quarters = np.quantile(values, [0.25, 0.5, 0.75])
    np.testing.assert_allclose(quarters, np.linspace(low, high, 5)[1:4], atol=0.06 * (high - low))


@pytest.mark.parametrize("n_images", [0, 1, 200])
def test_without_a_deformation_images_are_copied(n_images):
    images = noise(n_images)
    result = deformed((), images)
    np.testing.assert_array_equal(result, images)
    assert not np.shares_memory(result, images)


@pytest.mark.parametrize("size", [1, 2, 17, 28, 64])
def test_deformations_of_no_strength_change_nothing_in_any_chunk(size):
    images = noise(200, size)
    np.testing.assert_array_equal(deformed(DEFORMATIONS, images, **STILL), images)


@pytest.mark.parametrize(
    "shape", [(0, 28, 28), (1, 28, 28), (65, 28, 28), (3, 1, 1), (2, 300, 300)]
)
def test_all_deformations_keep_shape_and_dtype(shape):
    images = np.full(shape, 255, dtype=np.uint8)
    images.setflags(write=False)
    result = deformed(DEFORMATIONS, images)
    assert result.shape == shape
    assert result.dtype == np.uint8
    assert np.all(images == 255)


def test_same_seed_same_bits_and_other_seed_others():
    images = bar(4, 16, n_images=100)
    first = deformed(DEFORMATIONS, images, seed=5)
    np.testing.assert_array_equal(first, deformed(DEFORMATIONS, images, seed=5))
    other = deformed(DEFORMATIONS, images, seed=6)
    assert np.all(np.any(first != other, axis=(1, 2)))
    assert len(np.unique(first, axis=0)) == 100


@pytest.mark.parametrize("name", DEFORMATIONS)
def test_a_deformation_switched_off_leaves_the_others_as_they_were(name):
    images = noise(50)
    strengths = {"shift": ["shift_px"], "rotation": ["rotation_degrees"]}
    strengths |= {"scale": ["scale", "aspect"], "shear": ["shear"]}
    strengths |= {"thickness": ["thickness_px"], "elastic": ["elastic_px"]}
    without_strength = {strength: STILL[strength] for strength in strengths[name]}
    others = tuple(other for other in DEFORMATIONS if other != name)
    np.testing.assert_array_equal(
        deformed(others, images), deformed(DEFORMATIONS, images, **without_strength)
    )


def test_shift_moves_the_centre_of_mass_both_ways():
    images = bar(4, 12, n_images=1000)
    result = deformed(("shift",), images, shift_px=3)
    for moved in centres(result).T:
        assert_uniform(moved, -3, 3)
    assert abs(np.corrcoef(centres(result).T)[0, 1]) < 0.15
    np.testing.assert_allclose(ink(result), 48, atol=0.3)


def test_rotation_turns_a_bar_about_the_centre():
    result = deformed(("rotation",), bar(2, 20, n_images=1000), rotation_degrees=30)
    x_variance, y_variance, covariance = moments(result)
    angles = np.degrees(np.arctan2(2 * covariance, y_variance - x_variance)) / 2
    assert_uniform(angles, -30, 30)
    np.testing.assert_allclose(centres(result), 0, atol=0.02)
    np.testing.assert_allclose(ink(result), 40, rtol=0.02)


def test_scale_changes_area_and_proportions():
    # The sum over the pixels of so smooth a blob is its integral.
    square = (np.arange(64) - 31.5) ** 2
    blob = np.rint(255 * np.exp(-(square[:, None] + square) / (2 * 6**2))).astype(np.uint8)
    images = np.repeat(blob[None], 1000, axis=0)
    result = deformed(("scale",), images, scale=1.3, aspect=1.2)
    x_variance, y_variance, covariance = moments(result)
    # In the logarithm: the area grows by the square of the scale.
    assert_uniform(np.log(ink(result) / ink(images)) / 2, -math.log(1.3), math.log(1.3))
    assert_uniform(np.log(x_variance / y_variance) / 2, -math.log(1.2), math.log(1.2))
    np.testing.assert_allclose(covariance, 0, atol=0.1)
    np.testing.assert_allclose(centres(result), 0, atol=0.03)


def test_shear_slants_an_upright_bar_and_keeps_its_height():
    images = bar(2, 20, n_images=1000)
    result = deformed(("shear",), images, shear=0.4)
    _, y_variance, covariance = moments(result)
    assert_uniform(covariance / y_variance, -0.4, 0.4)
    np.testing.assert_allclose(y_variance, moments(images)[1], rtol=0.01)
    np.testing.assert_allclose(ink(result), 40, rtol=0.01)


def test_rotation_and_shear_together_keep_the_area():
    result = deformed(
        ("rotation", "shear"), bar(6, 16, n_images=500), rotation_degrees=60, shear=0.5
    )
    np.testing.assert_allclose(ink(result), 96, rtol=0.03)


def test_thickness_moves_the_edges_of_a_bar_out_and_in():
    images = bar(4, 20, n_images=1000)
    result = deformed(("thickness",), images, thickness_px=0.5)
    widths, heights = result[:, 14].sum(axis=1) / 255, result[:, :, 14].sum(axis=1) / 255
    assert_uniform(widths, 3, 5)
    np.testing.assert_allclose(widths - 4, heights - 20, atol=0.01)
    np.testing.assert_allclose(centres(result), 0, atol=1e-9)


def test_thickness_by_hand():
    image = np.array([[[0, 0, 0, 0], [0, 255, 100, 0], [0, 0, 0, 0], [0, 0, 0, 0]]], np.uint8)
    thick = thin = None
    for seed in range(10):
        result = deformed(("thickness",), image, seed=seed, thickness_px=1)
        if result.sum() > image.sum():
            thick = result[0].astype(float)
        else:
            thin = result[0].astype(float)
    share = thick[0, 1] / 255
    of_100 = 100 + share * 155
    row = [255 * share, 255, of_100, 100 * share]
    beside = [0, 255 * share, 100 * share, 0]
    np.testing.assert_allclose(thick, [beside, row, beside, [0, 0, 0, 0]], atol=1)
    share = 1 - thin[1, 1] / 255
    np.testing.assert_allclose(thin[1], [0, 255 * (1 - share), 100 * (1 - share), 0], atol=1)


def test_elastic_displacements_are_those_of_blurred_noise():
    # On a slope of 8 a pixel, a displacement by one pixel changes the value by 8.
    slope = np.repeat(np.arange(28, dtype=np.uint8)[None] * 8, 28, axis=0)
    across, down = np.repeat(slope[None], 2000, axis=0), np.repeat(slope.T[None], 2000, axis=0)
    middle = slice(6, 22)
    strengths = {"elastic_px": 1.25, "elastic_sigma_px": 4}
    in_x = (deformed(("elastic",), across, **strengths) / 8 - across / 8)[:, middle, middle]
    in_y = (deformed(("elastic",), down, **strengths) / 8 - down / 8)[:, middle, middle]
    for displacement in (in_x, in_y):
        assert abs(displacement.mean()) < 0.03
        np.testing.assert_allclose(displacement.std(axis=0), 1.25, rtol=0.06)
        for distance in (2, 5, 10):
            # Of noise blurred by a Gaussian: Gaussian as well, sqrt(2) times as wide.
            expected = 1.25**2 * math.exp(-((distance / 4) ** 2) / 4)
            along_x = displacement[:, :, distance:] * displacement[:, :, :-distance]
            along_y = displacement[:, distance:] * displacement[:, :-distance]
            np.testing.assert_allclose([along_x.mean(), along_y.mean()], expected, atol=0.07)
    assert abs(np.mean(in_x * in_y)) < 0.05


def test_elastic_displacements_are_as_strong_and_smooth_at_the_edges():
    waves = _elastic_waves(28, 4.0)
    distances = np.arange(28)[:, None] - np.arange(28)
    np.testing.assert_allclose(waves @ waves.T, np.exp(-((distances / 4) ** 2) / 4), atol=0.03)


def test_sampling_is_bilinear_to_the_rounding_of_positions():
    generator = np.random.default_rng(1)
    images = noise(100)
    # As far out of the frame as it is wide, in the steps that the sampling has.
    positions = generator.integers(-28 * 256, 28 * 256, (2, 100, 28, 28)) / np.float32(256)
    x, y = positions + 13.5
    wide = np.pad(images, ((0, 0), (16, 16), (16, 16))).astype(float)
    expected = np.zeros(images.shape)
    for row, column in itertools.product((0, 1), repeat=2):
        at_y, at_x = np.floor(y) + row, np.floor(x) + column
        weights = (1 - np.abs(y - at_y)) * (1 - np.abs(x - at_x))
        corner = wide[np.arange(100)[:, None, None], at_y.astype(int) + 16, at_x.astype(int) + 16]
        expected += weights * corner
    result = _sample(images, positions)
    np.testing.assert_allclose(result, expected, atol=0.501)
    for less_than_half_a_step in (-0.25 / 256, 0.25 / 256):
        np.testing.assert_array_equal(_sample(images, positions + less_than_half_a_step), result)


def test_what_leaves_the_frame_is_lost_and_paper_comes_in():
    images = np.full((500, 28, 28), 255, dtype=np.uint8)
    result = deformed(("shift",), images, shift_px=10)
    # A full image stays a full rectangle: greys are on its outline alone.
    full_rows, full_columns = (
        (result == 255).any(axis=2).sum(axis=1),
        ((result == 255).any(axis=1).sum(axis=1)),
    )
    np.testing.assert_array_equal((result == 255).sum(axis=(1, 2)), full_rows * full_columns)
    is_grey = (result > 0) & (result < 255)
    assert np.all(is_grey.sum(axis=(1, 2)) <= full_rows + full_columns + 1)
    assert full_rows.min() == 18


def test_digits_stay_where_they_are_on_average(digits):
    result = deformed(DEFORMATIONS, np.repeat(digits[:1], 5000, axis=0))
    mean_image, original = result.mean(axis=0, keepdims=True), digits[:1].astype(float)
    np.testing.assert_allclose(centres(mean_image), centres(original), atol=0.08)
    np.testing.assert_allclose(ink(mean_image), ink(original), rtol=0.03)


def test_digits_keep_their_ink_inside_the_frame(digits):
    # Enlarged by a wide margin of paper, nothing can be lost.
    wide = np.pad(digits, ((0, 0), (14, 14), (14, 14)))
    result = deformed(tuple(set(DEFORMATIONS) - {"thickness"}), wide)
    inside = ink(result[:, 14:-14, 14:-14]) / ink(result)
    assert inside.mean() > 0.99
    assert (inside < 0.9).mean() < 0.01


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((28, 28), np.uint8), r"got \(28, 28\) uint8"),
        (np.zeros((1, 28, 27), np.uint8), r"got \(1, 28, 27\) uint8"),
        (np.zeros((1, 0, 0), np.uint8), r"got \(1, 0, 0\) uint8"),
        (np.zeros((1, 28, 28), np.float32), r"got \(1, 28, 28\) float32"),
        (np.zeros((1, 784), np.uint8), r"got \(1, 784\) uint8"),
    ],
)
def test_other_arrays_are_refused(images, message):
    with pytest.raises(ValueError, match=r"images must be \(n, size, size\) uint8, " + message):
        deformed(DEFORMATIONS, images)


@pytest.mark.parametrize("name", STRENGTH_RANGES)
def test_strengths_out_of_range_are_refused(name):
    low, high = STRENGTH_RANGES[name]
    for allowed in (low, high):
        Augmentation(**{name: allowed})
    for refused in (low - 0.01, high + 0.01, math.nan, "2", None):
        with pytest.raises(ValueError, match=f"{name} must be from {low:g} to {high:g}, got"):
            Augmentation(**{name: refused})


@pytest.mark.parametrize("deformations", [("shift", "blur"), "shift"])
def test_unknown_deformations_are_refused(deformations):
    with pytest.raises(ValueError, match=r"deformations must be of shift, rotation, .*, got '"):
        Augmentation(deformations)
