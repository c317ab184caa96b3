"""Trainings on a Dask cluster: a scheduler and two worker processes, all on loopback."""

import contextlib
import errno
import io
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dashboard.settings import Settings
from dashboard.training import cluster as cluster_module
from dashboard.training.jobs import JobQueue, JobState
from nncore.fine_tuning import FineTuning
from nncore.handwriting_set import HandwritingSet
from nncore.model_files import Model, load_model, save_model
from nncore.recipe import RECIPES
from nncore.training import EpochResult, new_trainer
from tests.dashboard.training.waiting import wait_until

pytest.importorskip("distributed", reason="pip install -r requirements-cluster.txt")
import psutil

PROJECT = Path(__file__).parents[3]
# Without an address of its own, Dask's HTTP server is open to all networks, dashboard or not.
ON_LOOPBACK = ("--host=127.0.0.1", "--no-dashboard", "--dashboard-address=127.0.0.1:0")
# Chance in everything, and an optimiser with a memory.
SHORT = replace(
    RECIPES["recommended"],
    layers=(784, 16, 10),
    optimizer="adam",
    learning_rate=0.003,
    dropout=0.2,
    augmentation=("rotation",),
    pen_digits=20,
    training_images=500,
    validation_images=100,
    epochs=3,
)
LONG = replace(SHORT, training_images=3000, epochs=1000)
ME, YOU = "me", "you"


