from pathlib import Path

import numpy as np
import pytest

from nncore.doubt import (
    LEAST_DIGIT_PROBABILITY,
    MOST_LENGTH,
    Doubt,
    digit_probabilities,
    doubt_of_image,
    doubt_of_ink,
    doubt_of_strokes,
)
from nncore.drawing import ink_steps, stroke_steps
from nncore.mnist import load_mnist
from nncore.model_files import load_model
from nncore.network import build_network
from nncore.non_digits import GROUPS, KINDS, draw_non_digits
from nncore.pen_digits import draw_pen_digits
from nncore.strokes import render_strokes

SHIPPED = Path(__file__).parents[2] / "data" / "models" / "doubt.npz"
SEVEN = [[[80, 70], [200, 70], [120, 220]]]
ZIGZAG = [[[60 + 8 * n, 60 + 160 * (n % 2)] for n in range(20)]]
ELEVEN = [[[90, 60], [90, 220]], [[150, 60], [150, 220]]]


def detector(sure_of=0, n_outputs=14, output="softmax", logit=3.0):
    """Return a network that gives every image the same outputs."""
    network = build_network(
        (784, n_outputs),
        output=output,
        loss="mse",
        generator=np.random.default_rng(0),
    )
    for array in network.parameters:
        array[...] = 0
    network.parameters[1][sure_of] = logit
    return network


@pytest.fixture(scope="module")
def shipped():
    return load_model(SHIPPED).network


def test_a_digit_gives_no_doubt():
    assert doubt_of_strokes(SEVEN, detector()) is None
    assert doubt_of_ink(render_strokes(SEVEN), detector()) is None


@pytest.mark.parametrize("strokes", [[], [[]]])
def test_no_stroke_is_blank(strokes):
    assert doubt_of_strokes(strokes, detector()) == Doubt("blank", "ink", 0, 0)


def test_paper_is_blank():
    assert doubt_of_ink(np.zeros((100, 100), np.uint8), detector()).kind == "blank"


def test_what_is_smaller_than_a_share_of_the_canvas_is_a_dot():
    line = [[[100, 100], [100, 110]]]
    assert doubt_of_strokes(line, detector()) == Doubt("dot", "extent", 10 / 280, 0.04)
    assert doubt_of_strokes([[[5, 5]]], detector()).value == 0
    assert doubt_of_strokes([[[100, 100], [100, 112]]], detector()) is None
    assert doubt_of_strokes(line, detector(), (240, 100)) is None


@pytest.mark.parametrize("pen_px", [10, 40, 100])
def test_ink_not_much_longer_than_its_width_is_a_dot_at_any_size(pen_px):
    dot = doubt_of_ink(render_strokes([[[140, 140]]], 280, pen_px), detector())
    assert (dot.kind, dot.measure, dot.limit) == ("dot", "extent", 1.7)
    # A square of 1 / sqrt(2) of the diameter fits into a disc.
    assert dot.value == pytest.approx(2**0.5, abs=0.15)
    line = render_strokes([[[140, 140 - pen_px], [140, 140 + pen_px]]], (280, 400), pen_px)
    assert doubt_of_ink(line, detector()) is None


