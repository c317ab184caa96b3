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


class Visitors:
    """Threads that wait for a turn, one after the other."""

    def __init__(self, given):
        self.given, self.called, self.threads = given, [], []

    def come(self, name):
        def run():
            ticket = self.given.take()
            self.called.append(name)
            self.given.give_back(ticket)

        self.threads.append(threading.Thread(target=run, daemon=True))
        n_before = len(self.given._waiting)
        self.threads[-1].start()
        wait_until(lambda: len(self.given._waiting) > n_before or name in self.called)

    def have_all_run(self):
        return not any(thread.is_alive() for thread in self.threads)


def test_those_who_wait_are_called_in_order():
    given = Turns(1, SOON_S)
    ticket, visitors = given.take(), Visitors(given)
    for name in range(10):
        visitors.come(name)
    assert visitors.called == []
    # Who comes when a turn is given back does not pass those who wait.
    given.give_back(ticket)
    given.give_back(given.take())
    assert visitors.called == list(range(10))


def test_so_many_at_once_and_no_more():
    given = Turns(2, SOON_S)
    first, second = given.take(), given.take()
    visitors = Visitors(given)
    visitors.come("third")
    visitors.come("fourth")
    assert visitors.called == []
    given.give_back(second)
    wait_until(visitors.have_all_run)
    given.give_back(first)
    assert not given._begun


def test_turns_that_take_long_do_not_hold_up_the_others():
    given = Turns(2, 0.05)
    long_ones = [given.take(), given.take()]
    visitors = Visitors(given)
    for name in range(5):
        visitors.come(name)
    wait_until(visitors.have_all_run)
    assert sorted(visitors.called) == list(range(5))
    for ticket in long_ones:
        given.give_back(ticket)
    assert not given._begun


@pytest.fixture
def own_turns(monkeypatch):
    monkeypatch.setattr(turns, "_turns", Turns(SCRIPTS_AT_ONCE, SOON_S))
    return turns._turns


def test_a_turn_within_a_turn_is_the_same(own_turns):
    with turns.turn():
        for _ in range(3 * SCRIPTS_AT_ONCE):
            with turns.turn():
                assert len(own_turns._begun) == 1
        assert len(own_turns._begun) == 1
    assert not own_turns._begun


def test_a_run_that_ends_early_gives_its_turn_back(own_turns):
    class StopRun(BaseException):
        """As Streamlit ends a script that shall run anew."""

    with pytest.raises(StopRun), turns.turn():
        raise StopRun
    assert not own_turns._begun


def test_whoever_waits_for_idle_turns_waits_for_all_of_them(own_turns, monkeypatch):
    n_begun = []
    ticket = own_turns.take()

    def sleep(_):
        n_begun.append(len(own_turns._begun))
        if len(n_begun) == 3:
            own_turns.give_back(ticket)

    monkeypatch.setattr(turns.time, "sleep", sleep)
    turns.wait_until_idle()
    assert n_begun == [1, 1, 1]


def test_who_waits_for_a_turn_is_not_idle():
    given = Turns(1, SOON_S)
    assert given.are_idle()
    ticket, visitors = given.take(), Visitors(given)
    visitors.come("second")
    given._begun.clear()
    assert not given.are_idle()
    given._begun[ticket] = time.monotonic()
    given.give_back(ticket)
