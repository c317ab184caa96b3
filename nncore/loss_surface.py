"""Loss surfaces: the loss over a plane through the space of a network's parameters.

Every point of the plane is a whole network, so that gradient descent on it uses true gradients:
those of backpropagation, projected onto the plane.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nncore.layers import ActivationLayer, DenseLayer
from nncore.network import SequentialNetwork, loss_for
from nncore.optimizers import Adam

_TRAINING_RATE = 0.05


class LossPlane:
    """The loss on some samples, as a function of two numbers x and y.

    Parameters
    ----------
    network : SequentialNetwork
        Of dense and activation layers, a dense one first; gives architecture and loss, and is left
        as it is.
    inputs : ndarray of shape (n_samples, n_inputs), float
    targets : ndarray of shape (n_samples, n_outputs), float
    origin : sequence of ndarray
        Parameters of the network at x = y = 0, in the order of ``network.parameters``.
    directions : two sequences of ndarray
        What is added to the parameters for each unit of x and of y.

    Raises
    ------
    ValueError
        If the network has other layers, or shapes do not fit those of its parameters.

    Notes
    -----
    What the first layer passes on changes evenly with x and with y, as its parameters do. So its
    products with the samples are computed once, and no point of the plane needs them again.

    Nothing changes after construction, each evaluation has a network of its own: threads may share
    a plane.
    """

    def __init__(
        self,
        network: SequentialNetwork,
        inputs: np.ndarray,
        targets: np.ndarray,
        origin: Sequence[np.ndarray],
        directions: tuple[Sequence[np.ndarray], Sequence[np.ndarray]],
    ):
        if not all(isinstance(layer, DenseLayer | ActivationLayer) for layer in network.layers):
            raise ValueError("network must be of dense and activation layers alone")
        if not isinstance(network.layers[0], DenseLayer):
            raise ValueError("network must begin with a dense layer")
        expected = [array.shape for array in network.parameters]
        for name, arrays in zip(("origin", "x", "y"), (origin, *directions), strict=True):
            shapes = [array.shape for array in arrays]
            if shapes != expected:
                raise ValueError(f"{name} must have the shapes {expected}, got {shapes}")
        self._network = network
        self._targets = targets
        # Of the first layer: its sums at x = y = 0, and what is added to them for a unit of each.
        self._sums = tuple(inputs @ weights + bias for weights, bias, *_ in (origin, *directions))
        self._origin = list(origin)
        self._directions = [list(direction) for direction in directions]

    @property
    def n_samples(self) -> int:
        """Number of samples over which the loss is a mean."""
        return len(self._targets)

    def loss(self, point: Sequence[float]) -> float:
        """Return the loss at (x, y), the mean over all samples."""
        return self.traveller().loss(point)

    def loss_and_gradient(
        self, point: Sequence[float], samples: np.ndarray | slice = slice(None)
    ) -> tuple[float, np.ndarray]:
        """Return the loss of a mini-batch, and how it changes with x and with y.

        Parameters
        ----------
        point : sequence of two float
            Where, (x, y).
        samples : ndarray of int or slice
            The mini-batch; by default all samples.

        Returns
        -------
        loss : float
        gradient : ndarray of shape (2,), float64

        Notes
        -----
        By the chain rule: the gradient of backpropagation, multiplied by each direction.
        """
        return self.traveller().loss_and_gradient(point, samples)

    def losses(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the loss at every point of a grid.

        Parameters
        ----------
        x : ndarray of shape (n_x,), float
        y : ndarray of shape (n_y,), float

        Returns
        -------
        ndarray of shape (n_y, n_x), float64
            Rows belong to ``y``, as Plotly draws them.
        """
        traveller = self.traveller()
        return np.array([[traveller.loss((column, row)) for column in x] for row in y])

    def traveller(self) -> "Traveller":
        """Return what goes from point to point, for one thread."""
        layers = [
            DenseLayer(*(array.copy() for array in layer.parameters))
            if isinstance(layer, DenseLayer)
            else ActivationLayer(layer.name, layer.n_outputs)
            for layer in self._network.layers
        ]
        network = SequentialNetwork(layers, self._network.loss)
        return Traveller(network, self._sums, self._targets, self._origin, self._directions)


