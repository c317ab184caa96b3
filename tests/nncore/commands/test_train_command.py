import errno
import json
import math
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nncore.commands import main
from nncore.commands.train import train_arguments
from nncore.mnist import load_mnist
from nncore.model_files import Model, load_model, save_model
from nncore.recipe import RECIPES, Recipe
from nncore.resuming import resumed_recipe
from nncore.training import new_trainer

PROJECT = Path(__file__).parents[3]
SMALL = ("--layers", "784,20,10", "--limit", "300", "--batch-size", "7")


def parameters(path):
    return load_model(path).network.parameters


def worker(*arguments):
    # A run of the tests in the background may ignore the signal, and a child inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        [sys.executable, "-m", "nncore", "train", "--events", *map(str, arguments)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_the_command_line_of_the_memoire(run, tmp_path):
    out = tmp_path / "m.npz"
    code, events, _ = run(
        *("train", "--layers", "784,392,196,10", "--activation", "sigmoid", "--output", "sigmoid"),
        *("--loss", "mse", "--init", "memoire", "--optimizer", "sgd", "--batch-size", "10"),
        *("--learning-rate", "3", "--epochs", "1", "--seed", "0", "--limit", "500"),
        *("--out", out, "--events"),
    )
    assert code == 0
    epoch, done = events[-2:]
    assert set(epoch) == {
        "event",
        "epoch",
        "loss",
        "train_accuracy",
        "validation_accuracy",
        "test_accuracy",
        "elapsed_s",
    }
    assert (epoch["event"], epoch["epoch"]) == ("epoch", 1)
    assert done == {"event": "done", "model": str(out)}
    model = load_model(out)
    assert model.trainer.recipe.initialisation == "memoire"
    assert model.trainer.epochs_done == 1


def test_resuming_equals_training_through(run, tmp_path):
    settings = (*SMALL, "--optimizer", "adam", "--learning-rate", "0.001")
    run("train", *settings, "--epochs", "3", "--out", tmp_path / "through.npz")
    run("train", *settings, "--epochs", "1", "--out", tmp_path / "part.npz")
    resume = ("--resume", tmp_path / "part.npz", "--epochs", "2", "--out", tmp_path / "resumed.npz")
    assert run("train", *resume)[0] == 0
    through, resumed = parameters(tmp_path / "through.npz"), parameters(tmp_path / "resumed.npz")
    for one, other in zip(through, resumed, strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_interrupted_training_is_resumed_to_the_end_of_its_plan(run, tmp_path):
    settings = (*SMALL, "--schedule", "cosine", "--epochs", "3", "--out")
    run("train", *settings, tmp_path / "through.npz")
    trainer = new_trainer(load_model(tmp_path / "through.npz").trainer.recipe)
    mnist = load_mnist()
    for _ in trainer.train(mnist.train_images, mnist.train_labels, report_every_s=math.inf):
        break
    save_model(tmp_path / "part.npz", Model(trainer.network, trainer))
    code, events, _ = run(
        "train", "--resume", tmp_path / "part.npz", "--events", "--out", tmp_path / "resumed.npz"
    )
    assert code == 0
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [2, 3]
    through, resumed = parameters(tmp_path / "through.npz"), parameters(tmp_path / "resumed.npz")
    for one, other in zip(through, resumed, strict=True):
        np.testing.assert_array_equal(one, other)
    code, _, errors = run(
        "train", "--resume", tmp_path / "resumed.npz", "--out", tmp_path / "more.npz"
    )
    assert code == 2
    assert "has finished its 3 epochs" in errors


def test_what_is_fixed_in_a_model_cannot_be_changed(run, tmp_path):
    path = tmp_path / "m.npz"
    run("train", *SMALL, "--epochs", "1", "--out", path)
    code, _, errors = run("train", "--resume", path, "--optimizer", "adam", "--out", path)
    assert code == 2
    assert "optimizer cannot be changed when a model is resumed" in errors


@pytest.mark.parametrize(
    ("flags", "name"),
    [(("--activation", "tanh"), "activation"), (("--layers", "784,10"), "layers")],
)
def test_what_a_network_alone_shows_cannot_be_changed(run, tmp_path, flags, name):
    path = tmp_path / "m.npz"
    save_model(path, Model(new_trainer(Recipe(layers=(784, 20, 10))).network))
    code, _, errors = run("train", "--resume", path, *flags, "--out", path)
    assert code == 2
    assert f"{name} cannot be changed when a model is resumed" in errors


@pytest.fixture
def saved(monkeypatch):
    """The models that the command saves, none of which it trains."""
    models = []
    monkeypatch.setattr("nncore.commands.train.save_model", lambda _, model: models.append(model))
    monkeypatch.setattr("nncore.commands.train.Trainer.train", lambda *_, **__: [])
    return models


@pytest.mark.parametrize("n_images", [123, None])
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_survives_its_way_through_the_command_line(recipe, n_images, tmp_path, saved):
    changes = {"training_images": n_images, "seed": 7, "learning_rate": 1 / 3}
    recipe = Recipe(**(vars(recipe) | changes))
    assert main(["train", *train_arguments(recipe), "--out", str(tmp_path / "m.npz")]) == 0
    assert saved[0].trainer.recipe == recipe


@pytest.mark.parametrize("has_trainer", [True, False])
def test_a_recipe_that_goes_on_survives_its_way(tmp_path, saved, has_trainer):
    trainer = new_trainer(Recipe(training_images=300, validation_images=50, patience=3))
    path, chosen = tmp_path / "m.npz", replace(RECIPES["memoire"], loss="cross-entropy", epochs=2)
    save_model(path, Model(trainer.network, trainer if has_trainer else None))
    recipe = resumed_recipe(load_model(path), vars(chosen))
    assert main(["train", *train_arguments(recipe, path), "--out", str(tmp_path / "on.npz")]) == 0
    assert saved[0].trainer.recipe == recipe
    assert recipe.training_images is None
    assert recipe.validation_images == (10_000 if has_trainer else 0)


def test_a_model_goes_on_with_all_images_if_that_is_said(tmp_path, saved):
    trainer = new_trainer(Recipe(layers=(784, 20, 10), training_images=300))
    save_model(tmp_path / "m.npz", Model(trainer.network, trainer))
    for more in ((), ("--limit", "all")):
        main(["train", "--resume", str(tmp_path / "m.npz"), *more, "--out", str(tmp_path / "on")])
    assert [model.trainer.recipe.training_images for model in saved] == [300, None]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--layers", "784,10,3"), "layers must start with 784 and end with 10"),
        (("--learning-rate", "0"), "learning_rate must be from"),
        (("--loss", "mse", "--output", "softmax", "--epochs", "0"), "epochs must be from"),
        (("--resume", "nothing.npz"), "There is no model file nothing.npz"),
    ],
)
def test_wrong_settings_end_with_code_2_and_touch_nothing(run, tmp_path, arguments, message):
    out = tmp_path / "m.npz"
    code, events, errors = run("train", *arguments, "--out", out, "--events")
    assert code == 2
    assert message in errors
    assert events[-1]["event"] == "error"
    assert message in events[-1]["message"]
    assert not out.exists()


