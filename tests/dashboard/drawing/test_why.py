"""What stands behind an answer, for networks of all kinds, without the page around it."""

import gc
import re
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.drawing.why import nearest
from nncore.evaluation import evaluate
from nncore.layers import ActivationLayer
from nncore.losses import MSE
from nncore.mnist import load_mnist
from nncore.model_files import Model
from nncore.nearest_digits import last_hidden_layer
from nncore.network import SequentialNetwork, build_network

TEST = load_mnist()
FOUR = TEST.test_images[4]
BLANK = np.zeros((28, 28), dtype=np.uint8)


def script(image, reader):
    from dashboard.drawing.why import show_why

    show_why(image, reader)


def evaluated(network):
    return resources.EvaluatedModel(
        Model(network), evaluate(network, TEST.test_images[:200], TEST.test_labels[:200])
    )


def reader_of(*hidden, activation="relu", output="softmax", scale=1.0):
    """Return a small network with random weights."""
    generator = np.random.default_rng(0)
    network = build_network(
        (784, *hidden, 10), activation=activation, output=output, generator=generator
    )
    for array in network.parameters:
        array *= scale
    return evaluated(network)


def look(view, image=FOUR, reader=None):
    app = AppTest.from_function(
        script, kwargs={"image": image, "reader": reader or reader_of(16)}, default_timeout=60
    )
    app.query_params["draw_why"] = view
    return app.run()


def words(app):
    return " ".join(element.value for element in (*app.markdown, *app.caption))


def numbers(text):
    return [float(number.replace("−", "-")) for number in re.findall(r"[+−]\d+\.\d+", text)]


def n_charts(app):
    return len(app.get("plotly_chart"))


def test_the_nearest_digits_of_the_recogniser_have_the_right_name():
    app = look("nearest", reader=resources.shipped_model())
    assert not app.exception
    assert n_charts(app) == 2
    counts = re.search(r"the 10 nearest, (\d+) by pixels and (\d+) by the hidden", words(app))
    assert int(counts[1]) >= 8
    assert int(counts[2]) == 10
    assert "what the network answers, a 4" in words(app)
    assert "60\N{NO-BREAK SPACE}000 training images by pixels" in words(app)


def test_a_large_network_looks_at_fewer_training_images():
    small, large = (reader_of(size).model.network for size in (16, 2000))
    assert nearest._step(small) == 1
    step = nearest._step(large)
    assert 1 < step < 10
    data = resources.mnist()
    indices = nearest._by_last_hidden_layer(large, step).nearest(data.train_images[4 * step], 1)
    assert list(indices.indices) == [4]


@pytest.fixture
def made(monkeypatch):
    """The indices that are made, each in a moment and of no use."""

    class Index:
        def __init__(self, images, features):
            time.sleep(0.05)
            self.features = features
            indices.append(weakref.ref(self))

    indices = []
    monkeypatch.setattr(nearest, "NearestDigits", Index)
    monkeypatch.setattr(nearest, "_indices", weakref.WeakKeyDictionary())
    return indices


def test_an_index_is_made_once_for_all_who_ask_together(made):
    network = reader_of(16).model.network
    with ThreadPoolExecutor(8) as threads:
        indices = list(threads.map(lambda _: nearest._by_last_hidden_layer(network, 1), range(8)))
    assert len(made) == len(set(indices)) == 1
    assert nearest._by_last_hidden_layer(network, 2) is not indices[0]


def test_nobody_waits_for_the_index_of_another_network(made, monkeypatch):
    slow, quick = (reader_of(16).model.network for _ in range(2))
    expected = nearest._by_last_hidden_layer(quick, 1)
    has_begun, may_end = Event(), Event()

    def make(images, features):
        has_begun.set()
        may_end.wait(timeout=20)

    monkeypatch.setattr(nearest, "NearestDigits", make)
    with ThreadPoolExecutor(2) as threads:
        threads.submit(nearest._by_last_hidden_layer, slow, 1)
        assert has_begun.wait(timeout=10)
        found = threads.submit(nearest._by_last_hidden_layer, quick, 1)
        try:
            assert found.result(timeout=10) is expected
        finally:
            may_end.set()


def test_an_index_keeps_no_network(made):
    gone = weakref.ref(network := reader_of(16).model.network)
    digits = nearest._by_last_hidden_layer(network, 1)
    np.testing.assert_array_equal(
        digits.features(TEST.test_images[:3]), last_hidden_layer(network, TEST.test_images[:3])
    )
    del network, digits
    gc.collect()
    assert gone() is None
    assert not len(nearest._indices)
    assert made[0]() is None


