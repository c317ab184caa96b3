from itertools import islice

import numpy as np
import pytest

from nncore.evaluation import accuracy
from nncore.mnist import load_mnist, one_hot
from nncore.network import as_inputs
from nncore.recipe import Recipe
from nncore.training import DivergedError, EpochResult, Progress, new_trainer

MNIST = load_mnist()
IMAGES, LABELS = MNIST.train_images[:1003], MNIST.train_labels[:1003]


def trainer(dtype=np.float32, **settings):
    """A trainer of a small network, as a recipe says but in any dtype."""
    settings = {
        "layers": (784, 30, 20, 10),
        "activation": "sigmoid",
        "output": "sigmoid",
        "loss": "mse",
        "initialisation": "glorot",
        "schedule": "constant",
        "learning_rate": 0.5,
        "batch_size": 10,
        "epochs": 1,
    } | settings
    run = new_trainer(Recipe(**settings))
    for layer in run.network.dense_layers:
        layer.__init__(*(array.astype(dtype) for array in layer.parameters))
    return run


def plain_sgd(run):
    """Train as the formulas read, one mini-batch at a time, with nothing reused or left out."""
    network, recipe = run.network, run.recipe
    inputs = as_inputs(IMAGES, 784, network.dtype)
    targets = one_hot(LABELS, 10).astype(network.dtype)
    for _ in range(recipe.epochs):
        order = run.generator.permutation(len(inputs))
        for start in range(0, len(order), recipe.batch_size):
            rows = order[start : start + recipe.batch_size]
            _, gradients = network.loss_and_gradients(inputs[rows], targets[rows])
            for parameter, gradient in zip(network.parameters, gradients, strict=True):
                parameter -= recipe.learning_rate * gradient


