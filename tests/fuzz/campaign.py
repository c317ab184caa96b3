"""Bad input by the thousand: cases from a seed, what comes of them, and what each has cost."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

MOST_CPU_S = 1.0
# A busy machine counts several times the processor time of a quiet one; a quadratic loop is far
# beyond both.
MOST_CPU_S_IF_BUSY = 5.0
MOST_GROWTH_MB = 64

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Campaign:
    """What is made up, and what reads it.

    Attributes
    ----------
    make_case : callable
        From a random generator to a case.
    read : callable
        Reads the case; what it returns is of no account.
    documented : tuple of exception classes
        What may come out of it.
    n_short : int
        Cases of `make test`.
    n_long : int
        Cases of `make fuzz`.
    """

    make_case: Callable[[np.random.Generator], object]
    read: Callable[[object], object]
    documented: tuple[type[Exception], ...]
    n_short: int
    n_long: int


@dataclass
class Report:
    """What came of a campaign.

    Attributes
    ----------
    outcomes : Counter
        How many cases were read, and how many refused by which exception.
    faults : list of str
        Cases with another exception, or beyond a limit, by their seeds.
    slowest_s, growth_mb : float
        Of the case that took the most processor time, and of the one that took the most memory.
    """

    outcomes: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    growth_mb: float = 0.0


def run(campaign: Campaign, n_cases: int, seed: int = 0, most_cpu_s: float = MOST_CPU_S) -> Report:
    """Run the cases of a campaign; the same seed makes the same ones."""
    report = Report()
    for number in range(n_cases):
        case = campaign.make_case(np.random.default_rng([seed, number]))
        outcome, cpu_s, growth_mb = measured(campaign.read, case, campaign.documented)
        report.outcomes[outcome] += 1
        report.slowest_s = max(report.slowest_s, cpu_s)
        report.growth_mb = max(report.growth_mb, growth_mb)
        if outcome.startswith("!") or cpu_s > most_cpu_s or growth_mb > MOST_GROWTH_MB:
            report.faults.append(f"[{seed}, {number}] {outcome} {cpu_s:.2f} s {growth_mb:.0f} MB")
    return report


def measured(
    read: Callable[[object], object], case: object, documented: tuple[type[Exception], ...]
) -> tuple[str, float, float]:
    """Return how a case was taken, its processor time in seconds, and its peak of memory in MB.

    The outcome is "read" or the name of the exception, after a "!" if that is not documented.
    """
    before_mb = _begin_peak()
    began = time.process_time()
    try:
        read(case)
        outcome = "read"
    except documented as error:
        outcome = type(error).__name__
    except Exception as error:
        outcome = f"!{type(error).__name__}: {error}"
    cpu_s = time.process_time() - began
    growth_mb = 0.0 if before_mb is None else _memory_mb("VmHWM") - before_mb
    return outcome, cpu_s, growth_mb


def _begin_peak() -> float | None:
    """Let the kernel measure the peak of memory anew; return what is taken now, in MB.

    None where there is no such kernel, or it does not let a process do so.
    """
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return _memory_mb("VmRSS")


def _memory_mb(name: str) -> float:
    """Return a value of the process's memory."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024
