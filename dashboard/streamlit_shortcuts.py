"""What Streamlit works out again at every click, although it stays the same or nobody reads it.

Some of its functions are replaced by ones that give the same results, since there is no setting for
that. This is done here and nowhere else, and only to the version that the tests have compared them
with. Any other is left as it is, and the dashboard is slower.
"""

import contextlib
import functools
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from copy import copy, deepcopy
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config
from streamlit.components.v2.bidi_component import serialization
from streamlit.cursor import Cursor, SparseList
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation import page as navigation_page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import Runtime, app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent
from streamlit.runtime.session_manager import ActiveSessionInfo
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.safe_session_state import SafeSessionState

COMPARED_WITH = "1.67."
# Of 500 that wait for a browser, Streamlit ends the connection.
_MOST_TOGETHER = 100


def take(version: str = st.__version__) -> bool:
    """Replace the functions, once, if the version is the one that they were compared with.

    Returns
    -------
    bool
        Whether they are replaced.
    """
    if not version.startswith(COMPARED_WITH):
        return False
    if not hasattr(app_session._populate_theme_msg, "__wrapped__"):
        app_session._populate_theme_msg = _theme_once(app_session._populate_theme_msg)
        SafeSessionState.filtered_state = property(_LookedUp)
        DeltaGenerator.__deepcopy__ = _copy_container
        Cursor.__deepcopy__ = _copy_cursor
        AppSession._on_scriptrunner_event = _messages_together(AppSession._on_scriptrunner_event)
        AppSession._call_soon_on_event_loop = _call_soon_together
        AppSession.flush_browser_queue = _in_bundles(AppSession.flush_browser_queue)
        Runtime._send_message = _send_bundle(Runtime._send_message)
        navigation_page._create_page = _page_once(navigation_page._create_page)
        serialization.is_dataframe_like = _plain_first(serialization.is_dataframe_like)
        SessionState._compact_state = _changes_only(SessionState._compact_state)
    return True


def _theme_once(populate: Callable) -> Callable:
    """Have the sections of the theme read once, instead of all of 480 options six times a click."""

    @functools.cache
    def section_of(section: str) -> CustomThemeConfig:
        theme = CustomThemeConfig()
        populate(theme, section)
        return theme

    # Developers change config.toml while the dashboard runs.
    config.on_config_parsed(section_of.cache_clear, force_connect=True)

    @functools.wraps(populate)
    def populate_once(message: CustomThemeConfig, section: str = "theme") -> None:
        theme = section_of(section)
        # Else the section would be there, and empty.
        if theme.ByteSize():
            message.MergeFrom(theme)

    return populate_once


def _page_once(create: Callable) -> Callable:
    """Have the scripts in ``pages/`` found and named once, instead of all at each visit."""
    found = functools.lru_cache(maxsize=64)(create)

    @functools.wraps(create)
    def create_once(page: str | Path, *, default: bool = False) -> st.Page:
        # A copy, because each run notes on its pages which one may be shown.
        return copy(found(page, default=default))

    return create_once


class _LookedUp(Mapping):
    """The state of a session by the keys of its widgets, made only when all of it is asked for.

    Every field and choice of a page has a dictionary of all widgets of all pages made, to look at
    its own value.
    """

    def __init__(self, session_state: SafeSessionState):
        self._session_state = session_state

    def __getitem__(self, key: str) -> Any:
        return self._session_state[key]

    def __contains__(self, key: object) -> bool:
        return key in self._session_state

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def _all(self) -> dict[str, Any]:
        """Return what Streamlit would have made."""
        with self._session_state._lock:
            return self._session_state._state.filtered_state


def _changes_only(compact: Callable[[SessionState], None]) -> Callable[[SessionState], None]:
    """Have the values of a session made old by looking at those alone that may have changed.

    Streamlit looks up those of all widgets of all pages that a visitor has seen.
    """

    @functools.wraps(compact)
    def compact_changes(state: SessionState) -> None:
        metadata = state._new_widget_state.widget_metadata
        changed = {*state._new_widget_state, *map(state._get_widget_id, state._new_session_state)}
        for key in state._old_state:
            widget_id = state._get_widget_id(key)
            # A value that a page has set before its widget was there, or that depends on others.
            if widget_id != key or getattr(metadata.get(key), "presenter", None) is not None:
                changed.add(widget_id)
        for key in changed:
            # Of a widget that the page has not shown, as after a restart of the server.
            with contextlib.suppress(KeyError):
                state._old_state[key] = state[key]
        state._new_session_state.clear()
        state._new_widget_state.clear()

    return compact_changes


def _plain_first(is_dataframe_like: Callable[[object], bool]) -> Callable[[object], bool]:
    """Have what is of JSON's types recognised without pandas and Arrow.

    These take 70 MB of memory, and the drawings of a canvas are all that they are loaded for.
    """
    plain = {type(None), bool, int, float, str, list, dict}

    @functools.wraps(is_dataframe_like)
    def is_dataframe(thing: object) -> bool:
        if type(thing) in (list, dict):
            members = thing.values() if type(thing) is dict else thing
            if plain.issuperset(map(type, members)):
                return False
        return is_dataframe_like(thing)

    return is_dataframe


