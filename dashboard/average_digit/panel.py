"""What the neuron of an average digit answers: figures, counts, and what to notice in them."""

from dataclasses import dataclass, replace

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
from dashboard.chart import show_chart
from dashboard.figures import average_digit as figures
from dashboard.figures import theme
from dashboard.language import _
from nncore.average_digit import (
    ThresholdEvaluation,
    pixel_products,
    predict,
)

_WIDE_AND_TEXT = (3, 2)
# Four measures fit beside each other on a laptop, and two on a phone.
_MEASURE_PX = 165
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# What the mémoire prints for two training images: score and output.
_PRINTED = {MEMOIRE_FOUR: ("20.1", "1.52·10⁻¹¹"), MEMOIRE_EIGHT: ("54.2", "0.999")}


@dataclass(frozen=True)
class Places:
    """Where on the page it stands what the neuron answers.

    Attributes
    ----------
    sliders : DeltaGenerator
        Where it is set.
    outcome, measures : DeltaGenerator
        How often it is right: beside the sliders, and below them.
    histogram, counts : DeltaGenerator
        How the scores overlap.
    curve, output : DeltaGenerator
        How a score becomes an answer.
    """

    sliders: DeltaGenerator
    outcome: DeltaGenerator
    measures: DeltaGenerator
    histogram: DeltaGenerator
    counts: DeltaGenerator
    curve: DeltaGenerator
    output: DeltaGenerator


def lay_out() -> Places:
    """Show the headings, and leave room below and beside each other for what the neuron answers."""
    st.subheader(_("How often is it right?"))
    sliders, outcome = st.columns([2, 3], gap="large")
    measures = st.container()
    st.subheader(_("Why so? The scores overlap"))
    histogram, counts = st.columns(_WIDE_AND_TEXT, vertical_alignment="center")
    st.subheader(_("From the score to the answer: the sigmoid"))
    curve, output = st.columns(_WIDE_AND_TEXT, vertical_alignment="center")
    return Places(sliders, outcome, measures, histogram, counts, curve, output)


def show_answers(neuron: Neuron, image: ChosenImage, places: Places) -> None:
    """Show all that a neuron answers."""
    test = evaluation_of(neuron)
    with places.outcome:
        show_accuracy(neuron, test)
    with places.measures:
        show_measures(neuron, test)
    show_overlap(neuron, test, places)
    show_sigmoid(neuron, image, places)


def explain_counts(digit: int) -> None:
    """Say what to notice in the scores, which is the same for every neuron of a digit."""
    st.caption(
        _(
            "Right answers in bold. Notice how many of the other digits score as high as the "
            "digit {digit}: thick strokes overlap with any average. Bias and threshold only "
            "move the dashed line; wherever it stands, much lies on the wrong side."
        ).format(digit=digit)
    )


def evaluation_of(neuron: Neuron, on_training_images: bool = False) -> ThresholdEvaluation:
    """Return how a neuron answers for the test images, or for the training images."""
    scores = resources.digit_scores(neuron.digit)
    ranked = scores.train_ranked if on_training_images else scores.test_ranked
    return ranked.evaluate(neuron.bias, neuron.threshold)


def show_accuracy(neuron: Neuron, test: ThresholdEvaluation) -> None:
    """Compare the neuron with always answering no, and with the best bias."""
    no = test.always_no_accuracy
    if test.accuracy < no:
        verdict = _("**{points:.2f} points worse than always answering “no”.**")
    elif test.accuracy > no:
        verdict = _("**{points:.2f} points better than always answering “no”.**")
    else:
        verdict = _("**Exactly as good as always answering “no”.**")
    st.markdown(
        _("Right on {accuracy} of {n} test images:").format(
            accuracy=_percent(test.accuracy), n=_count(test.n_samples)
        )
        + " "
        + verdict.format(points=100 * abs(test.accuracy - no))
    )
    show_chart(_accuracy_figure(neuron), "average_bars")


def show_majority(digit: int) -> None:
    """Say why always answering no is so often right."""
    is_digit = resources.digit_scores(digit).test_is_digit
    st.caption(
        _(
            "Notice: only {digits} of {n} test images show the digit {digit}. Whoever always says "
            "“no” is right on all the others, and has recognised nothing."
        ).format(digits=_count(np.count_nonzero(is_digit)), n=_count(is_digit.size), digit=digit)
    )


def show_measures(neuron: Neuron, test: ThresholdEvaluation) -> None:
    """Show accuracy, precision and recall with their counts, beside those of the mémoire."""
    train = evaluation_of(neuron, on_training_images=True)
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
    with st.container(horizontal=True):
        for name, share, printed in measures:
            if not is_memoires:
                beside = None
            elif printed is None:
                beside = _("mémoire: not given")
            else:
                beside = _("mémoire: {figure}").format(figure=printed)
            st.metric(
                name,
                _percent(share),
                beside,
                delta_color="off",
                delta_arrow="off",
                width=_MEASURE_PX,
            )
    meaning = _(
        "Accuracy is the share of right answers; the average was made of the training images. "
        "Precision: of {yes} images answered “yes”, {found} show the digit {digit}. "
        "Recall: of {all} images that show the digit {digit}, {found} are answered “yes”."
    ).format(**counts)
    if not is_memoires:
        meaning += "\n\n" + _(
            "The mémoire has 0.6694 (test images), 0.682 (training images) and 0.8193 (recall) "
            "with digit 8, bias −45 and threshold 0.5; these settings are others."
        )
    st.caption(meaning)


