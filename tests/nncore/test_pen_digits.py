"""Made-up digits look like digits, and differ."""

import numpy as np
import pytest

from nncore.drawing import stroke_steps
from nncore.model_files import load_model
from nncore.pen_digits import FORMS, arc, draw_pen_digits, draw_strokes, smooth


def test_a_smooth_curve_goes_through_its_points():
    points = [(0.0, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.2)]
    curve = smooth(*points)
    for point in points:
        assert np.abs(curve - point).max(axis=1).min() < 1e-12
    assert curve[0].tolist() == [0, 0]
    assert curve[-1].tolist() == [0, 0.2]
    # Of two points, a straight line.
    assert np.allclose(*smooth((0, 0), (1, 1)).T)


def test_an_arc_turns_clockwise_from_the_right():
    quarter = arc((1, 2), (0.5, 0.25), 0, 90)
    assert np.allclose(quarter[0], (1.5, 2))
    assert np.allclose(quarter[-1], (1, 2.25))
    assert np.allclose(arc((0, 0), (1, 1), 0, 360, growth=2)[-1], (2, 0))


def test_the_same_seed_draws_the_same_digits():
    images, labels = draw_pen_digits(20, np.random.default_rng(3))
    again, labels_again = draw_pen_digits(20, np.random.default_rng(3))
    assert np.array_equal(images, again)
    assert np.array_equal(labels, labels_again)
    assert (images.shape, images.dtype, labels.dtype) == ((20, 28, 28), np.uint8, np.int64)
    assert len({image.tobytes() for image in images}) == 20


def test_none_may_be_drawn():
    images, labels = draw_pen_digits(0, np.random.default_rng(0))
    assert images.shape == (0, 28, 28)
    assert labels.shape == (0,)


@pytest.mark.parametrize("digit", range(10))
def test_every_form_of_a_digit_fits_the_canvas_and_reads_as_that_digit(digit, recogniser):
    generator = np.random.default_rng(digit)
    images = []
    for _ in range(60):
        strokes = draw_strokes(digit, generator)
        points = np.concatenate(strokes)
        assert 1 <= len(strokes) <= 2
        assert np.isfinite(points).all()
        assert points.min() > -140
        assert points.max() < 420
        images.append(stroke_steps(strokes).image)
    answers = recogniser.predict(np.array(images)).argmax(axis=1)
    assert np.mean(answers == digit) > 0.9


def test_there_is_no_eleventh_digit():
    assert sorted(FORMS) == list(range(10))
    with pytest.raises(ValueError, match="digit must be from 0 to 9, got 10"):
        draw_strokes(10, np.random.default_rng(0))


@pytest.fixture(scope="module")
def recogniser():
    """Return the network that comes with the project."""
    return load_model("data/models/recognizer.npz").network
