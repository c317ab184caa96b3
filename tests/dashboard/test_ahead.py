"""What takes long the first time is computed while nobody is being answered."""

import logging
import os
import sys
import threading

import numpy as np
import pytest

from dashboard import ahead, resources, turns
from dashboard.drawing import trial
from dashboard.gradient_descent import landscape
from nncore.drawing import Preprocessing, ink_steps


@pytest.fixture
def own_priority(monkeypatch):
    """Leave the priority of the thread that tests as it is."""
    monkeypatch.setattr(ahead, "_give_way", lambda: None)


@pytest.fixture
def pieces(monkeypatch, own_priority):
    """What is computed: three pieces that are noted when they are begun."""
    begun = []

    def three():
        for number in range(3):
            begun.append(number)
            yield

    monkeypatch.setattr(ahead, "_pieces", three)
    return begun


def test_nothing_is_computed_while_somebody_is_being_answered(monkeypatch, pieces):
    waited_after = []
    monkeypatch.setattr(turns, "wait_until_idle", lambda: waited_after.append(len(pieces)))
    ahead._work()
    assert pieces == [0, 1, 2]
    assert waited_after == [1, 2, 3]


def test_it_rests_after_each_piece(monkeypatch, pieces):
    slept, now = [], iter(range(0, 1000, 7))
    monkeypatch.setattr(ahead.time, "perf_counter", lambda: next(now))
    monkeypatch.setattr(ahead.time, "sleep", slept.append)
    ahead._work()
    # Each piece has taken 7 seconds of this clock.
    assert slept == [3.5, 3.5, 3.5]


@pytest.mark.parametrize("error", [OSError("no such file"), ValueError("damaged")])
def test_a_missing_file_is_no_fault_of_the_program(monkeypatch, own_priority, caplog, error):
    def broken():
        yield
        raise error

    monkeypatch.setattr(ahead, "_pieces", broken)
    ahead._work()
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert str(error) in record.message
    assert record.exc_info is None


def test_any_other_error_is_logged_whole(monkeypatch, own_priority, caplog):
    def broken():
        yield
        raise KeyError("fault")

    monkeypatch.setattr(ahead, "_pieces", broken)
    ahead._work()
    assert caplog.records[0].exc_info is not None


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priorities of their own")
def test_the_thread_gives_way_and_no_other_does():
    priorities = {}

    def give_way():
        ahead._give_way()
        priorities["own"] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    thread = threading.Thread(target=give_way)
    thread.start()
    thread.join()
    priorities["other"] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    # Not by more, see there: whoever has the interpreter's lock must get on beside other processes.
    assert priorities["own"] == min(priorities["other"] + 5, 19)


def test_all_surfaces_and_papers_are_computed():
    for _ in ahead._pieces():
        pass
    for kind in landscape.KINDS:
        for loss in landscape.LOSSES:
            for digit in range(10):
                assert landscape.is_computed(kind, loss, digit)
    # 200 papers, by all combinations of three steps.
    n_computed = trial._prepared.cache_info().misses
    assert n_computed >= 200 * 8
    trial._answers_on_mnist(resources.shipped_model(), Preprocessing(fit=False))
    assert trial._prepared.cache_info().misses == n_computed


@pytest.mark.parametrize("pen", [True, False])
@pytest.mark.parametrize("fit", [True, False])
def test_papers_are_prepared_as_ink_is(pen, fit):
    preprocessing = Preprocessing(pen=pen, fit=fit)
    for number in range(5):
        expected = ink_steps(trial._paper(number), preprocessing).image
        assert np.array_equal(trial._prepared(number, preprocessing), expected)
