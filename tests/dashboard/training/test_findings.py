"""Remedies on the page, for trainings of all kinds, without the page around them."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.training import form
from dashboard.training.jobs import Job, JobState
from nncore.diagnosis import WORDINGS, Finding
from nncore.recipe import RECIPES, Recipe

PLAIN = Recipe(learning_rate=0.2, epochs=20)
LOW_RATE = {"learning_rate": 0.00002}
# What a model may have that was trained by the command line.
FOREIGN = replace(
    RECIPES["recognizer"],
    layers=(784, 20, 10),
    learning_rate=50.0,
    batch_size=5000,
    epochs=120,
    seed=123_456,
    weight_decay=0.5,
    training_images=2100,
    pen_digits=5000,
    validation_images=100,
    patience=60,
    bug="wrong-sign",
)


def script(job):
    from dashboard.training import findings, form, session

    session.choose(form.recipe_form())
    findings.show_findings(job)


@pytest.fixture
def started(monkeypatch):
    """The recipes of the trainings that are started."""
    recipes = []
    monkeypatch.setattr("dashboard.training.session.start", recipes.append)
    return recipes


@pytest.fixture
def look(tmp_path):
    """A function that shows an ended training by a recipe, and a finding with its changes."""

    def show(recipe, changes):
        values = {"count": 1, "layer": 1, "size": 9, "learning_rate": 0.1}
        finding = Finding(WORDINGS[0], values, "error", changes=changes)
        job = Job(id="id", owner="me", folder=tmp_path, recipe=recipe, findings=[finding])
        job.state = JobState.DONE
        return AppTest.from_function(script, kwargs={"job": job}, default_timeout=60).run()

    return show


def buttons(app):
    return [button.key for button in app.button]


def words(app):
    return " ".join(caption.value for caption in app.caption)


def test_what_the_form_can_show_is_trained_as_it_is(look, started):
    app = look(PLAIN, {"learning_rate": 0.05, "initialisation": "glorot"})
    assert "comes nearest" not in words(app)
    app.button(key="train_remedy_0").click().run()
    assert started == [replace(PLAIN, learning_rate=0.05, initialisation="glorot")]
    assert app.session_state["state_TrainingState"].recipe == started[0]


@pytest.mark.parametrize(
    ("recipe", "changes", "trained"),
    [
        (PLAIN, LOW_RATE, {"learning_rate": 0.0001}),
        (PLAIN, {"epochs": 70}, {"epochs": 50}),
        (replace(PLAIN, epochs=70), {"activation": "tanh"}, {"activation": "tanh", "epochs": 50}),
    ],
)
def test_a_remedy_goes_as_far_as_the_form(look, started, recipe, changes, trained):
    app = look(recipe, changes)
    nearest = replace(recipe, **trained)
    assert f"comes nearest to that in the settings above is: {form.recipe_in_words(nearest)}" in (
        words(app)
    )
    app.button(key="train_remedy_0").click().run()
    assert not app.exception
    assert started == [nearest]
    assert app.session_state["state_TrainingState"].recipe == nearest


def test_all_settings_of_a_model_from_elsewhere_come_within_the_form(look, started):
    app = look(FOREIGN, {"learning_rate": 0.1})
    app.button(key="train_remedy_0").click().run()
    assert not app.exception
    [recipe] = started
    assert app.session_state["state_TrainingState"].recipe == recipe
    assert (recipe.batch_size, recipe.epochs, recipe.patience) == (1000, 50, 50)
    assert (recipe.training_images, recipe.validation_images) == (3000, 500)
    assert recipe.layers == FOREIGN.layers


@pytest.mark.parametrize(
    "change",
    [
        {"layers": (784, 20, 10)},
        {"activation": "tanh"},
        {"output": "sigmoid"},
        {"loss": "mse"},
        {"initialisation": "glorot"},
        {"optimizer": "adam"},
        {"schedule": "step"},
        {"learning_rate": 0.3},
        {"batch_size": 50},
        {"epochs": 6},
        {"training_images": 1000},
        {"weight_decay": 0.5},
        {"dropout": 0.5},
        {"augmentation": ("shift",)},
        {"pen_digits": 1000},
        {"patience": 2, "validation_images": 500},
    ],
)
def test_a_recipe_in_words_tells_of_every_setting(change):
    assert form.recipe_in_words(replace(PLAIN, **change)) != form.recipe_in_words(PLAIN)


@pytest.mark.parametrize(
    ("recipe", "changes"),
    [
        (replace(PLAIN, learning_rate=0.0001), LOW_RATE),
        (replace(PLAIN, epochs=50), {"epochs": 100}),
        # Of a model that was trained on and on: fewer than it has had are no remedy.
        (replace(PLAIN, epochs=80), {"epochs": 160}),
    ],
)
def test_a_remedy_that_the_form_cannot_come_nearer_to_is_not_offered(look, recipe, changes):
    app = look(recipe, changes)
    assert not buttons(app)
    assert "learning rate of 0.0001 is the lowest, and 50 epochs are the most" in words(app)


def test_what_a_remedy_changes_besides_is_still_offered(look, started):
    app = look(replace(PLAIN, learning_rate=0.0001), LOW_RATE | {"initialisation": "glorot"})
    app.button(key="train_remedy_0").click().run()
    assert started == [replace(PLAIN, learning_rate=0.0001, initialisation="glorot")]


def test_a_rate_that_was_changed_meanwhile_can_be_trained_with_anew(look):
    assert buttons(look(PLAIN, {"learning_rate": PLAIN.learning_rate})) == ["train_remedy_0"]


@pytest.mark.parametrize("layers", [(784, 1025, 10), (784, 20, 20, 20, 20, 10)])
def test_a_network_that_the_form_has_no_fields_for_is_not_trained_anew(look, layers):
    app = look(replace(PLAIN, layers=layers), {"learning_rate": 0.05})
    assert not buttons(app)
    assert "no fields for a network of so many or so large layers" in words(app)


@pytest.mark.parametrize("name", form.PRESET_NAMES)
def test_the_form_can_show_every_preset(name):
    assert form.nearest(RECIPES[name]) == RECIPES[name]
