"""Strokes and ink become images like those of MNIST."""

import numpy as np
import pytest
from PIL import Image

from nncore.drawing import (
    EmptyDrawingError,
    Preprocessing,
    ink_steps,
    redrawn_lines,
    stroke_steps,
)
from nncore.mnist import load_mnist
from nncore.strokes import render_strokes

SEVEN = [[[80, 70], [200, 70], [120, 220]]]
AS_IT_IS = Preprocessing(pen=False)


@pytest.fixture(scope="module")
def digits():
    """Return the first hundred test images of MNIST."""
    return load_mnist().test_images[:100]


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


def digit_image(ink) -> np.ndarray:
    """Return ink as 28x28 pixels, its lines as they are."""
    return ink_steps(ink, AS_IT_IS).image


def test_mnist_has_its_centre_of_mass_where_digit_image_puts_it(digits):
    centres = np.array([centre_of_mass(digit) for digit in digits])
    assert np.abs(centres - 14).max() < 0.52
    drawn = digit_image(render_strokes(SEVEN))
    assert np.abs(np.array(centre_of_mass(drawn)) - 14).max() <= 0.5


def test_the_steps_of_a_drawing():
    steps = ink_steps(render_strokes(SEVEN, 280, 20), AS_IT_IS)
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
    assert np.array_equal(ink_steps(board, AS_IT_IS).fitted, board[::2, ::2])
    # 30 columns over 20: each new column is one and a half of the old ones.
    stripes = np.zeros((30, 30), dtype=np.uint8)
    stripes[:, [0, 1, 4, 29]] = 255
    row = ink_steps(stripes, AS_IT_IS).fitted[0].tolist()
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
    steps = ink_steps(np.rot90(ink, turns), AS_IT_IS)
    assert steps.image.sum() == steps.fitted.sum()
    assert steps.fitted.shape == (20, 20)


def test_ink_at_the_border_of_the_canvas_is_kept():
    ink = render_strokes([[[0, 0], [279, 0], [100, 279]]], 280, 20)
    assert ink_steps(ink, AS_IT_IS).crop.shape == (280, 280)


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


def a_hand(seed=0) -> list[np.ndarray]:
    """Return two curved strokes on a canvas of 280 pixels."""
    t = np.linspace(0, 3, 40)
    curve = np.stack([140 + 50 * np.sin(2 * t), 60 + 55 * t], axis=1)
    return [curve, np.array([[100.0, 140.0], [190.0, 130.0]])]


def test_the_steps_of_strokes():
    steps = stroke_steps(SEVEN)
    # 120 px wide and 150 px high: 17.5 rows between the middles of the outermost lines, 14 columns.
    assert steps.fitted.shape == (20, 16)
    assert steps.crop.shape == (80, 64)
    assert np.abs(np.array(centre_of_mass(steps.image)) - 14).max() <= 0.5
    assert (steps.image.dtype, steps.image.max()) == (np.uint8, 255)
    # The roof of the 7, seen in the middle of the digit, is as thick as MNIST's pen.
    assert steps.fitted[:6, 6].sum() / 255 == pytest.approx(2.5, abs=0.3)


@pytest.mark.parametrize("factor", [0.3, 2.0])
def test_the_size_of_a_drawing_and_of_its_canvas_does_not_matter(factor):
    larger = [factor * stroke for stroke in a_hand()]
    image = stroke_steps(larger, round(280 * factor)).image.astype(int)
    assert np.abs(image - stroke_steps(a_hand()).image).max() < 40
    assert correlations([image], [stroke_steps(a_hand()).image])[0] > 0.999


@pytest.mark.parametrize("brush_px", [5, 8, 12])
def test_ink_becomes_what_its_strokes_become_whatever_the_brush(brush_px):
    image = ink_steps(render_strokes(a_hand(), 280, brush_px)).image
    assert correlations([image], [stroke_steps(a_hand()).image])[0] > 0.9
    assert abs(image.sum() / stroke_steps(a_hand()).image.sum() - 1) < 0.1


@pytest.mark.parametrize("fit", [True, False])
@pytest.mark.parametrize("centre", [True, False])
def test_lines_that_were_found_once_do_for_all_steps(fit, centre):
    ink = render_strokes(a_hand(), (280, 300), 10)
    preprocessing = Preprocessing(fit=fit, centre=centre)
    image = stroke_steps(redrawn_lines(ink), (280, 300), preprocessing).image
    assert np.array_equal(image, ink_steps(ink, preprocessing).image)


def test_ink_with_lines_too_wide_to_be_drawn_again_stays():
    ink = render_strokes(a_hand(), 280, 40)
    assert redrawn_lines(ink) is None
    assert np.array_equal(ink_steps(ink).image, digit_image(ink))


def test_a_canvas_that_is_not_cut_is_shrunk_whole():
    in_a_corner = [0.3 * np.array(SEVEN[0]) + 5]
    whole = stroke_steps(in_a_corner, 280, Preprocessing(fit=False, centre=False))
    assert (whole.fitted.shape, whole.top_left) == ((28, 28), (0, 0))
    assert np.array_equal(whole.image, whole.fitted)
    assert max(centre_of_mass(whole.image)) < 8
    centred = stroke_steps(in_a_corner, 280, Preprocessing(fit=False))
    assert np.abs(np.array(centre_of_mass(centred.image)) - 14).max() <= 0.5
    assert centred.image.sum() == whole.image.sum()


def test_without_its_mass_a_digit_is_centred_by_its_box():
    steps = stroke_steps(SEVEN, 280, Preprocessing(centre=False))
    assert steps.top_left == (4, 6)


def test_a_dot_of_the_pen_is_no_blot():
    image = stroke_steps([[[10, 270]]]).image
    assert image.sum() / 255 == pytest.approx(np.pi * 1.25**2, rel=0.2)
    assert image[14, 14] == 255


@pytest.mark.parametrize("strokes", [[], [[]]])
def test_without_a_point_nothing_is_drawn(strokes):
    with pytest.raises(EmptyDrawingError, match="Nothing is drawn yet"):
        stroke_steps(strokes)


def test_bad_strokes_are_named():
    with pytest.raises(ValueError, match=r"stroke 0 must be \(n_points, 2\)"):
        stroke_steps([[[1, 2, 3]]])
    with pytest.raises(ValueError, match="canvas_size must be"):
        stroke_steps(SEVEN, 0)
