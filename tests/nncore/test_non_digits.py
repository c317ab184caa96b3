import numpy as np
import pytest

from nncore.non_digits import CANVAS_PX, GROUPS, KINDS, draw_non_digits, non_digit_strokes
from nncore.strokes import checked_strokes


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_on_the_canvas_and_never_twice_the_same(kind):
    generator = np.random.default_rng(1)
    drawings = [non_digit_strokes(kind, generator) for _ in range(5)]
    for strokes in drawings:
        assert len(checked_strokes(strokes)) == len(strokes) >= 1
        points = np.concatenate(strokes)
        assert points.min() >= 0
        assert points.max() <= CANVAS_PX
        # Larger than a dot.
        assert np.ptp(points, axis=0).max() > 20
    assert len({np.concatenate(strokes).tobytes() for strokes in drawings}) == 5


def test_several_stand_side_by_side():
    generator = np.random.default_rng(0)
    widths = {
        kind: np.mean(
            [
                np.divide(*np.ptp(np.concatenate(non_digit_strokes(kind, generator)), axis=0))
                for _ in range(30)
            ]
        )
        for kind in ("letter A", "two digits", "three digits")
    }
    assert widths["letter A"] < 1.2 < widths["two digits"] < 1.7 < widths["three digits"]


def test_images_are_like_those_of_mnist_and_the_same_for_the_same_chance():
    images, kinds = draw_non_digits(40, np.random.default_rng(3))
    again, kinds_again = draw_non_digits(40, np.random.default_rng(3))
    assert images.shape == (40, 28, 28)
    assert images.dtype == np.uint8
    assert (images.max(axis=(1, 2)) == 255).all()
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(kinds, kinds_again)


def test_each_group_comes_equally_often():
    _, kinds = draw_non_digits(400, np.random.default_rng(3))
    groups = [KINDS[kind] for kind in kinds.tolist()]
    assert set(groups) == set(GROUPS)
    assert all(70 <= groups.count(group) <= 130 for group in GROUPS)


def test_only_the_kinds_asked_for_are_drawn():
    _, kinds = draw_non_digits(20, np.random.default_rng(3), ["dash", "two digits"])
    assert set(kinds.tolist()) == {"dash", "two digits"}
    images, kinds = draw_non_digits(0, np.random.default_rng(3))
    assert images.shape == (0, 28, 28)
    assert kinds.shape == (0,)


def test_unknown_kinds_are_refused():
    generator = np.random.default_rng(0)
    with pytest.raises(ValueError, match="kind must be one of KINDS, got 'digit'"):
        non_digit_strokes("digit", generator)
    for kinds in ([], ["digit"]):
        with pytest.raises(ValueError, match="kinds must be some of KINDS"):
            draw_non_digits(1, generator, kinds)
