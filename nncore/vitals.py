"""Vital signs of a network while it trains: cheap enough to be taken every second."""

from dataclasses import dataclass

import numpy as np

from nncore.diagnosis import observe
from nncore.training import Trainer


@dataclass(frozen=True)
class VitalSigns:
    """How the layers of a network take part in learning at one moment.

    Attributes
    ----------
    position : float
        Where the training is, in epochs over the life of the model.
    learning_rate : float
        Of the last step, as the schedule has made it.
    gradients : tuple of float
        For every dense layer, the root mean square of the gradient of the loss for its weights.
    stuck : tuple of float
        For every dense layer, the share in 0-1 of its neurons without a slope to learn by: ReLUs
        that answer 0 to all images, sigmoids and tanhs at one of their ends on nearly all.
    """

    position: float
    learning_rate: float
    gradients: tuple[float, ...]
    stuck: tuple[float, ...]


def take_vital_signs(
    trainer: Trainer, images: np.ndarray, labels: np.ndarray, position: float
) -> VitalSigns:
    """Measure a network in training; neither it nor its trainer is changed.

    Parameters
    ----------
    trainer : Trainer
        Between two of its records, when the network is whole.
    images, labels : ndarray
        Some hundred labelled images, as for `nncore.diagnosis.observe`.
    position : float
        Where the training is, in epochs.

    Returns
    -------
    VitalSigns
        Numbers that are not finite any more are NaN.
    """
    layers = observe(trainer.network, images, labels).layers
    return VitalSigns(
        position=position,
        learning_rate=trainer.optimizer.learning_rate,
        gradients=tuple(layer.gradient for layer in layers),
        stuck=tuple(
            (len(layer.stuck_low) + len(layer.stuck_high)) / layer.n_neurons for layer in layers
        ),
    )
