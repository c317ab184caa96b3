import time
from dataclasses import replace

import pytest

from dashboard.training.jobs import JobQueue, JobState, QueueFullError
from nncore.model_files import load_model
from nncore.recipe import RECIPES

SHORT = replace(RECIPES["recommended"], layers=(784, 16, 10), training_images=500, epochs=2)
LONG = replace(SHORT, training_images=None, epochs=500)


@pytest.fixture
def queue():
    queue = JobQueue(max_running=1, max_waiting=2)
    yield queue
    queue.close()


def wait_until(condition, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.02)


def test_a_job_trains_reports_and_leaves_a_model(queue):
    job = queue.submit(SHORT)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.DONE, job.error
    assert [result.epoch for result in job.epochs] == [1, 2]
    assert job.fraction == 1
    model = load_model(job.model_path)
    assert model.trainer.epochs_done == 2
    assert model.trainer.recipe == SHORT
    assert queue.find(job.id) is job


def test_a_finished_model_can_be_trained_on(queue):
    first = queue.submit(SHORT)
    wait_until(lambda: not first.is_active)
    second = queue.submit(replace(SHORT, epochs=1), first.model_path.read_bytes())
    wait_until(lambda: not second.is_active)
    assert [result.epoch for result in second.epochs] == [3]
    assert second.fraction == 1


def test_a_stopped_job_keeps_the_model_of_its_last_epoch(queue):
    job = queue.submit(LONG)
    wait_until(lambda: job.epochs)
    assert 0 < job.fraction < 1
    assert job.remaining_s > 0
    queue.stop(job)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.STOPPED
    assert load_model(job.model_path).trainer.epochs_done == job.epochs[-1].epoch


def test_jobs_wait_in_the_order_in_which_they_came_and_the_queue_has_an_end(queue):
    running = queue.submit(LONG)
    wait_until(lambda: running.state is JobState.RUNNING)
    second, third = queue.submit(LONG), queue.submit(LONG)
    assert [queue.place(job) for job in (running, second, third)] == [0, 1, 2]
    with pytest.raises(QueueFullError):
        queue.submit(LONG)
    queue.stop(second)
    assert second.state is JobState.STOPPED
    assert queue.place(third) == 1
    queue.stop(running)
    wait_until(lambda: third.state is JobState.RUNNING)


def test_a_killed_worker_fails_the_job_with_a_sentence(queue):
    job = queue.submit(LONG)
    wait_until(lambda: job.curve)
    queue._workers[job.id].kill()
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.FAILED
    assert "unexpectedly" in job.error


def test_what_the_worker_complains_of_reaches_the_job(queue):
    job = queue.submit(SHORT, b"not a model")
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.FAILED
    assert "not a model" in job.error


def test_closing_the_queue_ends_workers_and_deletes_files():
    queue = JobQueue(max_running=1)
    job = queue.submit(LONG)
    wait_until(lambda: job.curve)
    worker = queue._workers[job.id]
    queue.close()
    assert worker.poll() is not None
    assert not job.folder.exists()
    assert queue.find("no such job") is None
