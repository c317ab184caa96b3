"""The experiments in the browser: twins trained side by side, and a bug found by its curves."""

import re

from playwright.sync_api import Page, expect

from tests.browser.views import overflow_px, visit


def main_part(page: Page):
    return page.get_by_test_id("stMainBlockContainer")


def test_twins_are_trained_and_compared(page):
    visit(page, "/Experiments")
    main_part(page).get_by_role("button", name="Run the 2 trainings").click()
    expect(main_part(page)).to_contain_text("Notice the first epochs", timeout=60_000)
    legends = main_part(page).locator(".legendtext")
    expect(legends.filter(has_text="cross-entropy")).to_have_count(2)
    main_part(page).get_by_text("Against seconds").click()
    expect(main_part(page).locator(".xtitle").first).to_have_text("Seconds of training")
    expect(page).to_have_url(re.compile("experiments_axis=seconds"))


def test_a_bug_is_hunted_on_a_phone(open_page):
    page = open_page("/Experiments?experiments_view=bugs", "phone", "dark")
    main_part(page).get_by_role("button", name="Break a training").click()
    answer = main_part(page).get_by_role("button", name="That is it")
    expect(answer).to_be_disabled(timeout=60_000)
    main_part(page).get_by_text("No bug at all").click()
    expect(answer).to_be_enabled()
    # The curves must not tell by anything but their shape.
    expect(page).not_to_have_url(re.compile("sign|shuffling|pixels|labels|weights|none"))
    answer.click()
    expect(main_part(page)).to_contain_text(re.compile(r"[01] of 1 found"))
    expect(main_part(page)).to_contain_text("What the curves tell.")
    assert overflow_px(page) == 0
