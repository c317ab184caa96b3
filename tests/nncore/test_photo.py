"""Photos and scans become ink."""

import numpy as np
import pytest
from PIL import Image

from nncore.drawing import Preprocessing, ink_steps
from nncore.mnist import load_mnist
from nncore.photo import ink_from_photo
from nncore.strokes import render_strokes

SEVEN = [[[80, 70], [200, 70], [120, 220]]]


@pytest.fixture(scope="module")
def digits():
    """Return the first hundred test images of MNIST."""
    return load_mnist().test_images[:100]


def digit_image(ink) -> np.ndarray:
    """Return ink as 28x28 pixels, its lines as they are."""
    return ink_steps(ink, Preprocessing(pen=False)).image


def correlations(images, others) -> np.ndarray:
    """Return the correlation of each image with its other one."""
    return np.array(
        [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(images, others, strict=True)]
    )


def enlarged(digit, side_px, resampling=Image.Resampling.BICUBIC) -> np.ndarray:
    """Return a 28x28 digit as ink of another size."""
    return np.asarray(Image.fromarray(digit).resize((side_px, side_px), resampling))


def photo_of(digit, dark_ink=True, darkest_light=0.5, noise=6.0, seed=0) -> np.ndarray:
    """Return an RGB photo, 600x500, of a digit on unevenly lit paper, or in chalk on a board."""
    generator = np.random.default_rng(seed)
    ink = np.zeros((500, 600))
    top, left = generator.integers(0, 270), generator.integers(0, 370)
    ink[top : top + 230, left : left + 230] = enlarged(digit, 230) / 255
    light = np.linspace(darkest_light, 1, 600) * np.linspace(1, 0.8, 500)[:, None]
    reflected = 0.9 - 0.75 * ink if dark_ink else 0.12 + 0.75 * ink
    grey = 255 * light * reflected + generator.normal(0, noise, ink.shape)
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"dark_ink": False},
        {"darkest_light": 0.25},
        {"noise": 20.0},
    ],
    ids=["paper", "board", "uneven light", "noise"],
)
def test_a_digit_comes_out_of_a_photo(digits, conditions):
    digits = digits[:20]
    images = [
        digit_image(ink_from_photo(photo_of(digit, seed=seed, **conditions)))
        for seed, digit in enumerate(digits)
    ]
    found = correlations(images, digits)
    assert np.median(found) > 0.95
    assert found.min() > 0.6


def test_a_soft_shadow_is_not_ink(digits):
    shadow = 1 - 0.5 / (1 + np.exp((300 - np.arange(600)) / 40))
    images = []
    for seed, digit in enumerate(digits[:20]):
        photo = photo_of(digit, darkest_light=0.9, noise=4, seed=seed) * shadow[:, None]
        images.append(digit_image(ink_from_photo(photo.astype(np.uint8))))
    assert correlations(images, digits[:20]).min() > 0.6


def test_pencil_is_ink_and_a_smudge_is_not():
    ink = render_strokes(SEVEN)
    for darkness, is_found in ((0.05, False), (0.25, True)):
        grey = np.rint(220 * (1 - darkness * ink / 255)).astype(np.uint8)
        assert ink_from_photo(np.repeat(grey[:, :, None], 3, axis=2)).any() == is_found


def test_an_image_of_mnist_is_its_own_photo(digits):
    images = [digit_image(ink_from_photo(Image.fromarray(digit))) for digit in digits]
    assert np.median(correlations(images, digits)) > 0.98
    inverted = [digit_image(ink_from_photo(Image.fromarray(255 - digit))) for digit in digits]
    assert np.array_equal(images, inverted)


def test_a_photo_is_made_smaller_and_its_mode_does_not_matter(digits):
    photo = Image.fromarray(photo_of(digits[1])).resize((2400, 2000))
    ink = ink_from_photo(photo)
    assert ink.shape == (667, 800)
    assert correlations([digit_image(ink)], [digits[1]])[0] > 0.95
    for mode in ("L", "RGBA", "CMYK"):
        image = digit_image(ink_from_photo(photo.convert(mode)))
        assert correlations([image], [digit_image(ink)])[0] > 0.97


def test_specks_of_dirt_are_left_out(digits):
    photo = photo_of(digits[0], seed=1)
    clean = digit_image(ink_from_photo(photo))
    for top, left in ((3, 3), (480, 590), (4, 570)):
        photo[top : top + 8, left : left + 8] = 20
    assert correlations([digit_image(ink_from_photo(photo))], [clean])[0] > 0.999


def test_both_parts_of_a_digit_are_kept():
    five = [[[110, 80], [100, 140], [170, 150], [160, 210], [90, 210]], [[115, 75], [190, 70]]]
    apart = [five[0], [[140, 50], [190, 45]]]
    ink = render_strokes(apart, 280, 12)
    photo = np.repeat((230 - 0.8 * ink).astype(np.uint8)[:, :, None], 3, axis=2)
    assert correlations([digit_image(ink_from_photo(photo))], [digit_image(ink)])[0] > 0.95


@pytest.mark.parametrize("noise", [0, 3, 40])
def test_a_blank_page_has_no_ink(noise):
    generator = np.random.default_rng(0)
    light = 200 * np.linspace(0.5, 1, 400)[:, None] + generator.normal(0, noise, (400, 300))
    photo = np.repeat(np.clip(light, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
    assert not ink_from_photo(photo).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 3000)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_the_smallest_photos_have_no_ink(shape, level):
    assert not ink_from_photo(np.full((*shape, 3), level, dtype=np.uint8)).any()


@pytest.mark.parametrize(
    "photo", [np.zeros((5, 5), np.uint8), np.zeros((5, 5, 3)), np.zeros((0, 5, 3), np.uint8)]
)
def test_a_photo_of_another_form_is_refused(photo):
    with pytest.raises(ValueError, match="image must be"):
        ink_from_photo(photo)


def test_with_its_paper_all_that_is_dark_is_ink(digits):
    photo = photo_of(digits[0], darkest_light=0.25, noise=0)
    ink = ink_from_photo(photo, without_paper=False)
    assert ink.shape == (500, 600)
    # The corner that has least light is darker than half of what is written elsewhere.
    assert ink[-1, 0] > 150
    assert ink_from_photo(photo)[-1, 0] == 0
