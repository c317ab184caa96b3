import json
import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.training.results import confusions, digit_map
from nncore.evaluation import evaluate, evaluate_answers
from nncore.layers import DenseLayer
from nncore.losses import MSE
from nncore.model_files import Model, save_model
from nncore.network import SequentialNetwork, build_network
from tests.tables import shown_table

N_TEST = 10_000
VIEWS = ("confusions", "mistakes", "digits", "confidence", "weights", "activations", "map", "time")


def new_network(*layers, seed=0, output="softmax", loss="cross-entropy"):
    generator = np.random.default_rng(seed)
    return build_network((784, *layers, 10), output=output, loss=loss, generator=generator)


def evaluated(network):
    mnist = resources.mnist()
    return resources.EvaluatedModel(
        Model(network), evaluate(network, mnist.test_images, mnist.test_labels)
    )


@pytest.fixture(scope="module")
def trained():
    """An untrained network of two hidden layers, which is wrong in every way."""
    return evaluated(new_network(12, 6))


@pytest.fixture(scope="module")
def perfect(trained):
    """A network with answers that are all right."""
    answers = np.eye(10, dtype=np.float32)[resources.mnist().test_labels]
    return resources.EvaluatedModel(
        trained.model, evaluate_answers(answers, resources.mnist().test_labels)
    )


@pytest.fixture
def snapshots(tmp_path):
    """The states of a training at three epochs."""
    paths = {epoch: tmp_path / f"epoch-{epoch}.npz" for epoch in (0, 1, 3)}
    for epoch, path in paths.items():
        save_model(path, Model(new_network(12, 6, seed=epoch)))
    return paths


def page(trained, snapshots):
    from dashboard.training.results import show_results

    show_results(trained, snapshots)


def open_view(view, trained, snapshots=None, **settings):
    app = AppTest.from_function(
        page, default_timeout=60, kwargs={"trained": trained, "snapshots": snapshots or {}}
    )
    for name, value in {"train_view": view, **settings}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def words(app):
    return " ".join(element.value for element in (*app.caption, *app.markdown, *app.info))


def captions(app):
    """Return what stands below the pictures of the gallery."""
    return re.findall(r"<figcaption[^>]*>(.*?)</figcaption>", app.html[0].value)


def chart(app, number=0):
    return json.loads(app.get("plotly_chart")[number].proto.spec)


@pytest.mark.parametrize("view", VIEWS)
def test_a_link_opens_every_view_of_a_network_that_knows_nothing(view, trained, snapshots):
    app = open_view(view, trained, snapshots)
    assert app.button_group(key="train_view").value == view
    assert not app.error


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_bears_a_network_without_hidden_layers_or_mistakes(view, perfect):
    alone = resources.EvaluatedModel(
        Model(new_network(output="sigmoid", loss="mse")), perfect.evaluation
    )
    assert not open_view(view, alone).error


def test_first_come_the_confusions_whatever_a_link_says(trained):
    for link in ("nonsense", ""):
        app = open_view(link, trained)
        assert app.button_group(key="train_view").value == "confusions"
        assert "train_view" not in app.query_params


def test_only_the_view_that_is_looked_at_is_computed(trained, monkeypatch):
    calls = []
    monkeypatch.setattr(digit_map, "principal_components", lambda values: calls.append(values))
    app = open_view("mistakes", trained)
    assert not app.get("plotly_chart")
    assert not calls


def test_outputs_beyond_all_numbers_are_told_in_a_sentence(trained):
    answers = np.full((N_TEST, 10), np.nan, np.float32)
    broken = resources.EvaluatedModel(
        trained.model, evaluate_answers(answers, resources.mnist().test_labels)
    )
    app = open_view("confusions", broken)
    assert len(app.error) == 1
    assert not app.button_group


def test_confusions_begin_with_the_most_frequent_error(trained):
    app = open_view("confusions", trained)
    errors = trained.evaluation.confusion * (1 - np.eye(10, dtype=int))
    true, answer = app.selectbox(key="train_true").value, app.selectbox(key="train_answer").value
    assert errors[true, answer] == errors.max()
    assert f"**{errors.max()} times** a {true} was taken for a {answer}" in words(app)


def test_a_cell_shows_its_images_the_surest_errors_first(trained):
    app = open_view("confusions", trained)
    confusion = trained.evaluation.confusion * (1 - np.eye(10, dtype=int))
    true, answer = np.argwhere(confusion > 24)[0].tolist()
    app.selectbox(key="train_true").set_value(true)
    app.selectbox(key="train_answer").set_value(answer).run()
    shown = captions(app)
    assert len(shown) == 24
    assert all(caption.startswith(f"{true} → {answer}<br>") for caption in shown)
    confidences = [float(re.search(r"([\d.]+)\N{NO-BREAK SPACE}%", text)[1]) for text in shown]
    assert confidences == sorted(confidences, reverse=True)
    # The frame moves along.
    [frame] = chart(app)["layout"]["shapes"]
    assert (frame["x0"], frame["y0"]) == (answer - 0.5, true - 0.5)


