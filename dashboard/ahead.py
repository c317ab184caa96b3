"""What takes long the first time is computed before anybody asks, while nobody is being answered.

A loss surface takes a fifth of a second, a search among all training images most of one. A class
that comes at once would wait for each of these, one after another.
"""

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator

from dashboard import resources, turns

# For each second of computing, so long a rest: a hosted server may have half of a processor.
_REST = 0.5
# A third of the processor's time beside a thread that answers. At the lowest priority, 19, it would
# be a seventieth, and beside another busy process so would everybody's, whenever this thread has
# the interpreter's lock: measured, visits of 3 seconds instead of 1.
_NICER_BY = 5

_log = logging.getLogger(__name__)


def start() -> None:
    """Have it computed by a thread of its own; it takes 3 seconds of a fast processor in all."""
    threading.Thread(target=_work, name="ahead", daemon=True).start()


def _work() -> None:
    """Compute a piece whenever nobody is being answered."""
    _give_way()
    try:
        began = time.perf_counter()
        for _ in _pieces():
            time.sleep(_REST * (time.perf_counter() - began))
            turns.wait_until_idle()
            began = time.perf_counter()
    except (OSError, ValueError) as error:
        # A file of the project is missing or damaged; the pages that need it say so.
        _log.warning("not everything is computed ahead: %s", error)
    except Exception:
        _log.exception("computing ahead failed")


def _pieces() -> Iterator[None]:
    """Compute all of it, what a page shows by itself first, and pause after each piece."""
    yield
    # Not before, because the first visitor waits for what the module imports.
    from dashboard.colour_neuron import lesson
    from dashboard.drawing import doubt, trial
    from dashboard.drawing.why import nearest
    from dashboard.gradient_descent import landscape

    yield
    for module in (resources, lesson, landscape, doubt, nearest, trial):
        yield from module.compute_ahead()


def _give_way() -> None:
    """Let the other threads of the process come first, also within NumPy, where the system can."""
    # Elsewhere this would be said of the whole process.
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):
            niceness = os.getpriority(os.PRIO_PROCESS, thread) + _NICER_BY
            os.setpriority(os.PRIO_PROCESS, thread, niceness)
