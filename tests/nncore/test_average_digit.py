"""The average digit reproduces the mémoire's figures, and its measures are right by hand."""

import json
import time
import tracemalloc

import numpy as np
import pytest

from nncore.average_digit import (
    MEMOIRE_BIAS,
    MEMOIRE_DIGIT,
    MEMOIRE_THRESHOLD,
    RankedScores,
    ThresholdEvaluation,
    average_digit,
    average_digits,
    evaluate_threshold,
    pixel_products,
    predict,
    score_cut,
    scores,
    sweep_bias,
)
from nncore.mnist import load_mnist


@pytest.fixture(scope="module")
def mnist():
    return load_mnist()


@pytest.fixture(scope="module")
def average_eight(mnist):
    return average_digit(mnist.train_images, mnist.train_labels, MEMOIRE_DIGIT)


@pytest.fixture(scope="module")
def train_scores(mnist, average_eight):
    return scores(mnist.train_images, average_eight)


@pytest.fixture(scope="module")
def test_scores(mnist, average_eight):
    return scores(mnist.test_images, average_eight)


@pytest.fixture
def tiny():
    """Return four images of 1x2 pixels and their labels."""
    images = np.array([[[255, 0]], [[51, 102]], [[0, 255]], [[153, 0]]], dtype=np.uint8)
    return images, np.array([1, 1, 0, 1])


def test_average_by_hand(tiny):
    images, labels = tiny
    # (255 + 51 + 153) / 3 / 255 and 102 / 3 / 255
    np.testing.assert_allclose(average_digit(images, labels, 1), [[0.6, 2 / 15]], rtol=1e-15)
    averages = average_digits(images, labels, n_classes=2)
    np.testing.assert_allclose(averages, [[[0, 1]], [[0.6, 2 / 15]]], rtol=1e-15)


def test_score_and_its_parts_by_hand(tiny):
    images, _ = tiny
    weights = np.array([[2.0, -1.0]])
    np.testing.assert_allclose(scores(images, weights), [2, 0, -1, 1.2], atol=1e-15)
    np.testing.assert_allclose(pixel_products(images[1], weights), [[0.4, -0.4]], rtol=1e-15)


def test_the_memoires_two_samples(mnist, average_eight, train_scores):
    four, eight = train_scores[2], train_scores[17]
    assert four == pytest.approx(20.09490900, abs=5e-9)
    assert eight == pytest.approx(54.53216510, abs=5e-9)
    products = pixel_products(mnist.train_images[17], average_eight)
    assert products.sum() == pytest.approx(eight, rel=1e-13)
    predictions = predict(train_scores[[2, 17]], MEMOIRE_BIAS)
    assert predictions[0] == pytest.approx(1.527061e-11, rel=1e-6)
    assert predictions[1] == pytest.approx(0.99992752, abs=5e-9)


def test_the_memoires_accuracies(mnist, train_scores, test_scores):
    is_eight = mnist.test_labels == MEMOIRE_DIGIT
    train = evaluate_threshold(
        predict(train_scores, MEMOIRE_BIAS),
        mnist.train_labels == MEMOIRE_DIGIT,
        MEMOIRE_THRESHOLD,
    )
    test_probabilities = predict(test_scores, MEMOIRE_BIAS)
    test = evaluate_threshold(test_probabilities, is_eight)
    eights = evaluate_threshold(test_probabilities[is_eight], is_eight[is_eight])
    assert train.accuracy == 0.682
    assert test.accuracy == 0.6694
    assert test.always_no_accuracy == 0.9026
    assert eights.accuracy == test.recall == 0.8193018480492813
    assert (eights.always_no_accuracy, eights.precision) == (0, 1)


def test_scores_agree_with_one_float64_product(mnist, average_eight):
    # 2,500 images are two whole chunks and a half.
    images = mnist.train_images[:2500]
    expected = (images.reshape(-1, 784) / 255) @ average_eight.ravel()
    np.testing.assert_allclose(scores(images, average_eight), expected, rtol=1e-13)


def test_scores_with_several_weights_are_those_with_each(mnist):
    images, weights = mnist.test_images[:1500], average_digits(mnist.test_images, mnist.test_labels)
    together = scores(images, weights)
    assert together.shape == (1500, 10)
    for digit in range(10):
        np.testing.assert_allclose(together[:, digit], scores(images, weights[digit]), rtol=1e-12)
    with pytest.raises(ValueError, match=r"weights must be \(10, 14, 28\)"):
        scores(images[:, :14], weights)


def test_scores_never_turn_all_of_mnist_into_floats(mnist, average_eight):
    tracemalloc.start()
    try:
        scores(mnist.train_images, average_eight)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10e6


