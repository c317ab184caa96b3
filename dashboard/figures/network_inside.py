"""Figures of what is inside a network: a neuron's weights, and what every layer answers."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.language import _

# Positive is blue, which stands for yes.
_AROUND_ZERO = [[1 - position, colour] for position, colour in reversed(theme.DIVERGING)]
_STRIP_COLUMNS = 40
_STRIP_ROW_PX = 13
_STRIP_TITLE_PX = 30
_BARE_AXIS = {"visible": False}


def neuron_weights(weights: np.ndarray) -> go.Figure:
    """Return the weights of one neuron, blue where an input pulls its answer up.

    Parameters
    ----------
    weights : ndarray of shape (height, width) or (n_inputs,), float
        Of pixels, laid out as the image is; or of the neurons of the layer before, which are laid
        out row by row because they have no order of their own.
    """
    is_image = weights.ndim == 2
    width = weights.shape[1] if is_image else math.ceil(math.sqrt(2 * weights.size))
    grid = _grid(weights.ravel(), width)
    hover = (
        _("row %{y}, column %{x}: %{z:.3f}") if is_image else _("neuron %{customdata}: %{z:.3f}")
    )
    limit = _largest(weights)
    picture = {
        **_heatmap(grid, hover),
        "colorscale": _AROUND_ZERO,
        "zmin": -limit,
        "zmax": limit,
        "showscale": True,
        "colorbar": {"thickness": 12, "nticks": 5},
    }
    return theme.figure(
        [picture],
        340,
        xaxis={**_BARE_AXIS, "constrain": "domain"},
        yaxis={**_BARE_AXIS, "autorange": "reversed", "scaleanchor": "x", "constrain": "domain"},
    )


def layer_strips(activations: Sequence[np.ndarray], titles: Sequence[str]) -> go.Figure:
    """Return the outputs of some layers, one below the other, a small square for each neuron.

    Parameters
    ----------
    activations : sequence of ndarray of shape (n_neurons,), float
        At least one. Each layer has its own scale: its largest output, either way, has the full
        colour; negative ones are orange.
    titles : sequence of str
        Of the layers.
    """
    grids = [_grid(values, _STRIP_COLUMNS) for values in activations]
    plot_px = sum(len(grid) * _STRIP_ROW_PX + _STRIP_TITLE_PX for grid in grids)
    traces, axes, words = [], {}, []
    top = plot_px
    for number, (grid, title) in enumerate(zip(grids, titles, strict=True), start=1):
        suffix = "" if number == 1 else str(number)
        top -= _STRIP_TITLE_PX
        limit, height = _largest(grid), len(grid) * _STRIP_ROW_PX
        is_signed = np.nanmin(grid) < 0
        traces.append(
            {
                **_heatmap(grid, _("neuron %{customdata}: %{z:.3f}")),
                "colorscale": _AROUND_ZERO if is_signed else theme.SEQUENTIAL,
                "zmin": -limit if is_signed else 0,
                "zmax": limit,
                "showscale": False,
                "xgap": 1,
                "ygap": 1,
                "yaxis": f"y{suffix}",
            }
        )
        axes[f"yaxis{suffix}"] = {
            **_BARE_AXIS,
            "autorange": "reversed",
            "domain": [(top - height) / plot_px, top / plot_px],
        }
        words.append(
            {
                "text": title,
                "xref": "paper",
                "x": 0,
                "xanchor": "left",
                "yref": "paper",
                "y": top / plot_px,
                "yanchor": "bottom",
                "showarrow": False,
            }
        )
        top -= height
    margin = {"l": 8, "r": 8, "t": 8, "b": 8}
    return theme.figure(
        traces, plot_px + 16, xaxis=_BARE_AXIS, **axes, annotations=words, margin=margin
    )


def output_bars(outputs: np.ndarray, label: int, *, are_probabilities: bool) -> go.Figure:
    """Return one bar for each digit: the true one blue, another answer orange.

    Parameters
    ----------
    outputs : ndarray of shape (n_classes,), float
    label : int
        The true digit.
    are_probabilities : bool
        Whether the outputs sum to 1, as those of softmax do; else they are only called outputs.
    """
    colours = [theme.GREY] * outputs.size
    colours[int(outputs.argmax())] = theme.NO
    colours[label] = theme.YES
    number = ".0%" if are_probabilities else ".2f"
    bars = {
        "type": "bar",
        "x": [str(digit) for digit in range(outputs.size)],
        "y": outputs,
        "marker": {"color": colours},
        "text": [f"{value:{number}}" if abs(value) >= 0.05 else "" for value in outputs],
        "textposition": "outside",
        "textangle": 0,
        # Else a label as wide as its bar is made smaller.
        "constraintext": "none",
        "cliponaxis": False,
        "hovertemplate": f"%{{x}}: %{{y:{'.2%' if are_probabilities else '.4f'}}}<extra></extra>",
    }
    return theme.figure(
        [bars],
        250,
        xaxis={"title": {"text": _("Digit")}, "type": "category"},
        yaxis={
            "title": {"text": _("Probability") if are_probabilities else _("Output")},
            # The labels on the bars take some room.
            "range": [1.12 * min(0.0, float(outputs.min())), 1.12 * max(1.0, float(outputs.max()))],
            "tickformat": ".0%" if are_probabilities else None,
        },
        bargap=0.25,
    )


def _grid(values: np.ndarray, width: int) -> np.ndarray:
    """Return (n,) values row by row as (rows, width), filled up with NaN."""
    grid = np.full(-(-values.size // width) * width, np.nan, dtype=np.float32)
    grid[: values.size] = values
    return grid.reshape(-1, width)


def _heatmap(grid: np.ndarray, hover: str) -> dict:
    """Return a picture that tells the number of each cell, still without its colours."""
    return {
        "type": "heatmap",
        "z": grid,
        "customdata": np.arange(grid.size, dtype=np.int32).reshape(grid.shape),
        "hoverongaps": False,
        "hovertemplate": hover + "<extra></extra>",
    }


def _largest(values: np.ndarray) -> float:
    """Return the largest size of a value, or 1 where all are 0."""
    return float(np.nanmax(np.abs(values))) or 1.0
