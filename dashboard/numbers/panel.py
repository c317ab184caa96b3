"""What the page of numbers answers: the number as TeX, its cuts and its digits, all correctable."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import resources, state
from dashboard.chart import show_chart
from dashboard.figures import numbers as figures
from dashboard.figures.prediction import PICTURE_PX, seen_picture
from dashboard.language import _
from dashboard.pictures import Figure, show_figures
from nncore.doubt import digit_probabilities
from nncore.segmentation import NumberReader, Piece, ReadDigit, ReadNumber, cut_positions

_CUTS_KEY = "numbers_cuts"
_CARD_PX, _PICTURE_PX = 150, 84
_UNSURE = 0.8
_N_NEXT = 2
# Longer numbers would not fit beside the canvas.
_MAX_LARGE = 8


@dataclass(frozen=True)
class Places:
    """Where on the page it stands what is read.

    Attributes
    ----------
    result : DeltaGenerator
        The number, beside the paper.
    parts : DeltaGenerator
        Its cuts and digits, below.
    """

    result: DeltaGenerator
    parts: DeltaGenerator


@dataclass
class Corrections:
    """What a session has corrected.

    Attributes
    ----------
    writing : str
        Which pieces the cuts are about.
    cuts : tuple of int
        Those that the network prefers.
    digits : dict from bytes to int
        What the reader has said that a 28x28 image shows, whatever else is written.
    """

    writing: str = ""
    cuts: tuple[int, ...] = ()
    digits: dict[bytes, int] = field(default_factory=dict)

    def digit(self, read: ReadDigit) -> int:
        """Return what a digit is: what the reader has said, or else the network's answer."""
        return self.digits.get(read.image.tobytes(), int(read.probabilities.argmax()))


def _reader() -> NumberReader:
    """Return a reader that has the project's two networks."""
    return NumberReader(
        resources.shipped_model().model.network.predict,
        partial(digit_probabilities, network=resources.doubt_network()),
    )


@dataclass
class _Reading:
    """What reads a session's number, and remembers its parts from stroke to stroke."""

    reader: NumberReader = field(default_factory=_reader)


def leave_empty(place: DeltaGenerator) -> None:
    """Keep a place for later: a fragment may write only where the last run of the page has."""
    place.empty()


def ask_for_writing(is_photo: bool, has_photo: bool) -> None:
    """Say that there is nothing to read, and what to do."""
    if not is_photo:
        missing = _("Nothing is written yet")
        request = _("Write a number on the paper: it is read after each stroke.")
    elif has_photo:
        missing = _("No ink in this photo")
        request = _("Nothing stands out from the paper: try a thicker pen or more light.")
    else:
        missing = _("No photo yet")
        request = _("Choose one of a single number, in dark ink on light paper.")
    # One element: below its first line, Streamlit takes a heading's text as that of any other.
    st.subheader(f"{missing}\n\n{request}", anchor=False)


def read(pieces: Sequence[Piece]) -> ReadNumber:
    """Read pieces, cut as the reader wishes, or as the network does where they are new."""
    corrections = state.of_session(Corrections)
    reader = state.of_session(_Reading).reader
    writing = _fingerprint(pieces)
    if corrections.writing != writing:
        corrections.writing = writing
        number = reader.read(pieces)
        corrections.cuts = number.cuts
        st.session_state[_CUTS_KEY] = list(number.cuts)
        return number
    cuts = st.session_state.get(_CUTS_KEY, corrections.cuts)
    # A browser may still tell of those of another number, with more pieces.
    return reader.read(pieces, sorted(cut for cut in cuts if 0 < cut < len(pieces)))


def show_result(number: ReadNumber) -> None:
    """Show a number as TeX, rendered and to be copied, and how sure it is."""
    corrections = state.of_session(Corrections)
    digits = [corrections.digit(digit) for digit in number.digits]
    tex = "".join(map(str, digits))
    size = r"\huge" if len(tex) <= _MAX_LARGE else ""
    st.latex(f"{size} {tex}")
    st.code(f"${tex}$", language="latex", wrap_lines=True)
    confidence = 1.0
    for digit, read_digit in zip(digits, number.digits, strict=True):
        if read_digit.image.tobytes() not in corrections.digits:
            confidence *= float(read_digit.probabilities[digit])
    st.caption(
        _(
            "Probability that all digits are right: {confidence}, "
            "if the cuts are and the network is to be believed."
        ).format(confidence=_percent(confidence))
    )


