"""Links that nobody has been given: every widget's key with what does not belong there."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

PROJECT = Path(__file__).parents[2]
PAGES = sorted(page.relative_to(PROJECT).as_posix() for page in PROJECT.glob("pages/*.py"))
HOSTILE = (
    "<script>alert(1)</script>",
    "**bold** ![x](https://example.org/x.png) $x^2$ :material/close:",
    "nan",
    "-inf",
    "1e999",
    "9" * 5000,
    "",
    "\0\ud7ff",
)


def keys() -> list[str]:
    """Return every key of a widget or name in a link that the sources have."""
    sources = [*PROJECT.glob("pages/*.py"), *PROJECT.glob("dashboard/**/*.py")]
    found = set()
    for source in sources:
        text = source.read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:key=|key = |_KEY = |_NAME = |_[A-Z]+ = )"([a-z_]+)"', text))
    return sorted(found)


@pytest.mark.parametrize("page", PAGES)
def test_links_with_nonsense_show_the_page_with_its_defaults(page):
    assert {"draw_model", "train_training_images", "descent_steps"} & {*keys()}
    for value in HOSTILE:
        app = AppTest.from_file(PROJECT / "app.py", default_timeout=60).run()
        for key in keys():
            app.query_params[key] = value
        app.switch_page(page).run()
        assert not app.exception, value
        texts = [
            element.value
            for kind in ("markdown", "caption", "error", "info", "warning")
            for element in app.get(kind)
        ]
        assert not any("example.org" in text or "alert(1)" in text for text in texts), value
