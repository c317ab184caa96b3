"""Has the canvas of a page tell of a stroke as soon as the pen is up, or before the next click."""

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
  let drawnOn, waiting, timer;
  function tell() {
    clearTimeout(timer);
    waiting?.click();
    waiting = undefined;
  }
  function onPenDown(event) {
    const path = event.composedPath();
    const canvas = path.find((node) => node instanceof ShadowRoot && node.querySelector(SEND));
    drawnOn = path[0] instanceof HTMLCanvasElement ? canvas?.querySelector(SEND) : undefined;
    // Another stroke goes with the one before. Whatever else is pressed is to find it told.
    if (drawnOn) clearTimeout(timer);
    else tell();
  }
  function onPenUp() {
    if (!drawnOn) return;
    [waiting, drawnOn] = [drawnOn, undefined];
    clearTimeout(timer);
    timer = setTimeout(tell, AFTER_MS);
  }
  addEventListener("pointerdown", onPenDown, { capture: true, signal: ends.signal });
  addEventListener("pointerup", onPenUp, { capture: true, signal: ends.signal });
  addEventListener("keydown", tell, { capture: true, signal: ends.signal });
  return () => ends.abort();
}
""",
)


def tell_when_pen_is_up() -> None:
    """Have each canvas of the page send its strokes promptly; called once, outside of fragments."""
    _component(key="pen_up", height=1)