@pytest.mark.parametrize("batch_size", [1, 10, 32, 100, 400, 5000])
def test_fast_steps_are_the_plain_steps(batch_size):
    fast, plain = (
        trainer(batch_size=batch_size, dtype=np.float64, initialisation="memoire", epochs=2)
        for _ in range(2)
    )
    list(fast.train(IMAGES, LABELS))
    plain_sgd(plain)
    for found, expected in zip(fast.network.parameters, plain.network.parameters, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_the_pace_does_not_matter(optimizer):
    settings = {"optimizer": optimizer, "learning_rate": 0.1, "dtype": np.float64}
    through, changing = trainer(**settings), trainer(**settings)
    list(through.train(IMAGES, LABELS))
    fractions = [0.0]
    for record in changing.train(IMAGES, LABELS, report_every_s=0):
        if isinstance(record, Progress):
            is_small = record.fraction - fractions[-1] <= 10 / 1003 + 1e-9
            assert is_small == changing.is_stepping or record.fraction == 1
            fractions.append(record.fraction)
        changing.is_stepping = len(fractions) % 5 in (2, 3)
    for one, other in zip(through.network.parameters, changing.network.parameters, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_fast_steps_are_the_plain_steps_to_float32_rounding():
    fast, plain = trainer(), trainer()
    list(fast.train(IMAGES, LABELS))
    plain_sgd(plain)
    for found, expected in zip(fast.network.parameters, plain.network.parameters, strict=True):
        np.testing.assert_allclose(found, expected, atol=2e-5)


@pytest.mark.parametrize(
    ("optimizer", "rate", "settings"),
    [
        ("sgd", 0.05, {"activation": "relu", "output": "softmax", "loss": "cross-entropy"}),
        ("momentum", 0.01, {"activation": "tanh", "output": "sigmoid", "loss": "cross-entropy"}),
        ("adam", 0.002, {"activation": "relu", "output": "softmax", "loss": "cross-entropy"}),
    ],
)
def test_every_optimizer_learns(optimizer, rate, settings):
    run = trainer(optimizer=optimizer, learning_rate=rate, epochs=3, **settings)
    test = (MNIST.test_images[:500], MNIST.test_labels[:500])
    results = [r for r in run.train(IMAGES, LABELS, test=test) if isinstance(r, EpochResult)]
    assert [result.epoch for result in results] == [1, 2, 3]
    # 1003 images in mini-batches of 10.
    assert run.optimizer.step == 3 * 101
    assert results[-1].loss < 0.7 * results[0].loss
    assert results[-1].test_accuracy > 0.7


def test_the_same_seed_gives_the_same_bits():
    runs = [trainer(optimizer="adam", learning_rate=0.001) for _ in range(2)]
    for run in runs:
        list(run.train(IMAGES, LABELS))
    for first, second in zip(runs[0].network.parameters, runs[1].network.parameters, strict=True):
        np.testing.assert_array_equal(first, second)
    other = trainer(optimizer="adam", learning_rate=0.001, seed=1)
    assert not np.array_equal(other.network.parameters[0], runs[0].network.parameters[0])


def test_the_records_of_an_epoch():
    records = list(trainer().train(IMAGES, LABELS, report_every_s=0))
    progress, result = records[:-1], records[-1]
    assert all(isinstance(record, Progress) and record.epoch == 1 for record in progress)
    fractions = [record.fraction for record in progress]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert isinstance(result, EpochResult)
    assert result.test_accuracy is None
    assert 0 < progress[0].elapsed_s < progress[-1].elapsed_s <= result.elapsed_s
    # Every sample counts once, however the records are spaced.
    weights = np.diff([0, *fractions])
    assert result.loss == pytest.approx(sum(weights * [record.loss for record in progress]))
    assert result.train_accuracy == pytest.approx(
        sum(weights * [record.accuracy for record in progress])
    )


def test_between_records_the_network_is_whole_and_the_rate_may_change():
    run = trainer()
    records = run.train(IMAGES, LABELS, report_every_s=0)
    next(records)
    before = [array.copy() for array in run.network.parameters]
    run.network.predict(IMAGES[:5])
    run.learning_rate = 1e-12
    next(records)
    for array, old in zip(run.network.parameters, before, strict=True):
        np.testing.assert_allclose(array, old, atol=1e-9)


def test_whoever_stops_iterating_stops_the_training():
    run = trainer(epochs=2)
    list(islice(run.train(IMAGES, LABELS, report_every_s=0), 2))
    assert run.epochs_done == 0
    list(run.train(IMAGES, LABELS))
    assert [result.epoch for result in run.history] == [1, 2]


def test_a_loss_that_is_not_finite_ends_the_training():
    run = trainer(learning_rate=100.0, activation="relu")
    # Without an activation at the end nothing keeps the outputs from growing.
    run.network.layers.pop()
    with pytest.raises(DivergedError, match="lower the learning rate"):
        list(run.train(IMAGES, LABELS))


def test_wrong_use_is_refused():
    with pytest.raises(ValueError, match="got 1003 and 5"):
        next(trainer().train(IMAGES, LABELS[:5]))
    with pytest.raises(ValueError, match="more than the recipe's 0 for validation"):
        next(trainer().train(IMAGES[:0], LABELS[:0]))
    with pytest.raises(ValueError, match="more than the recipe's 50 for validation"):
        next(trainer(validation_images=50).train(IMAGES[:50], LABELS[:50]))


def test_float_images_train_like_the_same_images_in_bytes():
    bytes_run, floats_run = trainer(dtype=np.float64), trainer(dtype=np.float64)
    list(bytes_run.train(IMAGES, LABELS))
    list(floats_run.train(IMAGES.reshape(-1, 784) / 255, LABELS))
    for first, second in zip(
        bytes_run.network.parameters, floats_run.network.parameters, strict=True
    ):
        np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-12)


def test_the_schedule_is_followed_over_all_epochs():
    run = trainer(schedule="step", epochs=4, learning_rate=0.4)
    rates = []
    for record in run.train(IMAGES, LABELS, report_every_s=0):
        if isinstance(record, EpochResult):
            rates.append(run.optimizer.learning_rate)
    assert rates == pytest.approx([0.4, 0.4, 0.04, 0.004])


def test_validation_images_are_judged_and_not_trained_on():
    run = trainer(validation_images=203, training_images=903)
    with_others = IMAGES.copy()
    with_others[700:] = 0
    result = list(run.train(IMAGES, LABELS))[-1]
    expected = accuracy(run.network, IMAGES[700:903], LABELS[700:903])
    assert result.validation_accuracy == expected
    other_run = trainer(validation_images=203, training_images=903)
    list(other_run.train(with_others, LABELS))
    for one, other in zip(run.network.parameters, other_run.network.parameters, strict=True):
        np.testing.assert_array_equal(one, other)


def test_early_stopping_goes_back_to_the_best_epoch():
    run = trainer(validation_images=200, patience=2, epochs=60, learning_rate=3.0)
    for _ in run.train(IMAGES, LABELS):
        pass
    reached = [result.validation_accuracy for result in run.history]
    best = int(np.argmax(reached))
    assert len(reached) == best + 1 + 2 < 60
    assert accuracy(run.network, IMAGES[-200:], LABELS[-200:]) == reached[best]


def test_weights_decay_and_biases_do_not():
    free, decaying = trainer(epochs=3), trainer(epochs=3, weight_decay=0.02)
    for run in (free, decaying):
        list(run.train(IMAGES, LABELS))
    weights, bias = (
        [np.linalg.norm(run.network.parameters[index]) for run in (free, decaying)]
        for index in (0, 1)
    )
    # 303 steps of 0.5 * 0.02 each.
    assert weights[1] < 0.2 * weights[0]
    assert bias[1] > 0.2 * bias[0]


def test_dropout_is_for_training_alone():
    run = trainer(dropout=0.5)
    list(run.train(IMAGES, LABELS))
    first, second = run.network.predict(IMAGES), run.network.predict(IMAGES)
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(run.network.forward(IMAGES[:9].reshape(9, -1) / 255), first[:9])


def test_images_are_deformed_anew_in_every_epoch(monkeypatch):
    seen = []

    def deform(augmentation, images, generator):
        seen.append((augmentation.deformations, len(images)))
        return images

    monkeypatch.setattr("nncore.training.Augmentation.deform", deform)
    list(trainer(augmentation=("shift", "elastic"), epochs=2).train(IMAGES, LABELS))
    assert {deformations for deformations, _ in seen} == {("shift", "elastic")}
    assert sum(n_images for _, n_images in seen) == 2 * 1003
