"""Runs of scripts take turns, in the order in which they come."""

import threading
import time

import pytest

from dashboard import turns
from dashboard.turns import SCRIPTS_AT_ONCE, Turns

SOON_S = 20


def wait_until(condition) -> None:
    deadline = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def n_waiting(given: Turns) -> int:
    return len(given._waiting)


def test_those_who_wait_are_called_in_order():
    given, called = Turns(1), []
    given.take(0)

    def wait(number: int) -> None:
        assert given.take(SOON_S)
        called.append(number)
        given.give_back()

    threads = []
    for number in range(10):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        wait_until(lambda number=number: n_waiting(given) == number + 1)
    # Who comes when a turn is given back does not pass those who wait.
    given.give_back()
    assert given.take(SOON_S)
    assert called == list(range(10))
    for thread in threads:
        thread.join()


def test_so_many_at_once_and_no_more():
    given = Turns(2)
    assert given.take(0)
    assert given.take(0)
    assert not given.take(0.01)
    assert n_waiting(given) == 0
    given.give_back()
    assert given.take(0)


@pytest.fixture
def own_turns(monkeypatch):
    monkeypatch.setattr(turns, "_turns", Turns(SCRIPTS_AT_ONCE))
    return turns._turns


def test_a_turn_within_a_turn_is_the_same(own_turns):
    with turns.turn():
        for _ in range(3 * SCRIPTS_AT_ONCE):
            with turns.turn():
                assert own_turns._n_free == SCRIPTS_AT_ONCE - 1
        assert own_turns._n_free == SCRIPTS_AT_ONCE - 1
    assert own_turns._n_free == SCRIPTS_AT_ONCE


def test_a_run_that_ends_early_gives_its_turn_back(own_turns):
    class StopRun(BaseException):
        """As Streamlit ends a script that shall run anew."""

    with pytest.raises(StopRun), turns.turn():
        raise StopRun
    assert own_turns._n_free == SCRIPTS_AT_ONCE


def test_runs_that_never_end_do_not_stop_the_others(own_turns, monkeypatch):
    monkeypatch.setattr(turns, "_LONGEST_WAIT_S", 0.01)
    for _ in range(SCRIPTS_AT_ONCE):
        own_turns.take(0)
    with turns.turn():
        pass
    assert own_turns._n_free == 0
