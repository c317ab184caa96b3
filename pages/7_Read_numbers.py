"""Read numbers: several digits are cut apart and read, and what is wrong is put right by hand."""

import streamlit as st

from dashboard import resources, shell
from dashboard.drawing.canvas import canvas_and_rest
from dashboard.drawing.pen_up import tell_when_pen_is_up
from dashboard.language import _
from dashboard.numbers import form, panel
from dashboard.turns import fragment
from nncore.segmentation import TooManyPiecesError


@fragment
def reading(is_photo: bool, places: panel.Places) -> None:
    """Take a number, show how it is cut apart and read, and let the reader correct it."""
    try:
        pieces = form.photo_pieces() if is_photo else form.drawn_pieces()
    except TooManyPiecesError as error:
        st.error(str(error))
        panel.leave_empty(places.result)
        panel.leave_empty(places.parts)
        return
    if not pieces:
        panel.leave_empty(places.parts)
        with places.result:
            panel.ask_for_writing(is_photo, pieces is not None)
        return
    number = panel.read(pieces)
    with places.result:
        panel.show_result(number)
    with places.parts:
        panel.show_cuts(pieces, number)
        panel.show_digits(number)


with shell.page(shell.READ_NUMBERS):
    resources.mnist()
    st.markdown(
        _(
            "The network knows single digits only. So the writing is cut into pieces, and of all "
            "ways to put them together again that one is taken whose digits are most likely, "
            "$\\max \\sum_j \\log p_j$, gaps and sizes considered. Write as you like: digits may "
            "touch, and a 4 or 5 may have two strokes."
        )
    )

    width, _height = form.canvas_size()
    is_photo = form.source_picker() == form.PHOTO
    paper, result = canvas_and_rest(width)
    parts = st.container()
    with paper:
        if not is_photo:
            form.ask_to_write()
        # Its runs send what a stroke changes, and nothing else: the rest has its place outside.
        reading(is_photo, panel.Places(result, parts))
    tell_when_pen_is_up()
