"""scikit-learn's `MLPClassifier`, which knows one loss only: log-loss after softmax."""

import itertools

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.peers.peer import Peer, check_optimizer, float_images, starting_parameters
from nncore.mnist import N_CLASSES
from nncore.recipe import Recipe

_ACTIVATIONS = {"sigmoid": "logistic", "relu": "relu"}
# The mémoire's rate of 3 suits its squared errors; with log-loss the weights would overflow.
_HIGHEST_RATE = 0.1


class SklearnPeer(Peer):
    """One call of `partial_fit` an epoch, which shuffles; no momentum, no penalty on weights."""

    def __init__(self, recipe: Recipe, images: np.ndarray, labels: np.ndarray):
        check_optimizer(recipe, "sgd")
        self._images, self._labels = float_images(images), labels
        self._model = MLPClassifier(
            recipe.layers[1:-1],
            activation=_ACTIVATIONS[recipe.activation],
            solver="sgd",
            alpha=0,
            batch_size=recipe.batch_size,
            learning_rate_init=min(recipe.learning_rate, _HIGHEST_RATE),
            momentum=0,
            nesterovs_momentum=False,
            random_state=recipe.seed,
        )
        # The arrays of the weights are made by the first step, and then kept.
        first = slice(recipe.batch_size)
        self._model.partial_fit(self._images[first], labels[first], classes=np.arange(N_CLASSES))
        layers = zip(self._model.coefs_, self._model.intercepts_, strict=True)
        for array, start in zip(
            itertools.chain.from_iterable(layers), starting_parameters(recipe), strict=True
        ):
            array[...] = start

    def epoch(self) -> float:
        """Call `partial_fit`, which also checks the data and binarises the labels."""
        self._model.partial_fit(self._images, self._labels)
        return self._model.loss_

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Call `predict_proba`."""
        return self._model.predict_proba(images)


PEER = SklearnPeer
