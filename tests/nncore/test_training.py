from itertools import islice

import numpy as np
import pytest

from nncore.mnist import load_mnist, one_hot
from nncore.network import as_inputs, build_network
from nncore.optimizers import OPTIMIZERS, SGD
from nncore.training import DivergedError, EpochResult, Progress, Trainer

MNIST = load_mnist()
IMAGES, LABELS = MNIST.train_images[:1003], MNIST.train_labels[:1003]


def trainer(
    optimizer="sgd", batch_size=10, learning_rate=0.5, dtype=np.float32, seed=0, **settings
):
    generator = np.random.default_rng(seed)
    network = build_network((784, 30, 20, 10), generator=generator, dtype=dtype, **settings)
    return Trainer(
        network, OPTIMIZERS[optimizer](learning_rate), batch_size=batch_size, generator=generator
    )


def plain_sgd(network, generator, batch_size, learning_rate, epochs):
    """Train as the formulas read, one mini-batch at a time, with nothing reused or left out."""
    inputs = as_inputs(IMAGES, 784, network.dtype)
    targets = one_hot(LABELS, 10).astype(network.dtype)
    for _ in range(epochs):
        order = generator.permutation(len(inputs))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            _, gradients = network.loss_and_gradients(inputs[rows], targets[rows])
            for parameter, gradient in zip(network.parameters, gradients, strict=True):
                parameter -= learning_rate * gradient


@pytest.mark.parametrize("batch_size", [1, 10, 32, 100, 400, 5000])
def test_fast_steps_are_the_plain_steps(batch_size):
    fast = trainer(batch_size=batch_size, dtype=np.float64, initialisation="memoire")
    plain = trainer(batch_size=batch_size, dtype=np.float64, initialisation="memoire")
    list(fast.train(IMAGES, LABELS, 2))
    plain_sgd(plain.network, plain.generator, batch_size, 0.5, 2)
    for found, expected in zip(fast.network.parameters, plain.network.parameters, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


def test_fast_steps_are_the_plain_steps_to_float32_rounding():
    fast, plain = trainer(), trainer()
    list(fast.train(IMAGES, LABELS, 1))
    plain_sgd(plain.network, plain.generator, 10, 0.5, 1)
    for found, expected in zip(fast.network.parameters, plain.network.parameters, strict=True):
        np.testing.assert_allclose(found, expected, atol=2e-5)


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [
        ("sgd", {"activation": "relu", "output": "softmax", "loss": "cross-entropy"}),
        ("momentum", {"activation": "tanh", "output": "sigmoid", "loss": "cross-entropy"}),
        ("adam", {"activation": "relu", "output": "softmax", "loss": "cross-entropy"}),
    ],
)
def test_every_optimizer_learns(optimizer, settings):
    rate = 0.002 if optimizer == "adam" else 0.05
    results = [
        record
        for record in trainer(optimizer, learning_rate=rate, **settings).train(
            IMAGES, LABELS, 3, test=(MNIST.test_images[:500], MNIST.test_labels[:500])
        )
        if isinstance(record, EpochResult)
    ]
    assert [result.epoch for result in results] == [1, 2, 3]
    assert results[-1].loss < 0.7 * results[0].loss
    assert results[-1].test_accuracy > 0.7


def test_the_same_seed_gives_the_same_bits():
    runs = [trainer("adam", learning_rate=0.001) for _ in range(2)]
    for run in runs:
        list(run.train(IMAGES, LABELS, 1))
    for first, second in zip(runs[0].network.parameters, runs[1].network.parameters, strict=True):
        np.testing.assert_array_equal(first, second)
    other = trainer("adam", learning_rate=0.001, seed=1)
    assert not np.array_equal(other.network.parameters[0], runs[0].network.parameters[0])


def test_the_records_of_an_epoch():
    records = list(trainer().train(IMAGES, LABELS, 1, report_every_s=0))
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
    records = run.train(IMAGES, LABELS, 1, report_every_s=0)
    next(records)
    before = [array.copy() for array in run.network.parameters]
    run.network.predict(IMAGES[:5])
    run.optimizer.learning_rate = 1e-12
    next(records)
    for array, old in zip(run.network.parameters, before, strict=True):
        np.testing.assert_allclose(array, old, atol=1e-9)


def test_whoever_stops_iterating_stops_the_training():
    run = trainer()
    list(islice(run.train(IMAGES, LABELS, 5, report_every_s=0), 2))
    assert run.epochs_done == 0
    list(run.train(IMAGES, LABELS, 2))
    assert [result.epoch for result in run.history] == [1, 2]


def test_a_loss_that_is_not_finite_ends_the_training():
    run = trainer(learning_rate=1e20, activation="relu", output="relu")
    with pytest.raises(DivergedError, match="lower the learning rate"):
        list(run.train(IMAGES, LABELS, 1))


def test_wrong_use_is_refused():
    run = trainer()
    with pytest.raises(ValueError, match="epochs must be at least 1"):
        next(run.train(IMAGES, LABELS, 0))
    with pytest.raises(ValueError, match="got 1003 and 5"):
        next(run.train(IMAGES, LABELS[:5], 1))
    with pytest.raises(ValueError, match="not empty"):
        next(run.train(IMAGES[:0], LABELS[:0], 1))
    with pytest.raises(ValueError, match="batch_size"):
        Trainer(run.network, SGD(1), batch_size=0, generator=run.generator)


def test_float_images_train_like_the_same_images_in_bytes():
    bytes_run, floats_run = trainer(dtype=np.float64), trainer(dtype=np.float64)
    list(bytes_run.train(IMAGES, LABELS, 1))
    list(floats_run.train(IMAGES.reshape(-1, 784) / 255, LABELS, 1))
    for first, second in zip(
        bytes_run.network.parameters, floats_run.network.parameters, strict=True
    ):
        np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-12)
