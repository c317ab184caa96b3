"""How every picture of pixels is put on a page."""

import base64
import html

import numpy as np
import streamlit as st
from PIL import Image

from dashboard.figures.png import png

_IMAGE = "display: block; max-width: 100%; border-radius: 0.25rem"
_CAPTION = "margin-top: 0.5rem; font-size: 0.875rem; opacity: 0.6"


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


def figure(picture: np.ndarray | bytes, alt: str, caption: str, *, width_px: int) -> str:
    """Return a picture with its caption as HTML, several of which can be one element of the page.

    Parameters
    ----------
    picture : ndarray of shape (height, width) or (height, width, 4), uint8, or bytes
        As for `show_picture`.
    alt : str
        For who does not see it.
    caption : str
        Shown below, in the look of Streamlit's captions.
    width_px : int
        Of the picture.
    """
    return (
        f'<figure style="margin: 0"><img src="{data_url(picture)}" alt="{html.escape(alt)}" '
        f'width="{width_px}" style="{_IMAGE}"><figcaption style="{_CAPTION}">'
        f"{html.escape(caption)}</figcaption></figure>"
    )
