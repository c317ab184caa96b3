"""What the neuron of an average digit answers: figures, counts, and what to notice in them."""

import operator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import resources, shell
from dashboard.average_digit.form import (
    MEMOIRE_EIGHT,
    MEMOIRE_FOUR,
    MEMOIRE_NEURON,
    ChosenImage,
    Neuron,
    chosen_image,
)
from dashboard.average_digit.measures import Measure, show_measures
from dashboard.chart import show_chart
from dashboard.figures import average_digit as figures
from dashboard.figures import theme
from dashboard.kept import show_kept
from dashboard.language import _, current_language
from nncore.average_digit import (
    ThresholdEvaluation,
    pixel_products,
    predict,
)

# Beside a figure, which takes the rest; on a phone it stands below.
_TEXT_PX = 330
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# What the mémoire prints for two training images: score and output.
_PRINTED = {MEMOIRE_FOUR: ("20.1", "1.52·10⁻¹¹"), MEMOIRE_EIGHT: ("54.2", "0.999")}


@dataclass(frozen=True)
class Places:
    """Where on the page it stands, above the image, what the neuron answers.

    Attributes
    ----------
    digit : DeltaGenerator
        Where the digit is chosen.
    sliders : DeltaGenerator
        Where the neuron is set.
    outcome, measures : DeltaGenerator
        How often it is right: beside the sliders, and below them.
    overlap : DeltaGenerator
        How the scores overlap: a figure and a text beside each other.
    sigmoid : DeltaGenerator
        How a score becomes an answer, likewise.
    """

    digit: DeltaGenerator
    sliders: DeltaGenerator
    outcome: DeltaGenerator
    measures: DeltaGenerator
    overlap: DeltaGenerator
    sigmoid: DeltaGenerator


def lay_out() -> Places:
    """Show what is the same for every digit, and leave room for what the neuron answers."""
    digit = st.container()
    averages = _(
        "The averages of the training images: yellow where nearly all have ink, dark blue "
        "where none has. Notice that 1 is the clearest: the more alike a digit is written, the "
        "sharper its average."
    )
    st.markdown(f"{_small(averages)}\n\n### {_('How often is it right?')}")
    sliders, outcome = st.columns([2, 3], gap="large")
    measures = st.container()
    st.subheader(_("Why so? The scores overlap"))
    overlap = _figure_and_text()
    st.subheader(_("From the score to the answer: the sigmoid"))
    return Places(digit, sliders, outcome, measures, overlap, _figure_and_text())


def show_answers(neuron: Neuron, image: ChosenImage, places: Places) -> None:
    """Show all that a neuron answers."""
    # What everybody sees first; what somebody has set is seldom seen by somebody else.
    is_first_sight = neuron == MEMOIRE_NEURON and image.index == MEMOIRE_EIGHT
    show = show_kept if is_first_sight else operator.call
    with places.outcome:
        show(show_accuracy, neuron)
    with places.measures:
        show(show_shares, neuron)
    with places.overlap:
        show(show_overlap, neuron)
    with places.sigmoid:
        show(show_sigmoid, neuron, image.index, image.is_test)


# Each part that is shown of a neuron asks.
@lru_cache(maxsize=200)
def evaluation_of(neuron: Neuron, on_training_images: bool = False) -> ThresholdEvaluation:
    """Return how a neuron answers for the test images, or for the training images."""
    scores = resources.digit_scores(neuron.digit)
    ranked = scores.train_ranked if on_training_images else scores.test_ranked
    return ranked.evaluate(neuron.bias, neuron.threshold)


