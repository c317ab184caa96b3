import struct

import pytest

from dashboard import language

FRENCH = {
    "Train": "Entraîner",
    "Draw digits": "Dessiner des chiffres",
    "{n} image\0{n} images": "{n} image\0{n} images à voir",
}


@pytest.fixture
def locale_dir(monkeypatch, tmp_path):
    """The folder of the catalogues, with a French one alone and an empty folder for German."""
    write_catalogue(tmp_path / "fr" / "LC_MESSAGES" / "dashboard.mo", FRENCH)
    (tmp_path / "de" / "LC_MESSAGES").mkdir(parents=True)
    monkeypatch.setattr(language, "LOCALE_DIR", tmp_path)
    cached = (language.available_languages, language._catalogue)
    for function in cached:
        function.cache_clear()
    yield tmp_path
    for function in cached:
        function.cache_clear()


def write_catalogue(path, messages):
    """Write a .mo file: a header of seven numbers, two tables of (length, offset), the strings."""
    header = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n > 1);\n"
    pairs = sorted({"": header, **messages}.items())
    n = len(pairs)
    tables, strings, offset = [], b"", 28 + 16 * n
    for column in range(2):
        for pair in pairs:
            text = pair[column].encode()
            tables.append(struct.pack("<2I", len(text), offset + len(strings)))
            strings += text + b"\0"
    path.parent.mkdir(parents=True)
    path.write_bytes(
        struct.pack("<7I", 0x950412DE, 0, n, 28, 28 + 8 * n, 0, offset) + b"".join(tables) + strings
    )
