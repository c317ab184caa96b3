"""What the measurements have in common when they are written down."""

import math
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from importlib import metadata
from pathlib import Path


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown: the first column to the left, the others to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def spread(values: Sequence[float]) -> str:
    """Return the median and the range of some values; an infinite one was not reached."""
    median, low, high = (
        f"{value:.3g}" if math.isfinite(value) else "not reached"
        for value in (statistics.median(values), min(values), max(values))
    )
    return f"{median} ({low} to {high})" if low != high else median


def median_ratio(values: Sequence[float], peer_values: Sequence[float]) -> str:
    """Return the median over the rounds of a value divided by a peer's in the same round."""
    ratio = statistics.median(a / b for a, b in zip(values, peer_values, strict=True))
    return f"{ratio:.2f}" if 0 < ratio < math.inf else "–"


def conditions(packages: Iterable[str]) -> str:
    """Return in a sentence when and where this is measured, and with which versions."""
    versions = [f"{package} {metadata.version(package)}" for package in packages]
    return (
        f"{date.today():%d %B %Y}, {_processor()}, {os.cpu_count()} cores, "
        f"load average {os.getloadavg()[0]:.2f} before the start, "
        f"{platform.system()}, Python {platform.python_version()}, {', '.join(versions)}."
    )


def log(message: str) -> None:
    """Tell on standard error how far the measurements are; the tables go to standard output."""
    print(message, file=sys.stderr, flush=True)


def _processor() -> str:
    """Return what the processor is called."""
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.is_file():
        for line in cpu_info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
