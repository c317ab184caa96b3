"""A page that is tested without a server leaves the process as it is."""

import os

import pytest

from dashboard import housekeeping


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no cores to choose")
def test_a_page_without_a_server_keeps_all_cores_and_starts_no_thread(open_app):
    assert not open_app().exception
    assert housekeeping._housekeeper._thread is None
    # As many as the process that has started this one.
    assert os.sched_getaffinity(0) == os.sched_getaffinity(os.getppid())