def _copy_container(container: DeltaGenerator, memo: dict[int, Any]) -> DeltaGenerator:
    """Copy a container and those around it, each once.

    A fragment keeps copies of the containers that it is drawn in. Streamlit copies those around
    each of them anew, so that eight nested ones become thirty-six.
    """
    copied = DeltaGenerator(
        root_container=container._root_container,
        cursor=deepcopy(container._cursor, memo),
        parent=deepcopy(container._parent, memo),
        block_type=container._block_type,
    )
    # A tuple of a text, which takes longer to copy than all the rest.
    copied._form_data = container._form_data
    copied._creating_fragment_id = container._creating_fragment_id
    return copied


def _copy_cursor(cursor: Cursor, memo: dict[int, Any]) -> Cursor:
    """Copy the place of the next element, which but for one list is numbers and tuples of these."""
    copied = object.__new__(type(cursor))
    vars(copied).update(vars(cursor), _transient_elements=SparseList())
    for index, element in cursor._transient_elements.items():
        copied._transient_elements[index] = deepcopy(element, memo)
    return copied


def _messages_together(on_event: Callable) -> Callable:
    """Have what a run shows taken by the event loop several messages at a time.

    Streamlit wakes the event loop for each of them, and it waits until the script lets go of the
    interpreter.
    """

    @functools.wraps(on_event)
    def on_event_together(
        session: AppSession,
        sender: ScriptRunner | None,
        event: ScriptRunnerEvent,
        forward_msg: ForwardMsg | None = None,
        **details: Any,
    ) -> None:
        if event is ScriptRunnerEvent.ENQUEUE_FORWARD_MSG and forward_msg is not None:
            _Errands.of(session).show(sender, forward_msg)
        else:
            on_event(session, sender, event, forward_msg, **details)

    return on_event_together


class _Bundle(list[ForwardMsg]):
    """Messages that go to a browser together."""


def _in_bundles(flush: Callable[[AppSession], list[ForwardMsg]]) -> Callable[..., list[_Bundle]]:
    """Have what waits for a browser sent together.

    After each message, Streamlit lets the event loop turn once, which asks the system for news,
    writes to the network, and waits for the interpreter behind the scripts that run.
    """

    @functools.wraps(flush)
    def flush_in_bundles(session: AppSession) -> list[_Bundle]:
        messages = flush(session)
        return [
            _Bundle(messages[start : start + _MOST_TOGETHER])
            for start in range(0, len(messages), _MOST_TOGETHER)
        ]

    return flush_in_bundles


def _send_bundle(send: Callable[..., None]) -> Callable[..., None]:
    """Have bundles sent as each of their messages is."""

    @functools.wraps(send)
    def send_bundle(
        runtime: Runtime, session_info: ActiveSessionInfo, message: ForwardMsg | _Bundle
    ) -> None:
        for part in message if isinstance(message, _Bundle) else [message]:
            send(runtime, session_info, part)

    return send_bundle


def _call_soon_together(session: AppSession, callback: Callable[[], None]) -> None:
    """Have the event loop call back, after what was asked of it for the session before."""
    _Errands.of(session).add(callback)


class _Errands:
    """What the event loop is to do for a session, in this order, and all that is there at once."""

    def __init__(self, session: AppSession):
        self._session = session
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_called = False
        self._has_shown = False

    @classmethod
    def of(cls, session: AppSession) -> "_Errands":
        """Return those of a session."""
        errands = vars(session).get("_errands")
        # Threads that come here together get the same ones.
        return errands or vars(session).setdefault("_errands", cls(session))

    def add(self, errand: Callable[[], None]) -> None:
        """Have something done; any thread may ask for it."""
        self._waiting.append(errand)
        if not self._is_called:
            self._call()

    def show(self, sender: ScriptRunner | None, message: ForwardMsg) -> None:
        """Have a message of a run put with those that are sent to the browser."""
        self.add(functools.partial(self._show, sender, message))

    def _call(self) -> None:
        """Call the event loop, unless the server has ended."""
        self._is_called = True
        try:
            self._session._event_loop.call_soon_threadsafe(self._run)
        except RuntimeError:
            if not self._session._event_loop.is_closed():
                raise

    def _run(self) -> None:
        """Do all that waits."""
        # First of all: who adds something from now on may call once too often, but never too few.
        self._is_called = False
        try:
            while self._waiting:
                self._waiting.popleft()()
        finally:
            if self._has_shown and self._session._message_enqueued_callback:
                self._session._message_enqueued_callback()
            self._has_shown = False
            # One has failed, which the event loop reports; the others are not to suffer.
            if self._waiting:
                self._call()

    def _show(self, sender: ScriptRunner | None, message: ForwardMsg) -> None:
        # A run that another one has replaced has nothing to show any more.
        if sender is self._session._scriptrunner:
            self._session._browser_queue.enqueue(message)
            self._has_shown = True
