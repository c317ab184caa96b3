import numpy as np
import pytest

from nncore.commands import main
from nncore.commands.fine_tune import fine_tune_arguments
from nncore.fine_tuning import FineTuning
from nncore.handwriting_set import HandwritingSet
from nncore.mnist import load_mnist
from nncore.model_files import load_model

FEW_STEPS = FineTuning(n_steps=20, seed=7)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "m.npz"
    main(["train", "--layers", "784,30,10", "--limit", "6000", "--epochs", "2", "--out", str(path)])
    return path


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / "digits.jsonl"
    drawn = HandwritingSet()
    for number in range(12):
        drawn = drawn.with_digit(number % 2, [[(140, 40), (140 + 30 * (number % 2), 240)]])
    path.write_bytes(drawn.to_bytes())
    return path


@pytest.fixture(autouse=True)
def keep_priority(monkeypatch):
    """Leave the priority of the tests' own process alone."""
    monkeypatch.setattr("os.nice", lambda _: None)


def test_it_says_how_many_were_right_and_writes_a_model(run, model, digits, tmp_path):
    out = tmp_path / "mine.npz"
    code, (answer,), _ = run(
        *("fine-tune", model, f"--digits={digits}", f"--out={out}"),
        *fine_tune_arguments(FEW_STEPS),
    )
    assert code == 0
    assert answer["digits"] == 12
    assert 0 <= answer["right_before"] <= answer["right_after"] <= 12
    tuned = load_model(out)
    assert tuned.trainer is None
    assert not np.array_equal(tuned.network.parameters[0], load_model(model).network.parameters[0])
    _, (evaluated,), _ = run("evaluate", out)
    assert evaluated["accuracy"] == answer["mnist_after"]


def test_events_tell_the_progress_the_answers_and_the_end(run, model, digits, tmp_path):
    out, answers = tmp_path / "mine.npz", tmp_path / "answers.npy"
    code, events, _ = run(
        *("fine-tune", model, f"--digits={digits}", f"--out={out}", f"--answers={answers}"),
        *("--events", *fine_tune_arguments(FEW_STEPS)),
    )
    assert code == 0
    assert [event["event"] for event in events[-2:]] == ["tuned", "done"]
    fractions = [event["fraction"] for event in events[:-2]]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert events[-2]["labels"] == [0, 1] * 6
    assert len(events[-2]["before"]) == len(events[-2]["after"]) == 12
    np.testing.assert_array_equal(
        np.load(answers), load_model(out).network.predict(load_mnist().test_images)
    )


def test_what_is_wrong_is_said_and_nothing_is_written(run, model, digits, tmp_path):
    out, few = tmp_path / "mine.npz", tmp_path / "few.jsonl"
    few.write_bytes(HandwritingSet().with_digit(1, [[(1, 1), (9, 9)]]).to_bytes())
    for arguments, message in (
        ((model, f"--digits={model}"), "not a drawn digit"),
        ((model, f"--digits={few}"), "at least 10"),
        ((model, f"--digits={tmp_path / 'none'}"), "No such file"),
        ((digits, f"--digits={digits}"), "not a model"),
        ((model, f"--digits={digits}", "--n-steps=0"), "n_steps"),
    ):
        code, (event,), complaint = run("fine-tune", *arguments, f"--out={out}", "--events")
        assert code == 2
        assert event["event"] == "error"
        assert message in event["message"]
        assert message in complaint
    assert not out.exists()
