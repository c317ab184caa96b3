"""A number of the confusion matrix opens the images behind it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.views import overflow_px, visit

# The last trace of the matrix: a mark for each cell, row by row.
MARKS = ".scatterlayer .trace:last-child .point"


def click_cell(page: Page, true: int, answer: int) -> None:
    """Click into a cell beside its number, because it should be hit anywhere."""
    matrix = page.locator(".stPlotlyChart", has=page.locator(f"{MARKS}:nth-child(100)"))
    mark = matrix.locator(MARKS).nth(10 * true + answer)
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    page.mouse.click(box["x"] + box["width"], box["y"] + box["height"])


def test_a_click_on_the_confusion_matrix_shows_the_images_behind_it(page):
    visit(page, "/Train_a_network?train_true=4&train_answer=4")
    main = page.get_by_test_id("stMainBlockContainer")
    expect(main).to_contain_text("was recognised")
    for true, answer in ((7, 1), (5, 3)):
        click_cell(page, true, answer)
        expect(main).to_contain_text(f"a {true} was taken for a {answer}")
        expect(main.get_by_role("img", name=f"a {true}, answered {answer}").first).to_be_visible()
        expect(main.get_by_role("img", name="a 4, answered 4")).to_have_count(0)
        # A class that gets the link sees the same.
        expect(page).to_have_url(re.compile(f"train_true={true}&train_answer={answer}"))
    assert overflow_px(page) == 0
