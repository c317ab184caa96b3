"""Many small pictures with captions, in one element of the page, and in pages where needed."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.figures.tiles import digit_tile
from dashboard.language import _
from dashboard.pictures import data_url
from dashboard.training.results import wording
from nncore.evaluation import Evaluation

DIGITS_A_PAGE = 24
_GRID = "display: grid; grid-template-columns: repeat(auto-fill, minmax({px}px, 1fr)); gap: 0.5rem"
_IMAGE = (
    "display: block; width: 100%; height: auto; border-radius: 0.25rem; image-rendering: pixelated"
)
_CAPTION = "text-align: center; font-size: 0.8125rem; line-height: 1.3"


@dataclass(frozen=True)
class Tile:
    """A picture and what stands below it.

    Attributes
    ----------
    png : bytes
    caption : str
        Its lines below each other.
    alt : str
        The same for those who do not see the picture.
    """

    png: bytes
    caption: str
    alt: str


def show_gallery(tiles: Sequence[Tile], tile_px: int = 72) -> None:
    """Show pictures in as many columns as the page has room for.

    Parameters
    ----------
    tiles : sequence of Tile
    tile_px : int
        The least width of one.
    """
    # One element: 24 of st.image take ten times as long, and the media storage of the server.
    figures = "".join(
        f'<figure style="margin: 0"><img src="{data_url(tile.png)}" '
        f'alt="{html.escape(tile.alt)}" style="{_IMAGE}">'
        f'<figcaption style="{_CAPTION}">{html.escape(tile.caption).replace(chr(10), "<br>")}'
        "</figcaption></figure>"
        for tile in tiles
    )
    st.html(f'<div style="{_GRID.format(px=tile_px)}">{figures}</div>')


def show_digits(
    evaluation: Evaluation, indices: np.ndarray, key: str, *, are_probabilities: bool
) -> None:
    """Show test images with digit, answer and confidence, a page at a time.

    Parameters
    ----------
    evaluation : Evaluation
        Of the test images.
    indices : ndarray of shape (n,), int
        Of the images, in order.
    key : str
        Of the choice of the page; another list of images has another one.
    are_probabilities : bool
        Whether the outputs can be written in per cent.
    """
    shown = page_of(indices, DIGITS_A_PAGE, key)
    tiles = []
    for index in shown.tolist():
        label, answer = int(evaluation.labels[index]), int(evaluation.predictions[index])
        confidence = wording.output(
            float(evaluation.probabilities[index, answer]), are_probabilities
        )
        alt = _("Test image {index}: a {label}, answered {answer} with {confidence}")
        tiles.append(
            Tile(
                _test_digit(index),
                f"{label} → {answer}\n{confidence}",
                alt.format(index=index, label=label, answer=answer, confidence=confidence),
            )
        )
    show_gallery(tiles)


# A class looks at the same mistakes. A thousand digits are half a megabyte.
@lru_cache(maxsize=1000)
def _test_digit(index: int) -> bytes:
    """Return a test image as a PNG."""
    return digit_tile(resources.mnist().test_images[index])


def page_of(items: np.ndarray, size: int, key: str) -> np.ndarray:
    """Let the reader turn the pages of a list, and return what is on the open one.

    Parameters
    ----------
    items : ndarray of shape (n, ...)
    size : int
        Items on a page.
    key : str
        Of the widget.

    Returns
    -------
    ndarray of shape (at most size, ...)
    """
    n_pages = -(-len(items) // size)
    if n_pages < 2:
        return items
    page = st.pagination(n_pages, max_visible_pages=5, key=key, persist_state="session")
    return items[(page - 1) * size : page * size]
