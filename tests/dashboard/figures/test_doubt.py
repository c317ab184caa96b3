import numpy as np

from dashboard.figures import doubt


def test_what_is_let_through_stands_above_what_is_refused():
    figure = doubt.refusal_costs(
        np.array([0, 0.5, 1]),
        errors=np.array([1, 0.5, 0]),
        non_digits=np.array([0.8, 0.25, 0]),
        refused=np.array([0, 0.01, 1]),
        threshold=0.3,
    )
    errors, non_digits, refused = figure.data
    np.testing.assert_allclose(errors.y, [100, 50, 0])
    np.testing.assert_allclose(non_digits.y, [80, 25, 0])
    np.testing.assert_allclose(refused.y, [0, 1, 100])
    assert [trace.name for trace in figure.data] == [
        "errors let through",
        "non-digits let through",
        "digits refused",
    ]
    assert (errors.yaxis, non_digits.yaxis, refused.yaxis) == ("y", "y", "y2")
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    [threshold] = figure.layout.shapes
    assert threshold.x0 == threshold.x1 == 0.3


def test_the_last_thresholds_do_not_flatten_the_refusals():
    thresholds = np.linspace(0, 1, 101)
    refused = np.where(thresholds == 1, 1, 0.05)
    figure = doubt.refusal_costs(thresholds, refused, refused, refused, 0.5)
    low, high = figure.layout.yaxis2.range
    assert low == 0
    assert 5 < high < 10
