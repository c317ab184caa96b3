import io
import json
import weakref
from dataclasses import replace

import pytest
from PIL import Image

from dashboard import resources
from dashboard.colour_neuron import lesson, sentences
from dashboard.colour_neuron.labels import MAX_OWN_IMAGES, LabelledImages
from dashboard.colour_neuron.sentences import Settings, number, step_caption, train_on, written_out

PAGE = "pages/1_Colour_neuron.py"
REDS = {"Couleur_rouge", "Couleur_rouge_bordeaux", "Couleur_rouge_cerise"}


@pytest.fixture
def app(open_app):
    return open_app(PAGE)


def words(app):
    return " ".join(element.value for element in (*app.markdown, *app.caption))


def component(app, name):
    """Return what one of the page's own components gets, the grid or the cube."""
    part = {"grid": "tiles", "cube": "states"}[name]
    [data] = [data for data in component_data(app) if part in data]
    return data[part]


def component_data(app):
    """Return what each component gets."""
    return [json.loads(element.proto.bytes) for element in app.get("bidi_component")]


def updates(app):
    """Return the cells of each column of the table of updates, by its name."""
    [columns] = [data["columns"] for data in component_data(app) if "columns" in data]
    return {column["name"]: column["cells"] for column in columns}


def positive(app):
    return {tile["id"] for tile in component(app, "grid") if tile["positive"]}


def captions(app):
    return [state["caption"] for state in component(app, "cube")]


def result_row(app):
    """Return the cells of the table that stand beside the mémoire's."""
    [row] = [
        line for element in app.markdown for line in element.value.split("\n") if "**here**" in line
    ]
    return [cell.strip(" *") for cell in row.strip("| ").split("|")][1:]


def picture(colour, image_format="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(buffer, image_format)
    return buffer.getvalue()


def upload(app, *files):
    uploader = next(u for u in app.file_uploader if u.key.startswith("colour_upload"))
    uploader.set_value([(name, data, "image/png") for name, data in files]).run()


def own_names(app):
    return [tile["name"] for tile in component(app, "grid") if tile["id"].startswith("own-")]


def test_the_first_visit_shows_the_memoires_own_result(app):
    assert not app.exception
    assert positive(app) == REDS
    assert len(component(app, "grid")) == 16
    assert result_row(app) == ["41.6", "−67.8", "−59.8", "4"]
    assert "| mémoire | 41.6 | −67.8 | −59.8 |" in words(app)
    assert "q = 41.6·255 − 67.8·128 − 59.8·65 = −1957.4 < 1 → **no**" in words(app)
    assert "Notice **orange**" in words(app)


def test_the_cube_steps_through_every_update(app):
    said = captions(app)
    assert len(said) == 8
    assert said[0].startswith("Start: p = (1, 1, 1). Wrong now: 13 of 16.")
    assert said[1] == (
        "Update 1 of 7, epoch 1: “blue” answered yes, should be no → p = (−11.2, −25, −43.6). "
        "Wrong now: 3 of 16. The plane does not cut the cube: every answer is no."
    )
    assert said[-1] == (
        "Update 7 of 7, epoch 3: “burgundy” answered no, should be yes → p = (41.6, −67.8, −59.8). "
        "Wrong now: 0 of 16. Epoch 4 is without error."
    )


def test_the_table_has_every_update(app):
    table = updates(app)
    assert table["Update"] == ["1", "2", "3", "4", "5", "6", "7"]
    assert table["Epoch"] == ["1", "1", "2", "2", "2", "3", "3"]
    assert table["Image"][:3] == ["blue", "red", "dark brown"]
    assert table["Should be"][:3] == ["no", "yes", "no"]
    assert [table[name][-1] for name in ("p₁", "p₂", "p₃")] == ["41.6", "−67.8", "−59.8"]


@pytest.mark.parametrize(
    ("preset", "labels"),
    [("none", set()), ("invert", {image.id for image in resources._colour_bank()[:16]} - REDS)],
)
def test_presets_relabel_and_train_anew(app, preset, labels):
    before = result_row(app)
    app.button(key=f"colour_preset_{preset}").click().run()
    assert positive(app) == labels
    assert result_row(app) != before
    app.button(key="colour_preset_memoire").click().run()
    assert positive(app) == REDS
    assert result_row(app) == before


def test_labels_that_leave_nothing_to_learn_say_what_to_do(app):
    app.button(key="colour_preset_none").click().run()
    assert "No image is labelled yes" in words(app)
    app.button(key="colour_preset_invert").click().run()
    assert "Every image is labelled yes" in words(app)
    assert not app.exception


def test_more_images_join_and_invert_then_includes_them(app):
    app.toggle(key="colour_more").set_value(True).run()
    assert len(component(app, "grid")) == 36
    assert positive(app) == REDS
    assert result_row(app)[3] == "9"
    app.button(key="colour_preset_invert").click().run()
    assert len(positive(app)) == 33


def test_scale_0_1_says_how_many_epochs_it_needs(app):
    app.radio(key="colour_scale").set_value("0-1").run()
    assert result_row(app) == ["2.431", "−3.042", "0.451", "none"]
    assert "epoch 68 would be the first without an error" in words(app)
    app.number_input(key="colour_epochs").set_value(68.0).run()
    assert result_row(app) == ["2.591", "−3.565", "0.532", "68"]


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("Couleur_orange," + ",".join(sorted(REDS)), "on the scale 0-1 epoch 29 is without error"),
        ("Couleur_gris", "*light grey* no is impossible"),
    ],
)
def test_labels_that_it_cannot_learn_are_explained(open_app, link, sentence):
    app = open_app(PAGE, colour_yes=link)
    assert sentence in words(app)
    assert result_row(app)[3] == "none"


