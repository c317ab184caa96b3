import json
import pickle

import numpy as np
import pytest
from PIL import Image

from nncore.commands import main
from nncore.mnist import load_mnist
from nncore.model_files import load_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "m.npz"
    main(["train", "--layers", "784,60,10", "--limit", "6000", "--epochs", "3", "--out", str(path)])
    return path


def test_evaluate_prints_what_the_counts_say(run, model):
    code, (answer,), _ = run("evaluate", model)
    confusion = np.array(answer["confusion"])
    assert code == 0
    assert confusion.shape == (10, 10)
    assert confusion.sum() == 10_000
    assert answer["accuracy"] == pytest.approx(np.trace(confusion) / 10_000)
    assert answer["recall"] == pytest.approx(np.diag(confusion) / confusion.sum(axis=1))
    assert answer["accuracy"] > 0.85


def test_predict_reads_images_and_says_why_not(run, model, tmp_path):
    digit = Image.fromarray(255 - load_mnist().test_images[0]).resize((280, 280))
    digit.save(tmp_path / "seven.png")
    Image.new("L", (100, 100), 255).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("text")
    code, answers, _ = run(
        "predict", model, *(tmp_path / f"{name}.png" for name in ("seven", "blank", "text"))
    )
    assert code == 0
    assert [answer["digit"] for answer in answers] == [7, None, None]
    assert sum(answers[0]["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert all(answer["reason"] for answer in answers[1:])


def test_predict_reads_strokes(run, model, tmp_path):
    lines = [
        {"strokes": [[[140, 40], [140, 240]]]},
        {"strokes": []},
        {"strokes": [[[1e9, "x"]]]},
        {"other": 1},
    ]
    path = tmp_path / "strokes.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\nnot json\n")
    code, answers, _ = run("predict", model, "--strokes", path, "--canvas", "280", "--brush", "20")
    assert code == 0
    assert [answer["digit"] for answer in answers] == [1, None, None, None, None]
    assert [answer["line"] for answer in answers] == [1, 2, 3, 4, 5]


def test_predict_wants_something_to_look_at(run, model):
    code, _, errors = run("predict", model)
    assert code == 2
    assert "nothing to recognise" in errors


def test_convert_makes_a_model_file_of_the_memoires_pickle(run, tmp_path):
    generator = np.random.default_rng(0)
    layers = []
    for n_inputs, n_outputs in ((784, 12), (12, 10)):
        weight = generator.standard_normal((n_outputs, n_inputs))
        bias = generator.standard_normal((n_outputs, 1))
        layers += [
            {"type": "DenseLayer", "input_dim": n_inputs, "output_dim": n_outputs,
             "weight": weight, "bias": bias},
            {"type": "ActivationLayer", "input_dim": n_outputs},
        ]  # fmt: skip
    source, out = tmp_path / "Model.pkl", tmp_path / "model.npz"
    source.write_bytes(pickle.dumps(layers))
    assert run("convert", source, out)[0] == 0
    network = load_model(out).network
    np.testing.assert_array_equal(network.layers[0].weights, layers[0]["weight"].T)
    assert run("evaluate", out)[0] == 0


def test_a_converted_model_can_be_trained_on(run, tmp_path):
    test_convert_makes_a_model_file_of_the_memoires_pickle(run, tmp_path)
    code, _, errors = run(
        "train", "--resume", tmp_path / "model.npz", "--limit", "300", "--epochs", "1",
        "--out", tmp_path / "on.npz",
    )  # fmt: skip
    assert code == 0, errors
    assert load_model(tmp_path / "on.npz").trainer.recipe.layers == (784, 12, 10)


def test_a_pickle_is_never_taken_for_a_model(run, tmp_path):
    path = tmp_path / "m.npz"
    path.write_bytes(pickle.dumps([1]))
    code, _, errors = run("evaluate", path)
    assert code == 2
    assert "not a model of this project" in errors
