import numpy as np
import pytest

from nncore.initialisers import INITIALISERS


@pytest.mark.parametrize(
    ("name", "weights_deviation", "bias_deviation"),
    [
        ("memoire", 1 / np.sqrt(400), 1),
        ("glorot", np.sqrt(2 / (400 + 200)), 0),
        ("he", np.sqrt(2 / 400), 0),
    ],
)
def test_spread_of_the_starting_values(name, weights_deviation, bias_deviation):
    weights, bias = INITIALISERS[name](400, 200, np.random.default_rng(0))
    assert weights.shape == (400, 200)
    assert bias.shape == (200,)
    assert weights.std() == pytest.approx(weights_deviation, rel=0.02)
    assert weights.mean() == pytest.approx(0, abs=0.001)
    assert bias.std() == pytest.approx(bias_deviation, rel=0.2)


def test_glorot_stays_within_its_limit():
    weights, _ = INITIALISERS["glorot"](300, 300, np.random.default_rng(0))
    assert np.abs(weights).max() <= np.sqrt(6 / 600)
