import csv
import importlib.util
import io
import itertools
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nncore.export import HISTORY_COLUMNS, history_csv, keras_source, numpy_source, pytorch_source
from nncore.mnist import load_mnist
from nncore.model_files import Model, save_model
from nncore.recipe import CHOICES, Recipe
from nncore.training import EpochResult, new_trainer

PROJECT = Path(__file__).parents[2]
MNIST = load_mnist()
IMAGES, LABELS = MNIST.train_images[:600], MNIST.train_labels[:600]
TEST = (MNIST.test_images[:200], MNIST.test_labels[:200])
SMALL = {"layers": (784, 24, 12, 10), "batch_size": 10, "epochs": 3}
KINDS = {
    "memoire": {"activation": "sigmoid", "output": "sigmoid", "loss": "mse"},
    "relu": {"activation": "relu", "output": "softmax", "dropout": 0.2},
    "tanh": {"activation": "tanh", "output": "sigmoid"},
}


def trained_model(**settings):
    trainer = new_trainer(Recipe(**SMALL | {"epochs": 1} | settings))
    list(trainer.train(IMAGES, LABELS))
    return Model(trainer.network, trainer)


def imported(source, model, folder):
    """Save a script beside its model and import it."""
    save_model(folder / "model.npz", model)
    path = folder / "script.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("script", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assert_predicts_the_same(source, model, folder):
    predict = imported(source, model, folder).predict
    expected = model.network.predict(TEST[0])
    np.testing.assert_allclose(predict(TEST[0]), expected, atol=1e-5)
    floats = (TEST[0] / 255).astype(np.float32).reshape(-1, 784)
    np.testing.assert_allclose(predict(floats), expected, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_pytorch_predicts_the_same(kind, tmp_path):
    pytest.importorskip("torch")
    model = trained_model(**KINDS[kind])
    assert_predicts_the_same(pytorch_source(model), model, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_keras_predicts_the_same(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", os.environ.get("KERAS_BACKEND", "jax"))
    pytest.importorskip(os.environ["KERAS_BACKEND"])
    pytest.importorskip("keras")
    model = trained_model(**KINDS[kind])
    assert_predicts_the_same(keras_source(model), model, tmp_path)


def run_script(source, folder, images=IMAGES, labels=LABELS):
    """Run a script beside a small mnist.npz; return losses and test accuracies of its epochs."""
    np.savez(folder / "mnist.npz", x_train=images, y_train=labels, x_test=TEST[0], y_test=TEST[1])
    script = folder / "train.py"
    script.write_text(source, encoding="utf-8")
    # Elsewhere, so that only the file beside the script can be found.
    (folder / "elsewhere").mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "error", script],
        cwd=folder / "elsewhere",
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = re.findall(r"epoch \d+: loss ([\d.]+), test accuracy ([\d.]+)%", done.stdout)
    return [float(loss) for loss, _ in found], [float(share) / 100 for _, share in found]


@pytest.mark.parametrize(
    "settings",
    [
        KINDS["memoire"] | {"initialisation": "memoire", "learning_rate": 0.5},
        KINDS["memoire"] | {"output": "softmax", "initialisation": "glorot", "learning_rate": 0.5},
        KINDS["tanh"] | {"initialisation": "glorot", "weight_decay": 0.01, "training_images": 500},
        {"validation_images": 100},
        {"optimizer": "momentum", "learning_rate": 0.01},
        {"optimizer": "adam", "learning_rate": 0.001, "weight_decay": 0.1},
    ],
    ids=lambda settings: "-".join(map(str, settings.values())),
)
def test_the_numpy_script_trains_like_nncore(settings, tmp_path):
    recipe = Recipe(**SMALL | settings)
    losses, accuracies = run_script(numpy_source(recipe), tmp_path)
    trainer = new_trainer(recipe)
    list(trainer.train(IMAGES, LABELS, test=TEST, report_every_s=math.inf))
    assert losses == pytest.approx([result.loss for result in trainer.history], rel=0.002)
    # One image of the 200 may fall to the other side by rounding.
    assert accuracies == pytest.approx(
        [result.test_accuracy for result in trainer.history], abs=0.011
    )


@pytest.mark.parametrize("schedule", ["step", "cosine"])
def test_the_numpy_script_learns_with_a_schedule(schedule, tmp_path):
    # nncore sets the rate once a block of mini-batches, so that the two differ a little.
    recipe = Recipe(**SMALL | {"schedule": schedule, "epochs": 4})
    losses, accuracies = run_script(numpy_source(recipe), tmp_path)
    trainer = new_trainer(recipe)
    list(trainer.train(IMAGES, LABELS, test=TEST, report_every_s=math.inf))
    assert losses == pytest.approx([result.loss for result in trainer.history], rel=0.1)
    assert accuracies[-1] > 0.7


def recipes_of_every_kind():
    """Every combination of choices, each asking for all that lengthens the script."""
    names = ("activation", "output", "loss", "initialisation", "optimizer", "schedule")
    for choices in itertools.product(*(CHOICES[name] for name in names)):
        yield Recipe(
            **dict(zip(names, choices, strict=True)),
            weight_decay=1e-4,
            dropout=0.1,
            augmentation=("shift",),
            validation_images=5000,
            patience=3,
            training_images=30_000,
            bug="zero-weights",
        )


def test_every_numpy_script_is_short_and_clean(tmp_path):
    for number, recipe in enumerate(recipes_of_every_kind()):
        source = numpy_source(recipe)
        assert source.count("\n") < 60
        (tmp_path / f"script_{number}.py").write_text(source, encoding="utf-8")
    assert number == 323
    assert_clean(tmp_path)


def test_the_code_for_frameworks_is_clean(tmp_path):
    for kind, settings in KINDS.items():
        model = trained_model(**settings)
        (tmp_path / f"torch_{kind}.py").write_text(pytorch_source(model), encoding="utf-8")
        (tmp_path / f"keras_{kind}.py").write_text(keras_source(model), encoding="utf-8")
    assert_clean(tmp_path)


def assert_clean(folder):
    """Check the scripts in a folder like the project's own code."""
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *command,
                f"--config={PROJECT / 'pyproject.toml'}",
                folder,
            ],
            capture_output=True,
            encoding="utf-8",
        )
        if "No module named ruff" in done.stderr:
            pytest.skip("ruff is not installed")
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_numpy_script_cannot_do_is_said_at_its_head():
    asked = Recipe(dropout=0.5, augmentation=("shift",), validation_images=9, patience=1)
    comment = numpy_source(asked).splitlines()[1]
    assert comment == "# Left out of the recipe: deformed images, dropout, early stopping."
    assert "Left out" not in numpy_source(Recipe())
    assert "the bug on purpose" in numpy_source(Recipe(bug="wrong-sign"))


def test_the_history_has_a_line_for_each_epoch_and_leaves_out_what_there_is_not():
    history = [
        EpochResult(1, 0.5, 0.8, 1.25, test_accuracy=0.75),
        EpochResult(2, 0.25, 0.9, 2.5, validation_accuracy=0.7, test_accuracy=0.8),
    ]
    rows = list(csv.DictReader(io.StringIO(history_csv(history))))
    assert tuple(rows[0]) == HISTORY_COLUMNS
    assert rows[0] == {
        "epoch": "1",
        "elapsed_s": "1.25",
        "loss": "0.5",
        "train_accuracy": "0.8",
        "validation_accuracy": "",
        "test_accuracy": "0.75",
    }
    assert rows[1]["validation_accuracy"] == "0.7"
