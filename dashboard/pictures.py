"""How every picture of pixels is put on a page."""

import base64
import hashlib
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from dashboard.figures.png import png
from dashboard.figures.prediction import InkPicture
from dashboard.static_files import publish

# At which textures look as they were.
_WEBP_QUALITY = 90
# Shows paper against a light page.
_FRAME = "border: 1px solid #B4B4B4; border-radius: 0.25rem"
# As far apart as in Streamlit's containers with a medium gap.
_ROW = "display: flex; flex-wrap: wrap; gap: 1rem 2rem"
_BOX = "height: {height}px; display: flex; align-items: center; justify-content: {place}"
_CAPTION = "margin-top: 0.5rem; font-size: 0.875rem; opacity: 0.6; text-align: {place}"


def show_picture(
    picture: np.ndarray | bytes,
    alt: str,
    *,
    width: int | str = "stretch",
    caption: str | None = None,
) -> None:
    """Show a picture that travels with the page.

    One in Streamlit's media storage has an address that others could open, and costs the browser
    another request, and the server another answer, before it is seen.

    Parameters
    ----------
    picture : ndarray of shape (height, width) or (height, width, 4), uint8, or bytes
        Grey, RGBA, or a PNG file; small, because every run sends it.
    alt : str
        For who does not see it.
    width : int or str
        In pixels, or as Streamlit takes it.
    caption : str, optional
        Shown below.
    """
    st.image(data_url(picture), width=width, caption=caption, alt=alt)


def data_url(picture: np.ndarray | bytes) -> str:
    """Return a picture, as `show_picture` takes it, as an address that holds the picture itself."""
    data = picture if isinstance(picture, bytes) else png(Image.fromarray(picture))
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def webp_url(data: bytes) -> str:
    """Return a WebP as an address that holds it."""
    return f"data:image/webp;base64,{base64.b64encode(data).decode()}"


def webp(picture: Image.Image) -> bytes:
    """Return an image as a WebP, a third as large as a PNG.

    Without loss, if that is smaller: lines and areas of few colours are, photographs are not.
    """
    files = []
    for options in ({"lossless": True}, {"quality": _WEBP_QUALITY}):
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", **options)
        files.append(buffer.getvalue())
    return min(files, key=len)


def published_url(data: bytes, name: str, static_dir: Path) -> str:
    """Return the address of a picture that is the same for everybody and too large for a message.

    Parameters
    ----------
    data : bytes
        A WebP.
    name : str
        Of its file.
    static_dir : Path
        The folder ``static`` beside ``app.py``, made if it does not exist. Where it cannot be
        written to, the address holds the picture itself.

    Returns
    -------
    str
        To be used on the home page: it begins where that is.
    """
    try:
        publish(data, static_dir / name)
    except OSError:
        return webp_url(data)
    # Another picture has another address, whatever a browser has kept.
    return f"app/static/{name}?v={hashlib.sha256(data).hexdigest()[:12]}"


@dataclass(frozen=True)
class Figure:
    """A picture with words.

    Attributes
    ----------
    picture : InkPicture
    caption : str
        Shown below, in the look of Streamlit's captions.
    alt : str
        For who does not see the picture.
    """

    picture: InkPicture
    caption: str
    alt: str


def show_figures(
    shown: Sequence[Figure],
    *,
    box_px: tuple[int, int] | None = None,
    scale: float = 1.0,
    width: int | str = "stretch",
) -> None:
    """Show pictures beside each other, as far as there is room, in one element of the page.

    Each of st.image takes as long as all of them here.

    Parameters
    ----------
    shown : sequence of Figure
    box_px : (width, height), optional
        In the middle of which each picture stands, and its caption below; by default both begin on
        the left.
    scale : float
        By which the pictures' sizes are multiplied.
    width : int or str
        Of the element, as Streamlit takes it.
    """
    written = "".join(_figure(figure, box_px, scale) for figure in shown)
    st.html(f'<div style="{_ROW}">{written}</div>', width=width)


def _figure(figure: Figure, box_px: tuple[int, int] | None, scale: float) -> str:
    """Return a picture with its caption as HTML."""
    picture = figure.picture
    width, height = (round(scale * side) for side in picture.size_px)
    place = "start" if box_px is None else "center"
    limit = "" if box_px is None else f"; max-width: {box_px[0]}px"
    box_height = height if box_px is None else box_px[1]
    rendering = "pixelated" if picture.has_pixels else "auto"
    return (
        f'<figure style="margin: 0{limit}">'
        f'<div style="{_BOX.format(height=box_height, place=place)}">'
        f'<img src="{data_url(picture.data)}" alt="{html.escape(figure.alt)}" width="{width}" '
        f'height="{height}" style="{_FRAME}; image-rendering: {rendering}"></div>'
        f'<figcaption style="{_CAPTION.format(place=place)}">{html.escape(figure.caption)}'
        "</figcaption></figure>"
    )
