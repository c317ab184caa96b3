"""Numbers are cut where digits end, as far as a network, or a stand-in for one, can tell."""

import contextlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from nncore.model_files import load_model
from nncore.segmentation import (
    MAX_PIECES,
    NumberReader,
    TooManyPiecesError,
    cut_positions,
    pieces_of_ink,
    pieces_of_strokes,
    read_number,
)
from nncore.strokes import render_strokes

MODEL = Path(__file__).parents[2] / "data" / "models" / "recognizer.npz"
SIZE = (430, 220)
# 1457, the 4 and the 5 in two strokes each, the bar of the 5 last of all.
ONE = [(40, 60), (60, 40), (60, 180)]
FOUR = [[(150, 50), (110, 130), (180, 130)], [(165, 90), (160, 185)]]
FIVE = [[(225, 60), (222, 110), (260, 120), (262, 165), (215, 175)], [(225, 60), (300, 56)]]
SEVEN = [(330, 60), (390, 60), (350, 180)]
NUMBER = [ONE, *FOUR, FIVE[0], SEVEN, FIVE[1]]
RING = [
    (40 + 30 * np.cos(angle), 60 + 40 * np.sin(angle)) for angle in np.linspace(0, 2 * np.pi, 40)
]


@pytest.fixture(scope="module")
def predict():
    return load_model(MODEL).network.predict


def unsure(images):
    """Answer as a network that knows nothing: only the layout of the pieces is left."""
    return np.full((len(images), 10), 0.1)


def answers(number):
    return [int(digit.probabilities.argmax()) for digit in number.digits]


def moved(line, x=0.0, y=0.0):
    return [(a + x, b + y) for a, b in line]


def box(lines):
    points = np.concatenate(lines)
    return [*points.min(axis=0), *points.max(axis=0)]


def shows(images, pieces):
    """Return which images show all of the pieces, (n,) of 0 and 1."""
    [whole] = read_number(pieces, unsure, []).digits
    return np.array([int(np.array_equal(image, whole.image)) for image in images])


def test_a_number_of_strokes_is_read_whatever_their_order(predict):
    for strokes in (NUMBER, NUMBER[::-1]):
        pieces = pieces_of_strokes(strokes)
        assert len(pieces) == 6
        number = read_number(pieces, predict)
        assert answers(number) == [1, 4, 5, 7]
        assert [len(digit.lines) for digit in number.digits] == [1, 2, 2, 1]
        assert number.cuts == (1, 3, 5)
        assert all(digit.image.max() == 255 for digit in number.digits)


@pytest.mark.parametrize("brush_px", [5, 8, 16])
def test_a_number_of_ink_is_read_and_the_bar_of_the_5_is_no_digit(predict, brush_px):
    # Away from its body, as by a pen that skips.
    strokes = [*NUMBER[:-1], moved(FIVE[1], 8, -14)]
    pieces = pieces_of_ink(render_strokes(strokes, SIZE, brush_px))
    number = read_number(pieces, predict)
    assert answers(number) == [1, 4, 5, 7]


def test_ink_that_runs_together_is_cut_through(predict):
    rings = [[(1.4 * x, 1.4 * y + 20) for x, y in RING] for x in (0, 1)]
    touching = [ONE, moved(rings[0], 71), moved(rings[1], 157)]
    pieces = pieces_of_ink(render_strokes(touching, SIZE, 8))
    assert any(piece.neck is not None for piece in pieces)
    number = read_number(pieces, predict)
    assert answers(number) == [1, 0, 0]
    for digit, ring in zip(number.digits[1:], touching[1:], strict=True):
        assert box(digit.lines) == pytest.approx(box([ring]), abs=12)


def test_layout_alone_keeps_a_cross_whole_and_parts_what_stands_apart():
    cross = [[(10, 50), (60, 50)], [(35, 10), (35, 100)]]
    pieces = pieces_of_strokes([*cross, *(moved(line, 90) for line in cross)])
    assert read_number(pieces, unsure).cuts == (2,)


