"""Numbers of several digits: handwriting is cut into pieces, and those are put together to digits.

It is cut wherever a digit may end and the next begin, too often rather than too seldom. Which cuts
hold is decided for all of them at once: what is between two of them should look like one digit to
the recogniser, and be placed as one digit is.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nncore.connected_parts import connected_parts
from nncore.drawing import stroke_steps
from nncore.strokes import Strokes, checked_strokes
from nncore.thinning import centre_lines

MAX_PIECES = 60
# A digit has two hundred. Each is drawn in all of the possible digits that its piece is part of.
MAX_POINTS = 6000

Predict = Callable[[np.ndarray], np.ndarray]
Lines = tuple[np.ndarray, ...]
# The first piece of a possible digit, and the one after its last.
_Span = tuple[int, int]
# Of some pieces.
_Digests = tuple[bytes, ...]

# Of full ink.
_IS_INK = 128

# Lengths from here on are shares of the height of the writing, which is that of its larger digits:
# the parts of a 4 are smaller than the digit is.
_HEIGHT_QUANTILE = 0.75
# What is smaller both ways is no more than a touch of the pen.
_SPECK = 0.1
# Wider ones may be cut through: who lifts the pen between two digits has cut them already, but
# digits on paper run into each other.
_MAX_UNCUT_STROKE, _MAX_UNCUT_PART = 0.9, 0.5
_MIN_WIDTH = 0.12
_CUT_SPACING = 0.35
_STEP = 0.02

# The log-odds that between two pieces a digit ends: fitted by logistic regression to 1,500 numbers
# of the strokes of `nncore.pen_digits`, of which one gap in five was an overlap.
_LOG_ODDS = 1.6
_LOG_ODDS_OF_GAP, _MIN_GAP, _MAX_GAP = 24.0, -0.4, 0.2
_LOG_ODDS_BESIDE = 6.0
_LOG_ODDS_OF_TOUCH, _TOUCH = -2.5, 0.05
# The same where the writing is cut through.
_LOG_ODDS_CUT_THROUGH, _LOG_ODDS_OF_NECK = -0.5, -6.0

# Of a digit in the height of the writing, as standard deviations: of the logarithm of its height,
# and of how much wider it is than most.
_HEIGHT_SPREAD = 0.2
_COMMON_WIDTH, _WIDTH_SPREAD = 0.65, 0.3
_MAX_GAP_WITHIN, _MAX_WIDTH, _MAX_PIECES_OF_DIGIT = 0.3, 1.8, 6
_MIN_PROBABILITY = 1e-6
# How much the doubt whether it is one counts: two digits taken for one may be read with certainty.
# Measured on 300 numbers of ink of the strokes of `nncore.pen_digits`.
_WEIGHT_OF_DOUBT = 2


class TooManyPiecesError(ValueError):
    """There is far more writing than one number has."""

    def __init__(self):
        super().__init__("This is too much for one number: write at most about 20 digits.")


@dataclass(frozen=True, eq=False)
class Piece:
    """Handwriting that is at most one digit: a stroke, connected ink, or what a cut left of them.

    Attributes
    ----------
    lines : tuple of ndarray of shape (n_points, 2), float64
        The middle of the pen's way, x and y in pixels, y down.
    neck : float or None
        Where the writing was cut through between this piece and the one on its left, the height of
        it there, in pixels; None where there was nothing to cut through.
    """

    lines: Lines
    neck: float | None = None


@dataclass(frozen=True, eq=False)
class ReadDigit:
    """A digit of a number.

    Attributes
    ----------
    lines : tuple of ndarray of shape (n_points, 2), float64
        The middle of the pen's way, x and y in pixels, y down.
    image : ndarray of shape (28, 28), uint8
        What the recogniser has seen.
    probabilities : ndarray of shape (10,), float
        What it has answered.
    """

    lines: Lines
    image: np.ndarray
    probabilities: np.ndarray


@dataclass(frozen=True, eq=False)
class ReadNumber:
    """A number that was read.

    Attributes
    ----------
    digits : tuple of ReadDigit
        From left to right.
    cuts : tuple of int
        Ascending: before which pieces, counted from 0, a digit begins; the first one's 0 is left
        out.
    """

    digits: tuple[ReadDigit, ...]
    cuts: tuple[int, ...]


def pieces_of_strokes(strokes: Strokes) -> tuple[Piece, ...]:
    """Cut the strokes of a canvas into pieces.

    Parameters
    ----------
    strokes : sequence of array-likes of shape (n_points, 2)
        x and y in pixels of the canvas, y down, in any order.

    Returns
    -------
    tuple of Piece
        From left to right, by the middles of the strokes; each is a stroke, or a part of one that
        is wide enough for two digits. Specks are left out, unless there is nothing else.

    Raises
    ------
    TooManyPiecesError
        If there are more than 60, or they have more than 6,000 points.
    ValueError
        If a stroke is not (n_points, 2) finite numbers; see `nncore.strokes.render_strokes`.
    """
    lines = checked_strokes(strokes)
    if sum(map(len, lines)) > MAX_POINTS:
        raise TooManyPiecesError
    return _pieces([(line,) for line in lines], _MAX_UNCUT_STROKE)


def pieces_of_ink(ink: np.ndarray) -> tuple[Piece, ...]:
    """Cut ink into pieces.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8
        0 on paper, 255 in the ink.

    Returns
    -------
    tuple of Piece
        From left to right; each is ink that hangs together, or a part of it where it is wide enough
        for two digits, thinned to its centre lines. Specks are left out.

    Raises
    ------
    TooManyPiecesError
        If there are more than 60.
    ValueError
        If ``ink`` is not (height, width) uint8.
    """
    ink = np.asarray(ink)
    if ink.ndim != 2 or ink.dtype != np.uint8:
        raise ValueError(f"ink must be (height, width) uint8, got {ink.shape} {ink.dtype.name}")
    numbers = connected_parts(ink >= _IS_INK)
    rows, columns = np.nonzero(numbers)
    owners = numbers[rows, columns]
    n_parts = int(owners.max(initial=0))
    low, high = np.full((n_parts + 1, 2), max(ink.shape)), np.zeros((n_parts + 1, 2), dtype=int)
    places = np.stack([rows, columns], axis=1)
    np.minimum.at(low, owners, places)
    np.maximum.at(high, owners, places)
    sides = np.max(high - low, axis=1)
    # Before they are thinned, which takes some milliseconds each.
    kept = [n for n in range(1, n_parts + 1) if sides[n] >= _SPECK * sides[1:].max()]
    if len(kept) > MAX_PIECES:
        raise TooManyPiecesError
    shapes = []
    for n in kept:
        (top, left), (bottom, right) = low[n], high[n] + 1
        part = np.where(numbers[top:bottom, left:right] == n, ink[top:bottom, left:right], 0)
        offset = np.array([left, top])
        shapes.append(tuple(line + offset for line in centre_lines(part.astype(np.uint8))))
    return _pieces(shapes, _MAX_UNCUT_PART)


class NumberReader:
    """Puts pieces together to digits, and reads each; what it has read before, it remembers.

    Of a number that is written stroke by stroke, most of the possible digits were there before the
    last stroke. Those of the number that was read last are not drawn and recognised again.

    Parameters
    ----------
    predict : callable
        Turns images, (n, 28, 28) uint8, into probabilities, (n, 10).
    digit_probabilities : callable, optional
        Turns the same images into the probabilities, (n,), that each is a digit at all, such as
        `nncore.doubt.digit_probabilities`. Without it, a recogniser that is sure of half a digit,
        or of two at once, is believed.

    Notes
    -----
    Of all ways to cut, the one with the largest sum of log-probabilities is found by dynamic
    programming [1]_: of the most probable class of each digit, of its being one, of its height and
    width beside the others', and of each piece's distance and height beside its neighbour's, given
    that the same digit goes on or the next one begins.

    A possible digit is recognised only once it is part of the best way to cut for which it might
    be read with certainty. Since none is surer than that, what is left out could not have won.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to
       document recognition", Proceedings of the IEEE 86(11), 1998, section V (heuristic
       over-segmentation). doi:10.1109/5.726791
    """

    def __init__(self, predict: Predict, digit_probabilities: Predict | None = None):
        self._predict = predict
        self._digit_probabilities = digit_probabilities
        # By the digests of their pieces, whose lines may be long.
        self._known: dict[_Digests, _Candidate] = {}

    def read(self, pieces: Sequence[Piece], cuts: Sequence[int] | None = None) -> ReadNumber:
        """Put pieces together to digits, and read each.

        Parameters
        ----------
        pieces : sequence of Piece
            From left to right.
        cuts : sequence of int, optional
            Before which pieces a digit begins, as in `ReadNumber`; by default where that is most
            plausible.

        Returns
        -------
        ReadNumber
            Without digits if there are no pieces.

        Raises
        ------
        ValueError
            If ``cuts`` are not ascending numbers of pieces from 1.
        """
        n = len(pieces)
        if not n:
            return ReadNumber((), ())
        digests = tuple(_digest(piece) for piece in pieces)
        if cuts is None:
            chosen = self._most_plausible(pieces, digests)
        else:
            if not all(low < high for low, high in pairwise((0, *cuts, n))):
                raise ValueError(f"cuts must be ascending numbers from 1 to {n - 1}, got {cuts}")
            chosen = list(pairwise((0, *cuts, n)))
            self._recognise(pieces, digests, chosen)
        digits = []
        for first, end in chosen:
            known = self._known[digests[first:end]]
            digits.append(ReadDigit(_joined(pieces[first:end]), known.image, known.probabilities))
        return ReadNumber(tuple(digits), tuple(first for first, _ in chosen)[1:])

    def _most_plausible(self, pieces: Sequence[Piece], digests: _Digests) -> list[_Span]:
        """Return the pieces of each digit, cut in the most plausible way."""
        layout = _Layout(pieces)
        spans = layout.possible_digits()
        layout_scores = [layout.log_plausibility(*span) for span in spans]
        keys = [digests[first:end] for first, end in spans]
        self._known = {key: self._known[key] for key in keys if key in self._known}
        while True:
            # What is not recognised yet might be certain, whose logarithm is 0.
            scores = [
                score + (self._known[key].log_probability if key in self._known else 0)
                for key, score in zip(keys, layout_scores, strict=True)
            ]
            chosen = [spans[i] for i in _best_chain(spans, scores)]
            if not self._recognise(pieces, digests, chosen):
                return chosen

    def _recognise(
        self, pieces: Sequence[Piece], digests: _Digests, spans: Sequence[_Span]
    ) -> bool:
        """Draw possible digits with MNIST's pen and recognise them, unless all are known."""
        new = [(first, end) for first, end in spans if digests[first:end] not in self._known]
        if not new:
            return False
        images = np.stack([stroke_steps(_joined(pieces[first:end])).image for first, end in new])
        probabilities = self._predict(images)
        best = probabilities.max(axis=1)
        if self._digit_probabilities is not None:
            best = best * self._digit_probabilities(images) ** _WEIGHT_OF_DOUBT
        # Rounding may take a probability above 1.
        logs = np.log(np.clip(best, _MIN_PROBABILITY, 1)).tolist()
        for (first, end), *candidate in zip(new, images, probabilities, logs, strict=True):
            self._known[digests[first:end]] = _Candidate(*candidate)
        return True


