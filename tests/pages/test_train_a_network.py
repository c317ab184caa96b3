import io
import time
from dataclasses import replace

import pytest

from dashboard import resources
from dashboard.training.form import PRESET_NAMES
from nncore.model_files import Model, load_model, save_model
from nncore.recipe import RANGES, RECIPES, Recipe
from nncore.training import new_trainer

PAGE = "pages/4_Train_a_network.py"


@pytest.fixture
def app(open_app):
    yield open_app(PAGE)
    for job in list(resources.job_queue()._jobs.values()):
        resources.job_queue().stop(job)


def words(app):
    return " ".join(element.value for element in (*app.caption, *app.info, *app.markdown))


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def train(app):
    """Train something small to the end, as a reader would who is in a hurry."""
    app.number_input(key="train_hidden_1").set_value(16)
    app.number_input(key="train_hidden_2").set_value(0)
    app.number_input(key="train_epochs").set_value(2)
    app.select_slider(key="train_images").set_value(1000)
    app.run()
    app.button(key="train_start").click().run()
    deadline = time.monotonic() + 60
    while not metrics(app):
        assert time.monotonic() < deadline
        time.sleep(0.1)
        app.run()


def test_the_first_visit_shows_the_shipped_model_beside_the_memoire(app):
    assert not app.exception
    heading, sentence = app.subheader[0].value.split("\n\n")
    assert heading == "The model that comes with the project"
    assert "Nothing trained here yet" in sentence
    accuracy = app.metric[0]
    assert float(accuracy.value.rstrip("%")) >= 97.5
    assert "92 % printed" in accuracy.delta
    assert "784-392-196-10" in words(app)


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_a_preset_fills_in_every_setting(app, name):
    app.button(key=f"train_preset_{name}").click().run()
    recipe = RECIPES[name]
    assert app.selectbox(key="train_activation").value == recipe.activation
    assert app.selectbox(key="train_output").value == recipe.output
    assert app.selectbox(key="train_loss").value == recipe.loss
    assert app.selectbox(key="train_initialisation").value == recipe.initialisation
    assert app.selectbox(key="train_optimizer").value == recipe.optimizer
    assert app.selectbox(key="train_schedule").value == recipe.schedule
    assert app.number_input(key="train_learning_rate").value == recipe.learning_rate
    assert app.number_input(key="train_batch_size").value == recipe.batch_size
    assert app.number_input(key="train_epochs").value == recipe.epochs
    assert f"{recipe.optimizer} {recipe.learning_rate:g}" in words(app)


def test_training_shows_its_result_and_survives_leaving_the_page(app):
    train(app)
    assert not app.exception
    found = metrics(app)
    # 784 x 16 + 16 and 16 x 10 + 10
    assert found["Numbers learnt"] == "12 730"
    assert [heading.value for heading in app.subheader] == ["Take it along"]
    app.switch_page("app.py").run()
    app.switch_page(PAGE).run()
    assert metrics(app) == found
    assert app.number_input(key="train_hidden_1").value == 16


def test_training_on_adds_epochs_to_the_same_model_by_its_own_settings(app):
    train(app)
    first = job_of(app)
    app.selectbox(key="train_optimizer").set_value("adam")
    app.number_input(key="train_hidden_1").set_value(77)
    app.number_input(key="train_batch_size").set_value(50)
    app.select_slider(key="train_images").set_value(60_000).run()
    assert "training it on takes the learning rate, the mini-batch, the epochs" in words(app)
    app.button(key="train_on").click().run()
    run_until(app, lambda: metrics(app))
    job = job_of(app)
    assert [result.epoch for result in job.epochs] == [3, 4]
    assert job.recipe == replace(first.recipe, batch_size=50, epochs=4, training_images=None)
    assert load_model(job.model_path).trainer.recipe == job.recipe


def test_an_uploaded_network_alone_is_trained_on_by_the_settings_above(app):
    file = io.BytesIO()
    save_model(file, Model(new_trainer(Recipe(layers=(784, 16, 10))).network))
    app.button(key="train_preset_memoire").click().run()
    app.select_slider(key="train_images").set_value(1000)
    app.selectbox(key="train_optimizer").set_value("momentum")
    app.file_uploader(key="train_upload").set_value(("m.npz", file.getvalue(), "")).run()
    assert "takes all settings above but those of the network itself" in words(app)
    app.button(key="train_uploaded_on").click().run()
    job, seen = job_of(app), {"layers": (784, 16, 10), "activation": "relu", "output": "softmax"}
    chosen = replace(RECIPES["memoire"], training_images=1000, optimizer="momentum")
    assert job.recipe == replace(chosen, loss="cross-entropy", **seen)


def test_a_training_that_cannot_go_on_says_why(app, monkeypatch):
    train(app)
    first = job_of(app)
    monkeypatch.setitem(RANGES, "epochs", (1, 3))
    app.button(key="train_on").click().run()
    assert not app.exception
    assert [toast.value for toast in app.toast] == ["epochs must be from 1 to 3, got 4"]
    assert job_of(app) is first


