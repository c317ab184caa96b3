from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import shell
from dashboard.language import current_language

PROJECT = Path(__file__).parents[2]
PAGE_URLS = [
    *("", "Colour_neuron", "Average_digit", "Gradient_descent"),
    *("Train_a_network", "Experiments", "Draw_digits", "Read_numbers", "Your_own_hand"),
]


@pytest.fixture
def app():
    return AppTest.from_file(PROJECT / "app.py", default_timeout=60)


def sidebar_links(app):
    return [(link.page, link.label) for link in app.sidebar.get("page_link")]


def test_pages_are_the_home_page_and_every_script_in_order():
    scripts = sorted((PROJECT / "pages").glob("*.py"))
    expected = ["app.py", *(f"pages/{script.name}" for script in scripts)]
    assert [page.path for page in shell.PAGES] == expected


def test_navigation_leads_to_every_page_in_order(app):
    app.run()
    titles = ["Start", *(url.replace("_", " ") for url in PAGE_URLS[1:])]
    assert sidebar_links(app) == list(zip(PAGE_URLS, titles, strict=True))


def test_about_line_credits_the_memoire(app):
    app.run()
    [about] = app.sidebar.caption
    assert "M. Langer" in about.value
    assert shell.MEMOIRE_URL in about.value


def test_without_a_catalogue_there_is_no_language_to_choose(app):
    app.query_params["language"] = "fr"
    app.run()
    assert not app.sidebar.get("button_group")
    assert not app.exception


def test_link_with_a_language_shows_the_page_in_it_at_once(app, locale_dir):
    app.query_params["language"] = "fr"
    app.run()
    assert ("Draw_digits", "Dessiner des chiffres") in sidebar_links(app)


def test_choice_of_language_changes_the_page(app, locale_dir):
    app.run()
    [selector] = app.sidebar.get("button_group")
    assert list(selector.options) == ["en", "fr"]
    selector.set_value("fr").run()
    assert ("Draw_digits", "Dessiner des chiffres") in sidebar_links(app)
    selector.set_value("en").run()
    assert ("Draw_digits", "Draw digits") in sidebar_links(app)


def test_unknown_language_in_a_link_means_english(app, locale_dir):
    app.query_params["language"] = "../fr"
    app.run()
    assert not app.exception
    assert ("Draw_digits", "Draw digits") in sidebar_links(app)


def test_outside_of_a_page_the_language_is_english(locale_dir):
    assert current_language() == "en"


def test_page_puts_plotlyjs_into_the_served_folder(app, monkeypatch, tmp_path):
    assert shell.STATIC_DIR == PROJECT / "static"
    monkeypatch.setattr(shell, "STATIC_DIR", tmp_path / "static")
    app.run()
    assert (tmp_path / "static" / "plotly.min.js").is_file()
