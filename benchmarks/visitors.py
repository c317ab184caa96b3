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
        self._page = ""
        self._widgets: dict[str, tuple[str, str]] = {}

    async def open(self, page: str = "", query: str = "") -> None:
        """Connect, and see a page."""
        began = time.perf_counter()
        self._socket = await websockets.connect(
            f"{self._url}/_stcore/stream",
            subprotocols=["streamlit"],
            max_size=None,
            ping_interval=None,
            open_timeout=_ANSWER_WITHIN_S,
        )
        await self.visit(page, query)
        self._timings.first_views.append(time.perf_counter() - began)

    async def visit(self, page: str, query: str = "") -> None:
        """Go to a page."""
        self._page, self._widgets = page, {}
        await self._run(query=query)

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
                    await self._turn_widget()
                self._timings.reruns[self._page].append(time.perf_counter() - began)
        except (LostError, websockets.WebSocketException, TimeoutError):
            self._timings.n_lost += 1

    async def press(self, key: str, query: str = "") -> None:
        """Press a button of the page."""
        widget_id, fragment = self._widgets[key]
        await self._run(
            WidgetState(id=widget_id, trigger_value=True), fragment=fragment, query=query
        )

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()

    async def _turn_widget(self) -> None:
        """Give the page's widget another value."""
        key, value_field, (low, high) = PAGES[self._page]
        value = float(round(self._chance.uniform(low, high), 0 if high > 5 else 1))
        widget_id, fragment = self._widgets[key]
        state = WidgetState(id=widget_id)
        if value_field == "double_value":
            state.double_value = value
        else:
            state.double_array_value.data.append(value)
        await self._run(state, fragment=fragment)

    async def _run(
        self, state: WidgetState | None = None, fragment: str = "", query: str = ""
    ) -> None:
        """Have the script run, and take in what it shows until it has finished."""
        message = BackMsg()
        request = message.rerun_script
        request.page_name, request.query_string = self._page, query
        request.fragment_id = fragment
        if state is not None:
            request.widget_states.widgets.append(state)
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            async for data in self._socket:
                answer = ForwardMsg.FromString(data)
                kind = answer.WhichOneof("type")
                if kind == "delta":
                    self._take_in(answer.delta)
                elif kind == "script_finished":
                    return
        raise LostError("the server has closed the connection")

    def _take_in(self, delta: Delta) -> None:
        """Remember the widgets that are shown, and count exceptions."""
        kind = delta.new_element.WhichOneof("type") if delta.HasField("new_element") else None
        if kind == "exception":
            self._timings.n_exceptions += 1
        elif kind is not None:
            widget_id = getattr(getattr(delta.new_element, kind), "id", "")
            # "$$ID-<hash>-<key>"
            key = widget_id.split("-", 2)[-1]
            if key in _KEYS:
                self._widgets[key] = (widget_id, delta.fragment_id)


_KEYS = {"train_start", *(widget[0] for widget in PAGES.values() if widget is not None)}
