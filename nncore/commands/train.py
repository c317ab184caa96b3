"""``train``: train a network on MNIST; with ``--events``, the worker process of the dashboard."""

import argparse
import math
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from nncore.augmentation import DEFORMATIONS
from nncore.commands.command import EXIT_INTERRUPTED, add_command, comma_separated, print_json
from nncore.commands.steering import Steering
from nncore.commands.watching import Watch
from nncore.mnist import N_CLASSES, Mnist, load_mnist
from nncore.model_files import Model, load_model, save_model
from nncore.recipe import CHOICES, RECIPES, Recipe
from nncore.resuming import resumed_recipe
from nncore.training import (
    DivergedError,
    EpochResult,
    Progress,
    Trainer,
    new_trainer,
    optimizer_for,
)

_BAR_WIDTH = 30
# Pages answer at once, training takes seconds anyway.
_NICENESS = 19
# The flags that are not called as the setting is.
_FLAGS = {
    "initialisation": "--init",
    "training_images": "--limit",
    "validation_images": "--validation",
}
# As a number of images, which has to be said where a model was trained on fewer.
_ALL = "all"


def add_train(commands: Any) -> None:
    """Add the command to the subparsers of argparse."""
    command = add_command(
        commands,
        "train",
        _run_train,
        "train a network on MNIST",
        "Settings that are not given come from the recipe, or with --resume from the model. A "
        "schedule other than constant runs over all epochs that were planned at the start. The "
        "model is written at the start and after every epoch, so that stopping (Ctrl-C, SIGTERM) "
        "leaves that of the last finished epoch.",
    )
    command.add_argument("--out", type=Path, required=True, metavar="MODEL.npz", help="result")
    start = command.add_mutually_exclusive_group()
    start.add_argument(
        "--recipe", choices=RECIPES, help="where settings start from, other than plain ones"
    )
    start.add_argument(
        "--resume", type=Path, metavar="MODEL", help="go on with a model; --epochs counts from here"
    )
    # Without defaults: the recipe or the resumed model fills in what is not given.
    settings = command.add_argument_group("settings", argument_default=argparse.SUPPRESS)
    settings.add_argument("--layers", type=_sizes, metavar="784,392,196,10", help="sizes")
    settings.add_argument("--activation", choices=CHOICES["activation"], help="of hidden layers")
    settings.add_argument(
        "--output", choices=CHOICES["output"], help="activation of the last layer"
    )
    settings.add_argument("--loss", choices=CHOICES["loss"], help="what is made small")
    settings.add_argument(
        "--init", dest="initialisation", choices=CHOICES["initialisation"], help="starting weights"
    )
    settings.add_argument("--optimizer", choices=CHOICES["optimizer"], help="how steps are made")
    settings.add_argument("--learning-rate", type=float, help="size of the steps")
    settings.add_argument("--batch-size", type=int, help="samples per step")
    settings.add_argument("--epochs", type=int, help="passes over the training images")
    settings.add_argument("--seed", type=int, help="of starting weights and shuffling")
    settings.add_argument(
        "--limit",
        dest="training_images",
        type=_limit,
        metavar="N",
        help=f"use the first N images, or {_ALL}",
    )
    settings.add_argument(
        "--schedule", choices=CHOICES["schedule"], help="how the learning rate falls"
    )
    settings.add_argument(
        "--weight-decay", type=float, help="how fast weights shrink by themselves"
    )
    settings.add_argument(
        "--dropout", type=float, help="share of hidden neurons left out at random"
    )
    settings.add_argument(
        "--augmentation",
        type=comma_separated,
        metavar="NAME,NAME…",
        help=f"deform the images: some of {', '.join(DEFORMATIONS)}",
    )
    settings.add_argument(
        "--pen-digits", type=int, metavar="N", help="mix in N made-up digits as Europeans draw them"
    )
    settings.add_argument(
        "--validation", dest="validation_images", type=int, metavar="N", help="keep the last N out"
    )
    settings.add_argument(
        "--patience", type=int, metavar="N", help="stop after N epochs without a better validation"
    )
    settings.add_argument("--bug", choices=CHOICES["bug"], help="break the training on purpose")
    command.add_argument(
        "--events", action="store_true", help="one JSON object a line instead of a progress bar"
    )
    command.add_argument(
        "--watch",
        type=Path,
        metavar="FOLDER",
        help="keep there what is worth seeing: networks of the epochs, first layer, answers",
    )
    command.add_argument(
        "--steered",
        action="store_true",
        help='obey commands on standard input: lines such as {"command": "pause"}, and '
        "resume, batch, epoch, learning_rate with a value; end with it",
    )
    command.add_argument("--paused", action="store_true", help="with --steered: begin when told to")


def train_arguments(recipe: Recipe, resume: Path | None = None, epochs_done: int = 0) -> list[str]:
    """Return the arguments that make the command train by a recipe.

    Parameters
    ----------
    recipe : Recipe
        Of a training that goes on, the one that `nncore.resuming.resumed_recipe` returns.
    resume : Path, optional
        A model to go on with.
    epochs_done : int
        How many of the recipe's epochs that model has behind it.

    Returns
    -------
    list of str
        All but ``--out`` and ``--events``.
    """
    arguments = [] if resume is None else [f"--resume={resume}"]
    for name, value in vars(replace(recipe, epochs=recipe.epochs - epochs_done)).items():
        # The only setting that may be None is the number of images.
        text = _ALL if value is None else str(value)
        if isinstance(value, tuple):
            text = ",".join(map(str, value))
        arguments.append(f"{_FLAGS.get(name, '--' + name.replace('_', '-'))}={text}")
    return arguments


