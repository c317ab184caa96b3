"""The drawing page without a hand that draws: its strokes are put where the session keeps them."""

import html
import io
import re
import time

import numpy as np
import pytest
from PIL import Image

from dashboard import resources
from dashboard.drawing.canvas import Drawing, Stroke
from dashboard.own_hand.hand import Hand
from nncore.handwriting_set import DrawnDigit, HandwritingSet
from nncore.model_files import Model, save_model
from nncore.network import build_network
from nncore.recipe import Recipe
from nncore.strokes import render_strokes

PAGE = "pages/6_Draw_digits.py"
THREE = Stroke(
    (
        *((80, 70), (130, 45), (185, 65), (190, 105), (140, 132)),
        *((195, 160), (195, 215), (140, 240), (80, 220)),
    ),
    20,
)
CAPTIONS = [
    "What the network sees",
    *("What is on paper", "Its lines, as thick as MNIST's", "Fitted into 20 × 20 pixels"),
    "What the network sees: 28 × 28",
]
TOP, REST = Stroke(((70, 60), (200, 60)), 20), Stroke(((200, 60), (120, 240)), 20)
STEPS = "From your paper to 784 numbers"
JUST_TRAINED = "Just trained here"


@pytest.fixture
def open_with(open_app):
    """A function that opens the page in a session that has drawn strokes before."""

    def open_one(*strokes, **settings):
        app = open_app()
        app.session_state["state_Drawing"] = Drawing(strokes)
        for name, value in settings.items():
            app.query_params[name] = value
        return app.switch_page(PAGE).run()

    return open_one


def answer(app):
    """Return the large line on the page that is not its title."""
    lines = [heading.value.split("\n")[0] for heading in (*app.header, *app.subheader)]
    return next(line for line in lines if line not in ("Who answers?", "Look closer", STEPS))


def captions(app):
    """Return what stands below the pictures."""
    shown = " ".join(element.value for element in app.get("html"))
    return re.findall("<figcaption[^>]*>(.*?)</figcaption>", html.unescape(shown))


def words(app):
    return " ".join(
        element.value for element in (*app.header, *app.subheader, *app.caption, *app.markdown)
    )


def model_bytes(output="softmax", scale=1.0):
    """Return a model file whose weights are random, or enormous."""
    network = build_network(
        (784, 16, 10),
        activation="relu",
        output=output,
        loss="mse",
        generator=np.random.default_rng(0),
    )
    for array in network.parameters:
        array *= scale
    buffer = io.BytesIO()
    save_model(buffer, Model(network))
    return buffer.getvalue()


def choose_model(app, data):
    app.segmented_control(key="draw_model").set_value("uploaded").run()
    return app.file_uploader(key="draw_upload").set_value(("model.npz", data, "")).run()


def choose_photo(app, data):
    app.segmented_control(key="draw_source").set_value("photo").run()
    return app.file_uploader(key="draw_photo").set_value(("photo.png", data, "image/png")).run()


def photo(ink):
    """Return a PNG of ink on grey paper."""
    buffer = io.BytesIO()
    Image.fromarray((200 - ink * 0.7).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def test_the_first_visit_says_what_to_do_and_shows_an_example(open_app):
    app = open_app(PAGE)
    assert not app.exception
    assert app.title[0].value == "Draw digits"
    assert answer(app) == "Nothing is drawn yet"
    assert "a test image of MNIST, a 7" in words(app)
    assert app.get("plotly_chart")[0].key == "draw_bars"
    assert app.button(key="draw_undo").disabled
    assert app.button(key="draw_clear").disabled
    # The example shows how a drawing will be prepared.
    assert captions(app)[:5] == CAPTIONS
    # Ours beside the mémoire's.
    assert float(app.metric[0].value.split()[0]) >= 97.5
    assert "92 % printed" in words(app)


def test_a_drawing_is_answered_and_its_steps_are_shown(open_with):
    app = open_with(THREE)
    assert not app.exception
    assert answer(app) == "It is a 3"
    assert "above the threshold of 50" in words(app)
    assert "Next comes " in words(app)
    assert STEPS in [heading.value for heading in app.subheader]
    assert captions(app)[:5] == CAPTIONS


def test_a_step_switched_off_changes_what_the_network_sees(open_with):
    small = Stroke(tuple((x / 4, y / 4) for x, y in THREE.points), 8)
    app = open_with(small)
    assert answer(app) == "It is a 3"
    for name in ("pen", "fit", "centre"):
        app.toggle(key=f"draw_{name}").set_value(False)
    app.run()
    assert not app.exception
    assert captions(app)[2:4] == ["Its lines as they are", "The whole paper made small"]
    assert answer(app) != "It is a 3"


@pytest.mark.parametrize(
    ("strokes", "reason"),
    [
        ([Stroke(((140, 140), (141, 140)), 20)], "no more than a dot"),
        (
            [
                Stroke(tuple((x / 2, y) for x, y in THREE.points), 8),
                Stroke(tuple((140 + x / 2, y) for x, y in THREE.points), 8),
            ],
            "2 parts side by side",
        ),
        (
            [Stroke(tuple((40 + 200 * (i % 2), 30 + 8 * i) for i in range(26)), 8)],
            "looks like a scribble",
        ),
    ],
    ids=["dot", "two digits", "scribble"],
)
def test_what_is_no_digit_is_refused_with_the_reason(open_with, strokes, reason):
    app = open_with(*strokes)
    assert not app.exception
    assert answer(app) == "Not a digit that I know"
    assert reason in words(app)
    assert "If it were one" in words(app)


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("why", "10 nearest"),
        ("trial", "in a random place and size"),
        ("refusing", "can be sure of its answer for a letter"),
        ("practice", "has practised on both"),
    ],
)
def test_each_closer_look(open_with, view, says):
    app = open_with(THREE, draw_view=view)
    assert not app.exception
    assert says in words(app)


