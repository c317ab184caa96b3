"""Your own hand: the network is measured on the reader's digits, and learns from them."""

import streamlit as st

from dashboard import resources, shell, state
from dashboard.drawing.canvas import canvas_and_rest
from dashboard.drawing.pen_up import tell_when_pen_is_up
from dashboard.language import _
from dashboard.own_hand import form, panel, tuning
from dashboard.own_hand.hand import Hand
from dashboard.turns import fragment


@fragment
def drawing(hand: Hand) -> None:
    """Take a digit; the rest of the page, asking for the next, runs once it is kept."""
    form.take_digit(hand)


with shell.page(shell.YOUR_OWN_HAND):
    resources.mnist()
    hand = state.of_session(Hand)
    st.markdown(
        _(
            "An accuracy is always one on somebody's digits. Thirty of yours say how good the "
            "network is for you, and how sure that number is."
        )
    )
    paper, outcome = canvas_and_rest()
    with paper:
        form.ask_for_digit(hand)
        drawing(hand)
        form.take_back_button(hand)
    with outcome:
        panel.show_hand(hand.digits, resources.shipped_model())
    tuning.show_tuning(hand)
    form.offer_file(hand)
    tell_when_pen_is_up()