def show_accuracy(neuron: Neuron) -> None:
    """Compare the neuron with always answering no, and with the best bias."""
    test = evaluation_of(neuron)
    no = test.always_no_accuracy
    if test.accuracy < no:
        verdict = _("**{points:.2f} points worse than always answering “no”.**")
    elif test.accuracy > no:
        verdict = _("**{points:.2f} points better than always answering “no”.**")
    else:
        verdict = _("**Exactly as good as always answering “no”.**")
    outcome = _("Right on {accuracy} of {n} test images:").format(
        accuracy=_percent(test.accuracy), n=_count(test.n_samples)
    )
    st.markdown(f"{outcome} {verdict.format(points=100 * abs(test.accuracy - no))}")
    show_chart(_accuracy_figure(neuron), "average_bars")


def show_majority(digit: int) -> None:
    """Say why always answering no is so often right."""
    test = evaluation_of(replace(MEMOIRE_NEURON, digit=digit))
    st.caption(
        _(
            "Notice: only {digits} of {n} test images show the digit {digit}. Whoever always says "
            "“no” is right on all the others, and has recognised nothing."
        ).format(
            digits=_count(test.true_positives + test.false_negatives),
            n=_count(test.n_samples),
            digit=digit,
        )
    )


def show_shares(neuron: Neuron) -> None:
    """Show accuracy, precision and recall with their counts, beside those of the mémoire."""
    test, train = evaluation_of(neuron), evaluation_of(neuron, on_training_images=True)
    counts = {
        "digit": neuron.digit,
        "found": _count(test.true_positives),
        "yes": _count(test.true_positives + test.false_positives),
        "all": _count(test.true_positives + test.false_negatives),
    }
    measures = (
        (_("Accuracy, test images"), test.accuracy, "0.6694"),
        (_("Accuracy, training images"), train.accuracy, "0.682"),
        (_("Precision"), test.precision, None),
        (_("Recall"), test.recall, "0.8193"),
    )
    is_memoires = neuron == MEMOIRE_NEURON
    shown = []
    for name, share, printed in measures:
        if not is_memoires:
            beside = ""
        elif printed is None:
            beside = _("mémoire: not given")
        else:
            beside = _("mémoire: {figure}").format(figure=printed)
        shown.append(Measure(name, _percent(share), beside))
    meaning = _(
        "Accuracy is the share of right answers; the average was made of the training images. "
        "Precision: of {yes} images answered “yes”, {found} show the digit {digit}. "
        "Recall: of {all} images that show the digit {digit}, {found} are answered “yes”."
    ).format(**counts)
    notes = [meaning]
    if not is_memoires:
        notes.append(
            _(
                "The mémoire has 0.6694 (test images), 0.682 (training images) and 0.8193 (recall) "
                "with digit 8, bias −45 and threshold 0.5; these settings are others."
            )
        )
    show_measures(shown, notes)


def show_overlap(neuron: Neuron) -> None:
    """Show the scores of the digit and of the rest, and how the cut sorts them."""
    test = evaluation_of(neuron)
    show_chart(_overlap_figure(neuron), "average_histogram")
    table = _("""
| Score | digit {digit} | others |
|:--|--:|--:|
| above {cut:.2f}: “yes” | **{true_yes}** | {false_yes} |
| up to {cut:.2f}: “no” | {false_no} | **{true_no}** |
""")
    counts = table.format(
        digit=neuron.digit,
        cut=neuron.cut,
        true_yes=_count(test.true_positives),
        false_yes=_count(test.false_positives),
        false_no=_count(test.false_negatives),
        true_no=_count(test.true_negatives),
    )
    notice = _(
        "Right answers in bold. Notice how many of the other digits score as high as the "
        "digit {digit}: thick strokes overlap with any average. Bias and threshold only "
        "move the dashed line; wherever it stands, much lies on the wrong side."
    ).format(digit=neuron.digit)
    st.markdown(f"{counts}\n{_small(notice)}", width=_TEXT_PX)


