"""Visitors of the dashboard without a browser: they speak Streamlit's own protocol."""

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.report import log

_Value = bool | float | str | list[float] | list[str]


@dataclass(frozen=True)
class Widget:
    """A widget to play with.

    Attributes
    ----------
    key : str
        Of the widget.
    field : str
        Of the protocol, for its value.
    draw : callable
        Draws a value by chance, given what the widget offers to choose from.
    """

    key: str
    field: str
    draw: Callable[[random.Random, Sequence[str]], _Value]


def _slider(key: str, low: float, high: float, step: float) -> Widget:
    return Widget(key, "double_array_value", lambda chance, _: [_on_grid(chance, low, high, step)])


def _number(key: str, low: float, high: float, step: float) -> Widget:
    return Widget(key, "double_value", lambda chance, _: _on_grid(chance, low, high, step))


def _on_grid(chance: random.Random, low: float, high: float, step: float) -> float:
    return round(low + step * chance.randrange(round((high - low) / step) + 1), 3)


def _button(key: str) -> Widget:
    return Widget(key, "trigger_value", lambda *_: True)


def _radio(key: str) -> Widget:
    return Widget(key, "string_value", lambda chance, options: chance.choice(options))


def _choice(key: str) -> Widget:
    return Widget(key, "string_array_value", lambda chance, options: [chance.choice(options)])


def _canvas(key: str) -> Widget:
    """Return a canvas on which one stroke is drawn."""
    return Widget(key, "json_value", lambda chance, _: json.dumps({"drawing": _drawing(chance)}))


def _drawing(chance: random.Random) -> dict:
    """Return a drawing of one curved stroke, as the canvas sends it."""
    start, middle, end = ([chance.uniform(60, 220) for _ in "xy"] for _ in range(3))
    path = [["M", *start], ["Q", *middle, *end], ["L", end[0], end[1] + 1]]
    place = {"originX": "center", "originY": "center", "left": 140, "top": 140}
    return {"raw": {"objects": [{"type": "Path", "strokeWidth": 20, "path": path, **place}]}}


# The address of each page, and widgets there to play with: those that a visitor of the page plays
# with, but for what trains. The home page has only links.
PAGES: dict[str, tuple[Widget, ...]] = {
    "": (),
    "Colour_neuron": (
        _number("colour_epsilon", 0.05, 1, 0.05),
        _button("colour_preset_invert"),
        _button("colour_preset_memoire"),
        _radio("colour_scale"),
    ),
    "Average_digit": (
        _slider("average_bias", -90, -10, 0.5),
        _slider("average_threshold", 0.1, 0.9, 0.01),
        _choice("average_digit"),
        _button("average_random"),
    ),
    "Gradient_descent": (
        _slider("descent_x", -2, 2, 0.05),
        _slider("descent_y", -2, 2, 0.05),
        _slider("descent_steps", 1, 60, 1),
        _button("descent_stochastic"),
    ),
    "Train_a_network": (
        _number("train_epochs", 1, 50, 1),
        _number("train_hidden_1", 16, 512, 16),
        _button("train_preset_memoire"),
        _choice("train_view"),
    ),
    "Experiments": (_choice("experiments_preset"), _choice("experiments_view")),
    "Draw_digits": (_slider("draw_threshold", 0, 1, 0.01), _canvas("draw_canvas")),
    "Read_numbers": (_canvas("numbers_canvas"), _button("numbers_example")),
    "Your_own_hand": (_canvas("hand_canvas"),),
}
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
    """

    def __init__(self, url: str, timings: Timings, seed: int):
        self._url = url
        self._timings = timings
        self._chance = random.Random(seed)
        self.session_id = ""
        # Of the page's link, which the page changes.
        self.query = ""
        # By the key of each widget, its id and its fragment, and what can be chosen there.
        self.widgets: dict[str, tuple[str, str]] = {}
        self._options: dict[str, list[str]] = {}
        self._page = ""
        # What it has set on the page: a browser tells all of it at every click.
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
                if not PAGES[self._page] or self._chance.random() < 0.25:
                    await self.visit(self._chance.choice(list(PAGES)))
                else:
                    await self.turn_widget()
                self._timings.reruns[self._page].append(time.perf_counter() - began)
        except _GONE:
            self._timings.n_lost += 1

    async def press(self, key: str) -> None:
        """Press a button of the page."""
        widget_id, fragment = self.widgets[key]
        await self._run(WidgetState(id=widget_id, trigger_value=True), fragment)

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()

    async def turn_widget(self, key: str | None = None) -> None:
        """Do something to one of the page's widgets in `PAGES`, by default any that is shown."""
        shown = [
            widget
            for widget in PAGES[self._page]
            if widget.key in self.widgets and key in (None, widget.key)
        ]
        widget = self._chance.choice(shown)
        value = widget.draw(self._chance, self._options.get(widget.key, ()))
        widget_id, fragment = self.widgets[widget.key]
        if isinstance(value, list):
            # The protocol has lists in a message of their own.
            state = WidgetState(id=widget_id, **{widget.field: {"data": value}})
        else:
            state = WidgetState(id=widget_id, **{widget.field: value})
        await self._run(state, fragment)

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
            case "page_info_changed":
                self.query = answer.page_info_changed.query_string
            case "delta":
                self._look_at(answer.delta)

    def _look_at(self, delta: Delta) -> None:
        """Remember the widgets that are shown, and count exceptions."""
        kind = delta.new_element.WhichOneof("type") if delta.HasField("new_element") else None
        if kind == "exception":
            self._timings.n_exceptions += 1
            log(f"exception on {self._page or 'home'}: {delta.new_element.exception.message}")
        elif kind is not None:
            element = getattr(delta.new_element, kind)
            widget_id = getattr(element, "id", "")
            # "$$ID-<hash>-<key>"; ids of other elements are numbers or have no key.
            if isinstance(widget_id, str) and widget_id.startswith("$$ID-"):
                key = widget_id.split("-", 2)[2]
                self.widgets[key] = (widget_id, delta.fragment_id)
                options = getattr(element, "options", ())
                self._options[key] = [getattr(option, "content", option) for option in options]
