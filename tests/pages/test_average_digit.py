import json
import re

import numpy as np
import pytest

from dashboard import kept, resources
from dashboard.average_digit import form, panel

PAGE = "pages/2_Average_digit.py"


@pytest.fixture
def app(open_app):
    return open_app(PAGE)


@pytest.fixture
def other_data(monkeypatch, tmp_path):
    """A function (n_train, test_labels) that puts data of the same form in the place of MNIST."""

    def use(n_train, test_labels):
        random = np.random.default_rng(0)
        train_labels = np.arange(n_train) % 10
        # Brighter than digits, as pictures of clothes are: scores beyond 120.
        train, test = (
            random.integers(100, 256, (len(labels), 28, 28), dtype=np.uint8)
            for labels in (train_labels, test_labels)
        )
        path = tmp_path / "clothes.npz"
        np.savez(path, x_train=train, y_train=train_labels, x_test=test, y_test=test_labels)
        monkeypatch.setenv("NNCORE_MNIST", str(path))
        forget_data()

    yield use
    monkeypatch.undo()
    forget_data()


def forget_data():
    for loaded in (
        resources._mnist,
        resources.average_digits,
        resources._all_digit_scores,
        kept._show,
    ):
        loaded.clear()
    for computed in (
        resources.digit_scores,
        resources.bias_sweep,
        resources.best_bias_of_training,
        panel.evaluation_of,
        panel._score_counts,
        panel._memoire_table,
        form.chosen_image,
        form._tiles_as_buttons,
    ):
        computed.cache_clear()


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def html(app):
    """Return what is written as HTML but for styles, of which there is one for the tiles."""
    bodies = [element.proto.body for element in app.get("html")]
    return "".join(body for body in bodies if not body.startswith("<style>"))


def words(app):
    texts = [element.value for element in (*app.markdown, *app.caption)]
    return plain(" ".join([*texts, re.sub("<.*?>", " ", html(app))]))


def measures(app):
    """Return name, value and what stands beside it of each measure."""
    measure = '<div role="group".*?<div.*?>(.*?)</div><div.*?>(.*?)</div>(.*?)</div>'
    return [
        (name, plain(value), re.sub("<.*?>", "", beside))
        for name, value, beside in re.findall(measure, html(app))
    ]


def metrics(app):
    return {name: value for name, value, _ in measures(app)}


def figures(app):
    """Return the figures of the page by name, as dicts."""
    names = ("bars", "histogram", "sigmoid", "pixels", "sweep", "difference")
    charts = app.get("plotly_chart")
    return {name: json.loads(chart.proto.spec) for name, chart in zip(names, charts, strict=True)}


def memoire_table(app):
    """Return the cells of the table of printed and recomputed figures, without its head."""
    [text] = [element.value for element in app.markdown if "bias −45" in element.value]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [line.strip("| ").split(" | ") for line in rows[2:]]


def points(figure):
    """Return the points of a figure by the names of their traces."""
    return {
        trace["name"]: (trace["x"][0], trace["y"][0])
        for trace in figure["data"]
        if trace.get("mode") == "markers"
    }


def test_the_first_visit_shows_the_memoires_figures_beside_ours(app):
    assert not app.exception
    assert metrics(app) == {
        "Accuracy, test images": "66.94 %",
        "Accuracy, training images": "68.20 %",
        "Precision": "20.32 %",
        "Recall": "81.93 %",
    }
    assert [beside for *_, beside in measures(app)] == [
        "mémoire: 0.6694",
        "mémoire: 0.682",
        "mémoire: not given",
        "mémoire: 0.8193",
    ]
    assert "23.32 points worse than always answering “no”" in words(app)
    assert "of 3 928 images answered “yes”, 798 show the digit 8." in words(app)
    assert figures(app)["bars"]["data"][0]["x"] == pytest.approx([66.94, 90.26, 90.62])
    assert [row[1:] for row in memoire_table(app)] == [
        ["20.1", "20.09"],
        ["1.52·10⁻¹¹", "1.53·10⁻¹¹"],
        ["54.2", "54.53"],
        ["0.999", "0.99993"],
        ["0.682", "0.6820"],
        ["0.6694", "0.6694"],
        ["0.8193", "0.8193"],
        ["not given", "0.9026"],
    ]


