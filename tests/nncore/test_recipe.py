from dataclasses import replace

import numpy as np
import pytest

from nncore.recipe import MAX_PARAMETERS, RECIPES, Recipe, check_layer_sizes
from nncore.training import new_trainer


def test_the_memoires_recipe_is_that_of_the_memoire():
    trainer = new_trainer(RECIPES["memoire"])
    sizes = [(layer.n_inputs, layer.n_outputs) for layer in trainer.network.dense_layers]
    assert sizes == [(784, 392), (392, 196), (196, 10)]
    assert {layer.name for layer in trainer.network.layers[1::2]} == {"sigmoid"}
    assert trainer.network.loss.name == "mse"
    assert (trainer.recipe.batch_size, trainer.learning_rate) == (10, 3.0)
    assert trainer.network.layers[0].bias.std() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_builds_the_same_network_twice(name):
    first, second = new_trainer(RECIPES[name]), new_trainer(RECIPES[name])
    for one, other in zip(first.network.parameters, second.network.parameters, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activation": "step"}, "activation must be one of"),
        ({"output": "relu"}, "output must be one of"),
        ({"loss": "hinge"}, "loss must be one of"),
        ({"initialisation": ""}, "initialisation must be one of"),
        ({"optimizer": "lion"}, "optimizer must be one of"),
        ({"learning_rate": 0}, "learning_rate must be from"),
        ({"learning_rate": float("nan")}, "learning_rate must be from"),
        ({"learning_rate": "3"}, "learning_rate must be float"),
        ({"batch_size": 0}, "batch_size must be from"),
        ({"batch_size": 1.5}, "batch_size must be int"),
        ({"epochs": 0}, "epochs must be from"),
        ({"seed": -1}, "seed must be from"),
        ({"schedule": "linear"}, "schedule must be one of"),
        ({"weight_decay": -0.1}, "weight_decay must be from"),
        ({"dropout": 1.0}, "dropout must be from"),
        ({"augmentation": ("blur",)}, r"augmentation must be some of .*, got \['blur'\]"),
        ({"validation_images": -1}, "validation_images must be from"),
        ({"patience": 3}, "patience needs validation_images"),
        ({"training_images": 0}, "training_images must be an int of at least 1"),
        ({"layers": (784,)}, "layers must be 2 to"),
        ({"training_images": 1.5}, "training_images must be an int"),
        ({"layers": (784, 0, 10)}, "layer sizes must be ints from 1"),
        ({"layers": (784, 20.0, 10)}, "layer sizes must be ints from 1"),
        ({"layers": (784, True, 10)}, "layer sizes must be ints from 1"),
        ({"epochs": True}, "epochs must be int, got True"),
        ({"augmentation": ("shift",) * 1000}, "augmentation must be some of .*, each once"),
        ({"layers": (4000, 4000, 10)}, "at most"),
    ],
)
def test_settings_that_make_no_sense_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(Recipe(), **change)


def test_the_limit_of_parameters_counts_weights_and_biases():
    n_outputs = 2000
    most = MAX_PARAMETERS // n_outputs - 1
    check_layer_sizes((most, n_outputs))
    with pytest.raises(ValueError, match="at most 5,000,000 parameters, got 5,002,000"):
        check_layer_sizes((most + 1, n_outputs))
