"""Reasons in words, and what refusing costs, without the page around them."""

import gc
import re
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.drawing import doubt
from dashboard.drawing.doubt import reason
from nncore.doubt import Doubt
from nncore.evaluation import evaluate
from nncore.mnist import load_mnist
from nncore.model_files import Model
from nncore.network import build_network
from nncore.non_digits import GROUPS


@pytest.fixture(scope="module")
def reader():
    return new_reader()


def new_reader():
    """Return a small network with random weights, which is right now and then."""
    network = build_network(
        (784, 16, 10),
        activation="relu",
        output="softmax",
        loss="mse",
        generator=np.random.default_rng(0),
    )
    mnist = load_mnist()
    return resources.EvaluatedModel(
        Model(network), evaluate(network, mnist.test_images, mnist.test_labels)
    )


def script(reader, threshold):
    from dashboard.drawing.doubt import show_refusal_costs

    show_refusal_costs(reader, threshold)


def look(reader, threshold):
    kwargs = {"reader": reader, "threshold": threshold}
    return AppTest.from_function(script, kwargs=kwargs, default_timeout=60).run()


def shares(app):
    """Return the metrics in per cent: digits refused, errors and non-digits let through."""
    return [float(metric.value.rstrip("\N{NO-BREAK SPACE}%")) for metric in app.metric]


@pytest.mark.parametrize(
    ("doubt", "words"),
    [
        (Doubt("dot", "extent", 0.01, 0.04), "no more than a dot"),
        (Doubt("scribble", "length", 17.26, 5.5), "17.3 times as long .* at most 5.5 times"),
        (Doubt("several", "parts", 3, 1), "3 parts side by side"),
        (Doubt("letter", "digit", 0.042, 0.5), r"a letter\. .* probability of 4\.2.%"),
        (Doubt("blank", "ink", 0, 0), "Nothing is drawn"),
    ],
)
def test_a_reason_has_the_numbers_behind_it(doubt, words):
    assert re.search(words, reason(doubt))


def test_every_kind_that_the_network_tells_has_words_of_its_own():
    reasons = {reason(Doubt(kind, "digit", 0.2, 0.5)) for kind in GROUPS}
    assert len(reasons) == len(GROUPS)


def test_a_threshold_of_1_refuses_everything(reader):
    app = look(reader, 1.0)
    assert not app.exception
    assert shares(app) == [100, 0, 0]


def test_without_a_threshold_only_what_is_doubted_is_refused(reader):
    app = look(reader, 0.0)
    refused, errors, non_digits = shares(app)
    assert 0.5 < refused < 3
    assert 95 < errors < 100
    assert 0 < non_digits < 8
    assert "alone would let 100.0\N{NO-BREAK SPACE}% of" in app.caption[0].value
    app.toggle(key="draw_doubts").set_value(False).run()
    assert shares(app) == [0, 100, 100]


def test_a_higher_threshold_refuses_more_and_lets_less_through(reader):
    low, high = (look(reader, threshold) for threshold in (0.15, 0.25))
    refused, errors, non_digits = zip(shares(low), shares(high), strict=True)
    assert refused[0] < refused[1]
    assert errors[0] > errors[1]
    assert non_digits[0] >= non_digits[1]


def test_the_counts_of_the_errors_are_those_of_the_network(reader):
    evaluation = reader.evaluation
    confidences = evaluation.probabilities.max(axis=1)
    is_wrong = evaluation.predictions != evaluation.labels
    app = look(reader, 0.2)
    app.toggle(key="draw_doubts").set_value(False).run()
    let_through = int((is_wrong & (confidences > 0.2)).sum())
    numbers = app.metric[1].delta.replace("\N{NO-BREAK SPACE}", "").split(" of ")
    assert list(map(int, numbers)) == [let_through, is_wrong.sum()]


def test_two_networks_are_not_taken_for_each_other(reader):
    sure = resources.shipped_model()
    assert shares(look(sure, 0.5))[0] < 10 < shares(look(reader, 0.5))[0]
    assert shares(look(sure, 0.5))[0] < 10


def test_the_answers_of_a_network_are_worked_out_once_for_all_who_ask_together(monkeypatch):
    reader, asked = new_reader(), []

    def predict(images):
        asked.append(len(images))
        time.sleep(0.05)
        return np.zeros((len(images), 10))

    monkeypatch.setattr(reader.model.network, "predict", predict)
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(doubt._answers, [reader] * 8))
    assert len(asked) == len(answers) == 1


def test_the_answers_of_a_network_keep_no_network():
    gone = weakref.ref(reader := new_reader())
    n_known = len(doubt._known)
    doubt._answers(reader)
    assert len(doubt._known) == n_known + 1
    del reader
    gc.collect()
    assert gone() is None
    assert len(doubt._known) <= n_known
