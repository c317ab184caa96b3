from dataclasses import asdict

import pytest

from dashboard.experiments.presets import BATCHES, LOSSES, MEMOIRE, PRESETS, SEEDS
from nncore.recipe import RECIPES


def differing(code):
    """The settings of which a preset's runs have several values, and those values."""
    recipes = [asdict(recipe) for recipe in PRESETS[code].runs.values()]
    values = {name: {recipe[name] for recipe in recipes} for name in recipes[0]}
    return {name: found for name, found in values.items() if len(found) > 1}


def test_each_preset_varies_what_it_asks_for_alone():
    assert differing(LOSSES) == {"loss": {"mse", "cross-entropy"}}
    assert differing(MEMOIRE) == {
        "initialisation": {"memoire", "glorot"},
        "learning_rate": {3, 0.5},
    }
    assert differing(BATCHES) == {"batch_size": {1, 10, 100}}
    assert differing(SEEDS) == {"seed": {0, 1, 2, 3, 4}}


def test_the_memoires_preset_has_all_four_combinations_of_its_own_network():
    recipes = list(PRESETS[MEMOIRE].runs.values())
    assert len({(recipe.initialisation, recipe.learning_rate) for recipe in recipes}) == 4
    memoire = RECIPES["memoire"]
    for recipe in recipes:
        assert recipe.layers == memoire.layers
        assert (recipe.output, recipe.loss) == (memoire.output, memoire.loss)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_only_seeds_are_shown_as_a_band(preset):
    assert preset.is_band == (preset is PRESETS[SEEDS])
    assert preset.question
    assert preset.notice
