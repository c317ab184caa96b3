import numpy as np
import pytest

from nncore.evaluation import evaluate
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
