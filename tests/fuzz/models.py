"""Model files and pickles of the mémoire that are damaged, forged or hostile."""

import io
import json
import pickle
import struct
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import numpy as np

from nncore.export import history_csv, keras_source, numpy_source, pytorch_source
from nncore.memoire_model import load_memoire_model
from nncore.model_files import Model, ModelFileError, load_model, save_model
from nncore.recipe import Recipe
from nncore.training import new_trainer
from tests.fuzz.campaign import Campaign
from tests.fuzz.mutations import dumped, mutated_bytes, mutated_value

_HEADERS = (
    "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 5), }",
    "{'descr': '<f4', 'fortran_order': True, 'shape': (6, 5), }",
    "{'descr': '>f4', 'fortran_order': False, 'shape': (6, 5), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (6, 5), }",
    "{'descr': '|O', 'fortran_order': False, 'shape': (6, 5), }",
    "{'descr': '<U9', 'fortran_order': False, 'shape': (6, 5), }",
    "{'descr': [('**bold**', '<f4')], 'fortran_order': False, 'shape': (6, 5), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 1099511627776), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-6, 5), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (6.0, 5), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
    "{'descr': '<f4', 'fortran_order': 1, 'shape': (6, 5), }",
    "{'descr': '<f4', 'shape': (6, 5), }",
    "{'descr': __import__('os'), 'fortran_order': False, 'shape': (6, 5), }",
    "(" * 400,
    "9" * 900,
    "\\x00" * 200,
)
_NAMES = (
    "bias_0",
    "../bias_0",
    "/etc/passwd",
    "C:\\bias_0",
    "bias_0\0",
    "a" * 60_000,
    "",
    "weights_0",
)
_COMPRESSIONS = (
    *(zipfile.ZIP_STORED,) * 4,
    *(zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA),
)


@cache
def genuine_models() -> tuple[bytes, ...]:
    """Return small model files as the project writes them: trained and not, with and without."""
    generator = np.random.default_rng(0)
    images, labels = generator.random((40, 6), np.float32), generator.integers(0, 4, 40)
    files = []
    for settings in (
        {"optimizer": "sgd"},
        {"optimizer": "adam", "dropout": 0.2, "validation_images": 10, "patience": 1},
        {"optimizer": "momentum", "schedule": "cosine", "training_images": 30, "pen_digits": 0},
    ):
        trainer = new_trainer(Recipe(layers=(6, 5, 4), epochs=2, **settings))
        list(trainer.train(images, labels))
        files += [_saved(Model(trainer.network, trainer)), _saved(Model(trainer.network))]
    files.append(_saved(Model((trainer := new_trainer(Recipe((6, 5, 4)))).network, trainer)))
    return tuple(files)


def make_model(generator: np.random.Generator) -> bytes:
    """Return a model file that has been damaged or forged."""
    files = genuine_models()
    data = files[generator.integers(len(files))]
    match generator.integers(10):
        case 0 | 1:
            return mutated_bytes(data, generator, files)
        case 2:
            return _with_changed_directory(data, generator)
        case 3:
            # Spliced from two archives.
            other = files[generator.integers(len(files))]
            return data[: generator.integers(len(data))] + other[generator.integers(len(other)) :]
        case 4 | 5:
            return _rewritten(data, generator, _changed_arrays)
        case _:
            return _rewritten(data, generator, _changed_metadata)


def read_model(data: bytes) -> None:
    """Read a model file, and do with what is accepted what pages do with it."""
    model = load_model(data)
    predictions = model.network.predict(np.zeros((2, model.network.n_inputs), np.float32))
    assert predictions.shape == (2, model.network.n_outputs)
    save_model(io.BytesIO(), model)
    if model.trainer is not None:
        history_csv(model.trainer.history)
        for write_source in (pytorch_source, keras_source):
            write_source(model)
        numpy_source(model.trainer.recipe)


def make_pickle(generator: np.random.Generator) -> bytes:
    """Return a pickle of the mémoire that has been damaged or forged."""
    layers = _memoire_layers()
    match generator.integers(4):
        case 0:
            forged = mutated_value(
                [{**layer, "weight": 1, "bias": 1} for layer in layers], generator
            )
            return pickle.dumps(forged, protocol=int(generator.integers(6)))
        case 1:
            # Any opcodes, with something on the stack and in the memo.
            opcodes = bytes(generator.choice(list(pickle._Unpickler.dispatch), 60).tolist())
            start = b"\x80\x04]\x94}\x94\x8c\x07strings\x94K\x02(K\x01h\x00h\x01"
            return start + opcodes + generator.bytes(4) + b"."
        case _:
            data = pickle.dumps(layers, protocol=int(generator.integers(6)))
            return mutated_bytes(data, generator, (data,))


