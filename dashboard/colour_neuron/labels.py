"""The images that the colour neuron learns from, and how the reader labels them.

The labels live in the session and, as far as they differ from the mémoire's, in the page's link.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import resources, state, uploads
from dashboard.colour_neuron.images import ColourImage, colour_image
from dashboard.components.image_grid import ImageTile, image_grid
from dashboard.language import _
from nncore.images import ImageFileError, open_image

LINK_NAME = "colour_yes"
MAX_OWN_IMAGES = 20
_MAX_NAME_LENGTH = 60
_IMAGES_WITHOUT_SCROLLING = 20
_GRID_HEIGHT_PX = 500


@dataclass
class ColourState:
    """What the page of the colour neuron remembers, beside the values of its widgets.

    Attributes
    ----------
    positive : frozenset of str or None
        Ids of the images labelled yes, also of those that are not shown now; None before the link
        has been read.
    own_images : tuple of ColourImage
        The reader's uploads.
    n_own_images : int
        How many there have been; numbers them.
    n_uploads : int
        How often the reader has uploaded images; numbers the widget.
    upload_faults : tuple of str
        What to say about the last upload, as Markdown.
    n_trainings : int
        How often the reader has pressed the button that trains.
    asked_fault : str
        What is wrong with the image whose colour the reader asked about, in English.
    """

    positive: frozenset[str] | None = None
    own_images: tuple[ColourImage, ...] = ()
    n_own_images: int = 0
    n_uploads: int = 0
    upload_faults: tuple[str, ...] = ()
    n_trainings: int = 0
    asked_fault: str = ""


@dataclass(frozen=True)
class LabelledImages:
    """Images in the order in which the neuron is shown them, and what it should answer.

    Attributes
    ----------
    images : tuple of ColourImage
    targets : tuple of int
        1 for yes, 0 for no.
    """

    images: tuple[ColourImage, ...]
    targets: tuple[int, ...]

    @property
    def names(self) -> list[str]:
        """Return the names in the reader's language."""
        return [image.shown_name for image in self.images]

    @property
    def colours(self) -> np.ndarray:
        """Return the mean colours, (n_images, 3) int64 in 0-255."""
        return np.array([image.colour.integer for image in self.images])


def label_images() -> LabelledImages:
    """Show the images with their labels, and let the reader change both.

    Returns
    -------
    LabelledImages
        At least those of the mémoire's bank.
    """
    page = state.of_session(ColourState)
    bank = resources.colour_bank()
    _follow_link(page, bank)
    # What is shown first depends on what is asked below it.
    presets = st.container(horizontal=True)
    grid = st.container()
    with_more = st.toggle(
        _("{n} more images").format(n=sum(not image.is_from_memoire for image in bank)),
        key="colour_more",
        bind="query-params",
    )
    with st.expander(_("Your own images"), icon=":material/add_photo_alternate:"):
        _own_images(page)
    images = (
        *(image for image in bank if image.is_from_memoire or with_more),
        *page.own_images,
    )
    ids = frozenset(image.id for image in images)
    with presets:
        for key, label, positive in (
            ("memoire", _("The mémoire's reds"), _reds(bank)),
            ("none", _("All no"), frozenset()),
            ("invert", _("Invert"), page.positive ^ ids),
        ):
            st.button(label, key=f"colour_preset_{key}", on_click=_set_labels, args=(positive,))
    # A long list scrolls by itself, so that settings and cube stay near.
    if len(images) > _IMAGES_WITHOUT_SCROLLING:
        grid = grid.container(height=_GRID_HEIGHT_PX, border=False)
    with grid:
        image_grid(
            [ImageTile(image.id, image.shown_name, image.thumbnail) for image in images],
            page.positive,
            key="colour_grid",
            label=_("Should the neuron answer yes?"),
            on_toggle=_flip_labels,
        )
    _update_link(page, bank)
    return LabelledImages(images, tuple(int(image.id in page.positive) for image in images))


def _set_labels(positive: frozenset[str]) -> None:
    """Label these images yes and all others no."""
    state.of_session(ColourState).positive = positive


def _flip_labels(ids: frozenset[str]) -> None:
    """Flip the labels of these images."""
    state.of_session(ColourState).positive ^= ids


def _reds(bank: Sequence[ColourImage]) -> frozenset[str]:
    """Return the images that the mémoire labels yes."""
    return frozenset(image.id for image in bank if image.is_red)


