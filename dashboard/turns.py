"""Whose script runs now: visitors take turns, first come, first served.

Streamlit gives every run of a script a thread, and all threads share Python's interpreter lock. A
class that clicks at once then makes them change places all the time, and all are answered only
when the last one is: after two seconds for a hundred visitors. One after another, the same runs
are answered after the work of those before them, and cost a fifth less, because a run keeps its
core. `benchmarks/README.md` has the figures.

Pages run in `turn`, and what runs by itself later is a `fragment` of this module.
"""

import functools
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

# Two, so that a long one, such as the first look at a loss surface, does not hold up all others.
SCRIPTS_AT_ONCE = 2
# Should both take longer than that, the others go on beside them.
_LONGEST_WAIT_S = 20


class Turns:
    """So many threads at once, the others in the order in which they came.

    A semaphore of Python's lets a thread that comes now pass those that wait already.

    Parameters
    ----------
    n_at_once : int
        How many threads have a turn at the same time.
    """

    def __init__(self, n_at_once: int):
        self._n_free = n_at_once
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def take(self, timeout_s: float) -> bool:
        """Wait for a turn; return False if there was none in time."""
        with self._lock:
            if self._n_free:
                self._n_free -= 1
                return True
            is_called = threading.Event()
            self._waiting.append(is_called)
        if is_called.wait(timeout_s):
            return True
        with self._lock:
            if is_called.is_set():
                return True
            self._waiting.remove(is_called)
            return False

    def give_back(self) -> None:
        """Call the thread that has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._n_free += 1


_turns = Turns(SCRIPTS_AT_ONCE)
_of_thread = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Wait until it is this thread's turn; within a turn, a second one is the same."""
    if getattr(_of_thread, "has_turn", False):
        yield
        return
    is_in_time = _turns.take(_LONGEST_WAIT_S)
    _of_thread.has_turn = True
    try:
        yield
    finally:
        _of_thread.has_turn = False
        if is_in_time:
            _turns.give_back()


def fragment(
    function: Callable | None = None, *, run_every: float | None = None
) -> Callable[..., None]:
    """Make a function a fragment of Streamlit's whose runs take turns.

    Parameters
    ----------
    function : callable
        Shows a part of a page; a decorator may leave it out.
    run_every : float or None
        Seconds after which it runs again by itself.
    """
    if function is None:
        return functools.partial(fragment, run_every=run_every)

    @functools.wraps(function)
    def in_turn(*arguments, **options):
        with turn():
            return function(*arguments, **options)

    return st.fragment(in_turn, run_every=run_every)
