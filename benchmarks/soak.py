"""Whether the dashboard's memory reaches a plateau: ``python -m benchmarks.soak``.

Visitors open the dashboard, go through its pages, train a network, look at it and leave, a
thousand times, and the table shows what the server holds after every hundred of them.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.report import conditions, log, markdown_table
from benchmarks.server import Server, running_server
from benchmarks.visitors import PAGES, Timings, Visitor

_HEADER = (
    *("sessions so far", "resident MB", "threads", "open files", "trainings kept"),
    *("their files, MB", "exceptions"),
)
# Trains within a second, once the worker has started.
_TRAINING = "train_images=1000&train_epochs=2&train_hidden_1=32&train_hidden_2=0"
# The shortest that can be set, because ended trainings are kept: the default is two hours.
_KEEP_MINUTES = 1
_LOOK_AGAIN_S = 0.5


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure as the arguments say, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=10, help="visitors at a time")
    parser.add_argument("--rows", type=int, default=10, help="of the table, beside the first")
    options = parser.parse_args(arguments)
    print(conditions(("streamlit", "numpy", "plotly")) + "\n")
    with tempfile.TemporaryDirectory() as folder:
        environment = {"TMPDIR": folder, "NEURONS_KEEP_MINUTES": str(_KEEP_MINUTES)}
        with running_server(environment) as server:
            rows = asyncio.run(_soak(server, Path(folder), options))
    print(markdown_table(_HEADER, rows))


async def _soak(server: Server, folder: Path, options: argparse.Namespace) -> list[list[str]]:
    """Let visitors come and go; return the rows of the table."""
    timings = Timings()
    seeds, n_ended = iter(range(options.sessions)), 0
    every = max(1, options.sessions // options.rows)
    rows: list[list[str]] = [_row(0, server, folder, timings)]

    async def come_and_go() -> None:
        nonlocal n_ended
        for seed in seeds:
            await _session(Visitor(server.url, timings, seed))
            n_ended += 1
            if n_ended % every == 0:
                log(f"{n_ended} sessions")
                rows.append(_row(n_ended, server, folder, timings))

    await asyncio.gather(*(come_and_go() for _ in range(options.at_once)))
    return rows


async def _session(visitor: Visitor) -> None:
    """Open the dashboard, use it, train and leave."""
    await visitor.open()
    for page in PAGES:
        await visitor.visit(page)
        if page:
            await visitor.turn_widget()
    await visitor.visit("Train_a_network", _TRAINING)
    await visitor.press("train_start")
    while "train_on" not in visitor.widgets:
        await asyncio.sleep(_LOOK_AGAIN_S)
        await visitor.look_again()
    await visitor.close()


def _row(n_sessions: int, server: Server, folder: Path, timings: Timings) -> list[str]:
    """Return what the server holds after so many sessions."""
    trainings = list(folder.glob("training-jobs-*/*/"))
    size = sum(size for training in trainings for size in _sizes(training))
    return [
        str(n_sessions),
        f"{server.resident_mb():.0f}",
        *(str(server.n_threads()), str(server.n_open_files()), str(len(trainings))),
        *(f"{size / 1e6:.0f}", str(timings.n_exceptions)),
    ]


def _sizes(folder: Path) -> Iterator[int]:
    """Yield the sizes of the files of a folder, some of which may go meanwhile."""
    for path in folder.glob("*"):
        try:
            yield path.stat().st_size
        except FileNotFoundError:
            continue


if __name__ == "__main__":
    main()
