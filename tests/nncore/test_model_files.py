import ast
import io
import json
import math
import os
import struct
import zipfile

import numpy as np
import pytest

from nncore.mnist import load_mnist
from nncore.model_files import Model, ModelFileError, load_model, save_model
from nncore.parsing import PARSER
from nncore.recipe import Recipe
from nncore.training import new_trainer

MNIST = load_mnist()
IMAGES, LABELS = MNIST.train_images[:300], MNIST.train_labels[:300]


def trained_model(optimizer="sgd", epochs=4, stop_after=4, **settings):
    """A model of a training of some epochs that has been stopped after fewer."""
    trainer = new_trainer(
        Recipe(
            layers=(784, 20, 10),
            batch_size=7,
            optimizer=optimizer,
            learning_rate=0.01,
            epochs=epochs,
            **settings,
        )
    )
    for _ in trainer.train(IMAGES, LABELS, report_every_s=math.inf):
        if trainer.epochs_done == stop_after:
            break
    return Model(trainer.network, trainer)


def saved(model):
    file = io.BytesIO()
    save_model(file, model)
    return file.getvalue()


def changed(data, change_metadata=None, arrays=None, compression=zipfile.ZIP_STORED):
    """Return a model file with other metadata or other arrays (None: left out)."""
    with np.load(io.BytesIO(data)) as archive:
        contents = dict(archive)
    metadata = json.loads(contents["metadata"].tobytes())
    if change_metadata is not None:
        change_metadata(metadata)
    contents["metadata"] = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
    for name, array in (arrays or {}).items():
        contents.pop(name, None)
        if array is not None:
            contents[name] = array
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, array in contents.items():
            with archive.open(f"{name}.npy", "w") as entry:
                np.lib.format.write_array(entry, np.asarray(array))
    return file.getvalue()


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "sgd"},
        {"optimizer": "momentum", "schedule": "cosine", "weight_decay": 0.01},
        {"optimizer": "adam", "schedule": "step", "dropout": 0.3},
        {"optimizer": "sgd", "augmentation": ("shift", "elastic")},
    ],
    ids=lambda settings: "-".join(settings),
)
def test_going_on_after_saving_equals_training_through(settings, tmp_path):
    through = trained_model(**settings)
    save_model(tmp_path / "model.npz", trained_model(stop_after=1, **settings))
    resumed = load_model(tmp_path / "model.npz")
    list(resumed.trainer.train(IMAGES, LABELS))
    for found, expected in zip(resumed.network.parameters, through.network.parameters, strict=True):
        np.testing.assert_array_equal(found, expected)
    assert [result.epoch for result in resumed.trainer.history] == [1, 2, 3, 4]
    assert resumed.trainer.recipe == through.trainer.recipe


def test_a_network_alone_is_kept_bit_for_bit():
    network = trained_model().network
    model = load_model(saved(Model(network)))
    assert model.trainer is None
    np.testing.assert_array_equal(model.network.predict(IMAGES), network.predict(IMAGES))


def test_a_compressed_archive_is_read_too():
    data = changed(saved(trained_model()), compression=zipfile.ZIP_DEFLATED)
    assert load_model(data).network.n_inputs == 784


def test_threads_have_the_headers_of_arrays_parsed_one_at_a_time(monkeypatch):
    data = saved(trained_model(epochs=1, stop_after=1))
    is_alone, parse = [], ast.literal_eval

    def watched(header):
        is_alone.append(PARSER.locked())
        return parse(header)

    monkeypatch.setattr(ast, "literal_eval", watched)
    load_model(data)
    assert is_alone
    assert all(is_alone)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    save_model(path, trained_model())
    before = path.read_bytes()

    def full_disk(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="No space left"):
        save_model(path, trained_model())
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.npz"]


def test_weights_that_are_not_finite_are_not_saved(tmp_path):
    model = trained_model()
    model.network.parameters[0][3, 3] = np.nan
    with pytest.raises(ValueError, match="weights_0 must be finite"):
        save_model(tmp_path / "model.npz", model)
    assert not os.listdir(tmp_path)


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path):
    with pytest.raises(ModelFileError, match="There is no model file"):
        load_model(tmp_path / "nothing.npz")
    with pytest.raises(ModelFileError):
        load_model(tmp_path)


DATA = saved(trained_model("adam"))


def set_metadata(name, value):
    return lambda metadata: metadata.__setitem__(name, value)


def set_training(name, value):
    return lambda metadata: metadata["training"].__setitem__(name, value)


