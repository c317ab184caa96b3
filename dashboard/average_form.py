"""The settings of the average-digit page as widgets: the digit, its neuron, and the image."""

import base64
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.figures import average_digit as figures
from dashboard.language import _
from nncore.average_digit import MEMOIRE_BIAS, MEMOIRE_DIGIT, MEMOIRE_THRESHOLD
from nncore.mnist import N_CLASSES

# Training images, counted from 0.
MEMOIRE_FOUR = 2
MEMOIRE_EIGHT = 17

_SECOND_DIGIT = 3
_TILE_PX = 64


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
        return float(np.log(self.threshold / (1 - self.threshold)) - self.bias)


MEMOIRE_NEURON = Neuron(MEMOIRE_DIGIT, MEMOIRE_BIAS, MEMOIRE_THRESHOLD)


@dataclass(frozen=True, eq=False)
class ChosenImage:
    """An image of MNIST.

    Attributes
    ----------
    name : str
        Where it stands, and what it shows.
    pixels : ndarray of shape (28, 28), uint8
        0 is paper, 255 is ink.
    score : float
        Its dot product with the average of the neuron's digit.
    """

    name: str
    pixels: np.ndarray
    score: float


def digit_picker() -> int:
    """Let the reader choose the digit by the picture of its average."""
    st.html(_tiles_as_buttons())
    return st.segmented_control(
        _("Digit to look for"),
        range(N_CLASSES),
        default=MEMOIRE_DIGIT,
        required=True,
        key="average_digit",
        bind="query-params",
        width="stretch",
    )


def second_digit_picker() -> int:
    """Let the reader choose the digit to compare with."""
    return st.segmented_control(
        _("Subtract the average of the digit"),
        range(N_CLASSES),
        default=_SECOND_DIGIT,
        required=True,
        key="average_second",
        bind="query-params",
    )


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
        key="average_bias",
        bind="query-params",
    )
    threshold = st.slider(
        _("Threshold, above which the answer is yes"),
        0.01,
        0.99,
        MEMOIRE_THRESHOLD,
        step=0.01,
        key="average_threshold",
        bind="query-params",
    )
    with st.container(horizontal=True):
        st.button(
            _("Use the best bias"),
            icon=":material/star:",
            key="average_use_best",
            on_click=_set,
            kwargs={
                # A best bias beyond the slider answers always no, as the slider's end does.
                "average_bias": float(
                    np.clip(resources.bias_sweep(digit, threshold).best_bias, low, high)
                )
            },
        )
        st.button(
            _("The mémoire's −45 and 0.5"),
            icon=":material/menu_book:",
            key="average_memoire",
            on_click=_set,
            kwargs={"average_bias": MEMOIRE_BIAS, "average_threshold": MEMOIRE_THRESHOLD},
        )
    return Neuron(digit, bias, threshold)


def image_picker(digit: int) -> ChosenImage:
    """Let the reader choose an image, its score being that for a digit."""
    mnist, scores = resources.mnist(), resources.digit_scores(digit)
    n_train = len(mnist.train_images)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        is_test = st.toggle(_("Test images"), key="average_test", bind="query-params")
        images, labels = (
            (mnist.test_images, mnist.test_labels)
            if is_test
            else (mnist.train_images, mnist.train_labels)
        )
        index = st.number_input(
            _("Number of the image, from 0"),
            min_value=0,
            max_value=len(images) - 1,
            value=min(MEMOIRE_EIGHT, len(images) - 1),
            key="average_image",
            bind="query-params",
            width=200,
        )
        for label, number in (
            (_("The mémoire's four"), MEMOIRE_FOUR),
            (_("The mémoire's eight"), MEMOIRE_EIGHT),
        ):
            st.button(
                label,
                key=f"average_image_{number}",
                disabled=number >= n_train,
                on_click=_set,
                kwargs={"average_test": False, "average_image": number},
            )
        st.button(
            _("Random"),
            icon=":material/casino:",
            key="average_random",
            on_click=_choose_any,
            args=(len(images),),
        )
    return ChosenImage(
        image_name(index, labels[index], is_test),
        images[index],
        float((scores.test if is_test else scores.train)[index]),
    )


def image_name(index: int, label: int, is_test: bool = False) -> str:
    """Return what an image is called on the page.

    Parameters
    ----------
    index : int
        Its number, from 0.
    label : int
        The digit that it shows.
    is_test : bool, default False
        Whether it is one of the test images.
    """
    name = _("test image {index}, shows {label}") if is_test else _("training image {index}, shows {label}")
    return name.format(index=index, label=label)


def _set(**values: float | bool) -> None:
    """Set widgets, by their keys."""
    st.session_state.update(values)


def _choose_any(n_images: int) -> None:
    """Choose one of the images by chance."""
    st.session_state["average_image"] = int(np.random.default_rng().integers(n_images))


@st.cache_resource(show_spinner=False)
def _tiles_as_buttons() -> str:
    """Return the style that puts the average digits onto the buttons of the digit picker.

    The labels of the buttons cannot hold the pictures, because the URL quotes them.
    """
    picker = ".st-key-average_digit [role=radiogroup]"
    pictures = "".join(
        f"{picker} > :nth-child({digit + 1}) {{ background-image: "
        f"url(data:image/png;base64,{base64.b64encode(figures.tile(average)).decode()}) }}"
        for digit, average in enumerate(resources.average_digits())
    )
    return f"""<style>
        {picker} {{
            display: grid;
            grid-template-columns: repeat(auto-fit, minmax({_TILE_PX}px, 1fr));
            gap: 0.25rem;
        }}
        {pictures}
    </style>"""
