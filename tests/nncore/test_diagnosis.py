import copy
from contextlib import suppress
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

from nncore import diagnosis
from nncore.activations import sigmoid
from nncore.diagnosis import USUAL_RATES, WORDINGS, Wording, diagnose, observe
from nncore.layers import ActivationLayer, DenseLayer
from nncore.losses import MSE
from nncore.mnist import load_mnist
from nncore.network import SequentialNetwork, build_network
from nncore.optimizers import OPTIMIZERS
from nncore.recipe import CHOICES, RECIPES
from nncore.training import DivergedError, Trainer, new_trainer, optimizer_for

MNIST = load_mnist()
SAMPLE = slice(1000)
IMAGES, LABELS = MNIST.train_images[SAMPLE], MNIST.train_labels[SAMPLE]
MEMOIRE = replace(RECIPES["memoire"], epochs=1)
RECOMMENDED = replace(RECIPES["recommended"], epochs=1)
STEADY = replace(RECOMMENDED, schedule="constant", learning_rate=0.1)


def train(recipe, n_images=1000):
    """Return the trainer, after the epochs of the recipe or as far as it got before diverging."""
    trainer = new_trainer(recipe)
    images, labels = MNIST.train_images[:n_images], MNIST.train_labels[:n_images]
    with suppress(DivergedError):
        list(trainer.train(images, labels))
    return trainer


def findings_of(trainer, images=IMAGES, labels=LABELS):
    return diagnose(trainer.network, images, labels, trainer)


def kinds(findings):
    return [finding.kind for finding in findings]


@pytest.fixture(scope="module")
def memoire_network():
    """A network of the mémoire's kind, small enough to survive its learning rate of 3."""
    return train(replace(MEMOIRE, layers=(784, 30, 10)), 10_000).network


def with_output_bias(network, output, bias):
    network = copy.deepcopy(network)
    network.dense_layers[-1].bias[output] = bias
    return network


# What is measured


def hand_made_network():
    """Two inputs, five hidden sigmoids of which three are stuck, two linear outputs."""
    weights = np.array([[1.0, 0, 0, 0, 0], [0, 0, 0, 10, 0]])
    hidden = DenseLayer(weights, np.array([0.0, 9, -9, -4.7, 4.5]))
    output = DenseLayer(np.eye(5, 2), np.zeros(2))
    return SequentialNetwork([hidden, ActivationLayer("sigmoid", 5), output], MSE())


def test_an_observation_worked_by_hand():
    images, labels = np.array([[0.0, 0.0], [0.0, 1.0]]), np.array([0, 0])
    network = hand_made_network()
    recipe = replace(MEMOIRE, layers=(2, 5, 2), learning_rate=2.0)
    trainer = Trainer(network, recipe, optimizer_for(recipe), np.random.default_rng(0))
    seen = observe(network, images, labels, trainer)
    hidden, output = seen.layers
    assert (hidden.layer, hidden.activation, hidden.n_neurons) == (1, "sigmoid", 5)
    # The fourth neuron answers almost 0 to one image and almost 1 to the other: 0.502 on
    # average. The last has a slope of 0.011.
    assert (hidden.stuck_low, hidden.stuck_high) == ((2,), (1, 3))
    assert (output.layer, output.activation, output.n_neurons) == (2, None, 2)
    assert (output.stuck_low, output.stuck_high) == ((), ())
    high = sigmoid(9.0)
    np.testing.assert_allclose(seen.outputs, [[0.5, high], [0.5, high]])
    assert seen.loss == pytest.approx(0.5 * (0.25 + high**2))
    assert seen.guessing_loss == 0
    errors = np.array([-0.5, high])
    activations = sigmoid(np.array([[0, 9, -9, -4.7, 4.5], [0, 9, -9, 5.3, 4.5]]))
    gradient = np.outer(activations.mean(axis=0), errors)
    assert output.gradient == pytest.approx(np.sqrt((gradient**2).mean()))
    assert output.step == pytest.approx(2 * output.gradient / np.sqrt(2 / 10))
    assert (seen.lowest_input, seen.highest_input) == (0, 1)


@pytest.mark.parametrize(
    ("activation", "low", "high"), [("relu", (2,), ()), ("tanh", (2,), (1,)), ("softmax", (), ())]
)
def test_each_activation_is_stuck_in_its_own_way(activation, low, high):
    layers = [DenseLayer(np.zeros((1, 3)), np.array([1.0, 9, -9])), ActivationLayer(activation, 3)]
    seen = observe(SequentialNetwork(layers, MSE()), np.zeros((4, 1)), np.zeros(4, int))
    assert (seen.layers[0].stuck_low, seen.layers[0].stuck_high) == (low, high)