def read_pickle(data: bytes) -> None:
    """Read a pickle from a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Model.pkl"
        path.write_bytes(data)
        load_memoire_model(path).network.predict(np.zeros((1, 6)))


def _saved(model: Model) -> bytes:
    file = io.BytesIO()
    save_model(file, model)
    return file.getvalue()


def _with_changed_directory(data: bytes, generator: np.random.Generator) -> bytes:
    """Overwrite fields of the records of the archive, which no checksum guards."""
    changed = bytearray(data)
    for _ in range(generator.integers(1, 5)):
        signature = (b"PK\1\2", b"PK\3\4", b"PK\5\6")[generator.integers(3)]
        places = [at for at in range(len(data)) if data.startswith(signature, at)]
        at = places[generator.integers(len(places))] + 4 + int(generator.integers(40))
        size = int(generator.choice((1, 2, 4)))
        number = int(generator.choice((0, 1, 8, 12, 14, 0xFF, 0xFFFF, 2**31, 2**32 - 1)))
        changed[at : at + size] = (number % 256**size).to_bytes(size, "little")
    return bytes(changed[: len(data)])


def _rewritten(data: bytes, generator: np.random.Generator, change) -> bytes:
    """Return a whole archive, its checksums right, with other entries."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    change(entries, generator)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", generator.choice(_COMPRESSIONS)) as archive:
        for name, content in entries:
            # Not writestr by name, which warns of one that stands twice.
            archive.NameToInfo.pop(name, None)
            archive.writestr(name, content)
    return file.getvalue()


def _changed_metadata(entries: list[tuple[str, bytes]], generator: np.random.Generator) -> None:
    index = next(i for i, (name, _) in enumerate(entries) if name == "metadata.npy")
    metadata = json.loads(np.load(io.BytesIO(entries[index][1])).tobytes())
    part = metadata
    # The recipe and the history are most of it; each level gets its share.
    for name in ("training", "recipe"):
        if name in part and generator.random() < 0.6:
            part = part[name]
    changed = mutated_value(part, generator)
    if part is not metadata and isinstance(changed, dict):
        part.clear()
        part.update(changed)
    else:
        metadata = changed
    text = dumped(metadata)
    if generator.random() < 0.1:
        text = mutated_bytes(text, generator)
    entries[index] = ("metadata.npy", _npy(np.frombuffer(text, np.uint8)))


def _changed_arrays(entries: list[tuple[str, bytes]], generator: np.random.Generator) -> None:
    index = int(generator.integers(len(entries)))
    name, content = entries[index]
    match generator.integers(6):
        case 0:
            header = _HEADERS[generator.integers(len(_HEADERS))].encode()
            version = bytes([int(generator.integers(1, 5)), 0])
            start = b"\x93NUMPY" + version + struct.pack("<H", len(header)) + header
            entries[index] = (name, start + content[-120:])
        case 1:
            array = np.load(io.BytesIO(content))
            value = generator.choice((np.nan, np.inf, -np.inf, 3e38, 1e-45))
            if array.dtype.kind == "f" and array.size:
                array.ravel()[generator.integers(array.size)] = value
            entries[index] = (name, _npy(array))
        case 2:
            kind = ("<f8", "<f2", "<i4", ">f4", "<c8", "?", "S3")[generator.integers(7)]
            entries[index] = (name, _npy(np.zeros((6, 5), kind)))
        case 3:
            del entries[index]
        case 4:
            entries.append((f"{_NAMES[generator.integers(len(_NAMES))]}.npy", content))
        case _:
            entries[index] = (name, mutated_bytes(content, generator))


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _memoire_layers() -> list[dict]:
    generator = np.random.default_rng(0)
    layers = []
    for n_inputs, n_outputs in ((6, 4), (4, 3)):
        layers += [
            {
                "type": "DenseLayer",
                "input_dim": n_inputs,
                "output_dim": n_outputs,
                "weight": generator.standard_normal((n_outputs, n_inputs)),
                "bias": generator.standard_normal((n_outputs, 1)),
            },
            {"type": "ActivationLayer", "input_dim": n_outputs},
        ]
    return layers


MODELS = Campaign(make_model, read_model, (ModelFileError,), n_short=500, n_long=100_000)
PICKLES = Campaign(make_pickle, read_pickle, (ModelFileError,), n_short=1500, n_long=50_000)
