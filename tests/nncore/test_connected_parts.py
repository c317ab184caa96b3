"""Parts of shapes, beside a flood fill that is too slow to use."""

import numpy as np
import pytest

from nncore.connected_parts import connected_parts


def flooded(mask):
    """Number the parts in reading order, pixel by pixel."""
    parts, number = np.zeros(mask.shape, dtype=int), 0
    for start in zip(*np.nonzero(mask), strict=True):
        if parts[start]:
            continue
        number += 1
        stack = [start]
        while stack:
            row, column = stack.pop()
            inside = 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]
            if inside and mask[row, column] and not parts[row, column]:
                parts[row, column] = number
                stack += [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return parts


def test_by_hand_corners_connect_and_row_ends_do_not():
    mask = np.array([[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 1, 0]], dtype=bool)
    np.testing.assert_array_equal(
        connected_parts(mask), [[1, 0, 0, 2], [0, 1, 0, 0], [0, 0, 0, 3], [4, 0, 3, 0]]
    )


@pytest.mark.parametrize("share", [0.1, 0.35, 0.45, 0.6, 0.9])
def test_as_a_flood_fill(share):
    generator = np.random.default_rng(0)
    for shape in ((1, 30), (30, 1), (17, 23), (40, 11)):
        mask = generator.random(shape) < share
        np.testing.assert_array_equal(connected_parts(mask), flooded(mask))


def test_nothing_has_no_parts():
    assert not connected_parts(np.zeros((3, 4), dtype=bool)).any()
    assert connected_parts(np.zeros((0, 4), dtype=bool)).shape == (0, 4)


@pytest.mark.parametrize("mask", [np.zeros(3, dtype=bool), np.zeros((3, 3))])
def test_what_is_no_mask_is_refused(mask):
    with pytest.raises(ValueError, match=r"mask must be \(height, width\) bool"):
        connected_parts(mask)
