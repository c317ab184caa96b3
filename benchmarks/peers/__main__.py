"""The process of one peer: a recipe and requests come in as lines of JSON, answers go out.

`benchmarks.peers.process` is the other end.
"""

import contextlib
import importlib
import json
import statistics
import sys
import time
from typing import Any

from benchmarks.peers.peer import Peer
from nncore.mnist import Mnist, load_mnist
from nncore.recipe import Recipe

# Predictions are repeated for so long, but at least so often; the median counts.
_PREDICT_FOR_S = 1.0
_PREDICT_AT_LEAST = 5


def main() -> None:
    """Serve the peer whose module is named on the command line until the requests end."""
    answers = sys.stdout
    # Whatever a framework prints must not come between the answers.
    with contextlib.redirect_stdout(sys.stderr):
        recipe = _recipe(json.loads(sys.stdin.readline()))
        mnist = load_mnist()
        used = slice(recipe.training_images)
        peer_type = importlib.import_module(f"benchmarks.peers.{sys.argv[1]}").PEER
        peer = peer_type(recipe, mnist.train_images[used], mnist.train_labels[used])
        _write(answers, {})
        for line in sys.stdin:
            request = json.loads(line)
            answer = _ANSWERS[request.pop("request")](peer, mnist, **request)
            _write(answers, answer)


def _epoch(peer: Peer, mnist: Mnist) -> dict[str, float]:
    """Train for an epoch."""
    began = time.perf_counter()
    loss = peer.epoch()
    return {"seconds": time.perf_counter() - began, "loss": loss}


def _accuracy(peer: Peer, mnist: Mnist) -> dict[str, float]:
    """Evaluate the network as it is."""
    probabilities = peer.predict(peer.prepare(mnist.test_images))
    right = probabilities.argmax(axis=1) == mnist.test_labels
    return {"accuracy": float(right.mean())}


def _predict(peer: Peer, mnist: Mnist, n_images: int) -> dict[str, float]:
    """Predict the first test images, again and again."""
    images = peer.prepare(mnist.test_images[:n_images])
    # Compiles, where there is something to compile for this number of images.
    peer.predict(images)
    seconds: list[float] = []
    while sum(seconds) < _PREDICT_FOR_S or len(seconds) < _PREDICT_AT_LEAST:
        began = time.perf_counter()
        peer.predict(images)
        seconds.append(time.perf_counter() - began)
    return {"seconds": statistics.median(seconds)}


_ANSWERS = {"epoch": _epoch, "accuracy": _accuracy, "predict": _predict}


def _recipe(settings: dict[str, Any]) -> Recipe:
    """Return the recipe whose fields have been through JSON, which has no tuples."""
    return Recipe(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in settings.items()
        }
    )


def _write(stream, answer: dict[str, float]) -> None:
    print(json.dumps(answer), file=stream, flush=True)


if __name__ == "__main__":
    main()