class Traveller:
    """A network that goes from point to point of a `LossPlane`, which `LossPlane.traveller` makes.

    A network for each point would take longer to build than to ask.

    Parameters
    ----------
    network : SequentialNetwork
        Its own; the parameters of all layers but the first are changed in place.
    sums : three ndarray of shape (n_samples, n_outputs)
        What the first layer passes on at x = y = 0, and what each unit of x and of y adds to it.
    targets, origin, directions
        Those of the plane.
    """

    def __init__(
        self,
        network: SequentialNetwork,
        sums: tuple[np.ndarray, np.ndarray, np.ndarray],
        targets: np.ndarray,
        origin: Sequence[np.ndarray],
        directions: Sequence[Sequence[np.ndarray]],
    ):
        self.network = network
        self._sums = sums
        self._targets = targets
        n_first = len(network.layers[0].parameters)
        self._moved = list(zip(network.parameters, origin, *directions, strict=True))[n_first:]
        gradients = network.gradients
        # Where a direction is 0, as it is for half of the arrays, so is its share in the product.
        self._projected = [
            [pair for pair in list(zip(gradients, along, strict=True))[n_first:] if pair[1].any()]
            for along in directions
        ]

    def loss(self, point: Sequence[float]) -> float:
        """Go to a point, and return `LossPlane.loss` there."""
        outputs = self._outputs(point, self._sums)
        return self.network.loss.value(outputs, self._targets)

    def loss_and_gradient(
        self, point: Sequence[float], samples: np.ndarray | slice = slice(None)
    ) -> tuple[float, np.ndarray]:
        """Go to a point, and return `LossPlane.loss_and_gradient` there."""
        sums, targets = [array[samples] for array in self._sums], self._targets[samples]
        outputs = self._outputs(point, sums)
        # Every call overwrites the network's own gradients.
        at_first = self.network.backward(targets, 1)
        gradient = [np.vdot(at_first, along) for along in sums[1:]]
        for number, pairs in enumerate(self._projected):
            for array, along in pairs:
                gradient[number] += np.vdot(array, along)
        return self.network.loss.value(outputs, targets), np.array(gradient, dtype=np.float64)

    def _outputs(self, point: Sequence[float], sums: Sequence[np.ndarray]) -> np.ndarray:
        """Give the network the parameters of (x, y), and return its outputs for samples."""
        # Python's own numbers, which leave float32 as it is.
        x, y = map(float, point)
        for parameter, origin, along_x, along_y in self._moved:
            np.multiply(along_x, x, out=parameter)
            parameter += origin
            parameter += y * along_y
        at_origin, along_x, along_y = sums
        passed_on = along_x * x
        passed_on += at_origin
        passed_on += y * along_y
        return self.network.forward(passed_on, 1)


@dataclass(frozen=True, eq=False)
class Descent:
    """The path of gradient descent on a plane.

    Attributes
    ----------
    points : ndarray of shape (n_steps + 1, 2), float64
        From the start on.
    losses : ndarray of shape (n_steps + 1,), float64
        Of all samples, also where the steps were taken on mini-batches.
    slopes : ndarray of shape (n_steps,), float64
        Length of the gradient that each step followed.
    """

    points: np.ndarray
    losses: np.ndarray
    slopes: np.ndarray


