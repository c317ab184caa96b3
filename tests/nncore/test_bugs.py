"""Each bug acts, and its curve is what people see."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from nncore import bugs
from nncore.mnist import PROJECT_FILE, load_mnist
from nncore.model_files import load_model
from nncore.recipe import Recipe
from nncore.training import new_trainer

MNIST = load_mnist()
TEST = (MNIST.test_images[:2000], MNIST.test_labels[:2000])
RECIPE = Recipe(
    layers=(784, 64, 10),
    activation="tanh",
    initialisation="glorot",
    learning_rate=0.05,
    batch_size=10,
    epochs=4,
    training_images=2000,
)
LOSS_OF_GUESSING = np.log(10)


@cache
def history(bug):
    trainer = new_trainer(replace(RECIPE, bug=bug))
    list(trainer.train(MNIST.train_images, MNIST.train_labels, test=TEST))
    return trainer.history


def test_without_a_bug_nothing_is_changed():
    images, labels, order = MNIST.train_images[:20], MNIST.train_labels[:20], np.arange(20)[::-1]
    parameters = [np.ones(3)]
    assert bugs.step_sign("none") == 1
    assert bugs.sample_order("none", order, labels) is order
    assert bugs.read_pixels("none", images) is images
    assert bugs.read_labels("none", labels, 10) is labels
    bugs.start("none", parameters)
    np.testing.assert_array_equal(parameters[0], 1)


def test_a_healthy_training_learns():
    assert history("none")[-1].loss < 0.5
    assert history("none")[-1].test_accuracy > 0.8


def test_the_wrong_sign_drives_the_loss_far_above_guessing():
    for result in history("wrong-sign"):
        assert result.loss > 10 * LOSS_OF_GUESSING
        assert result.test_accuracy < 0.15


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_the_wrong_sign_climbs_with_every_optimizer(optimizer):
    recipe = replace(RECIPE, bug="wrong-sign", optimizer=optimizer, learning_rate=0.01, epochs=1)
    trainer = new_trainer(recipe)
    list(trainer.train(MNIST.train_images[:500], MNIST.train_labels[:500]))
    assert trainer.history[0].loss > 2 * LOSS_OF_GUESSING


def test_without_shuffling_one_class_comes_after_the_other():
    labels = np.array([3, 1, 3, 0, 1])
    order = bugs.sample_order("no-shuffling", np.array([4, 3, 2, 1, 0]), labels)
    np.testing.assert_array_equal(order, [3, 1, 4, 0, 2])


def test_without_shuffling_training_looks_splendid_and_testing_is_guessing():
    last = history("no-shuffling")[-1]
    assert last.train_accuracy > 0.85
    assert last.test_accuracy < 0.3


def test_unscaled_pixels_are_the_bytes_as_they_are():
    images = MNIST.train_images[:5]
    seen = bugs.read_pixels("unscaled-pixels", images)
    np.testing.assert_array_equal(seen, images)
    assert seen.dtype != np.uint8
    scaled = images / 255
    assert bugs.read_pixels("unscaled-pixels", scaled) is scaled


def test_unscaled_pixels_leave_little_to_learn():
    for result in history("unscaled-pixels"):
        assert result.loss == pytest.approx(LOSS_OF_GUESSING, abs=0.5)
        assert result.test_accuracy < 0.4


def test_unscaled_pixels_are_unscaled_for_testing_and_validation_too(monkeypatch):
    seen = []

    def accuracy(network, images, labels):
        seen.append(images.dtype)
        return 0.5

    monkeypatch.setattr("nncore.training.accuracy", accuracy)
    recipe = replace(
        RECIPE, bug="unscaled-pixels", training_images=300, validation_images=50, epochs=1
    )
    list(new_trainer(recipe).train(MNIST.train_images, MNIST.train_labels, test=TEST))
    assert seen == [np.uint16, np.uint16]


def test_shifted_labels_come_after_each_other():
    labels = np.array([0, 3, 9], np.uint8)
    np.testing.assert_array_equal(bugs.read_labels("shifted-labels", labels, 10), [1, 4, 0])


def test_shifted_labels_are_learnt_well_and_are_all_wrong():
    last = history("shifted-labels")[-1]
    assert last.train_accuracy == pytest.approx(history("none")[-1].train_accuracy, abs=0.05)
    assert last.test_accuracy < 0.05


def test_zero_weights_stay_at_the_loss_of_guessing():
    trainer = new_trainer(replace(RECIPE, bug="zero-weights"))
    assert not any(array.any() for array in trainer.network.parameters)
    for result in history("zero-weights"):
        assert result.loss == pytest.approx(LOSS_OF_GUESSING, abs=0.05)
        assert result.test_accuracy < 0.15


def test_an_unknown_bug_is_refused():
    with pytest.raises(ValueError, match="bug must be one of none, wrong-sign"):
        Recipe(bug="typo")


def test_a_model_from_before_there_were_bugs_has_none():
    path = PROJECT_FILE.parent / "models" / "memoire.npz"
    with np.load(path) as archive:
        assert b'"bug"' not in archive["metadata"].tobytes()
    model = load_model(path)
    assert model.trainer is None or model.trainer.recipe.bug == "none"
