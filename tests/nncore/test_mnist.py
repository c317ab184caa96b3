"""MNIST is loaded whole, read-only and checked; other files of its form are checked too."""

import numpy as np
import pytest

from nncore import mnist
from nncore.mnist import DataFileError, load_mnist, one_hot


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    """Return a small data set of MNIST's form."""
    generator = np.random.default_rng(0)
    return {
        "x_train": generator.integers(0, 256, (12, 28, 28), dtype=np.uint8),
        "y_train": np.arange(12, dtype=np.uint8) % 10,
        "x_test": generator.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        "y_test": np.array([9, 0, 4], dtype=np.uint8),
    }


@pytest.fixture
def other_file(tmp_path, arrays):
    """Return a path and a function that saves the arrays there, some of them changed."""
    path = tmp_path / "other.npz"

    def save(without: str = "", **changes):
        changed = {key: value for key, value in (arrays | changes).items() if key != without}
        np.savez_compressed(path, **changed)
        return path

    return save


@pytest.fixture
def project_file(tmp_path, monkeypatch):
    """Put a file that does not exist yet in the place of the project's own."""
    path = (tmp_path / "mnist.npz").resolve()
    monkeypatch.setattr(mnist, "PROJECT_FILE", path)
    monkeypatch.delenv("NNCORE_MNIST", raising=False)
    return path


def test_the_projects_own_file_is_mnist(monkeypatch):
    monkeypatch.delenv("NNCORE_MNIST", raising=False)
    data = load_mnist()
    assert data.train_images.shape == (60000, 28, 28)
    assert data.test_images.shape == (10000, 28, 28)
    # The first labels as LeCun's files have them, and the count of each digit.
    assert data.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(data.test_labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
    ]  # fmt: skip
    for array in (data.train_images, data.train_labels, data.test_images, data.test_labels):
        assert array.dtype == np.uint8
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_missing_project_file_says_how_to_restore_it(project_file):
    with pytest.raises(DataFileError, match=r"data/mnist.npz is missing: restore it with 'git "):
        load_mnist()


def test_a_changed_project_file_is_refused_even_if_it_is_of_the_right_form(
    project_file, other_file
):
    other_file().rename(project_file)
    with pytest.raises(DataFileError, match=r"SHA-256 is not that of MNIST\): restore it with"):
        load_mnist()


def test_another_file_is_named_by_the_environment_and_by_the_argument_before_it(
    other_file, arrays, monkeypatch, tmp_path
):
    path = other_file()
    monkeypatch.setenv("NNCORE_MNIST", str(path))
    data = load_mnist()
    assert np.array_equal(data.train_images, arrays["x_train"])
    assert np.array_equal(data.train_labels, arrays["y_train"])
    assert np.array_equal(data.test_images, arrays["x_test"])
    assert np.array_equal(data.test_labels, arrays["y_test"])
    assert not data.test_labels.flags.writeable

    monkeypatch.setenv("NNCORE_MNIST", str(tmp_path / "nowhere.npz"))
    assert len(load_mnist(path).train_images) == 12
    with pytest.raises(DataFileError, match=r"nowhere.npz is missing: .*unset NNCORE_MNIST"):
        load_mnist()


def test_labels_of_another_integer_type_become_uint8(other_file):
    data = load_mnist(other_file(y_test=np.array([1, 2, 3], dtype=np.int64)))
    assert data.test_labels.dtype == np.uint8
    assert data.test_labels.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"without": "y_test"}, "it has no y_test"),
        ({"x_train": np.zeros((12, 28, 28))}, r"x_train must be \(n, 28, 28\) uint8.*float64"),
        ({"x_train": np.zeros((12, 784), np.uint8)}, r"x_train must be .*got \(12, 784\)"),
        ({"x_test": np.zeros((3, 32, 32), np.uint8)}, r"x_test must be .*got \(3, 32, 32\)"),
        ({"y_train": np.zeros(11, np.uint8)}, r"y_train must be \(12,\) integers, got \(11,\)"),
        ({"y_train": np.zeros((12, 10), np.uint8)}, r"y_train must be .*got \(12, 10\)"),
        ({"y_test": np.array([0.0, 1.0, 2.0])}, r"y_test must be .*float64"),
        ({"y_test": np.array([0, 10, 2])}, "y_test must be from 0 to 9, got 0 to 10"),
        ({"y_test": np.array([0, -1, 2])}, "y_test must be from 0 to 9, got -1 to 2"),
        (
            {"x_test": np.zeros((0, 28, 28), np.uint8), "y_test": np.zeros(0, np.uint8)},
            "x_test is empty",
        ),
        ({"y_test": np.array([{}, {}, {}], dtype=object)}, "allow_pickle=False"),
    ],
)
def test_another_file_of_another_form_is_refused(other_file, changes, message):
    with pytest.raises(DataFileError, match=message):
        load_mnist(other_file(**changes))


def test_files_that_are_not_archives_are_refused(other_file, tmp_path):
    path = other_file()
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataFileError, match="cannot be used"):
        load_mnist(path)
    text = tmp_path / "text.npz"
    text.write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(DataFileError, match="cannot be used"):
        load_mnist(text)
    single = tmp_path / "single.npy"
    np.save(single, np.zeros(3))
    with pytest.raises(DataFileError, match=r"it is not an \.npz archive"):
        load_mnist(single)
    with pytest.raises(DataFileError, match="cannot be used"):
        load_mnist(tmp_path)


def test_no_damage_makes_another_kind_of_error(other_file):
    path = other_file()
    whole = path.read_bytes()
    generator = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        damaged = bytearray(whole)
        # Near the start is the header of the first array, at the end the zip directory.
        position = int(generator.choice([generator.integers(250), -generator.integers(1, 300)]))
        damaged[position] ^= int(generator.integers(1, 256))
        path.write_bytes(damaged)
        try:
            load_mnist(path)
        except DataFileError:
            refused += 1
    assert refused > 150


def test_one_hot_by_hand():
    targets = one_hot(np.array([2, 0], dtype=np.uint8), n_classes=3)
    assert targets.dtype == np.float32
    assert targets.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot(np.array([9])).tolist() == [[0] * 9 + [1]]
    assert one_hot(np.array([], dtype=np.uint8)).shape == (0, 10)


@pytest.mark.parametrize(
    ("labels", "n_classes", "message"),
    [
        ([0, 10], 10, "labels must be from 0 to 9, got 0 to 10"),
        ([-1, 3], 10, "labels must be from 0 to 9, got -1 to 3"),
        ([1.0, 2.0], 10, r"labels must be \(n_samples,\) integers, got \(2,\) float64"),
        ([True, False], 10, "got .* bool"),
        ([[1], [2]], 10, r"got \(2, 1\)"),
        ([0], 0, "n_classes must be at least 1, got 0"),
    ],
)
def test_one_hot_refuses(labels, n_classes, message):
    with pytest.raises(ValueError, match=message):
        one_hot(np.array(labels), n_classes)
