"""Has the canvas of a page tell of a stroke as soon as the pen is up."""

import streamlit as st

# streamlit-drawable-canvas waits 200 ms for further strokes, which is most of the time to an
# answer. Its toolbar has a button that sends the drawing at once: that is pressed for the reader.
# Without it, as in another version, the canvas sends as late as it does by itself.
_component = st.components.v2.component(
    "pen_up",
    html="<div></div>",
    js="""
const SEND = 'button[aria-label="Update the app with this drawing"]';
const AFTER_MS = 30; // the canvas has finished the stroke, and no other one has begun

export default function () {
  const ends = new AbortController();
  let button, timer;
  function onPenDown(event) {
    clearTimeout(timer);
    const path = event.composedPath();
    const canvas = path.find((node) => node instanceof ShadowRoot && node.querySelector(SEND));
    button = path[0] instanceof HTMLCanvasElement ? canvas?.querySelector(SEND) : undefined;
  }
  function onPenUp() {
    clearTimeout(timer);
    if (button) timer = setTimeout((pressed) => pressed.click(), AFTER_MS, button);
    button = undefined;
  }
  addEventListener("pointerdown", onPenDown, { capture: true, signal: ends.signal });
  addEventListener("pointerup", onPenUp, { capture: true, signal: ends.signal });
  return () => ends.abort();
}
""",
)


def tell_when_pen_is_up() -> None:
    """Have each canvas of the page send its strokes promptly; called once, outside of fragments."""
    _component(key="pen_up", height=1)
