"""What the page asks for: one digit after another, and the file of digits drawn before."""

import streamlit as st

from dashboard import resources, state
from dashboard.drawing import canvas
from dashboard.language import _
from dashboard.own_hand.hand import N_PROMPTS, Hand, HandDrawing
from nncore.handwriting_set import (
    MAX_DIGITS,
    HandwritingFileError,
    HandwritingSet,
)

_NAME = "hand"
# Any width is drawn again with the pen of MNIST.
_BRUSH_PX = 16


def ask_for_digit(hand: Hand) -> None:
    """Say which digit is to be drawn on the canvas below, and how far the reader has come."""
    label = hand.digits.next_label(hand.seed)
    prompt = _("Draw an {digit}") if label == 8 else _("Draw a {digit}")
    st.header(prompt.format(digit=label), anchor=False)
    st.progress(min(1.0, len(hand.digits) / N_PROMPTS), text=_progress_text(len(hand.digits)))


def take_digit(hand: Hand) -> None:
    """Show the canvas, and keep what is drawn when the reader says so."""
    drawing = state.of_session(HandDrawing)
    canvas.show_canvas(drawing, _BRUSH_PX, name=_NAME)
    if st.button(
        _("Keep it"),
        type="primary",
        icon=":material/check:",
        key="hand_keep",
        shortcut="Enter",
        width="stretch",
        disabled=_is_full(hand) or not drawing.strokes,
    ):
        _keep(hand, drawing)


def take_back_button(hand: Hand) -> None:
    """Let the reader take back the last digit, and say so if there is no room for another one."""
    st.button(
        _("Take back the last digit"),
        icon=":material/undo:",
        key="hand_take_back",
        width="stretch",
        disabled=not hand.digits,
        on_click=_take_back,
        args=(hand,),
    )
    if _is_full(hand):
        st.caption(_("There is room for {n} digits: all of it is taken.").format(n=MAX_DIGITS))


def offer_file(hand: Hand) -> None:
    """Let the reader take the digits along, bring them back, or delete them."""
    stay = _(
        "They are in the memory of this visit only, are gone when it ends, and leave the "
        "server by nothing but your own download. A worker has a copy while it learns them."
    )
    st.subheader(f"{_('Your digits are yours')}\n\n:gray[:small[{stay}]]")
    with st.container(horizontal=True):
        st.download_button(
            _("Download my digits"),
            hand.digits.to_bytes(),
            "my_digits.jsonl",
            "application/jsonl",
            icon=":material/download:",
            key="hand_download",
            disabled=not hand.digits,
            on_click="ignore",
        )
        with st.popover(_("Delete all"), icon=":material/delete:", disabled=not hand.digits):
            # Without digits, it cannot be opened.
            if hand.digits:
                st.markdown(_("They cannot be brought back unless you have downloaded them."))
                st.button(
                    _("Delete my digits"),
                    key="hand_delete",
                    on_click=_delete,
                    args=(hand,),
                )
    key = f"hand_upload_{hand.n_uploads}"
    st.file_uploader(
        _("Add digits that were downloaded here (.jsonl)"),
        type="jsonl",
        key=key,
        on_change=_take_upload,
        args=(hand, key),
    )
    if hand.upload_error:
        st.error(hand.upload_error)


def _progress_text(n_digits: int) -> str:
    """Return in words how far the reader has come."""
    if n_digits < N_PROMPTS:
        return _("{n} of {total} digits").format(n=n_digits, total=N_PROMPTS)
    return _("{n} digits: enough, and more are welcome").format(n=n_digits)


def _is_full(hand: Hand) -> bool:
    """Return whether there is no room for another digit."""
    return len(hand.digits) >= MAX_DIGITS


def _keep(hand: Hand, drawing: HandDrawing) -> None:
    """Add what is drawn to the set, and run again with an empty canvas."""
    label = hand.digits.next_label(hand.seed)
    try:
        hand.digits = hand.digits.with_digit(label, [stroke.points for stroke in drawing.strokes])
    except ValueError:
        st.error(_("This drawing has too many points: clear it and draw the digit simply."))
        return
    canvas.fill(drawing, (), _NAME)
    st.rerun()


def _take_back(hand: Hand) -> None:
    """Forget the last digit."""
    hand.digits = hand.digits.without_last()


def _delete(hand: Hand) -> None:
    """Forget all digits, and the network that has learnt from them."""
    job = hand.job()
    if job is not None:
        resources.forget_fine_tuning(job)
    hand.digits, hand.job_id, hand.upload_error = HandwritingSet(), None, ""


def _take_upload(hand: Hand, key: str) -> None:
    """Add the digits of an uploaded file."""
    hand.upload_error = ""
    file = st.session_state[key]
    if file is None:
        return
    try:
        hand.digits = hand.digits.with_set(HandwritingSet.from_bytes(file.getvalue()))
    except HandwritingFileError as error:
        hand.upload_error = str(error)
    else:
        hand.n_uploads += 1
