from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def open_app() -> Callable[..., AppTest]:
    """A function (page, **settings of its link) that enters by the home page and goes to a page."""

    def open_one(page: str | None = None, **settings: str) -> AppTest:
        app = AppTest.from_file(PROJECT / "app.py", default_timeout=60).run()
        if page is not None:
            for name, value in settings.items():
                app.query_params[name] = value
            app.switch_page(page).run()
        return app

    return open_one
