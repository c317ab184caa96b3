"""Source text that uses a model elsewhere: in PyTorch, in Keras, and in NumPy from the start.

What is written is meant to be read: only what the model needs, in the order of the formulas.
"""

import csv
import io
from collections.abc import Sequence

from nncore.layers import ActivationLayer, DenseLayer
from nncore.model_files import Model
from nncore.recipe import Recipe
from nncore.training import EpochResult

HISTORY_COLUMNS = (
    "epoch",
    "elapsed_s",
    "loss",
    "train_accuracy",
    "validation_accuracy",
    "test_accuracy",
)


def pytorch_source(model: Model) -> str:
    """Return a PyTorch script that loads ``model.npz`` beside it and predicts the same.

    Parameters
    ----------
    model : Model
        Only its architecture is used.

    Returns
    -------
    str
        A module with ``network`` and ``predict(images)``, in float32.
    """
    modules = []
    for layer in model.network.layers:
        if isinstance(layer, DenseLayer):
            modules.append(f"nn.Linear({layer.n_inputs}, {layer.n_outputs})")
        elif isinstance(layer, ActivationLayer):
            modules.append(_PYTORCH_ACTIVATIONS[layer.name])
    return _PYTORCH.format(modules="".join(f"    {module},\n" for module in modules))


def keras_source(model: Model) -> str:
    """Return a Keras script that loads ``model.npz`` beside it and predicts the same.

    Parameters
    ----------
    model : Model
        Only its architecture is used.

    Returns
    -------
    str
        A module with ``network`` and ``predict(images)``, in float32.
    """
    modules = []
    for layer in model.network.layers:
        if isinstance(layer, DenseLayer):
            modules.append(f"layers.Dense({layer.n_outputs})")
        elif isinstance(layer, ActivationLayer):
            # The names are those of Keras.
            modules.append(f'layers.Activation("{layer.name}")')
    return _KERAS.format(
        n_inputs=model.network.n_inputs,
        n_dense=len(model.network.dense_layers),
        modules="".join(f"        {module},\n" for module in modules),
    )


def history_csv(history: Sequence[EpochResult]) -> str:
    """Return a training's history as CSV.

    Parameters
    ----------
    history : sequence of EpochResult

    Returns
    -------
    str
        A line with `HISTORY_COLUMNS`, then one line an epoch; empty where there is no value.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HISTORY_COLUMNS)
    writer.writerows([getattr(result, name) for name in HISTORY_COLUMNS] for result in history)
    return file.getvalue()


def read_history(text: str) -> list[EpochResult]:
    """Return the history in a text of `history_csv`.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of EpochResult

    Raises
    ------
    ValueError
        If the text does not begin with `HISTORY_COLUMNS`, or something in it is not a number.
    """
    header, *rows = csv.reader(io.StringIO(text))
    if tuple(header) != HISTORY_COLUMNS:
        raise ValueError(f"text must begin with {','.join(HISTORY_COLUMNS)}, got {header}")
    history = []
    for row in rows:
        epoch, *values = (float(value) if value else None for value in row)
        history.append(
            EpochResult(int(epoch), **dict(zip(HISTORY_COLUMNS[1:], values, strict=True)))
        )
    return history


def numpy_source(recipe: Recipe) -> str:
    """Return a self-contained script that trains the network of a recipe with NumPy alone.

    Parameters
    ----------
    recipe : Recipe
        What the script leaves out of it is said at its head.

    Returns
    -------
    str
        Fewer than 60 lines. It reads ``mnist.npz`` beside it or in the folder ``data``, starts from
        the same weights as `nncore.training` and takes the same mini-batches.
    """
    used = "" if recipe.training_images is None else f"[:{recipe.training_images}]"
    if recipe.validation_images:
        used += f"[:-{recipe.validation_images}]"
    memory, together, update = _UPDATES[recipe.optimizer]
    loss, delta = _LOSSES[recipe.loss, recipe.output]
    return _NUMPY.format(
        name="-".join(map(str, recipe.layers)),
        left_out=_left_out(recipe),
        math="import math\n" if recipe.schedule == "cosine" else "",
        sizes=", ".join(map(str, recipe.layers)),
        settings=f"{recipe.learning_rate!r}, {recipe.batch_size}, {recipe.epochs}",
        seterr=_SETERR if "sigmoid" in (recipe.activation, recipe.output) else "",
        used=used,
        seed=recipe.seed,
        initialisation=_INITIALISATIONS[recipe.initialisation],
        memory=memory,
        hidden=_FUNCTIONS[recipe.activation],
        output=_output_lines(recipe),
        n_classes=recipe.layers[-1],
        loss=loss,
        delta=delta,
        slope=_SLOPES[recipe.activation],
        rate=_RATES[recipe.schedule],
        count="        n_steps += 1\n" if recipe.optimizer == "adam" else "",
        together=together,
        decay=_DECAY.format(decay=recipe.weight_decay) if recipe.weight_decay else "",
        update=update,
    )


def _left_out(recipe: Recipe) -> str:
    """Return the comment that says what the NumPy script does not do of a recipe."""
    parts = {
        "deformed images": recipe.augmentation,
        "made-up pen digits": recipe.pen_digits,
        "dropout": recipe.dropout,
        "early stopping": recipe.patience,
        "the bug on purpose": recipe.bug != "none",
    }
    names = [name for name, is_asked in parts.items() if is_asked]
    return f"# Left out of the recipe: {', '.join(names)}.\n" if names else ""


def _output_lines(recipe: Recipe) -> str:
    """Return the lines that replace the last layer's hidden activation by its own."""
    return "" if recipe.output == recipe.activation else _OUTPUTS[recipe.output]


