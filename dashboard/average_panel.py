"""What the neuron of an average digit answers: figures, counts, and what to notice in them."""

import numpy as np
import streamlit as st

from dashboard import resources, shell
from dashboard.average_form import (
    MEMOIRE_EIGHT,
    MEMOIRE_FOUR,
    MEMOIRE_NEURON,
    ChosenImage,
    Neuron,
    image_name,
)
from dashboard.figures import average_digit as figures
from dashboard.figures import theme
from dashboard.language import _
from nncore.average_digit import (
    ThresholdEvaluation,
    evaluate_threshold,
    pixel_products,
    predict,
)

# There is nothing to zoom into, and the toolbar would cover the figure.
_PLAIN = {"displayModeBar": False}
_WIDE_AND_TEXT = (3, 2)


def evaluation_of(neuron: Neuron, on_training_images: bool = False) -> ThresholdEvaluation:
    """Return how a neuron answers for the test images, or for the training images."""
    scores = resources.digit_scores(neuron.digit)
    values, is_digit = (
        (scores.train, scores.train_is_digit)
        if on_training_images
        else (scores.test, scores.test_is_digit)
    )
    return evaluate_threshold(predict(values, neuron.bias), is_digit, neuron.threshold)


def show_accuracy(neuron: Neuron, test: ThresholdEvaluation) -> None:
    """Compare the neuron with always answering no, and with the best bias."""
    no = test.always_no_accuracy
    sweep = resources.bias_sweep(neuron.digit, neuron.threshold)
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
    names = (_("this neuron"), _("always “no”"), _("best bias"))
    accuracies = (test.accuracy, no, sweep.best_accuracy)
    st.plotly_chart(figures.accuracy_bars(names, accuracies), key="average_bars", config=_PLAIN)


def show_measures(neuron: Neuron, test: ThresholdEvaluation) -> None:
    """Show accuracy, precision and recall with their counts, beside those of the mémoire."""
    accuracy, train_accuracy, precision, recall = st.columns(4)
    train = evaluation_of(neuron, on_training_images=True)
    accuracy.metric(_("Accuracy, test images"), _percent(test.accuracy))
    train_accuracy.metric(_("Accuracy, training images"), _percent(train.accuracy))
    precision.metric(_("Precision"), _percent(test.precision))
    recall.metric(_("Recall"), _percent(test.recall))
    counts = {
        "digit": neuron.digit,
        "found": _count(test.true_positives),
        "yes": _count(test.true_positives + test.false_positives),
        "all": _count(test.true_positives + test.false_negatives),
    }
    accuracy.caption(_("The share of right answers."))
    train_accuracy.caption(_("The images that the average was made of."))
    precision.caption(
        _("Of {yes} images answered “yes”, {found} show the digit {digit}.").format(**counts)
    )
    recall.caption(
        _("Of {all} images that show the digit {digit}, {found} are answered “yes”.").format(
            **counts
        )
    )
    if neuron == MEMOIRE_NEURON:
        accuracy.caption(_("mémoire: 0.6694"))
        train_accuracy.caption(_("mémoire: 0.682"))
        precision.caption(_("mémoire: not given"))
        recall.caption(_("mémoire: 0.8193018480492813"))
    else:
        st.caption(
            _(
                "The mémoire has 0.6694 (test), 0.682 (training) and 0.8193 (recall) for the "
                "digit 8, bias −45 and threshold 0.5; these settings are others."
            )
        )


