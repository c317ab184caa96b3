"""Images are labelled as fast as one can click, and no click is lost to a run of the page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.views import visit, wait_until_idle

REDS = {"red", "burgundy", "cherry red"}


@pytest.fixture
def grid(page):
    visit(page, "/Colour_neuron")
    grid = page.get_by_role("group", name="Should the neuron answer yes?")
    expect(grid.get_by_role("button")).to_have_count(16)
    return grid


def tile(grid, name):
    return grid.get_by_role("button", name=re.compile(f"^{name}"))


def labelled_yes(grid):
    pressed = grid.get_by_role("button", pressed=True)
    return {text.splitlines()[-1] for text in pressed.all_inner_texts()}


def test_the_memoires_reds_are_labelled_yes_in_more_than_colour(grid):
    assert labelled_yes(grid) == REDS
    expect(tile(grid, "red")).to_contain_text("✓")
    expect(tile(grid, "blue")).not_to_contain_text("✓")


def test_many_quick_clicks_and_a_preset_among_them_all_count(grid):
    page = grid.page
    # Clicks of the script itself, because real ones would wait for each other.
    grid.evaluate(
        """async grid => {
            const buttons = [...grid.querySelectorAll("button")];
            for (const index of [0, 1, 2, 3, 0, 4]) {
                buttons[index].click();
                await new Promise(resolve => setTimeout(resolve, 20));
            }
        }"""
    )
    expected = {"sky blue", "light blue", "navy blue", "grey", *REDS}
    assert labelled_yes(grid) == expected
    wait_until_idle(page)
    assert labelled_yes(grid) == expected

    page.get_by_role("button", name="All no").click()
    tile(grid, "orange").click()
    expect(tile(grid, "grey")).to_have_attribute("aria-pressed", "false")
    wait_until_idle(page)
    assert labelled_yes(grid) == {"orange"}


def test_labels_are_set_from_the_keyboard_and_stay_over_another_page(grid):
    page = grid.page
    tile(grid, "green").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press(" ")
    expect(tile(grid, "jungle green")).to_have_attribute("aria-pressed", "true")
    wait_until_idle(page)
    page.get_by_role("link", name="Average digit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Average digit")
    page.get_by_role("link", name="Colour neuron").click()
    expect(tile(grid, "green")).to_have_attribute("aria-pressed", "true")
    assert labelled_yes(grid) == {"green", "jungle green", *REDS}
