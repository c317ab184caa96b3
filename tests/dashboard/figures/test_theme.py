from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import ImageColor

from dashboard.figures import theme

# Streamlit's pages; the dark one as its dark theme is without a colour of its own.
WHITE, DARK = "#FFFFFF", "#171614"
# What the cones of a person without red or green ones see, on linear RGB: Machado, Oliveira and
# Fernandes, A Physiologically-based Model, 2009, doi:10.1109/TVCG.2009.113, severity 1.
PROTANOPIA = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
]
DEUTERANOPIA = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
]


def linear(colour):
    value = np.array(ImageColor.getrgb(colour)) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(first, second):
    light = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] + 0.05 for colour in (first, second))
    return light[1] / light[0]


@pytest.mark.parametrize("colour", theme.PALETTE)
@pytest.mark.parametrize("page", [WHITE, DARK])
def test_every_colour_stands_out_from_both_pages(colour, page):
    assert contrast(colour, page) >= 3


@pytest.mark.parametrize("vision", [np.eye(3), PROTANOPIA, DEUTERANOPIA])
@pytest.mark.parametrize(("first", "second"), list(combinations(theme.PALETTE, 2)))
def test_colours_differ_for_everyone(vision, first, second):
    seen = [
        np.clip(np.array(vision) @ linear(colour), 0, 1) ** (1 / 2.2) for colour in (first, second)
    ]
    assert np.linalg.norm(seen[0] - seen[1]) > 0.1


@pytest.mark.parametrize(
    "figure",
    [theme.figure([{"type": "bar", "y": [1]}], 300), theme.space([], {"aspectmode": "cube"})],
)
def test_figures_are_transparent_and_in_the_palette(figure):
    assert figure.layout.colorway == theme.PALETTE
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert figure.layout.legend.orientation == "h"
    # Text has the colour of the page's theme.
    assert figure.layout.font.color is None


def test_what_is_particular_to_a_figure_is_laid_over_the_look():
    title = {"title": {"text": "Digit"}}
    layout = theme.figure([], 300, xaxis=title, yaxis2=title, margin={"r": 80}).layout
    assert layout.height == 300
    for axis in (layout.xaxis, layout.yaxis2):
        assert axis.title.text == "Digit"
        assert axis.automargin
        assert axis.fixedrange
    assert (layout.margin.r, layout.margin.l) == (80, 8)
    assert layout.dragmode is False


def test_a_3d_figure_can_be_turned():
    layout = theme.space([], {"aspectmode": "cube"}, legend={"itemclick": False}).layout
    assert layout.scene.aspectmode == "cube"
    assert layout.dragmode is None
    assert layout.legend.itemclick is False
    assert layout.legend.orientation == "h"


def test_no_figure_keeps_the_settings_of_another():
    theme.figure([], 300, xaxis={"title": {"text": "Digit"}}, margin={"r": 80}, showlegend=False)
    layout = theme.figure([], 300).layout
    assert layout.xaxis.title.text is None
    assert layout.margin.r == 8
    assert layout.showlegend is None


@pytest.mark.parametrize("place", [{"x": 3}, {"y": 3}])
def test_a_line_across_is_at_one_place_and_as_long_as_the_plot(place):
    line = go.layout.Shape(theme.line_across(theme.GREY, "dash", **place))
    [(across, value)] = place.items()
    along = "y" if across == "x" else "x"
    assert line[f"{across}0"] == line[f"{across}1"] == value
    assert (line[f"{along}0"], line[f"{along}1"], line[f"{along}ref"]) == (0, 1, "paper")
