"""Model files: a network, and what its training needs to go on, as a NumPy archive.

An archive is read only after its directory, names, dtypes and shapes have been checked against the
architecture that its own metadata state. Nothing in it is ever executed or unpickled.
"""

import io
import itertools
import json
import math
import os
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nncore.layers import ActivationLayer, DenseLayer, DropoutLayer, Layer
from nncore.losses import LOSSES
from nncore.network import SequentialNetwork
from nncore.parsing import PARSER
from nncore.recipe import MAX_LAYERS, RANGES, Recipe, check_layer_sizes
from nncore.training import EpochResult, Trainer, optimizer_for

MAX_MODEL_BYTES = 256 * 2**20
_FORMAT = "nncore model 1"
_NO_MODEL = (
    "This is not a model of this project, or the file is damaged: "
    "choose an .npz file that was saved here."
)
_METADATA = "metadata"
_MAX_METADATA_BYTES = 2**20
# Twelve layers and the slots of Adam make 67 entries of about 100 bytes each. zipfile needs a
# second and 60 MB for the hundred thousand that a forged directory may name.
_MAX_DIRECTORY_BYTES = 2**16
# Weights hardly compress. Without a limit, 100 kB of zeros would fill the memory of 5,000,000.
_MAX_COMPRESSION = 10
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_DTYPES = {"float32": np.float32, "float64": np.float64}


class ModelFileError(ValueError):
    """The file is not a model of this project, or it is damaged. The message is one sentence."""


@dataclass(frozen=True)
class Model:
    """What a model file holds.

    Attributes
    ----------
    network : SequentialNetwork
    trainer : Trainer or None
        Ready to train on exactly where the file's training stopped, with its recipe and history;
        None for a network alone.
    """

    network: SequentialNetwork
    trainer: Trainer | None = None

    @property
    def epochs_done(self) -> int:
        """The epochs that are known to lie behind the network; 0 for a network alone."""
        return 0 if self.trainer is None else self.trainer.epochs_done


def save_model(path: str | os.PathLike | BinaryIO, model: Model) -> None:
    """Write a model, all or nothing.

    Parameters
    ----------
    path : path or binary file
        A path is written through a temporary file beside it, so that a crash or a full disk leaves
        what was there before.
    model : Model

    Raises
    ------
    ValueError
        If a weight is not finite: the file could not be read again.
    OSError
        If the file cannot be written.
    """
    arrays = dict(_parameter_arrays(model.network))
    metadata: dict[str, Any] = {
        "format": _FORMAT,
        "dtype": model.network.dtype.name,
        "layers": [_describe(layer) for layer in model.network.layers],
        "loss": model.network.loss.name,
    }
    trainer = model.trainer
    if trainer is not None:
        arrays |= _slot_arrays(trainer.optimizer.slots)
        metadata["training"] = {
            "recipe": asdict(trainer.recipe),
            "learning_rate": trainer.learning_rate,
            "step": trainer.optimizer.step,
            "generator": trainer.generator.bit_generator.state,
            "history": [asdict(result) for result in trainer.history],
        }
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite to be saved")
    text = json.dumps(metadata, allow_nan=False).encode()
    arrays = {_METADATA: np.frombuffer(text, np.uint8)} | arrays
    if hasattr(path, "write"):
        np.savez(path, **arrays)
        return
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(part, "wb") as file:
            np.savez(file, **arrays)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def load_model(source: str | os.PathLike | bytes) -> Model:
    """Read a model.

    Parameters
    ----------
    source : path or bytes
        A file written by `save_model`, or its contents.

    Returns
    -------
    Model

    Raises
    ------
    ModelFileError
        If there is no such file, or it is not a whole model of this project. No other exception
        comes out of a file's contents, and none of them is executed.
    """
    try:
        with (
            io.BytesIO(source) if isinstance(source, bytes) else open(source, "rb") as file,
            zipfile.ZipFile(_with_short_directory(file)) as archive,
        ):
            return _read(archive)
    except ModelFileError:
        raise
    except FileNotFoundError as error:
        raise ModelFileError(f"There is no model file {source}.") from error
    # What zipfile, zlib, json and NumPy raise on hostile bytes is no closed list.
    except Exception as error:
        raise ModelFileError(_NO_MODEL) from error


def _describe(layer: Layer) -> dict[str, Any]:
    """Return what the metadata say of a layer."""
    if isinstance(layer, ActivationLayer):
        return {"activation": layer.name, "size": layer.n_inputs}
    if isinstance(layer, DropoutLayer):
        return {"dropout": layer.rate, "size": layer.n_inputs}
    return {"dense": [layer.n_inputs, layer.n_outputs]}