def test_faint_ink_is_no_dot():
    assert doubt_of_ink(render_strokes(SEVEN) // 3, detector()) is None


def test_lines_much_longer_than_their_box_are_a_scribble():
    doubt = doubt_of_strokes(ZIGZAG, detector())
    assert (doubt.kind, doubt.measure, doubt.limit) == ("scribble", "length", MOST_LENGTH)
    # 19 lines of 8 by 160 pixels in a box of 152 by 160.
    assert doubt.value == pytest.approx(19 * np.hypot(8, 160) / 160)


def test_tall_parts_side_by_side_are_several():
    assert doubt_of_strokes(ELEVEN, detector()) == Doubt("several", "parts", 2, 1)
    assert doubt_of_ink(render_strokes(ELEVEN), detector()).kind == "several"


@pytest.mark.parametrize(
    "beside",
    [
        [[150, 60], [150, 130]],  # less than half as high
        [[97, 60], [97, 220]],  # no gap to speak of
        [[60, 150], [150, 150]],  # across
    ],
)
def test_a_short_near_or_crossing_stroke_belongs_to_the_digit(beside):
    assert doubt_of_strokes([ELEVEN[0], beside], detector()) is None


def test_the_network_tells_the_kind_of_what_it_finds_no_digit():
    image = stroke_steps(SEVEN).image
    for number, group in enumerate(GROUPS):
        doubt = doubt_of_image(image, detector(10 + number))
        # Ten digits of 14 outputs, whose logits are 0 but for one.
        probability = 10 / (13 + np.exp(3))
        assert doubt == Doubt(
            group, "digit", pytest.approx(probability, rel=1e-5), LEAST_DIGIT_PROBABILITY
        )
        assert doubt_of_strokes(SEVEN, detector(10 + number)) == doubt
        assert doubt_of_ink(render_strokes(SEVEN), detector(10 + number)) == doubt


def test_thick_ink_is_no_doubt_if_it_looks_like_a_digit_as_it_is():
    """A network that believes what has much ink: thick lines as they are, not drawn again."""
    inks = [render_strokes(SEVEN, 280, brush_px) for brush_px in (8, 40)]
    redrawn, as_it_is = (int(ink_steps(ink).image.sum()) for ink in inks)
    network = detector(10, logit=0)
    weights, bias = network.parameters
    # Inputs are shares of 255.
    weights[..., :10] = 0.1
    bias[:10] = -0.1 * (redrawn + as_it_is) / 2 / 255
    assert doubt_of_ink(inks[0], network).measure == "digit"
    assert doubt_of_ink(inks[1], network) is None


def test_a_doubt_does_not_depend_on_which_digit_it_would_be():
    # Each digit alone is less probable than the letter, but all ten together are not.
    network = detector(10, logit=1.0)
    assert digit_probabilities(np.zeros((3, 28, 28), np.uint8), network) == pytest.approx(
        10 / (13 + np.e)
    )
    assert doubt_of_image(np.zeros((28, 28), np.uint8), network) is None


@pytest.mark.parametrize("network", [detector(n_outputs=10), detector(output="sigmoid")])
def test_another_network_is_refused(network):
    with pytest.raises(ValueError, match="14 softmax outputs"):
        doubt_of_strokes(SEVEN, network)
    with pytest.raises(ValueError, match="14 softmax outputs"):
        digit_probabilities(np.zeros((1, 28, 28), np.uint8), network)


def test_broken_input_is_refused():
    with pytest.raises(ValueError, match="stroke 0"):
        doubt_of_strokes([[[1, 2, 3]]], detector())
    with pytest.raises(ValueError, match="ink must be"):
        doubt_of_ink(np.zeros((3, 3)), detector())


def refused(images, network) -> float:
    return np.mean(digit_probabilities(images, network) <= LEAST_DIGIT_PROBABILITY)


def test_the_shipped_network_seldom_refuses_a_digit(shipped):
    assert 0.005 < refused(load_mnist().test_images, shipped) < 0.025
    assert refused(draw_pen_digits(500, np.random.default_rng(9))[0], shipped) < 0.03


@pytest.mark.parametrize("group", GROUPS)
def test_the_shipped_network_refuses_what_is_no_digit(group, shipped):
    kinds = [kind for kind, its_group in KINDS.items() if its_group == group]
    images, _ = draw_non_digits(200, np.random.default_rng(9), kinds)
    assert refused(images, shipped) > 0.93
    # And mostly for the right reason.
    doubts = [doubt_of_image(image, shipped) for image in images]
    assert np.mean([doubt is not None and doubt.kind == group for doubt in doubts]) > 0.8


@pytest.mark.parametrize("radius", [3, 9, 20, 37])
def test_a_blot_is_refused_whatever_is_left_of_it(shipped, radius):
    y, x = np.indices((120, 120)) - 60
    ink = np.where(np.hypot(x, y) < radius, 255, 0).astype(np.uint8)
    assert doubt_of_ink(ink, shipped) is not None