@pytest.mark.parametrize(
    ("key", "value"),
    [("colour_epsilon", 0.5), ("colour_start_1", -3.0), ("colour_start_3", 200.0)],
)
def test_each_number_changes_the_training(app, key, value):
    before = captions(app)
    app.number_input(key=key).set_value(value).run()
    assert captions(app) != before


def test_long_trainings_are_thinned_out_and_say_so(open_app):
    app = open_app(PAGE, colour_scale="0-1", colour_epochs="200", colour_yes="Couleur_gris")
    said = captions(app)
    assert len(said) == 60
    assert said[0].startswith("Start")
    n_updates = len(updates(app)["Update"])
    assert n_updates > 200
    assert said[-1].startswith(f"Update {n_updates} of {n_updates}")
    assert f"59 of {n_updates} updates" in words(app)


def test_pressing_train_makes_the_view_play_and_changes_nothing_else(app):
    def plays():
        [count] = [data["autoplay"] for data in component_data(app) if "autoplay" in data]
        return count

    states = component(app, "cube")
    assert plays() == 0
    app.button(key="colour_train").click().run()
    assert plays() == 1
    app.number_input(key="colour_epsilon").set_value(0.5).run()
    assert plays() == 1
    app.number_input(key="colour_epsilon").set_value(0.2).run()
    app.button(key="colour_train").click().run()
    assert plays() == 2
    assert component(app, "cube") == states


def test_any_colour_gets_its_answer(app):
    app.color_picker(key="colour_asked").set_value("#ff0000").run()
    assert "q = 41.6·255 − 67.8·0 − 59.8·0 = 10608 ≥ 1 → **yes**" in words(app)


def test_an_image_asks_with_its_mean_colour(app):
    asked = app.file_uploader(key="colour_asked_image")
    asked.set_value(("sky.jpg", picture((1, 2, 3)), "image/jpeg")).run()
    assert app.color_picker(key="colour_asked").value == "#010203"
    assert "41.6·1 − 67.8·2 − 59.8·3" in words(app)


def test_a_broken_image_to_ask_about_gets_one_sentence(app):
    asked = app.file_uploader(key="colour_asked_image")
    asked.set_value(("x.png", b"no image", "image/png")).run()
    assert [error.value for error in app.error] == [
        "This is not a PNG, JPEG, WebP, BMP or GIF image; save it as PNG or JPEG and try again."
    ]
    app.file_uploader(key="colour_asked_image").set_value(None).run()
    assert not app.error


def test_own_images_are_added_labelled_no_and_can_be_removed(app):
    upload(app, ("one.png", picture("white")), ("two.gif", picture("blue", "GIF")))
    assert own_names(app) == ["one.png", "two.gif"]
    assert positive(app) == REDS
    assert captions(app)[0].endswith("of 18.")
    app.button(key="colour_preset_invert").click().run()
    assert len(positive(app)) == 15
    app.multiselect(key="colour_own").set_value(["own-2"]).run()
    assert own_names(app) == ["two.gif"]
    assert len(positive(app)) == 14
    assert not app.exception


def test_what_is_told_about_own_images_is_not_kept_for_others(app):
    upload(app, ("one.png", picture("white")))
    kept = sentences._lesson_of_bank.cache_info()
    app.number_input(key="colour_epsilon").set_value(0.7).run()
    assert "one.png" in own_names(app)
    assert sentences._lesson_of_bank.cache_info() == kept


def test_what_is_told_about_the_bank_is_worked_out_once():
    trained = train_on(LabelledImages(resources.colour_bank()[:16], (0, 1) * 8), Settings(0.35))
    account = lesson.account_of(trained)
    assert lesson.account_of(trained) is account
    # Nor does it keep what it is about.
    gone = weakref.ref(own := replace(trained))
    lesson.account_of(own)
    del own
    assert gone() is None


def test_own_images_with_one_name_are_told_apart(app):
    upload(app, ("image.png", picture("white")), ("image.png", picture("blue")))
    assert own_names(app) == ["image.png", "image.png (2)"]
    upload(app, ("again.png", picture("blue")))
    assert own_names(app) == ["image.png", "image.png (2)"]
    assert app.warning[0].value == "`again.png` is among your images already."


