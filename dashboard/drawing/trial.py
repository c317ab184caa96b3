"""Preprocessing on trial: what each step is worth, and the digits a network has practised on."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import streamlit as st
from PIL import Image

from dashboard import resources, state
from dashboard.drawing.canvas import CANVAS_PX
from dashboard.language import _
from dashboard.own_hand.hand import Hand
from dashboard.pictures import show_picture
from dashboard.training.results.wording import percent
from nncore.drawing import Preprocessing, ink_steps, redrawn_lines, stroke_steps
from nncore.evaluation import wilson_interval
from nncore.strokes import Strokes, render_strokes

# With so many, an accuracy is certain to about 3 points.
_N_IMAGES = 200
# Half as fine as the canvas, which makes no difference to the network, and takes half the time.
_PAPER_PX = 140
# With which a reader's strokes are drawn where they are not redrawn.
_BRUSH_PX = 20
# Of the height of the paper, with the margin that MNIST has around its digits.
_SIZES = (0.35, 0.9)


def show_trial(reader: resources.EvaluatedModel, preprocessing: Preprocessing) -> None:
    """Measure what the steps that are switched on are worth.

    Parameters
    ----------
    reader : EvaluatedModel
        The network that answers.
    preprocessing : Preprocessing
        The steps that the reader of the page has switched on.
    """
    st.markdown(
        _(
            "Switch a step off above and see what it is worth for {n} test images of MNIST, put on "
            "paper in a random place and size as a hand would, and for your own digits."
        ).format(n=_N_IMAGES)
    )
    # Until all papers have been prepared once.
    with st.spinner(_("Putting digits on paper …")):
        mnist = _answers_on_mnist(reader, preprocessing)
    own = _answers_on_own(reader, preprocessing)
    columns = st.columns(2)
    with columns[0]:
        _show_share(_("Right on test images of MNIST"), mnist)
    with columns[1]:
        if own.size:
            _show_share(_("Right on your own digits"), own)
        else:
            st.metric(_("Right on your own digits"), "–")
            st.page_link(
                "pages/8_Your_own_hand.py",
                label=_("Draw a few, and come back"),
                icon=":material/back_hand:",
            )
    st.caption(
        _(
            "Notice that a network with 99 % on MNIST fails on most digits if they are neither cut "
            "nor centred: that is what most drawing pages do, and why they disappoint."
        )
    )


def show_practice() -> None:
    """Show digits of MNIST beside those that are made up."""
    for words, picture in (
        (_("Written by Americans: MNIST"), resources.mnist_examples()),
        (_("Made up by the program, as Europeans write"), resources.pen_digit_examples()),
    ):
        show_picture(picture, words, caption=words)
    st.caption(
        _(
            "The network that comes with the project has practised on both. Nobody has written the "
            "second kind: each digit has a few forms, and their proportions, slant, bends and gaps "
            "are drawn by lot. Notice the 1 with a flag, the 7 with a bar and the curled 9."
        )
    )


def _show_share(label: str, is_right: np.ndarray) -> None:
    """Show how many answers are right, with the interval of confidence."""
    n_right, n = int(is_right.sum()), is_right.size
    low, high = wilson_interval(n_right, n)
    st.metric(
        label,
        percent(n_right / n),
        _("{n_right} of {n}; 95 % interval {low} to {high}").format(
            n_right=n_right, n=n, low=percent(low), high=percent(high)
        ),
        delta_color="off",
        delta_arrow="off",
    )


def compute_ahead() -> Iterator[None]:
    """Prepare all papers by all choices of steps, and pause after each."""
    for number in range(_N_IMAGES):
        for steps in itertools.product((True, False), repeat=3):
            _prepared(number, Preprocessing(*steps))
        yield


def _paper(number: int) -> np.ndarray:
    """Return a test image of MNIST as ink on paper, in a place and size of its own."""
    generator = np.random.default_rng((0, number))
    size = round(_PAPER_PX * generator.uniform(*_SIZES))
    paper = np.zeros((_PAPER_PX, _PAPER_PX), dtype=np.uint8)
    top, left = generator.integers(0, _PAPER_PX - size, 2)
    digit = Image.fromarray(resources.mnist().test_images[number])
    paper[top : top + size, left : left + size] = digit.resize(
        (size, size), Image.Resampling.BICUBIC
    )
    return paper


# Each by itself, so that who asks before all of them are there waits for the others only.
@cache
def _lines(number: int) -> Strokes | None:
    """Return the lines on a paper; None if they are too wide to be drawn again."""
    return redrawn_lines(_paper(number))


@cache
def _prepared(number: int, preprocessing: Preprocessing) -> np.ndarray:
    """Return a paper as the network sees it, (28, 28) uint8."""
    lines = _lines(number) if preprocessing.pen else None
    if lines is not None:
        return stroke_steps(lines, _PAPER_PX, preprocessing).image
    return ink_steps(_paper(number), replace(preprocessing, pen=False)).image


def _answers_on_mnist(reader: resources.EvaluatedModel, preprocessing: Preprocessing) -> np.ndarray:
    """Return which papers are answered right, (n,) bool."""
    images = np.array([_prepared(number, preprocessing) for number in range(_N_IMAGES)])
    outputs = reader.model.network.predict(images)
    return outputs.argmax(axis=1) == resources.mnist().test_labels[:_N_IMAGES]


def _answers_on_own(reader: resources.EvaluatedModel, preprocessing: Preprocessing) -> np.ndarray:
    """Return which of the reader's own digits are answered right, (n,) bool."""
    digits = state.of_session(Hand).digits
    if not len(digits):
        return np.zeros(0, dtype=bool)
    images = np.array([_own_image(digit.strokes, preprocessing) for digit in digits.digits])
    return reader.model.network.predict(images).argmax(axis=1) == digits.labels


def _own_image(strokes: Strokes, preprocessing: Preprocessing) -> np.ndarray:
    """Return a reader's own digit as the network sees it, (28, 28) uint8."""
    if preprocessing.pen:
        return stroke_steps(strokes, CANVAS_PX, preprocessing).image
    return ink_steps(render_strokes(strokes, CANVAS_PX, _BRUSH_PX), preprocessing).image
