import json

import pytest

from nncore.commands import main


@pytest.fixture
def run(capsys):
    """A function that runs a command and returns exit code, printed JSON objects and stderr."""

    def run_command(*arguments):
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        lines = [line for line in captured.out.splitlines() if line.startswith("{")]
        return code, [json.loads(line) for line in lines], captured.err

    return run_command
