"""nncore, as its command line and the dashboard use it."""

import numpy as np

from benchmarks.peers.peer import Peer
from nncore.recipe import Recipe
from nncore.training import EpochResult, new_trainer


class NncorePeer(Peer):
    """A `nncore.training.Trainer`. The images stay bytes until their mini-batch."""

    def __init__(self, recipe: Recipe, images: np.ndarray, labels: np.ndarray):
        trainer = new_trainer(recipe)
        self._network = trainer.network
        self._records = trainer.train(images, labels)

    def epoch(self) -> float:
        return next(record.loss for record in self._records if isinstance(record, EpochResult))

    def prepare(self, images: np.ndarray) -> np.ndarray:
        return images

    def predict(self, images: np.ndarray) -> np.ndarray:
        return self._network.predict(images)


PEER = NncorePeer
