import numpy as np
import pytest

from nncore.evaluation import evaluate, wilson_interval
from nncore.layers import DenseLayer
from nncore.losses import MSE
from nncore.network import SequentialNetwork

# A network that answers with its inputs, so that the answers can be written down.
ECHO = SequentialNetwork([DenseLayer(np.eye(3), np.zeros(3))], MSE())
ANSWERS = np.array([[0.9, 0, 0], [0.6, 0.5, 0], [0, 0.7, 0.1], [0, 0.95, 0.2]])
LABELS = np.array([0, 1, 1, 0], np.uint8)


def test_counts_worked_by_hand():
    evaluation = evaluate(ECHO, ANSWERS, LABELS)
    assert evaluation.confusion.tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert evaluation.accuracy == 0.5
    np.testing.assert_array_equal(evaluation.recall, [0.5, 0.5, np.nan])
    np.testing.assert_array_equal(evaluation.precision, [0.5, 0.5, np.nan])


def test_mistakes_come_with_the_most_confident_first():
    assert evaluate(ECHO, ANSWERS, LABELS).mistakes().tolist() == [3, 1]


def test_images_and_labels_must_match():
    with pytest.raises(ValueError, match="got 4 and 3"):
        evaluate(ECHO, ANSWERS, LABELS[:3])
    with pytest.raises(ValueError, match="not empty"):
        evaluate(ECHO, ANSWERS[:0], LABELS[:0])


def test_wilson_interval_of_a_textbook_example():
    # Worked by hand for 8 of 10 with z = 1.96.
    low, high = wilson_interval(8, 10)
    assert low == pytest.approx(0.4902, abs=1e-4)
    assert high == pytest.approx(0.9433, abs=1e-4)


def test_wilson_interval_stays_within_0_and_1_and_has_a_width_there():
    assert wilson_interval(30, 30) == (pytest.approx(0.8865, abs=1e-4), 1.0)
    assert wilson_interval(0, 30) == (0.0, pytest.approx(0.1135, abs=1e-4))


def test_wilson_interval_narrows_with_more_samples_and_widens_with_confidence():
    def width(*arguments):
        low, high = wilson_interval(*arguments)
        return high - low

    assert width(90, 100) < width(9, 10)
    assert width(9, 10, 0.99) > width(9, 10) > width(9, 10, 0.5)


@pytest.mark.parametrize(
    "arguments", [(0, 0), (-1, 5), (6, 5), (1, 2, 0.0), (1, 2, 1.0), (1, 2, float("nan"))]
)
def test_wilson_interval_refuses_what_is_no_sample(arguments):
    with pytest.raises(ValueError, match="must be"):
        wilson_interval(*arguments)
