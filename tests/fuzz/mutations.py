"""Changes to bytes and to JSON values, drawn by lot."""

import copy
import json
import math

import numpy as np

# Each has broken a reader somewhere.
_BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1)
HOSTILE_VALUES = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**31,
    2**53,
    2**64,
    -(2**63),
    10**400,
    1e308,
    -1e-308,
    math.nan,
    math.inf,
    -math.inf,
    "",
    "0",
    "nan",
    "<script>alert(1)</script>",
    "**bold** [link](https://example.org) ![image](https://example.org/x.png)",
    "../../evil",
    "\0",
    "a" * 10_000,
    "\ud800",
    [],
    [[]],
    [1] * 1000,
    {},
    {"": {}},
)


def mutated_bytes(data: bytes, generator: np.random.Generator, others: tuple = ()) -> bytes:
    """Return bytes with one to six changes; ``others`` are spliced with."""
    changed = bytearray(data)
    for _ in range(generator.integers(1, 7)):
        if not changed:
            break
        # Headers are where the decisions are.
        end = len(changed) if generator.random() < 0.5 else min(len(changed), 200)
        at = int(generator.integers(end))
        match generator.integers(8):
            case 0:
                changed[at] ^= 1 << generator.integers(8)
            case 1:
                changed[at] = generator.choice(_BYTES)
            case 2:
                size = int(generator.choice((2, 4)))
                order = ("little", "big")[generator.integers(2)]
                number = int(generator.choice(_NUMBERS)) % 256**size
                changed[at : at + size] = number.to_bytes(size, order)
            case 3:
                del changed[at : at + int(generator.integers(1, 40))]
            case 4:
                changed[at:at] = generator.bytes(int(generator.integers(1, 40)))
            case 5:
                changed[at:at] = changed[at : at + int(generator.integers(1, 200))]
            case 6:
                del changed[at:]
            case _ if others:
                other = others[generator.integers(len(others))]
                changed[at:] = other[int(generator.integers(len(other))) :]
    return bytes(changed)


def mutated_value(value: object, generator: np.random.Generator) -> object:
    """Return a JSON value of which one to three parts are replaced, removed, doubled or nested."""
    root = [copy.deepcopy(value)]
    for _ in range(generator.integers(1, 4)):
        place, key = _any_place(root, generator)
        match generator.integers(6):
            case 0 if place is not root:
                del place[key]
            case 1 if isinstance(place, dict):
                place["unknown"] = _hostile_value(generator)
            case 2 if isinstance(place, list) and place is not root:
                place.insert(key, copy.deepcopy(place[key]))
            case 3:
                place[key] = _nested(place[key], int(generator.integers(1, 60)))
            case _:
                place[key] = _hostile_value(generator)
    return root[0]


def dumped(value: object) -> bytes:
    """Return a value as JSON, with the NaN and infinity that Python reads again."""
    return json.dumps(value).encode()


def _hostile_value(generator: np.random.Generator) -> object:
    return copy.deepcopy(HOSTILE_VALUES[generator.integers(len(HOSTILE_VALUES))])


def _any_place(root: list, generator: np.random.Generator) -> tuple[list | dict, int | str]:
    """Return a container and a key or index of it, each level as probable as the next."""
    place, key = root, 0
    while isinstance(place[key], list | dict) and place[key] and generator.random() < 0.8:
        place = place[key]
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = keys[generator.integers(len(keys))]
    return place, key


def _nested(value: object, depth: int) -> object:
    for _ in range(depth):
        value = [value]
    return value