def test_a_cell_of_right_answers_shows_the_least_sure_first(perfect):
    app = open_view("confusions", perfect, train_true="3", train_answer="3")
    assert "**1010 times 3** was recognised" in words(app)
    app = open_view("confusions", perfect, train_true="3", train_answer="5")
    assert "**No 3** was taken for a 5." in words(app)
    assert captions(app) == []


@pytest.mark.parametrize(("clicked", "chosen"), [([49], (4, 9)), ([], (1, 2))])
def test_a_click_on_the_matrix_chooses_its_cell(monkeypatch, clicked, chosen):
    class Session(dict):
        selection = type("Selection", (), {"point_indices": clicked})

    session = Session(train_true=1, train_answer=2)
    session["train_confusion"] = session
    monkeypatch.setattr(confusions.st, "session_state", session)
    confusions._take_click()
    assert (session["train_true"], session["train_answer"]) == chosen


def test_mistakes_are_turned_a_page_at_a_time(trained):
    wrong, evaluation = trained.evaluation.mistakes(), trained.evaluation
    app = open_view("mistakes", trained)
    assert f"{len(wrong)} mistakes" in words(app)
    images = [
        [f"{evaluation.labels[index]} → {evaluation.predictions[index]}" for index in part]
        for part in (wrong[:24], wrong[24:48])
    ]
    assert [caption.split("<br>")[0] for caption in captions(app)] == images[0]
    app.pagination(key="train_mistakes_page").set_value(2).run()
    assert [caption.split("<br>")[0] for caption in captions(app)] == images[1]


def test_a_page_that_another_network_does_not_have_becomes_the_first(trained):
    app = open_view("mistakes", trained)
    app.pagination(key="train_mistakes_page").set_value(3).run()
    evaluation = trained.evaluation
    answers = np.eye(10, dtype=np.float32)[evaluation.labels]
    answers[:30] = np.roll(answers[:30], 1, axis=1)
    better = resources.EvaluatedModel(trained.model, evaluate_answers(answers, evaluation.labels))
    app.kwargs = {"trained": better, "snapshots": {}}
    app.run()
    assert not app.exception
    assert len(captions(app)) in (6, 24)


def test_a_network_without_mistakes_has_none_to_show(perfect):
    app = open_view("mistakes", perfect)
    assert "Not a single test image" in words(app)
    assert app.button_group(key="train_view").value == "mistakes"
    assert open_view("activations", perfect).button(key="train_next_mistake").disabled


def test_digits_have_their_measures_and_a_dash_for_the_share_of_nothing(trained):
    app = open_view("digits", trained)
    table = shown_table(app)
    assert table["Images"][0] == "980"
    never = np.flatnonzero(trained.evaluation.confusion.sum(axis=0) == 0)
    assert len(never)
    assert table["Precision"][never[0]] == "–"
    assert "lowest recall" in words(app)


def test_threshold_refuses_what_is_not_surer(trained):
    confidences = trained.evaluation.probabilities.max(axis=1)
    is_right = trained.evaluation.predictions == trained.evaluation.labels
    threshold = round(float(np.median(confidences)), 2)
    app = open_view("confidence", trained, train_threshold=str(threshold))
    accepted = confidences > threshold
    refused, right = app.metric
    assert refused.value == f"{100 * (~accepted).mean():.1f}\N{NO-BREAK SPACE}%"
    assert right.value == f"{100 * is_right[accepted].mean():.2f}\N{NO-BREAK SPACE}%"
    app.slider(key="train_threshold").set_value(1.0).run()
    assert [metric.value for metric in app.metric] == ["100.0\N{NO-BREAK SPACE}%", "–"]


def test_outputs_that_are_no_probabilities_are_said_not_to_be(trained):
    assert "no probabilities" not in words(open_view("confidence", trained))
    echo = SequentialNetwork(
        [DenseLayer(np.eye(784, 10, -300, np.float32) * 3, np.full(10, -1, np.float32))], MSE()
    )
    other = evaluated(echo)
    assert other.evaluation.probabilities.min() < 0
    assert other.evaluation.probabilities.max() > 1
    assert "no probabilities" in words(open_view("confidence", other))


def test_weights_are_those_of_the_chosen_neuron(trained):
    app = open_view("weights", trained, train_neuron="11")
    layer = trained.model.network.dense_layers[0]
    assert f"{layer.bias[11]:.3f}".replace("-", "−") in words(app)
    # All twelve neurons, the strongest first.
    strengths = np.linalg.norm(layer.weights, axis=0)
    assert [int(caption) for caption in captions(app)] == np.argsort(-strengths).tolist()
    # The next layer has no neuron 11, nor does it see pixels.
    app.button_group(key="train_weights_layer").set_value(2).run()
    assert not app.exception
    assert app.number_input(key="train_neuron").value == 5
    assert not app.html
    assert "a neuron of the layer before" in words(app)