def show_overlap(neuron: Neuron, test: ThresholdEvaluation, places: Places) -> None:
    """Show the scores of the digit and of the rest, and how the cut sorts them."""
    show_chart(_overlap_figure(neuron), "average_histogram", places.histogram)
    table = _("""
| Score | digit {digit} | others |
|:--|--:|--:|
| above {cut:.2f}: “yes” | **{true_yes}** | {false_yes} |
| up to {cut:.2f}: “no” | {false_no} | **{true_no}** |
""")
    places.counts.markdown(
        table.format(
            digit=neuron.digit,
            cut=neuron.cut,
            true_yes=_count(test.true_positives),
            false_yes=_count(test.false_positives),
            false_no=_count(test.false_negatives),
            true_no=_count(test.true_negatives),
        )
    )


def show_sigmoid(neuron: Neuron, image: ChosenImage, places: Places) -> None:
    """Show how scores become outputs: those of the mémoire's samples and of the chosen image."""
    show_chart(_sigmoid_figure(neuron, image), "average_sigmoid", places.curve)
    meaning = _(
        "$\\sigma(z) = 1 / (1 + e^{-z})$ squeezes any number into 0 to 1, and the bias shifts "
        "the scores to where it bends; without a bias nearly every output would be 1."
    )
    n_wrong, n_sure = _sure_mistakes(neuron)
    notice = _(
        "Notice how short the slope is: of {wrong} wrong answers for the test images, {sure} have "
        "an output below 0.01 or above 0.99. An output near 0 or 1 is not a proof."
    ).format(wrong=_count(n_wrong), sure=_count(n_sure))
    with places.output:
        st.markdown(f"{meaning}\n\n{_output_sentence(neuron, image)}")
        st.caption(notice)


def show_pixels(digit: int, image: ChosenImage) -> None:
    """Show how the score of an image comes about, pixel by pixel."""
    show_chart(_pixels_figure(digit, image), "average_pixels")
    score = _("{name} shows the digit {label}. Its score with the average {digit} is **{score}**.")
    printed = _printed(digit, image)
    st.markdown(
        score.format(name=image.name, label=image.label, digit=digit, score=_number(image.score))
        + (" " + _("The mémoire has {score}.").format(score=printed[0]) if printed else "")
    )
    st.caption(
        _(
            "Notice that only ink on ink counts. Ink where the average has none costs nothing, so "
            "a thick stroke of any digit scores more than a thin {digit}."
        ).format(digit=digit)
    )


def show_best_bias(digit: int) -> None:
    """Show the accuracy of every bias, and say what the best one is worth."""
    st.subheader(_("Is there a better bias?"))
    sweep = resources.bias_sweep(digit)
    best = evaluation_of(replace(MEMOIRE_NEURON, digit=digit, bias=sweep.best_bias))
    fair = resources.best_bias_of_training(digit)
    chart, text = st.columns(_WIDE_AND_TEXT, vertical_alignment="center")
    show_chart(_sweep_figure(digit), "average_sweep", chart)
    with text:
        st.markdown(
            _(
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
        )
        st.caption(
            _(
                "Notice that the star is only {points:.2f} points above the dotted line: the best "
                "this neuron can do is to say “no” nearly always. Even so the test images "
                "themselves chose that bias; the one that the training images choose gets {fair} "
                "here. No bias makes up for weights that were averaged, not learnt."
            ).format(
                points=100 * (sweep.best_accuracy - best.always_no_accuracy),
                fair=_percent(fair.accuracy),
            )
        )
        st.page_link(
            shell.TRAIN_A_NETWORK.path,
            label=_(shell.TRAIN_A_NETWORK.title),
            icon=shell.TRAIN_A_NETWORK.icon,
        )


def show_memoire_table() -> None:
    """Show the figures that the mémoire prints beside those that come out here."""
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
    st.markdown("\n".join(f"| {' | '.join(row)} |" for row in table))
    st.caption(
        _(
            "Images are counted from 0. Notice that on MNIST all agree but one: where the mémoire "
            "has the score 54.2, the same image gives 54.53."
        )
    )


def show_difference(digit: int, second: int) -> None:
    """Show what the average of one digit has that another has not."""
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


@st.cache_resource(show_spinner=False)
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


def _sure_mistakes(neuron: Neuron) -> tuple[int, int]:
    """Return how many answers for the test images are wrong, and of those how many look sure."""
    scores = resources.digit_scores(neuron.digit)
    outputs = predict(scores.test, neuron.bias)
    is_wrong = (outputs > neuron.threshold) != scores.test_is_digit
    is_sure = (outputs < 0.01) | (outputs > 0.99)
    return int(np.count_nonzero(is_wrong)), int(np.count_nonzero(is_wrong & is_sure))


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
