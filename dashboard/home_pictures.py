"""The pictures on the cards of the home page, made once per server from the project's data."""

import io
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from dashboard import resources, shell
from dashboard.experiments.bug_hunt import healthy_training
from dashboard.figures import thumbnails
from dashboard.pictures import published_url, webp
from nncore.drawing import stroke_steps
from nncore.images import open_image
from nncore.pen_digits import draw_pen_digits, draw_strokes
from nncore.strokes import render_strokes

MEMOIRE_LAYERS = (784, 392, 196, 10)
CANVAS_PX = 280
# Two visitors who come first would both draw.
_lock = threading.Lock()


def card_picture(path: str) -> str | None:
    """Return the picture of a page, or None if there is none or its data cannot be read.

    Parameters
    ----------
    path : str
        Script of the page, as in `dashboard.shell.Page`.

    Returns
    -------
    str or None
        Address of a transparent WebP of `thumbnails.SIZE`, in the folder that Streamlit serves: at
        every visit, a picture in its media storage takes a millisecond to be found there, and one
        in the message itself as long to be sent.
    """
    try:
        with _lock:
            return _picture(path)
    except (OSError, ValueError):
        # A picture is not worth an error here: the page itself says what is wrong with its data.
        return None


def publish_pictures() -> bool:
    """Put all pictures where Streamlit serves them from; return whether they are there."""
    addresses = [card_picture(path) for path in _PICTURES]
    return all(address and address.startswith("app/static/") for address in addresses)


@cache
def _picture(path: str) -> str | None:
    """Draw the picture of a page; a failure is not kept, so that a mended file is found."""
    draw = _PICTURES.get(path)
    if draw is None:
        return None
    picture = webp(Image.open(io.BytesIO(draw())))
    return published_url(picture, f"card_{Path(path).stem}.webp", shell.STATIC_DIR)


def _colour_bank() -> bytes:
    """Draw the images that the colour neuron learns from."""
    folders = (resources.COLOURS_DIR / "memoire", resources.COLOURS_DIR / "more")
    paths = [path for folder in folders for path in sorted(folder.glob("*.png"))]
    return thumbnails.image_tiles([open_image(path) for path in paths])


def _average_digits() -> bytes:
    """Draw two samples and the average of each digit."""
    # First, because without MNIST it raises an error, where resources.mnist() ends the page.
    averages = resources.average_digits()
    mnist = resources.mnist()
    first_two = [np.flatnonzero(mnist.train_labels == digit)[:2] for digit in range(10)]
    samples = mnist.train_images[np.transpose(first_two)]
    return thumbnails.samples_and_averages(samples, averages)


def _descent() -> bytes:
    """Draw gradient descent in a long valley, ``x ** 2 + 8 y ** 2``, with too bold a step."""
    x, y = np.meshgrid(np.linspace(-1, 1, 960), np.linspace(-0.4, 0.4, 288))
    points = [np.array([-0.9, 0.33])]
    for _ in range(14):
        points.append(points[-1] - 0.1 * np.array([2, 16]) * points[-1])
    path = (np.array(points) + np.array([1, 0.4])) / np.array([2, 0.8])
    return thumbnails.valley(x**2 + 8 * y**2, path)


def _experiments() -> bytes:
    """Draw the accuracy of a sound training beside that of one which guesses."""
    accuracies = [0.1, *(result.test_accuracy for result in healthy_training())]
    return thumbnails.curves(accuracies, [0.1] * len(accuracies))


def _network() -> bytes:
    """Draw the network of the mémoire."""
    return thumbnails.network(MEMOIRE_LAYERS)


def _drawing() -> bytes:
    """Draw a 3 of two arcs and what the network gets to see of it."""
    arcs = [((132, 92), 50, -2.6, 1.5), ((128, 190), 58, -1.5, 2.6)]
    stroke = [
        (x + radius * np.cos(angle), y + radius * np.sin(angle))
        for (x, y), radius, start, end in arcs
        for angle in np.linspace(start, end, 30)
    ]
    ink = render_strokes([stroke], CANVAS_PX)
    return thumbnails.drawing_and_pixels(ink, stroke_steps([stroke], CANVAS_PX).image)


def _number() -> bytes:
    """Draw a number that is cut into its digits, with a seed that makes them plain to read."""
    generator = np.random.default_rng(8)
    return thumbnails.parted_strokes([draw_strokes(digit, generator) for digit in (1, 7, 9, 4)])


def _own_hand() -> bytes:
    """Draw thirty digits as a European hand draws them."""
    digits, _ = draw_pen_digits(30, np.random.default_rng(0))
    return thumbnails.digit_tiles(digits)


_PICTURES: dict[str, Callable[[], bytes]] = {
    shell.COLOUR_NEURON.path: _colour_bank,
    shell.AVERAGE_DIGIT.path: _average_digits,
    shell.GRADIENT_DESCENT.path: _descent,
    shell.TRAIN_A_NETWORK.path: _network,
    shell.EXPERIMENTS.path: _experiments,
    shell.DRAW_DIGITS.path: _drawing,
    shell.READ_NUMBERS.path: _number,
    shell.YOUR_OWN_HAND.path: _own_hand,
}
