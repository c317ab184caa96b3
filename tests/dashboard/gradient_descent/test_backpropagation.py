import re

import numpy as np
import pytest

from dashboard.gradient_descent import backpropagation
from dashboard.gradient_descent.small_network import Exercise
from nncore.backpropagation import record, small_network

INPUTS, TARGETS = np.array([[1.0, 0.5]]), np.array([[1.0, 0.0]])


@pytest.fixture
def steps():
    return record(small_network(3), INPUTS, TARGETS, 0.5)


def exercise(n_hidden=3):
    return Exercise(small_network(n_hidden), INPUTS, TARGETS, 0.5, [1.0])


def by_kind(steps, kind, layer):
    return next(step for step in steps if (step.kind, step.layer) == (kind, layer))


def test_every_kind_of_step_has_a_title_a_formula_and_a_reason(steps):
    for step in steps:
        title, formula, why = backpropagation._KINDS[step.kind]
        assert title
        assert why
        written = backpropagation._with_numbers_of_layers(formula, step.layer)
        assert not re.search(r"[AKZWb]_[LK]|_\{L", written), written


def test_layers_in_formulas_are_numbers_and_the_first_input_is_x():
    formula = backpropagation._KINDS["weighted_sum"][1]
    assert backpropagation._with_numbers_of_layers(formula, 1) == "Z_1 = x W_1 + b_1"
    assert backpropagation._with_numbers_of_layers(formula, 2) == "Z_2 = A_1 W_2 + b_2"


def test_weighted_sums_in_real_numbers(steps):
    assert backpropagation._in_numbers(by_kind(steps, "weighted_sum", 1)) == (
        r"\begin{aligned} "
        r"&\begin{bmatrix} 1 & 0.5 \end{bmatrix} "
        r"\begin{bmatrix} 0.1 & -0.1 & 0.5 \\ 0.1 & -0.4 & 0.3 \end{bmatrix} \\ "
        r"&\quad + \begin{bmatrix} 1.3 & 0.9 & -0.7 \end{bmatrix} \\ "
        r"&= \begin{bmatrix} 1.45 & 0.6 & -0.05 \end{bmatrix} "
        r"\end{aligned}"
    )


def test_the_gradient_of_the_weights_shows_the_transposed_inputs(steps):
    written = backpropagation._in_numbers(by_kind(steps, "weights_gradient", 1))
    assert r"&\begin{bmatrix} 1 \\ 0.5 \end{bmatrix} \begin{bmatrix}" in written


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.25, "0.25"), (-3.0, "-3"), (0.0, "0"), (1 / 3, "0.3333"), (-4.2e-5, r"-4.2{\cdot}10^{-5}")],
)
def test_numbers_are_short(value, text):
    assert backpropagation._decimals(value) == text


def test_neurons_show_what_is_known_so_far(steps):
    def texts(number):
        return backpropagation._neuron_texts(steps, number, exercise())

    assert texts(1) == [["1.000", "0.500"], ["1.450", "0.600", "−0.050"], ["?", "?"]]
    assert texts(2)[1][0] == "0.810"
    forward = texts(5)
    assert forward[2] == [f"{value:.3f}" for value in steps[3].result[0]]
    backward = texts(10)
    assert backward[1] == [f"{v:.3f}".replace("-", "−") for v in steps[9].result[0]]
    # The update is no longer about gradients.
    assert texts(17) == forward


def test_what_a_step_is_about_is_marked(steps):
    marked = {(s.kind, s.layer): backpropagation._marked_neurons(s) for s in steps}
    assert marked["weighted_sum", 1] == 1
    assert marked["activation_gradient", 2] == 2
    assert marked["input_gradient", 2] == 1
    assert marked["weights_gradient", 2] is None
