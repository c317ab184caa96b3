"""What the home page shows below its frame: what there is to try, and the story behind it."""

import html

import streamlit as st

from dashboard import shell
from dashboard.home_pictures import card_picture
from dashboard.kept import show_kept
from dashboard.language import _

# Two cards and four figures fit beside the navigation of a laptop, three cards on a projector, and
# one on a phone, which makes them narrower.
CARD_WIDTH_PX, STORY_WIDTH_PX = 390, 187
PAGE_WIDTH_PX = 1210
_ROW = "display:flex;flex-wrap:wrap;gap:1rem"
_FIGURE = (
    "margin:0;padding:0.75rem 0 1rem;font-size:1.75rem;font-weight:600;line-height:1.2;"
    "letter-spacing:-0.005em"
)
_MEANING = "font-size:0.875rem"


def show_course() -> None:
    """Show a card for each experiment, in the order of the course, and figures of the mémoire."""
    # The links alone took a quarter of a visit.
    show_kept(_show_course, *(card_picture(page.path) for page in shell.PAGES[1:]))


def _show_course(*pictures: str | None) -> None:
    """Show all of it, with the addresses of the pictures."""
    # Written out here, because a picture of a page says what that page is about.
    picture_texts = {
        shell.COLOUR_NEURON: _("The bank of images: flat colours, textures and gradients."),
        shell.AVERAGE_DIGIT: _("Two handwritten samples of each digit, and the average of all."),
        shell.GRADIENT_DESCENT: _("A path of steps down into a valley of the loss."),
        shell.TRAIN_A_NETWORK: _("Four layers of neurons, each joined to all of the next."),
        shell.EXPERIMENTS: _("Curves of two trainings: one learns, one does not."),
        shell.DRAW_DIGITS: _("A drawn 3, and the 28 by 28 pixels that the network sees of it."),
        shell.READ_NUMBERS: _("A number of four digits, cut apart."),
        shell.YOUR_OWN_HAND: _("Thirty digits as a hand draws them."),
    }
    with st.container(width=PAGE_WIDTH_PX):
        st.title(_(shell.APP_NAME))
        st.markdown(
            _(
                "Teach one neuron a colour, then a network to read digits: experiments on real "
                "data, each with its formula and its surprise."
            )
        )
        cards = st.container(horizontal=True)
        shown = zip(shell.PAGES[1:], pictures, strict=True)
        for number, (page, picture) in enumerate(shown, start=1):
            with cards.container(border=True, height="stretch", width=CARD_WIDTH_PX):
                image = f"![{picture_texts[page]}]({picture})\n\n" if picture else ""
                # One element: each takes as long, and there are eight cards.
                st.markdown(f"{image}##### {_(page.question)}\n\n{_(page.summary)}")
                # The arrow is part of the label, because the icon is that of the page.
                label = f"**{number}. {_(page.title)}** :material/arrow_forward:"
                st.page_link(page.path, label=label, icon=page.icon)
        _show_story()


def _show_story() -> None:
    """Show the figures of the mémoire."""
    # (figure, what it is): all printed in the mémoire, but for the 90.26 %, which is recomputed.
    story = (
        (
            _("16 images"),
            _("taught one neuron what red is, with the result p = (41.6, −67.8, −59.8)."),
        ),
        (_("66.94 %"), _("right with the average 8 — while always answering “no” gets 90.26 %.")),
        (_("5 hours"), _("of training for a network of 598 neurons.")),
        (_("92 %"), _("was its best accuracy. Experiments 4 and 5 show what held it back.")),
    )
    introduction = _(
        "In 2022-2023 a student of mathematics and economics wrote these programs for a "
        "*mémoire*, to understand what a network of neurons does. Its figures:"
    )
    st.markdown(f"### {_('The story behind it')}\n\n{introduction}")
    # As Markdown each would be an element of its own.
    st.html(f'<div style="{_ROW}">{"".join(_figure(*parts) for parts in story)}</div>')


def _figure(figure: str, meaning: str) -> str:
    """Return a figure with what it is as HTML, in the look of Markdown."""
    return (
        f'<div style="width:{STORY_WIDTH_PX}px"><h3 style="{_FIGURE}">{html.escape(figure)}</h3>'
        f'<p style="margin:0"><span style="{_MEANING}">{html.escape(meaning)}</span></p></div>'
    )