def show_sigmoid(neuron: Neuron, index: int, is_test: bool) -> None:
    """Show how scores become outputs: those of the mémoire's samples and of an image."""
    image = chosen_image(neuron.digit, index, is_test)
    show_chart(_sigmoid_figure(neuron, image), "average_sigmoid")
    meaning = _(
        "$\\sigma(z) = 1 / (1 + e^{-z})$ squeezes any number into 0 to 1, and the bias shifts "
        "the scores to where it bends; without a bias nearly every output would be 1."
    )
    ranked = resources.digit_scores(neuron.digit).test_ranked
    n_wrong, n_sure = ranked.count_mistakes(neuron.bias, neuron.threshold)
    notice = _(
        "Notice how short the slope is: of {wrong} wrong answers for the test images, {sure} have "
        "an output below 0.01 or above 0.99. An output near 0 or 1 is not a proof."
    ).format(wrong=_count(n_wrong), sure=_count(n_sure))
    output = _output_sentence(neuron, image)
    st.markdown(f"{meaning}\n\n{output}\n\n{_small(notice)}", width=_TEXT_PX)


def show_pixels(digit: int, image: ChosenImage) -> None:
    """Show how the score of an image comes about, pixel by pixel."""
    # Everybody looks at the mémoire's two images; any other is one of 70,000.
    is_memoires = image.index in _PRINTED and not image.is_test
    show = show_kept if is_memoires else operator.call
    show(_show_pixels, digit, image.index, image.is_test)


def _show_pixels(digit: int, index: int, is_test: bool) -> None:
    """Show it."""
    image = chosen_image(digit, index, is_test)
    show_chart(_pixels_figure(digit, image), "average_pixels")
    score = _("{name} shows the digit {label}. Its score with the average {digit} is **{score}**.")
    printed = _printed(digit, image)
    score = score.format(
        name=image.name, label=image.label, digit=digit, score=_number(image.score)
    )
    if printed:
        score += " " + _("The mémoire has {score}.").format(score=printed[0])
    notice = _(
        "Notice that only ink on ink counts. Ink where the average has none costs nothing, so "
        "a thick stroke of any digit scores more than a thin {digit}."
    ).format(digit=digit)
    st.markdown(f"{score}\n\n{_small(notice)}")


def show_best_bias(digit: int) -> None:
    """Show the accuracy of every bias, and say what the best one is worth."""
    show_kept(_show_best_bias, digit)


def _show_best_bias(digit: int) -> None:
    """Show it."""
    st.subheader(_("Is there a better bias?"))
    sweep = resources.bias_sweep(digit)
    best = evaluation_of(replace(MEMOIRE_NEURON, digit=digit, bias=sweep.best_bias))
    fair = resources.best_bias_of_training(digit)
    found = _(
        "Every bias tried, at the threshold 0.5: **{bias}** gives the most right answers "
        "on the test images, **{accuracy}**. It finds {found} of the {all} images of the "
        "digit {digit}, a recall of {recall}."
    ).format(
        bias=_number(sweep.best_bias),
        accuracy=_percent(sweep.best_accuracy),
        found=_count(best.true_positives),
        all=_count(best.true_positives + best.false_negatives),
        digit=digit,
        recall=_percent(best.recall),
    )
    notice = _(
        "Notice that the star is only {points:.2f} points above the dotted line: the best "
        "this neuron can do is to say “no” nearly always. Even so the test images "
        "themselves chose that bias; the one that the training images choose gets {fair} "
        "here. No bias makes up for weights that were averaged, not learnt."
    ).format(
        points=100 * (sweep.best_accuracy - best.always_no_accuracy),
        fair=_percent(fair.accuracy),
    )
    with _figure_and_text():
        show_chart(_sweep_figure(digit), "average_sweep")
        st.markdown(f"{found}\n\n{_small(notice)}", width=_TEXT_PX)
    st.page_link(
        shell.TRAIN_A_NETWORK.path,
        label=_(shell.TRAIN_A_NETWORK.title),
        icon=shell.TRAIN_A_NETWORK.icon,
    )


