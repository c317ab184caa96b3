"""What replaces functions of Streamlit gives what these would."""

import asyncio
import random
import threading
from collections import OrderedDict, UserDict
from collections.abc import Mapping
from copy import deepcopy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit import config
from streamlit.components.v2.bidi_component import serialization
from streamlit.cursor import Cursor, LockedCursor, RunningCursor
from streamlit.delta_generator import DeltaGenerator
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime, app_session
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.session_manager import SessionClientDisconnectedError
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.testing.v1 import AppTest

from dashboard import streamlit_shortcuts

SECTIONS = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar")


@pytest.fixture(autouse=True)
def _taken():
    if not streamlit_shortcuts.take():
        pytest.skip(f"Streamlit {st.__version__} is left as it is")


def test_only_the_version_that_was_compared_is_changed(monkeypatch):
    def theirs(message, section="theme"):
        """Stand for Streamlit's."""

    monkeypatch.setattr(app_session, "_populate_theme_msg", theirs)

    assert not streamlit_shortcuts.take("1.68.0")

    assert app_session._populate_theme_msg is theirs


def test_taking_them_twice_is_taking_them_once():
    once = app_session._populate_theme_msg

    assert streamlit_shortcuts.take()

    assert app_session._populate_theme_msg is once


@pytest.mark.parametrize("section", SECTIONS)
def test_the_theme_is_the_one_that_streamlit_reads(section):
    expected, message = CustomThemeConfig(), CustomThemeConfig()
    app_session._populate_theme_msg.__wrapped__(expected, section)

    app_session._populate_theme_msg(message, section)

    assert message.SerializeToString() == expected.SerializeToString()


def test_a_theme_of_the_project_has_something_to_read():
    message = CustomThemeConfig()

    app_session._populate_theme_msg(message, "theme.dark")

    assert message.primary_color == config.get_option("theme.dark.primaryColor") != ""


def test_a_theme_that_is_empty_is_not_there():
    message = CustomThemeConfig()

    app_session._populate_theme_msg(message.dark.sidebar, "theme.dark.sidebar")

    assert not message.HasField("dark")


def test_a_theme_that_changes_is_read_again():
    app_session._populate_theme_msg(CustomThemeConfig(), "theme.sidebar")
    before = config.get_option("theme.sidebar.primaryColor")
    try:
        config.set_option("theme.sidebar.primaryColor", "#123456")
        config._on_config_parsed.send()
        message = CustomThemeConfig()
        app_session._populate_theme_msg(message, "theme.sidebar")
    finally:
        config.set_option("theme.sidebar.primaryColor", before)
        config._on_config_parsed.send()

    assert message.primary_color == "#123456"


def test_the_state_by_keys_is_all_that_streamlit_makes_of_it():
    theirs = SessionState()
    theirs._old_state = {"$$ID-abc-of_a_widget": 1, "$$ID-abc-None": 2, "of_a_page": 3}
    theirs._new_session_state = {"set_now": None}
    theirs._set_key_widget_mapping("$$ID-abc-of_a_widget", "of_a_widget")
    expected = theirs.filtered_state

    state = SafeSessionState(theirs, lambda: None).filtered_state

    assert expected == {"of_a_widget": 1, "of_a_page": 3, "set_now": None}
    assert dict(state) == expected
    assert len(state) == len(expected)
    assert repr(state) == repr(expected)
    for key in (*expected, "of_nobody"):
        assert (key in state) == (key in expected)
        assert state.get(key, "none") == expected.get(key, "none")


@pytest.mark.parametrize(
    "thing",
    [
        None,
        "text",
        {},
        [],
        {"objects": [{"path": "M 1 2"}], "filling": 3},
        [1, 2.5, None, True, "text", [], {}],
        {"column": pd.Series([1, 2])},
        {"first": 1, "column": pd.Series([1, 2])},
        {"column": np.arange(3)},
        [np.arange(3)],
        np.arange(3),
        pd.DataFrame({"column": [1]}),
        (1, 2),
        {1, 2},
        Mapping,
        OrderedDict(column=pd.Series([1])),
        UserDict(column=1),
    ],
)
def test_a_data_frame_is_what_streamlit_takes_for_one(thing):
    seen = serialization.is_dataframe_like
    assert seen(thing) == seen.__wrapped__(thing)


