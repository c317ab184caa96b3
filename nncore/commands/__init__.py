"""The command line: everything that the dashboard does, for scripts, and its worker process."""

import argparse
import errno
import sys
from collections.abc import Sequence

from nncore.commands.baseline import add_baseline
from nncore.commands.colour_neuron import add_colour_neuron
from nncore.commands.command import EXIT_INTERRUPTED, EXIT_WRONG_USE, print_json
from nncore.commands.diagnose import add_diagnose
from nncore.commands.doubt import add_train_doubt
from nncore.commands.fine_tune import add_fine_tune
from nncore.commands.models import add_convert, add_evaluate, add_predict
from nncore.commands.train import add_train
from nncore.training import DivergedError

# What a person can mend: a wrong argument, file or setting. Anything else is a fault of ours.
_USER_ERRORS = (ValueError, DivergedError, OSError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; by default those of the process.

    Returns
    -------
    int
        The exit code: 0, 2 after a message about a wrong argument or file, 130 when interrupted.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except _USER_ERRORS as error:
        message = str(error)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            message = "There is no room left on the disk: make some, and start again."
        if getattr(options, "events", False):
            print_json({"event": "error", "message": message})
        print(f"nncore {options.command}: {message}", file=sys.stderr)
        return EXIT_WRONG_USE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    """Describe all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m nncore",
        description="Learn how a neuron and a network of neurons learn, without a browser.",
        epilog="""In the order of the course:
  python -m nncore colour-neuron --images data/colours/memoire \\
      --positive Couleur_rouge,Couleur_rouge_bordeaux,Couleur_rouge_cerise
  python -m nncore baseline --digit 8 --bias -45
  python -m nncore train --recipe memoire --epochs 1 --out memoire.npz
  python -m nncore train --resume memoire.npz --epochs 1 --out memoire.npz
  python -m nncore evaluate memoire.npz
  python -m nncore diagnose memoire.npz
  python -m nncore predict memoire.npz photo_of_a_digit.jpg
  python -m nncore fine-tune memoire.npz --digits my_digits.jsonl --out mine.npz""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_colour_neuron(commands)
    add_baseline(commands)
    add_train(commands)
    add_train_doubt(commands)
    add_evaluate(commands)
    add_predict(commands)
    add_diagnose(commands)
    add_fine_tune(commands)
    add_convert(commands)
    return parser
