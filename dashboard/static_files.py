"""The folder ``static`` beside ``app.py``, from which Streamlit serves files to everybody."""

import os
import tempfile
from pathlib import Path


def publish(data: bytes, target: Path) -> None:
    """Put a file there, unless it is there already.

    Parameters
    ----------
    data : bytes
        All of the file.
    target : Path
        Where; its folder is made if it does not exist.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    if target.is_file() and target.read_bytes() == data:
        return
    target.parent.mkdir(exist_ok=True)
    # Renamed into place, so that no browser is served half a file.
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part:
        part.write(data)
    os.chmod(part.name, 0o644)
    os.replace(part.name, target)