def test_plain_data_are_recognised_without_asking_streamlit():
    def theirs(thing):
        raise AssertionError(thing)

    is_dataframe_like = streamlit_shortcuts._plain_first(theirs)

    assert not is_dataframe_like({"objects": [{"path": "M 1 2"}], "filling": 3})
    assert not is_dataframe_like([1, None, "text"])
    with pytest.raises(AssertionError):
        is_dataframe_like({"first": 1, "column": np.arange(3)})


def a_state(chance: random.Random) -> SessionState:
    """Return a session in which a few things of all kinds have happened."""
    state = SessionState()
    for number in range(12):
        key, widget_id = f"key_{number}", f"$$ID-{number}-key_{number}"
        if chance.random() < 0.7:
            state._set_key_widget_mapping(widget_id, key)
        if chance.random() < 0.5:
            state._old_state[widget_id] = chance.random()
        if chance.random() < 0.3:
            state._old_state[key] = chance.random()
        if chance.random() < 0.3:
            state._new_session_state[key] = chance.random()
        if chance.random() < 0.6:
            state._set_widget_metadata(
                WidgetMetadata(
                    id=widget_id,
                    deserializer=lambda value: value + 1,
                    serializer=lambda value: value,
                    value_type="double_value",
                    presenter=chance.choice([None, lambda value, _: ("presented", value)]),
                )
            )
        if chance.random() < 0.4:
            new = WidgetState(id=widget_id, double_value=chance.random())
            state._new_widget_state.set_widget_from_proto(new)
        elif chance.random() < 0.3:
            state._new_widget_state.set_from_value(widget_id, chance.random())
    return state


@pytest.mark.parametrize("seed", range(200))
def test_values_grow_old_as_with_streamlit(seed):
    theirs, ours = a_state(random.Random(seed)), a_state(random.Random(seed))
    SessionState._compact_state.__wrapped__(theirs)

    ours._compact_state()

    assert ours._old_state == theirs._old_state
    assert ours._new_session_state == theirs._new_session_state == {}
    assert ours._new_widget_state.states == theirs._new_widget_state.states
    assert ours._new_widget_state.widget_metadata.keys() == (
        theirs._new_widget_state.widget_metadata.keys()
    )


def test_what_has_not_changed_is_not_looked_up(monkeypatch):
    state = SessionState()
    state._old_state = {"$$ID-abc-of_a_widget": 1, "of_a_page": 3}
    state._set_key_widget_mapping("$$ID-abc-of_a_widget", "of_a_widget")
    state._new_session_state = {"set_now": None}
    looked_up = []
    monkeypatch.setattr(SessionState, "__getitem__", lambda _, key: looked_up.append(key))

    state._compact_state()

    assert looked_up == ["set_now"]


def test_a_field_without_a_number_stays_without_one():
    def page():
        import streamlit as st

        st.session_state.setdefault("field", None)
        st.number_input("Field", value=3.0, key="field")

    field = AppTest.from_function(page).run().number_input(key="field")

    assert field.value is None


def test_a_cursor_is_copied_with_all_it_has():
    cursor = RunningCursor(root_container=1, parent_path=(3, 4))
    cursor.lock_element()
    cursor.get_transient_cursor().transient_elements[2] = ["shown for a while"]
    locked = LockedCursor(root_container=0, parent_path=(1,), index=7)

    for original in (cursor, locked):
        copy = deepcopy(original)
        assert type(copy) is type(original)
        assert copy.delta_path == original.delta_path
        assert copy.transient_index == original.transient_index
        assert list(copy.transient_elements.items()) == list(original.transient_elements.items())
        assert copy.transient_elements is not original.transient_elements
    copy = deepcopy(cursor)
    copy.transient_elements[2].append("more")
    copy.lock_element()

    assert cursor.transient_elements[2] == ["shown for a while"]
    assert (cursor.index, copy.index) == (1, 2)


