"""The same network in nncore and in four frameworks, each in a process of its own.

`PEERS` says how each is started; importing this package imports none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

# OpenBLAS, OpenMP (PyTorch, scikit-learn) and XLA (JAX) each listen to a variable of their own.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PJRT_NPROC": "1"}
_KERAS_ON_JAX = {"KERAS_BACKEND": "jax"}


@dataclass(frozen=True)
class PeerSettings:
    """How to start a peer.

    Attributes
    ----------
    title : str
        Its name in a table.
    module : str
        The module of this package that has its `Peer`.
    packages : tuple of str
        What must be installed for it, as pip calls it; the first is the framework.
    environment : mapping of str to str
        Variables that its process gets besides those of the caller.
    """

    title: str
    module: str
    packages: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


# Two threads may be faster than one or much slower, so each framework takes part with as many as
# it chooses by itself and with one. nncore's command line always sets one.
PEERS = {
    "nncore": PeerSettings("nncore", "nncore_peer", ("numpy",), _ONE_THREAD),
    "jax": PeerSettings("JAX", "jax_peer", ("jax",)),
    "jax-1": PeerSettings("JAX, 1 thread", "jax_peer", ("jax",), _ONE_THREAD),
    "torch": PeerSettings("PyTorch", "torch_peer", ("torch",)),
    "torch-1": PeerSettings("PyTorch, 1 thread", "torch_peer", ("torch",), _ONE_THREAD),
    "sklearn": PeerSettings("scikit-learn", "sklearn_peer", ("scikit-learn",)),
    "sklearn-1": PeerSettings(
        "scikit-learn, 1 thread", "sklearn_peer", ("scikit-learn",), _ONE_THREAD
    ),
    "keras": PeerSettings("Keras on JAX", "keras_peer", ("keras", "jax"), _KERAS_ON_JAX),
    "keras-1": PeerSettings(
        "Keras on JAX, 1 thread", "keras_peer", ("keras", "jax"), _KERAS_ON_JAX | _ONE_THREAD
    ),
}
