"""``train-doubt``: a network learns to tell digits from what is none."""

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from nncore.commands.command import add_command, print_json
from nncore.doubt_training import (
    N_NON_DIGITS,
    RECIPE,
    UNSEEN_KINDS,
    measure_refusals,
    train_detector,
)
from nncore.mnist import load_mnist
from nncore.model_files import Model, save_model
from nncore.network import SequentialNetwork
from nncore.non_digits import KINDS
from nncore.training import EpochResult


def add_train_doubt(commands: Any) -> None:
    """Add the command to the subparsers of argparse."""
    command = add_command(
        commands,
        "train-doubt",
        _run_train_doubt,
        "train the network that tells digits from what is none",
        "Its non-digits are drawn by the program: letters, shapes, scribbles, several digits at "
        "once. Prints each epoch, and at the end the shares refused, as JSON.",
    )
    command.add_argument("--out", type=Path, required=True, metavar="MODEL.npz", help="result")
    command.add_argument("--epochs", type=int, default=RECIPE.epochs, help="passes over the images")
    command.add_argument("--seed", type=int, default=RECIPE.seed, help="of all chance")
    command.add_argument(
        "--non-digits", type=int, default=N_NON_DIGITS, metavar="N", help="how many to draw"
    )
    command.add_argument(
        "--pen-digits", type=int, default=RECIPE.pen_digits, metavar="N", help="how many to draw"
    )
    command.add_argument(
        "--measured", type=int, default=100, metavar="N", help="of each kind, at the end"
    )
    command.add_argument(
        "--unseen",
        action="store_true",
        help="leave out a third of the kinds, to measure what becomes of those never met",
    )


def _run_train_doubt(options: argparse.Namespace) -> int:
    recipe = replace(
        RECIPE, epochs=options.epochs, seed=options.seed, pen_digits=options.pen_digits
    )
    kinds = [kind for kind in KINDS if not (options.unseen and kind in UNSEEN_KINDS)]
    mnist = load_mnist()
    for record in train_detector(recipe, mnist, options.non_digits, kinds):
        if isinstance(record, EpochResult):
            print_json({name: v for name, v in asdict(record).items() if v is not None})
        else:
            network: SequentialNetwork = record
    save_model(options.out, Model(network))
    # Another sequence of chance than any of the training.
    generator = np.random.default_rng([options.seed, 2])
    print_json(
        {"model": str(options.out)}
        | asdict(measure_refusals(network, mnist, options.measured, generator))
    )
    return 0
