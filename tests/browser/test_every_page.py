"""Every page opens, wide and light as well as on a phone and dark, without an error anywhere."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.views import PAGE_PATHS, overflow_px, wait_until_idle

VIEWS = [("wide", "light"), ("phone", "dark")]


@pytest.mark.parametrize(("viewport", "theme"), VIEWS, ids=["wide-light", "phone-dark"])
@pytest.mark.parametrize("path", PAGE_PATHS)
def test_page_opens(open_page, path, viewport, theme):
    page = open_page(path, viewport, theme)

    expect_one_heading(page)
    assert overflow_px(page) == 0
    assert (background_brightness(page) < 128) == (theme == "dark")

    if viewport == "phone":
        page.get_by_test_id("stExpandSidebarButton").click()
    links = navigation_links(page)
    expect(links).to_have_count(len(PAGE_PATHS))
    for link in links.all():
        expect(link).to_be_in_viewport()


def test_navigation_leads_to_every_page(open_page):
    page = open_page()
    heading = page.get_by_role("heading", level=1)
    # Backwards, because the home page is already open.
    for position, path in reversed([*enumerate(PAGE_PATHS)]):
        heading_before = heading.inner_text()
        navigation_links(page).nth(position).click()
        expect(page).to_have_url(re.compile(rf"^\w+://[^/]+{path}(\?.*)?$"))
        expect(heading).not_to_have_text(heading_before)
        wait_until_idle(page)
        expect_one_heading(page)


def expect_one_heading(page):
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_count(1)
    expect(heading).to_have_text(re.compile(r"\w"))


def navigation_links(page):
    return page.get_by_test_id("stSidebar").get_by_test_id("stPageLink").get_by_role("link")


def background_brightness(page):
    return page.get_by_test_id("stApp").evaluate(
        "app => Math.max(...getComputedStyle(app).backgroundColor.match(/\\d+/g).slice(0, 3))"
    )
