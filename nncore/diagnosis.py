"""Diagnosis: what keeps a network from learning, found in its numbers, and what to change.

`observe` measures a network on labelled images; `diagnose` turns what it sees into findings. Their
words are templates with the values apart from them, so that a page can translate them.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nncore.layers import ActivationLayer, DenseLayer
from nncore.losses import MSE
from nncore.mnist import one_hot
from nncore.network import SequentialNetwork, as_inputs
from nncore.recipe import RANGES, Recipe
from nncore.training import Trainer

# The limits lie between what healthy and broken trainings on MNIST showed, with room on both sides.
# Healthy were: at most 9 % of a hidden layer stuck; gradients of the first layer from 1/350 to 1/2
# of those of the last; largest steps of a layer of 0.07 % to 34 % of its weights.
_STUCK_SLOPE = 0.04  # of the steepest slope: s (1 - s) < 0.01 for the sigmoid
_STUCK_SHARE_OF_IMAGES = 0.99
_STUCK_SHARE_OF_LAYER = 0.2
_DEAD_OUTPUT = 0.05
_VANISHING = 1e-3
_EXPLODING = 10
_LARGE_STEP = 0.5
_SMALL_STEP = 5e-5
_CONSTANT_OUTPUT = 0.01
_SHARE_OF_GUESSING_LOSS = 0.98
# That fewer images of a class are never recognised may be chance.
_FEW_IMAGES = 10
_LEAST_EPOCHS = 5
_TYPE_OF_NETWORK = ("activation", "output", "loss", "initialisation")

# Learning rates at which the networks of the course learn. The sigmoid's slope is at most 1/4, so
# its gradients are smaller; Adam's steps do not depend on the size of the gradient.
USUAL_RATES = {
    "sgd": {"sigmoid": 0.5, "tanh": 0.1, "relu": 0.1},
    "momentum": {"sigmoid": 0.05, "tanh": 0.01, "relu": 0.01},
    "adam": {"sigmoid": 0.001, "tanh": 0.001, "relu": 0.001},
}


@dataclass(frozen=True)
class Wording:
    """What is said of one kind of finding; every text is a template for ``str.format``.

    Attributes
    ----------
    kind : str
        A name for programs.
    message : str
        What is seen: one sentence.
    explanation : str
        How that comes about.
    remedy : str
        What to change: one sentence.
    """

    kind: str
    message: str
    explanation: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a network from learning.

    Attributes
    ----------
    wording : Wording
        The templates.
    values : dict of str to int, float or str
        What the templates name; the same in every language.
    severity : str
        ``"error"`` if the network, or a part of it, cannot learn as it is; ``"warning"`` if it
        learns less than it could.
    layer : int or None
        The dense layer, counted from 1.
    neurons, classes : tuple of int
        The neurons of that layer, and the classes, that are meant; counted from 0.
    changes : dict
        Settings of a `nncore.recipe.Recipe` that apply the remedy; empty where it is not a setting.
    """

    wording: Wording
    values: dict[str, int | float | str]
    severity: str
    layer: int | None = None
    neurons: tuple[int, ...] = ()
    classes: tuple[int, ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The name of the kind, as in its wording."""
        return self.wording.kind

    @property
    def message(self) -> str:
        """What is seen, in English."""
        return self.wording.message.format(**self.values)

    @property
    def explanation(self) -> str:
        """How it comes about, in English."""
        return self.wording.explanation.format(**self.values)

    @property
    def remedy(self) -> str:
        """What to change, in English."""
        return self.wording.remedy.format(**self.values)


_DIVERGED = (
    "Steps that are too large make the loss grow instead of shrink, and the next ones larger "
    "still, until the numbers overflow."
)
_START_AGAIN = "Start again with a learning rate of {learning_rate:g}."
_FACTOR_SLOPE = (
    "With the squared error the gradient is (a − t) times the slope of the {activation}, which is "
    "at most {slope:.1g} here: however wrong the answer a is, hardly anything pulls it back to its "
    "target t. Steps that are too large put it there, as a rule the very first. A step moves a "
    "neuron's potential by the learning rate times (a − t), times the slope, times 1 plus the sum "
    "of its squared inputs: in the mémoire's network, whose outputs have 196 inputs near 0.5, that "
    "makes about −16 at a learning rate of 3, whatever the biases are, and at −16 the slope is "
    "0.0000001."
)
_NOT_PULLED = (
    "Every training image of a class pulls its output up, so either there are none, or the steps "
    "are so large that they undo one another."
)
_FADING_LOSS = (
    "Train anew with softmax and cross-entropy, whose gradient is (a − t) without the slope, and "
    "with a learning rate of {learning_rate:g}."
)
_SHOW_CLASS = (
    "Make sure that the training images show every class, and train with a learning rate of "
    "{learning_rate:g}."
)
_ONE_DEAD = (
    "Output {classes} is dead: it never rises above {largest:.1g} on any of {n_images:,} images, "
    "{n_of_classes:,} of which belong to class {classes}."
)
_SEVERAL_DEAD = (
    "{count} of the {n_outputs} outputs are dead ({classes}): none of them rises above "
    "{largest:.1g} on any of {n_images:,} images."
)
_AS_RECOMMENDED = (
    "Make sure that every image has its own label, and train with ReLU, He initialisation, softmax "
    "and cross-entropy at a learning rate of {learning_rate:g}."
)

_WEIGHTS_NOT_FINITE = Wording(
    "weights-not-finite",
    "In dense layer {layer}, {count:,} of {size:,} weights and biases are no longer numbers "
    "(infinite or NaN).",
    _DIVERGED,
    _START_AGAIN,
)
_LOSS_NOT_FINITE = Wording(
    "loss-not-finite", "The loss is no longer a number, but {loss}.", _DIVERGED, _START_AGAIN
)
_INPUTS_OUT_OF_RANGE = Wording(
    "inputs-out-of-range",
    "The pixels go from {low:g} to {high:g}, not from 0 to 1.",
    "The starting weights are made for inputs of at most 1: larger inputs make larger potentials, "
    "at which neurons saturate, and larger gradients, at which steps are too large.",
    "Scale the pixels to 0-1: those of bytes are divided by 255.",
)
_OUTPUT_DEAD = Wording("output-dead", _ONE_DEAD, _FACTOR_SLOPE, _FADING_LOSS)
_OUTPUTS_DEAD = Wording("output-dead", _SEVERAL_DEAD, _FACTOR_SLOPE, _FADING_LOSS)
_OUTPUT_NOT_PULLED = Wording("output-dead", _ONE_DEAD, _NOT_PULLED, _SHOW_CLASS)
_OUTPUTS_NOT_PULLED = Wording("output-dead", _SEVERAL_DEAD, _NOT_PULLED, _SHOW_CLASS)
_NEURONS_DEAD = Wording(
    "neurons-dead",
    "Dense layer {layer} has dead neurons ({count} of {size}): they answer 0 to each of "
    "{n_images:,} images.",
    "Where a ReLU answers 0 its slope is 0 too, and no gradient reaches its weights. A step that "
    "was too large, or a bias that started too low, has put the potential below 0 for every "
    "image, and there it stays.",
    "Train anew with He initialisation, whose biases are 0, and a learning rate of "
    "{learning_rate:g}.",
)
_NEURONS_SATURATED = Wording(
    "neurons-saturated",
    "Dense layer {layer} has saturated neurons ({count} of {size}): on nearly all of {n_images:,} "
    "images, {n_low} answer almost {lowest:g} and {n_high} almost 1.",
    "At both ends the {activation} is flat: its slope is under {slope:.0%} of the steepest, and "
    "the gradient, which is multiplied by it, hardly changes the weights. Weights that are too "
    "large from the start, or steps that are too large, lead there.",
    "Train anew with Glorot initialisation and a learning rate of {learning_rate:g}.",
)
_NEURONS_ALIKE = Wording(
    "neurons-alike",
    "All {size} neurons of dense layer {layer} have the same weights.",
    "Neurons that start alike get the same gradient and stay alike: the layer can do no more than "
    "a single neuron.",
    "Start from random weights: the initialisation {initialisation}.",
)
_GRADIENT_VANISHING = Wording(
    "gradient-vanishing",
    "The gradient fades on its way back: in dense layer 1 it is {ratio:.1g} times what it is in "
    "dense layer {last}.",
    "Every layer on the way back multiplies the gradient by its weights and by the slope of its "
    "activation, which for the sigmoid is at most 0.25: the first layers hardly learn.",
    "Train with ReLU, whose slope is 1, and He initialisation, at a learning rate of "
    "{learning_rate:g}, or with fewer layers.",
)
_GRADIENT_EXPLODING = Wording(
    "gradient-exploding",
    "The gradient grows on its way back: in dense layer 1 it is {ratio:,.0f} times what it is in "
    "dense layer {last}.",
    "Every layer on the way back multiplies the gradient by its weights: where they are too "
    "large, no step suits both the first layer and the last.",
    "Train anew with the initialisation {initialisation}, which keeps signals at their size, and a "
    "learning rate of {learning_rate:g}.",
)
_STEPS_TOO_LARGE = Wording(
    "steps-too-large",
    "The next step would change the weights of dense layer {layer} by {step:.0%} of their size.",
    "The gradient says what to do near the present weights: a step as large as the weights "
    "themselves leaves that region, and can push neurons to where they saturate or die.",
    "Lower the learning rate to {learning_rate:g}.",
)
_STEPS_TOO_SMALL = Wording(
    "steps-too-small",
    "The next step would change no layer's weights by more than {step:.1e} of their size, and the "
    "loss, {loss:.3g}, is still that of guessing.",
    "At that rate learning takes tens of thousands of steps before anything is to be seen.",
    "Raise the learning rate to {learning_rate:g}.",
)
_OUTPUTS_CONSTANT = Wording(
    "outputs-constant",
    "The answers hardly depend on the image: over {n_images:,} images no output changes by more "
    "than {spread:.1g}.",
    "The network has learnt at most how frequent the classes are; what tells the images apart gets "
    "lost on the way to the outputs.",
    _AS_RECOMMENDED,
)
_LOSS_OF_GUESSING = Wording(
    "loss-of-guessing",
    "The loss, {loss:.3g}, is no better than that of always answering how frequent the classes "
    "are, {guess:.3g}.",
    "The network has not learnt from the pixels yet: it has only begun, or is stuck at its first "
    "and easiest answer, or its labels do not belong to its images.",
    _AS_RECOMMENDED,
)
_CLASS_NEVER_PREDICTED = Wording(
    "class-never-predicted",
    "Never answered: {classes}, although {n_of_classes:,} of {n_images:,} images are of that kind.",
    "For none of them is the right output the largest. Classes that look like others are learnt "
    "last.",
    "Train for {epochs} epochs, and make sure that the training images show every class.",
)

WORDINGS = (
    *(_WEIGHTS_NOT_FINITE, _LOSS_NOT_FINITE, _INPUTS_OUT_OF_RANGE),
    *(_OUTPUT_DEAD, _OUTPUTS_DEAD, _OUTPUT_NOT_PULLED, _OUTPUTS_NOT_PULLED),
    *(_NEURONS_DEAD, _NEURONS_SATURATED, _NEURONS_ALIKE),
    *(_GRADIENT_VANISHING, _GRADIENT_EXPLODING, _STEPS_TOO_LARGE, _STEPS_TOO_SMALL),
    *(_OUTPUTS_CONSTANT, _LOSS_OF_GUESSING, _CLASS_NEVER_PREDICTED),
)


@dataclass(frozen=True)
class LayerState:
    """How a dense layer, with the activation after it, takes part in learning.

    Attributes
    ----------
    layer : int
        Counted from 1.
    activation : str or None
        What follows the dense layer; None if nothing does.
    n_neurons : int
    stuck_low, stuck_high : tuple of int
        Neurons without a slope to learn by. ReLU: those that answer 0 to every image (all low).
        Sigmoid and tanh: those whose slope is below 4 % of the steepest on more than 99 % of the
        images, at the lower or the upper end.
    gradient : float
        Root mean square of the gradient of the loss for the weights.
    step : float or None
        Root mean square of what the next step, on all these images and at the learning rate from
        which the schedule starts, would change the weights by, as a share of their own; None
        without a trainer, or if the weights are 0.
    """

    layer: int
    activation: str | None
    n_neurons: int
    stuck_low: tuple[int, ...]
    stuck_high: tuple[int, ...]
    gradient: float
    step: float | None


@dataclass(frozen=True, eq=False)
class Observation:
    """A network seen at work on labelled images.

    Attributes
    ----------
    network : SequentialNetwork
    trainer : Trainer or None
    labels : ndarray of shape (n,), int
    lowest_input, highest_input : float
        The range of the pixels, after bytes have been scaled to 0-1.
    outputs : ndarray of shape (n, n_outputs)
    loss : float
        Mean over the images.
    guessing_loss : float
        The loss of always answering the share of every class among the labels: 0.45 for the mean
        squared error and 2.3 for cross-entropy if ten classes are equally frequent.
    layers : tuple of LayerState
        One for every dense layer.
    """

    network: SequentialNetwork
    trainer: Trainer | None
    labels: np.ndarray
    lowest_input: float
    highest_input: float
    outputs: np.ndarray
    loss: float
    guessing_loss: float
    layers: tuple[LayerState, ...]


def observe(
    network: SequentialNetwork,
    images: np.ndarray,
    labels: np.ndarray,
    trainer: Trainer | None = None,
) -> Observation:
    """Measure a network on labelled images; neither it nor its trainer is changed.

    Parameters
    ----------
    network : SequentialNetwork
    images : ndarray of shape (n, height, width) or (n, n_inputs), uint8 or float
        Bytes 0-255 or floats 0-1. A few hundred at least, for chance to play no part, and a few
        thousand at most: they are taken in one batch.
    labels : ndarray of shape (n,), int
        The class of each image.
    trainer : Trainer, optional
        Of this network: says how large the next step is.

    Returns
    -------
    Observation

    Raises
    ------
    ValueError
        If images and labels do not fit the network or each other, there are none of them, or the
        network has no dense layer.
    """
    if len(images) != len(labels) or len(images) == 0:
        raise ValueError(
            "images and labels must be equal in number and not empty, "
            f"got {len(images)} and {len(labels)}"
        )
    if not network.dense_layers:
        raise ValueError("network must have a dense layer, got none")
    inputs = as_inputs(images, network.n_inputs, network.dtype)
    targets = one_hot(labels, network.n_outputs).astype(network.dtype, copy=False)
    shares = np.broadcast_to(targets.mean(axis=0), targets.shape)
    # Diverged networks are to be diagnosed, not to raise warnings.
    with np.errstate(all="ignore"):
        # backward() writes into the network, which other threads may be using.
        worked = copy.deepcopy(network)
        worked.loss_and_gradients(inputs, targets)
        gradients = [_rms(layer.gradients[0]) for layer in worked.dense_layers]
        steps = _next_steps(worked, trainer)
        layers, outputs = _walk_through(network, inputs, gradients, steps)
        loss = network.loss.value(outputs, targets)
    return Observation(
        network=network,
        trainer=trainer,
        labels=labels,
        lowest_input=float(inputs.min()),
        highest_input=float(inputs.max()),
        outputs=outputs,
        loss=loss,
        guessing_loss=network.loss.value(shares, targets),
        layers=tuple(layers),
    )


def diagnose(
    network: SequentialNetwork,
    images: np.ndarray,
    labels: np.ndarray,
    trainer: Trainer | None = None,
    last_loss: float | None = None,
) -> list[Finding]:
    """Say what keeps a network from learning, and what to change.

    Parameters
    ----------
    network, images, labels, trainer
        As for `observe`. The images should be some from which the network learns. While the
        trainer has not taken a step, the answers, which are chance, are not judged.
    last_loss : float, optional
        The loss with which the training ended. Where it has diverged, the last network that was
        saved may look sound.

    Returns
    -------
    list of Finding
        Errors first; empty for a healthy network. What merely follows from another finding is left
        out.

    Raises
    ------
    ValueError
        As for `observe`.
    """
    seen = observe(network, images, labels, trainer)
    # Each of these makes the other measurements meaningless.
    findings = [*_input_findings(seen), *_not_finite(seen, last_loss)] or [*_alike_neurons(seen)]
    if findings:
        return findings
    findings = [*_stuck_layers(seen), *_uneven_gradients(seen), *_large_steps(seen)]
    if trainer is None or trainer.optimizer.step > 0:
        dead = list(_dead_outputs(seen))
        findings = dead + findings or [*_weak_answers(seen)]
    return sorted(findings, key=lambda finding: finding.severity != "error")


def finding_as_record(finding: Finding) -> dict[str, Any]:
    """Return a finding as values that JSON can hold; `finding_from_record` takes them back."""
    return {
        "wording": WORDINGS.index(finding.wording),
        "values": finding.values,
        "severity": finding.severity,
        "layer": finding.layer,
        "neurons": finding.neurons,
        "classes": finding.classes,
        "changes": finding.changes,
    }


def finding_from_record(record: dict[str, Any]) -> Finding:
    """Return the finding of a record; neurons and classes may have become lists on their way."""
    tuples = {name: tuple(record[name]) for name in ("neurons", "classes")}
    return Finding(**record | tuples | {"wording": WORDINGS[record["wording"]]})


def _walk_through(
    network: SequentialNetwork,
    inputs: np.ndarray,
    gradients: list[float],
    steps: list[float | None],
) -> tuple[list[LayerState], np.ndarray]:
    """Return the states of the dense layers, and the outputs."""
    layers: list[LayerState] = []
    previous = None
    for layer in network.layers:
        if isinstance(layer, DenseLayer):
            index = len(layers)
            layers.append(
                LayerState(index + 1, None, layer.n_outputs, (), (), gradients[index], steps[index])
            )
        inputs = layer.apply(inputs)
        if isinstance(layer, ActivationLayer) and isinstance(previous, DenseLayer):
            low, high = _stuck_neurons(layer.name, inputs)
            layers[-1] = replace(layers[-1], activation=layer.name, stuck_low=low, stuck_high=high)
        previous = layer
    return layers, inputs


def _stuck_neurons(activation: str, outputs: np.ndarray) -> tuple[tuple, tuple]:
    """Return which neurons are stuck at the low and which at the high end of an activation."""
    if activation == "relu":
        return _indices(~(outputs > 0).any(axis=0)), ()
    if activation == "sigmoid":
        slope, middle = 4 * outputs * (1 - outputs), 0.5
    elif activation == "tanh":
        slope, middle = 1 - outputs * outputs, 0.0
    else:
        return (), ()
    is_stuck = (slope < _STUCK_SLOPE).mean(axis=0) > _STUCK_SHARE_OF_IMAGES
    is_high = outputs.mean(axis=0) > middle
    return _indices(is_stuck & ~is_high), _indices(is_stuck & is_high)


def _next_steps(network: SequentialNetwork, trainer: Trainer | None) -> list[float | None]:
    """Take a trainer's next step, and return how much of each layer's weights it changes."""
    if trainer is None:
        return [None] * len(network.dense_layers)
    optimizer = trainer.optimizer
    # A new one, because an optimiser remembers which parameters it is used for.
    stepper = type(optimizer)(trainer.learning_rate, optimizer.weight_decay)
    stepper.step, stepper.slots = optimizer.step, copy.deepcopy(optimizer.slots)
    before = [layer.weights.copy() for layer in network.dense_layers]
    stepper.update(network.parameters, network.gradients)
    return [
        _rms(layer.weights - weights) / size if (size := _rms(weights)) else None
        for layer, weights in zip(network.dense_layers, before, strict=True)
    ]


def _input_findings(seen: Observation) -> Iterator[Finding]:
    """Say if the pixels are not scaled."""
    low, high = seen.lowest_input, seen.highest_input
    # Some room for interpolation; a comparison with NaN is false.
    if not (low >= -0.001 and high <= 1.001):
        yield Finding(_INPUTS_OUT_OF_RANGE, {"low": low, "high": high}, "error")


def _not_finite(seen: Observation, last_loss: float | None) -> Iterator[Finding]:
    """Say if the training has diverged."""
    changes = _lower_rate(seen)
    rate = changes["learning_rate"]
    for number, layer in enumerate(seen.network.dense_layers, start=1):
        size = sum(array.size for array in layer.parameters)
        count = size - sum(int(np.isfinite(array).sum()) for array in layer.parameters)
        if count:
            values = {"layer": number, "count": count, "size": size, "learning_rate": rate}
            yield Finding(_WEIGHTS_NOT_FINITE, values, "error", layer=number, changes=changes)
            return
    loss = seen.loss if last_loss is None or np.isfinite(last_loss) else last_loss
    if not np.isfinite(loss):
        values = {"loss": str(float(loss)), "learning_rate": rate}
        yield Finding(_LOSS_NOT_FINITE, values, "error", changes=changes)


def _alike_neurons(seen: Observation) -> Iterator[Finding]:
    """Say which hidden layers have only copies of one neuron."""
    for state, layer in zip(seen.layers[:-1], seen.network.dense_layers, strict=False):
        parameters = np.vstack([layer.weights, layer.bias])
        # Not exactly equal: the sums of a matrix product may be rounded differently by column.
        if layer.n_outputs > 1 and np.ptp(parameters, axis=1).max() <= 1e-5 * _rms(parameters):
            changes = {"initialisation": _suitable_initialisation(state.activation)}
            values = {"layer": state.layer, "size": state.n_neurons} | changes
            yield Finding(_NEURONS_ALIKE, values, "error", layer=state.layer, changes=changes)


def _dead_outputs(seen: Observation) -> Iterator[Finding]:
    """Say which outputs never rise although there are images of their classes."""
    counts = np.bincount(seen.labels, minlength=seen.network.n_outputs)
    largest = seen.outputs.max(axis=0).astype(np.float64)
    dead = _indices((largest < _DEAD_OUTPUT) & (counts >= _FEW_IMAGES))
    if not dead:
        return
    last = seen.layers[-1]
    is_fading = isinstance(seen.network.loss, MSE) and last.activation in ("sigmoid", "softmax")
    if is_fading:
        wording = _OUTPUT_DEAD if len(dead) == 1 else _OUTPUTS_DEAD
        changes = _moderate_rate(seen) | {"output": "softmax", "loss": "cross-entropy"}
    else:
        wording = _OUTPUT_NOT_PULLED if len(dead) == 1 else _OUTPUTS_NOT_PULLED
        changes = _lower_rate(seen)
    values = {
        "classes": _listed(dead),
        "count": len(dead),
        "n_outputs": last.n_neurons,
        "largest": float(largest[list(dead)].max()),
        "n_images": len(seen.labels),
        "n_of_classes": int(counts[list(dead)].sum()),
        "learning_rate": changes["learning_rate"],
    }
    if is_fading:
        slope = float((largest * (1 - largest))[list(dead)].max())
        values |= {"activation": last.activation, "slope": slope}
    yield Finding(wording, values, "error", last.layer, dead, dead, changes)


def _stuck_layers(seen: Observation) -> Iterator[Finding]:
    """Say in which layers many neurons are dead or saturated."""
    for state in seen.layers:
        is_last = state is seen.layers[-1]
        # An output that is almost 0 on nearly all images may be right, and is never fully so if
        # its class occurs: see `_dead_outputs`.
        low = () if is_last else state.stuck_low
        stuck = (*low, *state.stuck_high)
        if not stuck or (not is_last and len(stuck) < _STUCK_SHARE_OF_LAYER * state.n_neurons):
            continue
        is_relu = state.activation == "relu"
        changes = _moderate_rate(seen)
        changes["initialisation"] = _suitable_initialisation(state.activation)
        values = {
            "layer": state.layer,
            "count": len(stuck),
            "size": state.n_neurons,
            "n_images": len(seen.labels),
            "learning_rate": changes["learning_rate"],
        }
        if not is_relu:
            values |= {
                "activation": state.activation,
                "n_low": len(low),
                "n_high": len(state.stuck_high),
                "lowest": -1 if state.activation == "tanh" else 0,
                "slope": _STUCK_SLOPE,
            }
        yield Finding(
            _NEURONS_DEAD if is_relu else _NEURONS_SATURATED,
            values,
            "error" if len(stuck) == state.n_neurons else "warning",
            layer=state.layer,
            neurons=tuple(sorted(stuck)),
            changes=changes,
        )


def _uneven_gradients(seen: Observation) -> Iterator[Finding]:
    """Say if the gradient fades or grows on its way back, unless stuck neurons are the reason."""
    first, last = seen.layers[0], seen.layers[-1]
    if any(_stuck_layers(seen)) or not last.gradient:
        return
    ratio = first.gradient / last.gradient
    values = {"ratio": ratio, "last": last.layer}
    if ratio < _VANISHING:
        changes = {"activation": "relu", "initialisation": "he"}
        changes |= _new_rate(seen, _usual_rate(seen, "relu"))
        wording = _GRADIENT_VANISHING
    elif ratio > _EXPLODING:
        changes = {"initialisation": _suitable_initialisation(first.activation)}
        changes |= _lower_rate(seen)
        wording = _GRADIENT_EXPLODING
    else:
        return
    yield Finding(wording, values | changes, "warning", layer=1, changes=changes)


def _large_steps(seen: Observation) -> Iterator[Finding]:
    """Say if the next step would leave little of a layer's weights."""
    states = [state for state in seen.layers if state.step is not None]
    worst = max(states, key=lambda state: state.step, default=None)
    if worst is not None and worst.step > _LARGE_STEP:
        changes = _lower_rate(seen)
        values = {"layer": worst.layer, "step": worst.step} | changes
        yield Finding(_STEPS_TOO_LARGE, values, "warning", layer=worst.layer, changes=changes)


def _weak_answers(seen: Observation) -> Iterator[Finding]:
    """Say what is wrong with the answers of a network that has none of the faults above."""
    if seen.loss < _SHARE_OF_GUESSING_LOSS * seen.guessing_loss:
        yield from _never_predicted(seen)
        return
    steps = [state.step for state in seen.layers if state.step is not None]
    if steps and max(steps) < _SMALL_STEP:
        changes = _new_rate(seen, _usual_rate(seen))
        values = {"step": max(steps), "loss": seen.loss} | changes
        yield Finding(_STEPS_TOO_SMALL, values, "warning", changes=changes)
        return
    changes = {name: getattr(Recipe, name) for name in _TYPE_OF_NETWORK}
    changes |= _new_rate(seen, _usual_rate(seen, Recipe.activation))
    spread = float(np.ptp(seen.outputs, axis=0).max())
    wording = _OUTPUTS_CONSTANT if spread < _CONSTANT_OUTPUT else _LOSS_OF_GUESSING
    values = {
        "n_images": len(seen.labels),
        "spread": spread,
        "loss": seen.loss,
        "guess": seen.guessing_loss,
        "learning_rate": changes["learning_rate"],
    }
    yield Finding(wording, values, "warning", changes=changes)


def _never_predicted(seen: Observation) -> Iterator[Finding]:
    """Say which classes are never answered."""
    n_classes = seen.network.n_outputs
    counts = np.bincount(seen.labels, minlength=n_classes)
    answers = np.bincount(seen.outputs.argmax(axis=1), minlength=n_classes)
    never = _indices((answers == 0) & (counts >= _FEW_IMAGES))
    if never:
        epochs_done = seen.trainer.epochs_done if seen.trainer is not None else 0
        changes = {"epochs": min(max(_LEAST_EPOCHS, 2 * epochs_done), RANGES["epochs"][1])}
        values = {
            "classes": _listed(never),
            "n_of_classes": int(counts[list(never)].sum()),
            "n_images": len(seen.labels),
        } | changes
        yield Finding(_CLASS_NEVER_PREDICTED, values, "warning", classes=never, changes=changes)


def _usual_rate(seen: Observation, activation: str | None = None) -> float:
    """Return the usual learning rate for a hidden activation, by default the network's own."""
    rates = USUAL_RATES["sgd" if seen.trainer is None else seen.trainer.optimizer.name]
    return rates.get(activation or seen.layers[0].activation, rates["relu"])


def _moderate_rate(seen: Observation) -> dict[str, Any]:
    """Return the settings for the usual learning rate, or for the present one if that is lower."""
    present = np.inf if seen.trainer is None else seen.trainer.learning_rate
    return _new_rate(seen, min(present, _usual_rate(seen)))


def _lower_rate(seen: Observation) -> dict[str, Any]:
    """Return the settings for the usual learning rate, or a lower one if that is not lower."""
    rate = _usual_rate(seen)
    if seen.trainer is not None and seen.trainer.learning_rate <= rate:
        rate = max(float(f"{seen.trainer.learning_rate / 5:.2g}"), RANGES["learning_rate"][0])
    return _new_rate(seen, rate)


def _new_rate(seen: Observation, rate: float) -> dict[str, Any]:
    """Return the settings for a learning rate, which says nothing without its optimiser."""
    return {"learning_rate": rate} | ({"optimizer": "sgd"} if seen.trainer is None else {})


def _suitable_initialisation(activation: str | None) -> str:
    """Return the initialisation that keeps signals at their size."""
    return "he" if activation == "relu" else "glorot"


def _rms(values: np.ndarray) -> float:
    """Return the root mean square, without overflow in float32."""
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def _indices(mask: np.ndarray) -> tuple[int, ...]:
    """Return where a mask is true."""
    return tuple(np.flatnonzero(mask).tolist())


def _listed(numbers: Sequence[int]) -> str:
    """Return numbers as they stand in a sentence of any language."""
    return ", ".join(map(str, numbers))
