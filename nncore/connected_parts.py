"""Connected parts of a shape: what hangs together by sides or corners of its pixels."""

import numpy as np


def connected_parts(mask: np.ndarray) -> np.ndarray:
    """Tell the connected parts of a shape apart.

    Parameters
    ----------
    mask : ndarray of shape (height, width), bool

    Returns
    -------
    ndarray of shape (height, width), int64
        0 outside the mask, and from 1 upwards the number of the part that a pixel belongs to, in
        the order in which the parts are met row by row.

    Raises
    ------
    ValueError
        If ``mask`` is not (height, width) bool.

    Notes
    -----
    Rows are cut into runs of pixels, and runs that touch one of the row above are joined by
    union-find: a page of handwriting has some thousand runs, but some hundred thousand pixels.
    """
    mask = np.asarray(mask)
    if mask.ndim != 2 or mask.dtype != bool:
        raise ValueError(f"mask must be (height, width) bool, got {mask.shape} {mask.dtype.name}")
    width = mask.shape[1]
    # A column of paper on the right ends every run before the next row.
    steps = np.diff(np.pad(mask, ((0, 0), (0, 1))).ravel().view(np.int8), prepend=0)
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    # A run of the row above that starts before this one has ended and ends after it has started,
    # corners included; runs are in reading order, so that these are consecutive.
    first = np.searchsorted(ends, starts - (width + 1), side="left")
    last = np.searchsorted(starts, ends - (width + 1), side="right")
    parents = list(range(starts.size))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    for run, (low, high) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        for above in range(low, high):
            one, other = root(run), root(above)
            parents[max(one, other)] = min(one, other)
    roots = np.array([root(run) for run in range(starts.size)], dtype=np.int64)
    numbers = np.unique(roots, return_inverse=True)[1] + 1
    parts = np.zeros(mask.shape, dtype=np.int64)
    parts[mask] = np.repeat(numbers, ends - starts)
    return parts