def descend(
    plane: LossPlane,
    start: Sequence[float],
    *,
    learning_rate: float,
    batch_size: int,
    n_steps: int,
    generator: np.random.Generator,
) -> Descent:
    """Follow the gradient downhill.

    Parameters
    ----------
    plane : LossPlane
    start : sequence of two float
        Where to begin, (x, y).
    learning_rate : float
        A step is this times the gradient; positive.
    batch_size : int
        Samples a step, from 1 to all; those of an epoch are shuffled.
    n_steps : int
        At least 1.
    generator : numpy.random.Generator
        Shuffles the samples.

    Returns
    -------
    Descent

    Raises
    ------
    ValueError
        If the learning rate, the batch size or the number of steps is out of range.
    """
    if not (np.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"learning_rate must be positive and finite, got {learning_rate}")
    if not 1 <= batch_size <= plane.n_samples:
        raise ValueError(f"batch_size must be from 1 to {plane.n_samples}, got {batch_size}")
    if n_steps < 1:
        raise ValueError(f"n_steps must be at least 1, got {n_steps}")
    traveller = plane.traveller()
    point = np.array(start, dtype=np.float64)
    points, losses, gradients = [point], [], []
    order = np.empty(0, dtype=np.intp)
    for _ in range(n_steps):
        if batch_size == plane.n_samples:
            loss, gradient = traveller.loss_and_gradient(point)
        else:
            if len(order) < batch_size:
                order = generator.permutation(plane.n_samples)
            batch, order = order[:batch_size], order[batch_size:]
            loss, gradient = traveller.loss(point), traveller.loss_and_gradient(point, batch)[1]
        point = point - learning_rate * gradient
        points.append(point)
        losses.append(loss)
        gradients.append(gradient)
    losses.append(traveller.loss(point))
    return Descent(np.array(points), np.array(losses), np.hypot(*np.transpose(gradients)))


def local_minima(losses: np.ndarray) -> np.ndarray:
    """Find the points of a grid that lie lower than all their neighbours.

    Parameters
    ----------
    losses : ndarray of shape (n_y, n_x), float
        Each at least 3 long. Points at the edge have no neighbours beyond it and do not count.

    Returns
    -------
    ndarray of shape (n_minima, 2), int
        Row and column of each, the lowest first.
    """
    inner = losses[1:-1, 1:-1]
    n_rows, n_columns = inner.shape
    is_lowest = np.ones(inner.shape, dtype=bool)
    for row in range(3):
        for column in range(3):
            if (row, column) != (1, 1):
                is_lowest &= inner < losses[row : row + n_rows, column : column + n_columns]
    found = np.argwhere(is_lowest) + 1
    return found[np.argsort(losses[tuple(found.T)])]


def neuron_plane(scores: np.ndarray, is_digit: np.ndarray, loss: str) -> LossPlane:
    """Return the loss of one neuron, sigmoid(gain * score + bias), over bias (x) and gain (y).

    Parameters
    ----------
    scores : ndarray of shape (n_samples,), float64
        See `nncore.average_digit.scores`. They are standardised to mean 0 and standard deviation
        1: as they are, gain and bias would have nearly the same effect, and the surface would be
        one long ravine.
    is_digit : ndarray of shape (n_samples,), bool
        Where the neuron should answer 1.
    loss : str
        ``"mse"`` or ``"cross-entropy"``.
    """
    inputs = ((scores - scores.mean()) / scores.std())[:, np.newaxis]
    network = SequentialNetwork(
        [DenseLayer(np.zeros((1, 1)), np.zeros(1)), ActivationLayer("sigmoid", 1)],
        loss_for(loss, "sigmoid"),
    )
    directions = ([np.zeros((1, 1)), np.ones(1)], [np.ones((1, 1)), np.zeros(1)])
    targets = is_digit[:, np.newaxis].astype(np.float64)
    return LossPlane(network, inputs, targets, network.parameters, directions)


