"""``fine-tune``: a model gets used to one hand; with ``--events``, a worker of the dashboard."""

import argparse
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from nncore.commands.command import add_command, print_json
from nncore.fine_tuning import FineTuning, FineTuningResult, fine_tune
from nncore.handwriting_set import MAX_FILE_BYTES, HandwritingSet
from nncore.mnist import load_mnist
from nncore.model_files import Model, load_model, save_model

# Pages answer at once, tuning takes seconds anyway.
_NICENESS = 19


def add_fine_tune(commands: Any) -> None:
    """Add the command to the subparsers of argparse."""
    command = add_command(
        commands,
        "fine-tune",
        _run_fine_tune,
        "get a model used to one hand",
        "Trains the model on a few drawn digits mixed with training images of MNIST. Prints how "
        "many of the drawn digits were read right before, how many by networks that were tuned "
        "without them (cross-validation), and the accuracy on the test images of MNIST before and "
        "after. The tuned model is written at the end; it has learnt from all of the digits.",
    )
    command.add_argument("model", type=Path, metavar="MODEL", help="an .npz file")
    command.add_argument(
        "--digits",
        type=Path,
        required=True,
        metavar="FILE.jsonl",
        help='a line for each digit: {"label": 7, "strokes": [[[x, y], …], …]} in pixels of 280, '
        "y down",
    )
    command.add_argument("--out", type=Path, required=True, metavar="MODEL.npz", help="result")
    defaults = FineTuning()
    for flag, text in (
        ("--n-steps", "mini-batches"),
        ("--batch-size", "images of a mini-batch, half of them drawn"),
        ("--learning-rate", "of the first step"),
        ("--max-forgotten", "share of right answers on MNIST that may be lost"),
        ("--n-folds", "parts of the digits, each held back once"),
        ("--seed", "of all chance"),
    ):
        value = getattr(defaults, flag[2:].replace("-", "_"))
        command.add_argument(flag, type=type(value), default=value, help=text)
    command.add_argument(
        "--answers", type=Path, metavar="FILE.npy", help="write there the outputs for MNIST's tests"
    )
    command.add_argument("--events", action="store_true", help="one JSON object a line, as it goes")


def fine_tune_arguments(settings: FineTuning) -> list[str]:
    """Return the arguments that make the command tune by some settings."""
    return [
        f"--{field.name.replace('_', '-')}={getattr(settings, field.name)}"
        for field in fields(FineTuning)
    ]


def _run_fine_tune(options: argparse.Namespace) -> int:
    settings = FineTuning(
        **{field.name: getattr(options, field.name) for field in fields(FineTuning)}
    )
    if options.events and hasattr(os, "nice"):
        os.nice(_NICENESS)
    network = load_model(options.model).network
    with open(options.digits, "rb") as file:
        # One byte more than is allowed tells that there are too many.
        digits = HandwritingSet.from_bytes(file.read(MAX_FILE_BYTES + 1))
    mnist = load_mnist()
    steps = fine_tune(network, digits.images, digits.labels, mnist, settings)
    while True:
        try:
            fraction = next(steps)
        except StopIteration as end:
            result: FineTuningResult = end.value
            break
        if options.events:
            print_json({"event": "progress", "fraction": fraction})
    # The history of the training behind it is not that of these parameters any more.
    save_model(options.out, Model(network))
    if options.answers:
        np.save(options.answers, network.predict(mnist.test_images))
    if options.events:
        print_json({"event": "tuned"} | result.as_record())
        print_json({"event": "done", "model": str(options.out)})
        return 0
    print_json(
        {
            "digits": len(digits),
            "right_before": int((result.before == result.labels).sum()),
            "right_after": int((result.after == result.labels).sum()),
            "mnist_before": result.mnist_before,
            "mnist_after": result.mnist_after,
            "elapsed_s": round(result.elapsed_s, 2),
        }
    )
    return 0