_PYTORCH_ACTIVATIONS = {
    "sigmoid": "nn.Sigmoid()",
    "relu": "nn.ReLU()",
    "tanh": "nn.Tanh()",
    "softmax": "nn.Softmax(dim=1)",
}

_PYTORCH = '''\
"""The network of model.npz in PyTorch: predict(images) answers as it did where it was trained."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

network = nn.Sequential(
{modules})
with np.load(Path(__file__).with_name("model.npz")) as model, torch.no_grad():
    dense_layers = [layer for layer in network if isinstance(layer, nn.Linear)]
    for index, layer in enumerate(dense_layers):
        # A neuron's weights are a row here and a column in the file.
        layer.weight.copy_(torch.from_numpy(model[f"weights_{{index}}"].T))
        layer.bias.copy_(torch.from_numpy(model[f"bias_{{index}}"]))
network.eval()


def predict(images):
    """Return the outputs, a row an image, for images of bytes 0-255 or of floats 0-1."""
    inputs = images.reshape(len(images), -1).astype(np.float32)
    if images.dtype == np.uint8:
        inputs /= 255
    with torch.no_grad():
        return network(torch.from_numpy(inputs)).numpy()


if __name__ == "__main__":
    print("An empty image:", predict(np.zeros((1, 28, 28), np.uint8)).round(3))
'''

_KERAS = '''\
"""The network of model.npz in Keras: predict(images) answers as it did where it was trained."""

from pathlib import Path

import keras
import numpy as np
from keras import layers

network = keras.Sequential(
    [
        layers.Input(({n_inputs},)),
{modules}    ]
)
with np.load(Path(__file__).with_name("model.npz")) as model:
    names = [f"{{kind}}_{{index}}" for index in range({n_dense}) for kind in ("weights", "bias")]
    network.set_weights([model[name] for name in names])


def predict(images):
    """Return the outputs, a row an image, for images of bytes 0-255 or of floats 0-1."""
    inputs = images.reshape(len(images), -1).astype(np.float32)
    if images.dtype == np.uint8:
        inputs /= 255
    return network.predict(inputs, verbose=0)


if __name__ == "__main__":
    print("An empty image:", predict(np.zeros((1, 28, 28), np.uint8)).round(3))
'''

