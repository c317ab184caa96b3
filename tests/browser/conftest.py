"""Fixtures for tests in a real Chromium against the real dashboard.

`page` is an empty wide light page, `open_page` opens any page of the dashboard. Both fail the test
when the browser's console, the page or the server's log has an error, whatever the test itself
looks at.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, WebError, expect, sync_playwright

from tests.browser.chromium import HOW_TO_GET_ONE, find_chromium, is_required
from tests.browser.profiles import Profiles
from tests.browser.server import DashboardServer, running_dashboard
from tests.browser.views import launch_chromium, visit

# Opened on /Some_page, Streamlit's front end first looks for its server below that path, gets
# 404 twice and then finds it at the root.
_PROBE_FOR_SERVER = re.compile(r"/[^/]+/_stcore/(health|host-config)$")

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, shared by all tests."""
    if find_chromium() is None:
        if is_required():
            pytest.fail(HOW_TO_GET_ONE, pytrace=False)
        pytest.skip(HOW_TO_GET_ONE)
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DashboardServer]:
    """The dashboard, started once; it needs the browser first, so that a skip costs nothing."""
    with running_dashboard(tmp_path_factory.mktemp("server") / "log.txt") as server:
        yield server


@pytest.fixture(scope="session")
def profiles(browser: Browser, server: DashboardServer) -> Profiles:
    """Profiles of visitors, emptied after each test."""
    return Profiles(browser, server.url)


@pytest.fixture
def empty_page(profiles: Profiles, server: DashboardServer) -> Iterator[Callable[..., Page]]:
    """A function (viewport, theme) that gives a page on which nothing is opened yet.

    Each call is another visitor: other cookies, another Streamlit session.
    """
    log_start = server.log_size()
    pages = []
    problems = []

    def note_console(message: ConsoleMessage) -> None:
        address = message.location["url"]
        if message.type == "error" and not _PROBE_FOR_SERVER.search(
            address.removeprefix(server.url)
        ):
            problems.append(f"browser's console: {message.text} ({address})")

    def note_error(error: WebError) -> None:
        problems.append(f"page: {error.error}")

    def new_page(viewport: str = "wide", theme: str = "light") -> Page:
        page = profiles.take(viewport, theme).new_page()
        page.context.on("console", note_console)
        page.context.on("weberror", note_error)
        pages.append(page)
        return page

    yield new_page

    for context in [page.context for page in pages]:
        for page in context.pages:
            boxes = page.get_by_test_id("stException").all_inner_texts()
            problems += [f"exception on {page.url}: {text}" for text in boxes]
        profiles.give_back(context)
        context.remove_listener("console", note_console)
        context.remove_listener("weberror", note_error)
    if gained := server.problems_since(log_start):
        problems.append(f"server's log:\n{gained}")
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture
def open_page(empty_page: Callable[..., Page]) -> Callable[..., Page]:
    """A function (path, viewport, theme) that opens a page and waits until it is shown."""

    def open_one(path: str = "/", viewport: str = "wide", theme: str = "light") -> Page:
        page = empty_page(viewport, theme)
        visit(page, path)
        return page

    return open_one


@pytest.fixture
def page(empty_page: Callable[..., Page]) -> Page:
    """An empty page, wide and light; `visit(page, path)` opens the dashboard on it."""
    return empty_page()
