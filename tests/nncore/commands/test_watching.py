import numpy as np

from nncore.commands.watching import ANSWERS_NAME, FIRST_LAYER_NAME, Watch, snapshots
from nncore.diagnosis import finding_from_record
from nncore.mnist import load_mnist
from nncore.model_files import Model, load_model, save_model
from nncore.recipe import Recipe
from nncore.training import new_trainer

MNIST = load_mnist()
SMALL = Recipe(layers=(784, 8, 10), training_images=100, epochs=60)


def train_watched(folder, recipe):
    trainer = new_trainer(recipe)
    watch = Watch(folder, trainer, MNIST)
    events = []
    for record in trainer.train(MNIST.train_images, MNIST.train_labels):
        events += watch.look(record)
    return trainer, watch, events


def test_there_are_never_more_snapshots_than_a_slider_has_use_for(tmp_path):
    trainer, _, _ = train_watched(tmp_path / "watched", SMALL)
    kept = snapshots(tmp_path / "watched")
    assert list(kept) == list(range(0, 61, 4))
    last = load_model(kept[60]).network
    np.testing.assert_array_equal(last.parameters[0], trainer.network.parameters[0])
    assert not np.array_equal(load_model(kept[0]).network.parameters[0], last.parameters[0])


def test_an_epoch_tells_vital_signs_and_findings(tmp_path):
    wild = Recipe(
        **vars(SMALL)
        | {"activation": "sigmoid", "initialisation": "memoire", "epochs": 1}
        | {"output": "sigmoid", "loss": "mse", "learning_rate": 50.0}
    )
    _, _, events = train_watched(tmp_path, wild)
    assert [event["event"] for event in events] == ["diagnosis", "vitals"]
    findings = [finding_from_record(record) for record in events[0]["findings"]]
    assert findings[0].changes["learning_rate"] < 50
    assert all(finding.message and finding.remedy for finding in findings)
    assert events[1]["position"] == 1
    assert events[1]["learning_rate"] == 50


def test_first_layer_and_answers_lie_ready(tmp_path):
    trainer, watch, _ = train_watched(tmp_path, Recipe(**vars(SMALL) | {"epochs": 1}))
    weights = trainer.network.parameters[0]
    shown = np.load(tmp_path / FIRST_LAYER_NAME)
    np.testing.assert_allclose(shown[3].ravel(), weights[:, 3], atol=1e-3)
    save_model(tmp_path / "model.npz", Model(trainer.network, trainer))
    watch.keep_answers(tmp_path / "model.npz")
    expected = trainer.network.predict(MNIST.test_images)
    np.testing.assert_allclose(np.load(tmp_path / ANSWERS_NAME), expected, rtol=1e-5)
    assert not list(tmp_path.glob("*.part"))
