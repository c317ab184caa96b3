import io

import numpy as np
import pytest

from dashboard.settings import Settings
from dashboard.training.jobs import JobQueue, JobState, QueueFullError
from dashboard.training.worker_jobs import FineTuningJob
from nncore.fine_tuning import FineTuning
from nncore.handwriting_set import HandwritingSet
from nncore.mnist import load_mnist
from nncore.model_files import Model, load_model, save_model
from nncore.network import build_network
from nncore.recipe import Recipe
from tests.dashboard.training.waiting import wait_until

SHORT, LONG = FineTuning(n_steps=10), FineTuning(n_steps=10_000)
ME, YOU = "me", "you"


@pytest.fixture(scope="module")
def model():
    network = build_network(
        (784, 16, 10),
        activation="relu",
        output="softmax",
        loss="cross-entropy",
        generator=np.random.default_rng(0),
    )
    buffer = io.BytesIO()
    save_model(buffer, Model(network))
    return buffer.getvalue()


@pytest.fixture(scope="module")
def digits():
    drawn = HandwritingSet()
    for number in range(12):
        drawn = drawn.with_digit(number % 10, [[(140, 40), (100 + 10 * number, 240)]])
    return drawn.to_bytes()


@pytest.fixture
def queue():
    queue = JobQueue(Settings(running_jobs=2, waiting_jobs=2))
    yield queue
    queue.close()


def test_a_job_tunes_reports_and_leaves_a_model_with_its_answers(queue, model, digits):
    job = queue.submit_fine_tuning(model, digits, SHORT, owner=ME)
    assert job.remaining_s is None
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.DONE, job.error
    assert job.fraction == 1
    assert job.result.labels.tolist() == [*range(10), 0, 1]
    assert not job.digits_path.exists()
    network = load_model(job.model_path).network
    np.testing.assert_allclose(
        job.answers(), network.predict(load_mnist().test_images), rtol=1e-4, atol=1e-6
    )


def test_a_page_of_trainings_does_not_find_it(queue, model, digits):
    job = queue.submit_fine_tuning(model, digits, SHORT, owner=ME)
    training = queue.submit(Recipe(layers=(784, 10), training_images=100), owner=YOU)
    assert queue.find(job.id) is None
    assert queue.find(job.id, FineTuningJob) is job
    assert queue.find(training.id, FineTuningJob) is None


def test_it_waits_for_its_owners_training_within_the_same_limits(queue, model, digits):
    training = queue.submit(Recipe(epochs=500), owner=ME)
    job = queue.submit_fine_tuning(model, digits, SHORT, owner=ME)
    assert job.state is JobState.WAITING
    assert queue.place(job) == 1
    assert queue.expected_wait_s(job) >= 0
    last = queue.submit_fine_tuning(model, digits, SHORT, owner=ME)
    with pytest.raises(QueueFullError):
        queue.submit_fine_tuning(model, digits, SHORT, owner=ME)
    queue.stop(last)
    assert not last.digits_path.exists()
    queue.stop(training)
    wait_until(lambda: job.state is JobState.DONE)


def test_a_stopped_job_ends_and_leaves_nothing(queue, model, digits):
    job = queue.submit_fine_tuning(model, digits, LONG, owner=ME)
    wait_until(lambda: job.fraction > 0)
    assert job.remaining_s > 0
    queue.stop(job)
    wait_until(lambda: not job.is_active, timeout_s=10)
    assert job.state is JobState.STOPPED
    assert job.result is None
    assert not job.model_path.exists()


def test_what_the_worker_complains_of_reaches_the_job(queue, model):
    job = queue.submit_fine_tuning(model, b"no digits", SHORT, owner=ME)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.FAILED
    assert "not a drawn digit" in job.error
