"""Figures of the average-digit page: averages, the score of an image, and the answers of a neuron.

Accuracies are drawn in per cent, scores as they are.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageColor
from plotly.colors import sample_colorscale

from dashboard.figures import theme
from dashboard.language import _
from nncore.average_digit import BiasSweep, predict

BIAS_RANGE = (-120.0, 0.0)

# No average has more than 117 as the score of an image of MNIST.
_SCORE_RANGE = (0, 120)
_BIN_WIDTH = 2
_SCORE_EDGES = np.arange(_SCORE_RANGE[0], _SCORE_RANGE[1] + _BIN_WIDTH, _BIN_WIDTH)
# A curve of 10,000 points looks the same in 600 pixels, and takes the browser longer.
_CURVE_POINTS = 400
# Where the sigmoid bends, most of its points are drawn; 0.25 apart.
_BEND = np.arange(-40, 41) / 4
_PER_CENT = "\N{NO-BREAK SPACE}%"


@dataclass(frozen=True)
class SigmoidSample:
    """An image on the sigmoid curve.

    Attributes
    ----------
    name : str
        For the legend.
    score : float
        Its dot product with the average digit.
    colour : str
        One of the palette.
    is_ring : bool
        Drawn as a ring, which lets another sample at the same place be seen.
    """

    name: str
    score: float
    colour: str
    is_ring: bool = False


def tiles(averages: np.ndarray) -> bytes:
    """Return average digits below each other as one WebP, a third as large as a picture of each.

    Parameters
    ----------
    averages : ndarray of shape (n_digits, 28, 28), float64
        0 to 1, on the colour scale of the other pictures.

    Returns
    -------
    bytes
        Each digit in its own size, and below it as much that is transparent.
    """
    colours = sample_colorscale(theme.SEQUENTIAL, list(np.linspace(0, 1, 256)))
    palette = np.array([(*ImageColor.getrgb(colour), 255) for colour in colours], dtype=np.uint8)
    digits = palette[np.rint(255 * averages).astype(np.uint8)]
    column = np.concatenate([digits, np.zeros_like(digits)], axis=1).reshape(-1, 28, 4)
    buffer = io.BytesIO()
    # As small as can be, since it is made once and sent to everybody.
    Image.fromarray(column).save(buffer, "WEBP", lossless=True, quality=100, method=6)
    return buffer.getvalue()


def difference(first: np.ndarray, second: np.ndarray, names: tuple[str, str]) -> go.Figure:
    """Return two average digits and what the first has more (or less) than the second.

    Parameters
    ----------
    first, second : ndarray of shape (28, 28), float64
        Average digits, 0 to 1.
    names : tuple of two str
        What they are averages of.
    """
    return _pictures(
        [
            _heatmap(first, theme.SEQUENTIAL, (0, 1)),
            _heatmap(second, theme.SEQUENTIAL, (0, 1)),
            _heatmap(first - second, theme.DIVERGING, (-0.8, 0.8)),
        ],
        [*names, _("difference")],
        "−=",
    )


def pixel_products(image: np.ndarray, weights: np.ndarray, products: np.ndarray) -> go.Figure:
    """Return an image, the average digit, and their product pixel by pixel.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
        0 is paper, 255 is ink; drawn from 0 to 1.
    weights : ndarray of shape (28, 28), float64
        The average digit, 0 to 1.
    products : ndarray of shape (28, 28), float64
        See `nncore.average_digit.pixel_products`.
    """
    return _pictures(
        [_heatmap(part, theme.SEQUENTIAL, (0, 1)) for part in (image / 255, weights, products)],
        [_("image x"), _("average W"), f"Σ wᵢxᵢ = {products.sum():.2f}"],
        "×=",
    )


def accuracy_bars(names: Sequence[str], accuracies: Sequence[float]) -> go.Figure:
    """Return the accuracy of this neuron beside that of others.

    Parameters
    ----------
    names : sequence of three str
        Of this neuron, of the one that always answers no, and of the one with the best bias.
    accuracies : sequence of three float
        Shares of right answers, 0 to 1, in the same order.
    """
    per_cent = [100 * accuracy for accuracy in accuracies]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": per_cent,
        "y": list(names),
        "marker": {"color": [theme.OURS, theme.NO, theme.GREEN]},
        "text": [f"{value:.2f}{_PER_CENT}" for value in per_cent],
        "textposition": "auto",
        "insidetextanchor": "end",
        "textfont": {"size": 18},
        "hoverinfo": "skip",
        "width": 0.7,
    }
    return theme.figure(
        [bars],
        height=230,
        # Room for the last tick's label.
        xaxis={"title": {"text": _("Right answers")}, "range": [0, 104], "ticksuffix": _PER_CENT},
        yaxis={"autorange": "reversed", "ticksuffix": "  "},
        shapes=[theme.line_across(theme.NO, "dot", x=per_cent[1])],
    )


def count_scores(scores: np.ndarray) -> np.ndarray:
    """Return how many images fall into each bar of `score_histogram`.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,), float64
        What another data set has beyond the axis is counted at its end.

    Returns
    -------
    ndarray of shape (n_bars,), int64
    """
    return np.histogram(np.clip(scores, *_SCORE_RANGE), _SCORE_EDGES)[0]


def score_histogram(
    of_others: np.ndarray, of_digit: np.ndarray, digit: int, cut: float
) -> go.Figure:
    """Return how many images have which score, with the score above which the answer is yes.

    Parameters
    ----------
    of_others, of_digit : ndarray of shape (n_bars,), int64
        As `count_scores` counts them: images of other digits, and of the digit looked for.
    digit : int
        That digit.
    cut : float
        Above it the answer is yes; drawn at the edge if it lies beyond.
    """
    bars = [
        {
            "type": "bar",
            "name": name,
            "x": _SCORE_EDGES[:-1] + _BIN_WIDTH / 2,
            "y": counts,
            "width": _BIN_WIDTH,
            "marker": {"color": colour, "line": {"width": 0}, "opacity": 0.75},
            "hovertemplate": _("score about %{x}: %{y} images") + "<extra></extra>",
        }
        for name, counts, colour in (
            (_("other digits"), of_others, theme.NO),
            (_("digit {digit}").format(digit=digit), of_digit, theme.YES),
        )
    ]
    shown_cut = min(max(cut, _SCORE_RANGE[0]), _SCORE_RANGE[1])
    # Room above the bars for the words at the line.
    top = 1.2 * max(of_others.max(), of_digit.max())
    return theme.figure(
        bars,
        height=280,
        barmode="overlay",
        xaxis={"title": {"text": _("Score")}, "range": _SCORE_RANGE},
        yaxis={"title": {"text": _("Test images")}, "range": [0, top]},
        shapes=[theme.line_across(theme.GREY, "dash", x=shown_cut)],
        annotations=[
            theme.words(text, shown_cut, 1, yref="paper", yanchor="top", xanchor=side, xshift=shift)
            for text, side, shift in ((_("← no"), "right", -6), (_("yes →"), "left", 6))
        ],
    )


def accuracy_against_bias(
    sweep: BiasSweep, always_no: float, bias: float, accuracy: float
) -> go.Figure:
    """Return the accuracy at every bias, with the best one and the mémoire's.

    Parameters
    ----------
    sweep : BiasSweep
        Accuracies and the best bias.
    always_no : float
        Accuracy of always answering no, 0 to 1; drawn as a horizontal line.
    bias, accuracy : float
        The mémoire's bias, and its accuracy, 0 to 1.
    """
    low, high = BIAS_RANGE
    places = np.searchsorted(sweep.biases, np.linspace(low, high, _CURVE_POINTS))
    shown = np.unique(np.minimum(places, sweep.biases.size - 1))
    # Below the first bias the answer is always no, above the last one always yes.
    curve = {
        "type": "scatter",
        "name": _("every bias"),
        "x": np.concatenate(([low], np.clip(sweep.biases[shown], low, high), [high])),
        "y": 100 * sweep.accuracies[[shown[0], *shown, shown[-1]]],
        "mode": "lines",
        "line": {"color": theme.OURS},
        "hovertemplate": "%{x:.1f}: %{y:.2f} %<extra></extra>",
    }
    no = 100 * always_no
    return theme.figure(
        [
            curve,
            _mark(
                _("best bias"),
                sweep.best_bias,
                100 * sweep.best_accuracy,
                {"color": theme.GREEN, "symbol": "star", "size": 14},
                "%{x:.2f}: %{y:.2f} %",
            ),
            _mark(
                _("the mémoire's bias"),
                bias,
                100 * accuracy,
                {"color": theme.MEMOIRE, "size": 14},
                "%{x:.2f}: %{y:.2f} %",
            ),
        ],
        height=300,
        # A best bias beyond the slider is drawn too, and the marks at the ends are not cut.
        xaxis={
            "title": {"text": _("Bias b")},
            "range": [min(low, sweep.best_bias) - 3, high + 3],
        },
        yaxis={
            "title": {"text": _("Right answers")},
            "range": [0, 105],
            "ticksuffix": _PER_CENT,
        },
        shapes=[theme.line_across(theme.NO, "dot", y=no)],
        annotations=[
            theme.words(
                _("always “no”"),
                high,
                no,
                xanchor="right",
                yanchor="bottom",
                font={"color": theme.NO},
            )
        ],
    )


def sigmoid_curve(samples: Sequence[SigmoidSample], bias: float, threshold: float) -> go.Figure:
    """Return the sigmoid with images on it, and the threshold above which the answer is yes.

    Parameters
    ----------
    samples : sequence of SigmoidSample
        The images, drawn where the bias puts them.
    bias : float
        Added to every score.
    threshold : float
        From 0 to 1.
    """
    places = [sample.score + bias for sample in samples]
    low, high = min(-12, *places) - 3, max(12, *places) + 3
    x = np.concatenate(([low], _BEND, [high]))
    curve = {
        "type": "scatter",
        "x": x,
        "y": predict(x, 0),
        "mode": "lines",
        "line": {"color": theme.GREY},
        "showlegend": False,
        "hoverinfo": "skip",
    }
    ring = {"symbol": "circle-open", "size": 20, "line": {"width": 3}}
    marks = [
        _mark(
            sample.name,
            place,
            float(predict(place, 0)),
            {"color": sample.colour, **(ring if sample.is_ring else {"size": 11})},
            "σ(%{x:.2f}) = %{y:.3g}",
        )
        for sample, place in zip(samples, places, strict=True)
    ]
    return theme.figure(
        [curve, *marks],
        height=300,
        xaxis={"title": {"text": _("Score + bias")}, "range": [low, high]},
        yaxis={"title": {"text": _("Output σ")}, "range": [-0.08, 1.08]},
        shapes=[theme.line_across(theme.GREY, "dash", y=threshold)],
        annotations=[theme.words(_("threshold"), low, threshold, xanchor="left", yanchor="bottom")],
    )


def _heatmap(values: np.ndarray, colour_scale: str | tuple, limits: tuple[float, float]) -> dict:
    """Return one picture of 28x28 pixels, still without its place."""
    return {
        "type": "heatmap",
        # Single precision shows the same colours and halves what is sent.
        "z": values.astype(np.float32),
        "zmin": limits[0],
        "zmax": limits[1],
        "colorscale": colour_scale,
        "showscale": False,
        "hovertemplate": _("row %{y}, column %{x}: %{z:.2f}") + "<extra></extra>",
    }


def _pictures(heatmaps: Sequence[dict], titles: Sequence[str], signs: str) -> go.Figure:
    """Return pictures side by side, with a sign of arithmetic between each two."""
    gap = 0.07
    width = (1 - gap * (len(heatmaps) - 1)) / len(heatmaps)
    bare = {"constrain": "domain", "showticklabels": False, "ticks": "", "showgrid": False}
    axes = {}
    for number, (heatmap, title) in enumerate(zip(heatmaps, titles, strict=True)):
        suffix = str(number + 1) if number else ""
        heatmap |= {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        left = number * (width + gap)
        axes[f"xaxis{suffix}"] = {
            **bare,
            "zeroline": False,
            "domain": [left, left + width],
            "anchor": f"y{suffix}",
            "side": "top",
            "title": {"text": title, "standoff": 4},
        }
        axes[f"yaxis{suffix}"] = {
            **bare,
            "zeroline": False,
            "anchor": f"x{suffix}",
            "autorange": "reversed",
            "scaleanchor": f"x{suffix}",
            # On a phone the pictures are lower than the figure.
            "constraintoward": "top",
        }
    places = [number * (width + gap) - gap / 2 for number in range(1, len(heatmaps))]
    return theme.figure(
        heatmaps,
        height=260,
        **axes,
        # The button that saves the picture finds room above the titles.
        margin={"t": 46, "b": 0},
        annotations=[
            theme.words(sign, place, 0.5, xref="paper", yref="y domain", font={"size": 28})
            for sign, place in zip(signs, places, strict=True)
        ],
    )


def _mark(name: str, x: float, y: float, marker: dict, hover: str) -> dict:
    """Return a single point with its own entry in the legend."""
    return {
        "type": "scatter",
        "name": name,
        "x": [x],
        "y": [y],
        "mode": "markers",
        "marker": marker,
        "hovertemplate": hover + "<extra></extra>",
        "cliponaxis": False,
    }
