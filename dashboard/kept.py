"""Parts of a page that are the same for many readers: what Streamlit has sent of them is kept."""

from collections.abc import Callable

import streamlit as st

from dashboard.language import current_language

# Of 30 kB at most.
_MAX_KEPT = 150


def show_kept(show: Callable[..., None], *arguments: object, name: str = "") -> None:
    """Show a part of a page, by sending again what has been sent of it before.

    Its texts are not put together again, nor its figures drawn. Worth it for what costs more than a
    text and is likely to be asked for again: to keep it takes a little longer the first time.

    Parameters
    ----------
    show : callable
        Shows something that depends on its arguments and the reader's language alone, and has no
        widget. What it shows stands in the container that is open, or in ones that it opens itself.
    *arguments
        Of ``show``; those are the same that ``repr`` writes the same.
    name : str, optional
        Says by itself which arguments these are, where ``repr`` would write too much of them.
    """
    key = repr((show.__module__, show.__qualname__, current_language(), name or arguments))
    # By name, because Streamlit takes long to find out the names of arguments.
    _show(key=key, _show=show, _arguments=arguments)


@st.cache_resource(show_spinner=False, max_entries=_MAX_KEPT)
def _show(key: str, _show: Callable[..., None], _arguments: tuple) -> None:
    """Show it for the first time; what has failed is not kept."""
    _show(*_arguments)