def read_number(
    pieces: Sequence[Piece],
    predict: Predict,
    cuts: Sequence[int] | None = None,
    digit_probabilities: Predict | None = None,
) -> ReadNumber:
    """Put pieces together to digits, and read each: `NumberReader` for one number alone.

    Parameters
    ----------
    pieces : sequence of Piece
        From left to right.
    predict, digit_probabilities : callable
        As for `NumberReader`.
    cuts : sequence of int, optional
        As for `NumberReader.read`.

    Returns
    -------
    ReadNumber
        Without digits if there are no pieces.

    Raises
    ------
    ValueError
        If ``cuts`` are not ascending numbers of pieces from 1.
    """
    return NumberReader(predict, digit_probabilities).read(pieces, cuts)


def cut_positions(pieces: Sequence[Piece]) -> np.ndarray:
    """Return where a digit may begin: (n_pieces - 1,) float64, x in pixels before each piece."""
    return _gap_edges(np.array([_box(piece.lines) for piece in pieces])).mean(axis=0)


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A possible digit: its (28, 28) uint8 image, its (10,) probabilities, and how likely it is."""

    image: np.ndarray
    probabilities: np.ndarray
    log_probability: float


class _Layout:
    """How pieces lie beside each other, in shares of the height of the writing."""

    def __init__(self, pieces: Sequence[Piece]):
        boxes = np.array([_box(piece.lines) for piece in pieces])
        height = _writing_height(boxes)
        self.boxes = boxes / height
        right, left = _gap_edges(self.boxes)
        self.gaps = left - right
        log_odds = self._log_odds(pieces, height)
        # Logarithms of the probabilities that a digit begins before a piece, and that none does.
        self.log_begins = -np.logaddexp(0, -log_odds)
        self.log_goes_on = -np.logaddexp(0, log_odds)

    def _log_odds(self, pieces: Sequence[Piece], height: float) -> np.ndarray:
        """Return (n_pieces - 1,) log-odds that a digit begins before a piece."""
        top, bottom = self.boxes[:, 1], self.boxes[:, 3]
        shared = np.minimum(bottom[1:], bottom[:-1]) - np.maximum(top[1:], top[:-1])
        spanned = np.maximum(bottom[1:], bottom[:-1]) - np.minimum(top[1:], top[:-1])
        # Two digits stand beside each other; bars, and the halves of a 4, above each other.
        beside = np.maximum(shared, 0) / np.maximum(spanned, _STEP)
        log_odds = (
            _LOG_ODDS
            + _LOG_ODDS_OF_GAP * np.clip(self.gaps, _MIN_GAP, _MAX_GAP)
            + _LOG_ODDS_BESIDE * beside
        )
        for i, (piece, following) in enumerate(pairwise(pieces)):
            if following.neck is not None:
                log_odds[i] = _LOG_ODDS_CUT_THROUGH + _LOG_ODDS_OF_NECK * following.neck / height
            elif self.gaps[i] < _TOUCH and _are_touching(piece.lines, following.lines, height):
                log_odds[i] += _LOG_ODDS_OF_TOUCH
        return log_odds

    def possible_digits(self) -> list[_Span]:
        """Return the first piece of each possible digit, and the one after its last."""
        n = len(self.boxes)
        spans = []
        for first in range(n):
            spans.append((first, first + 1))
            for end in range(first + 2, min(n, first + _MAX_PIECES_OF_DIGIT) + 1):
                if self.gaps[end - 2] > _MAX_GAP_WITHIN or self._size(first, end)[0] > _MAX_WIDTH:
                    break
                spans.append((first, end))
        return spans

    def log_plausibility(self, first: int, end: int) -> float:
        """Return how plausible it is, whatever they look like, that these pieces are one digit."""
        width, height = self._size(first, end)
        tallness = np.log(max(height, _STEP)) / _HEIGHT_SPREAD
        wideness = max(width - _COMMON_WIDTH, 0) / _WIDTH_SPREAD
        begins = self.log_begins[first - 1] if first else 0.0
        goes_on = self.log_goes_on[first : end - 1].sum()
        return float(begins + goes_on - (tallness**2 + wideness**2) / 2)

    def _size(self, first: int, end: int) -> np.ndarray:
        """Return width and height of some pieces together."""
        boxes = self.boxes[first:end]
        return boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)


def _best_chain(spans: Sequence[_Span], scores: Sequence[float]) -> list[int]:
    """Return which spans, end to end from the first piece to the last, have the largest sum."""
    n = spans[-1][1]
    best = np.full(n + 1, -np.inf)
    best[0] = 0
    last_span = [-1] * (n + 1)
    # They are in the order of their first pieces, the best way to which is known by then.
    for i, ((first, end), score) in enumerate(zip(spans, scores, strict=True)):
        if best[first] + score > best[end]:
            best[end] = best[first] + score
            last_span[end] = i
    chain, end = [], n
    while end:
        chain.append(last_span[end])
        end = spans[last_span[end]][0]
    return chain[::-1]


def _pieces(shapes: Sequence[Lines], max_uncut_width: float) -> tuple[Piece, ...]:
    """Cut shapes where they are too wide, and put them from left to right."""
    if not shapes:
        return ()
    boxes = np.array([_box(lines) for lines in shapes])
    height = _writing_height(boxes)
    sizes = np.max(boxes[:, 2:] - boxes[:, :2], axis=1)
    is_kept = sizes >= min(_SPECK * height, sizes.max())
    pieces = []
    for i in np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable"):
        if is_kept[i]:
            width = boxes[i, 2] - boxes[i, 0]
            is_wide = width > max_uncut_width * height
            # Before it is cut: a flat line would be, thousands of times.
            if len(pieces) + (is_wide and width / (_CUT_SPACING * height)) >= MAX_PIECES:
                raise TooManyPiecesError
            pieces += _cut_through(shapes[i], height) if is_wide else [Piece(shapes[i])]
    return tuple(pieces)


def _cut_through(lines: Lines, height: float) -> list[Piece]:
    """Cut lines into pieces where, from top to bottom, they are lowest."""
    pieces, neck = [], None
    for x, next_neck in _necks(lines, height):
        left, right = _parted(lines, x)
        # Between the pixels of ink that is two or three high, there is room for more than one cut.
        if left and right:
            pieces.append(Piece(left, neck))
            lines, neck = right, next_neck
    return [*pieces, Piece(lines, neck)]


def _necks(lines: Lines, height: float) -> list[tuple[float, float]]:
    """Return where lines are lowest, and how high they are there; from left to right, in pixels."""
    step_px = _STEP * height
    points = np.concatenate([_resampled(line, step_px / 3) for line in lines])
    start, end = points[:, 0].min(), points[:, 0].max()
    n_columns = max(1, int((end - start) / step_px))
    columns = np.minimum(((points[:, 0] - start) / step_px).astype(int), n_columns - 1)
    top, bottom = np.full(n_columns, np.inf), np.full(n_columns, -np.inf)
    np.minimum.at(top, columns, points[:, 1])
    np.maximum.at(bottom, columns, points[:, 1])
    heights = np.convolve(
        np.pad(np.maximum(bottom - top, 0), 1, mode="edge"), np.ones(3) / 3, "valid"
    )
    n_apart = round(_MIN_WIDTH / _STEP)
    is_free = np.zeros(n_columns, dtype=bool)
    is_free[n_apart : n_columns - n_apart] = True
    chosen = []
    for _ in range(max(1, int((end - start) / (_CUT_SPACING * height)))):
        if is_free.any():
            lowest = int(np.argmin(np.where(is_free, heights, np.inf)))
            is_free[max(lowest - n_apart, 0) : lowest + n_apart + 1] = False
            chosen.append(lowest)
    return [(start + (i + 0.5) * step_px, float(heights[i])) for i in sorted(chosen)]


def _parted(lines: Lines, x: float) -> tuple[Lines, Lines]:
    """Return what is on the left and on the right of a vertical line."""
    sides = ([], [])
    for line in lines:
        is_right = line[:, 0] >= x
        if is_right.all() or not is_right.any():
            sides[int(is_right[0])].append(line)
            continue
        # Points before which a line has come to the other side; its way there ends at x itself.
        crossings = np.flatnonzero(is_right[1:] != is_right[:-1]) + 1
        before, after = line[crossings - 1], line[crossings]
        shares = (x - before[:, :1]) / (after[:, :1] - before[:, :1])
        at_x = before + shares * (after - before)
        runs = np.split(line, crossings)
        for i, run in enumerate(runs):
            ends = [at_x[i - 1 : i] if i else run[:0], run, at_x[i : i + 1]]
            sides[int(run[0, 0] >= x)].append(np.concatenate(ends))
    return tuple(sides[0]), tuple(sides[1])


def _resampled(line: np.ndarray, step_px: float) -> np.ndarray:
    """Return (n_points, 2) points along a line, at most about a step apart."""
    if len(line) < 2:
        return line
    way = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    places = np.linspace(0, way[-1], 2 + int(way[-1] / step_px))
    return np.stack([np.interp(places, way, axis) for axis in line.T], axis=1)


def _are_touching(lines: Lines, others: Lines, height: float) -> bool:
    """Return whether lines come as close as the width of a pen."""
    points, other_points = (
        np.concatenate([_resampled(line, _TOUCH / 2 * height) for line in some])
        for some in (lines, others)
    )
    distances = np.hypot(*(points[:, np.newaxis] - other_points).transpose(2, 0, 1))
    return bool(distances.min() < _TOUCH * height)


def _gap_edges(boxes: np.ndarray) -> np.ndarray:
    """Return (2, n_pieces - 1): where all before a piece ends, and where it and the rest begin."""
    right = np.maximum.accumulate(boxes[:, 2])[:-1]
    left = np.minimum.accumulate(boxes[::-1, 0])[::-1][1:]
    return np.stack([right, left])


def _writing_height(boxes: np.ndarray) -> float:
    """Return the height of the larger digits, at least 1."""
    heights = boxes[:, 3] - boxes[:, 1]
    tall = heights[heights >= heights.max() / 2]
    return max(float(np.quantile(tall, _HEIGHT_QUANTILE)), 1.0)


def _box(lines: Lines) -> np.ndarray:
    """Return left, top, right and bottom."""
    points = np.concatenate(lines)
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def _digest(piece: Piece) -> bytes:
    """Return what tells the lines of a piece from others."""
    digest = hashlib.blake2b(digest_size=16)
    for line in piece.lines:
        # Where a line ends makes a difference too.
        digest.update(len(line).to_bytes(4))
        digest.update(np.ascontiguousarray(line))
    return digest.digest()


def _joined(pieces: Sequence[Piece]) -> Lines:
    """Return all lines of some pieces."""
    return tuple(line for piece in pieces for line in piece.lines)
