"""What the page shows of a hand: each digit as it was read, how many were right, what was not."""

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.figures import own_hand as figures
from dashboard.figures.own_hand import Accuracy
from dashboard.figures.tiles import digit_tile
from dashboard.language import _, ngettext
from dashboard.own_hand.hand import N_FOR_ACCURACY, N_PROMPTS
from dashboard.training.results import gallery
from nncore.evaluation import Evaluation, evaluate
from nncore.handwriting_set import HandwritingSet

_DIGITS_A_PAGE = 40
_TILE_PX = 52
_MAX_CONFUSIONS = 6


def show_hand(digits: HandwritingSet, reader: resources.EvaluatedModel) -> None:
    """Show how a network reads the digits, or what will be shown once there are some."""
    on_mnist = accuracy_of(_("test images of MNIST"), reader.evaluation, is_own=False)
    if not len(digits):
        _say_what_will_happen(on_mnist)
        return
    evaluation = evaluate(reader.model.network, digits.images, digits.labels)
    if len(digits) < N_FOR_ACCURACY:
        n_more = N_FOR_ACCURACY - len(digits)
        st.caption(
            ngettext(
                "{n} more digit, and there is a first accuracy.",
                "{n} more digits, and there is a first accuracy.",
                n_more,
            ).format(n=n_more)
        )
    else:
        _show_accuracy(accuracy_of(_("digits of yours"), evaluation, is_own=True), on_mnist)
    _show_digits(digits, evaluation)
    _show_confusions(evaluation, reader.evaluation)


def accuracy_of(name: str, evaluation: Evaluation, *, is_own: bool) -> Accuracy:
    """Return the accuracy of an evaluation under a name."""
    n_right = int(np.trace(evaluation.confusion))
    return Accuracy(name, n_right, evaluation.labels.size, is_own=is_own)


def _say_what_will_happen(on_mnist: Accuracy) -> None:
    """Say what the page is about to measure, before the first digit."""
    st.metric(_name_of(on_mnist), _value_of(on_mnist))
    st.markdown(
        f":gray[:small[{_interval_of(on_mnist)}]]\n\n"
        + _(
            "On your hand? Nobody knows yet. Draw the digit that is asked for, as you always write "
            "it, and press **Keep it**. After {first} digits there is a first accuracy, after "
            "{all} a good one, with the confusions that are yours. Then the network learns your "
            "hand, in seconds."
        ).format(first=N_FOR_ACCURACY, all=N_PROMPTS)
    )


def _show_accuracy(own: Accuracy, on_mnist: Accuracy) -> None:
    """Show the accuracy on the hand beside that on MNIST."""
    left, right = st.columns(2)
    with left:
        _metric(own)
    with right:
        _metric(on_mnist)
    show_chart(figures.accuracies([own, on_mnist]), "hand_accuracy")
    st.caption(
        _(
            "The bar is where the accuracy on all digits that you will ever write lies, in 95 of "
            "100 such measurements (Wilson's interval). Notice how wide it is for {n} digits: draw "
            "more, and it shrinks."
        ).format(n=own.n)
    )


def _metric(accuracy: Accuracy) -> None:
    """Show an accuracy and its interval as numbers."""
    st.metric(_name_of(accuracy), _value_of(accuracy))
    st.caption(_interval_of(accuracy))


def _name_of(accuracy: Accuracy) -> str:
    """Return of what an accuracy is."""
    return _("Right, of {n} {name}").format(
        n=f"{accuracy.n:,}".replace(",", "\N{NO-BREAK SPACE}"), name=accuracy.name
    )


def _value_of(accuracy: Accuracy) -> str:
    """Return an accuracy in per cent."""
    return _percent(accuracy.share, _decimals_of(accuracy))


def _interval_of(accuracy: Accuracy) -> str:
    """Return in words how certain an accuracy is."""
    low, high = (_percent(end, _decimals_of(accuracy)) for end in accuracy.interval)
    return _("95 % interval: {low} to {high}").format(low=low, high=high)


def _decimals_of(accuracy: Accuracy) -> int:
    """Return how exactly a number of answers lets an accuracy be told."""
    return 0 if accuracy.is_own else 2


def _show_digits(digits: HandwritingSet, evaluation: Evaluation) -> None:
    """Show every digit as the network sees it, the last first, with what it reads."""
    newest_first = np.arange(len(digits))[::-1]
    tiles = []
    for index in gallery.page_of(newest_first, _DIGITS_A_PAGE, "hand_page").tolist():
        label, answer = int(evaluation.labels[index]), int(evaluation.predictions[index])
        if label == answer:
            caption, alt = _("{label} ✓"), _("Your digit {number}: a {label}, read right")
        else:
            caption = _("{label} → {answer} ✗")
            alt = _("Your digit {number}: a {label}, read as {answer}")
        tiles.append(
            gallery.Tile(
                digit_tile(digits.digits[index].image),
                caption.format(label=label, answer=answer),
                alt.format(number=index + 1, label=label, answer=answer),
            )
        )
    gallery.show_gallery(tiles, _TILE_PX)


def _show_confusions(own: Evaluation, on_mnist: Evaluation) -> None:
    """Show what the network takes the reader's digits for, beside how often MNIST's."""
    confusions = figures.most_frequent_confusions(own.confusion, on_mnist.confusion)
    if not confusions:
        return
    st.subheader(_("The confusions that are yours"))
    show_chart(figures.confusion_bars(confusions[:_MAX_CONFUSIONS]), "hand_confusions")
    first = confusions[0]
    st.caption(
        _(
            "{own} of your {label}s became a {answer}; of MNIST's, {on_mnist}. MNIST was written "
            "by Americans: a form that it does not have is read as the form that it has."
        ).format(
            own=_percent(first.own_share),
            label=first.label,
            answer=first.answer,
            on_mnist=_percent(first.mnist_share, 1),
        )
    )


def _percent(share: float, decimals: int = 0) -> str:
    """Return a share in per cent."""
    return f"{100 * share:.{decimals}f}\N{NO-BREAK SPACE}%"