def test_a_slider_gets_its_answer_at_once(mnist, test_scores):
    is_eight = mnist.test_labels == MEMOIRE_DIGIT
    durations = []
    for bias in range(-60, -40):
        start = time.perf_counter()
        evaluate_threshold(predict(test_scores, bias), is_eight)
        durations.append(time.perf_counter() - start)
    # Measured: 0.12 ms.
    assert min(durations) < 0.005


def test_evaluation_by_hand():
    probabilities = np.array([0.9, 0.5, 0.4, 0.8, 0.6, 0.1])
    is_digit = np.array([True, True, True, False, False, False])
    evaluation = evaluate_threshold(probabilities, is_digit, 0.5)
    # An output of exactly 0.5 means no.
    assert evaluation == ThresholdEvaluation(
        true_positives=1, false_positives=2, false_negatives=2, true_negatives=1
    )
    assert evaluation.n_samples == 6
    assert evaluation.accuracy == pytest.approx(2 / 6)
    assert evaluation.precision == pytest.approx(1 / 3)
    assert evaluation.recall == pytest.approx(1 / 3)
    assert evaluation.always_no_accuracy == 0.5
    assert json.dumps(vars(evaluation)).count("1") == 2


def test_precision_and_recall_without_a_case_are_none():
    never = evaluate_threshold(np.array([0.1, 0.2]), np.array([True, False]), 0.5)
    assert (never.precision, never.recall) == (None, 0)
    no_digit = evaluate_threshold(np.array([0.1, 0.9]), np.array([False, False]), 0.5)
    assert (no_digit.precision, no_digit.recall) == (0, None)


def test_ranked_scores_count_as_the_neuron_answers(mnist, test_scores):
    is_eight = mnist.test_labels == MEMOIRE_DIGIT
    ranked = RankedScores(test_scores, is_eight)
    for bias in np.arange(-120, 1, 7.5):
        for threshold in (0.01, 0.3, 0.5, 0.9, 0.99):
            expected = evaluate_threshold(predict(test_scores, bias), is_eight, threshold)
            assert ranked.evaluate(bias, threshold) == expected
    # NumPy's own integers would not be JSON.
    assert json.dumps(vars(ranked.evaluate(-45)))


def test_a_score_at_the_cut_of_ranked_scores_means_no():
    ranked = RankedScores(np.array([45.0, 45.0, 46.0]), np.array([True, False, True]))
    assert ranked.evaluate(-45.0) == ThresholdEvaluation(1, 0, 1, 1)
    without_digit = RankedScores(np.array([1.0]), np.array([False]))
    assert without_digit.evaluate(0.0) == ThresholdEvaluation(0, 1, 0, 0)


def test_ranked_scores_count_mistakes_as_the_neuron_makes_them(mnist, test_scores):
    is_eight = mnist.test_labels == MEMOIRE_DIGIT
    ranked = RankedScores(test_scores, is_eight)
    seen = set()
    for bias in np.arange(-120, 1, 7.5):
        outputs = predict(test_scores, bias)
        for threshold in (0.001, 0.01, 0.3, 0.5, 0.9, 0.99, 0.999):
            is_wrong = (outputs > threshold) != is_eight
            for sure in (0.01, 0.2):
                is_sure = (outputs < sure) | (outputs > 1 - sure)
                expected = np.count_nonzero(is_wrong), np.count_nonzero(is_wrong & is_sure)
                assert ranked.count_mistakes(bias, threshold, sure) == expected
                seen.add(expected)
    assert len(seen) > 50


def test_mistakes_by_hand():
    # Outputs of about 0.001, 0.3, 0.7 and 0.999; answered no, no, yes, yes.
    logits = np.array([-7.0, -1.0, 1.0, 7.0])
    assert RankedScores(logits, logits < 0).count_mistakes(0.0) == (4, 2)
    assert RankedScores(logits, logits > 0).count_mistakes(0.0) == (0, 0)
    assert RankedScores(logits, logits > 0).count_mistakes(0.0, 0.9) == (1, 0)


def test_sweep_by_hand():
    # From the highest: yes, no, yes, yes, no. Right answers of cuts after 0 to 5 of them:
    # 2, 3, 2, 3, 4, 3 of 5.
    sweep = sweep_bias(
        np.array([1.0, 2.0, 6.0, 4.0, 3.0]), np.array([False, True, True, False, True])
    )
    np.testing.assert_allclose(sweep.biases, [-7, -5, -3.5, -2.5, -1.5, 0])
    np.testing.assert_allclose(sweep.accuracies, [0.4, 0.6, 0.4, 0.6, 0.8, 0.6])
    assert (sweep.best_bias, sweep.best_accuracy) == (-1.5, 0.8)


