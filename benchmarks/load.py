"""How many visitors the dashboard bears: ``python -m benchmarks.load``.

Starts the real dashboard, lets visitors walk through its pages and click, and prints how long
they wait and what that costs.
"""

import argparse
import asyncio
import resource
import statistics
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.report import conditions, log, markdown_table
from benchmarks.server import Server, running_server
from benchmarks.site import Site, running_site
from benchmarks.visitors import PAGES, Timings, Visitor

_HEADER = (
    *("visitors", "first view: median, p95 ms", "click: median, p95 ms", "clicks", "exceptions"),
    *("lost", "server: CPU, MB", "generator: CPU"),
)

_REFERENCE, _REFERENCE_PAGES = Path(__file__).with_name("reference") / "app.py", ("",)
# Of a second: a server that uses less does nothing any more.
_IDLE_SHARE = 0.05


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure as the arguments say, and print tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 30, 100, 300, 500])
    parser.add_argument("--seconds", type=float, default=30, help="of clicking, for each number")
    parser.add_argument("--pace", type=float, default=2, help="mean seconds between two clicks")
    parser.add_argument("--jobs", type=int, default=0, help="trainings that run meanwhile")
    server_kind = parser.add_mutually_exclusive_group()
    server_kind.add_argument(
        "--replicas",
        type=int,
        choices=(1, 2),
        default=1,
        help="two stand behind nginx, as docs/hosting.md has them",
    )
    server_kind.add_argument(
        "--reference",
        action="store_true",
        help="serve a page with one slider and one chart instead, to know the machine by",
    )
    options = parser.parse_args(arguments)
    if options.reference and options.jobs:
        parser.error("--jobs: nothing is trained on the page of --reference")
    print(conditions(("streamlit", "numpy", "plotly")) + "\n")
    rows, by_page = [], {}
    for n_visitors in options.visitors:
        log(f"{n_visitors} visitors")
        with _server(options) as server:
            timings, row = asyncio.run(_measure(server, n_visitors, options))
        rows.append(row)
        by_page[n_visitors] = timings.reruns
    print(markdown_table(_HEADER, rows))
    if options.reference:
        return
    print("\nThe slowest 5 % of the clicks take at least so many ms:\n")
    header = ("visitors", *(page or "home" for page in PAGES))
    rows = [
        (str(n), *(_percentile(pages[page], 95) for page in PAGES)) for n, pages in by_page.items()
    ]
    print(markdown_table(header, rows))


def _server(options: argparse.Namespace) -> AbstractContextManager[Server | Site]:
    """Return what the visitors come to, which runs as long as the context."""
    if options.reference:
        return running_server(script=_REFERENCE)
    return running_server() if options.replicas == 1 else running_site()


async def _measure(
    server: Server | Site, n_visitors: int, options: argparse.Namespace
) -> tuple[Timings, list[str]]:
    """Let visitors in; return their timings and a row of the table."""
    pages = _REFERENCE_PAGES if options.reference else PAGES
    for replica in server.replicas:
        await _warm_up(replica, pages)
    for number in range(options.jobs):
        await _start_training(server, number)
    timings = Timings()
    visitors = [Visitor(server.url, timings, seed, pages) for seed in range(n_visitors)]
    loop = asyncio.get_running_loop()
    began, server_cpu, own_cpu = loop.time(), server.cpu_s(), _own_cpu_s()
    # All within two seconds, as when a teacher shows a link.
    has_arrived = await asyncio.gather(
        *(visitor.arrive(2 * number / n_visitors) for number, visitor in enumerate(visitors))
    )
    arrived = [visitor for visitor, is_here in zip(visitors, has_arrived, strict=True) if is_here]
    until = loop.time() + options.seconds
    await asyncio.gather(*(visitor.play(until, options.pace) for visitor in arrived))
    elapsed_s = loop.time() - began
    clicks = [seconds for page in timings.reruns.values() for seconds in page]
    row = [
        str(n_visitors),
        f"{_percentile(timings.first_views, 50)}, {_percentile(timings.first_views, 95)}",
        f"{_percentile(clicks, 50)}, {_percentile(clicks, 95)}",
        *(str(len(clicks)), str(timings.n_exceptions), str(timings.n_lost)),
        f"{(server.cpu_s() - server_cpu) / elapsed_s:.0%}, {server.resident_mb():.0f}",
        f"{(_own_cpu_s() - own_cpu) / elapsed_s:.0%}",
    ]
    # Those who were lost have no connection to close.
    await asyncio.gather(*(visitor.close() for visitor in visitors), return_exceptions=True)
    return timings, row


async def _warm_up(server: Server, pages: Sequence[str]) -> None:
    """See every page once, and let the server compute what it does ahead.

    What is loaded once per server is not what is measured.
    """
    visitor = Visitor(server.url, Timings(), 0)
    await visitor.open()
    for page in pages:
        await visitor.visit(page)
    used_s = server.cpu_s()
    while True:
        await asyncio.sleep(1)
        before_s, used_s = used_s, server.cpu_s()
        if used_s - before_s < _IDLE_SHARE:
            break
    await visitor.close()


async def _start_training(server: Server, number: int) -> None:
    """Have a visitor start a long training."""
    visitor = Visitor(server.url, Timings(), number)
    await visitor.open("Train_a_network", "train_epochs=50")
    await visitor.press("train_start")
    await visitor.close()


def _own_cpu_s() -> float:
    """Return the seconds of CPU that this process has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _percentile(seconds: Sequence[float], percent: int) -> str:
    """Return a percentile in milliseconds."""
    if len(seconds) < 2:
        return f"{1000 * seconds[0]:.0f}" if seconds else "–"
    return f"{1000 * statistics.quantiles(seconds, n=100, method='inclusive')[percent - 1]:.0f}"


if __name__ == "__main__":
    main()
