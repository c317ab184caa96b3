"""Numbers put together from digits are what they are said to be."""

from itertools import pairwise

import numpy as np

from benchmarks.numbers_of_strokes import MARGIN_PX, write_numbers

ONE = [[(0, 0), (10, 50)]]
CROSS = [[(0, 20), (40, 20)], [(20, 0), (20, 40)]]


def written(n_numbers=200):
    return write_numbers([ONE, CROSS], [1, 4], np.random.default_rng(0), n_numbers)


def test_digits_are_in_order_and_within_the_sizes_gaps_and_margins():
    gaps = []
    for number in written():
        points = np.concatenate(number.strokes)
        assert np.all(points.min(axis=0) == MARGIN_PX)
        assert np.all(points.max(axis=0) <= np.array(number.canvas_size) - MARGIN_PX + 1e-9)
        assert len(number.strokes) == sum(1 if label == 1 else 2 for label in number.labels)
        digits = [
            np.concatenate(
                [
                    stroke
                    for stroke, owner in zip(number.strokes, number.digit_of_stroke, strict=True)
                    if owner == place
                ]
            )
            for place in range(4)
        ]
        assert all(80 <= np.ptp(digit[:, 1]) <= 120 for digit in digits)
        gaps += [b[:, 0].min() - a[:, 0].max() for a, b in pairwise(digits)]
    assert -10 <= min(gaps) < -8
    assert 58 < max(gaps) <= 60
    assert not any(0 < gap < 5 for gap in gaps)
    assert 0.15 < np.mean(np.array(gaps) <= 0) < 0.25


def test_the_generator_alone_decides():
    one, other = written(5), written(5)
    for a, b in zip(one, other, strict=True):
        assert a.labels == b.labels
        np.testing.assert_array_equal(np.concatenate(a.strokes), np.concatenate(b.strokes))
