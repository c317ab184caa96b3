import os
import pickle

import numpy as np
import pytest

from nncore.memoire_model import load_memoire_model
from nncore.model_files import ModelFileError


def memoire_layers(generator=None):
    """Return what the mémoire's ``save_model`` pickles, for a small network."""
    generator = generator or np.random.default_rng(0)
    layers = []
    for n_inputs, n_outputs in ((6, 4), (4, 3)):
        layers.append(
            {
                "type": "DenseLayer",
                "input_dim": n_inputs,
                "output_dim": n_outputs,
                "weight": generator.standard_normal((n_outputs, n_inputs)),
                "bias": generator.standard_normal((n_outputs, 1)),
            }
        )
        layers.append({"type": "ActivationLayer", "input_dim": n_outputs})
    return layers


def pickled(tmp_path, value, protocol=4):
    path = tmp_path / "Model.pkl"
    path.write_bytes(pickle.dumps(value, protocol=protocol))
    return path


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize("module", [b"numpy._core.multiarray", b"numpy.core.multiarray"])
def test_the_network_answers_as_the_memoires_code_does(tmp_path, protocol, module):
    layers = memoire_layers()
    path = pickled(tmp_path, layers, protocol)
    if protocol == 3:
        path.write_bytes(path.read_bytes().replace(b"numpy._core.multiarray", module))
    column = np.random.default_rng(1).random((6, 1))
    expected = column
    for layer in layers:
        if layer["type"] == "DenseLayer":
            expected = layer["weight"] @ expected + layer["bias"]
        else:
            expected = 1 / (1 + np.exp(-expected))
    model = load_memoire_model(path)
    np.testing.assert_allclose(model.network.predict(column.T), expected.T, rtol=1e-12)


class Attack:
    def __reduce__(self):
        return os.mkdir, ("attacked",)


def test_a_pickle_that_wants_to_run_something_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelFileError, match="not a model of the mémoire"):
        load_memoire_model(pickled(tmp_path, [*memoire_layers(), Attack()]))
    assert not (tmp_path / "attacked").exists()


def replaced(index, name, value):
    layers = memoire_layers()
    layers[index][name] = value
    return layers


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"a": 1},
        "text",
        [1, 2, 3],
        replaced(0, "weight", np.zeros((6, 4))),
        replaced(0, "weight", np.full((4, 6), np.nan)),
        replaced(0, "weight", np.zeros((4, 6), np.float32)),
        replaced(0, "weight", np.zeros((4, 6), object)),
        replaced(0, "weight", [[0.0] * 6] * 4),
        replaced(0, "input_dim", 10**9),
        replaced(2, "input_dim", 5),
        replaced(1, "type", "Lambda"),
    ],
)
def test_other_pickles_are_refused(tmp_path, value):
    with pytest.raises(ModelFileError, match=r"Model\.pkl is not a model of the mémoire"):
        load_memoire_model(pickled(tmp_path, value))


# A pair of a pair of …, 60 deep: DUP and TUPLE2 after a number. Python would hash it for ever, and
# so it is only written down.
PAIRS = b"K\1" + b"2\x86" * 60
# Opcodes: EMPTY_LIST, BYTEARRAY8 of a terabyte, STOP.
TERABYTE = b"\x80\x05]\x96" + (2**40).to_bytes(8, "little") + b"."


@pytest.mark.parametrize(
    "data",
    [
        TERABYTE,
        b"\x80\x04" + b"]" * 20_000 + b".",
        b"\x80\4]}(" + PAIRS + b"K\1u.",
        b"\x80\4]}" + PAIRS + b"K\1s.",
        b"\x80\4](}(\x8c\4typeK\1\x8c\x09input_dim" + PAIRS + b"\x8c\x0aoutput_dimK\2ue.",
        b"\x80\4](" + PAIRS + b"\x91.",
        b"cos\nsystem\n(S'mkdir attacked'\ntR.",
        b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x0f__import__('os')\x85R.",
        b"\x80\x02\x82\x01.",
        b"\x80\x04(\x8c\x02os\x8c\x05mkdiri",
    ],
    ids=[
        *("a terabyte", "endless opcodes", "hash without end", "the same, alone"),
        *("a size without end", "a set", "os.system", "eval", "an extension", "cut short"),
    ],
)
def test_hostile_pickles_are_refused_at_once(tmp_path, monkeypatch, data):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "Model.pkl"
    path.write_bytes(data)
    with pytest.raises(ModelFileError, match="not a model of the mémoire"):
        load_memoire_model(path)
    assert os.listdir(tmp_path) == ["Model.pkl"]


def test_damaged_and_missing_files_are_refused(tmp_path):
    path = pickled(tmp_path, memoire_layers())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelFileError, match="damaged"):
        load_memoire_model(path)
    with pytest.raises(ModelFileError, match="cannot be read"):
        load_memoire_model(tmp_path / "nothing.pkl")
