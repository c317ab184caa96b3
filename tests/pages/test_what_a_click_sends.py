"""A click sends what it changes, to the places where that stands, on the running dashboard."""

import asyncio

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.server import running_server
from benchmarks.visitors import Timings, Visitor


class Witness(Visitor):
    """A visitor who notes what the last run of a page has sent, and whereto.

    Attributes
    ----------
    places : list of tuple of int
        Of all elements and containers, in order.
    keys : set of str
        Of the widgets.
    """

    def __init__(self, url):
        super().__init__(url, Timings(), seed=0)
        self.places, self.keys = [], set()

    @property
    def n_exceptions(self):
        """How many exceptions the pages have shown."""
        return self._timings.n_exceptions

    async def turn(self, key):
        """Do something to one widget, and note what comes of that alone."""
        self.places, self.keys = [], set()
        await self.turn_widget(key)

    async def set(self, state, fragment):
        """Set a widget of a part of the page."""
        await self._run(state, fragment)

    def _take_in(self, answer):
        if answer.WhichOneof("type") == "delta":
            self.places.append(tuple(answer.metadata.delta_path))
        known = self.widgets
        self.widgets = {}
        super()._take_in(answer)
        self.keys |= set(self.widgets)
        self.widgets = known | self.widgets


@pytest.fixture(scope="module")
def url():
    with running_server() as server:
        yield server.url


def see(url, page, keys):
    """Return what each of some clicks, one after the other, has sent: widgets and places."""

    async def scenario():
        witness = Witness(url)
        await witness.open(page)
        seen = []
        for key in keys:
            await witness.turn(key)
            seen.append((witness.keys, witness.places))
        assert witness.n_exceptions == 0
        await witness.close()
        return seen

    return asyncio.run(scenario())


# A part of a page in a place that a part around it does not send again would move on each time.
@pytest.mark.parametrize(
    ("page", "key"),
    [
        ("Colour_neuron", "colour_epsilon"),
        ("Average_digit", "average_bias"),
        ("Gradient_descent", "descent_x"),
        ("Train_a_network", "train_epochs"),
        ("Experiments", "experiments_preset"),
        ("Draw_digits", "draw_threshold"),
        ("Read_numbers", "numbers_canvas"),
        ("Your_own_hand", "hand_canvas"),
    ],
)
def test_the_same_click_sends_to_the_same_places(url, page, key):
    (_, first), _, (_, third) = see(url, page, [key] * 3)
    # A sentence may depend on the value that chance has chosen.
    assert len(set(third) - set(first)) < 3


def test_a_setting_of_the_colour_neuron_leaves_the_labels_alone(url):
    of_setting, of_label = see(url, "Colour_neuron", ["colour_epsilon", "colour_preset_invert"])
    assert {"colour_epsilon", "colour_cube", "colour_asked"} <= of_setting[0]
    assert "colour_grid" not in of_setting[0]
    assert {"colour_grid", "colour_epsilon", "colour_cube", "colour_asked"} <= of_label[0]
    # The same places, however the neuron was trained anew.
    assert set(of_setting[1]) <= set(of_label[1])
    assert "colour_start_1" not in of_setting[0] | of_label[0]


def test_a_slider_of_the_average_digit_leaves_its_buttons_alone(url):
    ((keys, _),) = see(url, "Average_digit", ["average_bias"])
    assert {"average_bias", "average_threshold", "average_bars", "average_sigmoid"} <= keys
    assert not keys & {"average_use_best", "average_digit", "average_pixels", "average_sweep"}


def test_an_image_of_the_average_digit_leaves_what_depends_on_the_digit_alone(url):
    of_image, of_digit = see(url, "Average_digit", ["average_random", "average_digit"])
    assert {"average_image", "average_pixels", "average_sigmoid", "average_bias"} <= of_image[0]
    assert not of_image[0] & {"average_digit", "average_sweep", "average_second"}
    assert {"average_digit", "average_sweep", "average_difference"} | of_image[0] <= of_digit[0]
    # Neither the navigation, nor what is the same for every digit.
    assert (0, 0) not in of_digit[1]
    assert len(of_digit[1]) < 45
    assert set(of_image[1]) <= set(of_digit[1])


def test_the_start_of_a_descent_leaves_the_choice_of_its_surface_alone(url):
    ((keys, _),) = see(url, "Gradient_descent", ["descent_x"])
    assert {"descent_x", "descent_contour", "descent_surface_3d"} <= keys
    assert not keys & {"descent_surface", "descent_full", "descent_part"}


def test_a_threshold_of_acceptance_leaves_the_canvas_alone(url):
    of_stroke, of_threshold = see(url, "Draw_digits", ["draw_canvas", "draw_threshold"])
    assert {"draw_canvas", "draw_undo", "draw_threshold", "draw_bars"} <= of_stroke[0]
    assert {"draw_threshold", "draw_bars"} <= of_threshold[0]
    assert "draw_canvas" not in of_threshold[0]


@pytest.mark.parametrize(
    ("page", "canvas", "elsewhere"),
    [
        (
            "Draw_digits",
            "draw_canvas",
            {"draw_source", "draw_brush", "draw_pen", "draw_view", "draw_model"},
        ),
        ("Read_numbers", "numbers_canvas", {"numbers_source", "numbers_width"}),
        ("Your_own_hand", "hand_canvas", {"hand_take_back", "hand_tune", "hand_download"}),
    ],
)
def test_a_stroke_leaves_alone_what_it_does_not_change(url, page, canvas, elsewhere):
    first, _, third = see(url, page, [canvas] * 3)
    assert canvas in first[0]
    assert not third[0] & elsewhere


def test_a_preset_of_the_descent_leaves_the_surface_alone_and_stays_where_it_is(url):
    presses = ["descent_stochastic", "descent_x", "descent_stochastic"]
    (keys, first), (_, of_slider), (_, again) = see(url, "Gradient_descent", presses)
    assert {"descent_full", "descent_rate", "descent_contour", "descent_surface_3d"} <= keys
    assert not keys & {"descent_surface", "descent_part"}
    assert set(of_slider) < set(first) == set(again)


def test_a_start_of_another_surface_does_no_harm_to_who_comes_back_without_settings(url):
    async def scenario():
        witness = Witness(url)
        await witness.open("Gradient_descent")
        for key, field, value in (
            ("descent_x", "double_array_value", 6.25),
            ("descent_surface", "string_array_value", "three networks"),
            ("descent_x", "double_array_value", 0.8),
        ):
            widget = witness.widgets[key]
            state = WidgetState(id=widget.id, **{field: {"data": [value]}})
            await witness.set(state, widget.fragment)
        for page in ("Gradient_descent", "Average_digit", "Gradient_descent"):
            await witness.visit(page)
        assert witness.n_exceptions == 0
        await witness.close()

    asyncio.run(scenario())


def test_another_experiment_leaves_the_frame_of_the_page_alone(url):
    (keys, places), _ = see(url, "Experiments", ["experiments_view", "experiments_preset"])
    assert "experiments_view" in keys
    # Of the page itself there is one container, the fragment, and nothing in the sidebar.
    assert len({place[:2] for place in places}) == 1
