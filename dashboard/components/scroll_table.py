"""A table that scrolls by itself, for more rows than a page has room for.

Streamlit's own come with pandas and Arrow, which take 70 MB of the server's memory and a third of a
second of its first visitor, and draw on a canvas that no screen reader sees.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

_source = Path(__file__)
_component = st.components.v2.component(
    "scroll_table",
    html='<div class="scroll" role="region" tabindex="0"><table></table></div>',
    css=_source.with_suffix(".css").read_text(encoding="utf-8"),
    js=_source.with_suffix(".js").read_text(encoding="utf-8"),
)


def scroll_table(
    columns: Mapping[str, Sequence[str | int | float]], *, key: str, label: str
) -> None:
    """Show a table of at most 300 pixels' height, whose head stays while its rows scroll.

    Parameters
    ----------
    columns : mapping of str to sequence of str, int or float
        The cells of each column by its name, all equally many; shown as they are, no part of them
        is taken as HTML or Markdown. Numbers stand on the right, floats with four digits.
    key : str
        Identity of the table, unique in the app.
    label : str
        Accessible name of the table.

    Raises
    ------
    ValueError
        If columns differ in length.
    """
    if len({len(cells) for cells in columns.values()}) > 1:
        lengths = {name: len(cells) for name, cells in columns.items()}
        raise ValueError(f"columns must be equally long, got {lengths}")
    data = {
        "label": label,
        "columns": [
            {"name": name, "isNumber": not isinstance(cell, str), "cells": list(map(_text, cells))}
            for name, cells in columns.items()
            for cell in cells[:1] or [""]
        ],
    }
    # As bytes, because Streamlit would search anything else for tables.
    _component(key=key, data=json.dumps(data).encode())


def _text(cell: str | int | float) -> str:
    """Return a cell as people read it."""
    if isinstance(cell, float):
        return f"{cell:.4g}".replace("-", "−")
    return str(cell)
