import time
from dataclasses import replace

import pytest

from dashboard import resources, state
from dashboard.experiments import bug_hunt
from dashboard.experiments.bug_lessons import LESSONS
from dashboard.experiments.presets import PRESETS, SEEDS
from dashboard.training.jobs import JobState, QueueFullError
from tests.tables import shown_table

PAGE = "pages/5_Experiments.py"
SHORT = replace(bug_hunt.RECIPE, layers=(784, 8, 10), training_images=300, epochs=2)


@pytest.fixture
def short_trainings(monkeypatch):
    """Make all trainings of the page short."""
    for code, preset in list(PRESETS.items()):
        short = {
            name: replace(recipe, layers=SHORT.layers, training_images=300, epochs=2)
            for name, recipe in preset.runs.items()
        }
        monkeypatch.setitem(PRESETS, code, replace(preset, runs=short))
    monkeypatch.setattr(bug_hunt, "RECIPE", SHORT)


@pytest.fixture
def app(open_app, short_trainings):
    yield open_app(PAGE)
    stop_all()


@pytest.fixture
def hunt(open_app, short_trainings):
    yield open_app(PAGE, experiments_view="bugs")
    stop_all()


def stop_all():
    for job in list(resources.job_queue()._jobs.values()):
        resources.job_queue().stop(job)


def words(app):
    kinds = (app.caption, app.info, app.markdown, app.error, app.success, app.warning)
    return " ".join(element.value for kind in kinds for element in kind)


def run_until(app, is_done):
    deadline = time.monotonic() + 90
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    assert not app.exception


def has_button(app, key):
    return any(button.key == key for button in app.button)


def break_one(app, monkeypatch, bug):
    """Break a training in a chosen way and wait for its end."""
    monkeypatch.setattr(bug_hunt.random, "choice", lambda bugs: bug)
    app.button(key="experiments_break").click().run()
    run_until(app, lambda: has_button(app, "experiments_answer"))


def test_the_first_visit_asks_a_question_and_shows_what_differs(app):
    assert not app.exception
    assert "Two twins" in words(app)
    assert shown_table(app)["Loss"] == ("mse", "cross-entropy")
    assert app.button(key="experiments_run").label == "Run the 2 trainings"


@pytest.mark.parametrize("code", PRESETS)
def test_a_link_leads_to_each_experiment(open_app, code):
    app = open_app(PAGE, experiments_preset=code)
    assert not app.exception
    assert PRESETS[code].question in words(app)
    assert len(shown_table(app)["Run"]) == len(PRESETS[code].runs)


def test_nonsense_in_a_link_falls_back(open_app):
    app = open_app(PAGE, experiments_view="<b>", experiments_preset="nothing")
    assert not app.exception
    assert "Two twins" in words(app)


def test_the_runs_of_an_experiment_are_shown_side_by_side_and_kept(app):
    app.button(key="experiments_run").click().run()
    assert app.button(key="experiments_run").disabled
    run_until(app, lambda: not app.button(key="experiments_run").disabled)
    results = shown_table(app)
    assert results["Run"] == ("MSE", "cross-entropy")
    assert all(share.endswith("%") for share in results["Right on test images"])
    assert "Notice the first epochs" in words(app)
    assert len(app.get("plotly_chart")) == 2
    app.switch_page("app.py").run()
    app.switch_page(PAGE).run()
    assert shown_table(app) == results
    app.segmented_control(key="experiments_preset").set_value("all").run()
    names = [f"MSE and cross-entropy twins: {name}" for name in ("MSE", "cross-entropy")]
    assert shown_table(app)["Run"] == tuple(names)


def test_running_experiments_can_be_stopped(app, monkeypatch):
    long = {name: replace(SHORT, training_images=None, epochs=500, seed=1) for name in "ab"}
    monkeypatch.setitem(PRESETS, "losses", replace(PRESETS["losses"], runs=long))
    app.run()
    app.button(key="experiments_run").click().run()
    app.button(key="experiments_stop").click().run()
    run_until(app, lambda: not app.button(key="experiments_run").disabled)
    jobs = app.session_state["state_Comparison"].of_presets["losses"]
    assert {resources.job_queue().find(job).state for job in jobs} == {JobState.STOPPED}


