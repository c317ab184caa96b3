from dashboard.figures.training import (
    accuracy_curve,
    gradient_curves,
    learning_rate_curve,
    loss_curve,
    stuck_curves,
)
from nncore.training import EpochResult, Progress
from nncore.vitals import VitalSigns

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


def test_curves_can_run_against_time():
    loss = loss_curve(CURVE, EPOCHS, "seconds")
    assert loss.data[0].x == (1.0, 2.0)
    assert loss.data[1].x == (1.5,)
    assert loss.layout.xaxis.title.text == "Seconds of training"


def test_each_layer_has_a_line_for_its_gradient_and_its_stuck_neurons():
    vitals = [
        VitalSigns(0.5, 0.2, gradients=(1e-3, 1e-2), stuck=(0.0, 0.5)),
        VitalSigns(1.0, 0.1, gradients=(2e-3, 3e-2), stuck=(0.25, 1.0)),
    ]
    gradients, stuck = gradient_curves(vitals), stuck_curves(vitals)
    assert [trace.y for trace in gradients.data] == [(1e-3, 2e-3), (1e-2, 3e-2)]
    assert gradients.layout.yaxis.type == "log"
    assert [trace.y for trace in stuck.data] == [(0.0, 0.25), (0.5, 1.0)]
    assert stuck.data[0].name == "layer 1"
    (rate,) = learning_rate_curve(vitals).data
    assert (rate.x, rate.y) == ((0.5, 1.0), (0.2, 0.1))
