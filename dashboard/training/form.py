"""The settings of a training as widgets, and the presets that fill them in."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard import resources
from dashboard.fields import whole_number
from dashboard.language import N_, _, ngettext
from dashboard.pictures import show_picture
from dashboard.training.results.gallery import Tile, show_gallery
from nncore.augmentation import DEFORMATIONS
from nncore.mnist import N_CLASSES
from nncore.recipe import CHOICES, RECIPES, Recipe

PRESET_NAMES = {
    "memoire": N_("The mémoire"),
    "keras": N_("The Keras network of the mémoire"),
    "recommended": N_("Recommended"),
}
_DEFAULT = RECIPES["recommended"]
# How far the fields go, lowest and highest.
LIMITS = {
    "learning_rate": (0.0001, 10.0),
    "batch_size": (1, 1000),
    "epochs": (1, 50),
    "dropout": (0.0, 0.9),
    "weight_decay": (0.0, 0.1),
    "patience": (0, 50),
    "seed": (0, 9999),
}
_MAX_HIDDEN_LAYERS = 3
_MAX_NEURONS = 1024
_PEN_DIGITS = (0, 1000, 3000, 10_000, 30_000)
_TRAINING_SET_SIZES = (1000, 3000, 10_000, 30_000, 60_000)
_N_PIXELS = 784
# Two side by side on a phone, four beside the navigation.
_FIELD_PX = 154
_EXAMPLES_PX = 252


def preset_buttons() -> None:
    """Offer the presets; one click fills in all settings."""
    with st.container(horizontal=True):
        for name, label in PRESET_NAMES.items():
            recipe = RECIPES[name]
            st.button(_(label), key=f"train_preset_{name}", on_click=fill_in, args=(recipe,))


def recipe_form() -> Recipe | None:
    """Show the settings.

    Returns
    -------
    Recipe or None
        None, after a sentence on the page, if the settings do not go together.
    """
    # One row that breaks where it must: rows of columns are a message each, at every click.
    with st.container(horizontal=True):
        hidden = [
            whole_number(
                _("Hidden layer {number}").format(number=number),
                low=0,
                high=_MAX_NEURONS,
                value=size,
                help=_("Neurons; 0 leaves the layer out."),
                key=f"train_hidden_{number}",
                width=_FIELD_PX,
            )
            for number, size in enumerate(_hidden_sizes(_DEFAULT), start=1)
        ]
        settings = {
            "activation": _choice(_("Hidden activation"), "activation"),
            "output": _choice(_("Output activation"), "output"),
            "loss": _choice(_("Loss"), "loss"),
            "initialisation": _choice(_("Starting weights"), "initialisation"),
            "optimizer": _choice(_("Optimiser"), "optimizer"),
            "learning_rate": _number(_("Learning rate"), "learning_rate"),
            "schedule": _choice(_("Learning-rate schedule"), "schedule"),
            "batch_size": _number(_("Mini-batch"), "batch_size"),
            "epochs": _number(_("Epochs"), "epochs"),
            "dropout": _number(_("Dropout"), "dropout"),
            "weight_decay": _number(_("Weight decay"), "weight_decay"),
            "patience": _number(
                _("Patience"),
                "patience",
                help=_(
                    "Stop after so many epochs without a better accuracy on the last sixth of the "
                    "training images, which are then kept out of training; 0 never stops."
                ),
            ),
            "seed": _number(_("Seed"), "seed"),
        }
    training_images = st.select_slider(
        _("Training images"),
        _TRAINING_SET_SIZES,
        value=_TRAINING_SET_SIZES[-1],
        key="train_images",
        bind="query-params",
    )
    settings |= _images_used(training_images, settings["patience"])
    settings["augmentation"] = tuple(
        st.pills(
            _("Deform the training images anew in every epoch"),
            DEFORMATIONS,
            selection_mode="multi",
            key="train_augmentation",
            bind="query-params",
        )
    )
    _show_deformations()
    settings["pen_digits"] = st.select_slider(
        _("European digits, made up by the program, mixed into the training images"),
        _PEN_DIGITS,
        value=0,
        help=_(
            "MNIST was written by Americans: its 1 has no flag and its 7 no bar. Drawing ten "
            "thousand takes about ten seconds before the first epoch."
        ),
        key="train_pen_digits",
        bind="query-params",
    )
    words = _("A 1 with a flag, a 7 with a bar: each digit in a few forms, drawn by lot")
    show_picture(resources.pen_digit_examples(), words, caption=words)
    try:
        layers = (_N_PIXELS, *(size for size in hidden if size), N_CLASSES)
        return Recipe(layers=layers, **settings)
    except ValueError as error:
        st.error(str(error))
        return None


def recipe_in_words(recipe: Recipe) -> str:
    """Return a recipe on one line, all but its seed."""
    words = [
        "-".join(map(str, recipe.layers)),
        f"{recipe.activation}, {recipe.output}",
        recipe.loss,
        _("start: {name}").format(name=recipe.initialisation),
        f"{recipe.optimizer} {recipe.learning_rate:g}, {recipe.schedule}",
        _("mini-batches of {n}").format(n=recipe.batch_size),
        ngettext("{n} epoch", "{n} epochs", recipe.epochs).format(n=recipe.epochs),
    ]
    if recipe.training_images:
        words.append(_("{n} training images").format(n=recipe.training_images))
    if recipe.dropout:
        words.append(_("dropout {share:g}").format(share=recipe.dropout))
    if recipe.weight_decay:
        words.append(_("weight decay {factor:g}").format(factor=recipe.weight_decay))
    if recipe.patience:
        words.append(_("patience {n}").format(n=recipe.patience))
    if recipe.pen_digits:
        words.append(_("with {n} European digits").format(n=recipe.pen_digits))
    if recipe.augmentation:
        words.append(_("deformed: {names}").format(names=", ".join(recipe.augmentation)))
    return " · ".join(words)


def _show_deformations() -> None:
    """Show a row of examples for each deformation, the digit itself in front."""
    tiles = [Tile(png, name, name) for name, png in resources.deformation_examples().items()]
    show_gallery(tiles, _EXAMPLES_PX)


def nearest(recipe: Recipe) -> Recipe | None:
    """Return the recipe nearest to one that the form can show, or None for too large a network.

    Parameters
    ----------
    recipe : Recipe
        For 784 pixels and ten digits.
    """
    hidden = recipe.layers[1:-1]
    if len(hidden) > _MAX_HIDDEN_LAYERS or max(hidden, default=0) > _MAX_NEURONS:
        return None
    changes = {
        name: min(max(getattr(recipe, name), low), high) for name, (low, high) in LIMITS.items()
    }
    n_images = recipe.training_images or _TRAINING_SET_SIZES[-1]
    changes |= _images_used(_nearest_of(_TRAINING_SET_SIZES, n_images), changes["patience"])
    changes["pen_digits"] = _nearest_of(_PEN_DIGITS, recipe.pen_digits)
    # Those are for the experiments.
    changes["bug"] = "none"
    return replace(recipe, **changes)


def fill_in(recipe: Recipe) -> None:
    """Set the widgets to a recipe that is its own `nearest`, before they are drawn."""
    for number, size in enumerate(_hidden_sizes(recipe), start=1):
        st.session_state[f"train_hidden_{number}"] = float(size)
    for field in (*CHOICES, *LIMITS):
        value = getattr(recipe, field)
        st.session_state[f"train_{field}"] = float(value) if isinstance(value, int) else value
    st.session_state["train_augmentation"] = list(recipe.augmentation)
    st.session_state["train_pen_digits"] = recipe.pen_digits
    st.session_state["train_images"] = recipe.training_images or _TRAINING_SET_SIZES[-1]


def _images_used(n_images: int, patience: int) -> dict[str, int | None]:
    """Return how many images are used, and how many of those to be patient by."""
    return {
        "training_images": None if n_images == _TRAINING_SET_SIZES[-1] else n_images,
        "validation_images": n_images // 6 if patience else 0,
    }


def _nearest_of(values: Sequence[int], value: int) -> int:
    """Return that of a slider's values which is nearest."""
    return min(values, key=lambda other: abs(other - value))


def _hidden_sizes(recipe: Recipe) -> list[int]:
    """Return the sizes of the hidden layers, filled up with 0."""
    hidden = list(recipe.layers[1:-1])
    return hidden + [0] * (_MAX_HIDDEN_LAYERS - len(hidden))


def _choice(label: str, field: str) -> str:
    """Show a setting that is one of `CHOICES`; the names are the same in every language."""
    return st.selectbox(
        label,
        CHOICES[field],
        index=CHOICES[field].index(getattr(_DEFAULT, field)),
        key=f"train_{field}",
        width=_FIELD_PX,
        bind="query-params",
    )


def _number(label: str, field: str, help: str | None = None) -> float:
    """Show a setting that is a number, whole where its limits are."""
    value, key, (low, high) = getattr(_DEFAULT, field), f"train_{field}", LIMITS[field]
    if isinstance(low, int):
        return whole_number(
            label, low=low, high=high, value=value, key=key, help=help, width=_FIELD_PX
        )
    return st.number_input(
        label,
        min_value=low,
        max_value=high,
        value=value,
        format="%g",
        help=help,
        key=key,
        width=_FIELD_PX,
        bind="query-params",
    )
