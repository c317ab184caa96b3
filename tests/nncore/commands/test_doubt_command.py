import pytest

from nncore import doubt_training
from nncore.commands import doubt
from nncore.doubt_training import UNSEEN_KINDS
from nncore.mnist import Mnist, load_mnist
from nncore.model_files import load_model
from nncore.non_digits import KINDS

FEW = ("--epochs", 1, "--non-digits", 40, "--pen-digits", 40, "--measured", 2)


@pytest.fixture(autouse=True)
def _few_images(monkeypatch):
    mnist = load_mnist()
    few = Mnist(
        mnist.train_images[:400],
        mnist.train_labels[:400],
        mnist.test_images[:100],
        mnist.test_labels[:100],
    )
    monkeypatch.setattr(doubt, "load_mnist", lambda: few)
    monkeypatch.setattr(doubt_training, "_N_HELD_BACK", 50)
    monkeypatch.setattr(doubt_training, "_N_REDRAWN", 10)


def test_it_writes_a_network_and_prints_what_it_refuses(run, tmp_path):
    path = tmp_path / "doubt.npz"
    code, (epoch, end), _ = run("train-doubt", "--out", path, *FEW)
    assert code == 0
    assert epoch["epoch"] == 1
    assert end["model"] == str(path)
    assert end["by_kind"].keys() == KINDS.keys()
    assert 0 <= end["test_digits"] <= 1
    assert 0 <= end["pen_digits"] <= 1
    network = load_model(path).network
    assert (network.n_inputs, network.n_outputs) == (784, 14)
    assert path.stat().st_size < 500_000


def test_unseen_kinds_are_not_trained_on(run, tmp_path, monkeypatch):
    trained_on = []

    def train_nothing(recipe, mnist, n_non_digits, kinds):
        trained_on.extend(kinds)
        raise ValueError("enough")

    monkeypatch.setattr(doubt, "train_detector", train_nothing)
    code, _, message = run("train-doubt", "--out", tmp_path / "x.npz", "--unseen", *FEW)
    assert (code, message) == (2, "nncore train-doubt: enough\n")
    assert set(trained_on) == set(KINDS) - set(UNSEEN_KINDS)
    assert not (tmp_path / "x.npz").exists()