class LocalCluster:
    """A scheduler and two workers, started as docs/hosting.md says but for the nannies."""

    def __init__(self, folder):
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        self.scheduler = None
        self.workers = []

    def mend(self):
        """Start what has ended; two workers find the scheduler by themselves."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            port = self.address.rpartition(":")[2]
            self.scheduler = self._start("scheduler", f"--port={port}")
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < 2:
            self.workers.append(
                self._start(
                    *("worker", self.address, "--no-nanny", "--nthreads=1"),
                    f"--local-directory={self._folder}",
                )
            )

    def close(self):
        """End everything."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def processes(self):
        """Return the processes of trainings, each with the worker that has it."""
        found = {}
        for worker in self.workers:
            # One that is just ending, or has.
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in psutil.Process(worker.pid).children():
                    if "nncore" in child.cmdline():
                        found[child] = worker
        return found

    def kill_worker(self):
        """Kill the worker that has the only training."""
        (worker,) = self.processes().values()
        worker.kill()
        worker.wait()

    def files(self):
        """Return the files that trainings have left with the workers."""
        return [*self._folder.rglob("*.np[yz]"), *self._folder.rglob("*.jsonl")]

    def _start(self, *arguments):
        return subprocess.Popen(
            [*(sys.executable, "-m", "dask"), *arguments, *ON_LOOPBACK],
            cwd=PROJECT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@pytest.fixture(scope="module")
def whole_cluster(tmp_path_factory):
    cluster = LocalCluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


@pytest.fixture
def cluster(whole_cluster):
    whole_cluster.mend()
    return whole_cluster


@pytest.fixture
def queue(cluster, monkeypatch):
    # The scheduler may only just have been started.
    monkeypatch.setattr(cluster_module, "_CONNECT_S", 20)
    queue = JobQueue(Settings(cluster=cluster.address, running_jobs=2))
    yield queue
    queue.close()


def run_locally(recipe, start=None):
    """Return the job of a training on this computer, its queue still open."""
    queue = JobQueue(Settings(running_jobs=1))
    job = queue.submit(recipe, start, owner=ME)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.DONE, job.error
    return queue, job


def contents(path):
    """Return the entries of a model by name, without the time that it took."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    text = np.load(io.BytesIO(entries.pop("metadata.npy"))).tobytes()
    training = json.loads(text)["training"]
    for result in training["history"]:
        del result["elapsed_s"]
    return entries | {"training": training}


def assert_same_results(job, expected):
    """Compare all that two trainings have left."""
    assert job.state is JobState.DONE, job.error
    assert contents(job.model_path) == contents(expected.model_path)
    np.testing.assert_array_equal(job.answers(), expected.answers())
    np.testing.assert_array_equal(job.first_layer(), expected.first_layer())
    assert list(job.snapshots()) == list(expected.snapshots())
    for epoch, path in job.snapshots().items():
        assert path.read_bytes() == expected.snapshots()[epoch].read_bytes()
    results, others = ([replace(e, elapsed_s=0) for e in j.epochs] for j in (job, expected))
    assert results == others


def test_a_training_leaves_the_same_as_on_the_computer_of_the_server(queue, cluster):
    job = queue.submit(SHORT, owner=ME)
    local, expected = run_locally(SHORT)
    wait_until(lambda: not job.is_active)
    assert_same_results(job, expected)
    assert job.fraction == 1
    assert job.vitals[-1].position == 3
    local.close()
    wait_until(lambda: not cluster.files())


def test_jobs_are_spread_over_the_workers_and_stopped_ones_keep_their_last_epoch(queue, cluster):
    mine, yours = queue.submit(LONG, owner=ME), queue.submit(LONG, owner=YOU)
    wait_until(lambda: mine.epochs and yours.epochs)
    assert len({worker.pid for worker in cluster.processes().values()}) == 2
    assert 0 < mine.fraction < 1
    queue.stop(mine)
    wait_until(lambda: not mine.is_active, timeout_s=10)
    assert mine.state is JobState.STOPPED
    assert not mine.error
    assert load_model(mine.model_path).trainer.epochs_done == mine.epochs[-1].epoch
    assert mine.answers() is not None
    assert yours.state is JobState.RUNNING


def test_nothing_listens_to_other_computers_and_these_are_the_documented_options(queue, cluster):
    queue.submit(LONG, owner=ME)
    wait_until(cluster.processes)
    addresses = [
        connection.laddr.ip
        for process in (cluster.scheduler, *cluster.workers)
        for connection in psutil.Process(process.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(addresses) >= 6
    assert set(addresses) == {"127.0.0.1"}
    text = (PROJECT / "docs/hosting.md").read_text(encoding="utf-8")
    commands = re.findall(r"python -m dask (?:scheduler|worker) [^#]*?(?<!\\)\n", text)
    assert len(commands) == 2
    for command in commands:
        assert {*ON_LOOPBACK} <= {*command.split()}


def test_a_training_is_steered(queue):
    constant = replace(SHORT, schedule="constant", epochs=2)
    job = queue.submit(constant, owner=ME, is_paused=True)
    queue.run_batch(job)
    wait_until(lambda: len(job.curve) == 1 and job.is_paused)
    queue.change_learning_rate(job, 0.02)
    queue.run_batch(job)
    wait_until(lambda: len(job.vitals) == 2 and job.is_paused)
    assert job.vitals[-1].learning_rate == pytest.approx(0.02)
    queue.run_epoch(job)
    wait_until(lambda: len(job.epochs) == 1 and job.is_paused)
    queue.resume(job)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.DONE, job.error
    assert len(job.epochs) == 2


def test_another_worker_goes_on_from_the_last_epoch_and_ends_with_the_same_model(queue, cluster):
    recipe = replace(LONG, epochs=6)
    trainer = new_trainer(replace(recipe, epochs=7))
    trainer.history = [EpochResult(1, loss=1.0, train_accuracy=0.5, elapsed_s=1.0)]
    start = io.BytesIO()
    save_model(start, Model(trainer.network, trainer))

    job = queue.submit(recipe, start.getvalue(), owner=ME)
    wait_until(lambda: len(job.epochs) >= 2)
    first = job.epochs[0]
    cluster.kill_worker()
    local, expected = run_locally(recipe, start.getvalue())
    wait_until(lambda: not job.is_active)
    assert_same_results(job, expected)
    local.close()
    # Also in the time that it took: it was not trained a second time.
    assert job.epochs[0] == first
    assert [result.epoch for result in job.epochs] == [2, 3, 4, 5, 6, 7]
    assert job.fraction == 1
    for times in (
        [(progress.epoch, progress.fraction) for progress in job.curve],
        [signs.position for signs in job.vitals],
    ):
        assert all(before <= after for before, after in itertools.pairwise(times))


def test_a_paused_training_is_as_it_was_with_another_worker(queue, cluster):
    recipe = replace(SHORT, schedule="constant", epochs=2)
    job = queue.submit(recipe, owner=ME, is_paused=True)
    queue.run_epoch(job)
    wait_until(lambda: len(job.epochs) == 1 and job.is_paused)
    # After the model was kept, so that this does not know of it.
    queue.change_learning_rate(job, 0.02)
    cluster.kill_worker()
    wait_until(cluster.processes)
    assert job.is_paused
    queue.resume(job)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.DONE, job.error
    assert [result.epoch for result in job.epochs] == [1, 2]
    assert job.vitals[-1].learning_rate == pytest.approx(0.02)


def submit_fine_tuning(queue, n_steps, layers=SHORT.layers):
    """Put into a queue that an untrained model gets used to twelve digits."""
    digits = HandwritingSet()
    for number in range(12):
        digits = digits.with_digit(number % 10, [[(140, 40), (100 + 10 * number, 240)]])
    model = io.BytesIO()
    save_model(model, Model(new_trainer(replace(SHORT, layers=layers)).network))
    settings = FineTuning(n_steps=n_steps)
    return queue.submit_fine_tuning(model.getvalue(), digits.to_bytes(), settings, owner=ME)


def test_fine_tuning_begins_anew_with_another_worker(queue, cluster):
    job = submit_fine_tuning(queue, n_steps=100)
    wait_until(lambda: job.fraction > 0)
    cluster.kill_worker()
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.DONE, job.error
    assert job.result.labels.tolist() == [*range(10), 0, 1]
    assert job.answers().shape == (10_000, 10)
    assert not job.digits_path.exists()


def test_a_full_disk_ends_the_training_with_a_sentence(queue, cluster, monkeypatch):
    def write_bytes(path, data):
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    job = queue.submit(LONG, owner=ME)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.FAILED
    assert "no room left" in job.error
    wait_until(lambda: not cluster.processes() and not cluster.files())


def test_the_process_of_a_server_that_was_killed_ends(cluster):
    code = (
        "from dashboard.settings import Settings;"
        "from dashboard.training.jobs import JobQueue;"
        "from tests.dashboard.training.test_cluster import submit_fine_tuning, wait_until;"
        f"queue = JobQueue(Settings(cluster={cluster.address!r}));"
        # Unlike a training, it would not notice by itself that nobody steers it any more.
        "job = submit_fine_tuning(queue, 10_000, (784, 1000, 10));"
        "wait_until(lambda: job.fraction);"
        "print(flush=True);"
        "input()"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdout.readline() == b"\n"
    assert cluster.processes()
    server.kill()
    server.wait()
    wait_until(lambda: not cluster.processes() and not cluster.files())


def test_without_scheduler_or_workers_jobs_fail_with_a_sentence_until_they_are_back(
    queue, cluster, monkeypatch
):
    job = queue.submit(LONG, owner=ME)
    wait_until(lambda: job.epochs)
    monkeypatch.setattr(cluster_module, "_CONNECT_S", 1)
    cluster.scheduler.kill()
    cluster.scheduler.wait()
    second = queue.submit(SHORT, owner=YOU)
    for failed in (job, second):
        wait_until(lambda failed=failed: not failed.is_active)
        assert failed.state is JobState.FAILED
        assert "cannot be reached" in failed.error
    assert load_model(job.model_path).trainer.epochs_done == job.epochs[-1].epoch

    monkeypatch.setattr(cluster_module, "_CONNECT_S", 20)
    for worker in cluster.workers:
        worker.kill()
        worker.wait()
    cluster.mend()
    third = queue.submit(LONG, owner=ME)
    wait_until(lambda: third.epochs)

    monkeypatch.setattr(cluster_module, "_BEGIN_S", 0.5)
    for worker in cluster.workers:
        worker.kill()
        worker.wait()
    wait_until(lambda: not third.is_active)
    assert third.state is JobState.FAILED
    assert "no workers" in third.error


def test_without_dask_the_log_says_what_to_install(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "distributed", None)
    queue = JobQueue(Settings(cluster="tcp://127.0.0.1:1"))
    assert "requirements-cluster.txt" in caplog.text
    job = queue.submit(SHORT, owner=ME)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.FAILED
    assert "cannot be reached" in job.error
    queue.close()


def test_without_the_setting_dask_is_not_loaded():
    code = (
        "import sys; from dashboard.training.jobs import JobQueue; JobQueue().close();"
        "sys.exit('distributed' in sys.modules)"
    )
    environment = {key: text for key, text in os.environ.items() if key != "NEURONS_CLUSTER"}
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=environment, check=True)
