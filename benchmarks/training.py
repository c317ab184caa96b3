"""Measure nncore against JAX, PyTorch, scikit-learn and Keras: `python -m benchmarks.training`.

Needs what requirements-dev.txt names, and a machine that does nothing else.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from importlib import metadata

from benchmarks.epochs import NETWORKS, epochs_report
from benchmarks.inference import inference_report
from benchmarks.memory import memory_report
from benchmarks.peers import PEERS
from benchmarks.report import conditions, log
from benchmarks.time_to_accuracy import time_to_accuracy_report

SECTIONS = ("epochs", "accuracy", "inference", "memory")
BATCH_SIZES = (10, 32, 100)
N_IMAGES = 60_000
# Above it, something else is running.
_QUIET_LOAD = 0.3


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the command line asks for, and print it as Markdown."""
    options = _options(arguments)
    load = os.getloadavg()[0]
    if load > _QUIET_LOAD:
        log(f"The machine is busy (load average {load:.1f}): the figures will not mean much.")
    packages = dict.fromkeys(name for peer in options.peers for name in PEERS[peer].packages)
    print(conditions(packages), flush=True)
    for section in _sections(options):
        print(f"\n{section}", flush=True)


def _sections(options: argparse.Namespace) -> Iterator[str]:
    """Yield the sections of the report, each as soon as it is measured."""
    peers, rounds, n_images = options.peers, options.rounds, options.images
    if "epochs" in options.sections:
        for network in options.networks:
            yield epochs_report(network, peers, options.batch_sizes, rounds, n_images)
    if "accuracy" in options.sections:
        log("time to accuracy")
        yield time_to_accuracy_report(peers, n_images)
    if "inference" in options.sections:
        log("inference")
        yield inference_report(peers, rounds)
    if "memory" in options.sections:
        log("memory")
        yield memory_report(n_images)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training",
        description="Measure nncore against other frameworks on the same work.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--sections", nargs="+", choices=SECTIONS, default=SECTIONS, help="what to measure"
    )
    parser.add_argument("--rounds", type=_positive, default=5, help="timed epochs of each peer")
    parser.add_argument(
        "--peers", nargs="+", choices=PEERS, default=list(PEERS), help="nncore is always measured"
    )
    parser.add_argument(
        "--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS), help="for the epochs"
    )
    parser.add_argument(
        "--batch-sizes", nargs="+", type=_positive, default=BATCH_SIZES, help="for the epochs"
    )
    parser.add_argument(
        "--images", type=_positive, default=N_IMAGES, help="fewer in an epoch, for a trial"
    )
    options = parser.parse_args(arguments)
    options.peers = list(dict.fromkeys(["nncore", *options.peers]))
    missing = sorted({name for peer in options.peers for name in _missing(PEERS[peer].packages)})
    if missing:
        parser.error(f"{', '.join(missing)} missing: pip install -r requirements-dev.txt")
    if not max(options.batch_sizes) <= options.images <= N_IMAGES:
        parser.error(
            f"argument --images: must be from the largest of --batch-sizes to {N_IMAGES}, "
            f"got {options.images}"
        )
    return options


def _missing(packages: Sequence[str]) -> Iterator[str]:
    """Yield those of the packages that are not installed."""
    for package in packages:
        try:
            metadata.version(package)
        except metadata.PackageNotFoundError:
            yield package


def _positive(text: str) -> int:
    """Return a number of the command line that counts something."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {number}")
    return number


if __name__ == "__main__":
    main()
