"""The committed data are those that data/README.md describes."""

import hashlib
import re
from pathlib import Path

import pytest

from nncore.evaluation import accuracy
from nncore.mnist import load_mnist
from nncore.model_files import load_model
from nncore.recipe import RECIPES

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


@pytest.mark.parametrize(("name", "least"), [("recognizer", 0.993), ("memoire", 0.97)])
def test_the_shipped_models_are_as_good_as_the_readme_says(name, least):
    path = DATA / "models" / f"{name}.npz"
    model, mnist = load_model(path), load_mnist()
    reached = accuracy(model.network, mnist.test_images, mnist.test_labels)
    assert reached >= least
    assert f"{reached:.2%}".replace("%", " %") in (DATA / "README.md").read_text("utf-8")
    assert path.stat().st_size <= 4_000_000
    assert model.trainer.recipe == RECIPES[name]