def _parameter_arrays(network: SequentialNetwork) -> Iterable[tuple[str, np.ndarray]]:
    """Name the arrays of a network as they are named in the file."""
    for index, layer in enumerate(network.dense_layers):
        yield f"weights_{index}", layer.weights
        yield f"bias_{index}", layer.bias


def _slot_arrays(slots: list[list[np.ndarray]]) -> dict[str, np.ndarray]:
    """Name the arrays of an optimiser as they are named in the file."""
    return {
        f"slot_{index}_{parameter}": array
        for index, slot in enumerate(slots)
        for parameter, array in enumerate(slot)
    }


def _with_short_directory(file: BinaryIO) -> BinaryIO:
    """Return the file of an archive whose directory is short enough to be read."""
    file.seek(-_END_OF_DIRECTORY.size, os.SEEK_END)
    signature, *_, directory_bytes, _, comment_bytes = _END_OF_DIRECTORY.unpack(file.read())
    if signature != b"PK\5\6" or comment_bytes:
        # zipfile would go on to search for the end in what may be a comment.
        raise ModelFileError(_NO_MODEL)
    # A longer form of the record may stand before this one, and overrule it.
    file.seek(-_END_OF_DIRECTORY.size - 20, os.SEEK_END)
    if file.read(4) == b"PK\6\7" or directory_bytes > _MAX_DIRECTORY_BYTES:
        raise ModelFileError("The file holds more entries than a model of this project.")
    return file


def _read(archive: zipfile.ZipFile) -> Model:
    """Read a model from an open archive, trusting nothing in it."""
    entries = {entry.filename: entry for entry in archive.infolist()}
    if len(entries) != len(archive.infolist()):
        raise ModelFileError("The model file holds an entry twice.")
    n_bytes = sum(entry.file_size for entry in entries.values())
    if n_bytes > MAX_MODEL_BYTES:
        raise ModelFileError(f"The model is larger than {MAX_MODEL_BYTES // 2**20} MB.")
    if n_bytes > _MAX_COMPRESSION * archive.start_dir:
        raise ModelFileError("The model is compressed more than weights can be.")
    if not all(entry.compress_type in _COMPRESSIONS for entry in entries.values()):
        raise ModelFileError("The model is compressed in a way that is not read here.")
    metadata = _read_metadata(archive, entries)
    generator = np.random.default_rng()
    layers, expected = _empty_layers(metadata, generator)
    network = SequentialNetwork(layers, LOSSES[metadata["loss"]]())
    trainer = None
    if "training" in metadata:
        trainer = _trainer(metadata["training"], network, generator)
        expected |= _slot_arrays(trainer.optimizer.slots)
    if set(entries) != {f"{name}.npy" for name in (_METADATA, *expected)}:
        raise ModelFileError("The model file does not hold the arrays that its metadata name.")
    for name, array in expected.items():
        _read_into(archive, entries[f"{name}.npy"], array)
    return Model(network, trainer)


def _trainer(
    training: dict[str, Any], network: SequentialNetwork, generator: np.random.Generator
) -> Trainer:
    """Make the trainer that the metadata describe, the optimiser's arrays still empty."""
    recipe = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in training["recipe"].items()
    }
    recipe = Recipe(**recipe)
    sizes = (network.n_inputs, *(layer.n_outputs for layer in network.dense_layers))
    if recipe.layers != sizes:
        raise ModelFileError("The recipe of the model is for a network of other layers.")
    optimizer = optimizer_for(recipe)
    optimizer.step = _integer(training["step"], 0, 2**53)
    if optimizer.step:
        optimizer.slots = [
            [np.empty_like(array) for array in network.parameters] for _ in range(optimizer.n_slots)
        ]
    generator.bit_generator.state = training["generator"]
    history = [_epoch_result(result) for result in training["history"]]
    if [result.epoch for result in history] != [*range(1, len(history) + 1)]:
        raise ModelFileError("The history of the model leaves out epochs.")
    trainer = Trainer(network, recipe, optimizer, generator, history)
    trainer.learning_rate = replace(recipe, learning_rate=training["learning_rate"]).learning_rate
    return trainer