def test_a_layer_that_another_network_does_not_have_is_not_asked_for(trained):
    app = open_view("weights", trained)
    app.button_group(key="train_weights_layer").set_value(3).run()
    app.query_params["train_view"] = "map"
    app.button_group(key="train_view").set_value("map").run()
    app.button_group(key="train_map_layer").set_value(3).run()
    app.kwargs = {"trained": evaluated(new_network()), "snapshots": {}}
    app.run()
    assert not app.exception
    assert app.button_group(key="train_map_layer").value == 1
    app.button_group(key="train_view").set_value("weights").run()
    assert not app.exception
    assert app.button_group(key="train_weights_layer").value == 1


def test_next_mistake_goes_through_all_of_them_and_round_again(trained):
    wrong = trained.evaluation.mistakes()
    right = np.flatnonzero(trained.evaluation.predictions == trained.evaluation.labels)[0]
    app = open_view("activations", trained, train_shown_image=str(right))
    seen = []
    for _ in range(2):
        app.button(key="train_next_mistake").click().run()
        seen.append(app.number_input(key="train_shown_image").value)
    assert seen == wrong[:2].tolist()
    app.number_input(key="train_shown_image").set_value(float(wrong[-1])).run()
    app.button(key="train_next_mistake").click().run()
    assert app.number_input(key="train_shown_image").value == wrong[0]


def test_activations_are_those_of_every_hidden_layer_and_the_outputs(trained):
    app = open_view("activations", trained, train_shown_image="5")
    image = resources.mnist().test_images[5]
    bars, strips = chart(app, 0), chart(app, 1)
    assert len(strips["data"]) == 2
    titles = [note["text"] for note in strips["layout"]["annotations"]]
    assert titles == ["Layer 1: 12 neurons, sigmoid", "Layer 2: 6 neurons, sigmoid"]
    outputs = trained.model.network.predict(image[np.newaxis])[0]
    assert len(bars["data"][0]["x"]) == 10
    assert f"Answer: **{outputs.argmax()}**" in words(app)
    app.button(key="train_random_image").click().run()
    assert not app.exception


def test_the_map_of_a_layer_is_computed_once(trained, monkeypatch):
    computed = []

    def count(values):
        computed.append(values.shape)
        return digit_map.PrincipalComponents(
            np.zeros(3), np.zeros((2, 3)), np.zeros((2000, 2)), np.array([0.5, 0.25])
        )

    monkeypatch.setattr(digit_map, "principal_components", count)
    network = evaluated(new_network(12, 6, seed=7))
    app = open_view("map", network)
    assert "keep 75.0\N{NO-BREAK SPACE}%" in words(app)
    app.run()
    app.button_group(key="train_map_layer").set_value(1).run()
    app.button_group(key="train_map_layer").set_value(2).run()
    assert computed == [(2000, 6), (2000, 12)]


def test_the_map_of_the_pixels_needs_no_network(trained):
    app = open_view("map", trained)
    app.button_group(key="train_map_layer").set_value(0).run()
    assert "784 numbers" in words(app)
    assert len(chart(app)["data"]) == 11


@pytest.mark.parametrize("n_kept", [0, 1])
def test_time_machine_says_why_there_is_nothing_to_travel_through(trained, snapshots, n_kept):
    kept = dict(list(snapshots.items())[:n_kept])
    app = open_view("time", trained, kept)
    assert "nothing to travel through" in app.info[0].value
    assert not app.select_slider


def test_time_machine_begins_with_the_untrained_network_and_moves_on(trained, snapshots):
    app = open_view("time", trained, snapshots, train_shown_image="3")
    assert "Before training" in words(app)
    image = resources.mnist().test_images[3]
    pictures = []
    for epoch in snapshots:
        app.select_slider(key="train_time").set_value(epoch).run()
        answer = new_network(12, 6, seed=epoch).predict(image[np.newaxis])[0].argmax()
        assert f"Answer: **{answer}**" in words(app)
        pictures.append(app.html[0].value)
    assert "After epoch 3" in words(app)
    assert len({*pictures}) == 3


def test_state_that_has_vanished_is_told_in_a_sentence(trained, snapshots):
    app = open_view("time", trained, snapshots)
    snapshots[3].unlink()
    app.select_slider(key="train_time").set_value(3).run()
    assert not app.exception
    assert "no longer kept" in app.info[0].value
    assert not app.html


def test_epoch_of_another_training_is_not_asked_for(trained, snapshots):
    app = open_view("time", trained, snapshots)
    app.select_slider(key="train_time").set_value(3).run()
    fewer = {epoch: snapshots[epoch] for epoch in (0, 1)}
    app.kwargs = {"trained": trained, "snapshots": fewer}
    app.run()
    assert not app.exception
    assert app.select_slider(key="train_time").value == 0
