import base64
import json

import numpy as np
import pytest

from dashboard.gradient_descent.landscape import KINDS

PAGE = "pages/3_Gradient_descent.py"


@pytest.fixture
def app(open_app):
    return open_app(PAGE)


def show(app, part):
    """Choose a part of the page."""
    return app.segmented_control(key="descent_part").set_value(part).run()


def words(app):
    return " ".join(element.value for element in (*app.markdown, *app.caption))


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def chart(app, key):
    """Return the figure whose element has this key."""
    [found] = [c for c in app.get("plotly_chart") if c.proto.id.endswith(f"-{key}")]
    return json.loads(found.proto.spec)


def start_of_path(app):
    figure = chart(app, "descent_contour")
    path = next(trace for trace in figure["data"] if trace.get("name") == "start")
    return decoded(path["x"])[0], decoded(path["y"])[0]


def decoded(values):
    """Return numbers that Plotly sends as base64."""
    if isinstance(values, list):
        return values
    return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()


def test_the_first_visit_shows_the_surface_alone(app):
    assert not app.exception
    assert [title.value for title in app.title] == ["Gradient descent"]
    assert [heading.value for heading in app.subheader] == ["A real loss surface"]
    assert start_of_path(app) == KINDS["one neuron"].start
    assert "one minimum, the star" in words(app)


@pytest.mark.parametrize(
    ("part", "heading"),
    [
        ("sigmoid", "The slope of one neuron"),
        ("steps", "Backpropagation, step by step"),
        ("check", "Is the gradient right?"),
    ],
)
def test_each_part_is_shown_alone_and_a_link_leads_to_it(app, open_app, part, heading):
    show(app, part)
    for shown in (app, open_app(PAGE, descent_part=part)):
        assert not shown.exception
        assert [heading.value for heading in shown.subheader] == [heading]
        assert part in shown.query_params["descent_part"]


def test_the_slope_follows_the_input(app):
    show(app, "sigmoid")
    app.slider(key="descent_z").set_value(8.0).run()
    assert metrics(app)["Derivative σ′(z)"] == "0.00034"
    assert "moves the weight by **0.00034**" in words(app)
    app.slider(key="descent_z").set_value(0.0).run()
    assert metrics(app)["Derivative σ′(z)"] == "0.25000"
    assert metrics(app)["Share of the steepest"] == "100\N{NO-BREAK SPACE}%"


def test_the_sliders_move_the_start(app):
    app.slider(key="descent_x").set_value(-5.0)
    app.slider(key="descent_y").set_value(7.0)
    app.run()
    assert start_of_path(app) == (-5, 7)


def test_presets_choose_rate_and_batch(app):
    app.button(key="descent_large").click().run()
    assert app.select_slider(key="descent_rate").value == 1000
    assert "The step is too large" in words(app)
    app.button(key="descent_stochastic").click().run()
    assert app.segmented_control(key="descent_batch").value == "10"
    assert "of 10 of 600 images" in words(app)
    app.button(key="descent_full").click().run()
    assert app.segmented_control(key="descent_batch").value == "all"
    assert "From 0.2" in words(app)


def test_another_surface_brings_its_own_start_and_rate(app):
    app.segmented_control(key="descent_surface").set_value("three networks").run()
    assert not app.exception
    assert start_of_path(app) == KINDS["three networks"].start
    assert app.select_slider(key="descent_rate").value == 0.2
    assert "3 local minima" in words(app)
    app.segmented_control(key="descent_loss").set_value("cross-entropy").run()
    assert app.select_slider(key="descent_rate").value == 0.02


def test_the_seed_draws_the_batches(app):
    app.segmented_control(key="descent_batch").set_value("1").run()
    before = chart(app, "descent_loss_curve")["data"][0]
    app.number_input(key="descent_seed").set_value(1.0).run()
    assert chart(app, "descent_loss_curve")["data"][0] != before


def test_the_plateau_is_named(app):
    app.slider(key="descent_x").set_value(8.0)
    app.slider(key="descent_y").set_value(0.0)
    app.run()
    assert "Nearly stuck" in words(app)


def test_walking_through_backpropagation(app):
    show(app, "steps")
    assert "1. Forward: the weighted sums of layer 1" in words(app)
    assert "inputs @ self.weights" in app.code[0].value
    app.button(key="descent_next").click().run()
    assert "2. Forward: the sigmoid of layer 1" in words(app)
    app.slider(key="descent_step").set_value(17).run()
    assert "17. The step: new bias of layer 2" in words(app)
    assert app.button(key="descent_next").disabled
    assert "parameter -= scratch" in app.code[0].value


