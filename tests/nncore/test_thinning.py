"""Ink becomes its centre lines."""

import numpy as np
import pytest

from nncore.strokes import render_strokes
from nncore.thinning import centre_lines, thin


def farthest(points, others) -> float:
    """Return the largest distance of a point from the nearest of the others."""
    return np.linalg.norm(points[:, None] - others[None], axis=2).min(axis=1).max()


def test_a_bar_is_thinned_to_its_middle():
    mask = np.zeros((9, 30), dtype=bool)
    mask[2:7, 3:27] = True
    thinned = thin(mask)
    assert thinned[4, 6:24].all()
    assert thinned.sum() == thinned[4].sum()


def test_thinning_keeps_parts_and_holes():
    ring = np.hypot(*(np.indices((41, 41)) - 20))
    mask = (ring > 8) & (ring < 16)
    mask[0:3, 0:3] = True
    thinned = thin(mask)
    assert thinned[:4, :4].any()
    radii = ring[thinned & (ring < 20)]
    assert radii.min() > 10
    assert radii.max() < 14
    # A closed ring: every direction has a pixel of it.
    rows, columns = np.nonzero(thinned & (ring < 20))
    angles = np.sort(np.arctan2(rows - 20, columns - 20))
    assert np.diff(angles).max() < 0.2


def test_thinning_leaves_its_input_alone():
    mask = np.ones((5, 5), dtype=bool)
    thin(mask)
    assert mask.all()


@pytest.mark.parametrize("brush_px", [6, 14])
def test_centre_lines_are_where_the_pen_went(brush_px):
    t = np.linspace(0, 2 * np.pi, 200)
    stroke = np.stack([150 + 80 * np.cos(t), 140 + 60 * np.sin(2 * t)], axis=1)
    ink = render_strokes([stroke], 300, brush_px)
    lines = centre_lines(ink)
    assert farthest(np.concatenate(lines), stroke) < brush_px / 2
    assert farthest(stroke, np.concatenate(lines)) < brush_px
    # The figure of eight crosses itself, where four lines meet.
    assert 2 <= len(lines) <= 6


def test_a_line_is_one_line_from_end_to_end():
    (line,) = centre_lines(render_strokes([[[40, 50], [240, 90]]], 280, 10))
    ends = sorted(line[[0, -1]].tolist())
    assert np.abs(np.array(ends) - [[40, 50], [240, 90]]).max() < 8


def test_rings_and_dots_are_lines_too():
    t = np.linspace(0, 2 * np.pi, 100)
    ring = np.stack([100 + 60 * np.cos(t), 100 + 60 * np.sin(t)], axis=1)
    lines = centre_lines(render_strokes([ring, [[220, 220]]], 280, 8))
    assert len(lines) == 2
    assert np.linalg.norm(np.concatenate(lines) - [220, 220], axis=1).min() < 4


def test_no_ink_has_no_lines():
    assert centre_lines(np.zeros((50, 50), dtype=np.uint8)) == []


@pytest.mark.parametrize("radius", range(10, 60, 7))
def test_a_blot_is_a_dot_or_a_short_line(radius):
    y, x = np.indices((200, 200)) - 99.5
    ink = np.where(np.hypot(x, y) < radius, 255, 0).astype(np.uint8)
    lines = centre_lines(ink)
    assert lines
    assert np.linalg.norm(np.concatenate(lines) - 100, axis=1).max() < 0.75 * radius
