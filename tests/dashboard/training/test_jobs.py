import errno
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dashboard.settings import Settings
from dashboard.training.jobs import JobQueue, JobState, QueueFullError
from nncore.commands.train import train_arguments
from nncore.mnist import load_mnist
from nncore.model_files import Model, load_model, save_model
from nncore.recipe import RECIPES
from nncore.training import new_trainer
from tests.dashboard.training.waiting import wait_until

SHORT = replace(RECIPES["recommended"], layers=(784, 16, 10), training_images=500, epochs=2)
LONG = replace(SHORT, training_images=None, epochs=500)
ME, YOU = "me", "you"


@pytest.fixture
def queue():
    queue = JobQueue(Settings(running_jobs=1, waiting_jobs=2))
    yield queue
    queue.close()


def test_a_job_trains_reports_and_leaves_a_model(queue):
    job = queue.submit(SHORT, owner=ME)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.DONE, job.error
    assert [result.epoch for result in job.epochs] == [1, 2]
    assert job.fraction == 1
    model = load_model(job.model_path)
    assert model.trainer.epochs_done == 2
    assert model.trainer.recipe == SHORT
    assert queue.find(job.id) is job


def test_a_finished_model_can_be_trained_on(queue):
    first = queue.submit(SHORT, owner=ME)
    wait_until(lambda: not first.is_active)
    second = queue.submit(replace(SHORT, epochs=1), first.model_path.read_bytes(), owner=ME)
    wait_until(lambda: not second.is_active)
    assert [result.epoch for result in second.epochs] == [3]
    assert second.fraction == 1


def test_a_training_that_goes_on_has_the_recipe_that_its_model_is_trained_by(queue):
    patient = replace(SHORT, optimizer="adam", learning_rate=0.001, validation_images=50)
    first = queue.submit(replace(patient, patience=2), owner=ME)
    wait_until(lambda: not first.is_active)
    others = replace(RECIPES["memoire"], learning_rate=0.002, epochs=3, training_images=400)
    second = queue.submit(others, first.model_path.read_bytes(), owner=ME)
    expected = replace(first.recipe, learning_rate=0.002, batch_size=10, training_images=400)
    assert second.recipe == replace(expected, epochs=5, validation_images=40)
    wait_until(lambda: not second.is_active)
    assert second.state is JobState.DONE, second.error
    assert load_model(second.model_path).trainer.recipe == second.recipe


def test_a_network_alone_is_trained_on_by_all_settings_that_it_does_not_show(queue, tmp_path):
    network = new_trainer(replace(SHORT, dropout=0.25)).network
    save_model(tmp_path / "alone.npz", Model(network))
    chosen = replace(RECIPES["memoire"], optimizer="momentum", learning_rate=0.01, epochs=1)
    chosen = replace(chosen, training_images=600, validation_images=100, patience=1)
    job = queue.submit(chosen, (tmp_path / "alone.npz").read_bytes(), owner=ME)
    shown = {"layers": SHORT.layers, "activation": "relu", "output": "softmax", "dropout": 0.25}
    assert job.recipe == replace(chosen, loss="cross-entropy", **shown)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.DONE, job.error
    assert load_model(job.model_path).trainer.recipe == job.recipe


def test_what_cannot_be_trained_on_is_refused_with_a_sentence(queue):
    with pytest.raises(ValueError, match="not a model"):
        queue.submit(SHORT, b"not a model", owner=ME)


def test_a_stopped_job_keeps_the_model_of_its_last_epoch(queue):
    job = queue.submit(LONG, owner=ME)
    wait_until(lambda: job.epochs)
    assert 0 < job.fraction < 1
    assert job.remaining_s > 0
    queue.stop(job)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.STOPPED
    assert load_model(job.model_path).trainer.epochs_done == job.epochs[-1].epoch


