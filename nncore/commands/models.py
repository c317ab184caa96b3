"""``evaluate``, ``predict`` and ``convert``: what one does with a trained model."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nncore.commands.command import add_command, print_json
from nncore.drawing import DigitSteps, ink_steps, stroke_steps
from nncore.evaluation import evaluate
from nncore.images import open_image
from nncore.memoire_model import load_memoire_model
from nncore.mnist import load_mnist
from nncore.model_files import load_model, save_model
from nncore.network import SequentialNetwork
from nncore.photo import ink_from_photo


def add_evaluate(commands: Any) -> None:
    """Add the command to the subparsers of argparse."""
    command = add_command(
        commands,
        "evaluate",
        _run_evaluate,
        "measure a model on the test images of MNIST",
        "Prints accuracy, the recall of every class and the confusion matrix (rows: true class).",
    )
    command.add_argument("model", type=Path, metavar="MODEL", help="an .npz file")


def _run_evaluate(options: argparse.Namespace) -> int:
    network = load_model(options.model).network
    mnist = load_mnist()
    evaluation = evaluate(network, mnist.test_images, mnist.test_labels)
    print_json(
        {
            "accuracy": evaluation.accuracy,
            "recall": evaluation.recall.tolist(),
            "confusion": evaluation.confusion.tolist(),
        }
    )
    return 0


def add_predict(commands: Any) -> None:
    """Add the command to the subparsers of argparse."""
    command = add_command(
        commands,
        "predict",
        _run_predict,
        "recognise digits in images or drawn strokes",
        "Prints one JSON object for each: digit and probabilities, or why there is none.",
    )
    command.add_argument("model", type=Path, metavar="MODEL", help="an .npz file")
    command.add_argument("images", type=Path, nargs="*", metavar="IMAGE", help="photos or scans")
    command.add_argument(
        "--strokes",
        type=Path,
        metavar="FILE.jsonl",
        help='a line for each drawing: {"strokes": [[[x, y], …], …]} in pixels, y down',
    )
    command.add_argument("--canvas", type=int, default=280, help="side of the canvas, in pixels")
    command.add_argument(
        "--brush", type=float, help="width of the brush: of no account, lines are drawn again"
    )


def _run_predict(options: argparse.Namespace) -> int:
    if not options.images and options.strokes is None:
        raise ValueError("nothing to recognise: name images, or a file with --strokes")
    network = load_model(options.model).network
    for path in options.images:
        _print_prediction(
            network, {"image": str(path)}, lambda p=path: ink_steps(ink_from_photo(open_image(p)))
        )
    if options.strokes is not None:
        with open(options.strokes, encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                _print_prediction(
                    network,
                    {"line": number},
                    lambda text=line: stroke_steps(_strokes_of(text), options.canvas),
                )
    return 0


def _strokes_of(line: str) -> Any:
    """Return the strokes of one line of a strokes file."""
    values = json.loads(line)
    if not isinstance(values, dict) or "strokes" not in values:
        raise ValueError('a line must be {"strokes": [[[x, y], …], …]}')
    return values["strokes"]


def _print_prediction(
    network: SequentialNetwork, subject: dict[str, Any], steps_of: Callable[[], DigitSteps]
) -> None:
    """Print what the network says of one drawing, or why it says nothing."""
    try:
        probabilities = network.predict(steps_of().image[np.newaxis])[0]
    except ValueError as error:
        answer = {"digit": None, "reason": str(error)}
    else:
        answer = {
            "digit": int(probabilities.argmax()),
            "probabilities": [round(float(p), 6) for p in probabilities],
        }
    print_json(subject | answer)


def add_convert(commands: Any) -> None:
    """Add the command to the subparsers of argparse."""
    command = add_command(
        commands,
        "convert",
        _run_convert,
        "turn a model pickled by the mémoire's code into a model file",
        "The pickle is read without running anything in it.",
    )
    command.add_argument("pickle", type=Path, metavar="Model.pkl", help="written by the mémoire")
    command.add_argument("model", type=Path, metavar="model.npz", help="to write")


def _run_convert(options: argparse.Namespace) -> int:
    save_model(options.model, load_memoire_model(options.pickle))
    return 0
