import numpy as np
import pytest

from nncore.layers import ActivationLayer, DenseLayer
from nncore.losses import MSE
from nncore.network import SequentialNetwork, build_network
from nncore.pixel_evidence import pixel_evidence

SHAPE = (3, 4)


def network_of(activation, output="sigmoid", dropout=0.0, hidden=(9, 7)):
    """Return a network in float64 for 12 pixels and 5 classes, with biases."""
    generator = np.random.default_rng(0)
    network = build_network(
        (12, *hidden, 5),
        activation=activation,
        output=output,
        dropout=dropout,
        generator=generator,
        dtype=np.float64,
    )
    for layer in network.dense_layers:
        layer.weights *= 2
        layer.bias[:] = generator.normal(size=layer.bias.shape)
    return network


def scores_of(network, image):
    """Return what goes into the last activation for one image."""
    values = image.reshape(1, -1)
    for layer in network.layers[:-1]:
        values = layer.apply(values)
    return values[0]


def slopes(network, image, step=1e-5):
    """Return (n_classes, height, width) central differences of the scores by the pixels."""
    found = np.empty((network.n_outputs, *image.shape))
    for place in np.ndindex(image.shape):
        moved = np.zeros(image.shape)
        moved[place] = step
        up, down = scores_of(network, image + moved), scores_of(network, image - moved)
        found[:, *place] = (up - down) / (2 * step)
    return found


def two_images(seed=1):
    return np.random.default_rng(seed).random((2, *SHAPE))


def test_two_pixels_and_two_relu_neurons_by_hand():
    network = SequentialNetwork(
        [
            DenseLayer(np.array([[2.0, -1], [1, 1]]), np.array([-1.0, 0])),
            ActivationLayer("relu", 2),
            DenseLayer(np.array([[3.0, 0], [-1, 1]]), np.array([0.5, 0])),
            ActivationLayer("softmax", 2),
        ],
        MSE(),
    )
    # In one step from (0, 0) to (1, 1) the first neuron's input goes from -1 to 2 and its output
    # from 0 to 2, a slope of 2/3; the second one's input and output stay 0.
    found = pixel_evidence(network, np.array([[1.0, 1.0]]), n_steps=1)
    np.testing.assert_allclose(found.baseline_scores, [0.5, 0])
    np.testing.assert_allclose(found.scores, [6.5, 0])
    np.testing.assert_allclose(found.maps[0], [[3 * 2 / 3 * 2, 3 * 2 / 3 * 1]])
    # The second neuron does not move, but the pixels pull at it from both sides.
    np.testing.assert_allclose(found.maps[1].sum(), 0, atol=1e-12)


@pytest.mark.parametrize("n_steps", [1, 5])
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_the_parts_add_up_whatever_the_number_of_steps(activation, output, n_steps):
    network = network_of(activation, output)
    image, baseline = two_images()
    found = pixel_evidence(network, image, baseline, n_steps)
    np.testing.assert_allclose(found.scores, scores_of(network, image))
    np.testing.assert_allclose(found.baseline_scores, scores_of(network, baseline))
    np.testing.assert_allclose(
        found.maps.sum(axis=(1, 2)), found.scores - found.baseline_scores, atol=1e-9
    )


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_close_to_the_baseline_it_is_the_gradient(activation):
    network = network_of(activation)
    image, towards = two_images()
    change = 1e-6 * (towards - image)
    found = pixel_evidence(network, image + change, image, n_steps=1)
    np.testing.assert_allclose(found.maps / change, slopes(network, image), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_in_many_steps_it_is_the_mean_gradient_on_the_way(activation):
    network = network_of(activation)
    image, baseline = two_images()
    n_steps = 400
    middles = (np.arange(n_steps) + 0.5) / n_steps
    mean = np.mean(
        [slopes(network, baseline + share * (image - baseline)) for share in middles], axis=0
    )
    found = pixel_evidence(network, image, baseline, n_steps)
    np.testing.assert_allclose(found.maps, mean * (image - baseline), atol=2e-3)


def test_blank_paper_is_the_baseline_unless_another_is_given():
    network = network_of("tanh")
    image = two_images()[0] * (np.arange(12).reshape(SHAPE) % 2)
    found = pixel_evidence(network, image)
    np.testing.assert_allclose(found.baseline_scores, scores_of(network, np.zeros(SHAPE)))
    assert not found.maps[:, image == 0].any()
    assert found.maps[:, image > 0].all()


def test_bytes_are_pixels_of_255():
    network = network_of("relu")
    image = np.random.default_rng(2).integers(0, 256, SHAPE, dtype=np.uint8)
    np.testing.assert_allclose(
        pixel_evidence(network, image).maps, pixel_evidence(network, image / 255).maps
    )


def test_dropout_leaves_nothing_out_and_a_network_may_end_without_activation():
    image = two_images()[0]
    plain = network_of("relu", output="relu")
    with_dropout = network_of("relu", output="relu", dropout=0.5)
    for ours, theirs in zip(with_dropout.parameters, plain.parameters, strict=True):
        ours[:] = theirs
    without_end = SequentialNetwork(plain.layers[:-1], MSE())
    expected = pixel_evidence(plain, image).maps
    np.testing.assert_allclose(pixel_evidence(with_dropout, image).maps, expected)
    np.testing.assert_allclose(pixel_evidence(without_end, image).maps, expected)


def test_without_a_hidden_layer_it_is_weight_times_pixel():
    network = network_of("relu", hidden=())
    image = two_images()[0]
    expected = network.dense_layers[0].weights.T.reshape(5, *SHAPE) * image
    np.testing.assert_allclose(pixel_evidence(network, image).maps, expected)


def test_an_activation_may_come_before_the_first_dense_layer():
    dense = network_of("tanh").layers
    network = SequentialNetwork([ActivationLayer("sigmoid", 12), *dense], MSE())
    image, baseline = two_images()
    found = pixel_evidence(network, image, baseline, 7)
    np.testing.assert_allclose(
        found.maps.sum(axis=(1, 2)), found.scores - found.baseline_scores, atol=1e-9
    )


def test_leads_are_differences():
    found = pixel_evidence(network_of("tanh"), two_images()[0])
    np.testing.assert_array_equal(found.rather_than(3, 1), found.maps[3] - found.maps[1])
    np.testing.assert_allclose(found.rather_than_others().sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(
        found.rather_than_others()[2] - found.rather_than_others()[4], found.rather_than(2, 4)
    )


def test_a_shared_network_stays_as_it_is():
    network = network_of("sigmoid")
    before = [array.copy() for array in network.parameters]
    attributes = [set(vars(layer)) for layer in network.layers]
    pixel_evidence(network, two_images()[0])
    for array, old in zip(network.parameters, before, strict=True):
        np.testing.assert_array_equal(array, old)
    assert [set(vars(layer)) for layer in network.layers] == attributes
    assert not any(gradient.any() for gradient in network.gradients)


def test_what_does_not_fit_is_refused():
    network, image = network_of("relu"), two_images()[0]
    with pytest.raises(ValueError, match=r"got \(1, 2, 3\)"):
        pixel_evidence(network, np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"baseline must be \(3, 4\) like the image, got \(4, 3\)"):
        pixel_evidence(network, image, image.T)
    with pytest.raises(ValueError, match="n_steps must be at least 1, got 0"):
        pixel_evidence(network, image, n_steps=0)
    layers = [*network_of("relu", output="softmax").layers, ActivationLayer("relu", 5)]
    with pytest.raises(ValueError, match="softmax must be the last layer"):
        pixel_evidence(SequentialNetwork(layers, MSE()), image)
