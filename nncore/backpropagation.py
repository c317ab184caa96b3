"""Backpropagation step by step: every array of one pass through a small network, recorded.

The network's own layers compute, in the order in which `SequentialNetwork` calls them; beside each
result stands the code that made it, read from this package's sources.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from nncore.activations import ACTIVATIONS
from nncore.layers import ActivationLayer, DenseLayer
from nncore.network import SequentialNetwork, build_network
from nncore.optimizers import SGD
from nncore.parsing import PARSER

N_INPUTS = N_OUTPUTS = 2


@dataclass(frozen=True, eq=False)
class Step:
    """One computation of a training step.

    Attributes
    ----------
    kind : str
        ``"weighted_sum"``, ``"activation"``, ``"loss"``, ``"loss_gradient"``,
        ``"activation_gradient"``, ``"weights_gradient"``, ``"bias_gradient"``,
        ``"input_gradient"``, ``"weights_update"`` or ``"bias_update"``.
    layer : int
        Which dense layer, with the activation after it, from 1; the last one for the loss.
    operands : mapping of str to ndarray
        What goes in.
    result : ndarray
        What comes out; of shape () for the loss.
    code : str
        The lines of this project that compute it.
    """

    kind: str
    layer: int
    operands: Mapping[str, np.ndarray]
    result: np.ndarray
    code: str


def small_network(n_hidden: int, seed: int = 0) -> SequentialNetwork:
    """Return a network of two inputs, a hidden layer and two outputs, to be followed by hand.

    Parameters
    ----------
    n_hidden : int
        Neurons of the hidden layer, at least 1.
    seed : int
        Of the starting weights, which have one decimal.

    Returns
    -------
    SequentialNetwork
        In float64, with sigmoids and the mémoire's loss.
    """
    network = build_network(
        (N_INPUTS, n_hidden, N_OUTPUTS),
        initialisation="memoire",
        generator=np.random.default_rng(seed),
        dtype=np.float64,
    )
    for array in network.parameters:
        array.round(1, out=array)
    return network


def record(
    network: SequentialNetwork, inputs: np.ndarray, targets: np.ndarray, learning_rate: float
) -> tuple[Step, ...]:
    """Record a step of gradient descent, without taking it.

    Parameters
    ----------
    network : SequentialNetwork
        Of dense layers, each followed by an activation, with a loss that is not fused with the
        last of them. Its parameters stay as they are.
    inputs : ndarray of shape (batch, n_inputs), float64
    targets : ndarray of shape (batch, n_outputs), float64
    learning_rate : float
        Positive.

    Returns
    -------
    tuple of Step
        Forward, loss, backward, update.

    Raises
    ------
    ValueError
        If the network is of another kind.
    """
    pairs = list(zip(network.layers[::2], network.layers[1::2], strict=False))
    in_pairs = len(network.layers) % 2 == 0 and all(
        isinstance(dense, DenseLayer) and isinstance(activation, ActivationLayer)
        for dense, activation in pairs
    )
    if not in_pairs or network.loss.fused_activation is not None:
        raise ValueError("network must be dense and activation layers in turn, with the loss mse")
    steps = _forward(pairs, inputs)
    outputs = steps[-1].result
    compared = {"outputs": outputs, "targets": targets}
    loss, last = network.loss, len(pairs)
    value = np.array(loss.value(outputs, targets))
    steps.append(Step("loss", last, compared, value, code_of(type(loss)._sample_losses)))
    gradient = loss.gradient(outputs, targets)
    code = code_of(type(loss)._sample_gradients)
    steps.append(Step("loss_gradient", last, compared, gradient, code))
    steps += _backward(pairs, gradient)
    return (*steps, *_update(pairs, learning_rate))


@cache
def code_of(function: Callable, out: str | None = None) -> str:
    """Return the statements of a function, read from its source.

    Parameters
    ----------
    function : callable
        Written in Python.
    out : str, optional
        Only the statement with a call that writes into the array of this name, ``out=name``.

    Returns
    -------
    str
        Without signature, docstring and comments.

    Raises
    ------
    ValueError
        If no statement writes into ``out``.
    """
    source = textwrap.dedent(inspect.getsource(function))
    with PARSER:
        statements = ast.parse(source).body[0].body
    if isinstance(statements[0], ast.Expr) and isinstance(statements[0].value, ast.Constant):
        statements = statements[1:]
    if out is not None:
        statements = [statement for statement in statements if _writes_into(statement, out)]
        if not statements:
            raise ValueError(f"out must be written by {function.__qualname__}, got {out!r}")
    return "\n".join(
        textwrap.dedent(ast.get_source_segment(source, statement, padded=True))
        for statement in statements
    )


def _forward(pairs: list[tuple[DenseLayer, ActivationLayer]], inputs: np.ndarray) -> list[Step]:
    """Apply the layers and record each."""
    steps = []
    for number, (dense, activation) in enumerate(pairs, start=1):
        operands = {"inputs": inputs, "weights": dense.weights.copy(), "bias": dense.bias.copy()}
        sums = dense.forward(inputs)
        steps.append(Step("weighted_sum", number, operands, sums, code_of(DenseLayer.apply)))
        inputs = activation.forward(sums)
        code = code_of(ACTIVATIONS[activation.name].function)
        steps.append(Step("activation", number, {"sums": sums}, inputs, code))
    return steps


def _backward(pairs: list[tuple[DenseLayer, ActivationLayer]], gradient: np.ndarray) -> list[Step]:
    """Carry the gradient of the loss back through the layers and record each."""
    steps = []
    for number, (dense, activation) in reversed([*enumerate(pairs, start=1)]):
        operands = {"outputs": activation._outputs, "gradient": gradient}
        gradient = activation.backward(gradient)
        code = code_of(ACTIVATIONS[activation.name].gradient)
        steps.append(Step("activation_gradient", number, operands, gradient, code))
        dense.parameter_gradients(gradient)
        for kind, operands, result in (
            (
                "weights_gradient",
                {"inputs": dense._inputs, "gradient": gradient},
                dense.gradients[0].copy(),
            ),
            ("bias_gradient", {"gradient": gradient}, dense.gradients[1].copy()),
        ):
            code = code_of(DenseLayer.parameter_gradients, out=kind)
            steps.append(Step(kind, number, operands, result, code))
        # The inputs of the first layer are data: nobody asks how they should change.
        if number > 1:
            operands = {"gradient": gradient, "weights": dense.weights.copy()}
            gradient = dense.backward(gradient)
            code = code_of(DenseLayer.backward).splitlines()[-1]
            steps.append(Step("input_gradient", number, operands, gradient, code))
    return steps


def _update(pairs: list[tuple[DenseLayer, ActivationLayer]], learning_rate: float) -> list[Step]:
    """Record what plain gradient descent makes of the parameters, on copies of them."""
    steps = []
    code = code_of(SGD._update_one)
    rate = np.array(learning_rate)
    for number, (dense, _) in enumerate(pairs, start=1):
        updated = [array.copy() for array in dense.parameters]
        SGD(learning_rate).update(updated, dense.gradients)
        for kind, before, gradient, after in zip(
            ("weights_update", "bias_update"),
            dense.parameters,
            dense.gradients,
            updated,
            strict=True,
        ):
            operands = {"before": before.copy(), "rate": rate, "gradient": gradient.copy()}
            steps.append(Step(kind, number, operands, after, code))
    return steps


def _writes_into(statement: ast.stmt, name: str) -> bool:
    """Return whether a statement has a call with ``out=name``."""
    return any(
        isinstance(node, ast.keyword)
        and node.arg == "out"
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        for node in ast.walk(statement)
    )
