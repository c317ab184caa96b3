import pytest

from dashboard import language
from dashboard.language import _, ngettext


@pytest.fixture
def speak(monkeypatch, locale_dir):
    """A function that sets the language of the reader."""
    monkeypatch.setattr(language, "_provider", None)
    return lambda code: language.set_language_provider(lambda: code)


def test_english_without_a_provider(speak):
    assert language.current_language() == "en"
    assert _("Train") == "Train"


def test_only_languages_with_a_catalogue_are_available_english_first(speak):
    assert language.available_languages() == ("en", "fr")


def test_message_is_translated_for_the_present_reader(speak):
    speak("fr")
    assert _("Train") == "Entraîner"
    speak("en")
    assert _("Train") == "Train"


def test_message_without_translation_stays_english(speak):
    speak("fr")
    assert _("Reset view") == "Reset view"


@pytest.mark.parametrize("code", [None, "", "de", "xx", "../fr", "fr/../fr"])
def test_language_without_a_catalogue_is_english(speak, code):
    speak(code)
    assert language.current_language() == "en"
    assert _("Train") == "Train"


def test_empty_message_is_not_the_header_of_the_catalogue(speak):
    speak("fr")
    assert _("") == ""


def test_plural_follows_the_rule_of_the_language(speak):
    assert ngettext("{n} image", "{n} images", 0) == "{n} images"
    speak("fr")
    # One image or none is singular in French.
    assert ngettext("{n} image", "{n} images", 0) == "{n} image"
    assert ngettext("{n} image", "{n} images", 2) == "{n} images à voir"


def test_catalogue_is_read_once(speak, locale_dir):
    speak("fr")
    assert _("Train") == "Entraîner"
    (locale_dir / "fr" / "LC_MESSAGES" / "dashboard.mo").unlink()
    assert _("Train") == "Entraîner"