def test_no_more_indices_are_kept_than_two_of_readers_and_those_of_the_project(made):
    models = (resources.memoire_model(), resources.shipped_model())
    own = [model.model.network for model in models]
    first, second, third = (reader_of(16).model.network for _ in range(3))
    for network in (*own, first, second, first, third):
        nearest._by_last_hidden_layer(network, 1)
    assert len(made) == 5
    assert set(nearest._indices) == {*own, first, third}
    assert sum(index() is not None for index in made) == 4


def test_the_nearest_digits_of_a_network_without_hidden_layer_are_those_by_pixels():
    app = look("nearest", reader=reader_of())
    assert not app.exception
    assert n_charts(app) == 1
    assert "no hidden layer" in words(app)


@pytest.mark.parametrize("baseline", ["paper", "average"])
@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_pixels_for_and_against_add_up(activation, baseline):
    app = look("pixels", reader=reader_of(20, 12, activation=activation, output="sigmoid"))
    app.segmented_control(key="draw_baseline").set_value(baseline).run()
    assert not app.exception
    assert n_charts(app) == 2
    [sentence] = [element.value for element in app.markdown if "Lead of" in element.value]
    start, gain, loss, lead = numbers(sentence)
    assert gain > 0 > loss
    assert start + gain + loss == pytest.approx(lead, abs=0.021)
    assert lead >= 0


def test_another_digit_can_be_compared_with_and_the_answer_not_with_itself():
    app = look("pixels", reader=resources.shipped_model())
    assert "Lead of 4 over 9 " in words(app)
    app.selectbox(key="draw_rival").set_value("6").run()
    assert "Lead of 4 over 6 " in words(app)
    app.selectbox(key="draw_rival").set_value("4").run()
    assert "Lead of 4 over 9 " in words(app)


def test_a_softmax_between_layers_is_one_sentence():
    layers = reader_of(16).model.network.layers
    network = SequentialNetwork([layers[0], ActivationLayer("softmax", 16), *layers[2:]], MSE())
    app = look("pixels", reader=evaluated(network))
    assert not app.exception
    assert len(app.error) == 1
    assert "softmax between its layers" in app.error[0].value


def answers(app):
    """Return the rows of the table of readers."""
    [table] = [element.value for element in app.markdown if element.value.startswith("| Reader")]
    names, _, *rows = ([cell.strip() for cell in line.split("|")] for line in table.split("\n"))
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_readers_are_side_by_side_and_a_network_of_ones_own_joins_them():
    app = look("readers", reader=resources.shipped_model())
    assert not app.exception
    rows = answers(app)
    assert [row["Reader"] for row in rows] == [
        "The ten average digits",
        "The mémoire's network, trained anew",
        "The recogniser that comes with the project",
    ]
    assert rows[2]["Answer"].startswith("**4** (")
    # Of the test images, by the largest of ten scores.
    assert rows[0]["Right on MNIST"] == "63.1\N{NO-BREAK SPACE}%"
    # A thin line.
    assert "to 0 of ten digits" in words(app)
    app = look("readers")
    assert len(answers(app)) == 4
    assert n_charts(app) == 1


def test_the_average_digits_answer_with_the_largest_score_also_where_many_outputs_are_1():
    # So much ink that all ten neurons are at 1.
    app = look("readers", image=np.full((28, 28), 255, dtype=np.uint8))
    scores = resources.average_digits().sum(axis=(1, 2))
    assert answers(app)[0]["Answer"] == f"**{scores.argmax()}** (1.000)"
    assert "to 10 of ten digits" in words(app)


@pytest.mark.parametrize("view", ["nearest", "pixels", "readers"])
def test_an_empty_canvas_is_no_error(view):
    app = look(view, image=BLANK)
    assert not app.exception
    assert not app.error


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("view", ["nearest", "pixels", "readers"])
def test_a_network_with_enormous_weights_is_one_sentence(view):
    app = look(view, reader=reader_of(16, scale=3e38))
    assert not app.exception
    assert len(app.error) == 1
    assert "too large for a number" in app.error[0].value


def test_another_image_keeps_the_view_and_what_it_is_compared_with():
    app = look("pixels", reader=resources.shipped_model())
    app.segmented_control(key="draw_baseline").set_value("average").run()
    app.selectbox(key="draw_rival").set_value("6").run()
    app.kwargs["image"] = TEST.test_images[0]
    app.run()
    assert not app.exception
    assert "Lead of 7 over 6 " in words(app)
    assert app.segmented_control(key="draw_baseline").value == "average"
