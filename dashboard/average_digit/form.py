"""The settings of the average-digit page as widgets: the digit, its neuron, and the image."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.fields import whole_number
from dashboard.figures import average_digit as figures
from dashboard.language import _
from dashboard.pictures import webp_url
from nncore.average_digit import MEMOIRE_BIAS, MEMOIRE_DIGIT, MEMOIRE_THRESHOLD, score_cut
from nncore.mnist import N_CLASSES

# Training images, counted from 0.
MEMOIRE_FOUR = 2
MEMOIRE_EIGHT = 17

_DIGIT, _BIAS, _THRESHOLD = "average_digit", "average_bias", "average_threshold"
_SECOND_DIGIT = 3
_TILE_PX, _TILE_TOP_PX = 56, 4


@dataclass(frozen=True)
class Neuron:
    """A neuron whose weights are an average digit.

    Attributes
    ----------
    digit : int
        The digit that it looks for.
    bias : float
        Added to every score.
    threshold : float
        Between 0 and 1; above it the answer is yes.
    """

    digit: int
    bias: float
    threshold: float

    @property
    def cut(self) -> float:
        """Score above which the answer is yes: where sigmoid(score + bias) is the threshold."""
        return score_cut(self.bias, self.threshold)


MEMOIRE_NEURON = Neuron(MEMOIRE_DIGIT, MEMOIRE_BIAS, MEMOIRE_THRESHOLD)


@dataclass(frozen=True, eq=False)
class ChosenImage:
    """An image of MNIST and its score.

    Attributes
    ----------
    index : int
        Its number, from 0.
    is_test : bool
        Whether it is one of the test images.
    label : int
        The digit that it shows.
    pixels : ndarray of shape (28, 28), uint8
        0 is paper, 255 is ink.
    score : float
        Its dot product with the average of the neuron's digit.
    """

    index: int
    is_test: bool
    label: int
    pixels: np.ndarray
    score: float

    @property
    def name(self) -> str:
        """What the image is called on the page."""
        name = _("Test image {index}") if self.is_test else _("Training image {index}")
        return name.format(index=self.index)

    @property
    def caption(self) -> str:
        """The name with the digit that the image shows."""
        return _("{name} (shows {label})").format(name=self.name, label=self.label)


def draw_tiles() -> None:
    """Put the average digits onto the buttons of the digit picker, which is drawn elsewhere."""
    st.html(_tiles_as_buttons())


def digit_picker() -> int:
    """Let the reader choose the digit by the picture of its average, see `draw_tiles`."""
    return _digit_choice(_("Digit to look for"), MEMOIRE_DIGIT, _DIGIT, "stretch")


def second_digit_picker() -> int:
    """Let the reader choose the digit to compare with."""
    return _digit_choice(_("Subtract the average of the digit"), _SECOND_DIGIT, "average_second")


def neuron_sliders(digit: int) -> Neuron:
    """Let the reader choose bias and threshold."""
    low, high = figures.BIAS_RANGE
    bias = st.slider(
        _("Bias b, added to every score"),
        low,
        high,
        MEMOIRE_BIAS,
        step=0.5,
        format="%.2f",
        key=_BIAS,
        bind="query-params",
    )
    threshold = st.slider(
        _("Threshold, above which the answer is yes"),
        0.01,
        0.99,
        MEMOIRE_THRESHOLD,
        step=0.01,
        key=_THRESHOLD,
        bind="query-params",
    )
    return Neuron(digit, bias, threshold)


def neuron_buttons(digit: int) -> None:
    """Offer to set the sliders, which are drawn elsewhere."""
    with st.container(horizontal=True):
        st.button(
            _("Best bias"),
            icon=":material/star:",
            key="average_use_best",
            on_click=_use_best_bias,
            args=(digit,),
        )
        st.button(
            _("The mémoire's"),
            icon=":material/menu_book:",
            key="average_memoire",
            on_click=_set,
            kwargs={_BIAS: MEMOIRE_BIAS, _THRESHOLD: MEMOIRE_THRESHOLD},
        )


def image_picker(digit: int) -> ChosenImage:
    """Let the reader choose an image, its score being that for a digit."""
    scores = resources.digit_scores(digit)
    n_train, n_test = scores.train.size, scores.test.size
    with st.container(horizontal=True, vertical_alignment="bottom"):
        is_test = st.toggle(_("Test images"), key="average_test", bind="query-params")
        n_images = n_test if is_test else n_train
        index = whole_number(
            _("Image number, from 0"),
            low=0,
            high=n_images - 1,
            value=min(MEMOIRE_EIGHT, n_images - 1),
            key="average_image",
            width=150,
        )
        for label, number in (
            (_("Mémoire's four (#{number})"), MEMOIRE_FOUR),
            (_("Mémoire's eight (#{number})"), MEMOIRE_EIGHT),
        ):
            st.button(
                label.format(number=number),
                key=f"average_image_{number}",
                disabled=number >= n_train,
                on_click=_set,
                kwargs={"average_test": False, "average_image": float(number)},
            )
        st.button(
            _("Random"),
            icon=":material/casino:",
            key="average_random",
            on_click=_choose_any,
            args=(n_images,),
        )
    return chosen_image(digit, index, is_test)


# Sliders and image ask again at each click, for the samples of the mémoire too.
@lru_cache(maxsize=200)
def chosen_image(digit: int, index: int, is_test: bool = False) -> ChosenImage:
    """Return an image with its score.

    Parameters
    ----------
    digit : int
        The score is that with the average of this digit.
    index : int
        Number of the image, from 0.
    is_test : bool, default False
        Whether it is one of the test images.
    """
    mnist, scores = resources.mnist(), resources.digit_scores(digit)
    images, labels, values = (
        (mnist.test_images, mnist.test_labels, scores.test)
        if is_test
        else (mnist.train_images, mnist.train_labels, scores.train)
    )
    return ChosenImage(index, is_test, int(labels[index]), images[index], float(values[index]))


def _digit_choice(label: str, default: int, key: str, width: str = "content") -> int:
    """Show the ten digits, of which one is chosen."""
    chosen = st.segmented_control(
        label,
        range(N_CLASSES),
        default=default,
        required=True,
        key=key,
        bind="query-params",
        width=width,
    )
    # A link with an empty value (`?average_digit=`) chooses none, required or not.
    return default if chosen is None else chosen


def _set(**values: float | bool) -> None:
    """Set widgets, by their keys."""
    st.session_state.update(values)


def _use_best_bias(digit: int) -> None:
    """Set the bias that gives the most right answers at the threshold of now."""
    threshold = st.session_state.get(_THRESHOLD, MEMOIRE_THRESHOLD)
    # Another threshold shifts all biases alike.
    best = resources.bias_sweep(digit).best_bias + score_cut(0, threshold)
    # A best bias beyond the slider answers always no, as the slider's end does.
    _set(**{_BIAS: float(np.clip(best, *figures.BIAS_RANGE))})


def _choose_any(n_images: int) -> None:
    """Choose one of the images by chance."""
    st.session_state["average_image"] = float(np.random.default_rng().integers(n_images))


@cache
def _tiles_as_buttons() -> str:
    """Return the style that puts the average digits onto the buttons of the digit picker.

    The labels of the buttons cannot hold the pictures, because the URL quotes them.
    """
    picker = ".st-key-average_digit [role=radiogroup]"
    places = "".join(
        f"{picker} > button:nth-child({digit + 1}) {{ background-position: center "
        f"{_TILE_TOP_PX - 2 * _TILE_PX * digit}px }}"
        for digit in range(N_CLASSES)
    )
    return f"""<style>
        {picker} {{
            display: grid;
            grid-template-columns: repeat(auto-fit, minmax({_TILE_PX + 4}px, 1fr));
            gap: 0.25rem;
        }}
        {picker} > button {{
            height: auto;
            padding: {_TILE_PX + 6}px 0 0.125rem;
            border: 0;
            border-radius: 0.25rem;
            background-image: url({webp_url(figures.tiles(resources.average_digits()))});
            background-size: {_TILE_PX}px;
            background-repeat: no-repeat;
            image-rendering: pixelated;
        }}
        {picker} > button[aria-checked=true] {{
            outline: 2px solid currentcolor;
        }}
        {places}
    </style>"""
