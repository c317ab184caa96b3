"""A figure of many digits as points: what is alike to a layer lies close together."""

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.language import _

_HEIGHT = 520
# Five colours that everyone can tell apart, and two shapes.
_SYMBOLS = ("circle", "diamond-open")


def digit_map(
    coordinates: np.ndarray,
    labels: np.ndarray,
    predictions: np.ndarray,
    variance_shares: np.ndarray,
) -> go.Figure:
    """Return test images as points in the colour and shape of their digit.

    Parameters
    ----------
    coordinates : ndarray of shape (n_images, 2), float
        Of the first test images, in their order.
    labels, predictions : ndarray of shape (n_images,), int
        True digits and answers; a wrong answer has a ring.
    variance_shares : ndarray of shape (2,), float
        Part of the whole variance along each axis, 0 to 1.
    """
    coordinates = coordinates.astype(np.float32)
    traces, names = [], []
    for digit in np.unique(labels):
        [shown] = np.nonzero(labels == digit)
        traces.append(
            {
                **_points(str(digit), coordinates, labels, predictions, shown),
                "marker": {
                    "color": theme.PALETTE[digit % len(theme.PALETTE)],
                    "symbol": _SYMBOLS[digit // len(theme.PALETTE) % len(_SYMBOLS)],
                    "size": 6,
                    "opacity": 0.9,
                    "line": {"width": 1.5 if digit >= len(theme.PALETTE) else 0},
                },
            }
        )
        x, y = np.median(coordinates[shown], axis=0)
        names.append(
            {
                "text": f"<b>{digit}</b>",
                "x": float(x),
                "y": float(y),
                "font": {"size": 18, "color": "#1A1A1A"},
                "bgcolor": "rgba(250, 249, 245, 0.8)",
                "borderpad": 1,
                "showarrow": False,
            }
        )
    [wrong] = np.nonzero(labels != predictions)
    if wrong.size:
        traces.append(
            {
                **_points(_("answered wrong"), coordinates, labels, predictions, wrong),
                "marker": {
                    "color": theme.NO,
                    "symbol": "circle-open",
                    "size": 13,
                    "line": {"width": 2},
                },
            }
        )
    titles = [
        _("Component {n}: {share} of the variance").format(
            n=number, share=f"{100 * share:.1f}\N{NO-BREAK SPACE}%"
        )
        for number, share in enumerate(variance_shares, start=1)
    ]
    return theme.figure(
        traces,
        _HEIGHT,
        xaxis={"title": {"text": titles[0]}, "zeroline": False},
        yaxis={"title": {"text": titles[1]}, "zeroline": False},
        hovermode="closest",
        annotations=names,
    )


def _points(
    name: str,
    coordinates: np.ndarray,
    labels: np.ndarray,
    predictions: np.ndarray,
    shown: np.ndarray,
) -> dict:
    """Return the trace of some images, each telling its number, digit and answer."""
    return {
        "type": "scatter",
        "name": name,
        "x": coordinates[shown, 0],
        "y": coordinates[shown, 1],
        "customdata": np.column_stack([shown, labels[shown], predictions[shown]]).astype(np.int32),
        "mode": "markers",
        "hovertemplate": _(
            "test image %{customdata[0]}: a %{customdata[1]}, answered %{customdata[2]}"
        )
        + "<extra></extra>",
    }
