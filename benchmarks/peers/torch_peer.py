"""PyTorch, eager: a `Sequential`, its autograd, and the fastest of its three kinds of SGD."""

import copy
import itertools
import sys
import time

import numpy as np
import torch
from torch import nn

from benchmarks.peers.peer import Peer, check_optimizer, float_images, starting_parameters
from nncore.mnist import one_hot
from nncore.recipe import Recipe

_ACTIVATIONS = {"sigmoid": nn.Sigmoid, "relu": nn.ReLU}
# The same arithmetic, with one call a parameter, one for all of them, or one that is compiled.
_KINDS_OF_SGD = {
    "plain": {"foreach": False, "fused": False},
    "foreach": {"foreach": True},
    "fused": {"fused": True},
}
_TRIAL_STEPS = 50


class TorchPeer(Peer):
    """The usual training loop. The loss is only read at the end of an epoch."""

    def __init__(self, recipe: Recipe, images: np.ndarray, labels: np.ndarray):
        check_optimizer(recipe, "sgd")
        self._recipe = recipe
        self._model = _model(recipe)
        self._images = torch.from_numpy(float_images(images))
        self._targets = torch.from_numpy(one_hot(labels))
        if recipe.loss == "cross-entropy":
            self._targets = torch.from_numpy(labels.astype(np.int64))
            self._mean_loss = nn.CrossEntropyLoss()
        else:
            self._mean_loss = _half_squared_error
        torch.manual_seed(recipe.seed)
        kind = min(_KINDS_OF_SGD, key=self._trial_s)
        print(f"  PyTorch: {kind} SGD, threads: {torch.get_num_threads()}", file=sys.stderr)
        self._optimizer = self._sgd(self._model, kind)

    def epoch(self) -> float:
        """Run the loop over mini-batches in a new order."""
        order = torch.randperm(len(self._images))
        return self._train(self._model, self._optimizer, order)

    def prepare(self, images: np.ndarray) -> torch.Tensor:
        """Return the images as a tensor."""
        return torch.from_numpy(float_images(images))

    @torch.inference_mode()
    def predict(self, images: torch.Tensor) -> torch.Tensor:
        """Predict without a record for gradients."""
        outputs = self._model(images)
        return outputs.softmax(dim=1) if self._recipe.output == "softmax" else outputs

    def _train(
        self, model: nn.Module, optimizer: torch.optim.Optimizer, order: torch.Tensor
    ) -> float:
        """Take a step for each mini-batch of samples; return the mean loss."""
        batches = order.split(self._recipe.batch_size)
        total = torch.zeros(())
        for samples in batches:
            optimizer.zero_grad()
            loss = self._mean_loss(model(self._images[samples]), self._targets[samples])
            loss.backward()
            optimizer.step()
            total += loss.detach()
        return total.item() / len(batches)

    def _sgd(self, model: nn.Module, kind: str) -> torch.optim.SGD:
        """Return one kind of SGD for a model."""
        return torch.optim.SGD(
            model.parameters(), lr=self._recipe.learning_rate, **_KINDS_OF_SGD[kind]
        )

    def _trial_s(self, kind: str) -> float:
        """Return how long some steps take with one kind of SGD, the best of three times."""
        model = copy.deepcopy(self._model)
        optimizer = self._sgd(model, kind)
        order = torch.randperm(len(self._images))[: _TRIAL_STEPS * self._recipe.batch_size]
        seconds = []
        for _ in range(3):
            began = time.perf_counter()
            self._train(model, optimizer, order)
            seconds.append(time.perf_counter() - began)
        return min(seconds)


def _model(recipe: Recipe) -> nn.Sequential:
    """Return the network with its starting weights; softmax is left to the loss and `predict`."""
    layers: list[nn.Module] = []
    for n_inputs, n_outputs in itertools.pairwise(recipe.layers):
        layers += [nn.Linear(n_inputs, n_outputs), _ACTIVATIONS[recipe.activation]()]
    layers.pop()
    if recipe.output != "softmax":
        layers.append(_ACTIVATIONS[recipe.output]())
    model = nn.Sequential(*layers)
    with torch.no_grad():
        for parameter, start in zip(model.parameters(), starting_parameters(recipe), strict=True):
            # PyTorch's weights are (n_outputs, n_inputs).
            parameter.copy_(torch.from_numpy(start.T))
    return model


def _half_squared_error(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean over a mini-batch of half the sum of squared errors."""
    return 0.5 * (outputs - targets).square().sum(dim=1).mean()


PEER = TorchPeer