def test_a_person_sees_a_bar_and_the_result(tmp_path, capsys):
    assert main(["train", *SMALL, "--epochs", "1", "--out", str(tmp_path / "m.npz")]) == 0
    printed = capsys.readouterr().out
    assert "epoch 1: loss" in printed
    assert "on the test images" in printed
    assert "after 1 epoch" in printed


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a signal")
def test_a_signal_leaves_the_model_of_the_last_finished_epoch(tmp_path, signal_number):
    out = tmp_path / "m.npz"
    process = worker("--layers", "784,20,10", "--epochs", "500", "--out", out)
    events = []
    for line in process.stdout:
        events.append(json.loads(line))
        if [event["event"] for event in events].count("epoch") == 2:
            process.send_signal(signal_number)
            break
    rest, errors = process.communicate(timeout=30)
    events += map(json.loads, rest.splitlines())
    assert process.returncode == 130, errors
    assert events[-1] == {"event": "done", "model": str(out), "stopped": True}
    n_epochs = [event["event"] for event in events].count("epoch")
    assert load_model(out).trainer.epochs_done == n_epochs
    assert os.listdir(tmp_path) == ["m.npz"]


def test_progress_is_reported_within_an_epoch(tmp_path):
    process = worker("--epochs", "1", "--out", tmp_path / "m.npz")
    first = json.loads(process.stdout.readline())
    process.kill()
    process.communicate()
    assert first["event"] == "progress"
    assert set(first) == {"event", "epoch", "fraction", "loss", "accuracy", "elapsed_s"}
    assert 0 < first["fraction"] < 1


def test_a_full_disk_is_a_sentence(run, tmp_path, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device", "model.npz")

    monkeypatch.setattr("nncore.commands.train.save_model", full)
    code, events, said = run("train", "--out", tmp_path / "model.npz", "--events")
    assert code == 2
    assert events == [
        {
            "event": "error",
            "message": "There is no room left on the disk: make some, and start again.",
        }
    ]
    assert "[Errno" not in said
