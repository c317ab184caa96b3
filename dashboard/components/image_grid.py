"""A grid of images that are labelled yes or no with one click each.

The labels belong to the page: it passes them in, and is told of each click. The browser shows a
click at once and repeats it until Python has confirmed it, so none is lost to a run in flight.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard.language import _

_source = Path(__file__)
_component = st.components.v2.component(
    "image_grid",
    html='<div class="grid" role="group"></div>',
    css=_source.with_suffix(".css").read_text(encoding="utf-8"),
    js=_source.with_suffix(".js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class ImageTile:
    """One image of the grid.

    Attributes
    ----------
    id : str
        Unique in the grid; what ``on_toggle`` gets.
    name : str
        Shown below the image.
    image : str
        Address of the picture, usually ``data:image/png;base64,...``; shown square, cropped.
    """

    id: str
    name: str
    image: str


def image_grid(
    tiles: Sequence[ImageTile],
    positive: Collection[str],
    *,
    key: str,
    label: str,
    on_toggle: Callable[[frozenset[str]], None],
) -> None:
    """Show images with their labels, and report each label that the reader flips.

    Parameters
    ----------
    tiles : sequence of ImageTile
        In the order of the grid.
    positive : collection of str
        Ids of the tiles that are labelled yes. The page may change it at any time (presets).
    key : str
        Identity of the grid, unique in the app.
    label : str
        Accessible name: the question that yes or no answers.
    on_toggle : callable
        Called before the script runs, as any callback of Streamlit, with the ids whose label has
        flipped since the last call: ``positive ^= ids`` is all that the page has to do. Flips
        rather than labels arrive, so that a preset chosen at the same moment holds.

    Raises
    ------
    ValueError
        If two tiles have the same id.
    """
    ids = [tile.id for tile in tiles]
    if len(set(ids)) < len(ids):
        raise ValueError(f"tiles must have ids that differ, got {ids}")
    confirmed_key = f"{key}_confirmed"

    def receive_clicks() -> None:
        """Pass on the clicks that have not been counted yet."""
        clicks = st.session_state[key].get("clicks")
        flipped, confirmed = flipped_ids(clicks, st.session_state.get(confirmed_key, 0), ids)
        st.session_state[confirmed_key] = confirmed
        if flipped:
            on_toggle(flipped)

    data = {
        "label": label,
        "yes": _("yes"),
        "no": _("no"),
        "tiles": [{**vars(tile), "positive": tile.id in positive} for tile in tiles],
        "confirmed": st.session_state.get(confirmed_key, 0),
    }
    # As bytes, because Streamlit would search anything else for tables.
    _component(key=key, data=json.dumps(data).encode(), on_clicks_change=receive_clicks)


def flipped_ids(clicks: object, confirmed: int, ids: Collection[str]) -> tuple[frozenset[str], int]:
    """Return the tiles whose label the unconfirmed clicks flip.

    Parameters
    ----------
    clicks : object
        What the browser sent: a list of ``[number, id]``, numbers rising. As it comes from a
        browser it may be anything; what is not of this form is ignored.
    confirmed : int
        Number of the last click that has been counted.
    ids : collection of str
        The tiles that exist.

    Returns
    -------
    flipped : frozenset of str
        Ids that were clicked an odd number of times.
    confirmed : int
        Number of the last click that is counted now.
    """
    flipped: set[str] = set()
    for click in clicks if isinstance(clicks, list) else []:
        match click:
            case [int(number), str(tile_id)] if number > confirmed:
                confirmed = number
                flipped ^= {tile_id} & set(ids)
    return frozenset(flipped), confirmed
