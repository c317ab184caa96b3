import pytest

from nncore.model_files import load_model, save_model


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("model") / "m.npz"


@pytest.fixture
def model(run, path):
    if not path.exists():
        settings = ("--layers", "784,60,10", "--limit", "6000", "--epochs", "1")
        run("train", *settings, "--learning-rate", "0.2", "--out", path)
    return load_model(path)


def test_a_healthy_model_has_no_finding(run, model, path):
    code, answers, _ = run("diagnose", path)
    assert code == 0
    assert answers == [{"images": 2000, "findings": []}]


def test_a_finding_says_what_is_wrong_and_what_to_change(run, model, tmp_path):
    model.network.dense_layers[-1].bias[7] = -100
    save_model(tmp_path / "dead.npz", model)
    code, (answer,), _ = run("diagnose", tmp_path / "dead.npz", "--images", "500")
    assert code == 0
    assert answer["images"] == 500
    (finding,) = answer["findings"]
    assert (finding["kind"], finding["severity"]) == ("output-dead", "error")
    assert (finding["layer"], finding["neurons"], finding["classes"]) == (2, [7], [7])
    assert finding["message"].startswith("Output 7 is dead")
    assert finding["explanation"]
    assert "0.1" in finding["remedy"]
    assert finding["changes"] == {"learning_rate": 0.1}


def test_the_models_own_training_is_taken_into_account(run, tmp_path):
    path = tmp_path / "slow.npz"
    run(
        "train", "--layers", "784,20,10", "--limit", "300", "--epochs", "1",
        "--learning-rate", "1e-6", "--out", path,
    )  # fmt: skip
    _, (answer,), _ = run("diagnose", path, "--images", "500")
    assert [finding["kind"] for finding in answer["findings"]] == ["steps-too-small"]


def test_a_network_without_its_training_can_be_diagnosed(run, model, tmp_path):
    save_model(tmp_path / "bare.npz", type(model)(model.network))
    _, (answer,), _ = run("diagnose", tmp_path / "bare.npz", "--images", "500")
    assert answer["findings"] == []


@pytest.mark.parametrize("number", ["0", "60001"])
def test_the_number_of_images_must_be_one_that_there_is(run, model, path, number):
    code, _, errors = run("diagnose", path, "--images", number)
    assert code == 2
    assert f"--images must be from 1 to 60000, got {number}" in errors
