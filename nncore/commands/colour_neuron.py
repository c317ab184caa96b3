"""``colour-neuron``: train one neuron on a folder of images."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nncore.colour import mean_colour, scale_colours
from nncore.colour_neuron import train
from nncore.commands.command import add_command, comma_separated, print_json
from nncore.images import ImageFileError, open_image


def add_colour_neuron(commands: Any) -> None:
    """Add the command to the subparsers of argparse."""
    command = add_command(
        commands,
        "colour-neuron",
        _run_colour_neuron,
        "train one neuron to tell a colour",
        "Each image counts as its mean colour e; the answer is yes where p·e >= 1; on an error the "
        "state p moves by epsilon times e. Prints the final state, the first epoch without an "
        "error (null if there is none) and every update.",
    )
    command.add_argument("--images", type=Path, required=True, metavar="DIR", help="the bank")
    command.add_argument(
        "--positive",
        type=comma_separated,
        required=True,
        metavar="NAME,NAME…",
        help="file names, with or without ending, of the images to be answered with yes",
    )
    command.add_argument("--scale", type=int, choices=(255, 1), default=255, help="of a channel")
    command.add_argument("--epsilon", type=float, default=0.2, help="how far an error moves p")
    command.add_argument("--epochs", type=int, default=50, help="passes over all images")


def _run_colour_neuron(options: argparse.Namespace) -> int:
    paths = sorted(path for path in options.images.iterdir() if not path.name.startswith("."))
    names = [path.stem for path in paths]
    unknown = set(options.positive) - set(names) - {path.name for path in paths}
    if unknown:
        raise ValueError(
            f"no image named {', '.join(sorted(unknown))} in {options.images}: "
            f"there are {', '.join(names)}"
        )
    targets = [int(bool({path.stem, path.name} & set(options.positive))) for path in paths]
    colours = np.array([_mean_colour(path) for path in paths])
    log = train(
        scale_colours(colours, options.scale),
        targets,
        learning_rate=options.epsilon,
        epochs=options.epochs,
    )
    print_json(
        {
            "state": _rounded(log.state),
            "first_epoch_without_error": log.first_epoch_without_error,
            "updates": [
                {
                    "epoch": update.epoch,
                    "image": names[update.sample],
                    "output": update.output,
                    "target": update.target,
                    "before": _rounded(update.before),
                    "after": _rounded(update.after),
                }
                for update in log.updates
            ],
        }
    )
    return 0


def _mean_colour(path: Path) -> tuple[int, int, int]:
    """Return the mean colour of an image file as the mémoire computes it."""
    try:
        return mean_colour(open_image(path)).integer
    except ImageFileError as error:
        raise ImageFileError(f"{path.name}: {error}") from error


def _rounded(state: Sequence[float]) -> list[float]:
    """Round away what adding 0.2 in binary leaves behind, far below any meaning."""
    return [round(float(value), 10) for value in state]
