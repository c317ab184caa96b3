"""How the browser looks at the dashboard: window sizes, themes, pages, and when a page is done."""

import re

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.browser.chromium import find_chromium
from tests.browser.server import PROJECT

VIEWPORTS = {"wide": (1280, 800), "phone": (390, 844)}
THEMES = ("light", "dark")
# Streamlit derives a page's address from its file name without the number that orders it.
PAGE_PATHS = (
    "/",
    *("/" + re.sub(r"^\d+[_ -]*", "", page.stem) for page in sorted(PROJECT.glob("pages/*.py"))),
)

# The last four keep Chromium from using the network on its own behalf.
_CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LONGEST_WAIT_MS = 30_000

# Streamlit says "initial" until the first run begins; placeholders of elements whose code is
# still being loaded, and elements of an earlier run, may outlast the run.
_IS_IDLE = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const unfinished = '[data-testid="stAppSkeleton"], [data-testid="stSkeleton"], '
        + '[data-testid="stElementContainer"][data-stale="true"]';
    return app?.dataset.testScriptState === "notRunning" && !document.querySelector(unfinished);
}"""


def launch_chromium(playwright: Playwright) -> Browser:
    """Start the installed Chromium without a window."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=[*_CHROMIUM_ARGS])


def new_context(
    browser: Browser, url: str, viewport: str = "wide", theme: str = "light"
) -> BrowserContext:
    """Open a fresh browser profile for one visitor.

    Parameters
    ----------
    browser : Browser
        From `launch_chromium`.
    url : str
        Address of the dashboard, to which `visit` adds a path.
    viewport : str
        A key of `VIEWPORTS`; "phone" also has a touch screen.
    theme : str
        "light" or "dark", as the visitor's system says and as the dashboard follows.

    Returns
    -------
    BrowserContext
    """
    width, height = VIEWPORTS[viewport]
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        color_scheme=theme,
        has_touch=viewport == "phone",
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(_LONGEST_WAIT_MS)
    return context


def visit(page: Page, path: str = "/") -> None:
    """Open a path of the dashboard, settings after a `?` included, and wait until it is shown."""
    page.goto(path)
    wait_until_idle(page)


def wait_until_idle(page: Page) -> None:
    """Wait until no script of the page runs and all its elements are drawn.

    After a click there is a moment before the run that it starts: wait for what the click should
    bring about (`expect` of Playwright does), not for this.
    """
    page.wait_for_function(_IS_IDLE)


def overflow_px(page: Page) -> int:
    """Return by how many pixels the page is wider than its window.

    Streamlit scrolls its main part, not the document, which alone would always fit.
    """
    return page.evaluate(
        """() => Math.max(...[document.scrollingElement,
            document.querySelector('[data-testid="stMain"]')]
            .map(part => part.scrollWidth - part.clientWidth))"""
    )
