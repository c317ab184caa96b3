from dataclasses import fields, replace

from dashboard.experiments.comparison import _SETTING_NAMES, differences
from nncore.recipe import Recipe


def test_the_table_has_a_column_for_what_differs_and_no_other():
    one = Recipe()
    two = replace(one, loss="mse", layers=(784, 30, 10), training_images=100, learning_rate=0.5)
    assert differences({"one": one, "two": two}) == [
        {
            "Run": "one",
            "Layers": "784-392-196-10",
            "Loss": "cross-entropy",
            "Learning rate": "0.1",
            "Training images": "all",
        },
        {
            "Run": "two",
            "Layers": "784-30-10",
            "Loss": "mse",
            "Learning rate": "0.5",
            "Training images": "100",
        },
    ]
    assert differences({"one": one, "same": one}) == [{"Run": "one"}, {"Run": "same"}]


def test_no_setting_of_a_recipe_can_differ_unseen():
    assert set(_SETTING_NAMES) == {field.name for field in fields(Recipe)}
