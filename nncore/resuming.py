"""Going on with a model: which settings its training has then, and which are fixed in it.

The command line and whoever shows a training before it runs both ask here.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nncore.layers import ActivationLayer, DenseLayer, DropoutLayer
from nncore.losses import MSE
from nncore.mnist import N_TRAINING_IMAGES
from nncore.model_files import Model
from nncore.network import SequentialNetwork
from nncore.recipe import CHOICES, RECIPES, Recipe

# What may be changed in a training that goes on; the rest is in its model.
CHANGEABLE = ("learning_rate", "batch_size", "epochs", "training_images")


def resumed_recipe(model: Model, chosen: Mapping[str, Any]) -> Recipe:
    """Return the recipe by which a model is trained on.

    Parameters
    ----------
    model : Model
    chosen : mapping of str to object
        Settings of a `nncore.recipe.Recipe` by name, all or some. Its ``epochs`` are those to come.
        What is fixed in the model is passed over.

    Returns
    -------
    Recipe
        Its ``epochs`` are those over the life of the model. Of a model with a trainer, the settings
        in `CHANGEABLE` are as chosen, all others as in the model; with more or fewer training
        images, the same share of them is kept out to validate with. Of a network alone, all are as
        chosen, or as the mémoire's, but for those that the network itself shows: its layers,
        activations, loss and dropout. How its weights began does not matter any more.

    Raises
    ------
    ValueError
        If the settings together are no recipe.
    """
    seen = _seen_in(model.network)
    if model.trainer is None:
        return replace(RECIPES["memoire"], **chosen | seen)
    changes = {name: chosen[name] for name in CHANGEABLE if name in chosen}
    if "epochs" in changes:
        changes["epochs"] += model.epochs_done
    recipe = model.trainer.recipe
    if recipe.validation_images and "training_images" in changes:
        n_before = recipe.training_images or N_TRAINING_IMAGES
        n_images = changes["training_images"] or N_TRAINING_IMAGES
        # One at least: without any, patience would have nothing to judge by.
        changes["validation_images"] = max(1, n_images * recipe.validation_images // n_before)
    return replace(recipe, **changes | seen)


def _seen_in(network: SequentialNetwork) -> dict[str, Any]:
    """Return the settings that a network shows, as far as a recipe has words for them."""
    layers = network.layers
    rates = [layer.rate for layer in layers if isinstance(layer, DropoutLayer)]
    last = max((n for n, layer in enumerate(layers) if isinstance(layer, DenseLayer)), default=0)
    seen: dict[str, Any] = {
        "layers": (network.n_inputs, *(layer.n_outputs for layer in network.dense_layers)),
        "loss": "mse" if isinstance(network.loss, MSE) else "cross-entropy",
        "dropout": max(rates, default=0.0),
    }
    for name, part in (("activation", layers[:last]), ("output", layers[last:])):
        names = [layer.name for layer in part if isinstance(layer, ActivationLayer)]
        if names and names[0] in CHOICES[name]:
            seen[name] = names[0]
    return seen
