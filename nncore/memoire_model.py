"""A reader for the mémoire's own ``Model.pkl``, for the command line only.

A pickle is a program. This reader runs none of it: every class that it may name is replaced by a
note of its arguments, from which the arrays are rebuilt after they have been checked.
"""

import io
import os
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np

from nncore.layers import ActivationLayer, DenseLayer, Layer
from nncore.losses import MSE
from nncore.model_files import MAX_MODEL_BYTES, Model, ModelFileError
from nncore.network import SequentialNetwork
from nncore.recipe import check_layer_sizes

# The mémoire's layers take a few hundred opcodes; the arrays are one each.
_MAX_OPCODES = 10_000
# BYTEARRAY8 makes space for as many bytes as it states, whether or not they follow. The others use
# hashes, which take for ever of a tuple that holds another one twice, forty deep.
_REFUSED_OPCODES = {"BYTEARRAY8", "ADDITEMS", "FROZENSET", "DICT", "SETITEM"}


def load_memoire_model(path: str | os.PathLike) -> Model:
    """Read a model that the mémoire's code has pickled.

    Parameters
    ----------
    path : path
        A list of dictionaries, as its ``save_model`` writes it: dense layers with ``weight``
        (n_outputs, n_inputs) and ``bias`` (n_outputs, 1), and sigmoid activation layers.

    Returns
    -------
    Model
        In float64, as the mémoire computes.

    Raises
    ------
    ModelFileError
        If the file is anything else.
    """
    try:
        if os.path.getsize(path) > MAX_MODEL_BYTES:
            raise ModelFileError(f"{path} is larger than {MAX_MODEL_BYTES // 2**20} MB.")
        data = Path(path).read_bytes()
    except OSError as error:
        raise ModelFileError(f"The model {path} cannot be read: {error.strerror}.") from error
    try:
        _check_opcodes(data)
        layers = [_layer(item) for item in _Reader(io.BytesIO(data)).load()]
        return Model(SequentialNetwork(layers, MSE()))
    # A damaged pickle raises whatever the opcode at hand trips over.
    except Exception as error:
        raise ModelFileError(f"{path} is not a model of the mémoire, or it is damaged.") from error


def _check_opcodes(data: bytes) -> None:
    """Refuse a pickle that would cost more than a model does, before anything of it is obeyed."""
    for number, (opcode, _, _) in enumerate(pickletools.genops(data)):
        if number == _MAX_OPCODES or opcode.name in _REFUSED_OPCODES:
            raise ModelFileError("The pickle holds more than a model does.")


class _Note:
    """Stands for an object that the pickle would have built: keeps what it would be built from."""

    def __init__(self, *arguments: Any):
        self.arguments = arguments
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Array(_Note):
    """An ndarray: its state is (version, shape, dtype, Fortran order, bytes)."""


class _Dtype(_Note):
    """A dtype: its state is (version, byte order, ...)."""


class _ArrayClass(_Note):
    """The class ndarray itself, named as an argument of the function that rebuilds one."""


# The Unpickler written in C sizes its memo by an index that the file states; the one written in
# Python keeps a dictionary.
class _Reader(pickle._Unpickler):
    """An unpickler that knows NumPy's arrays and nothing else."""

    def find_class(self, module: str, name: str) -> type[_Note]:
        known = {
            ("numpy.core.multiarray", "_reconstruct"): _Array,
            ("numpy._core.multiarray", "_reconstruct"): _Array,
            ("numpy", "ndarray"): _ArrayClass,
            ("numpy", "dtype"): _Dtype,
        }
        if (module, name) not in known:
            raise ModelFileError(f"The pickle asks for {module}.{name}.")
        return known[module, name]

    def load_setitems(self) -> None:
        if not all(isinstance(key, str) for key in self.stack[::2]):
            raise ModelFileError("The pickle has a dictionary whose keys are not text.")
        super().load_setitems()

    dispatch = pickle._Unpickler.dispatch | {pickle.SETITEMS[0]: load_setitems}


def _layer(item: dict[str, Any]) -> Layer:
    """Make a layer from one dictionary of the list."""
    if item["type"] == "ActivationLayer":
        return ActivationLayer("sigmoid", item["input_dim"])
    n_inputs, n_outputs = item["input_dim"], item["output_dim"]
    # Said without what came instead, as are the faults of arrays: writing it out may take for ever.
    if type(n_inputs) is not int or type(n_outputs) is not int:
        raise ModelFileError("A layer has sizes that are not whole numbers.")
    check_layer_sizes((n_inputs, n_outputs))
    weights = _array(item["weight"], (n_outputs, n_inputs))
    bias = _array(item["bias"], (n_outputs, 1))
    return DenseLayer(np.ascontiguousarray(weights.T), bias[:, 0].copy())


def _array(note: _Array, shape: tuple[int, int]) -> np.ndarray:
    """Rebuild a float64 array that must have the given shape."""
    _, stated_shape, dtype, is_fortran, data = note.state
    kind, order = dtype.arguments[0], dtype.state[1]
    if stated_shape != shape or kind != "f8" or order != "<":
        raise ModelFileError(f"An array is not float64 {shape}.")
    array = np.frombuffer(data, "<f8").reshape(shape, order="F" if is_fortran else "C")
    if not np.isfinite(array).all():
        raise ModelFileError("An array holds values that are not finite numbers.")
    return array