def show_memoire_table() -> None:
    """Show the figures that the mémoire prints beside those that come out here."""
    st.markdown(_memoire_table(current_language()))


@cache
def _memoire_table(language: str) -> str:
    """Return these figures, which are the same for all readers of a language."""
    test, train = evaluation_of(MEMOIRE_NEURON), evaluation_of(MEMOIRE_NEURON, True)
    rows = []
    for sample in _memoire_samples(MEMOIRE_NEURON.digit):
        printed_score, printed_output = _PRINTED[sample.index]
        output = float(predict(sample.score, MEMOIRE_NEURON.bias))
        score_name = _("{name}: score").format(name=sample.caption)
        rows.append((score_name, printed_score, _number(sample.score)))
        output_name = _("{name}: output").format(name=sample.caption)
        rows.append((output_name, printed_output, _output(output)))
    rows += [
        (_("Accuracy on the training images"), "0.682", _decimals(train.accuracy)),
        (_("Accuracy on the test images"), "0.6694", _decimals(test.accuracy)),
        (_("Accuracy on the test images of the digit 8"), "0.8193", _decimals(test.recall)),
        (
            _("Accuracy of always answering “no”"),
            _("not given"),
            _decimals(test.always_no_accuracy),
        ),
    ]
    head = (_("Digit 8, bias −45, threshold 0.5"), _("Mémoire"), _("Here"))
    # Not st.table, which makes a data frame of it at every visit.
    table = [head, (":--", "--:", "--:"), *rows]
    rows = "\n".join(f"| {' | '.join(row)} |" for row in table)
    notice = _(
        "Images are counted from 0. Notice that on MNIST all agree but one: where the mémoire "
        "has the score 54.2, the same image gives 54.53."
    )
    title = _("The mémoire's figures")
    return f"### {title}\n\n{rows}\n\n{_small(notice)}"


def show_difference(digit: int, second: int) -> None:
    """Show what the average of one digit has that another has not."""
    show_kept(_show_difference, digit, second)


def _show_difference(digit: int, second: int) -> None:
    """Show it."""
    show_chart(_difference_figure(digit, second), "average_difference")
    if digit == second:
        notice = _("The same average twice: choose another digit to see a difference.")
    else:
        notice = _(
            "Orange: more ink in {digit}. Blue: more ink in {second}. Notice how much is pale: "
            "ink there scores alike with both averages and cannot tell the two digits apart."
        )
    st.caption(notice.format(digit=digit, second=second))


def _accuracy_figure(neuron: Neuron) -> go.Figure:
    """Return the accuracy beside that of always answering no, and of the best bias."""
    test, sweep = evaluation_of(neuron), resources.bias_sweep(neuron.digit)
    names = (_("this neuron"), _("always “no”"), _("best bias"))
    return figures.accuracy_bars(
        names, (test.accuracy, test.always_no_accuracy, sweep.best_accuracy)
    )


def _overlap_figure(neuron: Neuron) -> go.Figure:
    """Return the scores of the digit and of the rest."""
    return figures.score_histogram(*_score_counts(neuron.digit), neuron.digit, neuron.cut)


