"""The drawing page without a hand that draws: its strokes are put where the session keeps them."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from dashboard import resources
from dashboard.drawing.canvas import Drawing, Stroke
from nncore.drawing import render_strokes
from nncore.model_files import Model, save_model
from nncore.network import build_network
from nncore.recipe import Recipe

PAGE = "pages/6_Draw_digits.py"
THREE = Stroke(
    (
        *((80, 70), (130, 45), (185, 65), (190, 105), (140, 132)),
        *((195, 160), (195, 215), (140, 240), (80, 220)),
    ),
    20,
)
TOP, REST = Stroke(((70, 60), (200, 60)), 20), Stroke(((200, 60), (120, 240)), 20)
STEPS = "From your paper to 784 numbers"
FROM_A_FILE, JUST_TRAINED = "From a file", "Just trained here"


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
    lines = [heading.value for heading in (*app.header, *app.subheader)]
    return next(line for line in lines if line not in ("Who answers?", STEPS))


def words(app):
    return " ".join(element.value for element in (*app.caption, *app.markdown))


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
    assert len(app.get("plotly_chart")) == 1
    assert app.button(key="draw_undo").disabled
    assert app.button(key="draw_clear").disabled
    assert STEPS not in [heading.value for heading in app.subheader]
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
    captions = [image.proto.imgs[0].caption for image in app.get("image")]
    assert captions == [
        "What the network sees",
        *("Your drawing", "Cut to the ink", "Fitted into 20 × 20 pixels"),
        "Centre of mass in the middle of 28 × 28",
    ]


def test_undo_takes_the_last_stroke_and_clear_all(open_with):
    app = open_with(TOP, REST)
    assert answer(app) == "It is a 7"
    app.button(key="draw_undo").click().run()
    assert app.session_state["state_Drawing"].strokes == (TOP,)
    app.button(key="draw_clear").click().run()
    assert app.session_state["state_Drawing"].strokes == ()
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


def test_paper_without_ink_and_files_that_are_no_photo(open_app):
    app = choose_photo(open_app(PAGE), photo(np.zeros((200, 200), dtype=np.uint8)))
    assert answer(app) == "No ink in this photo"
    choose_photo(app, b"GIF89a no image")
    assert not app.exception
    assert len(app.error) == 1
    assert answer(app) == "No photo yet"


def test_a_link_fills_in_the_settings(open_with):
    app = open_with(THREE, draw_threshold="1.0", draw_brush="12", draw_model=FROM_A_FILE)
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
