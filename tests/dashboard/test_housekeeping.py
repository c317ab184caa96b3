"""What the garbage collector is told to pass over."""

import gc
import sys
import time
import weakref

import pytest

from dashboard import housekeeping


class _Node:
    """Garbage, once it refers to itself."""


@pytest.fixture
def garbage():
    thresholds = gc.get_threshold()
    yield housekeeping._Garbage()
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_stays_is_passed_over_and_what_comes_later_is_not(garbage):
    garbage.pass_over_what_stays()
    n_passed_over = gc.get_freeze_count()
    assert n_passed_over > 10_000
    node = _Node()
    node.itself = node
    gone = weakref.ref(node)
    del node
    gc.collect()
    assert gone() is None
    # Nothing has been loaded since.
    garbage.pass_over_what_stays()
    assert gc.get_freeze_count() <= n_passed_over


def test_modules_that_come_later_are_passed_over_too(garbage, monkeypatch):
    garbage.pass_over_what_stays()
    late = _Node()
    monkeypatch.setitem(sys.modules, "late_module", late)
    garbage.pass_over_what_stays()
    assert not any(found is late for found in gc.get_objects())


def test_what_has_been_passed_over_is_looked_at_again(garbage, monkeypatch):
    node = _Node()
    node.itself = node
    gone = weakref.ref(node)
    garbage.pass_over_what_stays()
    del node
    gc.collect()
    assert gone() is not None
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + housekeeping._PASSED_OVER_FOR_S)
    garbage.pass_over_what_stays()
    assert gone() is None
