"""What others make of a drawing: the recogniser, the mémoire's network, the average digits."""

import numpy as np
import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.figures import evidence as figures
from dashboard.language import _
from dashboard.tables import markdown_table
from dashboard.training.results import wording
from nncore import average_digit


def show_readers(image: np.ndarray, reader: resources.EvaluatedModel) -> None:
    """Show the answers of several readers for the same image side by side.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
    reader : EvaluatedModel
        The network that answers; the recogniser is shown beside it if it is another one.
    """
    networks = [
        (_("The mémoire's network, trained anew"), resources.memoire_model()),
        (_("The recogniser that comes with the project"), resources.shipped_model()),
    ]
    if reader is not resources.shipped_model():
        networks.append((_("The network that you have chosen"), reader))
    averages = _reading_of_averages(image)
    readings, rows = [averages], [_row(averages, _accuracy_of_averages(), False)]
    for name, other in networks:
        network = other.model.network
        outputs = network.predict(image[np.newaxis])[0]
        reading = figures.Reading(name, outputs, outputs.argsort()[::-1])
        readings.append(reading)
        rows.append(_row(reading, other.evaluation.accuracy, wording.ends_in_softmax(network)))
    table, bars = st.columns(2, gap="large")
    with table:
        st.markdown(markdown_table(rows))
        st.caption(_notice(readings))
    with bars:
        show_chart(figures.reader_bars(readings), "draw_readers")


def _row(reading: figures.Reading, accuracy: float, are_probabilities: bool) -> dict[str, str]:
    """Return the line of one reader in the table."""
    digit, following = reading.ranking[:2]
    first, second = (
        wording.output(float(reading.outputs[shown]), are_probabilities)
        for shown in (digit, following)
    )
    return {
        _("Reader"): reading.name,
        _("Answer"): f"**{digit}** ({first})",
        _("Next"): f"{following} ({second})",
        _("Right on MNIST"): wording.percent(accuracy),
    }


def _notice(readings: list[figures.Reading]) -> str:
    """Return what to notice in the answers; the averages' come first."""
    answers = [int(reading.ranking[0]) for reading in readings]
    n_yes = int(np.count_nonzero(readings[0].outputs > average_digit.MEMOIRE_THRESHOLD))
    averages = _(
        "Notice that the average digits say “yes” (more than {threshold}) to {n} of ten digits: "
        "each only counts the ink that it shares with the drawing (bias −{bias:.0f}, as in the "
        "mémoire), so that a thick line gets many and a thin one few or none."
    ).format(threshold=average_digit.MEMOIRE_THRESHOLD, n=n_yes, bias=-average_digit.MEMOIRE_BIAS)
    if len(set(answers)) == 1:
        rest = _("All give the same answer: draw the digit slanted, or with a flag, to part them.")
    elif answers[1] != answers[2]:
        rest = _(
            "The mémoire's network and the recogniser are both networks: what parts them is how "
            "they were trained, and on which digits."
        )
    else:
        rest = _("Networks weigh every pixel for and against each digit, and find the same answer.")
    return f"{averages} {rest}"


def _reading_of_averages(image: np.ndarray) -> figures.Reading:
    """Return what ten of the mémoire's neurons answer, one for each average digit."""
    [scores] = _scores_of_averages(image[np.newaxis])
    outputs = average_digit.predict(scores, average_digit.MEMOIRE_BIAS)
    return figures.Reading(_("The ten average digits"), outputs, scores.argsort()[::-1])


def _scores_of_averages(images: np.ndarray) -> np.ndarray:
    """Return the scores of (n, 28, 28) uint8 images with each average digit, (n, 10)."""
    averages = resources.average_digits()
    return np.column_stack([average_digit.scores(images, weights) for weights in averages])


@st.cache_resource(show_spinner=False)
def _accuracy_of_averages() -> float:
    """Return how often the average digit with the largest score is the right one."""
    data = resources.mnist()
    answers = _scores_of_averages(data.test_images).argmax(axis=1)
    return float(np.mean(answers == data.test_labels))
