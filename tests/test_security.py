"""What SECURITY.md promises, as far as the sources themselves show it."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SOURCES = [
    PROJECT / "app.py",
    *(file for room in ("dashboard", "pages") for file in sorted((PROJECT / room).rglob("*.py"))),
]
# Each writes HTML of its own: constants, or text that it escapes.
WRITE_HTML = {
    "dashboard/average_digit/form.py",
    "dashboard/average_digit/measures.py",
    "dashboard/gradient_descent/backpropagation.py",
    "dashboard/home.py",
    "dashboard/pictures.py",
    "dashboard/training/results/gallery.py",
}


def text_of(file):
    return file.read_text(encoding="utf-8")


def test_html_is_written_in_few_places_and_never_within_markdown():
    for source in SOURCES:
        assert "unsafe_allow_html" not in text_of(source), source
        assert "unsafe_allow_javascript" not in text_of(source), source
    writers = {
        source.relative_to(PROJECT).as_posix()
        for source in SOURCES
        if "st.html(" in text_of(source)
    }
    assert writers <= WRITE_HTML, "escape what a visitor supplies, then add the module here"
    assert "html.escape(tile.caption)" in text_of(PROJECT / "dashboard/training/results/gallery.py")
    assert "html.escape(figure.caption)" in text_of(PROJECT / "dashboard/pictures.py")


def test_components_put_text_into_the_page_as_text():
    scripts = sorted((PROJECT / "dashboard").rglob("*.js"))
    assert scripts
    for script in scripts:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text_of(script)
        ), script


def test_the_browser_is_sent_to_no_other_server():
    for suffix in ("js", "css", "html"):
        files = sorted((PROJECT / "dashboard").rglob(f"*.{suffix}"))
        assert files, suffix
        for file in files:
            # SVG's name looks like an address, and nothing is fetched from it.
            addresses = set(re.findall(r"https?://[^\"')\s]+", text_of(file)))
            assert addresses <= {"http://www.w3.org/2000/svg"}, file
    for source in SOURCES:
        assert not re.search(r"st\.(iframe|components\.v1)|iframe\(", text_of(source)), source


def test_nothing_is_told_to_streamlit_and_no_traceback_to_visitors():
    config = tomllib.loads(text_of(PROJECT / ".streamlit/config.toml"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    # On unless somebody turns them off: requests and WebSockets of other sites are refused.
    assert not {"enableCORS", "enableXsrfProtection"} & config["server"].keys()


def test_every_promise_names_tests_that_exist():
    promises = re.findall(r"^\| .+ \| (.+) \|$", text_of(PROJECT / "SECURITY.md"), re.MULTILINE)
    named = {name for held_by in promises[1:] for name in re.findall(r"`(tests/[^`]+)`", held_by)}
    assert len(named) > 5
    for name in named:
        assert (PROJECT / name).is_file(), name