def test_a_cursor_has_nothing_else_that_could_change():
    copied = {"_transient_elements"}
    for cursor in (RunningCursor(root_container=0), LockedCursor(root_container=0)):
        others = {name: value for name, value in vars(cursor).items() if name not in copied}
        assert all(isinstance(value, int | tuple | None) for value in others.values()), others


def test_containers_are_copied_each_once_and_stand_where_they_stood():
    outer = DeltaGenerator(root_container=0, cursor=RunningCursor(0, (0,)), block_type="form")
    middle = DeltaGenerator(root_container=0, cursor=RunningCursor(0, (0, 1)), parent=outer)
    inner = DeltaGenerator(root_container=0, cursor=RunningCursor(0, (0, 1, 5)), parent=middle)

    copies = deepcopy((outer, middle, inner))

    assert copies[2]._parent is copies[1]
    assert copies[1]._parent is copies[0]
    for copy, original in zip(copies, (outer, middle, inner), strict=True):
        assert copy is not original
        assert copy._cursor is not original._cursor
        assert copy._get_delta_path_str() == original._get_delta_path_str()
        assert list(copy._ancestor_block_types) == list(original._ancestor_block_types)
    copies[2]._cursor.lock_element()

    assert inner._cursor.index == 0


def test_a_container_and_a_cursor_have_the_parts_that_are_copied():
    container = DeltaGenerator(root_container=0, cursor=RunningCursor(0))

    assert set(vars(deepcopy(container))) == set(vars(container))
    assert Cursor.__deepcopy__ is streamlit_shortcuts._copy_cursor


def test_pages_are_found_once_and_each_run_has_its_own():
    def app():
        from pathlib import Path

        import streamlit as st
        from streamlit.navigation import page

        home, other = (Path(file).resolve() for file in ("app.py", "pages/1_Colour_neuron.py"))
        create = page._create_page
        first, second = create(home, default=True), create(home, default=True)
        first._can_be_called = True
        expected = create.__wrapped__(home, default=True)
        assert second is not first
        assert vars(second) == vars(expected)
        assert vars(create(other)) == vars(create.__wrapped__(other))
        assert not create(home)._default
        try:
            create(Path("pages/none.py").resolve())
        except st.errors.StreamlitAPIException:
            st.write("none")

    app = AppTest.from_function(app).run()

    assert not app.exception
    assert [text.value for text in app.markdown] == ["none"]


class _Runner:
    """A run, as its events name it."""


class _Session(AppSession):
    """What of a session takes the events of its runs."""

    def __init__(self, loop: asyncio.AbstractEventLoop):
        self._event_loop = loop
        self._browser_queue = ForwardMsgQueue()
        self._scriptrunner = _Runner()
        self._state = AppSessionState.APP_IS_RUNNING
        self.times_told = 0

    def __del__(self):
        """Leave nothing to shut down."""

    def _message_enqueued_callback(self):
        self.times_told += 1


def _message(number: int) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path[:] = [0, number]
    message.delta.new_element.markdown.body = str(number)
    return message


def _shown(session: _Session) -> list[str]:
    return [message.delta.new_element.markdown.body for message in session._browser_queue.flush()]


def _show(session: _Session, number: int, sender: _Runner | None = None) -> None:
    session._on_scriptrunner_event(
        sender or session._scriptrunner,
        event=ScriptRunnerEvent.ENQUEUE_FORWARD_MSG,
        forward_msg=_message(number),
    )


def test_what_a_run_shows_is_put_with_the_rest_as_streamlit_would():
    async def run(on_event):
        session = _Session(asyncio.get_running_loop())
        for number in range(3):
            on_event(
                session,
                session._scriptrunner,
                ScriptRunnerEvent.ENQUEUE_FORWARD_MSG,
                forward_msg=_message(number),
            )
        assert session._browser_queue.is_empty()
        await asyncio.sleep(0.01)
        return _shown(session), session.times_told

    theirs = asyncio.run(run(AppSession._on_scriptrunner_event.__wrapped__))
    ours = asyncio.run(run(AppSession._on_scriptrunner_event))

    assert theirs == (["0", "1", "2"], 3)
    assert ours == (["0", "1", "2"], 1)


