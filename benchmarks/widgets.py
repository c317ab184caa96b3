"""The widgets of a page, and what visitors without a browser do to them."""

import json
import math
import random
from dataclasses import dataclass
from typing import Any

from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.WidgetStates_pb2 import WidgetState

_KINDS = (
    *("button", "button_group", "checkbox", "color_picker"),
    *("number_input", "radio", "selectbox", "slider"),
)
_COMPONENTS = ("_canvas", "_grid")
# What starts a training, which `benchmarks.load` and `benchmarks.soak` do themselves.
_LEFT_ALONE = (
    *("train_start", "train_on", "train_uploaded_on", "train_remedy"),
    *("experiments_run", "experiments_break", "hand_tune"),
)
# About as many as a digit has, each of pieces as a hand draws them.
_MOST_STROKES, _N_PIECES, _PIECE_PX = 3, 25, 6


@dataclass(frozen=True)
class Widget:
    """A widget that a page shows.

    Attributes
    ----------
    id : str
        "$$ID-<hash>-<key>".
    fragment : str
        Of the page, to which it belongs; empty for the page itself.
    kind : str
        Of its message.
    message : google.protobuf.message.Message
        What the page says of it.
    place : tuple of int
        Its path through the containers of the page.
    run : int
        Number of the last run that has shown it.
    """

    id: str
    fragment: str
    kind: str
    message: Any
    place: tuple[int, ...]
    run: int


def key_of(widget_id: str) -> str:
    """Return the key that a page has given a widget."""
    return widget_id.split("-", 2)[2]


def can_be_played_with(widget: Widget) -> bool:
    """Return whether visitors do anything to a widget; not if it starts a training."""
    key = key_of(widget.id)
    if widget.kind == "bidi_component":
        return key.endswith(_COMPONENTS)
    return widget.kind in _KINDS and not widget.message.disabled and not key.startswith(_LEFT_ALONE)


def untouched(widget: Widget) -> WidgetState | None:
    """Return the state in which a browser has a widget that the page shows or sets, if any.

    Parameters
    ----------
    widget : Widget

    Returns
    -------
    WidgetState or None
        None of what has no state by itself, such as a button.
    """
    if widget.kind not in _KINDS or widget.kind == "button":
        return None
    message, state = widget.message, WidgetState(id=widget.id)
    match widget.kind:
        case "checkbox":
            state.bool_value = message.value if message.set_value else message.default
        case "color_picker":
            state.string_value = message.value if message.set_value else message.default
        case "selectbox" | "radio" if message.set_value:
            state.string_value = message.raw_value
        case "selectbox" | "radio":
            state.string_value = message.options[message.default]
        case "button_group":
            chosen = [_text(message.options[place]) for place in message.default]
            state.string_array_value.data[:] = message.raw_values if message.set_value else chosen
        case "slider" if message.options:
            chosen = [message.options[round(place)] for place in message.default]
            state.string_array_value.data[:] = message.raw_value if message.set_value else chosen
        case "slider":
            state.double_array_value.data[:] = (
                message.value if message.set_value else message.default
            )
        case "number_input":
            value = message.value if message.set_value else message.default
            if message.data_type == NumberInput.INT:
                state.int_value = round(value)
            else:
                state.double_value = value
    return state


def play(widget: Widget, before: WidgetState | None, chance: random.Random) -> WidgetState:
    """Return the state of a widget to which something was done by chance.

    Parameters
    ----------
    widget : Widget
        One that can be played with.
    before : WidgetState or None
        What the visitor has set it to before.
    chance : random.Random
        A canvas gets another stroke, a choice or a number any of its values.
    """
    state = WidgetState(id=widget.id)
    message = widget.message
    match widget.kind:
        case "button":
            state.trigger_value = True
        case "checkbox":
            state.bool_value = not before.bool_value
        case "color_picker":
            state.string_value = f"#{chance.randrange(1 << 24):06x}"
        case "selectbox" | "radio":
            state.string_value = chance.choice(message.options)
        case "button_group":
            state.string_array_value.data.append(_text(chance.choice(message.options)))
        case "slider" if message.options:
            state.string_array_value.data.append(chance.choice(message.options))
        case "slider":
            state.double_array_value.data.append(_on_grid(message, chance))
        case "number_input" if message.data_type == NumberInput.INT:
            state.int_value = round(_on_grid(message, chance))
        case "number_input":
            state.double_value = _on_grid(message, chance)
        case "bidi_component":
            does = _draw if key_of(widget.id).endswith("_canvas") else _click
            state.json_value = does(widget, before, chance)
    return state


def _text(option: Any) -> str:
    """Return what a browser calls an option of several buttons."""
    return f"{option.content_icon} {option.content}".strip()


def _on_grid(message: Any, chance: random.Random) -> float:
    """Return a number by chance on the grid of a field, not far from its value if that is wide."""
    n_steps = round((message.max - message.min) / message.step)
    return round(message.min + message.step * chance.randrange(n_steps + 1), 10)


def _click(widget: Widget, before: WidgetState | None, chance: random.Random) -> str:
    """Return what images send that are clicked once more."""
    data = json.loads(widget.message.bytes)
    clicks = json.loads(before.json_value)["clicks"] if before else []
    number = max([data["confirmed"], *(number for number, _ in clicks)]) + 1
    return json.dumps({"clicks": [[number, chance.choice(data["tiles"])["id"]]]})


def _draw(_: Widget, before: WidgetState | None, chance: random.Random) -> str:
    """Return what a canvas sends on which another stroke was drawn."""
    strokes = json.loads(before.json_value)["drawing"]["raw"]["objects"] if before else []
    # Of a full paper, as if it had been cleared.
    strokes = strokes if len(strokes) < _MOST_STROKES else []
    return json.dumps({"drawing": {"raw": {"objects": [*strokes, _stroke(chance)]}}})


def _stroke(chance: random.Random) -> dict:
    """Return a stroke as the canvas sends it: a curve of as many pieces as a hand draws."""
    x, y, towards = chance.uniform(60, 220), chance.uniform(60, 220), chance.uniform(0, math.tau)
    path: list[list] = [["M", x, y]]
    for _ in range(_N_PIECES):
        towards += chance.uniform(-0.1, 0.35)
        middle = (x + _PIECE_PX * math.cos(towards) / 2, y + _PIECE_PX * math.sin(towards) / 2)
        x, y = x + _PIECE_PX * math.cos(towards), y + _PIECE_PX * math.sin(towards)
        path.append(["Q", *middle, x, y])
    path.append(["L", x, y + 1])
    place = {"originX": "center", "originY": "center", "left": 140, "top": 140}
    return {"type": "Path", "strokeWidth": 20, "path": path, **place}