def show_cuts(pieces: Sequence[Piece], number: ReadNumber) -> None:
    """Show where a number was cut apart, and let the reader cut it elsewhere."""
    st.subheader(_("Where it is cut"))
    chosen = state.of_session(Corrections)
    show_chart(
        figures.cut_number(
            number, [chosen.digit(digit) for digit in number.digits], cut_positions(pieces)
        ),
        "numbers_picture",
    )
    if len(pieces) == 1:
        st.caption(_("There is only one piece, and nothing to cut: lift the pen between digits."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.pills(
            _("Cuts: choose one to cut there, or to join what it parts"),
            range(1, len(pieces)),
            selection_mode="multi",
            key=_CUTS_KEY,
            persist_state="session",
        )
        st.button(
            _("As the network cuts"),
            icon=":material/undo:",
            key="numbers_recut",
            disabled=number.cuts == chosen.cuts,
            on_click=_cut_again,
        )


def show_digits(number: ReadNumber) -> None:
    """Show each digit as the network sees it, with its alternatives to choose from."""
    notice = _(
        "Notice that the network was taught whole digits only, and may be sure of a half one: "
        "that is why a second one, which knows what is no digit, has a say in the cuts."
    )
    # One element: below its first line, Streamlit takes a heading's text as that of any other.
    st.subheader(f"{_('What each digit is')}\n\n:gray[:small[{notice}]]")
    corrections = state.of_session(Corrections)
    with st.container(horizontal=True):
        for place, digit in enumerate(number.digits, start=1):
            with st.container(border=True, width=_CARD_PX):
                _show_digit(place, digit, corrections)


def _show_digit(place: int, digit: ReadDigit, corrections: Corrections) -> None:
    """Show one digit with its alternatives."""
    image = digit.image.tobytes()
    names = [f"{i} · {_percent(float(share))}" for i, share in enumerate(digit.probabilities)]
    ranked = digit.probabilities.argsort()[::-1].tolist()
    seen = _("Digit {place} as the network sees it").format(place=place)
    words = _next_to(digit, ranked) if image not in corrections.digits else _("You say so.")
    show_figures([Figure(seen_picture(digit.image), words, seen)], scale=_PICTURE_PX / PICTURE_PX)
    # Another image in this place is another question.
    key = f"numbers_digit_{place}_{hashlib.sha1(image).hexdigest()[:12]}"
    st.selectbox(
        _("Digit {place}").format(place=place),
        ranked,
        index=ranked.index(corrections.digit(digit)),
        format_func=names.__getitem__,
        key=key,
        on_change=_correct,
        args=(image, key),
    )


def _next_to(digit: ReadDigit, ranked: Sequence[int]) -> str:
    """Return what a digit may be instead, and whether the network is sure of it."""
    following = ", ".join(
        f"{i} ({_percent(float(digit.probabilities[i]))})" for i in ranked[1 : 1 + _N_NEXT]
    )
    is_sure = digit.probabilities.max() >= _UNSURE
    sentence = _("Next: {digits}") if is_sure else _("Not sure. Next: {digits}")
    return sentence.format(digits=following)


def _correct(image: bytes, key: str) -> None:
    """Remember what the reader says that an image shows."""
    state.of_session(Corrections).digits[image] = st.session_state[key]


def _cut_again() -> None:
    """Take the network's cuts again."""
    st.session_state[_CUTS_KEY] = list(state.of_session(Corrections).cuts)


def _fingerprint(pieces: Sequence[Piece]) -> str:
    """Return what tells pieces from others."""
    digest = hashlib.sha1()
    for piece in pieces:
        for line in piece.lines:
            digest.update(line.tobytes())
    return digest.hexdigest()


def _percent(share: float) -> str:
    """Return a share in whole per cent."""
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
