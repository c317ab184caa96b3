from dataclasses import replace

import pytest

from dashboard.training.worker_jobs import FineTuningJob, Job
from nncore.fine_tuning import FineTuning
from nncore.model_files import Model, save_model
from nncore.recipe import Recipe
from nncore.training import EpochResult, Progress, new_trainer
from nncore.vitals import VitalSigns

RECIPE = Recipe(layers=(784, 10), epochs=7, validation_images=100)


def results(*epochs):
    return [EpochResult(epoch, loss=1.0, train_accuracy=0.5, elapsed_s=epoch) for epoch in epochs]


def signs(position):
    return VitalSigns(position=position, learning_rate=0.1, gradients=(), stuck=())


@pytest.fixture
def job(tmp_path):
    """A training of three epochs after four that has reported more than its model shows."""
    return Job(
        id="id",
        owner="me",
        folder=tmp_path,
        recipe=RECIPE,
        epochs_before=4,
        curve=[Progress(e, f, 1.0, 0.5, e) for e, f in ((5, 0.5), (6, 0.5), (7, 0.5))],
        epochs=results(5),
        vitals=[signs(5), signs(6), signs(6.5)],
    )


def keep_model(job):
    """Keep the model of an epoch that was not reported."""
    trainer = new_trainer(job.recipe)
    trainer.history = results(1, 2, 3, 4, 5, 6)
    save_model(job.model_path, Model(trainer.network, trainer))


def test_a_training_goes_back_to_the_epochs_of_its_model(job, tmp_path):
    keep_model(job)
    job.rewind()
    assert job.epochs == results(5, 6)
    assert [progress.epoch for progress in job.curve] == [5, 6]
    assert [each.position for each in job.vitals] == [5, 6]
    assert job.fraction == pytest.approx(2 / 3)
    assert job.input_paths == [job.model_path]
    elsewhere = tmp_path / "elsewhere"
    arguments = job.arguments(elsewhere)
    assert f"--resume={elsewhere / 'model.npz'}" in arguments
    assert f"--out={elsewhere / 'model.npz'}" in arguments
    # The model knows how many epochs are left, and the learning rate that it was changed to.
    assert not any(argument.startswith(("--epochs", "--learning-rate")) for argument in arguments)


def test_with_patience_or_without_a_model_it_begins_anew(job):
    job.rewind()
    assert not job.epochs + job.curve + job.vitals
    assert "--epochs=3" in job.arguments(job.folder)
    job.recipe = replace(job.recipe, patience=1)
    keep_model(job)
    job.epochs = results(5)
    job.rewind()
    assert not job.epochs
    assert job.fraction == 0
    assert job.input_paths == []
    assert "--epochs=3" in job.arguments(job.folder)


def test_the_work_of_a_training_that_goes_on_is_that_of_its_own_epochs(job):
    assert job.units == 3 * 60_000 * (784 * 10 + 10)
    assert job.fraction == pytest.approx(1.5 / 3)


def test_a_fine_tuning_begins_anew(tmp_path):
    job = FineTuningJob(id="id", owner="me", folder=tmp_path, settings=FineTuning(), n_parameters=1)
    job.take_over("progress", {"fraction": 0.5})
    job.rewind()
    assert job.fraction == 0
    assert job.input_paths == [tmp_path / "start.npz", tmp_path / "digits.jsonl"]