def set_recipe(name, value):
    return lambda metadata: metadata["training"]["recipe"].__setitem__(name, value)


def set_result(**changes):
    return lambda metadata: metadata["training"]["history"][0].update(changes)


def with_entry(name, content, data=DATA):
    """Return a model file with an entry replaced or added, its checksum right."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return file.getvalue()


def with_header(header):
    """Return a model file with another header of one of its arrays."""
    start = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode()
    return with_entry("bias_0.npy", start + bytes(80))


def with_flag(bit, data=DATA):
    """Return a model file with a flag set for all entries, in the directory and before each."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        at = data.find(signature)
        while at >= 0:
            changed[at + offset] |= bit
            at = data.find(signature, at + 1)
    return bytes(changed)


def archive_of(n_entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(n_entries):
            archive.writestr(f"{number}.npy", b"")
    return file.getvalue()


def bomb(compression):
    """Return a model of 5,000,000 parameters, all 0, in some kilobytes."""
    layers = [{"dense": [2200, 2200]}, {"activation": "sigmoid", "size": 2200}]

    def change(metadata):
        metadata.update(layers=layers, loss="mse")
        del metadata["training"]

    arrays = {name: None for name in np.load(io.BytesIO(DATA)) if name != "metadata"}
    arrays |= {"weights_0": np.zeros((2200, 2200), "f4"), "bias_0": np.zeros(2200, "f4")}
    return changed(DATA, change, arrays, compression)


HOSTILE = {
    "header of terabytes": with_header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 8), }"
    ),
    "header with code": with_header(
        "{'descr': __import__('os').mkdir('x'), 'fortran_order': False, 'shape': (20,), }"
    ),
    "header too deep": with_header("(" * 900),
    "header of endless length": with_header("{" + " " * 60_000 + "}"),
    "big-endian": changed(DATA, arrays={"bias_0": np.zeros(20, ">f4")}),
    "NaN weight": changed(DATA, arrays={"weights_1": np.full((20, 10), np.nan, np.float32)}),
    "infinite weight": changed(DATA, arrays={"weights_1": np.full((20, 10), -np.inf, np.float32)}),
    "encrypted": with_flag(1),
    "patch data": with_flag(32),
    "absolute name": with_entry("/etc/bias_0.npy", b""),
    "100,000 entries": archive_of(100_000),
    "bomb": bomb(zipfile.ZIP_DEFLATED),
    "bomb in LZMA": bomb(zipfile.ZIP_LZMA),
    "weights in bzip2": changed(DATA, compression=zipfile.ZIP_BZIP2),
    "comment at the end": DATA[:-2] + b"\5\0hello",
    "recipe of other layers": changed(DATA, set_recipe("layers", [784, 30, 10])),
    "recipe of broken layers": changed(DATA, set_recipe("layers", [784, 20.0, 10])),
    "recipe with a deformation 1000 times": changed(
        DATA, set_recipe("augmentation", ["shift"] * 1000)
    ),
    "part of an image": changed(DATA, set_recipe("training_images", 1.5)),
    "pen digits by the million": changed(DATA, set_recipe("pen_digits", 1_000_000)),
    "pen digits as text": changed(DATA, set_recipe("pen_digits", "30000")),
    "pen digits NaN": changed(DATA, set_recipe("pen_digits", math.nan)),
    "history of NaN": changed(DATA, set_result(loss=math.nan)),
    "history of infinity": changed(DATA, set_result(elapsed_s=math.inf)),
    "history of numbers without end": changed(DATA, set_result(loss=10**4000)),
    "history of impossible shares": changed(DATA, set_result(train_accuracy=1.5)),
    "history before time": changed(DATA, set_result(elapsed_s=-1)),
    "history with a gap": changed(DATA, set_result(epoch=7)),
    "empty": b"",
    "text": b"not an archive",
    "truncated": DATA[: len(DATA) // 2],
    "another archive": changed(DATA, arrays={"metadata": None}),
    "object array": changed(DATA, arrays={"bias_0": np.array([{}] * 20, object)}),
    "wrong dtype": changed(DATA, arrays={"bias_0": np.zeros(20, np.int32)}),
    "wrong shape": changed(DATA, arrays={"bias_0": np.zeros(21, np.float32)}),
    "Fortran order": changed(DATA, arrays={"weights_0": np.zeros((20, 784), np.float32).T}),
    "not finite": changed(DATA, arrays={"bias_0": np.full(20, np.inf, np.float32)}),
    "one array too few": changed(DATA, arrays={"bias_1": None}),
    "one array too many": changed(DATA, arrays={"more": np.zeros(3)}),
    "name outside": changed(DATA, arrays={"../../evil": np.zeros(3)}),
    "another format": changed(DATA, set_metadata("format", "nncore model 9")),
    "metadata a list": changed(DATA, arrays={"metadata": np.frombuffer(b"[1, 2]", np.uint8)}),
    "metadata not JSON": changed(DATA, arrays={"metadata": np.frombuffer(b"{", np.uint8)}),
    "deep JSON": changed(DATA, arrays={"metadata": np.frombuffer(b"[" * 200_000, np.uint8)}),
    "no layers": changed(DATA, set_metadata("layers", [])),
    "layers a string": changed(DATA, set_metadata("layers", "dense")),
    "gigabytes": changed(DATA, set_metadata("layers", [{"dense": [2**30, 2**30]}])),
    "negative size": changed(DATA, set_metadata("layers", [{"dense": [-784, 20]}])),
    "size a float": changed(DATA, set_metadata("layers", [{"dense": [784.0, 20]}])),
    "no fit": changed(DATA, set_metadata("layers", [{"dense": [784, 20]}, {"dense": [21, 10]}])),
    "unknown activation": changed(
        DATA, set_metadata("layers", [{"dense": [784, 20]}, {"activation": "eval", "size": 20}])
    ),
    "unknown loss": changed(DATA, set_metadata("loss", "hinge")),
    "unknown dtype": changed(DATA, set_metadata("dtype", "object")),
    "loss that does not fit": changed(DATA, set_metadata("loss", "binary-cross-entropy")),
    "unknown optimizer": changed(DATA, set_recipe("optimizer", "lion")),
    "rate not a number": changed(DATA, set_training("learning_rate", "nan")),
    "dropout of everything": changed(
        DATA, set_metadata("layers", [{"dense": [784, 20]}, {"dropout": 1.0, "size": 20}])
    ),
    "negative step": changed(DATA, set_training("step", -1)),
    "batch size 0": changed(DATA, set_recipe("batch_size", 0)),
    "no generator": changed(DATA, set_training("generator", {"bit_generator": "os.system"})),
    "history of text": changed(
        DATA,
        set_training(
            "history",
            [
                {
                    "epoch": 1,
                    "loss": "<script>",
                    "train_accuracy": 1,
                    "test_accuracy": None,
                    "elapsed_s": 1,
                }
            ],
        ),
    ),
    "recipe of nonsense": changed(DATA, set_training("recipe", {"layers": [1, 2], "x": 1})),
    "training a number": changed(DATA, set_metadata("training", 3)),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_and_damaged_files_give_one_clear_error(data):
    with pytest.raises(ModelFileError) as raised:
        load_model(data)
    assert "\n" not in str(raised.value)


def test_an_array_may_be_named_as_a_reader_likes_but_no_error_quotes_it():
    data = changed(DATA, arrays={"bias_0": np.zeros(20, [("![x](https://example.org)", "<f4")])})
    with pytest.raises(ModelFileError, match=r"bias_0.npy should be <f4 \(20,\)") as raised:
        load_model(data)
    assert "example" not in str(raised.value)


def test_a_longer_end_record_does_not_overrule_the_shorter_one():
    locator = b"PK\6\7" + struct.pack("<LQL", 0, 0, 1)
    with pytest.raises(ModelFileError, match="more entries"):
        load_model(DATA[:-22] + locator + DATA[-22:])


def test_models_without_the_newest_settings_are_read():
    data = changed(DATA, lambda metadata: metadata["training"]["recipe"].pop("pen_digits"))
    assert load_model(data).trainer.recipe.pen_digits == 0


def test_an_entry_that_stands_twice_is_refused():
    file = io.BytesIO(DATA)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("bias_0.npy", b"")
    with pytest.raises(ModelFileError, match="twice"):
        load_model(file.getvalue())


def test_no_byte_changed_at_random_makes_anything_but_a_model_error():
    generator = np.random.default_rng(0)
    loaded = 0
    for _ in range(400):
        data = bytearray(DATA)
        for _ in range(generator.integers(1, 6)):
            data[generator.integers(len(data))] = generator.integers(256)
        try:
            load_model(bytes(data))
            loaded += 1
        except ModelFileError:
            pass
    # Nearly all bytes are weights, which their checksum guards.
    assert loaded < 20
