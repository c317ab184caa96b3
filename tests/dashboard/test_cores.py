"""The server keeps to one core, its trainings do not."""

import os
import subprocess
import sys
import threading

import pytest

from dashboard import cores

SHOW = "import os; print(sorted(os.sched_getaffinity(0)))"

only_linux = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="no system call that chooses cores"
)
two_cores = pytest.mark.skipif(len(cores._ALLOWED) < 2, reason="one core only")


@pytest.fixture
def own_cores():
    """Whatever the test chooses, the tests after it have all cores again."""
    yield
    cores._set_cores(cores._ALLOWED)


@pytest.mark.parametrize(
    ("quota", "n_cores"),
    [("200000 100000", 2), ("50000 100000", 1), ("150000 100000", 1), ("max 100000", 64)],
)
def test_a_containers_share_counts(monkeypatch, tmp_path, quota, n_cores):
    monkeypatch.setattr(cores, "_ALLOWED", list(range(64)))
    path = tmp_path / "cpu.max"
    path.write_text(quota)
    assert cores.n_usable(path) == n_cores


@pytest.mark.parametrize("content", [None, "", "none", "1", "100000 0"])
def test_without_a_usable_quota_all_allowed_cores_count(monkeypatch, tmp_path, content):
    monkeypatch.setattr(cores, "_ALLOWED", [1, 5, 7])
    path = tmp_path / "cpu.max"
    if content is not None:
        path.write_text(content)
    assert cores.n_usable(path) == 3


@only_linux
def test_a_thread_that_is_only_about_to_begin_is_passed_over(own_cores, monkeypatch):
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.Thread()])
    cores._set_cores(cores._ALLOWED)


@only_linux
@two_cores
def test_all_threads_keep_to_the_same_core_and_children_do_not(own_cores):
    is_done, seen = threading.Event(), []

    def wait() -> None:
        is_done.wait()
        seen.append(os.sched_getaffinity(0))

    thread = threading.Thread(target=wait)
    thread.start()
    cores.keep_to(1, port=8501)
    is_done.set()
    thread.join()
    here = os.sched_getaffinity(0)
    assert len(here) == 1
    assert seen == [here]

    with cores.all_for_children():
        shown = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, check=True)
    assert shown.stdout.decode().strip() == str(cores._ALLOWED)
    assert os.sched_getaffinity(0) == here


@only_linux
@two_cores
def test_servers_on_neighbouring_ports_take_other_cores(own_cores):
    cores.keep_to(1, port=8501)
    first = os.sched_getaffinity(0)
    cores.keep_to(1, port=8502)
    assert os.sched_getaffinity(0) != first


@only_linux
def test_as_many_cores_as_there_are_change_nothing(own_cores):
    before = os.sched_getaffinity(0)
    cores.keep_to(len(cores._ALLOWED), port=8501)
    assert os.sched_getaffinity(0) == before