def _follow_link(page: ColourState, bank: Sequence[ColourImage]) -> None:
    """Take the labels from the link, on the first run and when the reader goes back in history.

    Otherwise the session knows better: a run may carry a link from before the last click.
    """
    goes_back = getattr(get_script_run_ctx(), "is_history_navigation", False)
    if page.positive is not None and not goes_back:
        return
    own = (page.positive or frozenset()) & {image.id for image in page.own_images}
    in_link = st.query_params.get(LINK_NAME)
    known = {image.id for image in bank}
    named = set(filter(None, (in_link or "").split(",")))
    # A link that names nothing known is as good as none; an empty one says that all are no.
    is_usable = in_link is not None and (not named or named & known)
    page.positive = own | (frozenset(named & known) if is_usable else _reds(bank))


def _update_link(page: ColourState, bank: Sequence[ColourImage]) -> None:
    """Put the labels of the bank into the link, where they are not the mémoire's."""
    names = [image.id for image in bank if image.id in page.positive]
    wanted = None if set(names) == _reds(bank) else ",".join(names)
    if st.query_params.get(LINK_NAME) == wanted:
        return
    if wanted is None:
        del st.query_params[LINK_NAME]
    else:
        st.query_params[LINK_NAME] = wanted


def _own_images(page: ColourState) -> None:
    """Let the reader add images, and remove them again."""
    key = f"colour_upload_{page.n_uploads}"
    st.file_uploader(
        _("Up to {n} images; each counts as its mean colour.").format(n=MAX_OWN_IMAGES),
        type=uploads.IMAGE_TYPES,
        accept_multiple_files=True,
        key=key,
        on_change=_add_own_images,
        args=(key,),
    )
    for fault in page.upload_faults:
        st.warning(fault)
    if not page.own_images:
        return
    names = {image.id: image.name for image in page.own_images}
    st.session_state["colour_own"] = list(names)
    st.multiselect(
        _("Added (× removes one)"),
        list(names),
        format_func=names.get,
        key="colour_own",
        on_change=_remove_own_images,
    )


def _add_own_images(key: str) -> None:
    """Read what has been uploaded; the widget starts anew, because the session keeps the images."""
    page = state.of_session(ColourState)
    faults = []
    for file in st.session_state[key]:
        name = _one_line(file.name)
        try:
            image = colour_image(
                open_image(file.getvalue()), id=f"own-{page.n_own_images + 1}", name=name
            )
        except ImageFileError as error:
            faults.append(f"{_as_code(name)}: {_(str(error))}")
            continue
        if any(_show_the_same(image, own) for own in page.own_images):
            faults.append(_("{name} is among your images already.").format(name=_as_code(name)))
            continue
        if len(page.own_images) == MAX_OWN_IMAGES:
            faults.append(
                _("{n} images are the most: remove one to add another.").format(n=MAX_OWN_IMAGES)
            )
            break
        image = replace(image, name=_free_name(name, {own.name for own in page.own_images}))
        page.own_images += (image,)
        page.n_own_images += 1
    page.upload_faults = tuple(faults)
    page.n_uploads += 1


def _remove_own_images() -> None:
    """Forget the images that the reader has taken out of the list."""
    page = state.of_session(ColourState)
    kept = st.session_state["colour_own"]
    page.own_images = tuple(image for image in page.own_images if image.id in kept)
    page.positive &= {image.id for image in (*resources.colour_bank(), *page.own_images)}
    page.upload_faults = ()


def _show_the_same(one: ColourImage, other: ColourImage) -> bool:
    """Return whether two images have the same mean colour and look the same."""
    return (one.colour, one.thumbnail) == (other.colour, other.thumbnail)


def _one_line(file_name: str) -> str:
    """Return a file's name fit for a label: one line, not too long, never empty."""
    name = " ".join("".join(c if c.isprintable() else " " for c in file_name).split())
    if len(name) > _MAX_NAME_LENGTH:
        name = name[: _MAX_NAME_LENGTH - 1] + "…"
    return name or _("image")


def _free_name(name: str, taken: set[str]) -> str:
    """Return the name, with a number where another image has it."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    return candidate


def _as_code(text: str) -> str:
    """Return text as Markdown that shows it as it is."""
    return f"`{text.replace('`', chr(39))}`"
