"""Fields that several pages have, and that Streamlit's own do not quite do."""

from collections.abc import Mapping

import streamlit as st


def whole_number(
    label: str,
    *,
    low: int,
    high: int,
    value: int,
    key: str,
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
    **options
        Of ``st.number_input``, such as ``help`` and ``width``.

    Returns
    -------
    int

    Notes
    -----
    The widget holds a float: with whole numbers, Streamlit 1.67 raises on a link with ``inf``.
    """
    number = st.number_input(
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


def named_choice(label: str, names: Mapping[str, str], *, key: str) -> str:
    """Show choices of which one is chosen, by codes that a link carries in every language.

    Parameters
    ----------
    label : str
        For screen readers.
    names : mapping from str to str
        What is shown for each code; the first one is the default.
    key : str
        Key of the widget and name in the link.

    Returns
    -------
    str
        The chosen code.

    Notes
    -----
    A widget that Streamlit 1.67 binds to the link itself puts the names as they are shown there.
    """
    codes = list(names)
    if st.session_state.get(key) not in names:
        in_link = st.query_params.get(key)
        st.session_state[key] = in_link if in_link in names else codes[0]
    chosen = st.segmented_control(
        label,
        codes,
        format_func=names.__getitem__,
        required=True,
        key=key,
        persist_state="session",
        label_visibility="collapsed",
    )
    if chosen != codes[0]:
        st.query_params[key] = chosen
    elif key in st.query_params:
        del st.query_params[key]
    return chosen


def chosen_code(key: str) -> str | None:
    """Return the code of a `named_choice` that may be drawn only later in the run.

    It is that of the session or, before the first run, of the link; None without either. One from
    a link may be anything.
    """
    return st.session_state.get(key, st.query_params.get(key))