@pytest.mark.parametrize(("loss", "guess"), [("mse", 0.45), ("cross-entropy", np.log(10))])
def test_guessing_is_answering_the_shares_of_the_classes(loss, guess):
    recipe = STEADY if loss == "cross-entropy" else MEMOIRE
    network = new_trainer(recipe).network
    labels = np.tile(np.arange(10), 10)
    assert observe(network, IMAGES[:100], labels).guessing_loss == pytest.approx(guess, rel=1e-5)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_diagnosis_changes_nothing_and_foresees_the_next_step(optimizer):
    recipe = replace(STEADY, layers=(784, 20, 10), optimizer=optimizer, weight_decay=0.01)
    trainer = train(recipe, 500)
    before = copy.deepcopy((trainer.network.parameters, trainer.network.gradients))
    slots, step = copy.deepcopy(trainer.optimizer.slots), trainer.optimizer.step
    seen = observe(trainer.network, IMAGES, LABELS, trainer)
    findings_of(trainer)
    for now, then in (
        *zip(trainer.network.parameters, before[0], strict=True),
        *zip(trainer.network.gradients, before[1], strict=True),
        *zip(chain(*trainer.optimizer.slots), chain(*slots), strict=True),
    ):
        np.testing.assert_array_equal(now, then)
    assert trainer.optimizer.step == step
    # One mini-batch of all the images is that step.
    trainer.recipe = replace(trainer.recipe, batch_size=len(IMAGES), epochs=2)
    list(trainer.train(IMAGES, LABELS))
    for state, weights, old in zip(
        seen.layers, trainer.network.parameters[::2], before[0][::2], strict=True
    ):
        change = np.linalg.norm(weights - old) / np.linalg.norm(old)
        assert state.step == pytest.approx(change, rel=1e-3)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (IMAGES, LABELS[:3], "got 1000 and 3"),
        (IMAGES[:0], LABELS[:0], "not empty"),
        (IMAGES[:, :5], LABELS, "images must be"),
        (IMAGES, LABELS + 1, "labels must be from 0 to 9"),
    ],
)
def test_images_and_labels_must_fit(images, labels, message):
    with pytest.raises(ValueError, match=message):
        diagnose(new_trainer(STEADY).network, images, labels)


def test_a_network_must_have_something_to_learn():
    network = SequentialNetwork([ActivationLayer("relu", 784)], MSE())
    with pytest.raises(ValueError, match="must have a dense layer"):
        diagnose(network, IMAGES, LABELS)


# Healthy networks


def test_a_healthy_network_has_no_finding():
    trainer = train(RECOMMENDED, 5000)
    assert findings_of(trainer, MNIST.train_images[:5000], MNIST.train_labels[:5000]) == []
    assert findings_of(trainer) == []
    assert diagnose(trainer.network, IMAGES, LABELS) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"activation": "tanh", "initialisation": "glorot"},
        {"optimizer": "adam", "learning_rate": 0.001},
        {"optimizer": "momentum", "learning_rate": 0.01},
        {"output": "sigmoid"},
        {"dropout": 0.2},
        {"layers": (784, 10)},
    ],
)
def test_other_healthy_networks_have_none_either(changes):
    assert findings_of(train(replace(STEADY, **changes), 3000)) == []


def test_the_end_of_a_schedule_is_no_learning_rate():
    trainer = train(replace(RECOMMENDED, layers=(784, 30, 10)), 5000)
    assert trainer.optimizer.learning_rate < 0.01 < trainer.learning_rate
    step = observe(trainer.network, IMAGES, LABELS, trainer).layers[0].step
    trainer.optimizer.learning_rate = trainer.learning_rate
    assert observe(trainer.network, IMAGES, LABELS, trainer).layers[0].step == step
    trainer.network.dense_layers[-1].bias[3] = -100
    (finding,) = findings_of(trainer)
    assert finding.changes == {"learning_rate": 0.1}


def test_the_answers_of_an_untrained_network_are_not_judged():
    trainer = new_trainer(STEADY)
    assert findings_of(trainer) == []
    assert kinds(diagnose(trainer.network, IMAGES, LABELS)) == ["loss-of-guessing"]


