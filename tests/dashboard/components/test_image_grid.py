import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.image_grid import ImageTile, flipped_ids, image_grid

IDS = ("red", "blue", "green")


def test_clicks_flip_the_tiles_that_were_clicked_an_odd_number_of_times():
    clicks = [[1, "red"], [2, "blue"], [3, "red"], [4, "green"]]
    assert flipped_ids(clicks, 0, IDS) == ({"blue", "green"}, 4)


def test_click_that_comes_twice_counts_once():
    # The browser repeats what Python has not confirmed yet.
    first, confirmed = flipped_ids([[1, "red"]], 0, IDS)
    second, confirmed = flipped_ids([[1, "red"], [2, "blue"]], confirmed, IDS)
    assert (first, second, confirmed) == ({"red"}, {"blue"}, 2)


def test_tile_that_has_gone_is_ignored():
    assert flipped_ids([[1, "gone"], [2, "red"]], 0, IDS) == ({"red"}, 2)


@pytest.mark.parametrize(
    "clicks",
    [None, "red", {"red": 1}, [None], [["red", 1]], [[1]], [[1, "red", 2]], [[1, ["red"]]]],
)
def test_what_is_not_a_list_of_clicks_flips_nothing(clicks):
    assert flipped_ids(clicks, 0, IDS) == (frozenset(), 0)


def test_two_tiles_with_one_id_are_refused():
    tiles = [ImageTile("red", "red", ""), ImageTile("red", "dark red", "")]
    with pytest.raises(ValueError, match=r"ids that differ, got \['red', 'red'\]"):
        image_grid(tiles, set(), key="grid", label="Red?", on_toggle=lambda ids: None)


def test_labels_of_the_page_go_to_the_browser():
    def page():
        from dashboard.components.image_grid import ImageTile, image_grid

        tiles = [ImageTile("red", "Red", "data:,1"), ImageTile("blue", "Blue", "data:,2")]
        image_grid(tiles, {"red"}, key="grid", label="Red?", on_toggle=lambda ids: None)

    app = AppTest.from_function(page).run()
    assert not app.exception
    [component] = app.get("bidi_component")
    data = json.loads(component.proto.bytes)
    assert data["label"] == "Red?"
    assert data["confirmed"] == 0
    assert data["tiles"] == [
        {"id": "red", "name": "Red", "image": "data:,1", "positive": True},
        {"id": "blue", "name": "Blue", "image": "data:,2", "positive": False},
    ]
