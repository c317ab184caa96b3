"""Fields that several pages have, and that Streamlit's own do not quite do."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def whole_number(
    label: str,
    *,
    low: int,
    high: int,
    value: int,
    key: str,
    place: DeltaGenerator | None = None,
    **options: str | int | None,
) -> int:
    """Show a field for a whole number, bound to the link of the page.

    Parameters
    ----------
    label : str
    low, high : int
        Limits, both allowed.
    value : int
        The default, also where a link asks for something else than a number within the limits.
    key : str
        Key of the widget and name in the link.
    place : DeltaGenerator, optional
        Where; by default the container that is open.
    **options
        Of ``st.number_input``, such as ``help`` and ``width``.

    Returns
    -------
    int

    Notes
    -----
    The widget holds a float: with whole numbers, Streamlit 1.67 raises on a link with ``inf``.
    """
    number = (place or st).number_input(
        label,
        min_value=float(low),
        max_value=float(high),
        value=float(value),
        step=1.0,
        format="%g",
        key=key,
        bind="query-params",
        **options,
    )
    return int(number)
