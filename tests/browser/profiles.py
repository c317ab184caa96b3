"""Browser profiles that are used again: code that a profile knows need not be compiled again.

A fresh one takes a second longer for its first page, and two for the first one with a chart.
"""

from collections import defaultdict

from playwright.sync_api import Browser, BrowserContext

from tests.browser.views import new_context

# Everything that a site can leave in a profile, but for the files that it is made of.
_LEFT_BEHIND = "cookies,file_systems,indexeddb,local_storage,service_workers,websql,cache_storage"


class Profiles:
    """Profiles for visitors, each used by one at a time and emptied in between.

    Parameters
    ----------
    browser : Browser
    url : str
        Address of the dashboard.
    """

    def __init__(self, browser: Browser, url: str):
        self._browser = browser
        self._url = url
        self._free: dict[tuple[str, str], list[BrowserContext]] = defaultdict(list)
        self._views: dict[BrowserContext, tuple[str, str]] = {}

    def take(self, viewport: str, theme: str) -> BrowserContext:
        """Return a profile without pages, cookies or anything stored, as `new_context` does."""
        view = (viewport, theme)
        if self._free[view]:
            return self._free[view].pop()
        context = new_context(self._browser, self._url, viewport, theme)
        self._views[context] = view
        return context

    def give_back(self, context: BrowserContext) -> None:
        """Close the pages of a profile that was taken, and forget what they have stored."""
        # The storage of a session ends with its page.
        for page in context.pages:
            page.close()
        page = context.new_page()
        page.context.new_cdp_session(page).send(
            "Storage.clearDataForOrigin", {"origin": self._url, "storageTypes": _LEFT_BEHIND}
        )
        page.close()
        self._free[self._views[context]].append(context)