def test_touching_strokes_of_full_height_stay_two_digits():
    pieces = pieces_of_strokes([RING, moved(RING, 56)])
    assert read_number(pieces, unsure).cuts == (1,)


def test_the_network_decides_where_the_layout_is_even():
    """Of two readings, the one whose digits are surer."""
    pieces = pieces_of_strokes([RING, moved([(40, 20), (40, 60)], 20, 5)])

    def sure_of(n_digits):
        def predict(images):
            probabilities = np.full((len(images), 10), 1e-3)
            probabilities[shows(images, pieces) == int(n_digits == 1), 3] = 0.99
            return probabilities

        return predict

    assert len(read_number(pieces, sure_of(1)).digits) == 1
    assert len(read_number(pieces, sure_of(2)).digits) == 2


def test_what_is_no_digit_is_not_believed():
    """A network that is sure of everything, and a second one that knows halves and doubles."""

    def sure(images):
        return np.tile(np.eye(10)[4], (len(images), 1))

    pieces = pieces_of_strokes([FOUR[0], moved(FOUR[1], 25)])
    for whole, half, cuts in ((1, 0.01, ()), (0.01, 1, (1,))):
        number = read_number(
            pieces,
            sure,
            digit_probabilities=lambda images, shares=(half, whole): np.take(
                shares, shows(images, pieces)
            ),
        )
        assert number.cuts == cuts
        # What is shown is the recogniser's own answer.
        assert all(digit.probabilities.max() == 1 for digit in number.digits)


def test_cuts_can_be_given(predict):
    pieces = pieces_of_strokes(NUMBER)
    whole = read_number(pieces, predict, [])
    assert whole.cuts == ()
    assert len(whole.digits[0].lines) == 6
    assert read_number(pieces, predict, [1, 2, 3, 5]).cuts == (1, 2, 3, 5)
    own = read_number(pieces, predict).cuts
    assert answers(read_number(pieces, predict, own)) == [1, 4, 5, 7]


@pytest.mark.parametrize("cuts", [[0], [6], [2, 2], [3, 1], [-1]])
def test_cuts_that_cannot_be_are_refused(cuts):
    with pytest.raises(ValueError, match="cuts must be ascending numbers from 1 to 5"):
        read_number(pieces_of_strokes(NUMBER), unsure, cuts)


def test_the_network_is_asked_once_about_what_may_be_a_digit_at_most():
    asked = []

    def predict(images):
        assert images.dtype == np.uint8
        assert images.shape[1:] == (28, 28)
        asked.append([image.tobytes() for image in images])
        return unsure(images)

    read_number(pieces_of_strokes(NUMBER), predict)
    once = [image for images in asked for image in images]
    assert len(set(once)) == len(once)


def test_a_sure_network_is_asked_about_the_digits_of_the_number_alone(predict):
    asked = []

    def counted(images):
        asked.append(len(images))
        return predict(images)

    assert len(read_number(pieces_of_strokes(NUMBER), counted).digits) == 4
    assert asked == [4]


@pytest.mark.parametrize("seed", range(20))
def test_what_the_network_is_not_asked_about_could_not_have_won(seed):
    def predict(images):
        # Whatever it says of an image, it says again.
        shares = [np.random.default_rng([seed, *image[::3, ::3].ravel()]) for image in images]
        return np.array([generator.dirichlet(np.full(10, 0.1)) for generator in shares])

    pieces = pieces_of_strokes(NUMBER)
    knows_all = NumberReader(predict)
    for cuts in ([first, end] for first in range(6) for end in range(first + 1, 7)):
        knows_all.read(pieces, [cut for cut in cuts if 0 < cut < 6])
    assert read_number(pieces, predict).cuts == knows_all.read(pieces).cuts


