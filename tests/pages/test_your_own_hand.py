"""The page without a hand that draws: its digits are put where the session keeps them."""

import json
import time

import pytest

from dashboard import resources
from dashboard.drawing.canvas import Stroke
from dashboard.own_hand.hand import Hand, HandDrawing
from dashboard.training.worker_jobs import JobState
from nncore.fine_tuning import FineTuning
from nncore.handwriting_set import HandwritingSet

PAGE = "pages/8_Your_own_hand.py"
FORMS = {
    0: [[(140, 40), (80, 90), (80, 190), (140, 240), (200, 190), (200, 90), (140, 40)]],
    1: [[(150, 40), (145, 140), (138, 240)]],
    7: [[(70, 60), (200, 60), (120, 240)]],
}
ONE = Stroke(tuple(FORMS[1][0]), 16)
LYING = [[(40, 140), (240, 140)]]


def hand_of(*labels):
    """Return a hand that has drawn these digits, each of a form that is read right."""
    digits = HandwritingSet()
    for label in labels:
        digits = digits.with_digit(label, FORMS[label])
    return Hand(digits, seed=1)


@pytest.fixture
def open_with(open_app):
    """A function that opens the page in a session that has drawn before."""

    def open_one(hand, drawing=None):
        app = open_app()
        app.session_state["state_Hand"] = hand
        app.session_state["state_HandDrawing"] = drawing or HandDrawing()
        return app.switch_page(PAGE).run()

    return open_one


def digits(app):
    return app.session_state["state_Hand"].digits


def words(app):
    elements = (*app.header, *app.subheader, *app.caption, *app.markdown, *app.get("html"))
    return " ".join(str(element.value) for element in elements)


def tiles(app):
    """Return the pictures of the digits with what is said of each."""
    return next((e.value for e in app.get("html") if "figcaption" in str(e.value)), "")