def test_the_trial_measures_the_steps_and_the_own_hand(open_with):
    app = open_with(THREE, draw_view="trial")
    shares = {metric.label: metric.value for metric in app.metric}
    prepared = float(shares["Right on test images of MNIST"].split()[0])
    assert shares["Right on your own digits"] == "–"
    assert prepared > 96
    app.session_state["state_Hand"] = Hand(
        HandwritingSet((DrawnDigit(3, (THREE.points,)), DrawnDigit(7, (THREE.points,))))
    )
    app.toggle(key="draw_fit").set_value(False).run()
    shares = {metric.label: metric.value for metric in app.metric}
    assert float(shares["Right on test images of MNIST"].split()[0]) < prepared
    assert shares["Right on your own digits"] == "50.0\N{NO-BREAK SPACE}%"


def test_undo_takes_the_last_stroke_and_clear_all(open_with):
    app = open_with(TOP, REST)
    assert answer(app) == "It is a 7"
    app.button(key="draw_undo").click().run()
    assert app.session_state["state_Drawing"].strokes == (TOP,)
    app.button(key="draw_clear").click().run()
    assert app.session_state["state_Drawing"].strokes == ()
    assert answer(app) == "Nothing is drawn yet"


def test_the_program_draws_a_digit_on_request(open_app):
    app = open_app(PAGE)
    app.button(key="draw_example").click().run()
    first = app.session_state["state_Drawing"].strokes
    assert first
    assert answer(app) != "Nothing is drawn yet"
    app.button(key="draw_example").click().run()
    assert app.session_state["state_Drawing"].strokes != first
    app.button(key="draw_clear").click().run()
    assert answer(app) == "Nothing is drawn yet"


def test_a_drawing_survives_other_settings_and_other_pages(open_with):
    app = open_with(THREE)
    app.slider(key="draw_brush").set_value(32).run()
    app.slider(key="draw_threshold").set_value(0.3).run()
    app.segmented_control(key="draw_model").set_value("uploaded").run()
    app.segmented_control(key="draw_source").set_value("photo").run()
    assert answer(app) == "No photo yet"
    app.segmented_control(key="draw_source").set_value("draw").run()
    app.switch_page("app.py").run()
    app.switch_page(PAGE).run()
    assert answer(app) == "It is a 3"
    assert app.session_state["state_Drawing"].strokes == (THREE,)
    assert app.slider(key="draw_brush").value == 32
    assert app.slider(key="draw_threshold").value == 0.3


def test_below_the_threshold_it_is_not_sure(open_with):
    app = open_with(THREE)
    app.slider(key="draw_threshold").set_value(1.0).run()
    assert answer(app).startswith("Not sure (a 3 at ")
    assert "not above the threshold of 100" in words(app)


def test_an_uploaded_network_answers_and_its_outputs_get_their_right_name(open_with):
    app = choose_model(open_with(THREE), model_bytes(output="sigmoid"))
    assert not app.exception
    assert not app.error
    # Random weights know nothing.
    assert float(app.metric[0].value.split()[0]) < 40
    assert "nothing makes the ten of them sum to 1" in words(app)
    assert "Output 0." in words(app)
    choose_model(app, model_bytes(output="softmax"))
    assert "Probability " in words(app)
    assert "Output 0." not in words(app)