def test_sweep_takes_equal_scores_together_and_the_roomiest_of_equal_biases():
    sweep = sweep_bias(np.array([5.0, 5.0, 1.0]), np.array([True, False, False]))
    np.testing.assert_allclose(sweep.biases, [-6, -3, 0])
    np.testing.assert_allclose(sweep.accuracies, [2 / 3, 2 / 3, 1 / 3])
    assert sweep.best_bias == -3


@pytest.mark.parametrize("threshold", [0.5, 0.2, 0.99])
def test_sweep_says_what_the_evaluation_says(mnist, test_scores, threshold):
    is_eight = mnist.test_labels == MEMOIRE_DIGIT
    sweep = sweep_bias(test_scores, is_eight, threshold)
    assert np.all(np.diff(sweep.biases) > 0)

    def accuracy(bias):
        return evaluate_threshold(predict(test_scores, bias), is_eight, threshold).accuracy

    chosen = np.linspace(0, len(sweep.biases) - 1, 101).astype(int)
    expected = [accuracy(bias) for bias in sweep.biases[chosen]]
    assert sweep.accuracies[chosen].tolist() == expected
    assert accuracy(sweep.best_bias) == sweep.best_accuracy
    # A grid of sliders never beats it; answering always no is one end.
    assert max(accuracy(bias) for bias in np.arange(-90, -20, 0.5)) <= sweep.best_accuracy
    assert sweep.accuracies[0] == 0.9026
    assert sweep.accuracies[-1] == pytest.approx(1 - 0.9026)


def test_the_best_bias_for_eights_hardly_beats_always_no(mnist, train_scores):
    sweep = sweep_bias(train_scores, mnist.train_labels == MEMOIRE_DIGIT)
    always_no = 1 - np.mean(mnist.train_labels == MEMOIRE_DIGIT)
    assert always_no < sweep.best_accuracy < always_no + 0.005


IMAGES = np.zeros((3, 2, 2), dtype=np.uint8)
IS_DIGIT = np.array([True, False])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: average_digit(IMAGES, np.zeros(3, int), 8), "digit must be .*got 8"),
        (lambda: average_digit(IMAGES, np.zeros(2, int), 0), r"labels must be \(3,\), got \(2,\)"),
        (lambda: average_digit(IMAGES / 255, np.zeros(3, int), 0), "images must be .*float64"),
        (lambda: average_digits(IMAGES, np.zeros(3, int)), "digit must be .*got 1"),
        (lambda: scores(IMAGES[0], np.zeros((2, 2))), r"images must be .*got \(2, 2\)"),
        (lambda: scores(IMAGES, np.zeros(4)), r"weights must be \(2, 2\).*got \(4,\)"),
        (lambda: pixel_products(IMAGES, np.zeros((2, 2))), r"image must be .*got \(3, 2, 2\)"),
        (lambda: pixel_products(IMAGES[0], np.zeros((3, 2))), r"weights must be \(2, 2\)"),
        (lambda: predict(np.zeros(2), np.nan), "bias must be finite, got nan"),
        (lambda: RankedScores(np.zeros(3), IS_DIGIT), r"is_digit must be \(3,\) bool"),
        (lambda: score_cut(0, 1.0), "threshold must be strictly .*got 1.0"),
        (lambda: evaluate_threshold(np.zeros(2), IS_DIGIT, 1.5), "threshold must be .*got 1.5"),
        (lambda: evaluate_threshold(np.zeros(2), IS_DIGIT, np.nan), "threshold must be .*nan"),
        (lambda: evaluate_threshold(np.zeros(3), IS_DIGIT), r"is_digit must be \(3,\) bool"),
        (lambda: evaluate_threshold(np.zeros(2), np.array([1, 0])), "is_digit must be .*int64"),
        (lambda: evaluate_threshold(np.array([0, 2.0]), IS_DIGIT), "probabilities .*0 to 2"),
        (lambda: evaluate_threshold(np.array([0, np.nan]), IS_DIGIT), "probabilities .*finite"),
        (lambda: evaluate_threshold(np.zeros(0), IS_DIGIT[:0]), "probabilities .*at least one"),
        (lambda: sweep_bias(np.array([0, np.inf]), IS_DIGIT), "scores must be finite"),
        (lambda: sweep_bias(np.zeros(2), IS_DIGIT, 1), "threshold must be strictly"),
        (lambda: sweep_bias(np.zeros((2, 2)), IS_DIGIT), r"scores must be \(n_samples,\)"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
