"""A number written by mouse is read, corrected and copied; on a phone the canvas fits."""

import re

from playwright.sync_api import expect

from tests.browser.views import overflow_px, visit, wait_until_idle

PATH = "/Read_numbers"
NUMBER = [
    [(40, 60), (60, 40), (60, 180)],
    [(150, 50), (110, 130), (180, 130)],
    [(165, 90), (160, 185)],
    [(260, 60), (225, 60), (222, 110), (260, 120), (262, 165), (215, 175)],
    [(350, 60), (400, 60), (365, 180)],
]


def canvas(page):
    """Return what the reader writes on: the upper of the component's two canvases."""
    return page.locator("canvas.upper-canvas")


def expect_number(page, number):
    expect(page.get_by_test_id("stCode")).to_have_text(f"${number}$")


def write(page, strokes, scale=1.0):
    box = canvas(page).bounding_box()
    for stroke in strokes:
        for number, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + scale * x, box["y"] + scale * y, steps=5)
            if number == 0:
                page.mouse.down()
        page.mouse.up()


def test_a_number_is_written_read_and_corrected(page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    visit(page, PATH)
    expect(canvas(page)).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing is written yet")).to_be_visible()
    n_before = len(sent)
    write(page, NUMBER)
    expect_number(page, "1457")
    wait_until_idle(page)
    # One run a stroke: what it answers must not make it answer again.
    assert len(sent) - n_before <= len(NUMBER)

    # Join the 1 and the 4, and part them again.
    cut = page.get_by_test_id("stButtonGroup").last.get_by_role("button", name="1", exact=True)
    cut.click()
    expect(page.get_by_role("combobox", name=re.compile("Digit 4"))).to_have_count(0)
    page.get_by_role("button", name="As the network cuts").click()
    expect_number(page, "1457")
    # The number is shown before its digits, which a slow machine leaves as they were for a while.
    expect(page.get_by_role("combobox", name=re.compile("Digit 4"))).to_be_visible()
    wait_until_idle(page)

    # By keyboard alone: another digit for the second.
    digit = page.get_by_role("combobox", name=re.compile("Digit 2"))
    digit.press("9")
    digit.press("Enter")
    expect_number(page, "1957")

    page.get_by_role("link", name="Start", exact=True).click()
    expect(canvas(page)).to_have_count(0)
    page.get_by_role("link", name="Read numbers", exact=True).click()
    expect(canvas(page)).to_be_visible()
    expect_number(page, "1957")


def test_on_a_phone_the_canvas_fits_and_a_number_is_read(open_page):
    page = open_page(PATH, "phone", "dark")
    expect(canvas(page)).to_have_js_property("clientWidth", 320)
    box = canvas(page).bounding_box()
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    assert overflow_px(page) == 0
    canvas(page).scroll_into_view_if_needed()
    write(page, NUMBER, 0.75)
    expect_number(page, "1457")
    assert overflow_px(page) == 0
