import numpy as np

from dashboard.figures import confidence
from nncore.calibration import acceptance_curve, calibration_curve

CONFIDENCES = np.array([0.15, 0.55, 0.85, 0.95])
IS_RIGHT = np.array([False, True, False, True])


def test_calibration_has_a_diagonal_the_accuracy_and_the_counts():
    line, dots, bars = confidence.calibration(calibration_curve(CONFIDENCES, IS_RIGHT, 2)).data
    assert line.x == line.y == (0, 100)
    np.testing.assert_allclose(dots.x, [15, 100 * (0.55 + 0.85 + 0.95) / 3])
    np.testing.assert_allclose(dots.y, [0, 200 / 3])
    np.testing.assert_array_equal(dots.customdata, [1, 3])
    np.testing.assert_array_equal(bars.x, [25, 75])
    np.testing.assert_array_equal(bars.y, [1, 3])
    assert bars.yaxis == "y2"


def test_acceptance_has_what_is_right_above_what_is_refused_and_the_threshold():
    curve = acceptance_curve(CONFIDENCES, IS_RIGHT, np.array([0, 0.5, 0.9]))
    figure = confidence.acceptance(curve, 0.3)
    right, refused = figure.data
    np.testing.assert_allclose(right.y, [50, 200 / 3, 100])
    np.testing.assert_allclose(refused.y, [0, 25, 75])
    assert (right.yaxis, refused.yaxis) == ("y", "y2")
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    [threshold] = figure.layout.shapes
    assert threshold.x0 == threshold.x1 == 0.3
