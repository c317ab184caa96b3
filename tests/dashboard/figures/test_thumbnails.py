import io

import numpy as np
from PIL import Image, ImageColor

from dashboard.figures import thumbnails
from dashboard.figures.theme import BLUE, GREY, VERMILLION


def pixels(picture):
    image = Image.open(io.BytesIO(picture))
    assert image.format == "PNG"
    assert image.size == thumbnails.SIZE
    return np.asarray(image.convert("RGBA"))


def test_tiles_lie_in_reading_order_on_a_clear_ground():
    colours = ["red", "blue"] + ["lime"] * 9
    image = pixels(thumbnails.image_tiles([Image.new("RGB", (20, 30), name) for name in colours]))
    centres = [image[48, 48], image[48, 144], image[144, 48]]
    assert [tuple(centre) for centre in centres] == [
        (255, 0, 0, 255),
        (0, 0, 255, 255),
        (0, 255, 0, 255),
    ]
    # No tile 12, and the gaps.
    assert image[144, 144, 3] == 0
    assert image[0, 0, 3] == 0


def test_more_than_thirty_images_are_cut_off():
    image = Image.new("RGB", (8, 8), "red")
    assert thumbnails.image_tiles([image] * 40) == thumbnails.image_tiles([image] * 30)


def test_digits_are_ink_on_a_clear_ground_thirty_at_most():
    digits = np.zeros((40, 28, 28), dtype=np.uint8)
    digits[[1, 10], 14, 14] = 255
    picture = thumbnails.digit_tiles(digits)
    ink = pixels(picture)[..., 3] > 0
    assert ink[:96, 96:192].any()
    assert ink[96:192, :96].any()
    assert not ink[:96, :96].any()
    assert picture == thumbnails.digit_tiles(digits[:30])


def test_samples_are_ink_above_their_averages():
    samples = np.zeros((2, 10, 28, 28), dtype=np.uint8)
    samples[0, 3, 14, 14] = 255
    averages = np.zeros((10, 28, 28))
    averages[:, 14, 14] = 0.5
    image = pixels(thumbnails.samples_and_averages(samples, averages))
    assert image[50, 3 * 96 + 50, 3] == 255
    assert image[50, 50, 3] == 0
    # The averages are opaque, from the dark end of the scale to its light one.
    dark, light = image[2 * 96 + 10, 10], image[2 * 96 + 50, 50]
    assert dark[3] == light[3] == 255
    assert light[:3].sum() > dark[:3].sum()


def test_network_ends_in_another_colour():
    image = pixels(thumbnails.network((784, 392, 196, 10)))
    colours = {tuple(colour) for colour in image.reshape(-1, 4)}
    for colour in (BLUE, VERMILLION):
        assert (*ImageColor.getrgb(colour), 255) in colours


def test_drawing_is_ink_and_its_digit_a_heatmap():
    ink, digit = np.zeros((280, 280), dtype=np.uint8), np.zeros((28, 28), dtype=np.uint8)
    ink[100:180, 100:180] = 255
    image = pixels(thumbnails.drawing_and_pixels(ink, digit))
    left, right = image[:, : thumbnails.SIZE[0] // 2], image[:, thumbnails.SIZE[0] // 2 :]
    assert 0 < (left[..., 3] == 255).mean() < 0.2
    assert (right[..., 3] == 255).mean() > 0.5


def test_a_path_lies_on_its_valley():
    losses = np.tile(np.linspace(0, 1, 40), (10, 1))
    image = pixels(thumbnails.valley(losses, np.array([[0.25, 0.5], [0.75, 0.5]])))
    row = thumbnails.SIZE[1] // 2
    assert tuple(image[row, thumbnails.SIZE[0] // 4][:3]) == ImageColor.getrgb(VERMILLION)
    left, right = (int(image[10, column, :3].sum()) for column in (10, -10))
    assert left > right


def test_curves_run_from_the_bottom_to_the_top_of_their_range():
    image = pixels(thumbnails.curves([0.0, 1.0], [0.0, 0.0]))
    width, height = thumbnails.SIZE
    assert tuple(image[round(height * 0.1), round(width * 0.92)][:3]) == ImageColor.getrgb(BLUE)
    bottom = image[round(height * 0.9), round(width * 0.92)]
    assert tuple(bottom[:3]) == ImageColor.getrgb(VERMILLION)


def test_strokes_of_digits_take_turns_in_colour_with_lines_between():
    bar = [np.array([[0.0, 0.0], [0.0, 10.0]])]
    hook = [np.array([[0.0, 0.0], [5.0, 10.0]])]
    image = pixels(thumbnails.parted_strokes([hook, bar, hook, bar]))
    width, height = thumbnails.SIZE
    for number, colour in enumerate((BLUE, VERMILLION, BLUE, VERMILLION)):
        part = image[:, round(width * (number + 0.1) / 4) : round(width * (number + 0.9) / 4)]
        # Edges are mixed; inside, a line has its full colour.
        distance = np.abs(part[..., :3].astype(int) - ImageColor.getrgb(colour)).max(axis=-1)
        assert (distance[part[..., 3] == 255] < 60).mean() > 0.9
    between = image[height // 2, round(width / 4)]
    assert np.abs(between[:3].astype(int) - ImageColor.getrgb(GREY)).max() < 10
