"""What the server does unasked: it deletes on time what nobody needs any more, and makes room.

Streamlit lets go of a session that was not resumed only when a later one ends, and deletes its
uploads and pictures only when Python happens to collect it: on a quiet server, never.
"""

import contextlib
import gc
import logging
import sys
import threading
import time
import weakref
from collections.abc import Iterator

import streamlit as st
from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import ahead, cores, resources, turns
from dashboard.settings import Settings

try:
    import resource
except ImportError:
    # Windows, which knows no such limit.
    resource = None

_log = logging.getLogger(__name__)
# Between two looks, at most.
_PERIOD_S = 15.0
# A visitor takes four: a connection, and three for an event loop of Streamlit's. Many systems
# allow 1024 unless a process asks for more.
_OPEN_FILES = 65_536
# How often the garbage collector looks at everything: at every hundredth middling collection, which
# a hundred visitors reach in a minute, and not at every tenth.
_MIDDLING_COLLECTIONS = 100
# Between two looks at what it has been told to pass over, which take longest.
_PASSED_OVER_FOR_S = 600.0


def look_after_session() -> None:
    """Have what belongs to the session of this run deleted soon after it has ended."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not runtime.exists():
        return
    session = runtime.get_instance().get_app_session(context.session_id)
    # Streamlit's tests of pages have a server and sessions that are not real.
    if isinstance(session, AppSession):
        _housekeeper.add(session)


class _Housekeeper:
    """Looks after all sessions that have run a page, in a thread that the first one starts."""

    def __init__(self):
        # When each was first seen without a connection; None while it has one.
        self._away_since: weakref.WeakKeyDictionary[AppSession, float | None] = (
            weakref.WeakKeyDictionary()
        )
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._garbage = _Garbage()

    def add(self, session: AppSession) -> None:
        """Look after a session, too."""
        with self._lock:
            self._away_since[session] = None
            if self._thread is None:
                allow_many_open_files()
                n_cores = Settings.from_environment().server_cores
                cores.keep_to(n_cores, st.get_option("server.port"))
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
                ahead.start()

    def _work(self) -> None:
        """Delete what has to go, as long as the server runs."""
        kept_s = st.get_option("server.disconnectedSessionTTL")
        # Once the first visitor has what he came for: the next ones may all come at once.
        turns.wait_until_idle()
        self._garbage.pass_over_what_stays()
        while runtime.exists():
            time.sleep(min(_PERIOD_S, kept_s / 4))
            try:
                for session in self._ended(kept_s):
                    session.shutdown()
                    session.session_state.clear()
                resources.job_queue().forget_old_jobs()
                self._garbage.pass_over_what_stays()
            except Exception:
                _log.exception("housekeeping failed")

    def _ended(self, kept_s: float) -> Iterator[AppSession]:
        """Yield, once each, the sessions that have had no connection for longer than is kept.

        Streamlit resumes none of them any more.
        """
        is_active, now = runtime.get_instance().is_active_session, time.monotonic()
        with self._lock:
            sessions = list(self._away_since.items())
        for session, away_since in sessions:
            if is_active(session.id):
                self._away_since[session] = None
            elif away_since is None:
                self._away_since[session] = now
            elif now - away_since > kept_s:
                del self._away_since[session]
                yield session


class _Garbage:
    """Spares Python's garbage collector what stays as long as the server runs.

    It looks at all objects now and then, 200,000 of which are modules, classes and functions, and
    nobody is answered meanwhile: 150 to 280 ms every five seconds with a hundred visitors.
    """

    def __init__(self):
        self._n_modules = 0
        self._passed_over_at = -_PASSED_OVER_FOR_S

    def pass_over_what_stays(self) -> None:
        """Have it pass over all that is there, if modules have come, and now and then anyway.

        What sessions have is passed over with it, and looked at again now and then.
        """
        now = time.monotonic()
        is_due = now - self._passed_over_at >= _PASSED_OVER_FOR_S
        if len(sys.modules) == self._n_modules and not is_due:
            return
        if is_due:
            gc.unfreeze()
            self._passed_over_at = now
        gc.collect()
        gc.freeze()
        small, middling, _ = gc.get_threshold()
        gc.set_threshold(small, middling, _MIDDLING_COLLECTIONS)
        self._n_modules = len(sys.modules)


_housekeeper = _Housekeeper()


def allow_many_open_files() -> None:
    """Let the process open as many files as it may, where it would be fewer than visitors need."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # macOS allows fewer than it says.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
