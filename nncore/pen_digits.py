"""Digits as a pen draws them in Europe, made up: what MNIST, which is American, hardly has.

A 1 with a flag, a 7 with a bar, a 9 with a curl, an open 4. Each digit has a few forms, whose
proportions, slant, curvature, start and gaps are drawn by lot; they become images exactly as the
strokes of a canvas do, and can be mixed with MNIST's in a training.
"""

from collections.abc import Callable

import numpy as np

from nncore.drawing import stroke_steps

# Of each form: x to the right and y down, the digit from 0 to 1 in height.
Form = Callable[[np.random.Generator], list[np.ndarray]]

_N_PIECES = 5
# A form is drawn about as large as a hand does it on a canvas of 280 pixels.
_DRAWN_PX = 150
_DEGREES = np.pi / 180


def draw_pen_digits(n: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw digits at random.

    Parameters
    ----------
    n : int
        How many, at least 0; a thousand take about a second.
    generator : numpy.random.Generator

    Returns
    -------
    images : ndarray of shape (n, 28, 28), uint8
        Like MNIST's; see `nncore.drawing.stroke_steps`.
    labels : ndarray of shape (n,), int64
        The digits, all ten equally likely.
    """
    labels = generator.integers(0, len(FORMS), n)
    images = np.empty((n, 28, 28), dtype=np.uint8)
    for image, digit in zip(images, labels, strict=True):
        image[...] = stroke_steps(draw_strokes(int(digit), generator)).image
    return images, labels


def draw_strokes(digit: int, generator: np.random.Generator) -> list[np.ndarray]:
    """Draw a digit at random, in one of its forms.

    Parameters
    ----------
    digit : int
        0 to 9.
    generator : numpy.random.Generator

    Returns
    -------
    list of ndarray of shape (n_points, 2), float64
        The strokes, in the order in which a pen draws them; x and y in pixels of a canvas of 280,
        y down.

    Raises
    ------
    ValueError
        If ``digit`` is not one of the ten.
    """
    if digit not in FORMS:
        raise ValueError(f"digit must be from 0 to {len(FORMS) - 1}, got {digit}")
    forms = FORMS[digit]
    return written(forms[generator.integers(len(forms))](generator), generator)


def written(strokes: list[np.ndarray], generator: np.random.Generator) -> list[np.ndarray]:
    """Give an ideal shape the proportions, slant, tilt and unsteadiness of a hand.

    Parameters
    ----------
    strokes : list of ndarray of shape (n_points, 2)
        x and y of the points, of about the size 1, y down.
    generator : numpy.random.Generator

    Returns
    -------
    list of ndarray of shape (n_points, 2), float64
        In pixels of a canvas of 280.
    """
    width = 0.75 * np.exp(generator.normal(0, 0.22))
    slant = generator.normal(0.16, 0.24)
    tilt = generator.normal(0, 5) * _DEGREES
    to_paper = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    to_paper = to_paper @ [[width, -slant], [0, 1]]
    # A slow wave across the paper bends lines that should be straight.
    wave = generator.normal(0, 1, (2, 2))
    phase = generator.uniform(0, 2 * np.pi, 2)
    strength = generator.uniform(0, 0.035)
    return [
        (140 + _DRAWN_PX * ((s - 0.5) @ to_paper.T + strength * np.sin(4 * s @ wave + phase)))
        for s in strokes
    ]


def smooth(*points: tuple[float, float]) -> np.ndarray:
    """Return a curve through points (x, y), as (n_points, 2): a Catmull-Rom spline."""
    knots = np.array([points[0], *points, points[-1]])[:, None]
    a, b, c, d = knots[:-3], knots[1:-2], knots[2:-1], knots[3:]
    t = np.linspace(0, 1, _N_PIECES, endpoint=False)[:, None]
    pieces = (
        (2 * b) + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    ) / 2
    return np.concatenate([pieces.reshape(-1, 2), knots[-1]])


def arc(
    middle: tuple[float, float],
    radii: tuple[float, float],
    start: float,
    sweep: float,
    growth: float = 1.0,
) -> np.ndarray:
    """Return an elliptic arc as (n_points, 2), in degrees clockwise from the right.

    It is ``growth`` times as far from its middle at the end as at the start.
    """
    t = np.linspace(0, 1, 4 + round(abs(sweep) / 12))
    angle = (start + sweep * t) * _DEGREES
    directions = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.array(middle) + directions * np.array(radii) * (growth**t)[:, None]


def _zero(g: np.random.Generator) -> list[np.ndarray]:
    """Draw an oval, open or overlapping where it was begun."""
    sweep = g.choice([-1, 1], p=[0.8, 0.2]) * g.uniform(325, 410)
    start = g.uniform(-150, -30)
    return [arc((0.5, 0.5), (g.uniform(0.3, 0.45), 0.5), start, sweep, np.exp(g.normal(0, 0.12)))]


def _zero_with_tails(g: np.random.Generator) -> list[np.ndarray]:
    """Draw an oval whose two ends cross or stick out at the top."""
    ring = arc((0.5, 0.6), (g.uniform(0.3, 0.45), 0.4), g.uniform(-80, -50), -g.uniform(300, 345))
    start = ring[0] + [g.uniform(-0.1, 0.2), -g.uniform(0.05, 0.25)]
    tail = ring[-1] + [g.uniform(0.0, 0.25), -g.uniform(0.0, 0.15)]
    ends = [[ring, tail[None]], [start[None], ring], [start[None], ring, tail[None]]]
    return [np.concatenate(ends[g.integers(len(ends))])]


def _one(g: np.random.Generator) -> list[np.ndarray]:
    """Draw a stem with a flag, from a short one to one as long as the stem."""
    length, angle = g.uniform(0.12, 0.85), g.uniform(22, 75) * _DEGREES
    top = np.array([0.5, 0.0])
    flag = top + length * np.array([-np.cos(angle), np.sin(angle)])
    bend = (flag + top) / 2 + g.normal(0, 0.03, 2)
    stem = smooth(top, (0.5 + g.normal(0, 0.04), 0.5), (0.5 + g.normal(0, 0.05), 1.0))
    return [np.concatenate([smooth(flag, bend, top), stem])]


def _one_with_foot(g: np.random.Generator) -> list[np.ndarray]:
    """Draw a stem on a foot, with a flag or without; the foot in the same stroke or in its own."""
    (stem,) = _one(g)
    if g.random() < 0.3:
        stem = stem[stem[:, 1].argmin() :]
    left, right = g.uniform(0.05, 0.45), g.uniform(0.1, 0.45)
    y = 1 + g.normal(0, 0.03)
    if g.random() < 0.5:
        return [stem, np.array([(0.5 - left, y), (0.5 + right, y + g.normal(0, 0.05))])]
    # The pen goes to one side and perhaps back over its own line.
    x = (0.5 - left, 0.5 + right) if g.random() < 0.6 else (0.5 - left,)
    return [np.concatenate([stem, [(value, y + g.normal(0, 0.03)) for value in x]])]


def _one_bare(g: np.random.Generator) -> list[np.ndarray]:
    """Draw nothing but a stem."""
    return [smooth((0.5, 0), (0.5 + g.normal(0, 0.03), 0.5), (0.5, 1))]


def _two(g: np.random.Generator) -> list[np.ndarray]:
    """Draw an arch, a slope, and a base behind a corner or a small loop."""
    arch = [
        (g.uniform(-0.05, 0.2), g.uniform(0.1, 0.35)),
        (g.uniform(0.2, 0.4), g.uniform(-0.03, 0.06)),
        (g.uniform(0.6, 0.8), g.uniform(0.02, 0.15)),
        (g.uniform(0.65, 0.85), g.uniform(0.25, 0.4)),
        (g.uniform(0.35, 0.6), g.uniform(0.55, 0.75)),
    ]
    left, end = g.uniform(-0.1, 0.1), (g.uniform(0.75, 1.1), g.uniform(0.88, 1.08))
    if g.random() < 0.6:
        base = smooth((left, 0.97), (0.4, g.uniform(0.92, 1.02)), end)
        return [np.concatenate([smooth(*arch, (left, 0.97)), base])]
    height = g.uniform(0.08, 0.2)
    loop = [(left, 0.98), (left - 0.05, 0.98 - height), (left + 0.15, 0.96 - height)]
    return [smooth(*arch, (left + 0.2, 0.93), *loop, (0.45, g.uniform(0.9, 1.0)), end)]


def _lower_bow(g: np.random.Generator, x: float, y: float) -> np.ndarray:
    """Draw the bow of a 3 or a 5 that begins at (x, y)."""
    right = g.uniform(0.7, 0.95)
    return smooth(
        (x, y),
        (right - g.uniform(0.1, 0.2), y + g.uniform(0.0, 0.08)),
        (right, (1 + y) / 2 + g.uniform(-0.03, 0.06)),
        (g.uniform(0.4, 0.6), g.uniform(0.95, 1.02)),
        (g.uniform(-0.1, 0.15), g.uniform(0.82, 1.0)),
    )


def _three(g: np.random.Generator) -> list[np.ndarray]:
    """Draw two bows that meet in a corner or in a small loop."""
    x, y = g.uniform(0.2, 0.5), g.uniform(0.38, 0.52)
    upper = [
        (g.uniform(-0.05, 0.2), g.uniform(0.02, 0.2)),
        (g.uniform(0.3, 0.5), g.uniform(-0.03, 0.03)),
        (g.uniform(0.65, 0.8), g.uniform(0.12, 0.22)),
        (g.uniform(0.55, 0.7), y - g.uniform(0.03, 0.1)),
    ]
    if g.random() < 0.3:
        loop = g.uniform(0.05, 0.12)
        return [
            np.concatenate(
                [smooth(*upper, (x, y), (x - loop, y + loop / 2)), _lower_bow(g, x, y + loop)]
            )
        ]
    return [np.concatenate([smooth(*upper, (x, y)), _lower_bow(g, x, y)])]


def _three_with_roof(g: np.random.Generator) -> list[np.ndarray]:
    """Draw a straight roof and a slope above the bow."""
    x, y = g.uniform(0.25, 0.5), g.uniform(0.33, 0.48)
    roof = smooth(
        (g.uniform(-0.05, 0.15), g.uniform(0, 0.08)),
        (0.4, g.normal(0, 0.03)),
        (g.uniform(0.6, 0.9), g.uniform(-0.04, 0.05)),
    )
    return [np.concatenate([roof, _lower_bow(g, x, y)])]


def _four_open(g: np.random.Generator) -> list[np.ndarray]:
    """Draw an angle, and a stem across it or beside its end."""
    bar_y = g.uniform(0.45, 0.8)
    corner = (g.uniform(-0.05, 0.2), bar_y)
    top = (g.uniform(0.1, 0.6), 0)
    bend = (np.add(top, corner) / 2 + g.normal(0, 0.04, 2)).tolist()
    bar = smooth(
        corner, (0.45, bar_y + g.normal(0, 0.04)), (g.uniform(0.5, 1.0), bar_y + g.normal(0, 0.06))
    )
    stem_x, stem_top = g.uniform(0.35, 0.75), g.uniform(-0.05, bar_y)
    stem_bottom = stem_x - g.uniform(-0.05, 0.25)
    stem = smooth(
        (stem_x, stem_top),
        ((stem_x + stem_bottom) / 2 + g.normal(0, 0.02), 0.6),
        (stem_bottom, g.uniform(0.9, 1.05)),
    )
    return [np.concatenate([smooth(top, bend, corner), bar]), stem]


def _four_round(g: np.random.Generator) -> list[np.ndarray]:
    """Draw a cup, and a stem that goes on from its right end, as in a y; in one stroke or two."""
    left, low, right = g.uniform(-0.05, 0.2), g.uniform(0.4, 0.62), g.uniform(0.5, 0.8)
    height = g.uniform(-0.02, low - 0.12)
    cup = smooth(
        (left + g.uniform(0, 0.3), g.uniform(-0.05, 0.12)),
        (left, low - g.uniform(0.05, 0.2)),
        (left + g.uniform(0.05, 0.2), low),
        (right - g.uniform(0.05, 0.2), low - g.uniform(-0.02, 0.1)),
        (right, height),
    )
    stem = smooth(
        (right, height), (right - g.uniform(-0.03, 0.1), 0.6), (right - g.uniform(0, 0.25), 1)
    )
    return [np.concatenate([cup, stem])] if g.random() < 0.7 else [cup, stem]


def _four_closed(g: np.random.Generator) -> list[np.ndarray]:
    """Draw a pointed triangle on a stem: down to the left, across, up or back, and down."""
    peak = np.array([g.uniform(0.45, 0.75), 0.0])
    bar_y = g.uniform(0.45, 0.7)
    corner = (g.uniform(-0.05, 0.15), bar_y)
    foot = (peak[0] - g.uniform(-0.05, 0.25), g.uniform(0.95, 1.05))
    if g.random() < 0.5:
        # In one stroke, that comes back to the peak.
        side = (peak[0] - g.uniform(-0.05, 0.15), bar_y + g.normal(0, 0.03))
        again = np.add(peak, (g.uniform(-0.05, 0.1), g.uniform(-0.02, 0.12)))
        return [np.array([peak, corner, side, again, foot])]
    end = (g.uniform(0.7, 1.05), bar_y + g.normal(0, 0.04))
    return [np.array([peak, corner, end]), np.array([peak + g.normal(0, 0.03, 2), foot])]


def _five(g: np.random.Generator) -> list[np.ndarray]:
    """Draw a neck and a bow, and the hat in its own stroke or at the start of the same one."""
    neck_x, neck_y = g.uniform(0.0, 0.2), g.uniform(0.3, 0.5)
    top = (neck_x + g.uniform(0, 0.15), g.uniform(-0.02, 0.06))
    body = np.concatenate([np.array([top, (neck_x, neck_y)]), _lower_bow(g, neck_x, neck_y)])
    hat_end = (g.uniform(0.55, 1.1), g.uniform(-0.1, 0.08))
    if g.random() < 0.4:
        return [np.concatenate([[hat_end], body])]
    # Where the hat begins, there may be a gap.
    hat_start = np.add(top, (g.uniform(-0.05, 0.12), g.uniform(-0.08, 0.06)))
    return [body, smooth(hat_start, np.add(hat_start, hat_end) / 2 + g.normal(0, 0.02, 2), hat_end)]


def _five_round(g: np.random.Generator) -> list[np.ndarray]:
    """Draw one curve, like an S."""
    return [
        smooth(
            (g.uniform(0.75, 1.0), g.uniform(-0.05, 0.05)),
            (g.uniform(0.3, 0.45), g.uniform(-0.02, 0.06)),
            (g.uniform(0.1, 0.2), g.uniform(0.25, 0.38)),
            (g.uniform(0.45, 0.6), g.uniform(0.4, 0.5)),
            (g.uniform(0.75, 0.9), g.uniform(0.65, 0.75)),
            (g.uniform(0.4, 0.5), 1),
            (g.uniform(-0.1, 0.1), g.uniform(0.85, 0.98)),
        )
    ]


def _six(g: np.random.Generator) -> list[np.ndarray]:
    """Draw a falling curve that closes, or nearly closes, a ring."""
    height = g.uniform(0.4, 0.65)
    inside = g.uniform(0.1, 0.45)
    return [
        smooth(
            (g.uniform(0.35, 0.95), 0),
            (g.uniform(0.15, 0.4), g.uniform(0.2, 0.35)),
            (g.uniform(-0.05, 0.1), g.uniform(0.6, 0.75)),
            (g.uniform(0.25, 0.4), 1),
            (g.uniform(0.65, 0.8), g.uniform(0.82, 0.92)),
            (g.uniform(0.6, 0.8), height + g.uniform(0.02, 0.15)),
            (g.uniform(0.35, 0.5), height),
            (inside, height + g.uniform(0.08, 0.25)),
        )
    ]


def _seven(g: np.random.Generator) -> list[np.ndarray]:
    """Draw a roof and a stem, with a bar across it or without; the roof may begin with a hook."""
    right = g.uniform(0.65, 0.95)
    foot = (g.uniform(0.05, 0.6), 1)
    left = g.uniform(-0.1, 0.15)
    roof = [
        (left, g.uniform(-0.03, 0.1)),
        (0.4, g.normal(0.02, 0.03)),
        (right, g.uniform(-0.05, 0.08)),
    ]
    if g.random() < 0.4:
        roof.insert(0, (left + g.normal(0, 0.03), g.uniform(0.12, 0.3)))
    middle = (np.add(roof[-1], foot) / 2 + [g.uniform(-0.12, 0.1), g.normal(0, 0.03)]).tolist()
    if g.random() < 0.35:
        # Round the corner instead of stopping at it.
        body = smooth(*roof[:-1], (right - 0.06, 0.03), (right, 0.1), middle, foot)
    else:
        body = np.concatenate([smooth(*roof), smooth(roof[-1], middle, foot)])
    if g.random() < 0.15:
        return [body]
    y = g.uniform(0.36, 0.78)
    x = body[np.abs(body[:, 1] - y).argmin(), 0]
    tilt = g.normal(-0.02, 0.06)
    bar = smooth(
        (x - g.uniform(0.1, 0.4), y - tilt),
        (x, y + g.normal(0, 0.02)),
        (x + g.uniform(0.1, 0.55), y + tilt),
    )
    return [body, bar]


def _eight(g: np.random.Generator) -> list[np.ndarray]:
    """One stroke that crosses itself at the waist, begun at the top."""
    waist = g.uniform(0.38, 0.55)
    upper, lower = g.uniform(0.18, 0.38), g.uniform(0.28, 0.45)
    start = (0.5 + upper * g.uniform(0.2, 1.2), g.uniform(0.0, 0.25))
    end = (0.5 + upper * g.uniform(-0.2, 1.2), g.uniform(-0.1, 0.25))
    points = [
        start,
        (g.uniform(0.4, 0.55), g.uniform(-0.03, 0.05)),
        (0.5 - upper, waist / 2 + g.normal(0, 0.03)),
        (0.5, waist + g.normal(0, 0.02)),
        (0.5 + lower, (1 + waist) / 2 + g.normal(0, 0.03)),
        (0.5 + g.normal(0, 0.05), 1),
        (0.5 - lower, (1 + waist) / 2 + g.normal(0, 0.03)),
        (0.5 + g.normal(0, 0.05), waist + g.normal(0, 0.03)),
        (0.5 + upper, waist / 2 + g.uniform(-0.06, 0.06)),
        end,
    ]
    if g.random() < 0.2:
        points = [(1 - x, y) for x, y in points]
    return [smooth(*points)]


def _eight_of_rings(g: np.random.Generator) -> list[np.ndarray]:
    """Draw two rings on top of each other."""
    waist = g.uniform(0.4, 0.55)
    rings = [
        arc(
            (0.5 + g.normal(0, 0.04), y),
            (x, r),
            g.uniform(0, 360),
            g.choice([-1, 1]) * g.uniform(335, 390),
        )
        for y, x, r in (
            (waist / 2, g.uniform(0.18, 0.35), waist / 2),
            ((1 + waist) / 2, g.uniform(0.25, 0.42), (1 - waist) / 2),
        )
    ]
    return rings


def _nine(g: np.random.Generator) -> list[np.ndarray]:
    """Draw a ring, open or closed, and a stem that is straight, bent or curled to the left."""
    height, width = g.uniform(0.1, 0.32), g.uniform(0.12, 0.42)
    middle = (0.45, height)
    start = g.uniform(-120, 20)
    ring = arc(
        middle, (width, height), start, -g.uniform(270, 375) - max(0, start), g.uniform(0.8, 1.4)
    )
    at = (0.45 + width + g.normal(0, 0.03), height + g.uniform(-0.12, 0.06))
    straight = [(at[0] - g.uniform(-0.05, 0.08), 0.6), (at[0] - g.uniform(-0.05, 0.3), 1)]
    bulge = at[0] + g.uniform(-0.05, 0.25)
    curled = [
        (bulge, g.uniform(0.5, 0.65)),
        (bulge - g.uniform(0.0, 0.12), g.uniform(0.75, 0.9)),
        (g.uniform(0.3, 0.55), g.uniform(0.95, 1.03)),
        (g.uniform(-0.15, 0.2), g.uniform(0.8, 1.02)),
    ]
    stem = smooth(at, *(curled if g.random() < 0.65 else straight))
    return [np.concatenate([ring, stem])]


# A form that is written more often stands there more than once.
FORMS: dict[int, tuple[Form, ...]] = {
    0: (_zero, _zero, _zero_with_tails),
    1: (_one, _one, _one, _one_with_foot, _one_with_foot, _one_bare),
    2: (_two,),
    3: (_three, _three_with_roof),
    4: (_four_open, _four_open, _four_round, _four_closed),
    5: (_five, _five, _five_round),
    6: (_six,),
    7: (_seven,),
    8: (_eight, _eight, _eight_of_rings),
    9: (_nine,),
}
