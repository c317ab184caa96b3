"""How every picture of pixels is put on a page."""

import base64
import html
import io

import numpy as np
import streamlit as st
from PIL import Image

from dashboard.figures.png import png
from dashboard.figures.prediction import InkPicture

# At which textures look as they were.
_WEBP_QUALITY = 90
# Shows paper against a light page.
_FRAME = "border: 1px solid #B4B4B4; border-radius: 0.25rem"
_FIGURE = "margin: 0; max-width: {width}px"
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
    """Return a PNG as the address of a WebP that holds the picture itself, for large pictures.

    Without loss, if that is smaller: lines and areas of few colours are, photographs are not.
    """
    picture = Image.open(io.BytesIO(data))
    files = []
    for options in ({"lossless": True}, {"quality": _WEBP_QUALITY}):
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", **options)
        files.append(buffer.getvalue())
    return f"data:image/webp;base64,{base64.b64encode(min(files, key=len)).decode()}"


def figure(
    picture: InkPicture,
    alt: str,
    caption: str,
    *,
    box_px: tuple[int, int] | None = None,
    scale: float = 1.0,
) -> str:
    """Return a picture with its caption as HTML, several of which can be one element of the page.

    Parameters
    ----------
    picture : InkPicture
    alt : str
        For who does not see it.
    caption : str
        Shown below, in the look of Streamlit's captions.
    box_px : (width, height), optional
        In the middle of which the picture stands, and its caption below; by default both begin on
        the left.
    scale : float
        By which the picture's size is multiplied.
    """
    width, height = (round(scale * side) for side in picture.size_px)
    place = "start" if box_px is None else "center"
    box_width, box_height = box_px or (1000, height)
    rendering = "pixelated" if picture.has_pixels else "auto"
    return (
        f'<figure style="{_FIGURE.format(width=box_width)}">'
        f'<div style="{_BOX.format(height=box_height, place=place)}">'
        f'<img src="{data_url(picture.data)}" alt="{html.escape(alt)}" width="{width}" '
        f'height="{height}" style="{_FRAME}; image-rendering: {rendering}"></div>'
        f'<figcaption style="{_CAPTION.format(place=place)}">{html.escape(caption)}</figcaption>'
        "</figure>"
    )
