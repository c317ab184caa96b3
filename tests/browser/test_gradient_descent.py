"""Gradient descent in the browser: a click chooses the start, steps are walked and taken."""

import re

from playwright.sync_api import expect

from tests.browser.views import overflow_px, visit, wait_until_idle

PATH = "/Gradient_descent"


def test_a_click_on_the_map_starts_the_path_there(page):
    visit(page, PATH)
    start = page.get_by_role("slider", name="Start: Bias b")
    expect(start).to_have_value("4")
    plot = page.locator(".st-key-descent_contour .nsewdrag")
    box = plot.bounding_box()

    # A quarter from the left of a map from -8 to 8.
    plot.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    expect(start).not_to_have_value("4")
    assert -5 < float(start.input_value()) < -3
    expect(page).to_have_url(re.compile(r"descent_x=-\d"))

    # Another click chooses anew, it does not add to the first.
    wait_until_idle(page)
    plot.click(position={"x": box["width"] * 3 / 4, "y": box["height"] / 2})
    expect(start).to_have_value(re.compile(r"^[345]"))


def test_every_setting_leads_elsewhere_and_all_of_them_count(page):
    visit(page, f"{PATH}?descent_y=0")
    # The caption below the surface, which says where the path ends.
    end = page.get_by_text(re.compile(r"^Step \d+: Bias b"))
    expect(end).to_contain_text("Step 40")
    page.get_by_role("slider", name="Steps").press("ArrowLeft")
    expect(end).to_contain_text("Step 39")
    before = end.inner_text()
    page.get_by_role("slider", name="Start: Bias b").press("End")
    expect(end).not_to_have_text(before)
    expect(end).to_contain_text("Step 39")
    for setting in ("descent_y=0", "descent_steps=39", "descent_x=8"):
        expect(page).to_have_url(re.compile(setting))
    page.get_by_test_id("stMain").get_by_role("button", name="Stochastic").click()
    expect(page.get_by_text("of 10 of 600 images")).to_be_visible()
    expect(page.get_by_role("radio", name="10", exact=True)).to_be_checked()
    expect(page.get_by_label("Seed, which draws the batches")).to_be_enabled()
    expect(end).to_contain_text("Step 39")


def test_steps_are_walked_and_taken_on_a_phone(open_page):
    page = open_page(f"{PATH}?descent_part=steps", viewport="phone")
    expect(page.get_by_text("1. Forward: the weighted sums")).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("button", name="Next", exact=True).tap()
    expect(page.get_by_text("2. Forward: the sigmoid of layer 1")).to_be_visible()

    loss = page.get_by_test_id("stMetric").filter(has_text="Loss")
    before = loss.inner_text()
    page.get_by_role("button", name="Take the step").tap()
    expect(loss).not_to_have_text(before)
    expect(loss).to_contain_text("-0.")
    # Nothing sticks out.
    wait_until_idle(page)
    assert overflow_px(page) == 0
