"""Keras: `model.fit` for an epoch. The environment variable KERAS_BACKEND chooses its backend."""

import itertools

import keras
import numpy as np

from benchmarks.peers.peer import Peer, check_optimizer, float_images, starting_parameters
from nncore.mnist import one_hot
from nncore.recipe import Recipe

_OPTIMIZERS = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}
_PREDICT_BATCH = 1000


class KerasPeer(Peer):
    """A `Sequential` of `Dense` layers."""

    def __init__(self, recipe: Recipe, images: np.ndarray, labels: np.ndarray):
        check_optimizer(recipe, *_OPTIMIZERS)
        keras.utils.set_random_seed(recipe.seed)
        activations = [recipe.activation] * (len(recipe.layers) - 2) + [recipe.output]
        self._model = keras.Sequential(
            [
                keras.Input((recipe.layers[0],)),
                *map(keras.layers.Dense, recipe.layers[1:], activations),
            ]
        )
        self._model.compile(
            _OPTIMIZERS[recipe.optimizer](recipe.learning_rate),
            "categorical_crossentropy" if recipe.loss == "cross-entropy" else _half_squared_error,
        )
        self._model.set_weights(starting_parameters(recipe))
        self._images, self._targets = float_images(images), one_hot(labels)
        self._batch_size = recipe.batch_size
        self._compile()

    def epoch(self) -> float:
        """Call `fit`, which shuffles."""
        return self._fit(slice(None))

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Predict in large mini-batches; a single image by the call made for one of them."""
        if len(images) == 1:
            return self._model.predict_on_batch(images)
        return self._model.predict(images, batch_size=_PREDICT_BATCH, verbose=0)

    def _fit(self, samples: slice) -> float:
        """Train on some samples once; return the mean loss."""
        history = self._model.fit(
            self._images[samples], self._targets[samples], batch_size=self._batch_size, verbose=0
        )
        return history.history["loss"][0]

    def _compile(self) -> None:
        """Have the training step compiled, and leave model and optimiser as they were."""
        variables = list(itertools.chain(self._model.variables, self._model.optimizer.variables))
        before = [keras.ops.convert_to_numpy(variable) for variable in variables]
        # A last mini-batch that is not full is compiled on its own.
        self._fit(slice(self._batch_size + len(self._images) % self._batch_size))
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)


def _half_squared_error(targets: keras.KerasTensor, outputs: keras.KerasTensor):
    """Return half the sum of squared errors of each sample; Keras takes the mean of them."""
    return 0.5 * keras.ops.sum(keras.ops.square(outputs - targets), axis=-1)


PEER = KerasPeer
