"""Strokes and photos become ink, and ink becomes images like those of MNIST."""

import numpy as np
import pytest
from PIL import Image

from nncore.drawing import (
    MAX_COORDINATE_PX,
    MAX_POINTS,
    EmptyDrawingError,
    digit_image,
    digit_steps,
    ink_from_photo,
    render_strokes,
)
from nncore.mnist import load_mnist

SEVEN = [[[80, 70], [200, 70], [120, 220]]]


@pytest.fixture(scope="module")
def digits():
    """Return the first hundred test images of MNIST."""
    return load_mnist().test_images[:100]


def exact_ink(strokes, width, height, brush_px) -> np.ndarray:
    """Return what render_strokes approximates, from each pixel's distance to the strokes."""
    y, x = np.mgrid[:height, :width] + 0.5
    distance = np.full((height, width), np.inf)
    for stroke in strokes:
        points = np.asarray(stroke, dtype=float)
        for start, end in zip(points, points[min(1, len(points) - 1) :], strict=False):
            step = end - start
            along = (x - start[0]) * step[0] + (y - start[1]) * step[1]
            share = np.clip(along / (step @ step or 1), 0, 1)
            beside = np.hypot(x - start[0] - share * step[0], y - start[1] - share * step[1])
            distance = np.minimum(distance, beside)
    return 255 * np.clip(brush_px / 2 + 0.5 - distance, 0, 1)


def correlations(images, others) -> np.ndarray:
    """Return the correlation of each image with its other one."""
    return np.array(
        [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(images, others, strict=True)]
    )


def centre_of_mass(image) -> tuple[float, float]:
    """Return row and column of the centre of mass, in indices of pixels."""
    ink = image.astype(float)
    rows, columns = ink.sum(axis=1), ink.sum(axis=0)
    return rows @ np.arange(rows.size) / ink.sum(), columns @ np.arange(columns.size) / ink.sum()


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


@pytest.mark.parametrize("brush_px", [1, 5, 20, 41.5])
def test_strokes_are_what_a_round_brush_leaves(brush_px):
    generator = np.random.default_rng(1)
    for _ in range(5):
        # Sharp turns, and points on both sides of the border.
        strokes = [generator.uniform(-20, 120, (n_points, 2)) for n_points in (1, 2, 5)]
        expected = exact_ink(strokes, 100, 80, brush_px)
        ink = render_strokes(strokes, (100, 80), brush_px)
        assert (ink.shape, ink.dtype) == ((80, 100), np.uint8)
        assert ink.sum() == pytest.approx(expected.sum(), rel=0.1)
        # Half a pixel at an edge is the most that rounding to a quarter pixel may cost.
        assert np.abs(ink - expected).max() < 170
        assert np.abs(ink - expected).mean() < 4


def test_a_point_is_a_dot_and_a_line_has_round_ends():
    dot = render_strokes([[[50, 40]]], (100, 80), 20)
    assert dot.sum() / 255 == pytest.approx(np.pi * 10**2, rel=0.01)
    # Pixel 50 begins at coordinate 50, so the centre of mass lies between pixels 49 and 50.
    assert centre_of_mass(dot) == pytest.approx((39.5, 49.5), abs=0.1)
    line = render_strokes([[[30, 40], [70, 40]]], (100, 80), 20)
    assert line.sum() / 255 == pytest.approx(np.pi * 10**2 + 40 * 20, rel=0.01)
    assert line[40, 20] == 255
    assert line[31, 21] == 0


def test_an_edge_is_antialiased():
    ink = render_strokes([[[10, 10], [70, 50]]], 80, 10)
    # A slanted edge has many levels; hard pixels would have two.
    assert len(np.unique(ink)) > 8


def test_what_is_outside_the_canvas_is_cut_off():
    inside = render_strokes([[[-100, 40], [200, 40]]], (100, 80), 10)
    assert np.all(inside[36:44] == 255)
    assert not inside[:34].any()
    far = MAX_COORDINATE_PX
    expected = exact_ink([[[10, 10], [far, far]]], 100, 80, 6)
    assert np.abs(render_strokes([[[10, 10], [far, far]]], (100, 80), 6) - expected).max() < 170
    assert not render_strokes([[[-50, -50], [-40, 200]]], (100, 80), 10).any()


def test_strokes_without_points_leave_no_ink():
    assert not render_strokes([]).any()
    assert not render_strokes([[], np.zeros((0, 2))], 50).any()
    assert np.array_equal(render_strokes([[], *SEVEN]), render_strokes(SEVEN))


