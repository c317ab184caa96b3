import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from dashboard.settings import Settings
from dashboard.training.job_folder import JobFolder
from dashboard.training.jobs import JobQueue
from nncore.recipe import Recipe

PROJECT = Path(__file__).parents[3]
LONG_AGO, FAR_FUTURE = 0, 4_000_000_000


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path, monkeypatch):
    """The folder in which all are."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def folder():
    folder = JobFolder()
    yield folder
    folder.delete()


def folder_of_a_process_that_was_killed(temporary_folder):
    code = (
        "import os; from dashboard.training.job_folder import JobFolder; folder = JobFolder();"
        "(folder.path / 'digits.jsonl').write_text('mine'); print(folder.path, flush=True);"
        "os.kill(os.getpid(), 9)"
    )
    environment = os.environ | {"TMPDIR": str(temporary_folder)}
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    return Path(process.stdout.strip())


def test_only_its_user_may_look_into_it(folder):
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


@pytest.mark.parametrize("time_s", [LONG_AGO, FAR_FUTURE])
def test_it_is_nobody_elses_whatever_the_clock_says(folder, temporary_folder, time_s):
    for path in (folder.path, *folder.path.iterdir()):
        os.utime(path, (time_s, time_s))
    JobFolder().delete()
    assert folder_of_a_process_that_was_killed(temporary_folder) != folder.path
    assert folder.path.is_dir()


def test_that_of_a_killed_process_is_deleted_by_the_next(temporary_folder):
    orphan = folder_of_a_process_that_was_killed(temporary_folder)
    assert (orphan / "digits.jsonl").read_text() == "mine"
    JobFolder().delete()
    assert list(temporary_folder.iterdir()) == []


def test_one_that_is_just_being_made_is_left_alone(temporary_folder):
    unlocked = temporary_folder / "training-jobs-new"
    unlocked.mkdir()
    JobFolder().delete()
    assert list(temporary_folder.iterdir()) == [unlocked]


@pytest.fixture
def queue():
    queue = JobQueue(Settings(running_jobs=1))
    yield queue
    queue.close()


def test_a_job_whose_files_somebody_has_deleted_is_gone(queue):
    job = queue.submit(Recipe(layers=(784, 10), training_images=100), owner="me", is_paused=True)
    assert queue.find(job.id) is job
    queue.stop(job)
    queue.close()
    assert queue.find(job.id) is None


def test_a_job_that_is_forgotten_leaves_nothing(queue):
    running = queue.submit(Recipe(epochs=500), owner="me")
    waiting = queue.submit(Recipe(epochs=500), owner="me")
    queue.forget(waiting)
    assert not waiting.folder.exists()
    assert queue.find(waiting.id) is None
    queue.forget(running)
    while running.is_active:
        time.sleep(0.02)
    queue.forget_old_jobs()
    assert not running.folder.exists()