# Findings that a recipe leads to, and that its remedy avoids


@pytest.mark.parametrize(
    ("kind", "recipe", "n_images"),
    [
        ("output-dead", replace(MEMOIRE, layers=(784, 100, 196, 10)), 1000),
        (
            "neurons-saturated",
            replace(MEMOIRE, layers=(784, 196, 196, 10), loss="cross-entropy"),
            1000,
        ),
        (
            "neurons-saturated",
            replace(
                STEADY,
                layers=(784, 100, 100, 10),
                activation="tanh",
                initialisation="glorot",
                learning_rate=3.0,
            ),
            1000,
        ),
        (
            "neurons-dead",
            replace(STEADY, layers=(784, 100, 50, 10), optimizer="adam", learning_rate=0.1),
            1000,
        ),
        (
            "neurons-dead",
            replace(STEADY, layers=(784, 30, 30, 30, 30, 30, 10), initialisation="memoire"),
            1000,
        ),
        (
            "weights-not-finite",
            replace(STEADY, layers=(784, 196, 100, 10), learning_rate=100.0),
            1000,
        ),
        (
            "gradient-vanishing",
            replace(
                STEADY,
                layers=(784, 30, 30, 30, 30, 30, 30, 10),
                activation="sigmoid",
                initialisation="glorot",
            ),
            1000,
        ),
        ("steps-too-large", replace(MEMOIRE, layers=(784, 30, 196, 10)), 0),
        ("steps-too-large", replace(STEADY, optimizer="adam", learning_rate=0.1), 0),
        ("steps-too-small", replace(STEADY, layers=(784, 60, 10), learning_rate=1e-5), 1000),
        (
            "outputs-constant",
            replace(MEMOIRE, layers=(784, 60, 60, 60, 10), learning_rate=0.5),
            1000,
        ),
        ("loss-of-guessing", replace(MEMOIRE, layers=(784, 60, 60, 10), learning_rate=0.1), 1000),
        (
            "class-never-predicted",
            replace(MEMOIRE, layers=(784, 60, 10), learning_rate=0.1, loss="cross-entropy"),
            1000,
        ),
    ],
)
def test_the_remedy_of_a_finding_avoids_it(kind, recipe, n_images):
    trainer = new_trainer(recipe) if n_images == 0 else train(recipe, n_images)
    found = [finding for finding in findings_of(trainer) if finding.kind == kind]
    assert found
    for finding in found:
        assert finding.severity in ("error", "warning")
        assert finding.changes
        mended = replace(recipe, **finding.changes)
        assert mended != recipe
        trainer = new_trainer(mended) if n_images == 0 else train(mended, n_images)
        assert kind not in kinds(findings_of(trainer))
        if n_images:
            assert findings_of(trainer) == [] or kinds(findings_of(trainer)) == [
                "class-never-predicted"
            ]


# The mémoire's dead outputs


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_dead_output_is_named_like_that_of_the_memoires_model(memoire_network, dtype):
    network = with_output_bias(memoire_network, 0, -30)
    layers = [
        DenseLayer(*(array.astype(dtype) for array in layer.parameters))
        if isinstance(layer, DenseLayer)
        else layer
        for layer in network.layers
    ]
    # As a converted file: no optimiser, no history.
    (finding,) = diagnose(SequentialNetwork(layers, MSE()), IMAGES, LABELS)
    assert (finding.kind, finding.severity) == ("output-dead", "error")
    assert (finding.layer, finding.neurons, finding.classes) == (2, (0,), (0,))
    assert finding.message.startswith("Output 0 is dead: it never rises above")
    assert f"{(LABELS == 0).sum()} of which belong to class 0" in finding.message
    assert "slope of the sigmoid" in finding.explanation
    assert finding.values["slope"] < 1e-8
    assert finding.changes == {
        "output": "softmax",
        "loss": "cross-entropy",
        "optimizer": "sgd",
        "learning_rate": 0.5,
    }


def test_all_dead_outputs_are_named_together():
    (finding,) = findings_of(train(replace(MEMOIRE, layers=(784, 100, 196, 10))))
    dead = finding.classes
    assert len(dead) >= 9
    assert finding.message.startswith(
        f"{len(dead)} of the 10 outputs are dead ({dead[0]}, {dead[1]}"
    )