def test_a_large_canvas_and_many_points_are_drawn():
    steps = np.random.default_rng(0).normal(0, 5, (MAX_POINTS // 10, 2))
    assert render_strokes([1000 + steps.cumsum(axis=0)], (2000, 1500)).shape == (1500, 2000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[[1, 2, 3]]],), r"stroke 0 must be \(n_points, 2\) numbers, got \(1, 3\)"),
        (([[[1, 2]], [1, 2]],), r"stroke 1 must be .*got \(2,\)"),
        (([[[1, 2], [3]]],), "stroke 0 must be .*ragged"),
        (([[["1", "2"]]],), "stroke 0 must be .*<U1|stroke 0 must be .*str"),
        (([{"x": 1}],), "stroke 0 must be .*object"),
        (([[[1, None]]],), "stroke 0 must be .*object"),
        (([[[1, np.nan]]],), "stroke 0 must be finite"),
        (([[[1, np.inf]]],), "stroke 0 must be finite"),
        (([[[1, 2 * MAX_COORDINATE_PX]]],), "stroke 0 must be .*within 100000 px"),
        (([np.zeros((MAX_POINTS // 2 + 1, 2))] * 2,), "at most 100000 points"),
        ((None,), "strokes must be a sequence of strokes, got NoneType"),
        (("strokes",), "strokes must be a sequence of strokes, got str"),
        ((SEVEN, 0), "canvas_size must be .*got 0"),
        ((SEVEN, 2001), "canvas_size must be .*got 2001"),
        ((SEVEN, (280, 280.5)), "canvas_size must be .*280.5"),
        ((SEVEN, (1, 2, 3)), "canvas_size must be"),
        ((SEVEN, 280, 0), "brush_px must be .*got 0"),
        ((SEVEN, 280, 201), "brush_px must be .*got 201"),
        ((SEVEN, 280, np.nan), "brush_px must be .*got nan"),
    ],
)
def test_bad_strokes_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        render_strokes(*arguments)


def test_mnist_has_its_centre_of_mass_where_digit_image_puts_it(digits):
    centres = np.array([centre_of_mass(digit) for digit in digits])
    assert np.abs(centres - 14).max() < 0.52
    drawn = digit_image(render_strokes(SEVEN))
    assert np.abs(np.array(centre_of_mass(drawn)) - 14).max() <= 0.5


def test_the_steps_of_a_drawing():
    steps = digit_steps(render_strokes(SEVEN, 280, 20))
    # 120 px wide and 150 px high between the points, and a brush of 20 around.
    assert steps.crop.shape == pytest.approx((170, 140), abs=2)
    assert steps.fitted.shape == (20, 16)
    top, left = steps.top_left
    assert np.array_equal(steps.image[top : top + 20, left : left + 16], steps.fitted)
    assert steps.image.sum() == steps.fitted.sum()
    assert (steps.image.shape, steps.image.dtype) == ((28, 28), np.uint8)
    assert steps.image.max() == 255


def test_the_place_on_the_canvas_does_not_matter():
    moved = [[[x + 40, y - 48] for x, y in SEVEN[0]]]
    assert np.array_equal(digit_image(render_strokes(SEVEN)), digit_image(render_strokes(moved)))


def test_fitting_is_an_area_average():
    board = np.kron(np.indices((10, 10)).sum(axis=0) % 2, np.full((4, 4), 255)).astype(np.uint8)
    assert np.array_equal(digit_steps(board).fitted, board[::2, ::2])
    # 30 columns over 20: each new column is one and a half of the old ones.
    stripes = np.zeros((30, 30), dtype=np.uint8)
    stripes[:, [0, 1, 4, 29]] = 255
    row = digit_steps(stripes).fitted[0].tolist()
    assert row[:5] == [255, 85, 85, 85, 0]
    assert row[-2:] == [0, 170]


@pytest.mark.parametrize(
    ("resampling", "least"),
    [(Image.Resampling.NEAREST, 0.99), (Image.Resampling.BICUBIC, 0.95)],
)
def test_a_digit_of_mnist_enlarged_comes_back(digits, resampling, least):
    images = [digit_image(enlarged(digit, 280, resampling)) for digit in digits]
    assert correlations(images, digits).mean() > least
    assert np.median(correlations(images, digits)) > 0.97
    assert np.abs(np.array(images).astype(int) - digits).mean() < 8


def test_a_digit_of_mnist_itself_stays(digits):
    images = [digit_image(digit) for digit in digits]
    assert np.median(correlations(images, digits)) > 0.9999
    assert correlations(images, digits).mean() > 0.99


def test_a_thin_line_keeps_a_pixel_of_full_ink():
    ink = np.zeros((280, 280), dtype=np.uint8)
    ink[100:200, 50] = 255
    for image in (digit_image(ink), digit_image(ink.T).T):
        assert image.sum() == 20 * 255
        assert image[4:24, 14].tolist() == [255] * 20


def test_a_dot_fills_the_box():
    image = digit_image(render_strokes([[[10, 270]]], 280, 20))
    assert image[4:24, 4:24].sum() == image.sum()
    assert image[13, 13] == 255
    assert image[4, 4] == 0
    assert image.sum() / 255 == pytest.approx(np.pi * 10**2, rel=0.05)


@pytest.mark.parametrize("turns", range(4))
def test_a_lopsided_shape_stays_within_the_image(turns):
    # A bar with a long thin tail: centred by its mass, the tail would leave the image.
    ink = np.zeros((200, 200), dtype=np.uint8)
    ink[:20] = 255
    ink[:, 99] = 255
    steps = digit_steps(np.rot90(ink, turns))
    assert steps.image.sum() == steps.fitted.sum()
    assert steps.fitted.shape == (20, 20)


def test_ink_at_the_border_of_the_canvas_is_kept():
    ink = render_strokes([[[0, 0], [279, 0], [100, 279]]], 280, 20)
    assert digit_steps(ink).crop.shape == (280, 280)


def test_faint_ink_becomes_full_ink():
    ink = render_strokes(SEVEN)
    faint = (ink // 5).astype(np.uint8)
    assert correlations([digit_image(faint)], [digit_image(ink)])[0] > 0.99
    assert digit_image(faint).max() == 255


def test_nothing_drawn_is_not_a_digit():
    for ink in (
        np.zeros((280, 280), dtype=np.uint8),
        render_strokes([[[140, 140]]], 280, 3),
        np.zeros((0, 0), dtype=np.uint8),
    ):
        with pytest.raises(EmptyDrawingError, match="Nothing is drawn yet"):
            digit_image(ink)


@pytest.mark.parametrize("ink", [np.zeros((28, 28)), np.zeros((28, 28, 3), np.uint8)])
def test_ink_of_another_form_is_refused(ink):
    with pytest.raises(ValueError, match="ink must be"):
        digit_image(ink)


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