def test_the_bias_moves_everything_that_depends_on_it(app):
    app.slider(key="average_bias").set_value(-60.0).run()
    # Counted by hand from the scores: with the bias -60 a score above 60 means yes.
    scores = resources.digit_scores(8)
    n_yes = np.count_nonzero(scores.test > 60)
    n_found = np.count_nonzero(scores.test[scores.test_is_digit] > 60)
    assert metrics(app)["Precision"] == f"{100 * n_found / n_yes:.2f} %"
    assert metrics(app)["Recall"] == f"{100 * n_found / 974:.2f} %"
    right = 10_000 - 974 - n_yes + 2 * n_found
    assert metrics(app)["Accuracy, test images"] == f"{right / 100:.2f} %"
    assert f"| above 60.00: “yes” | **{n_found}** | {n_yes - n_found} |" in words(app)
    # The mémoire's figures are for other settings, and the page says so.
    assert not any(beside for *_, beside in measures(app))
    assert "these settings are others" in words(app)
    shown = figures(app)
    assert shown["bars"]["data"][0]["x"][0] == pytest.approx(right / 100)
    assert shown["histogram"]["layout"]["shapes"][0]["x0"] == 60
    assert points(shown["sigmoid"])["Training image 17 (shows 8)"][0] == pytest.approx(-5.467835)


def test_the_threshold_moves_the_cut(app):
    app.slider(key="average_threshold").set_value(0.9).run()
    shown = figures(app)
    # 45 + ln 9
    assert shown["histogram"]["layout"]["shapes"][0]["x0"] == pytest.approx(47.197225)
    assert shown["sigmoid"]["layout"]["shapes"][0]["y0"] == 0.9
    assert "above 47.20: “yes”" in words(app)


@pytest.mark.parametrize("threshold", [0.01, 0.5, 0.99])
def test_the_best_bias_is_as_good_as_its_bar_says_and_hardly_better_than_no(app, threshold):
    app.slider(key="average_threshold").set_value(threshold).run()
    app.button(key="average_use_best").click().run()
    this, no, best = figures(app)["bars"]["data"][0]["x"]
    assert this == best == pytest.approx(90.62)
    assert no == pytest.approx(90.26)
    assert "0.36 points better than always answering “no”" in words(app)
    assert metrics(app)["Recall"] == "5.34 %"
    app.button(key="average_memoire").click().run()
    assert app.slider(key="average_bias").value == -45
    assert app.slider(key="average_threshold").value == 0.5
    assert metrics(app)["Accuracy, test images"] == "66.94 %"


def test_a_bias_chosen_by_the_training_images_is_worse_than_always_no(app):
    assert "**−79.47** gives the most right answers" in words(app)
    assert "It finds 52 of the 974 images" in words(app)
    assert "the one that the training images choose gets 90.23 %" in words(app)


def test_another_digit_changes_the_whole_page(app):
    app.segmented_control(key="average_digit").set_value(0).run()
    assert not app.exception
    n_zeros = np.count_nonzero(resources.mnist().test_labels == 0)
    assert f"only {n_zeros} of 10 000 test images show the digit 0" in words(app)
    shown = figures(app)
    assert shown["bars"]["data"][0]["x"][1] == pytest.approx(100 - n_zeros / 100)
    assert shown["histogram"]["data"][1]["name"] == "digit 0"
    assert shown["difference"]["layout"]["xaxis"]["title"]["text"] == "average 0"
    # The mémoire prints scores with the average 8 only.
    assert "The mémoire has 54.2" not in words(app)
    # Its table stays what it is.
    assert memoire_table(app)[2][2] == "54.53"


def test_the_score_of_an_image_with_what_the_memoire_prints(app):
    assert "Training image 17 shows the digit 8." in words(app)
    assert "is **54.53**. The mémoire has 54.2." in words(app)
    assert "(54.53 − 45.00) = **0.99993**, above the threshold 0.5" in words(app)
    app.button(key="average_image_2").click().run()
    assert "Training image 2 shows the digit 4." in words(app)
    assert "is **20.09**. The mémoire has 20.1." in words(app)
    assert "= **1.53·10⁻¹¹**, not above the threshold 0.5. Answer: **no**" in words(app)
    assert "The mémoire has 1.52·10⁻¹¹." in words(app)
    shown = figures(app)
    assert shown["pixels"]["layout"]["xaxis3"]["title"]["text"].endswith("= 20.09")
    chosen = points(shown["sigmoid"])["chosen below: Training image 2"]
    assert chosen[0] == pytest.approx(20.09490900 - 45)