def test_the_explanation_of_dead_outputs_is_what_happens():
    inputs = IMAGES[:10].reshape(10, 784) / np.float32(255)
    # With the mémoire's normal biases, and with none.
    for recipe in (MEMOIRE, replace(MEMOIRE, initialisation="glorot")):
        moves = []
        for seed in range(5):
            trainer = new_trainer(replace(recipe, seed=seed))
            network = SequentialNetwork(trainer.network.layers[:-1], MSE())
            before = network.predict(IMAGES).mean(axis=0)
            trainer.network.loss_and_gradients(inputs, np.eye(10, dtype=np.float32)[LABELS[:10]])
            trainer.optimizer.update(trainer.network.parameters, trainer.network.gradients)
            moves.append(network.predict(IMAGES).mean(axis=0) - before)
        assert -20 < np.median(moves) < -12
    (explanation,) = {w.explanation for w in WORDINGS if "mémoire" in w.explanation}
    assert "196 inputs" in explanation
    assert "about −16 at a learning rate of 3" in explanation
    assert sigmoid(-16.0) == pytest.approx(0.0000001, rel=0.2)


def test_without_the_squared_error_a_dead_output_has_other_reasons():
    trainer = train(replace(STEADY, layers=(784, 30, 10)), 3000)
    network = with_output_bias(trainer.network, 3, -100)
    (finding,) = diagnose(network, IMAGES, LABELS, trainer)
    assert (finding.kind, finding.classes) == ("output-dead", (3,))
    assert "slope" not in finding.explanation
    assert finding.changes == {"learning_rate": 0.02}
    network = with_output_bias(network, 5, -100)
    (finding,) = diagnose(network, IMAGES, LABELS, trainer)
    assert finding.classes == (3, 5)
    assert "2 of the 10 outputs are dead (3, 5)" in finding.message


def test_an_output_may_stay_low_if_its_class_hardly_occurs(memoire_network):
    network = with_output_bias(memoire_network, 0, -30)
    zeros = np.flatnonzero(LABELS == 0)
    few = np.setdiff1d(np.arange(len(LABELS)), zeros[9:])
    assert diagnose(network, IMAGES[few], LABELS[few]) == []
    more = np.setdiff1d(np.arange(len(LABELS)), zeros[10:])
    assert kinds(diagnose(network, IMAGES[more], LABELS[more])) == ["output-dead"]


# Findings on networks made for them


def test_an_output_that_never_falls_is_saturated(memoire_network):
    (finding,) = diagnose(with_output_bias(memoire_network, 4, 30), IMAGES, LABELS)
    assert (finding.kind, finding.layer, finding.neurons) == ("neurons-saturated", 2, (4,))
    assert "0 answer almost 0 and 1 almost 1" in finding.message


def test_saturated_neurons_are_counted_by_side():
    network = build_network(
        (784, 10, 10), activation="tanh", generator=np.random.default_rng(0), dtype=np.float64
    )
    network.dense_layers[0].bias[:4] = [-50, 50, -50, -50]
    finding = next(f for f in diagnose(network, IMAGES, LABELS) if f.kind == "neurons-saturated")
    assert (finding.layer, finding.neurons, finding.severity) == (1, (0, 1, 2, 3), "warning")
    assert "3 answer almost -1 and 1 almost 1" in finding.message


def test_a_few_stuck_neurons_are_no_finding_and_a_whole_layer_is_an_error():
    trainer = train(replace(STEADY, layers=(784, 30, 10), learning_rate=0.05), 3000)
    bias = trainer.network.dense_layers[0].bias
    for n_dead, expected in ((5, []), (6, ["warning"]), (30, ["error"])):
        bias[:n_dead] = -1000
        dead = [f for f in findings_of(trainer) if f.kind == "neurons-dead"]
        assert [finding.severity for finding in dead] == expected
    assert dead[0].neurons == tuple(range(30))
    # The learning rate is below the usual one, and stays.
    assert dead[0].changes == {"initialisation": "he", "learning_rate": 0.05}


def test_what_follows_from_stuck_neurons_is_left_out():
    trainer = train(replace(STEADY, layers=(784, 20, 20, 10)))
    trainer.network.dense_layers[0].bias[:] = -1000
    first, *_, last = observe(trainer.network, IMAGES, LABELS).layers
    assert first.gradient == 0 < last.gradient
    assert {*kinds(findings_of(trainer))} == {"neurons-dead"}


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_neurons_that_start_alike_stay_alike(activation):
    recipe = replace(MEMOIRE, layers=(784, 20, 20, 10), activation=activation, learning_rate=0.5)
    trainer = new_trainer(recipe)
    for array in trainer.network.parameters:
        array[:] = 0
    list(trainer.train(IMAGES, LABELS))
    findings = findings_of(trainer)
    assert [(f.kind, f.layer) for f in findings] == [("neurons-alike", 1), ("neurons-alike", 2)]
    mended = replace(recipe, **findings[0].changes)
    assert mended.initialisation == {"sigmoid": "glorot", "relu": "he"}[activation]
    assert "neurons-alike" not in kinds(findings_of(train(mended)))