_SETERR = """\
np.seterr(over="ignore")  # exp() may overflow to infinity, whose reciprocal is right: 0
"""
_INITIALISATIONS = {
    "memoire": """\
    weights = generator.standard_normal((n_inputs, n_outputs)) / np.sqrt(n_inputs)
    parameters += [weights, generator.standard_normal(n_outputs)]""",
    "glorot": """\
    limit = np.sqrt(6 / (n_inputs + n_outputs))
    weights = generator.uniform(-limit, limit, (n_inputs, n_outputs))
    parameters += [weights, np.zeros(n_outputs)]""",
    "he": """\
    weights = generator.standard_normal((n_inputs, n_outputs)) * np.sqrt(2 / n_inputs)
    parameters += [weights, np.zeros(n_outputs)]""",
}
_FUNCTIONS = {
    "sigmoid": "1 / (1 + np.exp(-potential))",
    "relu": "np.maximum(potential, 0)",
    "tanh": "np.tanh(potential)",
}
_OUTPUTS = {
    "sigmoid": "    outputs[-1] = 1 / (1 + np.exp(-potential))\n",
    "softmax": """\
    powers = np.exp(potential - potential.max(axis=1, keepdims=True))
    outputs[-1] = powers / powers.sum(axis=1, keepdims=True)
""",
}
# Of the hidden activations, in terms of their outputs.
_SLOPES = {
    "sigmoid": "inputs * (1 - inputs)",
    "relu": "(inputs > 0)",
    "tanh": "(1 - inputs**2)",
}
# The sum over a mini-batch, and what its gradient for the potentials is times more than the
# answers minus the targets.
_LOSSES = {
    ("mse", "sigmoid"): (
        "+= 0.5 * float(np.square(answers - targets).sum())",
        "        delta *= answers * (1 - answers)\n",
    ),
    ("mse", "softmax"): (
        "+= 0.5 * float(np.square(answers - targets).sum())",
        "        delta = answers * (delta - (answers * delta).sum(axis=1, keepdims=True))\n",
    ),
    ("cross-entropy", "sigmoid"): (
        "-= float(np.log(np.maximum(np.where(targets == 1, answers, 1 - answers), 1e-37)).sum())",
        "",
    ),
    ("cross-entropy", "softmax"): (
        "-= float(np.log(np.maximum(answers[targets == 1], 1e-37)).sum())",
        "",
    ),
}
_RATES = {
    "constant": "",
    "step": " * 0.1 ** max(0, int(4 * (epoch + start / len(order)) / EPOCHS) - 1)",
    "cosine": " * 0.5 * (1 + math.cos(math.pi * (epoch + start / len(order)) / EPOCHS))",
}
_DECAY = "            parameter *= 1 - rate * {decay!r} * (parameter.ndim > 1)\n"
# What an optimiser remembers, what goes through the loop together, and the step.
_UPDATES = {
    "sgd": (
        "",
        "parameter, gradient in zip(parameters, gradients, strict=True)",
        "            parameter -= rate * gradient",
    ),
    "momentum": (
        "velocities = [np.zeros_like(parameter) for parameter in parameters]\n",
        "parameter, gradient, velocity in zip(parameters, gradients, velocities, strict=True)",
        "            velocity *= 0.9\n"
        "            velocity -= rate * gradient\n"
        "            parameter += velocity",
    ),
    "adam": (
        "n_steps, moments = 0, [(np.zeros_like(p), np.zeros_like(p)) for p in parameters]\n",
        "parameter, gradient, (mean, square) in zip(parameters, gradients, moments, strict=True)",
        "            mean += 0.1 * (gradient - mean)\n"
        "            square += 0.001 * (gradient**2 - square)\n"
        "            scale = np.sqrt(square / (1 - 0.999**n_steps)) + 1e-8\n"
        "            parameter -= rate / (1 - 0.9**n_steps) * mean / scale",
    ),
}
_NUMPY = '''\
"""Train a {name} network on MNIST with NumPy alone."""
{left_out}
{math}from itertools import pairwise
from pathlib import Path

import numpy as np

SIZES = ({sizes})
LEARNING_RATE, BATCH_SIZE, EPOCHS = {settings}
{seterr}places = (Path(__file__).with_name("mnist.npz"), Path("data/mnist.npz"))
with np.load(next(filter(Path.exists, places), "mnist.npz")) as mnist:
    images, labels = mnist["x_train"]{used}, mnist["y_train"]{used}
    test_images, test_labels = mnist["x_test"], mnist["y_test"]
generator, parameters = np.random.default_rng({seed}), []
for n_inputs, n_outputs in pairwise(SIZES):
{initialisation}
parameters = [parameter.astype(np.float32) for parameter in parameters]
{memory}

def forward(images):
    """Return the inputs of every layer, and the answers."""
    outputs = [images.reshape(len(images), -1) / np.float32(255)]
    for weights, bias in zip(parameters[::2], parameters[1::2], strict=True):
        potential = outputs[-1] @ weights + bias
        outputs.append({hidden})
{output}    return outputs


for epoch in range(EPOCHS):
    loss, order = 0, generator.permutation(len(images))
    for start in range(0, len(order), BATCH_SIZE):
        rows = order[start : start + BATCH_SIZE]
        targets = np.eye({n_classes}, dtype=np.float32)[labels[rows]]
        *layer_inputs, answers = forward(images[rows])
        loss {loss}
        delta, gradients = (answers - targets) / len(rows), []
{delta}        for index, inputs in reversed([*enumerate(layer_inputs)]):
            gradients = [inputs.T @ delta, delta.sum(axis=0), *gradients]
            if index > 0:
                delta = delta @ parameters[2 * index].T * {slope}
        rate = LEARNING_RATE{rate}
{count}        for {together}:
{decay}{update}
    right = (forward(test_images)[-1].argmax(axis=1) == test_labels).mean()
    print(f"epoch {{epoch + 1}}: loss {{loss / len(order):.4f}}, test accuracy {{right:.2%}}")
'''