def test_a_reader_recognises_what_a_stroke_adds_and_answers_as_for_the_number_alone(predict):
    n_asked = []

    def counted(images):
        n_asked.append(len(images))
        return predict(images)

    def is_digit(images):
        return np.where(images.sum(axis=(1, 2)) > 20_000, 0.9, 0.2)

    reader = NumberReader(counted, is_digit)
    for n_strokes in (*range(1, 7), 3):
        pieces = pieces_of_strokes(NUMBER[:n_strokes])
        number, alone = reader.read(pieces), read_number(pieces, predict, None, is_digit)
        assert number.cuts == alone.cuts
        for digit, expected in zip(number.digits, alone.digits, strict=True):
            assert np.array_equal(digit.image, expected.image)
            assert digit.probabilities == pytest.approx(expected.probabilities, abs=1e-5)
            assert all(map(np.array_equal, digit.lines, expected.lines))
    n_asked.clear()
    # The same again, and in cuts of the reader's own.
    assert reader.read(pieces).cuts == number.cuts
    assert reader.read(pieces, number.cuts).cuts == number.cuts
    assert n_asked == []
    # What another number does not have is forgotten.
    reader.read(pieces_of_strokes([FIVE[0]]))
    reader.read(pieces)
    assert len(n_asked) > 1


def test_cut_positions_are_between_the_pieces():
    pieces = pieces_of_strokes(NUMBER)
    positions = cut_positions(pieces)
    assert positions.shape == (5,)
    assert positions[0] == pytest.approx((60 + 110) / 2)
    # The bar of the 5 ends at 300, and the 7 begins at 330.
    assert positions[4] == pytest.approx((300 + 330) / 2)


def test_a_cut_through_loses_nothing_of_a_line():
    wide = [(0, 50), (100, 0), (200, 50), (300, 100)]
    pieces = pieces_of_strokes([wide, moved(ONE, 400)])
    parts = [piece for piece in pieces if piece.lines[0][:, 0].max() <= 300]
    assert len(parts) > 1
    assert [piece.neck is None for piece in pieces] == [True, *[False] * (len(parts) - 1), True]
    lengths = [np.hypot(*np.diff(line, axis=0).T).sum() for part in parts for line in part.lines]
    assert sum(lengths) == pytest.approx(np.hypot(*np.diff(wide, axis=0).T).sum())
    for left, right in pairwise(parts):
        assert box(left.lines)[2] == pytest.approx(box(right.lines)[0])


def test_no_piece_of_ink_as_high_as_two_pixels_is_empty():
    generator = np.random.default_rng(0)
    for width in range(20, 40):
        ink = generator.integers(1, 256, (2, width)).astype(np.uint8)
        with contextlib.suppress(TooManyPiecesError):
            assert all(piece.lines for piece in pieces_of_ink(ink))


def test_specks_are_left_out_unless_there_is_nothing_else():
    assert len(pieces_of_strokes([ONE, [(200, 100)], [(250, 100), (254, 102)]])) == 1
    assert len(pieces_of_strokes([[(200, 100)]])) == 1
    ink = render_strokes([ONE, [(200, 100)]], SIZE, 8)
    assert len(pieces_of_ink(ink)) == 1


def test_nothing_written_is_no_number():
    assert pieces_of_strokes([]) == ()
    assert pieces_of_ink(np.zeros((20, 30), dtype=np.uint8)) == ()
    number = read_number((), unsure)
    assert number.digits == ()
    assert number.cuts == ()


def test_far_too_much_is_refused():
    many = [[(5 * n, 0), (5 * n, 40)] for n in range(MAX_PIECES + 1)]
    with pytest.raises(TooManyPiecesError, match="write at most"):
        pieces_of_strokes(many)
    with pytest.raises(TooManyPiecesError):
        pieces_of_ink(render_strokes(many, (400, 60), 2))
    assert len(pieces_of_strokes(many[:-1])) == MAX_PIECES


@pytest.mark.parametrize("ink", [np.zeros(5, dtype=np.uint8), np.zeros((5, 5))])
def test_what_is_no_ink_is_refused(ink):
    with pytest.raises(ValueError, match=r"ink must be \(height, width\) uint8"):
        pieces_of_ink(ink)
