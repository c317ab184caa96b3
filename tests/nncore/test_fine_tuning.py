import copy
import json
from dataclasses import replace

import numpy as np
import pytest

from nncore.evaluation import accuracy
from nncore.fine_tuning import FineTuning, FineTuningResult, fine_tune
from nncore.mnist import Mnist, load_mnist
from nncore.network import build_network
from nncore.recipe import Recipe
from nncore.training import new_trainer

QUICK = FineTuning(n_steps=60, learning_rate=0.2, max_forgotten=1.0)


@pytest.fixture(scope="module")
def mnist():
    """A twelfth of MNIST; the last 416 training images are those that no step sees."""
    whole = load_mnist()
    return Mnist(
        *(whole.train_images[:5000], whole.train_labels[:5000]),
        *(whole.test_images[:500], whole.test_labels[:500]),
    )


@pytest.fixture(scope="module")
def trained(mnist):
    recipe = Recipe(layers=(784, 40, 10), epochs=3, learning_rate=0.1)
    trainer = new_trainer(recipe)
    list(trainer.train(mnist.train_images, mnist.train_labels))
    return trainer.network


@pytest.fixture
def network(trained):
    return copy.deepcopy(trained)


@pytest.fixture(scope="module")
def lying_digits():
    """Thirty digits of a hand that writes them lying on their side."""
    whole = load_mnist()
    rows = [np.flatnonzero(whole.test_labels == digit)[-3:] for digit in range(10)]
    rows = np.concatenate(rows)
    return np.rot90(whole.test_images[rows], axes=(1, 2)).copy(), whole.test_labels[rows]


def run(*arguments):
    """Return the shares and the result of a fine-tuning."""
    steps, shares = fine_tune(*arguments), []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as end:
            return shares, end.value


def test_a_strange_hand_is_read_better_after_tuning_on_other_digits_of_it(
    network, lying_digits, mnist
):
    images, labels = lying_digits
    shares, result = run(network, images, labels, mnist, QUICK)
    right_before, right_after = (
        (answers == labels).sum() for answers in (result.before, result.after)
    )
    assert right_before < 12
    assert right_after > right_before + 5
    # The final network has learnt from all of them.
    assert accuracy(network, images, labels) > right_after / 30
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert result.elapsed_s > 0


def test_each_answer_after_is_by_a_network_that_has_not_seen_the_digit(
    network, lying_digits, mnist
):
    images, labels = lying_digits
    noise = np.random.default_rng(0).integers(0, 256, images.shape, dtype=np.uint8)
    _, result = run(network, noise, labels, mnist, QUICK)
    # Noise can be learnt by heart, but says nothing of other noise.
    assert (result.after == labels).mean() < 0.5


def test_nothing_is_forgotten_where_nothing_may_be(trained, network, lying_digits, mnist):
    before = accuracy(trained, mnist.train_images[-417:], mnist.train_labels[-417:])
    free, held = (copy.deepcopy(network) for _ in range(2))
    run(free, *lying_digits, mnist, replace(QUICK, learning_rate=0.5))
    run(held, *lying_digits, mnist, replace(QUICK, learning_rate=0.5, max_forgotten=0.0))
    guards = mnist.train_images[-417:], mnist.train_labels[-417:]
    assert accuracy(free, *guards) < before
    assert accuracy(held, *guards) >= before


def test_the_result_says_how_the_final_network_does_on_mnist(network, trained, lying_digits, mnist):
    _, result = run(network, *lying_digits, mnist, QUICK)
    tests = mnist.test_images, mnist.test_labels
    assert result.mnist_before == accuracy(trained, *tests)
    assert result.mnist_after == accuracy(network, *tests)


def test_the_same_seed_gives_the_same_network_and_another_another(network, lying_digits, mnist):
    short = replace(QUICK, n_steps=5)
    networks = [copy.deepcopy(network) for _ in range(3)]
    for tuned, seed in zip(networks, (1, 1, 2), strict=True):
        run(tuned, *lying_digits, mnist, replace(short, seed=seed))
    first, same, other = (tuned.parameters[0] for tuned in networks)
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_a_tuning_that_diverges_leaves_the_network_as_it_was(trained, network, lying_digits, mnist):
    wild = FineTuning(n_steps=30, learning_rate=10.0, max_forgotten=0.0)
    with np.errstate(all="ignore"):
        run(network, *lying_digits, mnist, wild)
    for tuned, before in zip(network.parameters, trained.parameters, strict=True):
        np.testing.assert_array_equal(tuned, before)


def test_a_result_goes_through_json(network, lying_digits, mnist):
    _, result = run(network, *lying_digits, mnist, replace(QUICK, n_steps=1))
    back = FineTuningResult.from_record(json.loads(json.dumps(result.as_record())))
    np.testing.assert_array_equal(back.after, result.after)
    np.testing.assert_array_equal(back.labels, result.labels)
    assert back.mnist_after == result.mnist_after


def test_too_few_digits_and_other_networks_are_refused(network, lying_digits, mnist):
    images, labels = lying_digits
    with pytest.raises(ValueError, match="at least 10"):
        run(network, images[:9], labels[:9], mnist)
    with pytest.raises(ValueError, match="equal in number"):
        run(network, images, labels[:29], mnist)
    small = build_network((9, 10), generator=np.random.default_rng(0))
    with pytest.raises(ValueError, match="784 pixels"):
        run(small, images, labels, mnist)


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_steps": 0},
        {"batch_size": 1},
        {"learning_rate": float("nan")},
        {"learning_rate": "0.1"},
        {"max_forgotten": -0.1},
        {"n_folds": 1},
        {"n_folds": 2.5},
        {"seed": -1},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        FineTuning(**wrong)