def random_plane(
    network: SequentialNetwork,
    inputs: np.ndarray,
    targets: np.ndarray,
    generator: np.random.Generator,
) -> LossPlane:
    """Return the loss around a trained network, in two random directions.

    Parameters
    ----------
    network : SequentialNetwork
        At x = y = 0.
    inputs : ndarray of shape (n_samples, n_inputs), float
    targets : ndarray of shape (n_samples, n_outputs), float
    generator : numpy.random.Generator
        Draws the directions.

    Notes
    -----
    Filter-normalised: in each direction, the weights of a neuron are as long as those it has, so
    that one unit means the same for neurons with small and with large weights. Biases stay.

    References
    ----------
    Hao Li et al., *Visualizing the Loss Landscape of Neural Nets*, NeurIPS 2018,
    arXiv:1712.09913.
    """
    directions = tuple(
        [_filter_normalised(array, generator) for array in network.parameters] for _ in range(2)
    )
    return LossPlane(network, inputs, targets, network.parameters, directions)


def plane_through(
    networks: Sequence[SequentialNetwork], inputs: np.ndarray, targets: np.ndarray
) -> tuple[LossPlane, np.ndarray]:
    """Return the loss on the plane through three networks, and where they lie on it.

    Parameters
    ----------
    networks : sequence of three SequentialNetwork
        Of one architecture, with different parameters.
    inputs : ndarray of shape (n_samples, n_inputs), float
    targets : ndarray of shape (n_samples, n_outputs), float

    Returns
    -------
    plane : LossPlane
        Its axes are at right angles; a unit is the distance from the first network to the second.
    places : ndarray of shape (3, 2), float64
        (0, 0), (1, 0) and the place of the third network.

    References
    ----------
    Timur Garipov et al., *Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs*,
    NeurIPS 2018, arXiv:1802.10026, where planes are drawn so.
    """
    first, second, third = (network.parameters for network in networks)
    along_x = [b - a for a, b in zip(first, second, strict=True)]
    to_third = [c - a for a, c in zip(first, third, strict=True)]
    squared_length = _product(along_x, along_x)
    x = _product(to_third, along_x) / squared_length
    across = [c - x * a for c, a in zip(to_third, along_x, strict=True)]
    y = math.sqrt(_product(across, across) / squared_length)
    directions = (along_x, [array / y for array in across])
    plane = LossPlane(networks[0], inputs, targets, first, directions)
    return plane, np.array([[0, 0], [1, 0], [x, y]])


def fit(network: SequentialNetwork, inputs: np.ndarray, targets: np.ndarray, n_steps: int) -> None:
    """Train a small network in place by full-batch Adam, until it lies in a minimum."""
    optimizer = Adam(_TRAINING_RATE)
    for _ in range(n_steps):
        optimizer.update(network.parameters, network.loss_and_gradients(inputs, targets)[1])


def shrink_images(images: np.ndarray, factor: int) -> np.ndarray:
    """Return smaller images as rows, for a network that is quick to draw.

    Parameters
    ----------
    images : ndarray of shape (n_samples, height, width), uint8
    factor : int
        Divides height and width.

    Returns
    -------
    ndarray of shape (n_samples, height * width / factor ** 2), float64
        Means of squares of pixels, 0 to 1.

    Raises
    ------
    ValueError
        If the factor does not divide height and width.
    """
    n_samples, height, width = images.shape
    if height % factor or width % factor:
        raise ValueError(f"factor must divide {height} and {width}, got {factor}")
    squares = images.reshape(n_samples, height // factor, factor, width // factor, factor)
    return squares.mean(axis=(2, 4)).reshape(n_samples, -1) / 255


def _filter_normalised(array: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return a random direction for an array of parameters: 0 for a bias."""
    if array.ndim == 1:
        return np.zeros_like(array)
    direction = generator.standard_normal(array.shape, array.dtype)
    return direction * (np.linalg.norm(array, axis=0) / np.linalg.norm(direction, axis=0))


def _product(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> float:
    """Return the scalar product of two lists of arrays."""
    return float(sum(np.vdot(a, b) for a, b in zip(first, second, strict=True)))
