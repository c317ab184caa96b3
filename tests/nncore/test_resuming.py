from dataclasses import replace

import numpy as np
import pytest

from nncore.layers import ActivationLayer, DenseLayer, DropoutLayer
from nncore.losses import MSE
from nncore.model_files import Model
from nncore.network import SequentialNetwork
from nncore.recipe import RECIPES, Recipe
from nncore.resuming import resumed_recipe
from nncore.training import EpochResult, new_trainer

ADAM = Recipe(
    layers=(4, 3, 2),
    activation="tanh",
    optimizer="adam",
    learning_rate=0.001,
    epochs=5,
    dropout=0.2,
    validation_images=10,
    patience=2,
)


def model_of(recipe, n_epochs=0):
    trainer = new_trainer(recipe)
    trainer.history = [EpochResult(n, 1.0, 0.5, 1.0) for n in range(1, n_epochs + 1)]
    return Model(trainer.network, trainer)


def network_of(*layers):
    return Model(SequentialNetwork(layers, MSE()))


def dense(n_inputs, n_outputs):
    return DenseLayer(np.zeros((n_inputs, n_outputs)), np.zeros(n_outputs))


def test_a_training_goes_on_by_what_may_change_and_by_its_model():
    chosen = vars(replace(RECIPES["memoire"], epochs=2, training_images=100))
    changed = {"learning_rate": 3.0, "batch_size": 10, "training_images": 100}
    expected = replace(ADAM, epochs=3 + 2, validation_images=1, **changed)
    assert resumed_recipe(model_of(ADAM, 3), chosen) == expected


def test_without_a_choice_the_plan_of_the_model_stays():
    assert resumed_recipe(model_of(ADAM, 3), {}) == ADAM


def test_all_images_can_be_chosen_after_fewer():
    model = model_of(replace(ADAM, training_images=600))
    chosen = {"training_images": None}
    assert resumed_recipe(model, chosen) == replace(ADAM, validation_images=1000)
    assert resumed_recipe(model, {}) == model.trainer.recipe


@pytest.mark.parametrize(
    ("before", "n_before", "now", "n_now"),
    [(None, 10_000, 1000, 166), (1000, 166, 3000, 498), (600, 100, 600, 100), (600, 0, 300, 0)],
)
def test_the_share_of_images_to_validate_with_stays(before, n_before, now, n_now):
    recipe = replace(ADAM, training_images=before, validation_images=n_before, patience=0)
    resumed = resumed_recipe(model_of(recipe), {"training_images": now})
    assert resumed == replace(recipe, training_images=now, validation_images=n_now)


def test_a_network_alone_shows_its_structure_and_takes_all_else_as_chosen():
    alone = Model(new_trainer(ADAM).network)
    shown = {"layers": (4, 3, 2), "activation": "tanh", "dropout": 0.2}
    shown |= {"output": "softmax", "loss": "cross-entropy"}
    chosen = replace(RECIPES["memoire"], optimizer="momentum", augmentation=("shift",), epochs=7)
    assert resumed_recipe(alone, vars(chosen)) == replace(chosen, **shown)
    assert resumed_recipe(alone, {}) == replace(RECIPES["memoire"], **shown)


def test_a_recipe_that_does_not_describe_its_network_gives_way_to_it():
    # As older versions wrote it, which took every network alone for one of the mémoire's.
    model = model_of(ADAM)
    model.trainer.recipe = replace(ADAM, activation="sigmoid", output="sigmoid", loss="mse")
    assert resumed_recipe(model, {}) == ADAM


def test_what_a_recipe_has_no_word_for_is_left_as_chosen():
    generator = np.random.default_rng(0)
    plain = network_of(dense(4, 2))
    assert resumed_recipe(plain, {"activation": "tanh"}).activation == "tanh"
    odd = network_of(
        *(dense(4, 3), ActivationLayer("softmax", 3), DropoutLayer(0.1, 3, generator)),
        *(dense(3, 2), ActivationLayer("relu", 2)),
    )
    recipe = resumed_recipe(odd, {})
    assert (recipe.activation, recipe.output, recipe.dropout) == ("sigmoid", "sigmoid", 0.1)


def test_more_epochs_than_a_recipe_can_have_are_refused():
    with pytest.raises(ValueError, match="epochs must be from 1 to 10000, got 10001"):
        resumed_recipe(model_of(replace(ADAM, epochs=9999), 9999), {"epochs": 2})


def test_a_network_without_a_layer_that_learns_is_refused():
    with pytest.raises(ValueError, match="layers must be 2 to 12 sizes"):
        resumed_recipe(network_of(ActivationLayer("relu", 4)), {})
