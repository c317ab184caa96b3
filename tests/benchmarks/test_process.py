from dataclasses import replace

import pytest

from benchmarks.peers.process import PeerError, PeerProcess
from nncore.evaluation import accuracy
from nncore.mnist import load_mnist
from nncore.recipe import RECIPES
from nncore.training import new_trainer

RECIPE = replace(RECIPES["keras"], training_images=200, epochs=1)


def test_a_peer_trains_as_the_recipe_says():
    mnist = load_mnist()
    trainer = new_trainer(RECIPE)
    *_, expected = trainer.train(mnist.train_images, mnist.train_labels)
    with PeerProcess("nncore", RECIPE) as process:
        seconds, loss = process.epoch()
        assert 0 < seconds < 60
        assert loss == pytest.approx(expected.loss, rel=1e-5)
        assert process.accuracy() == pytest.approx(
            accuracy(trainer.network, mnist.test_images, mnist.test_labels), abs=2e-4
        )


def test_a_peer_that_fails_is_an_error_not_a_wait():
    with PeerProcess("nncore", RECIPE) as process:
        process.epoch()
        # The recipe has no second epoch.
        with pytest.raises(PeerError, match="nncore ended with exit code 1"):
            process.epoch()
