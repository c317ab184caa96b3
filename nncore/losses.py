"""Losses: one number for how wrong a mini-batch is, and the gradient that says which way.

Every loss is the mean over the mini-batch of the loss of a sample, so that the learning rate means
the same at every batch size.
"""

import numpy as np


class Loss:
    """The contract of a loss.

    Attributes
    ----------
    name : str
        As in `LOSSES` and model files.
    fused_activation : str or None
        Name of the output activation with which the gradient simplifies to
        ``(outputs - targets) / batch``; the network then skips the activation's own backward pass.
    """

    name: str
    fused_activation: str | None = None

    def value(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss of a mini-batch.

        Parameters
        ----------
        outputs : ndarray of shape (batch, n_outputs), float
            What the network said.
        targets : ndarray of shape (batch, n_outputs), float
            What it should have said, in 0-1.

        Returns
        -------
        float
            At least 0.

        Raises
        ------
        ValueError
            If the shapes differ or are not two-dimensional.
        """
        _check_shapes(outputs, targets)
        return float(self._sample_losses(outputs, targets).mean())

    def gradient(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient of `value` with respect to the outputs (same shape and dtype)."""
        _check_shapes(outputs, targets)
        return self._sample_gradients(outputs, targets) / len(outputs)

    def fused_gradient(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the *inputs* of `fused_activation`.

        The factors that make the two steps unstable, ``1 / p`` and ``p``, cancel exactly.
        """
        _check_shapes(outputs, targets)
        return (outputs - targets) / len(outputs)

    def _sample_losses(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,)."""
        raise NotImplementedError

    def _sample_gradients(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient of each sample's own loss, (batch, n_outputs)."""
        raise NotImplementedError


class MSE(Loss):
    """Half the sum of squared errors of a sample, as in the mémoire (which calls it MSE)."""

    name = "mse"

    def _sample_losses(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return 0.5 * np.square(outputs - targets).sum(axis=1)

    def _sample_gradients(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return outputs - targets


class CrossEntropy(Loss):
    """Minus the logarithm of the probability given to the right class; for softmax outputs."""

    name = "cross-entropy"
    fused_activation = "softmax"

    def _sample_losses(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return -(targets * np.log(_above_zero(outputs))).sum(axis=1)

    def _sample_gradients(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return -targets / _above_zero(outputs)


class BinaryCrossEntropy(Loss):
    """Cross-entropy of independent yes/no answers, summed; for sigmoid outputs.

    The categorical formula would only ever reward a sigmoid for being large: nothing would pull
    the nine wrong outputs down.
    """

    name = "binary-cross-entropy"
    fused_activation = "sigmoid"

    def _sample_losses(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        log_yes, log_no = np.log(_above_zero(outputs)), np.log(_above_zero(1 - outputs))
        return -(targets * log_yes + (1 - targets) * log_no).sum(axis=1)

    def _sample_gradients(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return (outputs - targets) / (_above_zero(outputs) * _above_zero(1 - outputs))


LOSSES: dict[str, type[Loss]] = {
    loss.name: loss for loss in (MSE, CrossEntropy, BinaryCrossEntropy)
}


def _above_zero(probabilities: np.ndarray) -> np.ndarray:
    """Replace 0 by the smallest normal number, so that logarithms and ratios stay finite."""
    return np.maximum(probabilities, np.finfo(probabilities.dtype).tiny)


def _check_shapes(outputs: np.ndarray, targets: np.ndarray) -> None:
    """Refuse shapes that NumPy would silently broadcast."""
    if outputs.ndim != 2 or outputs.shape != targets.shape:
        raise ValueError(
            "outputs and targets must both be (batch, n_outputs), "
            f"got {outputs.shape} and {targets.shape}"
        )
