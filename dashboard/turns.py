"""Whose script runs now: visitors take turns, first come, first served.

Streamlit gives every run of a script a thread, and all threads share Python's interpreter lock. A
class that clicks at once then makes them change places all the time, and all are answered only
when the last one is: after three seconds for a hundred visitors. Two at a time, in the order in
which they come, most are answered long before; `benchmarks/README.md` has the figures.

Pages run in `turn`, and what runs by itself later is a `fragment` of this module.
"""

import functools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

SCRIPTS_AT_ONCE = 2
# Most take a fiftieth of that. The first look at a loss surface takes longer, and so does waiting
# for somebody else's.
LONGEST_TURN_S = 0.5
# Whether anybody is being answered.
_LOOK_AGAIN_S = 0.02


class Turns:
    """So many threads at once, the others in the order in which they came.

    A semaphore of Python's lets a thread that comes now pass those that wait already.

    Parameters
    ----------
    n_at_once : int
        How many threads have a turn at the same time.
    longest_s : float
        Seconds after which a turn does not count any more, so that one that takes long, for
        whatever reason, does not hold up the others.
    """

    def __init__(self, n_at_once: int, longest_s: float):
        self._n_at_once = n_at_once
        self._longest_s = longest_s
        # When each turn began, by what its thread was called with.
        self._begun: dict[threading.Event, float] = {}
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def take(self) -> threading.Event:
        """Wait for a turn, and return the ticket with which it is given back."""
        ticket = threading.Event()
        with self._lock:
            self._waiting.append(ticket)
            self._call_next()
        while not ticket.wait(self._longest_s):
            with self._lock:
                self._call_next()
        return ticket

    def give_back(self, ticket: threading.Event) -> None:
        """End a turn, and let the thread go on that has waited longest."""
        with self._lock:
            del self._begun[ticket]
            self._call_next()

    def are_idle(self) -> bool:
        """Return whether nobody has a turn, or waits for one."""
        return not self._begun and not self._waiting

    def _call_next(self) -> None:
        """Call those whose turn it is; with the lock held."""
        now = time.monotonic()
        n_counting = sum(now - begun < self._longest_s for begun in self._begun.values())
        for _ in range(min(len(self._waiting), self._n_at_once - n_counting)):
            ticket = self._waiting.popleft()
            self._begun[ticket] = now
            ticket.set()


_turns = Turns(SCRIPTS_AT_ONCE, LONGEST_TURN_S)
_of_thread = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Wait until it is this thread's turn; within a turn, a second one is the same."""
    if _ticket_of_thread() is not None:
        yield
        return
    _of_thread.ticket = _turns.take()
    try:
        yield
    finally:
        ticket, _of_thread.ticket = _of_thread.ticket, None
        _turns.give_back(ticket)


def wait_until_idle() -> None:
    """Wait until no script runs, or waits for its turn."""
    while not _turns.are_idle():
        time.sleep(_LOOK_AGAIN_S)


def _ticket_of_thread() -> threading.Event | None:
    """Return the ticket of the turn that this thread has, if any."""
    return getattr(_of_thread, "ticket", None)


def fragment(function: Callable, *, run_every: float | None = None) -> Callable[..., None]:
    """Make a function a fragment of Streamlit's whose runs take turns.

    Parameters
    ----------
    function : callable
        Shows a part of a page.
    run_every : float or None
        Seconds after which it runs again by itself.
    """

    @functools.wraps(function)
    def in_turn(*arguments, **options):
        with turn():
            return function(*arguments, **options)

    # A page defines its fragments anew at every run, and shows some of them.
    made = functools.cache(lambda: st.fragment(in_turn, run_every=run_every))

    @functools.wraps(function)
    def show(*arguments, **options):
        return made()(*arguments, **options)

    return show
