import itertools

import numpy as np
import pytest

from nncore.plane import clip_plane_to_cube


def area(polygon):
    """Area of a polygon in order: half the sum of the cross products of its corners."""
    return 0.5 * np.linalg.norm(np.cross(polygon, np.roll(polygon, -1, axis=0)).sum(axis=0))


def cut_area(state, size):
    """Area of the cut by inclusion and exclusion of the eight corners: no zero in the state."""
    # Mirrored where the state is negative, the cube is cut by |p| · y = 1 + the negative parts.
    normal = np.abs(state) * size
    offset = 1 - size * np.minimum(state, 0).sum()
    terms = [
        (-1) ** sum(corner) * max(offset - normal @ corner, 0) ** 2
        for corner in itertools.product((0, 1), repeat=3)
    ]
    return size**2 * np.linalg.norm(normal) * sum(terms) / (2 * normal.prod())


def assert_convex_and_ordered(polygon, state, size):
    """Every corner turns the same way around the plane's normal."""
    edges = np.roll(polygon, -1, axis=0) - polygon
    turns = np.cross(edges, np.roll(edges, -1, axis=0)) @ (state / np.linalg.norm(state))
    assert np.all(turns >= -1e-9 * size**2) or np.all(turns <= 1e-9 * size**2)
    # Once around, not twice.
    centre = polygon - polygon.mean(axis=0)
    lengths = np.linalg.norm(centre, axis=1)
    if lengths.min() > 1e-6 * size:
        cosines = (centre * np.roll(centre, -1, axis=0)).sum(axis=1) / (
            lengths * np.roll(lengths, -1)
        )
        assert np.arccos(np.clip(cosines, -1, 1)).sum() == pytest.approx(2 * np.pi, abs=1e-6)


@pytest.mark.parametrize("size", [1, 255])
def test_random_planes(size):
    rng = np.random.default_rng(3)
    corners_seen = set()
    for _ in range(500):
        # Planes through a random point of a box somewhat larger than the cube.
        normal, point = rng.normal(size=3), (1.6 * rng.random(3) - 0.3) * size
        state = normal / (normal @ point)
        polygon = clip_plane_to_cube(state, size)
        corners_seen.add(len(polygon))
        assert polygon.shape in {(k, 3) for k in (0, 3, 4, 5, 6)}
        assert area(polygon) == pytest.approx(cut_area(state, size), rel=1e-6, abs=1e-6 * size**2)
        if len(polygon):
            assert polygon.min() >= 0
            assert polygon.max() <= size
            scale = max(1, np.abs(state).max() * size)
            np.testing.assert_allclose(polygon @ state, 1, rtol=0, atol=1e-12 * scale)
            assert_convex_and_ordered(polygon, state, size)
    assert corners_seen == {0, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ((2, 0, 0), [(0.5, 0, 0), (0.5, 1, 0), (0.5, 1, 1), (0.5, 0, 1)]),
        ((1, 1, 1), [(1, 0, 0), (0, 1, 0), (0, 0, 1)]),
        ((0.5, 0.5, 0.5), [(1, 1, 0), (0, 1, 1), (1, 0, 1)]),
        (
            (2 / 3, 2 / 3, 2 / 3),
            [(1, 0.5, 0), (0.5, 1, 0), (0, 1, 0.5), (0, 0.5, 1), (0.5, 0, 1), (1, 0, 0.5)],
        ),
        ((1, 1, 0), [(1, 0, 0), (0, 1, 0), (0, 1, 1), (1, 0, 1)]),
        ((2, -1, 0), [(0.5, 0, 0), (0.5, 0, 1), (1, 1, 1), (1, 1, 0)]),
        # A face of the cube.
        ((1, 0, 0), [(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)]),
        ((0, 0, 1), [(0, 0, 1), (0, 1, 1), (1, 1, 1), (1, 0, 1)]),
    ],
)
def test_planes_worked_by_hand(state, expected):
    polygon = clip_plane_to_cube(state, 1)
    assert len(polygon) == len(expected)
    start = np.flatnonzero(np.all(np.isclose(polygon, expected[0]), axis=1))[0]
    forwards = np.roll(polygon, -start, axis=0)
    backwards = np.roll(forwards[::-1], 1, axis=0)
    assert np.allclose(forwards, expected) or np.allclose(backwards, expected)


@pytest.mark.parametrize(
    "state",
    [
        (0, 0, 0),
        (-1, -1, -1),
        (-3, 0, 0),
        (0.2, 0.2, 0.2),
        (0.9, 0, 0),
        (1e-300, 0, 1e-300),
        (5e-324, 0, 0),
        # The far corner and a far edge are touched, not cut.
        (1 / 3, 1 / 3, 1 / 3),
        (0.5, 0.5, 0),
    ],
)
def test_planes_that_miss_the_cube(state):
    assert clip_plane_to_cube(state, 1).shape == (0, 3)


@pytest.mark.parametrize("size", [1, 3, 49, 100, 255])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_far_face_is_found_for_any_size(axis, size):
    polygon = clip_plane_to_cube(np.eye(3)[axis] / size, size)
    assert polygon.shape == (4, 3)
    np.testing.assert_allclose(polygon[:, axis], size)


def test_huge_states_cut_through_black_as_nearly_as_floats_can():
    polygon = clip_plane_to_cube((1e300, -1e300, 0), 255)
    corners = [[0, 0, 0], [0, 0, 255], [255, 255, 0], [255, 255, 255]]
    np.testing.assert_allclose(sorted(polygon.tolist()), corners)
    tiny = clip_plane_to_cube((1e200, 1e200, 1e200), 255)
    assert tiny.shape == (3, 3)
    assert 0 < tiny.max() < 1e-199
    for state in ((1e308, 1e308, 1e308), (1.7e308, -1.7e308, 1.7e308), (1e308, 1e-308, -1)):
        polygon = clip_plane_to_cube(state, 255)
        assert np.all(np.isfinite(polygon))
        assert polygon.min(initial=0) >= 0
        assert polygon.max(initial=0) <= 255


def test_the_state_of_the_memoire_cuts_the_cube():
    polygon = clip_plane_to_cube((41.6, -67.8, -59.8), 255)
    np.testing.assert_allclose(polygon @ [41.6, -67.8, -59.8], 1, atol=1e-9)
    assert len(polygon) in (3, 4)


@pytest.mark.parametrize(
    ("state", "size", "message"),
    [
        ((1, 2), 1, "state must be three finite numbers, got"),
        ((1, 2, np.nan), 1, "state must be three finite numbers"),
        ((1, 2, np.inf), 1, "state must be three finite numbers"),
        ((1, 2, 3), 0, "size must be a finite number above 0, got 0"),
        ((1, 2, 3), -1, "size must be a finite number above 0"),
        ((1, 2, 3), np.inf, "size must be a finite number above 0"),
        ((1, 2, 3), np.nan, "size must be a finite number above 0"),
    ],
)
def test_what_is_no_plane_or_cube_is_refused(state, size, message):
    with pytest.raises(ValueError, match=message):
        clip_plane_to_cube(state, size)