def test_any_image_of_either_set(app):
    app.number_input(key="average_image").set_value(59_999).run()
    assert "Training image 59999 shows the digit 8." in words(app)
    # There is no such test image: back to the default.
    app.toggle(key="average_test").set_value(True).run()
    assert not app.exception
    assert app.number_input(key="average_image").value == 17
    seen = set()
    for _ in range(3):
        app.button(key="average_random").click().run()
        index = int(app.number_input(key="average_image").value)
        label = resources.mnist().test_labels[index]
        assert f"Test image {index} shows the digit {label}." in words(app)
        # The score of all images at once agrees with the sum over this one's pixels.
        score = figures(app)["pixels"]["layout"]["xaxis3"]["title"]["text"].split()[-1]
        assert f"is **{score}**" in words(app)
        seen.add(index)
    assert len(seen) > 1
    app.button(key="average_image_17").click().run()
    assert app.toggle(key="average_test").value is False
    assert "Training image 17" in words(app)


def test_two_averages_compared(app):
    app.segmented_control(key="average_second").set_value(9).run()
    layout = figures(app)["difference"]["layout"]
    assert layout["xaxis2"]["title"]["text"] == "average 9"
    assert "Orange: more ink in 8. Blue: more ink in 9." in words(app)
    app.segmented_control(key="average_second").set_value(8).run()
    assert "The same average twice" in words(app)


def test_a_link_carries_the_settings(open_app):
    app = open_app(
        PAGE,
        average_digit="3",
        average_bias="-60",
        average_threshold="0.25",
        average_image="4",
        average_test="true",
        average_second="5",
    )
    assert app.segmented_control(key="average_digit").value == 3
    assert app.slider(key="average_bias").value == -60
    assert app.slider(key="average_threshold").value == 0.25
    assert app.segmented_control(key="average_second").value == 5
    assert "Test image 4 shows the digit 4. Its score with the average 3" in words(app)


@pytest.mark.parametrize(
    ("digit", "number"), [("10", "60000"), ("eight", "-1"), ("-1", "nan"), ("", "")]
)
def test_what_a_link_cannot_mean_falls_back_to_the_default(open_app, digit, number):
    app = open_app(
        PAGE,
        average_digit=digit,
        average_second=digit,
        average_bias=number.replace("-", ""),
        average_threshold=number,
        average_image=number,
        average_test=digit,
    )
    assert not app.exception
    assert metrics(app)["Accuracy, test images"] == "66.94 %"
    assert "Training image 17" in words(app)
    assert "Blue: more ink in 3." in words(app)


def test_settings_survive_leaving_the_page(app):
    app.segmented_control(key="average_digit").set_value(0)
    app.slider(key="average_bias").set_value(-70.0)
    app.run()
    before = metrics(app)
    app.switch_page("pages/4_Train_a_network.py").run()
    app.switch_page(PAGE).run()
    assert metrics(app) == before
    assert app.slider(key="average_bias").value == -70


def test_data_of_the_same_form_that_is_brighter_and_lacks_a_digit(other_data, open_app):
    other_data(n_train=12, test_labels=[0, 1, 1, 2])
    app = open_app(PAGE)
    assert not app.exception
    assert "Training image 11 shows the digit 1." in words(app)
    # No test image shows 8: nothing to find.
    assert metrics(app)["Recall"] == "–"
    assert app.button(key="average_image_17").disabled
    app.button(key="average_use_best").click().run()
    app.segmented_control(key="average_digit").set_value(1).run()
    assert not app.exception
    assert metrics(app)["Recall"].endswith(" %")


def test_without_data_the_page_says_what_to_do(monkeypatch, open_app):
    monkeypatch.setenv("NNCORE_MNIST", "no-such-file.npz")
    forget_data()
    try:
        app = open_app(PAGE)
        assert not app.exception
        assert "is missing: name an .npz file" in app.error[0].value
        assert not metrics(app)
    finally:
        monkeypatch.undo()
        forget_data()
    app.run()
    assert metrics(app)["Accuracy, test images"] == "66.94 %"