def _run_train(options: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    model = _model_to_train(options)
    mnist = load_mnist()
    ends = (model.network.n_inputs, model.network.n_outputs)
    if ends != (mnist.train_images[0].size, N_CLASSES):
        raise ValueError(
            f"layers must start with {mnist.train_images[0].size} and end with {N_CLASSES}, "
            f"got {ends[0]} and {ends[1]}"
        )
    report = _print_event if options.events else _show_progress
    save_model(options.out, model)
    done: dict[str, Any] = {"event": "done", "model": str(options.out)}
    watch = Watch(options.watch, model.trainer, mnist) if options.watch else None
    try:
        steering = _steering(model.trainer, options.paused) if options.steered else None
        for record in _records(model.trainer, mnist, watch):
            if isinstance(record, EpochResult):
                save_model(options.out, model)
            report(record)
            for event in watch.look(record) if watch and options.events else ():
                print_json(event)
            if steering:
                steering.obey(record)
    except KeyboardInterrupt:
        done["stopped"] = True
    if watch:
        watch.keep_answers(options.out)
    if options.events:
        print_json(done)
    else:
        finished = "stopped" if "stopped" in done else "finished"
        print(f"\n{finished}: {options.out} after {model.trainer.epochs_done} epochs")
    return EXIT_INTERRUPTED if "stopped" in done else 0


def _records(
    trainer: Trainer, mnist: Mnist, watch: Watch | None
) -> Iterator[Progress | EpochResult]:
    """Train; if the training diverges, say first what is to be learnt from that."""
    try:
        yield from trainer.train(
            mnist.train_images,
            mnist.train_labels,
            test=(mnist.test_images, mnist.test_labels),
        )
    except DivergedError:
        if watch:
            print_json(watch.diagnosis(last_loss=math.nan))
        raise


def _steering(trainer: Trainer, is_paused: bool) -> Steering:
    """Obey standard input, and leave the processor to whoever asks for less of it."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    steering = Steering(
        trainer,
        sys.stdin,
        lambda paused: print_json({"event": "paused", "paused": paused}),
        is_paused,
    )
    steering.obey()
    return steering


def _model_to_train(options: argparse.Namespace) -> Model:
    """Return the model to start from, with the recipe as the options change it."""
    given = {
        field.name: getattr(options, field.name)
        for field in fields(Recipe)
        if hasattr(options, field.name)
    }
    if options.resume is None:
        recipe = RECIPES[options.recipe] if options.recipe else Recipe()
        trainer = new_trainer(replace(recipe, **given))
        return Model(trainer.network, trainer)
    model = load_model(options.resume)
    network, trainer = model.network, model.trainer
    recipe = resumed_recipe(model, given)
    # Epochs are counted from another start.
    fixed = sorted(
        name for name in given if name != "epochs" and getattr(recipe, name) != given[name]
    )
    if fixed:
        raise ValueError(f"{', '.join(fixed)} cannot be changed when a model is resumed")
    if trainer is None:
        generator = np.random.default_rng(recipe.seed)
        return Model(network, Trainer(network, recipe, optimizer_for(recipe), generator))
    trainer.recipe = recipe
    if trainer.epochs_done >= trainer.recipe.epochs:
        raise ValueError(
            f"the model has finished its {trainer.epochs_done} epochs: "
            "say with --epochs how many more"
        )
    trainer.learning_rate = given.get("learning_rate", trainer.learning_rate)
    return Model(network, trainer)


def _print_event(record: Progress | EpochResult) -> None:
    """Print a record as one JSON object a line."""
    name = "epoch" if isinstance(record, EpochResult) else "progress"
    print_json({"event": name} | asdict(record))


def _show_progress(record: Progress | EpochResult) -> None:
    """Show a record to a person: a bar that moves, and a line for each finished epoch."""
    if isinstance(record, EpochResult):
        print(
            f"\repoch {record.epoch}: loss {record.loss:.4f}, right on the training images "
            f"{record.train_accuracy:.2%}, on the test images {record.test_accuracy:.2%}, "
            f"{record.elapsed_s:.1f} s"
        )
        return
    filled = round(record.fraction * _BAR_WIDTH)
    bar = "█" * filled + "·" * (_BAR_WIDTH - filled)
    print(
        f"\repoch {record.epoch} {bar} {record.fraction:4.0%}  loss {record.loss:.4f}  "
        f"right {record.accuracy:.1%} ",
        end="",
        flush=True,
    )


def _sizes(text: str) -> tuple[int, ...]:
    """Return the numbers of a comma-separated list."""
    return tuple(int(part) for part in comma_separated(text))


def _limit(text: str) -> int | None:
    """Return a number of images, None for all."""
    return None if text == _ALL else int(text)