@cache
def _score_counts(digit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how many test images of other digits, and of the digit, have which score."""
    scores = resources.digit_scores(digit)
    is_digit = scores.test_is_digit
    return figures.count_scores(scores.test[~is_digit]), figures.count_scores(scores.test[is_digit])


def _sigmoid_figure(neuron: Neuron, image: ChosenImage) -> go.Figure:
    """Return the mémoire's samples and an image on the sigmoid."""
    colours = {MEMOIRE_FOUR: theme.NO, MEMOIRE_EIGHT: theme.YES}
    samples = [
        figures.SigmoidSample(sample.caption, sample.score, colours[sample.index])
        for sample in _memoire_samples(neuron.digit)
    ]
    name = _("chosen below: {name}").format(name=image.name)
    samples.append(figures.SigmoidSample(name, image.score, theme.PURPLE, is_ring=True))
    return figures.sigmoid_curve(samples, neuron.bias, neuron.threshold)


def _pixels_figure(digit: int, image: ChosenImage) -> go.Figure:
    """Return the score of an image, pixel by pixel."""
    weights, pixels = resources.average_digits()[digit], image.pixels
    return figures.pixel_products(pixels, weights, pixel_products(pixels, weights))


def _sweep_figure(digit: int) -> go.Figure:
    """Return the accuracy at every bias, with the best one and the mémoire's."""
    neuron = replace(MEMOIRE_NEURON, digit=digit)
    evaluation = evaluation_of(neuron)
    sweep = resources.bias_sweep(digit)
    return figures.accuracy_against_bias(
        sweep, evaluation.always_no_accuracy, neuron.bias, evaluation.accuracy
    )


def _difference_figure(digit: int, second: int) -> go.Figure:
    """Return two averages and their difference."""
    averages = resources.average_digits()
    names = tuple(_("average {digit}").format(digit=shown) for shown in (digit, second))
    return figures.difference(averages[digit], averages[second], names)


def _memoire_samples(digit: int) -> list[ChosenImage]:
    """Return the two images that the mémoire tries, as far as the data set has them."""
    n_train = len(resources.mnist().train_images)
    return [chosen_image(digit, index) for index in _PRINTED if index < n_train]


def _printed(digit: int, image: ChosenImage) -> tuple[str, str] | None:
    """Return what the mémoire prints for an image: score and output, at its bias."""
    if image.is_test or digit != MEMOIRE_NEURON.digit:
        return None
    return _PRINTED.get(image.index)


def _output_sentence(neuron: Neuron, image: ChosenImage) -> str:
    """Return the output for an image, written out, and what the neuron answers."""
    output = float(predict(image.score, neuron.bias))
    is_yes = output > neuron.threshold
    sentence = _(
        "{name}: $\\sigma$({score} − {minus_bias}) = **{output}**, {relation} {threshold:g}. "
        "Answer: **{answer}**."
    ).format(
        name=image.name,
        score=_number(image.score),
        minus_bias=_number(-neuron.bias),
        output=_output(output),
        relation=_("above the threshold") if is_yes else _("not above the threshold"),
        threshold=neuron.threshold,
        answer=_("yes") if is_yes else _("no"),
    )
    printed = _printed(neuron.digit, image)
    if printed and neuron.bias == MEMOIRE_NEURON.bias:
        sentence += " " + _("The mémoire has {output}.").format(output=printed[1])
    return sentence


def _number(value: float) -> str:
    """Return a number with two decimals and a true minus sign."""
    return f"{value:.2f}".replace("-", "−")


def _decimals(share: float | None) -> str:
    """Return a share as the mémoire writes it, or a dash for the share of nothing."""
    return "–" if share is None else f"{share:.4f}"


def _percent(share: float | None) -> str:
    """Return a share in per cent, or a dash for the share of nothing."""
    return "–" if share is None else f"{100 * share:.2f}\N{NO-BREAK SPACE}%"


def _count(number: int) -> str:
    """Return a number with its thousands set apart."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def _output(output: float) -> str:
    """Return an output of the sigmoid so that even one near 0 or 1 can be told from them."""
    if output == 1:
        return "1"
    if output < 0.001:
        return _scientific(output)
    return f"{output:.5f}" if output < 0.99999 else f"1 − {_scientific(1 - output)}"


def _scientific(value: float) -> str:
    """Return a number times a power of ten."""
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def _figure_and_text() -> DeltaGenerator:
    """Return a place for a figure and a text of `_TEXT_PX` beside it."""
    return st.container(horizontal=True, vertical_alignment="center")


def _small(text: str) -> str:
    """Return text in the look of a caption, for the end of an element that says something else."""
    return f":small[:gray[{text}]]"