@pytest.mark.parametrize(
    "data", [b"", b"damaged", model_bytes()[:2000]], ids=["empty", "foreign", "cut"]
)
def test_a_damaged_model_is_one_sentence_and_the_shipped_one_answers(open_with, data):
    app = choose_model(open_with(THREE), data)
    assert not app.exception
    assert len(app.error) == 1
    assert answer(app) == "It is a 3"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_model_with_enormous_weights_is_one_sentence(open_with):
    app = choose_model(open_with(THREE), model_bytes(scale=3e38))
    assert not app.exception
    assert "too large for a number" in app.error[0].value


def test_the_network_just_trained_can_be_chosen(open_with):
    app = open_with(THREE)
    assert JUST_TRAINED not in app.segmented_control(key="draw_model").options
    queue = resources.job_queue()
    job = queue.submit(
        Recipe(layers=(784, 16, 10), epochs=1, training_images=1000, output="sigmoid", loss="mse"),
        owner="me",
    )
    deadline = time.monotonic() + 60
    while job.is_active:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    app.switch_page("pages/4_Train_a_network.py").run()
    app.session_state["state_TrainingState"].job_id = job.id
    app.switch_page(PAGE).run()
    app.segmented_control(key="draw_model").set_value("trained").run()
    assert not app.exception
    accuracy = resources.trained_model(job).evaluation.accuracy
    assert app.metric[0].value == f"{100 * accuracy:.2f}\N{NO-BREAK SPACE}%"


def test_a_photo_is_answered(open_app):
    app = choose_photo(open_app(PAGE), photo(render_strokes([THREE.points], 280, 16)))
    assert not app.exception
    assert answer(app) == "It is a 3"


def test_a_photo_keeps_its_paper_on_request(open_app):
    ink = render_strokes([THREE.points], 280, 16)
    shadow = np.linspace(0, 120, 280)[:, None]
    buffer = io.BytesIO()
    Image.fromarray(np.clip(220 - shadow - ink * 0.4, 0, 255).astype(np.uint8)).save(buffer, "PNG")
    app = choose_photo(open_app(PAGE), buffer.getvalue())
    assert answer(app) == "It is a 3"
    app.toggle(key="draw_background").set_value(False).run()
    assert not app.exception
    assert answer(app) != "It is a 3"


def test_paper_without_ink_and_files_that_are_no_photo(open_app):
    app = choose_photo(open_app(PAGE), photo(np.zeros((200, 200), dtype=np.uint8)))
    assert answer(app) == "No ink in this photo"
    choose_photo(app, b"GIF89a no image")
    assert not app.exception
    assert len(app.error) == 1
    assert answer(app) == "No photo yet"


def test_a_link_fills_in_the_settings(open_with):
    app = open_with(THREE, draw_threshold="1.0", draw_brush="12", draw_model="uploaded")
    assert app.slider(key="draw_threshold").value == 1.0
    assert app.slider(key="draw_brush").value == 12
    assert answer(app).startswith("Not sure")
    assert app.file_uploader(key="draw_upload")


def test_nonsense_in_a_link_falls_back(open_with):
    app = open_with(
        THREE, draw_threshold="7", draw_brush="<b>", draw_model="mine", draw_source="camera"
    )
    assert not app.exception
    assert app.slider(key="draw_threshold").value == 0.5
    assert app.slider(key="draw_brush").value == 20
    assert app.segmented_control(key="draw_model").value == "shipped"
    assert app.segmented_control(key="draw_source").value == "draw"
    assert answer(app) == "It is a 3"


@pytest.mark.parametrize(
    "state",
    [
        {"drawing": 7},
        {"drawing": "7"},
        {"drawing": [1, 2]},
        {"drawing": {"raw": "objects"}},
        {"drawing": {"raw": {"objects": [{"type": "Path", "path": [["M", float("nan"), 1e400]]}]}}},
        {"backgroundFit": 7},
        {"backgroundFit": {"naturalWidth": 1}},
    ],
)
def test_a_forged_message_of_the_browser_draws_nothing(open_with, monkeypatch, state):
    app = open_with(THREE)
    # What the browser's component says goes through here.
    monkeypatch.setattr("streamlit_drawable_canvas.out", lambda **_: state)
    app.run()
    assert not app.exception
    assert answer(app) == "Nothing is drawn yet"


def test_a_link_may_switch_a_step_off(open_with):
    app = open_with(THREE, draw_pen="false")
    assert not app.exception
    assert not app.toggle(key="draw_pen").value
    assert "Its lines as they are" in captions(app)
    app.toggle(key="draw_pen").set_value(True).run()
    assert captions(app)[: len(CAPTIONS)] == CAPTIONS
