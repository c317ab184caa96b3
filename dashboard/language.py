"""Turn the English source strings into the reader's language, with gettext and no Streamlit.

Who knows the reader (the shell) registers a provider of the language; without one it is English.
"""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

DOMAIN = "dashboard"
LOCALE_DIR = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"

_provider: Callable[[], str | None] | None = None


def set_language_provider(provider: Callable[[], str | None]) -> None:
    """Register who knows the language of the present reader.

    Parameters
    ----------
    provider : callable
        Called without arguments at every translation; returns a language code such as ``"fr"``.
        What it returns may come from a URL: anything without a catalogue means English.
    """
    global _provider
    _provider = provider


@cache
def available_languages() -> tuple[str, ...]:
    """Return the codes of the languages that can be shown, English first.

    Returns
    -------
    tuple of str
        ``"en"``, then every ``<lang>`` with a file ``<lang>/LC_MESSAGES/dashboard.mo`` in
        ``LOCALE_DIR``, sorted.
    """
    catalogues = LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    translated = {path.parent.parent.name for path in catalogues} - {SOURCE_LANGUAGE}
    return (SOURCE_LANGUAGE, *sorted(translated))


def current_language() -> str:
    """Return the code of the language that strings are shown in, always an available one."""
    languages = available_languages()
    # A page asks 150 times a run, and the session takes 3 ms to answer.
    if len(languages) == 1 or _provider is None:
        return SOURCE_LANGUAGE
    language = _provider()
    return language if language in languages else SOURCE_LANGUAGE


def _(message: str) -> str:
    """Return ``message`` in the reader's language, or as it is where no translation exists."""
    # The empty message is the key of the catalogue's header.
    return _catalogue(current_language()).gettext(message) if message else message


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the form of a message that fits ``count``, in the reader's language.

    Parameters
    ----------
    singular, plural : str
        The English forms for one and for any other number.
    count : int
        The number that the message is about.
    """
    return _catalogue(current_language()).ngettext(singular, plural, count)


def N_(message: str) -> str:
    """Mark a string of a module's constant for the catalogue; `_` translates it where it is shown.

    At import time there is no reader yet, so a constant cannot be translated on the spot.
    """
    return message


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """Read the catalogue of a language once; without one, messages stay in English."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[language], fallback=True)
