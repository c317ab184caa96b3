"""Whether the page is too narrow for something: the browser says so when that changes."""

from collections.abc import Callable

import streamlit as st

_component = st.components.v2.component(
    "narrow_page",
    html="<div></div>",
    # Python hears of changes only, so that a wide page costs no run.
    js="""
export default function ({ data, parentElement, setStateValue }) {
  let known = data.isNarrow;
  const observer = new ResizeObserver(([{ contentRect }]) => {
    const isNarrow = contentRect.width < data.minWidth;
    if (contentRect.width > 0 && isNarrow !== known) {
      known = isNarrow;
      setStateValue("isNarrow", isNarrow);
    }
  });
  observer.observe(parentElement.querySelector("div"));
  return () => observer.disconnect();
}
""",
)


def watch_width(
    min_width_px: int, is_narrow: bool, *, key: str, on_change: Callable[[bool], None]
) -> None:
    """Watch whether the open container is narrower than needed.

    Parameters
    ----------
    min_width_px : int
        What is needed.
    is_narrow : bool
        What the page believes; the browser contradicts where that is wrong.
    key : str
        Identity of the measurement, unique in the app.
    on_change : callable
        Called with the truth before the script runs, as any callback of Streamlit.
    """

    def receive() -> None:
        """Pass on what the browser says."""
        on_change(st.session_state[key].get("isNarrow") is True)

    _component(
        data={"minWidth": min_width_px, "isNarrow": is_narrow},
        key=key,
        on_isNarrow_change=receive,
        width="stretch",
    )
