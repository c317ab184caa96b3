from pathlib import Path

import numpy as np
import pytest

import nncore
from nncore.backpropagation import code_of, record, small_network
from nncore.layers import DenseLayer
from nncore.network import build_network
from nncore.optimizers import SGD

INPUTS, TARGETS = np.array([[1.0, 0.5]]), np.array([[1.0, 0.0]])
SOURCES = [
    (Path(nncore.__file__).parent / f"{module}.py").read_text(encoding="utf-8")
    for module in ("layers", "activations", "losses", "optimizers")
]


def recorded(n_hidden=3, learning_rate=0.5):
    network = small_network(n_hidden)
    return network, record(network, INPUTS, TARGETS, learning_rate)


def test_the_steps_go_forward_and_back_and_end_with_the_update():
    _, steps = recorded()
    assert [(step.kind, step.layer) for step in steps] == [
        ("weighted_sum", 1),
        ("activation", 1),
        ("weighted_sum", 2),
        ("activation", 2),
        ("loss", 2),
        ("loss_gradient", 2),
        ("activation_gradient", 2),
        ("weights_gradient", 2),
        ("bias_gradient", 2),
        ("input_gradient", 2),
        ("activation_gradient", 1),
        ("weights_gradient", 1),
        ("bias_gradient", 1),
        ("weights_update", 1),
        ("bias_update", 1),
        ("weights_update", 2),
        ("bias_update", 2),
    ]


@pytest.mark.parametrize("n_hidden", [1, 2, 3, 4])
def test_the_results_are_those_of_the_network(n_hidden):
    network, steps = recorded(n_hidden)
    found = {(step.kind, step.layer): step.result for step in steps}
    loss, gradients = small_network(n_hidden).loss_and_gradients(INPUTS, TARGETS)
    assert found["loss", 2] == loss
    names = [("weights", 1), ("bias", 1), ("weights", 2), ("bias", 2)]
    for (name, layer), gradient in zip(names, gradients, strict=True):
        np.testing.assert_array_equal(found[f"{name}_gradient", layer], gradient)
    SGD(0.5).update(network.parameters, gradients)
    for (name, layer), updated in zip(names, network.parameters, strict=True):
        np.testing.assert_array_equal(found[f"{name}_update", layer], updated)


def test_the_results_follow_from_the_operands():
    _, steps = recorded()
    formulas = {
        "weighted_sum": lambda inputs, weights, bias: inputs @ weights + bias,
        "activation": lambda sums: 1 / (1 + np.exp(-sums)),
        "loss": lambda outputs, targets: 0.5 * ((outputs - targets) ** 2).sum(),
        "loss_gradient": lambda outputs, targets: outputs - targets,
        "activation_gradient": lambda outputs, gradient: gradient * outputs * (1 - outputs),
        "weights_gradient": lambda inputs, gradient: inputs.T @ gradient,
        "bias_gradient": lambda gradient: gradient.sum(axis=0),
        "input_gradient": lambda gradient, weights: gradient @ weights.T,
        "weights_update": lambda before, rate, gradient: before - rate * gradient,
        "bias_update": lambda before, rate, gradient: before - rate * gradient,
    }
    assert {step.kind for step in steps} == formulas.keys()
    for step in steps:
        np.testing.assert_allclose(step.result, formulas[step.kind](**step.operands))


def test_recording_does_not_take_the_step():
    network, _ = recorded()
    for array, start in zip(network.parameters, small_network(3).parameters, strict=True):
        np.testing.assert_array_equal(array, start)


def test_every_line_shown_is_in_the_sources():
    _, steps = recorded()
    for step in steps:
        assert step.code
        for line in step.code.splitlines():
            assert any(line.strip() in source for source in SOURCES), line


def test_the_code_is_that_of_the_step():
    _, steps = recorded()
    codes = {step.kind: step.code for step in steps}
    assert "inputs @ self.weights" in codes["weighted_sum"]
    assert "np.exp(" in codes["activation"]
    assert codes["loss"] == "return 0.5 * np.square(outputs - targets).sum(axis=1)"
    assert codes["loss_gradient"] == "return outputs - targets"
    assert codes["weights_gradient"].startswith("np.matmul(self._inputs.T, output_gradient")
    assert codes["bias_gradient"].startswith("np.add.reduce(output_gradient, axis=0")
    assert codes["input_gradient"] == (
        "return (self.weights @ np.ascontiguousarray(output_gradient.T)).T"
    )
    assert "parameter -= scratch" in codes["weights_update"]
    # No docstrings and comments, and no line of what stands around a block.
    assert not any('"""' in code or "#" in code for code in codes.values())
    assert "    np.exp(result, out=result)" in codes["activation"].splitlines()


def test_code_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"parameter_gradients, got 'weights'"):
        code_of(DenseLayer.parameter_gradients, out="weights")


def test_the_small_network_has_weights_of_one_decimal():
    for array in small_network(3).parameters:
        assert array.dtype == np.float64
        np.testing.assert_array_equal(array, array.round(1))
        assert array.any()


def test_networks_with_other_ends_are_refused():
    fused = build_network(
        (2, 3, 2),
        output="softmax",
        loss="cross-entropy",
        generator=np.random.default_rng(0),
        dtype=np.float64,
    )
    with_dropout = build_network(
        (2, 3, 2), dropout=0.5, generator=np.random.default_rng(0), dtype=np.float64
    )
    for network in (fused, with_dropout):
        with pytest.raises(ValueError, match="dense and activation layers in turn"):
            record(network, INPUTS, TARGETS, 0.5)
