"""JAX: a whole epoch, shuffling included, is one compiled `lax.scan` over the mini-batches."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.peers.peer import Peer, check_optimizer, float_images, starting_parameters
from nncore.mnist import one_hot
from nncore.recipe import Recipe

_ACTIVATIONS = {"sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "softmax": jax.nn.softmax}

# Weights and bias of each layer.
_Parameters = list[tuple[jax.Array, jax.Array]]


class JaxPeer(Peer):
    """Plain functions of arrays; the parameters are donated, so that they change in place."""

    def __init__(self, recipe: Recipe, images: np.ndarray, labels: np.ndarray):
        check_optimizer(recipe, "sgd")
        arrays = [jnp.asarray(array) for array in starting_parameters(recipe)]
        self._parameters = list(zip(arrays[::2], arrays[1::2], strict=True))
        self._data = (jnp.asarray(float_images(images)), jnp.asarray(one_hot(labels)))
        self._key = jax.random.key(recipe.seed)
        self._predict = jax.jit(partial(_outputs, recipe))
        epoch = jax.jit(partial(_epoch, recipe), donate_argnums=0)
        self._epoch = epoch.lower(self._parameters, self._key, *self._data).compile()

    def epoch(self) -> float:
        """Run the compiled epoch; reading the loss waits for its end."""
        self._key, key = jax.random.split(self._key)
        self._parameters, loss = self._epoch(self._parameters, key, *self._data)
        return float(loss)

    def prepare(self, images: np.ndarray) -> jax.Array:
        """Return the images as an array of JAX."""
        return jnp.asarray(float_images(images))

    def predict(self, images: jax.Array) -> jax.Array:
        """Predict by a compiled function, and wait for it."""
        return self._predict(self._parameters, images).block_until_ready()


def _epoch(
    recipe: Recipe, parameters: _Parameters, key: jax.Array, images: jax.Array, targets: jax.Array
) -> tuple[_Parameters, jax.Array]:
    """Return the parameters after an epoch, and its mean loss."""

    def step(parameters: _Parameters, samples: jax.Array) -> tuple[_Parameters, jax.Array]:
        loss, gradients = jax.value_and_grad(partial(_mean_loss, recipe))(
            parameters, images[samples], targets[samples]
        )
        parameters = jax.tree.map(
            lambda parameter, gradient: parameter - recipe.learning_rate * gradient,
            parameters,
            gradients,
        )
        return parameters, loss

    order = jax.random.permutation(key, len(images)).reshape(-1, recipe.batch_size)
    parameters, losses = jax.lax.scan(step, parameters, order)
    return parameters, losses.mean()


def _mean_loss(
    recipe: Recipe, parameters: _Parameters, inputs: jax.Array, targets: jax.Array
) -> jax.Array:
    """Return the recipe's loss of a mini-batch."""
    logits = _logits(recipe, parameters, inputs)
    if recipe.loss == "cross-entropy":
        return -(targets * jax.nn.log_softmax(logits)).sum(axis=1).mean()
    errors = _ACTIVATIONS[recipe.output](logits) - targets
    return 0.5 * jnp.square(errors).sum(axis=1).mean()


def _logits(recipe: Recipe, parameters: _Parameters, inputs: jax.Array) -> jax.Array:
    """Return what goes into the output activation."""
    *hidden, (output_weights, output_bias) = parameters
    for weights, bias in hidden:
        inputs = _ACTIVATIONS[recipe.activation](inputs @ weights + bias)
    return inputs @ output_weights + output_bias


def _outputs(recipe: Recipe, parameters: _Parameters, inputs: jax.Array) -> jax.Array:
    """Return the network's outputs."""
    return _ACTIVATIONS[recipe.output](_logits(recipe, parameters, inputs))


PEER = JaxPeer
