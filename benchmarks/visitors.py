"""Visitors of the dashboard without a browser: they speak Streamlit's own protocol."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.report import log
from benchmarks.widgets import Widget, can_be_played_with, key_of, play, untouched

# The address of each page; the home page has none.
PAGES = (
    "",
    "Colour_neuron",
    "Average_digit",
    "Gradient_descent",
    "Train_a_network",
    "Experiments",
    "Draw_digits",
    "Read_numbers",
    "Your_own_hand",
)
_ANSWER_WITHIN_S = 60


class LostError(ConnectionError):
    """The server has closed the connection, or does not answer."""


# What a visitor meets whom the server does not serve any more: `LostError` is an OSError.
_GONE = (OSError, websockets.WebSocketException)


@dataclass
class Timings:
    """How long the server took, in seconds, and what went wrong.

    Attributes
    ----------
    first_views : list of float
        From connecting to the end of the first run of a page.
    reruns : dict of str to list of float
        By page, from a click to the end of the run.
    n_exceptions, n_lost : int
        Exceptions shown on a page, and sessions that the server let go.
    """

    first_views: list[float] = field(default_factory=list)
    reruns: dict[str, list[float]] = field(default_factory=lambda: {page: [] for page in PAGES})
    n_exceptions: int = 0
    n_lost: int = 0


class Visitor:
    """A session, as a browser would have it.

    Parameters
    ----------
    url : str
        Address of the dashboard, ``ws://host:port``.
    timings : Timings
        Where its own are added.
    seed : int
        Decides where it goes and what it clicks.
    pages : sequence of str
        Where it goes.
    """

    def __init__(self, url: str, timings: Timings, seed: int, pages: Sequence[str] = PAGES):
        self._url, self._pages = url, pages
        self._timings = timings
        self._chance = random.Random(seed)
        self.session_id = ""
        # Of the page's link, which the page changes.
        self.query = ""
        # By their keys.
        self.widgets: dict[str, Widget] = {}
        self._page = ""
        self._n_runs = 0
        # Where on the page the last run has put containers.
        self._containers: set[tuple[int, ...]] = set()
        # Of all widgets of the page: a browser tells all of it at every click.
        self._states: dict[str, WidgetState] = {}

    async def open(self, page: str = "", query: str = "", session_id: str = "") -> None:
        """Connect, and see a page; with the id of a session that was cut off, go on with that."""
        began = time.perf_counter()
        self._socket = await websockets.connect(
            f"{self._url}/_stcore/stream",
            # Streamlit's browser sends a token against forged requests before the session.
            subprotocols=["streamlit", *(["token", session_id] if session_id else [])],
            max_size=None,
            ping_interval=None,
            open_timeout=_ANSWER_WITHIN_S,
        )
        await self.visit(page, query)
        self._timings.first_views.append(time.perf_counter() - began)

    async def visit(self, page: str, query: str = "") -> None:
        """Go to a page."""
        self._page, self.query, self.widgets, self._states = page, query, {}, {}
        await self._run()

    async def look_again(self) -> None:
        """Have the page run again, and forget what was on it."""
        self.widgets = {}
        await self._run()

    async def arrive(self, after_s: float) -> bool:
        """Open the home page after some seconds; return whether the server has shown it."""
        await asyncio.sleep(after_s)
        try:
            await self.open()
        except _GONE:
            self._timings.n_lost += 1
            return False
        return True

    async def play(self, until: float, pace_s: float) -> None:
        """Click now and then until a time of the event loop's clock; a quarter of it elsewhere."""
        loop = asyncio.get_running_loop()
        try:
            while loop.time() < until:
                await asyncio.sleep(self._chance.uniform(0.5, 1.5) * pace_s)
                began = time.perf_counter()
                if not self._to_play_with() or self._chance.random() < 0.25:
                    await self.visit(self._chance.choice(self._pages))
                else:
                    await self.turn_widget()
                self._timings.reruns[self._page].append(time.perf_counter() - began)
        except _GONE:
            self._timings.n_lost += 1

    async def press(self, key: str) -> None:
        """Press a button of the page."""
        widget = self.widgets[key]
        await self._run(WidgetState(id=widget.id, trigger_value=True), widget.fragment)

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()

    async def turn_widget(self, key: str | None = None) -> None:
        """Do something to a widget of the page, by default to any, most often to a canvas."""
        if key is None:
            keys = self._to_play_with()
            canvases = [key for key in keys if key.endswith("_canvas")]
            key = self._chance.choice(
                canvases if self._chance.random() < 0.5 and canvases else keys
            )
        widget = self.widgets[key]
        await self._run(play(widget, self._states.get(widget.id), self._chance), widget.fragment)

    def _to_play_with(self) -> list[str]:
        """Return the keys of the widgets that can be played with."""
        return [key for key, widget in self.widgets.items() if can_be_played_with(widget)]

    async def _run(self, state: WidgetState | None = None, fragment: str = "") -> None:
        """Have the script run, and take in what it shows until it has finished."""
        message = BackMsg()
        request = message.rerun_script
        request.page_name, request.query_string = self._page, self.query
        request.fragment_id = fragment
        states = self._states if state is None else self._states | {state.id: state}
        request.widget_states.widgets.extend(states.values())
        if state is not None and not state.trigger_value:
            self._states[state.id] = state
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            async for data in self._socket:
                answer = ForwardMsg.FromString(data)
                self._take_in(answer)
                # A run that asks for another one is not yet the answer.
                if answer.WhichOneof("type") == "script_finished" and (
                    answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
                ):
                    return
        raise LostError("the server has closed the connection")

    def _take_in(self, answer: ForwardMsg) -> None:
        """Take in a message of the server."""
        match answer.WhichOneof("type"):
            case "new_session":
                self.session_id = answer.new_session.initialize.session_id
                self._n_runs += 1
                self._containers = set()
            case "script_finished":
                # A run that asks for another one has not shown all.
                if answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    self._forget_what_is_gone(is_of_page=not answer.metadata.run.fragment_ids)
            case "page_info_changed":
                self.query = answer.page_info_changed.query_string
            case "delta":
                self._containers.add(tuple(answer.metadata.delta_path))
                self._look_at(answer.delta)
                self._note_widget(answer.delta, tuple(answer.metadata.delta_path))

    def _look_at(self, delta: Delta) -> None:
        """Count exceptions."""
        if delta.new_element.WhichOneof("type") == "exception":
            self._timings.n_exceptions += 1
            log(f"exception on {self._page or 'home'}: {delta.new_element.exception.message}")

    def _note_widget(self, delta: Delta, place: tuple[int, ...]) -> None:
        """Remember a widget that is shown, in the state in which a browser has it then."""
        kind = delta.new_element.WhichOneof("type")
        message = getattr(delta.new_element, kind) if kind else None
        widget_id = getattr(message, "id", "")
        # Ids of other elements are numbers or have no key.
        if not (isinstance(widget_id, str) and widget_id.startswith("$$ID-")):
            return
        widget = Widget(widget_id, delta.fragment_id, kind, message, place, self._n_runs)
        self.widgets[key_of(widget_id)] = widget
        if widget_id not in self._states or getattr(message, "set_value", False):
            state = untouched(widget)
            if state is not None:
                self._states[widget_id] = state

    def _forget_what_is_gone(self, *, is_of_page: bool) -> None:
        """Forget what the last run has not shown again, of the page or of a part of it."""
        for key, widget in list(self.widgets.items()):
            around = (widget.place[:depth] for depth in range(1, len(widget.place)))
            is_in_run = is_of_page or not self._containers.isdisjoint(around)
            if is_in_run and widget.run != self._n_runs:
                del self.widgets[key]
                self._states.pop(widget.id, None)