def test_a_run_that_another_has_replaced_shows_nothing_more():
    async def run():
        session = _Session(asyncio.get_running_loop())
        _show(session, 0, sender=_Runner())
        await asyncio.sleep(0.01)
        return _shown(session), session.times_told

    assert asyncio.run(run()) == ([], 0)


def test_other_events_keep_their_place_among_what_is_shown():
    async def run():
        session, happened = _Session(asyncio.get_running_loop()), []
        session._handle_scriptrunner_event_on_event_loop = lambda sender, event, *details: (
            happened.append((event, len(session._browser_queue)))
        )
        _show(session, 0)
        session._on_scriptrunner_event(
            session._scriptrunner, event=ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS
        )
        _show(session, 1)
        await asyncio.sleep(0.01)
        return happened, _shown(session)

    happened, shown = asyncio.run(run())

    assert happened == [(ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS, 1)]
    assert shown == ["0", "1"]


def test_of_what_several_threads_show_nothing_is_left_behind():
    n_threads, n_each = 4, 500

    async def run():
        session = _Session(asyncio.get_running_loop())

        def show_many(first):
            for number in range(first, first + n_each):
                _show(session, number)

        threads = [
            threading.Thread(target=show_many, args=(index * n_each,)) for index in range(n_threads)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        return [int(number) for number in _shown(session)]

    shown = asyncio.run(run())

    assert sorted(shown) == list(range(n_threads * n_each))
    for index in range(n_threads):
        of_thread = [number for number in shown if number // n_each == index]
        assert of_thread == sorted(of_thread)


def test_an_event_that_fails_is_reported_and_the_next_ones_are_taken():
    async def run():
        loop, reported = asyncio.get_running_loop(), []
        loop.set_exception_handler(lambda loop, context: reported.append(context["exception"]))
        session = _Session(loop)
        _show(session, 0)
        session._call_soon_on_event_loop(lambda: 1 // 0)
        _show(session, 1)
        await asyncio.sleep(0.01)
        return [type(error) for error in reported], _shown(session), session.times_told

    assert asyncio.run(run()) == ([ZeroDivisionError], ["0", "1"], 2)


def test_events_that_come_after_the_end_of_the_server_are_dropped():
    loop = asyncio.new_event_loop()
    session = _Session(loop)
    loop.close()

    _show(session, 0)
    _show(session, 1)

    assert session._browser_queue.is_empty()


class _Browser:
    """Takes messages until it is gone."""

    def __init__(self, until=1000):
        self.taken, self.until = [], until

    def write_forward_msg(self, message):
        if len(self.taken) == self.until:
            raise SessionClientDisconnectedError
        self.taken.append(message.delta.new_element.markdown.body)


def _bundles(n_messages: int) -> list:
    session = _Session(asyncio.new_event_loop())
    session._event_loop.close()
    for number in range(n_messages):
        session._browser_queue.enqueue(_message(number))
    return session.flush_browser_queue()


@pytest.mark.parametrize("n_messages", [0, 1, 99, 100, 101, 450])
def test_all_messages_of_a_run_are_sent_in_order_and_few_bundles(n_messages):
    browser, bundles = _Browser(), _bundles(n_messages)
    for bundle in bundles:
        Runtime._send_message(None, SimpleNamespace(client=browser), bundle)
    assert browser.taken == [str(number) for number in range(n_messages)]
    assert len(bundles) == -(-n_messages // 100)


def test_a_message_by_itself_is_sent_as_well():
    browser = _Browser()
    Runtime._send_message(None, SimpleNamespace(client=browser), _message(3))
    assert browser.taken == ["3"]


def test_runs_that_end_within_a_bundle_are_counted():
    info = SimpleNamespace(client=_Browser(), script_run_count=0)
    ends = [ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY) for _ in range(2)]
    Runtime._send_message(None, info, streamlit_shortcuts._Bundle([_message(0), *ends]))
    assert info.script_run_count == 2


def test_a_browser_that_is_gone_is_noticed():
    [bundle] = _bundles(5)
    with pytest.raises(SessionClientDisconnectedError):
        Runtime._send_message(None, SimpleNamespace(client=_Browser(until=2)), bundle)