def test_a_training_that_the_reader_has_only_a_link_to_cannot_be_stopped(app):
    recipe = replace(SHORT, training_images=None, epochs=500)
    job = resources.job_queue().submit(recipe, owner="somebody else")
    app.session_state["state_TrainingState"] = state.TrainingState(job_ids=[job.id])
    app.run()
    app.segmented_control(key="experiments_preset").set_value("all").run()
    assert "Your training 1" in words(app)
    assert "experiments_stop" not in [button.key for button in app.button]
    resources.job_queue().stop(job)


def test_a_full_queue_refuses_all_runs_politely(app, monkeypatch):
    queue, submit, submitted = resources.job_queue(), resources.job_queue().submit, []

    def refuse_the_third(recipe, **options):
        if len(submitted) == 2:
            raise QueueFullError("Too many trainings are waiting.")
        submitted.append(submit(recipe, **options))
        return submitted[-1]

    monkeypatch.setattr(queue, "submit", refuse_the_third)
    app.segmented_control(key="experiments_preset").set_value(SEEDS).run()
    app.button(key="experiments_run").click().run()
    assert not app.exception
    assert "Too many trainings" in app.toast[0].value
    run_until(app, lambda: not any(job.is_active for job in submitted))
    assert not app.button(key="experiments_run").disabled


def test_the_seeds_are_a_band(app):
    app.segmented_control(key="experiments_preset").set_value(SEEDS).run()
    app.button(key="experiments_run").click().run()
    run_until(app, lambda: not app.button(key="experiments_run").disabled)
    assert '"mean"' in app.get("plotly_chart")[0].proto.spec
    assert shown_table(app)["Seed"] == tuple("01234")


def test_the_hunt_begins_with_the_healthy_training(hunt):
    assert not hunt.exception
    assert "Learn to know the healthy one" in words(hunt)
    assert len(hunt.get("plotly_chart")) == 2


@pytest.mark.parametrize("bug", LESSONS)
def test_the_right_answer_explains_itself_and_counts(hunt, monkeypatch, bug):
    break_one(hunt, monkeypatch, bug)
    lesson = LESSONS[bug]
    assert lesson.sign not in words(hunt)
    assert lesson.hint not in words(hunt)
    hunt.button(key="experiments_hint").click().run()
    assert lesson.hint in words(hunt)
    assert hunt.button(key="experiments_answer").disabled
    hunt.radio(key="experiments_guess").set_value(bug).run()
    hunt.button(key="experiments_answer").click().run()
    assert "Right" in hunt.success[0].value
    assert lesson.sign in words(hunt)
    assert lesson.remedy in words(hunt)
    assert [code.value for code in hunt.code] == (
        [lesson.wrong, lesson.right] if lesson.wrong else []
    )
    assert "1 of 1 found" in words(hunt)


def test_a_wrong_answer_is_told_and_the_next_training_is_another(hunt, monkeypatch):
    break_one(hunt, monkeypatch, "zero-weights")
    hunt.radio(key="experiments_guess").set_value("none").run()
    hunt.button(key="experiments_answer").click().run()
    assert "All weights zero" in hunt.error[0].value
    assert "0 of 1 found" in words(hunt)
    offered = []
    monkeypatch.setattr(bug_hunt.random, "choice", lambda bugs: offered.extend(bugs) or bugs[0])
    hunt.button(key="experiments_break").click().run()
    assert set(offered) == set(LESSONS) - {"zero-weights"}
    run_until(hunt, lambda: has_button(hunt, "experiments_answer"))
    assert hunt.radio(key="experiments_guess").value is None


def test_the_secret_is_not_in_the_link(hunt, monkeypatch):
    break_one(hunt, monkeypatch, "wrong-sign")
    assert dict(hunt.query_params) == {"experiments_view": "bugs"}


def test_a_stopped_hunt_does_not_count(hunt, monkeypatch):
    monkeypatch.setattr(bug_hunt, "RECIPE", replace(SHORT, training_images=None, epochs=500))
    hunt.button(key="experiments_break").click().run()
    hunt.button(key="experiments_stop_hunt").click().run()
    run_until(hunt, lambda: has_button(hunt, "experiments_break"))
    assert "does not count" in words(hunt)
    assert hunt.session_state["state_BugHunt"].n_answered == 0
