"""The page of numbers without a hand that draws: strokes are put where the session keeps them."""

import io

import numpy as np
import pytest
from PIL import Image

from dashboard.drawing.canvas import Stroke
from dashboard.numbers.form import BRUSH_PX, NumberDrawing
from nncore.strokes import render_strokes

PAGE = "pages/7_Read_numbers.py"
# 1457, the 4 and the 5 in two strokes each.
LINES = (
    ((40, 60), (60, 40), (60, 180)),
    ((150, 50), (110, 130), (180, 130)),
    ((165, 90), (160, 185)),
    ((225, 60), (222, 110), (260, 120), (262, 165), (215, 175)),
    ((225, 60), (300, 56)),
    ((330, 60), (390, 60), (350, 180)),
)
STROKES = tuple(Stroke(line, BRUSH_PX) for line in LINES)


@pytest.fixture
def open_with(open_app):
    """A function that opens the page in a session that has written before."""

    def open_one(*strokes, **settings):
        app = open_app()
        app.session_state["state_NumberDrawing"] = NumberDrawing(strokes)
        for name, value in settings.items():
            app.query_params[name] = value
        return app.switch_page(PAGE).run()

    return open_one


def tex(app):
    (code,) = app.code
    return code.value


def headings(app):
    return [heading.value.split("\n")[0] for heading in app.subheader]


def captions(app):
    """Return what stands small on the page, the words below the pictures included."""
    return " ".join(element.value for element in (*app.caption, *app.get("html")))


def digit_boxes(app):
    return [box for box in app.selectbox if box.label.startswith("Digit")]


def cuts(app):
    return app.get("button_group")[-1]


def set_cuts(app, *chosen):
    app.session_state["numbers_cuts"] = list(chosen)
    return app.run()


def photo(strokes, size=(430, 220)):
    """Return a PNG of strokes on grey paper."""
    ink = render_strokes(strokes, size, 10)
    buffer = io.BytesIO()
    Image.fromarray((200 - ink * 0.7).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def choose_photo(app, data):
    app.segmented_control(key="numbers_source").set_value("photo").run()
    return app.file_uploader(key="numbers_photo").set_value(("photo.png", data, "image/png")).run()


def test_the_first_visit_says_what_to_do(open_app):
    app = open_app(PAGE)
    assert not app.exception
    assert app.title[0].value == "Read numbers"
    assert headings(app) == ["Nothing is written yet"]
    assert "it is read after each stroke" in app.subheader[0].value
    assert app.button(key="numbers_undo").disabled
    assert not app.code


def test_an_example_can_be_written_and_is_read(open_app):
    app = open_app(PAGE)
    app.button(key="numbers_example").click().run()
    assert not app.exception
    assert tex(app).strip("$").isdigit()
    assert "numbers_example" not in [button.key for button in app.button]
    app.button(key="numbers_clear").click().run()
    assert headings(app) == ["Nothing is written yet"]


def test_a_number_is_read_and_shown_as_tex(open_with):
    app = open_with(*STROKES)
    assert not app.exception
    assert tex(app) == "$1457$"
    assert "1457" in app.get("latex")[0].value
    assert [box.value for box in digit_boxes(app)] == [1, 4, 5, 7]
    assert "Next: " in captions(app)
    assert app.button(key="numbers_recut").disabled


def test_undo_takes_the_last_stroke(open_with):
    app = open_with(*STROKES)
    app.button(key="numbers_undo").click().run()
    assert tex(app) == "$145$"


def test_cuts_are_taken_away_and_made_and_the_networks_come_back(open_with):
    app = open_with(*STROKES)
    assert len(cuts(app).options) == 5
    set_cuts(app, 3, 5)
    assert len(digit_boxes(app)) == 3
    set_cuts(app, 1, 2, 3, 5)
    assert len(digit_boxes(app)) == 5
    set_cuts(app)
    assert len(digit_boxes(app)) == 1
    app.button(key="numbers_recut").click().run()
    assert tex(app) == "$1457$"
    assert app.button(key="numbers_recut").disabled


def test_another_digit_can_be_chosen_and_stays_with_its_image(open_with):
    app = open_with(*STROKES)
    digit_boxes(app)[1].set_value(9).run()
    assert tex(app) == "$1957$"
    assert "You say so." in captions(app)
    # Whatever else is cut, written, or visited.
    set_cuts(app, 1, 3)
    assert tex(app).startswith("$19")
    assert len(digit_boxes(app)) == 3
    app.button(key="numbers_undo").click().run()
    assert tex(app) == "$195$"
    app.switch_page("app.py").run()
    app.switch_page(PAGE).run()
    assert tex(app) == "$195$"
    digit_boxes(app)[1].set_value(4).run()
    assert tex(app) == "$145$"


def test_cuts_survive_another_page_and_new_writing_is_cut_anew(open_with):
    app = open_with(*STROKES)
    set_cuts(app, 3, 5)
    read = tex(app)
    app.switch_page("app.py").run()
    app.switch_page(PAGE).run()
    assert tex(app) == read
    app.button(key="numbers_undo").click().run()
    assert tex(app) == "$145$"


def test_a_single_piece_has_nothing_to_cut(open_with):
    app = open_with(STROKES[0])
    assert tex(app) == "$1$"
    assert "nothing to cut" in captions(app)


def test_a_photo_is_read(open_app):
    app = choose_photo(open_app(PAGE), photo(LINES))
    assert not app.exception
    assert tex(app) == "$1457$"


def test_paper_without_ink_and_files_that_are_no_photo(open_app):
    app = open_app(PAGE)
    app.segmented_control(key="numbers_source").set_value("photo").run()
    assert headings(app) == ["No photo yet"]
    choose_photo(app, photo([]))
    assert headings(app) == ["No ink in this photo"]
    choose_photo(app, b"GIF89a no image")
    assert not app.exception
    assert len(app.error) == 1


def test_far_too_much_is_one_sentence(open_with):
    app = open_with(*(Stroke(((8 * n, 20), (8 * n, 120)), BRUSH_PX) for n in range(65)))
    assert not app.exception
    assert "too much for one number" in app.error[0].value
    assert not app.button(key="numbers_clear").disabled
