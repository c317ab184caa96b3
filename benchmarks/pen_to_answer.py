"""How long a drawn digit waits for its answer: ``python -m benchmarks.pen_to_answer``.

Draws with the mouse in headless Chromium, from the pen's end to the words on the page.
"""

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.report import conditions, log, markdown_table
from nncore.pen_digits import draw_strokes
from tests.browser.server import running_dashboard
from tests.browser.views import launch_chromium, new_context, visit, wait_until_idle

_PATH = "/Draw_digits"
_HEADER = ("strokes", "median ms", "95th percentile ms", "longest ms")
# The picture and the words of an answer come together; two answers may have the same words.
_WATCH = """() => {
    const seen = () => document.querySelector('img[alt="What the network sees"]')?.src;
    let picture = seen();
    addEventListener("pointerup", () => { window.penUp = performance.now(); }, true);
    new MutationObserver(() => {
        if (seen() === picture) return;
        picture = seen();
        window.waited = performance.now() - window.penUp;
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure as the arguments say, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", type=int, default=50)
    options = parser.parse_args(arguments)
    print(conditions(("streamlit", "streamlit-drawable-canvas")) + "\n")
    with (
        tempfile.TemporaryDirectory() as log_dir,
        running_dashboard(Path(log_dir) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        browser = launch_chromium(playwright)
        page = new_context(browser, server.url, "wide", "light").new_page()
        visit(page, _PATH)
        page.evaluate(_WATCH)
        generator = np.random.default_rng(0)
        waits_ms: list[float] = []
        for number in range(options.digits):
            waits_ms += _draw(page, draw_strokes(number % 10, generator))
            log(f"digit {number + 1} of {options.digits}")
        browser.close()
    # The first answer waits for data that are loaded once.
    waits_ms = waits_ms[1:]
    row = (
        *(str(len(waits_ms)), f"{statistics.median(waits_ms):.0f}"),
        *(f"{np.percentile(waits_ms, 95):.0f}", f"{max(waits_ms):.0f}"),
    )
    print(markdown_table(_HEADER, [row]))


def _draw(page: Page, strokes: Sequence[np.ndarray]) -> list[float]:
    """Draw a digit, waiting for the answer to each stroke, and clear it; return milliseconds."""
    canvas = page.locator("canvas.upper-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    waits_ms = []
    for stroke in strokes:
        page.evaluate("() => { window.waited = undefined; }")
        page.mouse.move(box["x"] + stroke[0][0], box["y"] + stroke[0][1])
        page.mouse.down()
        for x, y in stroke[1::4]:
            page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.up()
        page.wait_for_function("() => window.waited !== undefined")
        waits_ms.append(page.evaluate("() => window.waited"))
        wait_until_idle(page)
    page.get_by_test_id("stButton").get_by_role("button", name="Clear").click()
    wait_until_idle(page)
    return waits_ms


if __name__ == "__main__":
    main()