def test_a_gradient_that_grows_on_its_way_back_is_exploding():
    recipe = replace(
        STEADY, layers=(784, *(60,) * 8, 10), activation="tanh", initialisation="glorot"
    )
    trainer = new_trainer(recipe)
    assert "gradient-exploding" not in kinds(findings_of(trainer))
    for layer in trainer.network.dense_layers[1:]:
        layer.weights *= 5
    finding = next(f for f in findings_of(trainer) if f.kind == "gradient-exploding")
    first, *_, last = observe(trainer.network, IMAGES, LABELS).layers
    assert finding.values["ratio"] == first.gradient / last.gradient > 10
    assert finding.changes == {"initialisation": "glorot", "learning_rate": 0.02}


def test_a_loss_that_is_not_finite_is_one_finding():
    trainer = train(replace(STEADY, layers=(784, 20, 10)), 500)
    (finding,) = diagnose(trainer.network, IMAGES, LABELS, last_loss=float("inf"))
    assert (finding.kind, finding.severity) == ("loss-not-finite", "error")
    assert "but inf" in finding.message
    for layer in trainer.network.dense_layers:
        layer.weights *= np.float32(1e30)
    (finding,) = diagnose(trainer.network, IMAGES, LABELS, trainer, last_loss=0.5)
    assert "but nan" in finding.message
    assert finding.changes == {"learning_rate": 0.02}


def test_weights_that_are_not_finite_are_counted():
    network = new_trainer(STEADY).network
    network.dense_layers[1].weights[0, :2] = np.nan, np.inf
    (finding,) = diagnose(network, IMAGES, LABELS)
    assert (finding.kind, finding.layer) == ("weights-not-finite", 2)
    assert "2 of 77,028 weights and biases" in finding.message


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (IMAGES.astype(np.float32), "from 0 to 255"),
        (IMAGES / 127.5 - 1, "from -1 to 1,"),
        (np.full(IMAGES.shape, np.nan), "from nan to nan"),
    ],
)
def test_pixels_must_be_scaled(images, words):
    trainer = train(replace(STEADY, layers=(784, 20, 10)), 3000)
    finding = findings_of(trainer, images)[0]
    assert (finding.kind, finding.severity, finding.changes) == ("inputs-out-of-range", "error", {})
    assert words in finding.message
    assert findings_of(trainer, IMAGES / 255) == []


def test_classes_that_are_never_answered_are_listed(memoire_network):
    network = copy.deepcopy(memoire_network)
    # Twins: of two equal outputs the first counts as the largest.
    for array in network.dense_layers[-1].parameters:
        array[..., [5, 6]] = array[..., [2, 4]]
    (finding,) = diagnose(network, IMAGES, LABELS)
    assert (finding.kind, finding.classes) == ("class-never-predicted", (5, 6))
    assert finding.message.startswith("Never answered: 5, 6, although")
    assert finding.changes == {"epochs": 5}
    trainer = train(replace(MEMOIRE, layers=(784, 10), learning_rate=0.1, epochs=7), 10)
    (finding,) = diagnose(network, IMAGES, LABELS, trainer)
    assert finding.changes == {"epochs": 14}


def test_errors_come_first():
    recipe = replace(
        STEADY,
        layers=(784, 100, 100, 10),
        activation="tanh",
        initialisation="glorot",
        learning_rate=3.0,
    )
    severities = [finding.severity for finding in findings_of(train(recipe))]
    assert severities == sorted(severities)
    assert {*severities} == {"error", "warning"}


# Words and settings


def test_every_wording_is_listed_for_the_translator():
    assert {*WORDINGS} == {item for item in vars(diagnosis).values() if isinstance(item, Wording)}


def test_there_is_a_usual_rate_for_every_choice():
    assert {*USUAL_RATES} == {*CHOICES["optimizer"]}
    assert all({*rates} == {*CHOICES["activation"]} for rates in USUAL_RATES.values())
