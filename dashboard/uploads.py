"""What readers upload: read within limits, and every fault told in one sentence on the page."""

import streamlit as st
from PIL import Image

from dashboard import resources
from dashboard.language import _
from nncore.images import ImageFileError, open_image, reduced_rgb
from nncore.model_files import ModelFileError

IMAGE_TYPES = ("png", "jpg", "jpeg", "webp", "bmp", "gif")


def image_uploader(label: str, key: str) -> Image.Image | None:
    """Let the reader choose an image.

    Parameters
    ----------
    label : str
        What the image is for.
    key : str
        Key of the widget.

    Returns
    -------
    PIL.Image.Image or None
        None without an upload, and after an error that has been shown.
    """
    file = st.file_uploader(label, type=IMAGE_TYPES, key=key)
    if file is None:
        return None
    try:
        return open_image(file.getvalue())
    except ImageFileError as error:
        st.error(str(error))
        return None


def show_photo(photo: Image.Image, width_px: int) -> None:
    """Show a photo of paper, at most so wide, before it is read."""
    # Twice as many pixels, for screens that have them.
    shown_px = 2 * width_px
    preview = reduced_rgb(photo, max(1, max(photo.size) // (2 * shown_px)))
    preview.thumbnail((shown_px, shown_px))
    st.image(preview, width=width_px, alt=_("Your photo"))


def model_uploader(label: str, key: str) -> resources.EvaluatedModel | None:
    """Let the reader choose a model file; parameters and returns as for `image_uploader`."""
    file = st.file_uploader(label, type="npz", key=key)
    if file is None:
        return None
    try:
        return resources.uploaded_model(file.getvalue())
    except ModelFileError as error:
        # Nothing of the file is quoted in it but numbers and the names that it had to have.
        st.error(str(error))
        return None
