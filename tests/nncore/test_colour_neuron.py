import csv
import time
from pathlib import Path

import numpy as np
import pytest

from nncore.colour import mean_colour, scale_colours
from nncore.colour_neuron import (
    activation,
    first_epoch_without_error,
    learn,
    potential,
    train,
    train_epoch,
)
from nncore.images import open_image

COLOURS = Path(__file__).parents[2] / "data" / "colours"

LIST_OF_15 = [
    ([1, 0, 0], 1), ([0, 1, 1], 0), ([1, 1, 0], 0), ([1, 0, 0.2], 1), ([0, 1, 0], 0),
    ([0, 0, 0], 0), ([1, 0, 1], 0), ([0.7, 0, 0], 1), ([0.5, 0.5, 0.5], 0), ([0.9, 0.2, 0], 1),
    ([0.9, 0, 0], 1), ([1, 1, 1], 0), ([0.2, 1, 0], 0), ([0.8, 0.2, 0], 1), ([0.7, 0.1, 0.1], 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def bank():
    """The mean colours of the images themselves, and the mémoire's labels."""
    paths = sorted((COLOURS / "memoire").glob("*.png"))
    with (COLOURS / "bank.csv").open(newline="", encoding="utf-8") as file:
        targets = [int(row["positive_for_red"]) for row in csv.DictReader(file)]
    return np.array([mean_colour(open_image(path)).integer for path in paths]), targets


def test_the_list_of_the_memoire():
    inputs, targets = zip(*LIST_OF_15, strict=True)
    log = train(inputs, targets)
    np.testing.assert_allclose(log.state, [1.66, -0.78, -0.66], rtol=0, atol=1e-12)
    assert log.first_epoch_without_error == 11
    np.testing.assert_array_equal(activation(log.state, np.array(inputs)), targets)


def test_the_bank_on_the_scale_of_255_gives_the_printed_state_and_answers(bank):
    colours, targets = bank
    log = train(scale_colours(colours, 255), targets)
    np.testing.assert_allclose(log.state, [41.6, -67.8, -59.8], rtol=0, atol=1e-12)
    assert log.first_epoch_without_error == 4
    assert potential(log.state, [255, 128, 65]) == pytest.approx(-1957.4, abs=1e-9)
    assert potential(log.state, [255, 0, 0]) == pytest.approx(10608, abs=1e-9)
    assert activation(log.state, [255, 128, 65]) == 0
    assert activation(log.state, [255, 0, 0]) == 1


def test_the_bank_on_the_scale_of_1_converges_after_the_50_epochs_of_the_memoire(bank):
    colours, targets = bank
    inputs = scale_colours(colours, 1)
    after_50 = train(inputs, targets)
    np.testing.assert_allclose(
        after_50.state, [2.43058824, -3.04235294, 0.45098039], rtol=0, atol=5e-9
    )
    assert after_50.first_epoch_without_error is None
    converged = train(inputs, targets, epochs=1000)
    np.testing.assert_allclose(
        converged.state, [2.59058824, -3.56470588, 0.53176471], rtol=0, atol=5e-9
    )
    assert converged.first_epoch_without_error == 68
    assert converged.errors_per_epoch[:50] == after_50.errors_per_epoch
    assert len(converged.errors_per_epoch) == 1000
    assert set(converged.errors_per_epoch[67:]) == {0}
    assert 0 not in converged.errors_per_epoch[:67]


def test_one_epoch_worked_by_hand():
    inputs = [[1, 0, 0], [0, 1, 0], [0, 0, 0.5]]
    # q = 1 is right; q = 1 is wrong, green goes down; q = 0.5 is wrong, blue goes up.
    log = train(inputs, [1, 0, 1], learning_rate=0.25, epochs=1)
    assert log.start == (1.0, 1.0, 1.0)
    assert log.updates == (
        (1, 1, 1, 0, (1.0, 1.0, 1.0), (1.0, 0.75, 1.0)),
        (1, 2, 0, 1, (1.0, 0.75, 1.0), (1.0, 0.75, 1.125)),
    )
    assert log.updates[1].target == 1
    assert log.state == (1.0, 0.75, 1.125)
    assert log.errors_per_epoch == (2,)
    assert log.first_epoch_without_error is None
    np.testing.assert_array_equal(log.states, [(1, 1, 1), (1, 0.75, 1), (1, 0.75, 1.125)])
    assert train_epoch((1, 1, 1), inputs, [1, 0, 1], 0.25) == (log.state, log.updates)


def test_the_log_is_a_chain_from_start_to_state(bank):
    colours, targets = bank
    log = train(scale_colours(colours, 1), targets, start=(0.5, -1, 2), learning_rate=0.1)
    assert log.updates[0].before == log.start == (0.5, -1.0, 2.0)
    assert log.updates[-1].after == log.state
    for earlier, later in zip(log.updates, log.updates[1:], strict=False):
        assert earlier.after == later.before
        assert (earlier.epoch, earlier.sample) < (later.epoch, later.sample)
    for update in log.updates:
        colour = scale_colours(colours, 1)[update.sample]
        assert activation(update.before, colour) == update.output != update.target
        assert update.after == learn(update.before, colour, update.target, 0.1)
    counts = np.bincount([update.epoch for update in log.updates], minlength=51)[1:]
    assert tuple(counts) == log.errors_per_epoch
    assert log.states.shape == (len(log.updates) + 1, 3)


def test_the_log_answers_as_each_of_its_states_does():
    generator = np.random.default_rng(0)
    colours, targets = generator.integers(0, 256, (12, 3)), generator.integers(0, 2, 12)
    log = train(colours, targets, (1, 1, 1), 0.2, 20)
    answers = log.answers(colours)
    assert len(answers) > 10
    for state, of_state in zip(log.states, answers, strict=True):
        np.testing.assert_array_equal(of_state, activation(state, colours))
    with pytest.raises(ValueError, match=r"inputs must be \(n_samples, 3\)"):
        log.answers(colours[0])


def test_epochs_one_by_one_are_the_same_training(bank):
    colours, targets = bank
    state, updates = (1.0, 1.0, 1.0), []
    for epoch in range(1, 7):
        state, new_updates = train_epoch(state, colours, targets, 0.2, epoch)
        updates += new_updates
    log = train(colours, targets, epochs=6)
    assert state == log.state
    assert tuple(updates) == log.updates


@pytest.mark.parametrize("scale", [1, 255])
@pytest.mark.parametrize("learning_rate", [0.05, 0.2, 3.0])
def test_the_first_epoch_without_error_is_that_of_the_training(bank, scale, learning_rate):
    inputs, chance = scale_colours(bank[0], scale), np.random.default_rng(0)
    start = (1.0, -0.5, 0.25)
    # Labels that a plane separates, the mémoire's, and ones that most likely none does.
    for targets in (bank[0][:, 0] > 200, bank[1], *(chance.random((5, len(inputs))) < 0.3)):
        targets = [int(target) for target in targets]
        expected = train(inputs, targets, start, learning_rate, 60).first_epoch_without_error
        found = first_epoch_without_error(inputs, targets, start, learning_rate, 60)
        assert found == expected


def test_some_labels_need_many_epochs_and_some_have_none_without_error(bank):
    inputs = scale_colours(bank[0], 1)
    needed = first_epoch_without_error(inputs, bank[1], epochs=500)
    assert needed > 50
    assert first_epoch_without_error(inputs, bank[1], epochs=needed) == needed
    assert first_epoch_without_error(inputs, bank[1], epochs=needed - 1) is None


def test_a_training_without_errors_has_no_updates():
    log = train([[1, 0, 0]], [1], epochs=3)
    assert log.state == log.start
    assert log.updates == ()
    assert log.errors_per_epoch == (0, 0, 0)
    assert log.first_epoch_without_error == 1
    assert log.states.tolist() == [[1, 1, 1]]


def test_learning_only_from_mistakes():
    assert learn((1, 1, 1), [1, 1, 0], 1, 0.5) == (1.0, 1.0, 1.0)
    assert learn((1, 1, 1), [1, 1, 0], 0, 0.5) == (0.5, 0.5, 1.0)
    assert learn((0, 0, 0), [1, 0.5, 0], 1, 0.5) == (0.5, 0.25, 0.0)


def test_the_neuron_answers_yes_on_the_plane_itself():
    assert activation((1, 1, 1), [0.5, 0.25, 0.25]) == 1
    assert activation((1, 1, 1), [0.5, 0.25, 0.25 - 1e-15]) == 0
    np.testing.assert_array_equal(activation((0, 0, 0), np.eye(3)), [0, 0, 0])


def test_potential_of_one_colour_and_of_many():
    assert potential((2, -1, 0.5), [1, 2, 4]) == 2.0
    np.testing.assert_array_equal(potential((2, -1, 0.5), [[1, 2, 4], [0, 1, 0]]), [2.0, -1.0])


def test_a_lesson_is_fast_enough_for_a_slider():
    rng = np.random.default_rng(5)
    inputs, targets = rng.random((30, 3)), rng.integers(0, 2, 30)
    best = np.inf
    for _ in range(3):
        start = time.process_time()
        log = train(inputs, targets)
        best = min(best, time.process_time() - start)
    assert len(log.updates) > 500
    assert best < 0.05


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"inputs": [[1, 2]]}, r"inputs must be \(n_samples, 3\), got \(1, 2\)"),
        ({"inputs": [1, 2, 3]}, r"inputs must be \(n_samples, 3\), got \(3,\)"),
        ({"inputs": [[1, 2, "red"]]}, "inputs must be numbers of shape"),
        ({"inputs": [[1, 2, np.nan]]}, "inputs must be finite numbers"),
        ({"inputs": [[1, 2, np.inf]]}, "inputs must be finite numbers"),
        ({"inputs": np.empty((0, 3)), "targets": []}, "inputs must have at least one sample"),
        ({"targets": [1, 0]}, r"targets must be \(1,\), got \(2,\)"),
        ({"targets": [2]}, r"targets must be 0 or 1, got \[2\]"),
        ({"targets": [0.5]}, r"targets must be 0 or 1, got \[0.5\]"),
        ({"start": (1, 1)}, r"start must be \(3,\), got \(2,\)"),
        ({"start": (1, 1, np.inf)}, "start must be finite numbers"),
        ({"learning_rate": 0}, "learning_rate must be a finite number above 0, got 0"),
        ({"learning_rate": -0.2}, "learning_rate must be a finite number above 0"),
        ({"learning_rate": np.nan}, "learning_rate must be a finite number above 0"),
        ({"learning_rate": np.inf}, "learning_rate must be a finite number above 0"),
        ({"epochs": 0}, "epochs must be a whole number from 1, got 0"),
        ({"epochs": 1.5}, "epochs must be a whole number from 1, got 1.5"),
        ({"learning_rate": 1e308, "start": (-1e300, 0, 0), "inputs": [[9, 0, 0]]}, "state finite"),
    ],
)
@pytest.mark.parametrize("teach", [train, first_epoch_without_error])
def test_what_cannot_be_trained_on_is_refused(teach, arguments, message):
    with pytest.raises(ValueError, match=message):
        teach(**({"inputs": [[1, 0, 0]], "targets": [1]} | arguments))


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(ValueError, match=r"state must be \(3,\), got \(1, 3\)"):
        potential([[1, 2, 3]], [1, 2, 3])
    with pytest.raises(ValueError, match=r"inputs must be \(3,\) or \(n_samples, 3\), got \(4,\)"):
        activation([1, 2, 3], [1, 2, 3, 4])
    with pytest.raises(ValueError, match="inputs must be finite numbers"):
        activation([1, 2, 3], [1, 2, np.nan])
    with pytest.raises(ValueError, match=r"inputs must be \(3,\), got \(1, 3\)"):
        learn([1, 2, 3], [[1, 2, 3]], 1, 0.2)
