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
# A curve of 10,000 points looks the same in 600 pixels, and takes the browser longer.
_CURVE_POINTS = 400
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


def tile(average: np.ndarray) -> bytes:
    """Return an average digit as a PNG of its own size.

    Parameters
    ----------
    average : ndarray of shape (28, 28), float64
        0 to 1, on the colour scale of the other pictures.
    """
    colours = sample_colorscale(theme.SEQUENTIAL, list(np.linspace(0, 1, 256)))
    picture = Image.fromarray(np.rint(255 * average).astype(np.uint8))
    picture.putpalette([level for colour in colours for level in ImageColor.getrgb(colour)])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
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
        [_("image x"), _("average W"), _("sum: {score:.2f}").format(score=products.sum())],
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
    per_cent = 100 * np.asarray(accuracies)
    figure = go.Figure(
        go.Bar(
            x=per_cent,
            y=list(names),
            orientation="h",
            marker_color=[theme.OURS, theme.NO, theme.GREEN],
            text=[f"{value:.2f}{_PER_CENT}" for value in per_cent],
            textposition="inside",
            insidetextanchor="end",
            textfont={"size": 18, "color": "white"},
            hoverinfo="skip",
            width=0.7,
        )
    )
    figure.add_vline(x=per_cent[1], line={"color": theme.NO, "dash": "dot", "width": 2})
    figure.update_xaxes(range=[0, 100], ticksuffix=_PER_CENT, title=_("Right answers"))
    figure.update_yaxes(autorange="reversed", ticksuffix="  ")
    return _still(figure, height=230)


def score_histogram(scores: np.ndarray, is_digit: np.ndarray, digit: int, cut: float) -> go.Figure:
    """Return how many images have which score, with the score from which the answer is yes.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,), float64
        Of all images.
    is_digit : ndarray of shape (n_samples,), bool
        Whether each image shows the digit looked for.
    digit : int
        That digit.
    cut : float
        Above it the answer is yes; drawn at the edge if it lies beyond.
    """
    edges = np.arange(_SCORE_RANGE[0], _SCORE_RANGE[1] + _BIN_WIDTH, _BIN_WIDTH)
    figure = go.Figure(
        [
            go.Bar(
                name=name,
                x=edges[:-1] + _BIN_WIDTH / 2,
                # What another data set has beyond the range is counted at its edge.
                y=np.histogram(np.clip(part, *_SCORE_RANGE), edges)[0],
                width=_BIN_WIDTH,
                marker={"color": colour, "line_width": 0, "opacity": 0.75},
                hovertemplate=_("score about %{x}: %{y} images") + "<extra></extra>",
            )
            for name, part, colour in (
                (_("other digits"), scores[~is_digit], theme.NO),
                (_("digit {digit}").format(digit=digit), scores[is_digit], theme.YES),
            )
        ]
    )
    figure.add_vline(x=float(np.clip(cut, *_SCORE_RANGE)), line={"color": theme.GREY, "dash": "dash", "width": 2})
    for text, anchor, shift in ((_("← no"), "right", -6), (_("yes →"), "left", 6)):
        figure.add_annotation(
            x=float(np.clip(cut, *_SCORE_RANGE)),
            y=1,
            yref="paper",
            text=text,
            showarrow=False,
            xanchor=anchor,
            xshift=shift,
            yanchor="top",
        )
    figure.update_layout(barmode="overlay", bargap=0)
    figure.update_xaxes(title=_("Score"), range=_SCORE_RANGE)
    figure.update_yaxes(title=_("Test images"))
    return _still(figure, height=280)


