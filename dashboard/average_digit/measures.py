"""Measures beside each other in the look of `st.metric`, with notes below, as one element.

Five elements, of which each costs the server as much as this one.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

# Four fit beside each other on a laptop, and two on a phone.
_MEASURE_PX = 165
_ROW = "display:flex;flex-wrap:wrap;gap:1rem"
_NAME = "font-size:0.875rem;line-height:1.6"
_VALUE = "font-size:2.25rem;line-height:1.5"
_BESIDE = (
    "display:inline-block;padding:0 0.5rem;border-radius:0.5rem;font-size:0.875rem;"
    "background:rgba(128,132,149,0.15);opacity:0.75"
)
_NOTE = "margin:1rem 0 0;font-size:0.875rem;opacity:0.7"


@dataclass(frozen=True)
class Measure:
    """A measure that stands out.

    Attributes
    ----------
    name : str
    value : str
        With its unit.
    beside : str
        What to compare it with; empty for nothing.
    """

    name: str
    value: str
    beside: str = ""


def show_measures(measures: Sequence[Measure], notes: Sequence[str]) -> None:
    """Show measures in a row that breaks where it must, and paragraphs that say what they mean.

    Parameters
    ----------
    measures : sequence of Measure
    notes : sequence of str
        Plain text.
    """
    row = "".join(map(_as_html, measures))
    paragraphs = "".join(f'<p style="{_NOTE}">{html.escape(note)}</p>' for note in notes)
    st.html(f'<div style="{_ROW}">{row}</div>{paragraphs}')


def _as_html(measure: Measure) -> str:
    """Return a measure as it stands in the row."""
    name, value, beside = map(html.escape, (measure.name, measure.value, measure.beside))
    chip = f'<div><span style="{_BESIDE}">{beside}</span></div>' if beside else ""
    return (
        f'<div role="group" aria-label="{name}" style="width:{_MEASURE_PX}px">'
        f'<div style="{_NAME}">{name}</div><div style="{_VALUE}">{value}</div>{chip}</div>'
    )