def wait_for_job(app, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    job = app.session_state["state_Hand"].job()
    while job.is_active:
        assert time.monotonic() < deadline, "the job has not ended in time"
        time.sleep(0.02)
    app.run()
    return job


@pytest.fixture
def few_steps(monkeypatch):
    """Fine-tuning of a few steps, to see the page and not the network."""
    queue = resources.job_queue()
    submit = queue.submit_fine_tuning
    monkeypatch.setattr(
        queue,
        "submit_fine_tuning",
        lambda *files, owner: submit(*files, FineTuning(n_steps=2), owner=owner),
    )


def test_the_first_visit_says_what_will_happen_and_shows_mnists_accuracy(open_app):
    app = open_app(PAGE)
    assert not app.exception
    assert app.header[0].value.startswith(("Draw a ", "Draw an 8"))
    assert "After 10 digits there is a first accuracy" in words(app)
    assert float(app.metric[0].value.split()[0]) > 97
    assert "leave the server by nothing but your own download" in words(app)
    for key in ("hand_keep", "hand_take_back", "hand_tune"):
        assert app.button(key=key).disabled


def test_a_drawn_digit_is_kept_and_the_next_one_asked_for(open_with):
    app = open_with(Hand(seed=1), HandDrawing((ONE,)))
    asked = HandwritingSet().next_label(1)
    assert str(asked) in app.header[0].value
    app.button(key="hand_keep").click().run()
    assert not app.exception
    assert digits(app).labels.tolist() == [asked]
    assert digits(app).digits[0].strokes == (ONE.points,)
    assert app.session_state["state_HandDrawing"].strokes == ()
    assert str(digits(app).next_label(1)) in app.header[0].value
    assert "9 more digits" in words(app)
    assert app.button(key="hand_keep").disabled


def test_the_last_digit_can_be_taken_back(open_with):
    app = open_with(hand_of(0, 1))
    app.button(key="hand_take_back").click().run()
    assert digits(app) == hand_of(0).digits
    app.button(key="hand_take_back").click().run()
    assert app.button(key="hand_take_back").disabled


def test_each_digit_is_shown_with_what_was_read(open_with):
    app = open_with(Hand(hand_of(0, 1).digits.with_digit(7, FORMS[1])))
    assert "Your digit 1: a 0, read right" in tiles(app)
    assert "Your digit 3: a 7, read as 1" in tiles(app)
    assert tiles(app).index("Your digit 3") < tiles(app).index("Your digit 1")
    # Three are too few for an accuracy, but not to see a confusion.
    assert not app.metric
    assert "The confusions that are yours" in words(app)
    assert "100\N{NO-BREAK SPACE}% of your 7s became a 1" in words(app)


def test_after_ten_digits_there_is_an_accuracy_with_its_interval(open_with):
    hand = hand_of(*[0, 1, 7] * 3)
    hand.digits = hand.digits.with_digit(7, FORMS[1])
    app = open_with(hand)
    own, on_mnist = app.metric
    assert own.label == "Right, of 10 digits of yours"
    assert own.value == "90\N{NO-BREAK SPACE}%"
    assert on_mnist.label.endswith("test images of MNIST")
    assert "95 % interval: 60\N{NO-BREAK SPACE}% to 98\N{NO-BREAK SPACE}%" in words(app)


def test_the_digits_survive_other_pages(open_with):
    app = open_with(hand_of(0, 1), HandDrawing((ONE,)))
    app.switch_page("app.py").run()
    app.switch_page(PAGE).run()
    assert digits(app) == hand_of(0, 1).digits
    assert app.session_state["state_HandDrawing"].strokes == (ONE,)


def test_a_set_goes_and_comes_back_and_is_deleted(open_with):
    app = open_with(hand_of(0, 1))
    app.button(key="hand_delete").click().run()
    assert not digits(app)
    data = hand_of(0, 1).digits.to_bytes()
    app.file_uploader[0].set_value(("my_digits.jsonl", data, "")).run()
    assert not app.error
    assert digits(app) == hand_of(0, 1).digits
    # Once: the uploader is empty again.
    app.run()
    assert len(digits(app)) == 2
    assert app.file_uploader[0].value is None


@pytest.mark.parametrize(
    "data", [b"", b"<b>no</b>", json.dumps({"label": 77, "strokes": LYING}).encode()]
)
def test_a_file_that_is_none_is_one_sentence_and_changes_nothing(open_with, data):
    app = open_with(hand_of(0, 1))
    app.file_uploader[0].set_value(("my_digits.jsonl", data, "")).run()
    assert not app.exception
    [error] = app.error
    assert "choose a file that was downloaded" in error.value
    assert digits(app) == hand_of(0, 1).digits


def test_the_network_learns_the_hand_in_a_worker(open_with, few_steps):
    app = open_with(hand_of(*[0, 1, 7] * 4))
    app.button(key="hand_tune").click().run()
    assert app.button(key="hand_tune").disabled
    job = wait_for_job(app)
    assert job.state is JobState.DONE, job.error
    assert job.owner == app.session_state["state__Owner"].name
    assert not app.exception
    assert "Of your 12 digits it read 12 right before, and reads 12 right now" in words(app)
    assert not app.button(key="hand_tune").disabled
    assert "Download the tuned model" in [button.label for button in app.get("download_button")]
    assert resources.tuned_model(job).evaluation.accuracy == job.result.mnist_after

    app.switch_page("pages/6_Draw_digits.py").run()
    app.segmented_control(key="draw_model").set_value("tuned").run()
    assert not app.exception
    assert f"{100 * job.result.mnist_after:.2f}\N{NO-BREAK SPACE}%" in app.metric[0].value


def test_a_stopped_tuning_says_so_and_can_be_started_again(open_with):
    app = open_with(hand_of(*[0, 1, 7] * 4))
    app.button(key="hand_tune").click().run()
    app.button(key="hand_stop").click().run()
    first = wait_for_job(app)
    assert "Stopped: nothing has been learnt" in app.info[0].value
    assert not app.button(key="hand_tune").disabled
    app.button(key="hand_tune").click().run()
    # Nothing of it is left that the reader could not delete.
    assert resources.job_queue().find(first.id) is None
    assert not first.folder.exists()
