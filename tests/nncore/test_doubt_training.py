from dataclasses import replace

import numpy as np
import pytest

from nncore import doubt_training
from nncore.doubt import digit_probabilities
from nncore.doubt_training import RECIPE, UNSEEN_KINDS, Refusals, measure_refusals, train_detector
from nncore.mnist import Mnist, load_mnist
from nncore.non_digits import KINDS
from nncore.pen_digits import draw_pen_digits
from nncore.recipe import Recipe
from nncore.training import EpochResult

SMALL = replace(RECIPE, layers=(784, 16, 14), epochs=2, augmentation=(), pen_digits=50)


@pytest.fixture(scope="module")
def few():
    """Return MNIST with 2,000 training and 500 test images."""
    mnist = load_mnist()
    return Mnist(
        mnist.train_images[:2000],
        mnist.train_labels[:2000],
        mnist.test_images[:500],
        mnist.test_labels[:500],
    )


@pytest.fixture(autouse=True)
def _hold_back_few(monkeypatch):
    monkeypatch.setattr(doubt_training, "_N_HELD_BACK", 200)
    monkeypatch.setattr(doubt_training, "_N_REDRAWN", 10)


def test_a_detector_learns_and_refuses_its_share_of_the_digits_held_back(few):
    *epochs, network = train_detector(SMALL, few, n_non_digits=300)
    assert all(isinstance(epoch, EpochResult) for epoch in epochs)
    assert [epoch.epoch for epoch in epochs] == [1, 2]
    assert epochs[1].loss < epochs[0].loss
    # The digits drawn to hold back come after the non-digits, of the same chance.
    refused = np.mean(digit_probabilities(few.train_images[-200:], network) <= 0.5)
    assert refused < 0.06
    refusals = measure_refusals(network, few, 5, np.random.default_rng(1))
    assert 0 <= refusals.test_digits < 0.1
    assert refusals.by_kind.keys() == KINDS.keys()
    assert np.mean(list(refusals.by_kind.values())) > refusals.test_digits


def test_exactly_the_share_of_digits_falls_below_one_half(few):
    *_, network = train_detector(SMALL, few, n_non_digits=100)
    digits = np.concatenate([few.test_images, draw_pen_digits(100, np.random.default_rng(2))[0]])
    doubt_training._set_false_refusal(network, digits, 0.25)
    assert np.mean(digit_probabilities(digits, network) <= 0.5) == pytest.approx(0.25, abs=0.002)


def test_the_same_seed_makes_the_same_network(few):
    def parameters(recipe: Recipe, kinds=tuple(KINDS)):
        *_, network = train_detector(replace(recipe, epochs=1), few, 50, kinds)
        return np.concatenate([array.ravel() for array in network.parameters])

    first = parameters(SMALL)
    np.testing.assert_array_equal(first, parameters(SMALL))
    assert not np.array_equal(first, parameters(replace(SMALL, seed=1)))
    assert not np.array_equal(first, parameters(SMALL, ["dash"]))


def test_refusals_are_shares_of_each_kind(few, monkeypatch):
    seen = []

    def all_but_the_first_are_digits(images, network):
        seen.append(len(images))
        return np.arange(len(images)) / len(images) + 0.25

    monkeypatch.setattr(doubt_training, "digit_probabilities", all_but_the_first_are_digits)
    refusals = measure_refusals(None, few, 4, np.random.default_rng(0))
    # Probabilities 0.25, 0.5, 0.75 and 1 of four.
    assert refusals == Refusals(0.252, 0.5, dict.fromkeys(KINDS, 0.5))
    assert seen == [500, 4] + [4] * len(KINDS)


def test_a_part_of_the_kinds_of_every_group_but_several_is_left_to_be_unseen():
    groups = [KINDS[kind] for kind in UNSEEN_KINDS]
    assert set(groups) == {"letter", "shape", "scribble"}
    assert 0.25 < len(groups) / len(KINDS) < 0.45
