import numpy as np
import pytest

from nncore.calibration import acceptance_curve, calibration_curve

CONFIDENCES = np.array([0.1, 0.5, 0.6, 0.9, 1.0])
IS_RIGHT = np.array([False, True, False, True, True])


def test_bins_worked_by_hand():
    curve = calibration_curve(CONFIDENCES, IS_RIGHT, n_bins=4)
    np.testing.assert_array_equal(curve.edges, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_array_equal(curve.counts, [1, 0, 2, 2])
    np.testing.assert_allclose(curve.confidence, [0.1, np.nan, 0.55, 0.95])
    np.testing.assert_allclose(curve.accuracy, [0, np.nan, 0.5, 1])
    # 1 answer 0.1 away, 2 answers 0.05 and 2 answers 0.05
    assert curve.expected_error == pytest.approx((0.1 + 2 * 0.05 + 2 * 0.05) / 5)
    assert curve.overconfidence == pytest.approx(CONFIDENCES.mean() - IS_RIGHT.mean())


def test_a_bin_holds_its_lower_edge_and_the_last_one_holds_1():
    edges = np.linspace(0, 1, 11)
    curve = calibration_curve(edges, np.ones(11, bool))
    np.testing.assert_array_equal(curve.counts, [*[1] * 9, 2])


def test_single_precision_is_binned_alike():
    curve = calibration_curve(CONFIDENCES.astype(np.float32), IS_RIGHT, n_bins=1)
    assert curve.confidence[0] == pytest.approx(CONFIDENCES.mean())
    assert curve.accuracy[0] == 0.6


def test_answers_up_to_the_threshold_are_refused():
    curve = acceptance_curve(CONFIDENCES, IS_RIGHT, np.array([0, 0.5, 0.55, 0.95, 1]))
    assert curve.n_answers == 5
    np.testing.assert_array_equal(curve.n_accepted, [5, 3, 3, 1, 0])
    np.testing.assert_array_equal(curve.n_right, [3, 2, 2, 1, 0])
    np.testing.assert_allclose(curve.refused_share, [0, 0.4, 0.4, 0.8, 1])
    np.testing.assert_allclose(curve.accuracy, [0.6, 2 / 3, 2 / 3, 1, np.nan])


def test_neither_answers_nor_thresholds_need_an_order():
    order = [3, 0, 4, 2, 1]
    curve = acceptance_curve(CONFIDENCES[order], IS_RIGHT[order], np.array([0.95, 0.5]))
    np.testing.assert_array_equal(curve.n_accepted, [1, 3])
    np.testing.assert_array_equal(curve.n_right, [1, 2])


@pytest.mark.parametrize("function", [calibration_curve, acceptance_curve])
@pytest.mark.parametrize(
    ("confidences", "is_right", "message"),
    [
        (CONFIDENCES, IS_RIGHT[:4], r"got \(5,\) and \(4,\)"),
        (CONFIDENCES[:0], IS_RIGHT[:0], "not empty"),
        (CONFIDENCES[:, np.newaxis], IS_RIGHT[:, np.newaxis], r"\(n_answers,\)"),
        (CONFIDENCES + 0.1, IS_RIGHT, "from 0 to 1, got 0.2 to 1.1"),
        (CONFIDENCES - 0.2, IS_RIGHT, "from 0 to 1, got -0.1 to 0.8"),
        (np.full(5, np.nan), IS_RIGHT, "from 0 to 1, got nan"),
    ],
)
def test_what_is_no_confidence_is_refused(function, confidences, is_right, message):
    more = () if function is calibration_curve else (np.array([0.5]),)
    with pytest.raises(ValueError, match=message):
        function(confidences, is_right, *more)


def test_there_must_be_a_bin():
    with pytest.raises(ValueError, match="n_bins must be at least 1, got 0"):
        calibration_curve(CONFIDENCES, IS_RIGHT, n_bins=0)
