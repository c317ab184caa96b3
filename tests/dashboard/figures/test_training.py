import numpy as np

from dashboard.figures.training import accuracy_curve, confusion_matrix, loss_curve
from nncore.training import EpochResult, Progress

CURVE = [Progress(1, 0.5, 2.0, 0.3, 1.0), Progress(2, 0.25, 1.0, 0.6, 2.0)]
EPOCHS = [EpochResult(1, 1.5, 0.5, 1.5, validation_accuracy=0.6, test_accuracy=0.7)]


def test_curves_stand_at_their_place_in_the_epochs():
    loss = loss_curve(CURVE, EPOCHS)
    assert loss.data[0].x == (0.5, 1.25)
    assert loss.data[0].y == (2.0, 1.0)
    assert loss.data[1].x == (1.0,)
    assert loss.data[1].y == (1.5,)
    accuracy = accuracy_curve(CURVE, EPOCHS)
    assert accuracy.data[0].y == (0.3, 0.6)
    assert [trace.y for trace in accuracy.data[1:]] == [(0.7,), (0.6,)]
    for figure in (loss, accuracy):
        assert figure.layout.xaxis.title.text == "Epochs"
        assert figure.layout.yaxis.title.text


def test_without_validation_there_is_no_line_for_it():
    assert len(accuracy_curve(CURVE, [EpochResult(1, 1.5, 0.5, 1.5)]).data) == 2


def test_long_curves_are_thinned():
    curve = [Progress(epoch, 1.0, 1.0, 0.5, 1.0) for epoch in range(5000)]
    assert 150 < len(loss_curve(curve, []).data[0].x) <= 300


def test_the_confusion_matrix_colours_errors_and_counts_everything():
    confusion = np.array([[90, 3], [0, 80]])
    heatmap, counts = confusion_matrix(confusion).data
    np.testing.assert_array_equal(heatmap.z, [[0, 3], [0, 0]])
    cells = zip(counts.y, counts.x, counts.text, strict=True)
    assert {(true, answer): int(n) for true, answer, n in cells} == {
        ("0", "0"): 90,
        ("0", "1"): 3,
        ("1", "0"): 0,
        ("1", "1"): 80,
    }
