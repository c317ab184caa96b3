"""What all commands share: how they are described, and how they print."""

import argparse
import json
import math
from collections.abc import Callable
from typing import Any

EXIT_WRONG_USE = 2
EXIT_INTERRUPTED = 130


def add_command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,
    more: str,
) -> argparse.ArgumentParser:
    """Add a command to the subparsers of argparse.

    Parameters
    ----------
    commands : the object that ``ArgumentParser.add_subparsers`` returns
    name : str
        What to type.
    run : callable
        Takes the parsed options and returns the exit code.
    summary, more : str
        A phrase for the list of commands, and what the command's own help says after it.

    Returns
    -------
    ArgumentParser
        To which the command's arguments are to be added.
    """
    command = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}. {more}",
        formatter_class=_ShowGivenDefaults,
    )
    command.set_defaults(run=run)
    return command


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object on one line, at once; a float that is not finite becomes null."""
    finite = {
        key: None if isinstance(item, float) and not math.isfinite(item) else item
        for key, item in value.items()
    }
    print(json.dumps(finite, ensure_ascii=False), flush=True)


def comma_separated(text: str) -> tuple[str, ...]:
    """Return the parts of a comma-separated list, without empty ones."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


class _ShowGivenDefaults(argparse.ArgumentDefaultsHelpFormatter):
    """Show defaults, but not where the default is that nothing was given."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default is None or action.default is False:
            return action.help
        return super()._get_help_string(action)
