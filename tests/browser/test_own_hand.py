"""A reader's own hand, drawn with the mouse."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_draw_digits import COUNT_DARK
from tests.browser.views import overflow_px, visit, wait_until_idle

PATH = "/Your_own_hand"
# Two strokes, as a cross: whatever is asked for, both must be kept.
CROSS = [[(60, 60), (220, 220)], [(220, 60), (60, 220)]]


def canvas(page):
    return page.locator("canvas.upper-canvas")


def prompt(page):
    return page.get_by_test_id("stMain").get_by_role("heading", name=re.compile(r"^Draw an? \d$"))


def keep(page):
    return page.get_by_role("button", name="Keep it")


def tiles(page):
    return page.get_by_role("img", name=re.compile("^Your digit"))


def draw(page, strokes):
    box = canvas(page).bounding_box()
    for (start_x, start_y), (end_x, end_y) in strokes:
        page.mouse.move(box["x"] + start_x, box["y"] + start_y)
        page.mouse.down()
        page.mouse.move(box["x"] + end_x, box["y"] + end_y, steps=5)
        page.mouse.up()


def expect_blank(page):
    page.wait_for_function(
        f"canvas => ({COUNT_DARK})(canvas) === 0",
        arg=page.locator("canvas.dc-canvas.lower-canvas").element_handle(),
    )


def test_digits_are_kept_whole_one_after_another_and_survive_another_page(page):
    visit(page, PATH)
    expect(canvas(page)).to_be_visible()
    prompts = []
    for number in range(1, 4):
        prompts.append(prompt(page).inner_text())
        canvas(page).scroll_into_view_if_needed()
        draw(page, CROSS[:1])
        expect(keep(page)).to_be_enabled()
        # It comes at once, before the canvas has told of the second stroke by itself.
        draw(page, CROSS[1:])
        if number < 3:
            keep(page).click()
        else:
            page.keyboard.press("Enter")
        expect(page.get_by_text(f"{number} of 30 digits")).to_be_visible()
        expect_blank(page)
        wait_until_idle(page)
    assert len(set(prompts)) == 3
    expect(tiles(page)).to_have_count(3)
    # The same strokes make the same picture: none has lost one.
    sources = tiles(page).evaluate_all("images => images.map(image => image.src)")
    assert len(set(sources)) == 1
    assert len(sources[0]) > 300

    page.get_by_role("link", name="Average digit", exact=True).click()
    expect(canvas(page)).to_have_count(0)
    page.get_by_role("link", name="Your own hand", exact=True).click()
    expect(tiles(page)).to_have_count(3)
    page.get_by_role("button", name="Take back the last digit").click()
    expect(tiles(page)).to_have_count(2)
    expect(prompt(page)).to_have_text(prompts[-1])


def test_thirty_uploaded_digits_are_learnt_and_go_only_by_download(page, tmp_path):
    forms = {
        0: [[[140, 40], [80, 140], [140, 240], [200, 140], [140, 40]]],
        1: [[[150, 40], [138, 240]]],
        7: [[[70, 60], [200, 60], [120, 240]]],
    }
    lines = [
        f'{{"label": {label}, "strokes": {strokes}}}\n'
        for label, strokes in forms.items()
        for _ in range(10)
    ]
    file = tmp_path / "my_digits.jsonl"
    file.write_text("".join(lines))
    visit(page, PATH)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("Right, of 30 digits of yours")).to_be_visible()
    page.get_by_role("button", name="Fine-tune on my digits").click()
    expect(page.get_by_text(re.compile("^Of your 30 digits it read"))).to_be_visible(timeout=90_000)
    wait_until_idle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my digits").click()
    assert len(download.value.path().read_text().splitlines()) == 30
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("button", name="Delete my digits").click()
    expect(page.get_by_text("0 of 30 digits")).to_be_visible()
    expect(tiles(page)).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_fits_a_phone(open_page, theme):
    page = open_page(PATH, "phone", theme)
    expect(canvas(page)).to_be_visible()
    box = canvas(page).bounding_box()
    assert box["width"] == box["height"] == 280
    assert overflow_px(page) == 0