def accuracy_against_bias(
    sweep: BiasSweep, always_no: float, bias: float, accuracy: float
) -> go.Figure:
    """Return the accuracy at every bias, with the best one and the present one.

    Parameters
    ----------
    sweep : BiasSweep
        Accuracies and the best bias.
    always_no : float
        Accuracy of always answering no, 0 to 1; drawn as a horizontal line.
    bias, accuracy : float
        The present bias, and its accuracy, 0 to 1.
    """
    low, high = BIAS_RANGE
    places = np.searchsorted(sweep.biases, np.linspace(low, high, _CURVE_POINTS))
    shown = np.unique(np.minimum(places, sweep.biases.size - 1))
    # Below the first bias the answer is always no, above the last one always yes.
    biases = np.concatenate(([low], np.clip(sweep.biases[shown], low, high), [high]))
    accuracies = sweep.accuracies[[shown[0], *shown, shown[-1]]]
    figure = go.Figure(
        [
            go.Scatter(
                name=_("every bias"),
                x=biases,
                y=100 * accuracies,
                mode="lines",
                line_color=theme.OURS,
                hovertemplate="%{x:.1f}: %{y:.2f} %<extra></extra>",
            ),
            _marker(_("best bias"), sweep.best_bias, sweep.best_accuracy, theme.GREEN, "star"),
            _marker(_("your bias"), bias, accuracy, theme.OURS, "circle"),
        ]
    )
    figure.add_hline(
        y=100 * always_no,
        line={"color": theme.NO, "dash": "dot", "width": 2},
        annotation={"text": _("always “no”"), "font_color": theme.NO},
        annotation_position="top right",
    )
    # Room for the star of a best bias that lies beyond the slider.
    figure.update_xaxes(title=_("Bias b"), range=[min(low, sweep.best_bias) - 3, high + 3])
    figure.update_yaxes(title=_("Right answers"), range=[0, 105], ticksuffix=_PER_CENT)
    return _still(figure, height=300)


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
    places = np.array([sample.score for sample in samples]) + bias
    low, high = min(-12, *places) - 3, max(12, *places) + 3
    # Most points lie where the curve bends.
    x = np.unique(np.concatenate(([low, high], np.linspace(-10, 10, 81))))
    figure = go.Figure(
        go.Scatter(
            x=x, y=predict(x, 0), mode="lines", line_color=theme.GREY, showlegend=False
        )
    )
    for sample, place in zip(samples, places, strict=True):
        figure.add_scatter(
            name=sample.name,
            x=[place],
            y=[predict(place, 0)],
            mode="markers",
            marker={
                "color": sample.colour,
                "size": 20 if sample.is_ring else 11,
                "symbol": "circle-open" if sample.is_ring else "circle",
                "line_width": 3 if sample.is_ring else 0,
            },
            hovertemplate="σ(%{x:.2f}) = %{y:.3g}<extra></extra>",
            cliponaxis=False,
        )
    figure.add_hline(
        y=threshold,
        line={"color": theme.GREY, "dash": "dash", "width": 2},
        annotation_text=_("threshold"),
        annotation_position="top left",
    )
    figure.update_xaxes(title=_("Score + bias"), range=[low, high])
    figure.update_yaxes(title=_("Output σ"), range=[-0.08, 1.08])
    return _still(figure, height=300)


def _marker(name: str, bias: float, accuracy: float, colour: str, symbol: str) -> go.Scatter:
    """Return a bias and its accuracy as a single mark."""
    return go.Scatter(
        name=name,
        x=[bias],
        y=[100 * accuracy],
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 14},
        hovertemplate="%{x:.2f}: %{y:.2f} %<extra></extra>",
        cliponaxis=False,
    )


def _heatmap(values: np.ndarray, colour_scale: str | tuple, limits: tuple[float, float]) -> dict:
    """Return the properties of one picture of 28x28 pixels."""
    # Single precision shows the same colours and halves what is sent.
    return {
        "z": values.astype(np.float32),
        "zmin": limits[0],
        "zmax": limits[1],
        "colorscale": colour_scale,
    }


def _pictures(heatmaps: Sequence[dict], titles: Sequence[str], signs: str) -> go.Figure:
    """Return three pictures side by side, with a sign of arithmetic between two."""
    figure = go.Figure()
    gap = 0.07
    width = (1 - gap * (len(heatmaps) - 1)) / len(heatmaps)
    for number, (heatmap, title) in enumerate(zip(heatmaps, titles, strict=True)):
        suffix = str(number + 1) if number else ""
        left = number * (width + gap)
        figure.add_heatmap(
            **heatmap,
            xaxis=f"x{suffix}",
            yaxis=f"y{suffix}",
            showscale=False,
            hovertemplate=_("row %{y}, column %{x}: %{z:.2f}") + "<extra></extra>",
        )
        figure.layout[f"xaxis{suffix}"] = {
            "domain": [left, left + width],
            "anchor": f"y{suffix}",
            "title": {"text": title, "standoff": 4},
            "side": "top",
        }
        figure.layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "scaleanchor": f"x{suffix}",
            "autorange": "reversed",
        }
    for number, sign in enumerate(signs, start=1):
        figure.add_annotation(
            x=number * (width + gap) - gap / 2,
            y=0.5,
            xref="paper",
            yref="paper",
            text=sign,
            showarrow=False,
            font_size=28,
        )
    figure.update_xaxes(constrain="domain", showticklabels=False, showgrid=False, zeroline=False)
    figure.update_yaxes(constrain="domain", showticklabels=False, showgrid=False, zeroline=False)
    return _still(figure, height=280)


def _still(figure: go.Figure, height: int) -> go.Figure:
    """Style a figure that lets a finger scroll the page instead of zooming it."""
    return theme.style(figure, height).update_layout(dragmode=False)