def _read_metadata(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    """Return the metadata of an archive, a dictionary that names this format."""
    entry = entries.get(f"{_METADATA}.npy")
    if entry is None or entry.file_size > _MAX_METADATA_BYTES:
        raise ModelFileError("This .npz file is not a model of this project.")
    text = np.empty(entry.file_size - _header_size(archive, entry, np.dtype(np.uint8)), np.uint8)
    _read_into(archive, entry, text)
    metadata = json.loads(text.tobytes())
    if not isinstance(metadata, dict) or metadata.get("format") != _FORMAT:
        raise ModelFileError("The model was written by another version of this project.")
    return metadata


def _empty_layers(
    metadata: dict[str, Any], generator: np.random.Generator
) -> tuple[list[Layer], dict[str, np.ndarray]]:
    """Make the layers that the metadata describe, and name the arrays to fill."""
    descriptions = metadata["layers"]
    if not isinstance(descriptions, list) or not 1 <= len(descriptions) <= 3 * MAX_LAYERS:
        raise ModelFileError("The model does not have a plausible number of layers.")
    sizes = [tuple(map(_size, item["dense"])) for item in descriptions if "dense" in item]
    # Checked before anything is allocated: a few bytes of metadata could ask for gigabytes.
    check_layer_sizes((*(n_inputs for n_inputs, _ in sizes), sizes[-1][1]))
    if any(before[1] != after[0] for before, after in itertools.pairwise(sizes)):
        raise ModelFileError("The layers of the model do not fit together.")
    dtype = _DTYPES[metadata["dtype"]]
    layers: list[Layer] = []
    expected: dict[str, np.ndarray] = {}
    for item in descriptions:
        if "dense" in item:
            n_inputs, n_outputs = map(_size, item["dense"])
            layer = DenseLayer(np.empty((n_inputs, n_outputs), dtype), np.empty(n_outputs, dtype))
            index = len(expected) // 2
            expected |= {f"weights_{index}": layer.weights, f"bias_{index}": layer.bias}
            layers.append(layer)
        elif "dropout" in item:
            layers.append(DropoutLayer(float(item["dropout"]), _size(item["size"]), generator))
        else:
            layers.append(ActivationLayer(item["activation"], _size(item["size"])))
    return layers, expected


def _read_into(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, array: np.ndarray) -> None:
    """Fill an array from an entry that must have exactly its dtype and shape."""
    header_size = _header_size(archive, entry, array.dtype, array.shape)
    if entry.file_size != header_size + array.nbytes:
        raise ModelFileError(f"{entry.filename} does not have the size that its header states.")
    with archive.open(entry) as file:
        file.read(header_size)
        data = file.read(array.nbytes)
        # Reading past the end makes zipfile compare the checksum.
        file.read(1)
    array[...] = np.frombuffer(data, array.dtype).reshape(array.shape)
    if not np.isfinite(array).all():
        raise ModelFileError(f"{entry.filename} holds values that are not finite numbers.")


def _header_size(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    dtype: np.dtype,
    shape: tuple[int, ...] | None = None,
) -> int:
    """Check the header of an array in the archive and return its length in bytes."""
    with archive.open(entry) as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ModelFileError(f"{entry.filename} is not an array as this project writes it.")
        with PARSER:
            header = np.lib.format.read_array_header_1_0(file, max_header_size=1000)
        position = file.tell()
    if header[2] != dtype or header[1] or (shape is not None and header[0] != shape):
        # The name of a dtype may be any text; its code may not.
        raise ModelFileError(
            f"{entry.filename} should be {dtype.str} {shape}, got {header[2].str} {header[0]}."
        )
    return position


def _integer(value: Any, low: int, high: int) -> int:
    """Return a value that must be an integer within limits."""
    if type(value) is not int or not low <= value <= high:
        raise ModelFileError(f"The model lacks a whole number from {low} to {high}.")
    return value


def _size(value: Any) -> int:
    """Return a layer's size."""
    return _integer(value, 1, 2**31)


def _epoch_result(values: dict[str, Any]) -> EpochResult:
    """Make an epoch's result from its metadata."""
    result = EpochResult(**values)
    shares = [result.train_accuracy]
    others = (result.validation_accuracy, result.test_accuracy)
    shares += [share for share in others if share is not None]
    numbers = [result.loss, result.elapsed_s, *shares]
    # JSON as Python reads it knows NaN, infinity, and whole numbers of thousands of figures.
    if not all(type(number) in (int, float) and math.isfinite(number) for number in numbers):
        raise ModelFileError("The history of the model does not consist of numbers.")
    if result.elapsed_s < 0 or not all(0 <= share <= 1 for share in shares):
        raise ModelFileError("The history of the model has numbers that cannot be.")
    _integer(result.epoch, *RANGES["epochs"])
    return result
