"""What the measurements have in common when they are written down."""

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from importlib import metadata
from pathlib import Path


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown: the first column to the left, the others to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def conditions(packages: Iterable[str]) -> str:
    """Return in a sentence when and where this is measured, and with which versions."""
    versions = [f"{package} {metadata.version(package)}" for package in packages]
    return (
        f"{date.today():%d %B %Y}, {_processor()}, {os.cpu_count()} cores, "
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
