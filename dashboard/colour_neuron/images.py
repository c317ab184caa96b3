"""An image as the colour neuron and its page see it: a mean colour, a name and a small picture."""

import csv
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from dashboard.language import N_, _
from dashboard.pictures import webp, webp_url
from nncore.colour import MeanColour, mean_colour
from nncore.images import open_image, reduced_rgb

THUMBNAIL_PX = 96

# By the stems of the files; those of the mémoire's images are the names in bank.csv.
_COLOUR_NAMES = {
    "Couleur_bleu": N_("blue"),
    "Couleur_bleu_ciel": N_("sky blue"),
    "Couleur_bleu_clair": N_("light blue"),
    "Couleur_bleu_marine": N_("navy blue"),
    "Couleur_gris": N_("grey"),
    "Couleur_gris_clair": N_("light grey"),
    "Couleur_marron": N_("dark brown"),
    "Couleur_marron_2": N_("brown"),
    "Couleur_marron_claire": N_("light brown"),
    "Couleur_noir": N_("black"),
    "Couleur_orange": N_("orange"),
    "Couleur_rouge": N_("red"),
    "Couleur_rouge_bordeaux": N_("burgundy"),
    "Couleur_rouge_cerise": N_("cherry red"),
    "Couleur_verte": N_("green"),
    "Couleur_verte_jungle": N_("jungle green"),
    "brick_wall": N_("brick wall"),
    "checkerboard_red_green": N_("red-green squares"),
    "copper": N_("copper"),
    "denim": N_("denim"),
    "grass": N_("grass"),
    "lava": N_("lava"),
    "lavender_field": N_("lavender field"),
    "lemon_peel": N_("lemon peel"),
    "marble": N_("marble"),
    "poppies": N_("poppies"),
    "red_brown_leather": N_("red-brown leather"),
    "red_velvet": N_("red velvet"),
    "rose_gradient": N_("rose gradient"),
    "sand": N_("sand"),
    "sky_with_clouds": N_("sky with clouds"),
    "snow": N_("snow"),
    "strawberry": N_("strawberry"),
    "sunset": N_("sunset"),
    "water": N_("water"),
    "wood": N_("wood"),
}


# Compared by identity, which makes it a quick key of what is kept for all readers of the bank.
@dataclass(frozen=True, eq=False)
class ColourImage:
    """An image that can be labelled yes or no.

    Attributes
    ----------
    id : str
        Unique among all images of a session; of an image of the bank its file's stem.
    name : str
        Of an image of the bank in English, of an uploaded one its file name.
    colour : MeanColour
        All that the neuron gets to see.
    thumbnail : str
        A small square picture as a ``data:`` address.
    path : Path or None
        File in the bank; None for an upload.
    is_from_memoire : bool
        Whether it is one of the mémoire's own 16.
    is_red : bool
        Whether the mémoire labels it yes.
    """

    id: str
    name: str
    colour: MeanColour
    thumbnail: str
    path: Path | None = None
    is_from_memoire: bool = False
    is_red: bool = False

    @property
    def shown_name(self) -> str:
        """Return the name in the reader's language; a reader's own file keeps its name."""
        return self.name if self.path is None else _(self.name)


def colour_image(image: Image.Image, **fields: object) -> ColourImage:
    """Return what the page needs of a decoded image, which itself is not kept.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode that `nncore.images.rgb_pixels` takes.
    **fields
        The other attributes of `ColourImage`: ``id``, ``name``, and those with a default.
    """
    return ColourImage(colour=mean_colour(image), thumbnail=_thumbnail(image), **fields)


def read_bank(folder: Path) -> tuple[ColourImage, ...]:
    """Read a bank of images, those of the mémoire first.

    Parameters
    ----------
    folder : Path
        With ``memoire/*.png``, ``more/*.png``, and ``bank.csv``, which says what is red.

    Returns
    -------
    tuple of ColourImage
        In the order in which the neuron is shown them.

    Raises
    ------
    OSError, KeyError, nncore.images.ImageFileError
        If a file is missing or damaged, or there is no image at all.
    """
    with (folder / "bank.csv").open(newline="", encoding="utf-8") as file:
        reds = {
            # The files are named so that they sort in the order of the mémoire.
            row["file_in_memoire"].replace(".", "_")
            for row in csv.DictReader(file)
            if row["positive_for_red"] == "1"
        }
    paths = [path for part in ("memoire", "more") for path in sorted((folder / part).glob("*.png"))]
    if not paths:
        raise FileNotFoundError(folder)
    return tuple(
        colour_image(
            open_image(path),
            id=path.stem,
            name=_COLOUR_NAMES.get(path.stem, path.stem.replace("_", " ")),
            path=path,
            is_from_memoire=path.parent.name == "memoire",
            is_red=path.stem in reds,
        )
        for path in paths
    )


def _thumbnail(image: Image.Image) -> str:
    """Return the middle of an image as a small picture, which is an address that holds it."""
    small = reduced_rgb(image, max(1, min(image.size) // (4 * THUMBNAIL_PX)))
    return webp_url(webp(ImageOps.fit(small, (THUMBNAIL_PX, THUMBNAIL_PX))))
