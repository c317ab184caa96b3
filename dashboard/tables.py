"""Tables of a few rows as Markdown, which costs a tenth of Streamlit's own."""

from collections.abc import Mapping, Sequence


def markdown_table(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows as a table.

    Parameters
    ----------
    rows : sequence of mapping from str to str
        The cells of each row by the names of their columns, which stand in the order in which they
        first come; a row may lack some. Text as Markdown has it, without ``|``.

    Returns
    -------
    str
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, ["---"] * len(names), *([row.get(name, "") for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
