from pathlib import Path

import pytest

BANK = Path(__file__).parents[3] / "data" / "colours" / "memoire"
REDS = "Couleur_rouge,Couleur_rouge_bordeaux,Couleur_rouge_cerise"


def test_the_memoires_reds_give_the_memoires_state(run):
    code, (answer,), _ = run("colour-neuron", "--images", BANK, "--positive", REDS)
    assert code == 0
    assert answer["state"] == [41.6, -67.8, -59.8]
    assert answer["first_epoch_without_error"] == 4
    last = answer["updates"][-1]
    assert last["after"] == answer["state"]
    assert last["epoch"] == 3
    assert last["output"] != last["target"]


@pytest.mark.parametrize(
    ("epochs", "first_epoch_without_error", "state"),
    [
        (50, None, [2.43058824, -3.04235294, 0.45098039]),
        (100, 68, [2.59058824, -3.56470588, 0.53176471]),
    ],
)
def test_on_the_scale_of_1_it_takes_longer(run, epochs, first_epoch_without_error, state):
    arguments = ("colour-neuron", "--images", BANK, "--positive", REDS, "--scale", "1")
    _, (answer,), _ = run(*arguments, "--epochs", epochs)
    assert answer["first_epoch_without_error"] == first_epoch_without_error
    assert answer["state"] == pytest.approx(state, abs=1e-8)


def test_names_may_have_their_ending(run):
    reds = ",".join(f"{name}.png" for name in REDS.split(","))
    _, (answer,), _ = run("colour-neuron", "--images", BANK, "--positive", reds)
    assert answer["state"] == [41.6, -67.8, -59.8]


def test_an_unknown_name_is_told_with_those_that_there_are(run):
    code, answers, errors = run("colour-neuron", "--images", BANK, "--positive", "Couleur_rose")
    assert (code, answers) == (2, [])
    assert "no image named Couleur_rose" in errors
    assert "Couleur_orange" in errors


def test_a_folder_that_is_not_there_and_a_file_that_is_no_image(run, tmp_path):
    code, _, errors = run("colour-neuron", "--images", tmp_path / "none", "--positive", "a")
    assert code == 2
    assert "No such file" in errors
    (tmp_path / "a.png").write_text("no image")
    code, _, errors = run("colour-neuron", "--images", tmp_path, "--positive", "a")
    assert code == 2
    assert errors.startswith("nncore colour-neuron: a.png: ")
