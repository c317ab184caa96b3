"""The folder in which a server keeps the files of its trainings, and those of servers that died."""

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:
    # Windows, where nobody else can delete a file that is open: that is lock enough.
    fcntl = None

_PREFIX = "training-jobs-"
_LOCK_NAME = "in-use"


class JobFolder:
    """A new folder of this process; those of processes that have died are deleted.

    A lock says that a folder is in use. It lives exactly as long as its process, which neither a
    clock nor the number of a process could tell: clocks are changed, and containers that share a
    folder each have a process 1.

    Attributes
    ----------
    path : Path
    """

    def __init__(self):
        _delete_orphans()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = _lock(self.path / _LOCK_NAME)

    def delete(self) -> None:
        """Delete the folder with all that is in it."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def _lock(path: Path) -> IO[bytes]:
    """Return a new file that is locked until it is closed."""
    if fcntl is None:
        return path.open("wb")
    unlocked = path.with_suffix(".part")
    file = unlocked.open("wb")
    # Where the file system knows no locks, there is no lock to be found: the folder is left alone.
    with contextlib.suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX)
        # Only now, so that nobody finds it without its lock.
        unlocked.rename(path)
    return file


def _delete_orphans() -> None:
    """Delete the folders of processes that have died."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # It is in use, is just being made, or belongs to another user.
        with contextlib.suppress(OSError):
            _take_lock(folder / _LOCK_NAME)
            shutil.rmtree(folder, ignore_errors=True)


def _take_lock(path: Path) -> None:
    """Raise OSError if a process has the lock."""
    if fcntl is None:
        path.unlink()
        return
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