def show_overlap(neuron: Neuron, test: ThresholdEvaluation) -> None:
    """Show the scores of the digit and of the rest, and how the cut sorts them."""
    st.subheader(_("Why so? The scores overlap"))
    scores = resources.digit_scores(neuron.digit)
    chart, text = st.columns(_WIDE_AND_TEXT, vertical_alignment="center")
    chart.plotly_chart(
        figures.score_histogram(scores.test, scores.test_is_digit, neuron.digit, neuron.cut),
        key="average_histogram",
        config=_PLAIN,
    )
    table = _("""
| Score | shows {digit} | shows another |
|:--|--:|--:|
| above {cut:.2f}: “yes” | **{true_yes}** | {false_yes} |
| up to {cut:.2f}: “no” | {false_no} | **{true_no}** |
""")
    with text:
        st.markdown(
            table.format(
                digit=neuron.digit,
                cut=neuron.cut,
                true_yes=_count(test.true_positives),
                false_yes=_count(test.false_positives),
                false_no=_count(test.false_negatives),
                true_no=_count(test.true_negatives),
            )
        )
        st.caption(
            _(
                "Right answers in bold. Notice how many of the other digits score as high as the "
                "digit {digit}: thick strokes overlap with any average. Bias and threshold only "
                "move the dashed line; wherever it stands, it parts the two hills badly."
            ).format(digit=neuron.digit)
        )


def show_best_bias(neuron: Neuron, test: ThresholdEvaluation) -> None:
    """Show the accuracy of every bias, and say what the best one is worth."""
    st.subheader(_("Is there a better bias?"))
    sweep = resources.bias_sweep(neuron.digit, neuron.threshold)
    best = evaluation_of(Neuron(neuron.digit, sweep.best_bias, neuron.threshold))
    fair = resources.best_bias_of_training(neuron.digit)
    chart, text = st.columns(_WIDE_AND_TEXT, vertical_alignment="center")
    chart.plotly_chart(
        figures.accuracy_against_bias(
            sweep, test.always_no_accuracy, neuron.bias, test.accuracy
        ),
        key="average_sweep",
        config=_PLAIN,
    )
    with text:
        st.markdown(
            _(
                "Of all biases, **{bias:.2f}** gives the most right answers on the test images: "
                "**{accuracy}**, always “no” {no}. It finds {found} of {all} images of the digit "
                "{digit}: a recall of {recall}."
            ).format(
                bias=sweep.best_bias,
                accuracy=_percent(sweep.best_accuracy),
                no=_percent(best.always_no_accuracy),
                found=_count(best.true_positives),
                all=_count(best.true_positives + best.false_negatives),
                digit=neuron.digit,
                recall=_percent(best.recall),
            )
        )
        st.caption(
            _(
                "Notice that the curve climbs to the dotted line and hardly beyond: the best this "
                "neuron can do is to say “no” nearly always. Even that bias was picked with the "
                "test images in hand; the one that is best on the training images gets {fair} "
                "here. Moving the bias does not help: the weights must be learnt."
            ).format(fair=_percent(fair.accuracy))
        )
        st.page_link(
            shell.TRAIN_A_NETWORK.path,
            label=_(shell.TRAIN_A_NETWORK.title),
            icon=shell.TRAIN_A_NETWORK.icon,
        )


def show_pixels(neuron: Neuron, image: ChosenImage) -> None:
    """Show how the score of an image comes about, pixel by pixel."""
    weights = resources.average_digits()[neuron.digit]
    products = pixel_products(image.pixels, weights)
    st.plotly_chart(
        figures.pixel_products(image.pixels, weights, products), key="average_pixels", config=_PLAIN
    )
    output = float(predict(image.score, neuron.bias))
    sums = _(
        "Score of the {name}: $W \\cdot x = \\sum_i w_i x_i$ = **{score:.2f}**. "
        "Output: $\\sigma$({score:.2f} {sign} {bias:.2f}) = {output}, {relation} {threshold:g}: "
        "**{answer}**."
    )
    st.markdown(
        sums.format(
            name=image.name,
            score=image.score,
            sign="−" if neuron.bias < 0 else "+",
            bias=abs(neuron.bias),
            output=_output(output),
            relation=_("above") if output > neuron.threshold else _("not above"),
            threshold=neuron.threshold,
            answer=_("yes") if output > neuron.threshold else _("no"),
        )
    )
