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
        """Go on to the end of the next epoch."""
        return next(record.loss for record in self._records if isinstance(record, EpochResult))

    def prepare(self, images: np.ndarray) -> np.ndarray:
        """Return the images as they are."""
        return images

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Predict from bytes; making floats of them is part of it."""
        return self._network.predict(images)


PEER = NncorePeer