def test_own_images_are_bounded(app):
    files = [(f"{n}.png", picture((n, 0, 0))) for n in range(0, 10 * MAX_OWN_IMAGES + 10, 10)]
    upload(app, *files)
    assert len(own_names(app)) == MAX_OWN_IMAGES
    assert "20 images are the most" in app.warning[0].value


def test_a_broken_own_image_leaves_the_others_and_says_which(app):
    name = "**bold** <b>`x`.png"
    upload(app, (name, b"GIF89a"), ("good.png", picture("white")))
    assert own_names(app) == ["good.png"]
    assert app.warning[0].value.startswith("`**bold** <b>'x'.png`: This image file is damaged")
    assert not app.exception


def test_settings_labels_and_own_images_survive_leaving_the_page(app):
    upload(app, ("one.png", picture("white")))
    app.number_input(key="colour_epsilon").set_value(0.7).run()
    app.button(key="colour_preset_invert").click().run()
    labels, said = positive(app), captions(app)
    app.switch_page("app.py").run()
    app.switch_page(PAGE).run()
    assert positive(app) == labels
    assert captions(app) == said


def test_the_link_carries_labels_only_where_they_differ(app):
    assert "colour_yes" not in app.query_params
    app.button(key="colour_preset_none").click().run()
    assert app.query_params["colour_yes"] == ""
    app.button(key="colour_preset_memoire").click().run()
    assert "colour_yes" not in app.query_params


@pytest.mark.parametrize(
    ("link", "labels"),
    [
        ("Couleur_noir,Couleur_verte_jungle", {"Couleur_noir", "Couleur_verte_jungle"}),
        ("Couleur_noir,<script>,own-1,", {"Couleur_noir"}),
        ("", set()),
        ("nonsense", REDS),
    ],
)
def test_labels_come_from_the_link_and_forged_ones_do_not(open_app, link, labels):
    app = open_app(PAGE, colour_yes=link)
    assert not app.exception
    assert positive(app) == labels
    # It gets the id own-1, which is nobody's before.
    upload(app, ("one.png", picture("white")))
    assert positive(app) == labels


@pytest.mark.parametrize("value", ["nan", "inf", "-1e9", "1e9", "<script>", ""])
def test_nonsense_in_the_link_falls_back_to_the_default(open_app, value):
    names = ("epsilon", "start_1", "start_2", "start_3", "epochs", "scale", "more", "asked")
    app = open_app(PAGE, **{f"colour_{name}": value for name in names})
    assert not app.exception
    assert result_row(app) == ["41.6", "−67.8", "−59.8", "4"]


def test_a_missing_bank_is_told_in_a_sentence(open_app, monkeypatch, tmp_path):
    resources._colour_bank.clear()
    monkeypatch.setattr(resources, "COLOURS_DIR", tmp_path)
    app = open_app(PAGE)
    assert not app.exception
    assert "data/colours" in app.error[0].value
    monkeypatch.undo()
    resources._colour_bank.clear()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (41.60000000000001, "41.6"),
        (-0.00001, "0"),
        (100.0, "100"),
        (-67.8, "−67.8"),
        (1.0, "1"),
        (0.99999999, "0.99999999"),
    ],
)
def test_numbers_are_short_and_never_deny_the_answer(value, text):
    assert number(value) == text


def test_q_is_written_out_with_the_signs_of_the_state():
    assert written_out((-2, 0.5, 3), (1, 2, 3)) == "q = −2·1 + 0.5·2 + 3·3 = 8 ≥ 1 → **yes**"


def test_a_name_of_a_file_is_no_format():
    [image] = [image for image in resources._colour_bank() if image.id == "Couleur_bleu"]
    samples = LabelledImages((replace(image, name="{0} {n}", path=None),), (0,))
    assert "“{0} {n}”" in step_caption(train_on(samples, Settings()), 1)


def test_a_training_is_shared_unless_an_image_is_the_readers_own():
    image, *_ = resources._colour_bank()
    bank, own = (LabelledImages((shown,), (1,)) for shown in (image, replace(image, path=None)))

    assert train_on(bank, Settings()) is train_on(LabelledImages((image,), (1,)), Settings())
    assert train_on(bank, Settings()) is not train_on(bank, Settings(epochs=2))
    assert train_on(own, Settings()) is not train_on(own, Settings())


@pytest.mark.parametrize("is_own", [False, True])
def test_how_long_it_would_take_is_kept_for_the_bank_alone(is_own):
    bank = {image.id: image for image in resources._colour_bank()}
    grey, light_grey = bank["Couleur_gris"], bank["Couleur_gris_clair"]
    grey = replace(grey, path=None) if is_own else grey
    sentences._searched_epoch_of_bank.cache_clear()
    # Impossible: what is answered yes stays yes when it gets brighter.
    trained = train_on(LabelledImages((grey, light_grey), (1, 0)), Settings())
    assert "Not even 500 epochs are enough" in sentences.what_to_notice(trained)
    assert sentences._searched_epoch_of_bank.cache_info().currsize == (0 if is_own else 2)
