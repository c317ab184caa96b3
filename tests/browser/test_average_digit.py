"""The average digit in the browser: a slider moves the answer, a picture chooses the digit."""

import re

from playwright.sync_api import Page, expect

from tests.browser.views import overflow_px, visit, wait_until_idle

PATH = "/Average_digit"


def accuracy(page: Page):
    return page.get_by_role("group", name="Accuracy, test images")


def test_a_slider_moved_by_the_keyboard_changes_the_accuracy_and_the_link(page):
    visit(page, PATH)
    expect(accuracy(page)).to_contain_text("66.94")
    expect(accuracy(page)).to_contain_text("mémoire: 0.6694")
    bias = page.get_by_role("slider", name="Bias b")
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 300)")

    bias.press("ArrowLeft")
    expect(accuracy(page)).to_contain_text("68.13")
    # The mémoire's figure belongs to its own bias.
    expect(accuracy(page)).not_to_contain_text("mémoire")
    expect(page).to_have_url(re.compile(r"\?average_bias=-45\.5$"))
    page.get_by_role("button", name="Best bias").click()
    expect(accuracy(page)).to_contain_text("90.62")
    # The page stays where the reader has scrolled it.
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 300

    page.reload()
    expect(accuracy(page)).to_contain_text("90.62")


def test_the_pictures_choose_the_digit(open_page):
    page = open_page(PATH, viewport="phone")
    digits = page.get_by_role("radiogroup", name="Digit to look for").get_by_role("radio")
    expect(digits).to_have_count(10)
    for digit in digits.all():
        assert "url(" in digit.evaluate("button => getComputedStyle(button).backgroundImage")
        expect(digit).to_be_in_viewport(ratio=1)
    expect(digits.nth(8)).to_be_checked()

    digits.nth(0).tap()
    expect(digits.nth(0)).to_be_checked()
    expect(page.get_by_text("show the digit 0").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?average_digit=0$"))
    wait_until_idle(page)
    assert overflow_px(page) == 0
