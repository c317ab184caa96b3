from pathlib import Path

from dashboard.training.jobs import Job
from dashboard.training.running import _progress_text
from nncore.recipe import Recipe
from nncore.training import EpochResult, Progress

RECIPE = Recipe(training_images=1000, validation_images=200, batch_size=10, epochs=3)


def job(**fields):
    return Job(id="id", recipe=RECIPE, owner="me", folder=Path("nowhere"), **fields)


def test_before_the_first_mini_batch():
    assert "starting" in _progress_text(job())
    assert "paused" in _progress_text(job(is_paused=True))


def test_within_an_epoch_the_mini_batches_are_those_of_training():
    text = _progress_text(job(curve=[Progress(1, 0.5, 1.0, 0.5, 2.0)]))
    assert text.startswith("Epoch 1 of 3, mini-batch 40 of 80")


def test_between_two_epochs_the_next_one_has_not_begun():
    curve, epochs = [Progress(1, 0.98, 1.0, 0.5, 2.0)], [EpochResult(1, 1.0, 0.5, 2.1)]
    text = _progress_text(job(curve=curve, epochs=epochs, is_paused=True))
    assert text.startswith("Epoch 2 of 3, mini-batch 0 of 80")
    assert text.endswith("paused")


def test_a_training_that_goes_on_counts_epochs_as_its_curves_do():
    text = _progress_text(job(epochs_before=1, curve=[Progress(2, 0.5, 1.0, 0.5, 2.0)]))
    assert text.startswith("Epoch 2 of 3, mini-batch 40 of 80")
