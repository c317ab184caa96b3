"""Tables that a page shows as Markdown."""

from streamlit.testing.v1 import AppTest


def shown_table(app: AppTest) -> dict[str, tuple[str, ...]]:
    """Return the columns of the only table of a page by their names."""
    [text] = [element.value for element in app.markdown if "| --- |" in element.value]
    names, _line, *rows = (
        [cell.strip() for cell in line[1:-1].split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    )
    return dict(zip(names, zip(*rows, strict=True), strict=True))
