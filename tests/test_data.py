"""The committed data are those that data/README.md describes."""

import hashlib
import re
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
DESCRIBED = {".npz", ".png", ".csv"}


def test_every_data_file_has_the_digest_that_the_readme_states():
    stated = dict(
        reversed(match)
        for match in re.findall(
            r"^([0-9a-f]{64})  (\S+)$", (DATA / "README.md").read_text("utf-8"), re.MULTILINE
        )
    )
    found = {
        path.relative_to(DATA).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in DATA.rglob("*")
        if path.suffix in DESCRIBED
    }
    assert stated == found
    assert len(found) > 36