def test_a_running_training_can_be_stopped(app):
    app.number_input(key="train_epochs").set_value(50).run()
    app.button(key="train_start").click().run()
    assert app.button(key="train_start").disabled
    app.button(key="train_stop").click().run()
    deadline = time.monotonic() + 30
    while "Stopped" not in words(app):
        assert time.monotonic() < deadline
        time.sleep(0.1)
        app.run()
    assert not app.button(key="train_start").disabled


def job_of(app):
    return resources.job_queue().find(app.session_state["state_TrainingState"].job_id)


def run_until(app, condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
        app.run()


def test_a_training_is_found_again_by_its_link_alone(app, open_app):
    train(app)
    job = job_of(app)
    assert app.query_params["train_job"] == job.id
    reloaded = open_app(PAGE, train_job=job.id)
    assert metrics(reloaded) == metrics(app)


def test_who_has_only_the_link_watches_until_taking_over(app, open_app):
    app.number_input(key="train_epochs").set_value(50).run()
    app.button(key="train_start").click().run()
    job = job_of(app)
    other = open_app(PAGE, train_job=job.id)
    keys = [button.key for button in other.button]
    assert "train_stop" not in keys
    assert not other.button(key="train_start").disabled
    other.button(key="train_take_over").click().run()
    other.button(key="train_stop").click().run()
    run_until(other, lambda: not job.is_active)


def test_a_link_to_a_training_that_is_gone_says_so(open_app):
    app = open_app(PAGE, train_job="of-a-server-that-was-restarted")
    assert not app.exception
    assert "no longer there" in app.info[0].value
    assert "train_job" not in app.query_params
    assert app.subheader[0].value.startswith("The model that comes with the project\n")


def test_a_training_step_by_step(app):
    app.select_slider(key="train_images").set_value(1000)
    app.number_input(key="train_epochs").set_value(1).run()
    app.button(key="train_start_paused").click().run()
    job = job_of(app)
    run_until(app, lambda: job.model_path.exists() and job.is_paused)
    app.button(key="train_batch").click().run()
    run_until(app, lambda: len(job.curve) == 1 and job.is_paused)
    app.run()
    assert job.curve[0].fraction == pytest.approx(RECIPES["recommended"].batch_size / 1000)
    app.number_input(key=f"train_rate_{job.id}").set_value(0.01).run()
    app.button(key="train_batch").click().run()
    run_until(app, lambda: len(job.vitals) == 2)
    assert job.vitals[1].learning_rate == pytest.approx(0.01, rel=0.05)
    run_until(app, lambda: "train_resume" in [button.key for button in app.button])
    app.button(key="train_resume").click().run()
    run_until(app, lambda: not job.is_active)
    assert len(job.epochs) == 1


def test_the_diagnosis_has_a_button_that_applies_its_remedy(app):
    app.button(key="train_preset_memoire").click().run()
    app.number_input(key="train_learning_rate").set_value(10.0)
    app.number_input(key="train_epochs").set_value(1)
    app.select_slider(key="train_images").set_value(3000).run()
    app.button(key="train_start").click().run()
    first = job_of(app)
    run_until(app, lambda: not first.is_active)
    app.run()
    assert "dead" in words(app)
    app.button(key="train_remedy_0").click().run()
    second = job_of(app)
    assert second is not first
    assert (second.recipe.output, second.recipe.loss) == ("softmax", "cross-entropy")
    assert second.recipe.learning_rate < 10
    assert app.selectbox(key="train_loss").value == "cross-entropy"


def test_settings_that_do_not_fit_into_memory_say_so(app, monkeypatch):
    monkeypatch.setattr("nncore.recipe.MAX_PARAMETERS", 1000)
    app.run()
    assert "at most 1,000 parameters" in app.error[0].value
    assert app.button(key="train_start").disabled


def test_a_link_fills_in_settings_and_nonsense_falls_back(open_app):
    app = open_app(
        PAGE, train_batch_size="77", train_learning_rate="-5", train_activation="<script>"
    )
    assert not app.exception
    recommended = RECIPES["recommended"]
    assert app.number_input(key="train_batch_size").value == 77
    assert app.number_input(key="train_learning_rate").value == recommended.learning_rate
    assert app.selectbox(key="train_activation").value == recommended.activation


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e999", "1e30", "<b>5</b>", ""])
def test_no_number_in_a_link_breaks_a_whole_number(open_app, value):
    app = open_app(PAGE, train_epochs=value)
    assert not app.exception
    assert app.number_input(key="train_epochs").value == RECIPES["recommended"].epochs


def test_a_missing_mnist_is_told_in_a_sentence(open_app, monkeypatch, tmp_path):
    resources._mnist.clear()
    monkeypatch.setenv("NNCORE_MNIST", str(tmp_path / "none.npz"))
    app = open_app(PAGE)
    assert not app.exception
    assert len(app.error) == 1
    monkeypatch.undo()
    resources._mnist.clear()
