import json

import numpy as np
import pytest

from nncore.drawing import EmptyDrawingError, stroke_steps
from nncore.handwriting_set import (
    MAX_DIGITS,
    MAX_FILE_BYTES,
    MAX_POINTS,
    DrawnDigit,
    HandwritingFileError,
    HandwritingSet,
    stratified_folds,
)

ONE = ((150.0, 40.0), (140.25, 240.0))
SEVEN = (((80, 60), (205, 60)), ((205, 60), (125, 240)))


def drawn(*labels):
    digits = HandwritingSet()
    for label in labels:
        digits = digits.with_digit(label, [ONE])
    return digits


def line(**changes):
    return json.dumps({"label": 1, "strokes": [ONE]} | changes).encode()


def test_a_set_grows_by_digits_and_gives_their_images_and_labels():
    digits = HandwritingSet().with_digit(1, [ONE]).with_digit(7, [np.array(s) for s in SEVEN])
    assert len(digits) == 2
    assert digits.labels.tolist() == [1, 7]
    assert digits.images.shape == (2, 28, 28)
    np.testing.assert_array_equal(digits.images[1], stroke_steps(SEVEN).image)
    assert digits.without_last() == drawn(1)
    assert HandwritingSet().without_last() == HandwritingSet()
    assert HandwritingSet().images.shape == (0, 28, 28)


def test_a_file_brings_a_set_back():
    digits = HandwritingSet().with_digit(1, [ONE]).with_digit(7, SEVEN)
    assert HandwritingSet.from_bytes(digits.to_bytes()) == digits
    assert digits.to_bytes().count(b"\n") == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff",
        b"{}",
        b"[]",
        b"[" * 100_000,
        line(label=10),
        line(label=-1),
        line(label=True),
        line(label="1"),
        line(label=None),
        line(strokes=None),
        line(strokes=[]),
        line(strokes=[[]]),
        line(strokes=7),
        line(strokes="ab"),
        line(strokes=[[[1, 2, 3]]]),
        line(strokes=[[[1]]]),
        line(strokes=[[["1", "2"]]]),
        line(strokes=[[[True, 2]]]),
        line(strokes=[[{"x": 1, "y": 2}]]),
        line(strokes=[[[1e9, 2]]]),
        line(strokes=[[[float("nan"), 2]]]),
        line(strokes=[[[10**400, 2]]]),
        line() + b"\n\n" + line(),
    ],
)
def test_a_file_that_is_none_is_one_sentence_that_says_what_to_do(data):
    with pytest.raises(HandwritingFileError, match="choose a file that was downloaded from"):
        HandwritingSet.from_bytes(data)


def test_a_bad_line_is_named():
    with pytest.raises(HandwritingFileError, match="Line 2 "):
        HandwritingSet.from_bytes(line() + b"\n" + line(label=12))


def test_a_file_is_read_within_limits():
    assert len(HandwritingSet.from_bytes(b"\n".join([line()] * MAX_DIGITS))) == MAX_DIGITS
    with pytest.raises(HandwritingFileError, match=f"more than {MAX_DIGITS} digits"):
        HandwritingSet.from_bytes(b"\n".join([line()] * (MAX_DIGITS + 1)))
    with pytest.raises(HandwritingFileError, match="larger than 4 MB"):
        HandwritingSet.from_bytes(b" " * (MAX_FILE_BYTES + 1))
    with pytest.raises(HandwritingFileError, match="points"):
        HandwritingSet.from_bytes(line(strokes=[[[1, 2]] * (MAX_POINTS + 1)]))


def test_a_set_has_an_end():
    full = HandwritingSet((DrawnDigit(1, (ONE,)),) * MAX_DIGITS)
    with pytest.raises(ValueError, match="at most"):
        full.with_digit(1, [ONE])
    with pytest.raises(HandwritingFileError, match="more digits than there is room for"):
        full.with_set(drawn(1))
    assert len(drawn(1).with_set(drawn(2, 3))) == 3


def test_an_empty_drawing_and_a_label_that_is_none_are_refused():
    with pytest.raises(EmptyDrawingError):
        HandwritingSet().with_digit(1, [[]])
    with pytest.raises(ValueError, match="label"):
        DrawnDigit(10, (ONE,))


def test_each_ten_prompts_have_every_digit_in_an_order_that_the_seed_decides():
    def prompts(seed):
        digits = HandwritingSet()
        for _ in range(30):
            digits = digits.with_digit(digits.next_label(seed), [ONE])
        return digits.labels.tolist()

    labels = prompts(seed=3)
    tens = [labels[start : start + 10] for start in (0, 10, 20)]
    assert [sorted(ten) for ten in tens] == [list(range(10))] * 3
    assert tens[0] != tens[1]
    assert prompts(seed=3) == labels
    assert prompts(seed=4) != labels


def test_a_digit_that_was_taken_back_is_asked_for_again():
    digits = drawn(4, 2)
    asked = digits.next_label(seed=0)
    assert digits.with_digit(asked, [ONE]).without_last().next_label(seed=0) == asked


def test_every_sample_is_held_back_once_and_each_class_in_every_fold():
    labels = np.repeat(np.arange(10), 3)
    folds = list(stratified_folds(labels, 3, seed=0))
    np.testing.assert_array_equal(np.sum(folds, axis=0), 1)
    for fold in folds:
        assert sorted(labels[fold]) == list(range(10))
    again = list(stratified_folds(labels, 3, seed=0))
    np.testing.assert_array_equal(folds, again)
    assert not np.array_equal(folds, list(stratified_folds(labels, 3, seed=1)))


def test_folds_are_of_about_the_same_size():
    sizes = [fold.sum() for fold in stratified_folds(np.array([0, 0, 0, 0, 1, 2, 2, 3]), 3, 0)]
    assert sorted(sizes) == [2, 3, 3]


@pytest.mark.parametrize("n_folds", [1, 4])
def test_there_are_at_least_two_folds_and_no_more_than_samples(n_folds):
    with pytest.raises(ValueError, match="n_folds"):
        list(stratified_folds(np.array([1, 2, 3]), n_folds, 0))