def test_jobs_wait_in_the_order_in_which_they_came_and_the_queue_has_an_end(queue):
    running = queue.submit(LONG, owner=ME)
    wait_until(lambda: running.state is JobState.RUNNING)
    second, third = queue.submit(LONG, owner=ME), queue.submit(LONG, owner=ME)
    assert [queue.place(job) for job in (running, second, third)] == [0, 1, 2]
    with pytest.raises(QueueFullError, match="Too many trainings are waiting: try again"):
        queue.submit(LONG, owner=ME)
    queue.stop(second)
    assert second.state is JobState.STOPPED
    assert queue.place(third) == 1
    queue.stop(running)
    wait_until(lambda: third.state is JobState.RUNNING)


def test_one_owner_leaves_the_others_a_place(queue, monkeypatch):
    monkeypatch.setattr("dashboard.training.jobs._WAITING_OF_ONE", 1)
    running = queue.submit(LONG, owner=ME)
    wait_until(lambda: running.state is JobState.RUNNING)
    queue.submit(LONG, owner=ME)
    with pytest.raises(QueueFullError, match="trainings of yours are waiting"):
        queue.submit(LONG, owner=ME)
    assert queue.submit(LONG, owner=YOU).is_active


def test_without_room_on_the_disk_a_training_is_refused_with_a_sentence(queue, monkeypatch):
    def no_room(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", no_room)
    with pytest.raises(QueueFullError, match="disk has no room for a further training"):
        queue.submit(LONG, owner=ME)


def test_a_killed_worker_fails_the_job_with_a_sentence(queue):
    job = queue.submit(LONG, owner=ME)
    wait_until(lambda: job.curve)
    queue._workers[job.id].kill()
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.FAILED
    assert "unexpectedly" in job.error


def test_what_the_worker_complains_of_reaches_the_job(queue):
    job = queue.submit(replace(SHORT, layers=(784, 16, 3)), owner=ME)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.FAILED
    assert "layers must start with 784 and end with 10" in job.error


def test_closing_the_queue_ends_workers_and_deletes_files():
    queue = JobQueue(Settings(running_jobs=1))
    job = queue.submit(LONG, owner=ME)
    wait_until(lambda: job.curve)
    worker = queue._workers[job.id]
    queue.close()
    assert worker.exit_code is not None
    assert not job.folder.exists()
    assert queue.find("no such job") is None


@pytest.fixture
def wide_queue():
    queue = JobQueue(Settings(running_jobs=2))
    yield queue
    queue.close()


def test_one_job_of_each_owner_runs_at_a_time(wide_queue):
    first, second = wide_queue.submit(LONG, owner=ME), wide_queue.submit(LONG, owner=ME)
    other = wide_queue.submit(LONG, owner=YOU)
    wait_until(lambda: other.curve and first.curve)
    assert second.state is JobState.WAITING
    assert wide_queue.place(second) == 1
    wide_queue.stop(first)
    wait_until(lambda: second.state is JobState.RUNNING)
    assert other.state is JobState.RUNNING


def test_the_expected_wait_grows_with_the_jobs_before(queue):
    running, second, third = (queue.submit(LONG, owner=ME) for _ in range(3))
    wait_until(lambda: running.curve)
    waits = [queue.expected_wait_s(job) for job in (running, second, third)]
    assert waits[0] == 0
    assert 0 < waits[1] < waits[2]


def test_a_job_pauses_takes_single_steps_and_goes_on(queue):
    job = queue.submit(SHORT, owner=ME, is_paused=True)
    queue.run_batch(job)
    wait_until(lambda: len(job.curve) == 1 and job.is_paused)
    batch = SHORT.batch_size / SHORT.training_images
    assert job.curve[0].fraction == pytest.approx(batch)
    assert job.vitals[-1].position == pytest.approx(batch)
    queue.run_batch(job)
    wait_until(lambda: len(job.curve) == 2 and job.is_paused)
    assert job.curve[1].fraction == pytest.approx(2 * batch)
    queue.run_epoch(job)
    wait_until(lambda: len(job.epochs) == 1 and job.is_paused)
    assert job.state is JobState.RUNNING
    assert job.remaining_s > 0
    queue.resume(job)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.DONE
    assert not job.is_paused
    assert len(job.epochs) == 2


def test_the_learning_rate_changes_while_the_job_runs(queue):
    constant = replace(SHORT, schedule="constant", learning_rate=0.1)
    job = queue.submit(constant, owner=ME, is_paused=True)
    queue.run_batch(job)
    wait_until(lambda: job.vitals)
    assert job.vitals[-1].learning_rate == pytest.approx(0.1)
    queue.change_learning_rate(job, 0.02)
    queue.run_batch(job)
    wait_until(lambda: len(job.vitals) == 2)
    assert job.vitals[-1].learning_rate == pytest.approx(0.02)


def test_a_paused_job_stops_at_once(queue):
    job = queue.submit(LONG, owner=ME, is_paused=True)
    wait_until(lambda: job.is_paused and job.model_path.exists())
    queue.stop(job)
    wait_until(lambda: not job.is_active, timeout_s=10)
    assert job.state is JobState.STOPPED
    assert not job.error


def test_a_job_that_takes_too_long_is_stopped_and_says_so(monkeypatch):
    queue = JobQueue(Settings(running_jobs=1))
    # A limit of less than a minute, which the settings do not offer.
    monkeypatch.setattr(queue, "_settings", replace(Settings(), job_minutes=3 / 60))
    job = queue.submit(LONG, owner=ME)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.STOPPED
    assert "time" in job.error
    queue.close()


def test_a_job_that_pauses_too_long_is_stopped_and_says_so(monkeypatch):
    queue = JobQueue(Settings(running_jobs=1))
    monkeypatch.setattr(queue, "_settings", replace(Settings(), pause_minutes=1 / 60))
    job = queue.submit(LONG, owner=ME, is_paused=True)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.STOPPED
    assert "paused" in job.error
    queue.close()


def test_what_a_page_shows_lies_ready(queue):
    job = queue.submit(SHORT, owner=ME)
    wait_until(lambda: not job.is_active)
    assert list(job.snapshots()) == [0, 1, 2]
    untrained, trained = (load_model(job.snapshots()[epoch]).network for epoch in (0, 2))
    model = load_model(job.model_path)
    np.testing.assert_array_equal(trained.parameters[0], model.network.parameters[0])
    assert not np.array_equal(untrained.parameters[0], trained.parameters[0])
    expected = trained.parameters[0][:, :16].T.reshape(16, 28, 28)
    np.testing.assert_allclose(job.first_layer(), expected, atol=1e-3)
    np.testing.assert_allclose(
        job.answers(), model.network.predict(load_mnist().test_images), rtol=1e-4, atol=1e-6
    )
    assert [signs.position for signs in job.vitals][-1] == 2
    assert all(len(signs.gradients) == len(signs.stuck) == 2 for signs in job.vitals)


def test_a_training_that_diverges_says_what_to_change(queue):
    wild = replace(SHORT, loss="mse", output="sigmoid", learning_rate=100.0, activation="relu")
    wild = replace(wild, optimizer="momentum", initialisation="memoire")
    job = queue.submit(wild, owner=ME)
    wait_until(lambda: not job.is_active)
    assert job.findings
    assert job.findings[0].changes["learning_rate"] < 100


def test_jobs_that_nobody_asks_for_are_forgotten_with_their_files(queue, monkeypatch):
    job = queue.submit(SHORT, owner=ME)
    wait_until(lambda: not job.is_active)
    job.seen_at -= 60 * Settings().keep_minutes + 1
    queue.submit(SHORT, owner=ME)
    assert queue.find(job.id) is None
    assert not job.folder.exists()


def test_a_worker_ends_when_its_server_is_gone(tmp_path):
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "nncore", "train", "--events", "--steered"),
            *(f"--out={tmp_path / 'm.npz'}", *train_arguments(LONG)),
        ],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    process.stdin.close()
    assert process.wait(timeout=60) != 0
