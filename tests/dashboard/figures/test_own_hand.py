import numpy as np
import pytest

from dashboard.figures.own_hand import (
    Accuracy,
    Confusion,
    accuracies,
    confusion_bars,
    most_frequent_confusions,
)

OWN = Accuracy("yours", 24, 30, is_own=True)
MNIST = Accuracy("MNIST", 9900, 10_000, is_own=False)


def test_an_accuracy_has_its_share_and_interval():
    assert OWN.share == 0.8
    low, high = OWN.interval
    assert low < 0.8 < high
    assert high - low > 10 * (MNIST.interval[1] - MNIST.interval[0])


def test_each_accuracy_is_a_dot_with_its_interval_around_it():
    figure = accuracies([OWN, MNIST])
    own, mnist = figure.data
    assert list(own.x) == [80]
    assert list(mnist.y) == ["MNIST"]
    low, high = OWN.interval
    assert own.x[0] + own.error_x.array[0] == pytest.approx(100 * high)
    assert own.x[0] - own.error_x.arrayminus[0] == pytest.approx(100 * low)
    assert own.marker.color != mnist.marker.color
    # The first row is the upper one.
    assert figure.layout.yaxis.categoryarray == ("MNIST", "yours")
    assert figure.layout.xaxis.range[0] < 100 * low
    assert figure.layout.xaxis.range[1] > 100


def test_confusions_come_with_the_most_frequent_first_and_mnists_share():
    own = np.zeros((10, 10), int)
    own[7, 7], own[7, 1], own[1, 7], own[1, 1], own[3, 3] = 1, 2, 1, 3, 3
    on_mnist = np.diag(np.full(10, 99))
    on_mnist[7, 1] = 1
    assert most_frequent_confusions(own, on_mnist) == [
        Confusion(7, 1, 2 / 3, 0.01),
        Confusion(1, 7, 0.25, 0.0),
    ]
    assert most_frequent_confusions(on_mnist * 0, on_mnist) == []


def test_confusion_bars_are_yours_beside_mnists():
    figure = confusion_bars([Confusion(7, 1, 2 / 3, 0.01), Confusion(1, 7, 0.25, 0.0)])
    own, mnist = figure.data
    assert list(own.x) == pytest.approx([200 / 3, 25])
    assert list(mnist.x) == pytest.approx([1, 0])
    assert own.y == mnist.y == ("7 read as 1", "1 read as 7")
    assert own.text[0].startswith("67")
