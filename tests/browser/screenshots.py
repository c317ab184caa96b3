"""Take pictures of every page, light and dark, wide and phone: `make screenshots`."""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.server import running_dashboard
from tests.browser.views import (
    PAGE_PATHS,
    THEMES,
    VIEWPORTS,
    launch_chromium,
    new_context,
    visit,
    wait_until_idle,
)

_MAX_HEIGHT_PX = 6000


def main() -> None:
    """Write PAGE-VIEWPORT-THEME.png into the folder given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out_dir", type=Path, help="folder for the pictures, made if missing")
    out_dir = parser.parse_args().out_dir
    out_dir.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as log_dir,
        running_dashboard(Path(log_dir) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        browser = launch_chromium(playwright)
        for viewport in VIEWPORTS:
            for theme in THEMES:
                context = new_context(browser, server.url, viewport, theme)
                for path in PAGE_PATHS:
                    page = context.new_page()
                    visit(page, path)
                    show_whole(page)
                    name = path.strip("/").lower().replace("_", "-") or "home"
                    page.screenshot(path=out_dir / f"{name}-{viewport}-{theme}.png")
                    page.close()
                context.close()
        browser.close()


def show_whole(page: Page) -> None:
    """Make the window as high as the page, which Streamlit scrolls inside the document."""
    main_part = page.get_by_test_id("stMain")
    height = main_part.evaluate("main => main.scrollHeight")
    page.set_viewport_size(
        {"width": page.viewport_size["width"], "height": min(height, _MAX_HEIGHT_PX)}
    )
    # Plots drawn by then follow the new size, lazily loaded ones are drawn now.
    page.wait_for_load_state("networkidle")
    wait_until_idle(page)
    for view in page.locator(".plot3d-view").all():
        view.locator("canvas").first.wait_for()


if __name__ == "__main__":
    main()
