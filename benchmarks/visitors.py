"""Visitors of the dashboard without a browser: they speak Streamlit's own protocol."""

import asyncio
import random
import time
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

# The address of each page, and a widget there to play with: its key, the field of the protocol
# that holds its value, and the range of the values.
PAGES = {
    "": None,
    "Colour_neuron": ("colour_epsilon", "double_value", (0.1, 1.0)),
    "Average_digit": ("average_bias", "double_array_value", (-90.0, -10.0)),
    "Gradient_descent": ("descent_x", "double_array_value", (-2.0, 2.0)),
    "Train_a_network": ("train_epochs", "double_value", (1.0, 50.0)),
    "Experiments": None,
    "Draw_digits": ("draw_threshold", "double_array_value", (0.0, 1.0)),
    "Read_numbers": None,
    "Your_own_hand": None,
}
_ANSWER_WITHIN_S = 60


class LostError(ConnectionError):
    """The server has closed the connection, or does not answer."""


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
        # The id and the fragment of each widget, by its key.
        self.widgets: dict[str, tuple[str, str]] = {}
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

    async def play(self, until: float, pace_s: float) -> None:
        """Click now and then until a time of the event loop's clock; a quarter of it elsewhere."""
        loop = asyncio.get_running_loop()
        try:
            while loop.time() < until:
                await asyncio.sleep(self._chance.uniform(0.5, 1.5) * pace_s)
                began = time.perf_counter()
                if PAGES[self._page] is None or self._chance.random() < 0.25:
                    await self.visit(self._chance.choice(list(PAGES)))
                else:
                    await self.turn_widget()
                self._timings.reruns[self._page].append(time.perf_counter() - began)
        except (LostError, websockets.WebSocketException, TimeoutError):
            self._timings.n_lost += 1

    async def press(self, key: str) -> None:
        """Press a button of the page."""
        widget_id, fragment = self.widgets[key]
        await self._run(WidgetState(id=widget_id, trigger_value=True), fragment)

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()

    async def turn_widget(self) -> None:
        """Give the page's widget another value."""
        key, value_field, (low, high) = PAGES[self._page]
        value = float(round(self._chance.uniform(low, high), 0 if high > 5 else 1))
        widget_id, fragment = self.widgets[key]
        state = WidgetState(id=widget_id)
        if value_field == "double_value":
            state.double_value = value
        else:
            state.double_array_value.data.append(value)
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
        elif kind is not None:
            widget_id = getattr(getattr(delta.new_element, kind), "id", "")
            # "$$ID-<hash>-<key>"; ids of other elements are numbers or have no key.
            if isinstance(widget_id, str) and widget_id.startswith("$$ID-"):
                self.widgets[widget_id.split("-", 2)[2]] = (widget_id, delta.fragment_id)
