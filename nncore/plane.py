"""The plane on which the colour neuron changes its answer, cut to the cube of all colours.

Last in the chain of the colour neuron: a state -> a polygon that a figure can draw.
"""

import math

import numpy as np

# A plane this close beyond the far corner, relative to the cube, is taken as touching it: the
# face of a cube of size 255 has the state (1/255, 0, 0), which is not a binary fraction.
_TOUCHING = 1e-12


def clip_plane_to_cube(state: np.ndarray, size: float) -> np.ndarray:
    """Return the polygon in which the plane ``state @ x = 1`` cuts the cube ``[0, size]^3``.

    Parameters
    ----------
    state : array-like of shape (3,)
        The state p of the neuron, any finite numbers.
    size : float
        The edge of the cube, above 0: 1 or 255.

    Returns
    -------
    ndarray of shape (k, 3), float64
        The corners of a convex polygon in order around it, k from 3 to 6; k is 0 when the plane
        misses the cube, touches it in a corner or an edge only, or is none (state zero).

    Raises
    ------
    ValueError
        If ``state`` is not three finite numbers or ``size`` not a finite number above 0.

    Notes
    -----
    Mirroring the axes on which the state is negative leaves a normal n >= 0 and a plane
    ``n @ y = d`` in the unit cube. Along an edge in the direction of an axis ``n @ y`` never
    falls, so each of the three paths 0 -> e_i -> e_i + e_j -> (1, 1, 1), (i, j) = (0, 1), (1, 2),
    (2, 0), meets the plane once, and between two paths one more edge, e_j -> e_i + e_j, may meet
    it. Met in this order the points go around the polygon without being sorted.

    References
    ----------
    C. Rezk Salama and A. Kolb, "A Vertex Program for Efficient Box-Plane Intersection", Proc.
    Vision, Modeling and Visualization, 2005.
    """
    # Python's floats. NumPy takes three times as long for so few numbers, and has no infinity
    # without a warning: then the plane is far away.
    state = np.asarray(state, dtype=np.float64)
    parts = state.tolist()
    if state.shape != (3,) or not all(map(math.isfinite, parts)):
        raise ValueError(f"state must be three finite numbers, got {parts}")
    if not (math.isfinite(size) and size > 0):
        raise ValueError(f"size must be a finite number above 0, got {size!r}")
    largest = max(map(abs, parts))
    if largest == 0:
        return np.empty((0, 3))
    normal = [part / largest for part in parts]
    distance = 1.0 / largest / float(size) - sum(part for part in normal if part < 0)
    polygon = [
        tuple(1 - x if part < 0 else x for x, part in zip(point, normal, strict=True))
        for point in _cut_unit_cube([abs(part) for part in normal], distance)
    ]
    # In a corner of the cube several edges meet the plane at the same point.
    corners = list(dict.fromkeys(polygon))
    return np.array(corners) * size if len(corners) >= 3 else np.empty((0, 3))


def _cut_unit_cube(normal: list[float], distance: float) -> list[tuple[float, ...]]:
    """Return where ``normal @ y = distance`` cuts the unit cube, in order; 0 <= normal <= 1."""
    total = sum(normal)
    if distance > total * (1 + _TOUCHING):
        return []
    distance = min(distance, total)
    points = []
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        points.append(_path_point(normal, distance, (i, j, k)))
        if normal[i] > 0 and normal[j] <= distance <= normal[j] + normal[i]:
            points.append(_point({j: 1.0, i: (distance - normal[j]) / normal[i]}))
    return points


def _path_point(
    normal: list[float], distance: float, axes: tuple[int, int, int]
) -> tuple[float, ...]:
    """Return where the path from corner 0 to corner (1, 1, 1), along the axes in turn, is cut."""
    corner: dict[int, float] = {}
    for axis in axes:
        if normal[axis] > 0 and distance <= normal[axis]:
            return _point(corner | {axis: distance / normal[axis]})
        distance -= normal[axis]
        corner[axis] = 1.0
    return _point(corner)


def _point(coordinates: dict[int, float]) -> tuple[float, ...]:
    """Return a point of the unit cube from its coordinates other than 0, rounding errors cut."""
    return tuple(min(max(coordinates.get(axis, 0.0), 0.0), 1.0) for axis in range(3))