def test_taking_steps_lowers_the_loss_and_starting_again_undoes_it(app):
    show(app, "steps")
    start = float(metrics(app)["Loss"])
    app.button(key="descent_take").click().run()
    first = float(metrics(app)["Loss"])
    app.button(key="descent_take").click().run()
    assert float(metrics(app)["Loss"]) < first < start
    assert len(decoded(chart(app, "descent_taken")["data"][0]["y"])) == 3
    app.button(key="descent_restart").click().run()
    assert float(metrics(app)["Loss"]) == start
    assert app.button(key="descent_restart").disabled


def test_another_size_starts_a_new_network(app):
    show(app, "steps")
    app.button(key="descent_take").click().run()
    app.segmented_control(key="descent_hidden").set_value(1).run()
    assert not app.exception
    assert app.button(key="descent_restart").disabled
    diagram = chart(app, "descent_diagram")
    assert [len(trace["text"]) for trace in diagram["data"][2:]] == [2, 1, 2]


def test_a_mistake_is_caught_and_where_it_is(app):
    show(app, "check")
    app.segmented_control(key="descent_array").set_value("W2").run()
    assert app.success
    app.segmented_control(key="descent_mistake").set_value("hidden-derivative").run()
    # The last layer is right even so.
    assert app.success
    app.segmented_control(key="descent_array").set_value("W1").run()
    assert not app.success
    assert "They do not agree" in app.error[0].value
    assert words(app).count("**wrong**") == 2


def test_every_weight_can_be_chosen_and_a_smaller_network_has_fewer(app):
    show(app, "check")
    app.segmented_control(key="descent_array").set_value("W2").run()
    app.number_input(key="descent_row").set_value(3.0)
    app.number_input(key="descent_column").set_value(2.0)
    app.run()
    assert app.success
    app.segmented_control(key="descent_hidden").set_value(1).run()
    assert not app.exception
    assert app.number_input(key="descent_row").value == 1
    app.segmented_control(key="descent_array").set_value("b1").run()
    assert not app.exception


def test_a_bad_step_width_is_not_the_derivatives_fault(app):
    show(app, "check")
    app.select_slider(key="descent_h").set_value(0.1).run()
    assert "or h is so large" in app.error[0].value


def test_the_check_is_of_the_network_that_steps_have_changed(app):
    show(app, "check")
    before = metrics(app)["Backpropagation"]
    show(app, "steps")
    app.button(key="descent_take").click().run()
    loss = metrics(app)["Loss"]
    show(app, "check")
    assert "(until now: 1)" in words(app)
    assert metrics(app)["Backpropagation"] != before
    assert app.success
    show(app, "steps")
    assert metrics(app)["Loss"] == loss


def test_a_part_keeps_its_settings_while_another_is_shown(app):
    app.slider(key="descent_x").set_value(-5.0).run()
    show(app, "steps")
    app.number_input(key="descent_step_rate").set_value(3.0)
    app.segmented_control(key="descent_hidden").set_value(2).run()
    show(app, "check")
    assert app.segmented_control(key="descent_hidden").value == 2
    show(app, "surface")
    assert start_of_path(app)[0] == -5
    show(app, "steps")
    assert app.number_input(key="descent_step_rate").value == 3


def test_a_link_carries_the_settings(open_app):
    app = open_app(
        PAGE,
        descent_z="-3",
        descent_surface="one network",
        descent_x="-1",
        descent_rate="0.1",
        descent_batch="100",
        descent_steps="7",
        descent_hidden="2",
        descent_step="4",
        descent_mistake="lost-half",
    )
    assert not app.exception
    assert start_of_path(app)[0] == -1
    assert app.select_slider(key="descent_rate").value == 0.1
    assert app.segmented_control(key="descent_batch").value == "100"
    assert app.slider(key="descent_steps").value == 7
    # The parts that were not shown have theirs too.
    assert show(app, "sigmoid").slider(key="descent_z").value == -3
    assert "4. Forward: the sigmoid of layer 2" in words(show(app, "steps"))
    assert "They do not agree" in show(app, "check").error[0].value


@pytest.mark.parametrize("value", ["", "nan", "-1e9", "eight"])
def test_what_a_link_cannot_mean_falls_back(open_app, value):
    names = ("z", "surface", "loss", "digit", "x", "y", "rate", "batch", "steps", "seed", "part")
    names += ("hidden", "input_1", "target_1", "step_rate", "step", "array", "row", "h", "mistake")
    app = open_app(PAGE, **{f"descent_{name}": value for name in names})
    assert not app.exception
    assert start_of_path(app) == KINDS["one neuron"].start
    for part in ("sigmoid", "steps", "check"):
        assert not show(app, part).exception


def test_settings_survive_leaving_the_page(app):
    show(app, "sigmoid")
    app.slider(key="descent_z").set_value(-2.0).run()
    show(app, "steps")
    app.button(key="descent_take").click().run()
    loss = metrics(app)["Loss"]
    app.switch_page("pages/2_Average_digit.py").run()
    app.switch_page(PAGE).run()
    assert metrics(app)["Loss"] == loss
    assert show(app, "sigmoid").slider(key="descent_z").value == -2
