"""Figures of one hand beside MNIST: accuracies with their intervals, and confusions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.language import _
from nncore.evaluation import wilson_interval

_ROW_PX = 34
_MARGIN_PX = 70
_PERCENT = "\N{NO-BREAK SPACE}%"


@dataclass(frozen=True)
class Accuracy:
    """How many of some digits were read right.

    Attributes
    ----------
    name : str
        Of the digits.
    n_right, n : int
        Right ones, of how many.
    is_own : bool
        Whether the reader has written them.
    """

    name: str
    n_right: int
    n: int
    is_own: bool

    @property
    def share(self) -> float:
        """Share of right answers, in 0-1."""
        return self.n_right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, at 95 %, by `wilson_interval`."""
        return wilson_interval(self.n_right, self.n)


@dataclass(frozen=True)
class Confusion:
    """A digit that was read as another.

    Attributes
    ----------
    label, answer : int
        What was meant, and what was read.
    own_share, mnist_share : float
        How often, of all digits that were meant so, in 0-1.
    """

    label: int
    answer: int
    own_share: float
    mnist_share: float


def accuracies(rows: Sequence[Accuracy]) -> go.Figure:
    """Return accuracies below each other, each a dot with its 95 % interval.

    Parameters
    ----------
    rows : sequence of Accuracy
        From the top.
    """
    traces = []
    for is_own, colour in ((True, theme.BLUE), (False, theme.GREY)):
        chosen = [row for row in rows if row.is_own == is_own]
        shares = np.array([row.share for row in chosen])
        intervals = np.array([row.interval for row in chosen]).reshape(-1, 2)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": 100 * shares,
                "y": [row.name for row in chosen],
                "marker": {"size": 12, "color": colour},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": 100 * (intervals[:, 1] - shares),
                    "arrayminus": 100 * (shares - intervals[:, 0]),
                    "thickness": 3,
                    "width": 8,
                    "color": colour,
                },
                "customdata": 100 * intervals,
                "hovertemplate": "%{y}: %{x:.1f} % (%{customdata[0]:.1f} – %{customdata[1]:.1f} %)"
                "<extra></extra>",
            }
        )
    lowest = min(row.interval[0] for row in rows)
    return theme.figure(
        traces,
        _MARGIN_PX + _ROW_PX * len(rows),
        showlegend=False,
        # Room for a dot at 100 %.
        xaxis={"range": [max(0.0, 100 * lowest - 5), 101], "ticksuffix": _PERCENT},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [row.name for row in reversed(rows)],
            "range": [-0.6, len(rows) - 0.4],
        },
    )


def most_frequent_confusions(own: np.ndarray, on_mnist: np.ndarray) -> list[Confusion]:
    """Return what was read wrong, the most frequent confusion first.

    Parameters
    ----------
    own, on_mnist : ndarray of shape (n_classes, n_classes), int
        Rows are true classes; `nncore.evaluation.Evaluation.confusion`.
    """
    own_shares, mnist_shares = (
        counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) for counts in (own, on_mnist)
    )
    confusions = [
        Confusion(
            int(label),
            int(answer),
            float(own_shares[label, answer]),
            float(mnist_shares[label, answer]),
        )
        for label, answer in np.argwhere(own)
        if label != answer
    ]
    return sorted(confusions, key=lambda confusion: -confusion.own_share)


def confusion_bars(confusions: Sequence[Confusion]) -> go.Figure:
    """Return two bars for each confusion: how often on the reader's digits, and on MNIST's.

    Parameters
    ----------
    confusions : sequence of Confusion
        From the top; at least one.
    """
    names = [
        _("{label} read as {answer}").format(label=confusion.label, answer=confusion.answer)
        for confusion in confusions
    ]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": names,
            "x": shares,
            "marker": {"color": colour},
            "text": [f"{share:.{decimals}f}{_PERCENT}" for share in shares],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": "%{y}: %{x:.1f} %",
        }
        for name, shares, colour, decimals in (
            (_("your digits"), [100 * c.own_share for c in confusions], theme.BLUE, 0),
            (_("MNIST"), [100 * c.mnist_share for c in confusions], theme.GREY, 1),
        )
    ]
    return theme.figure(
        bars,
        _MARGIN_PX + 30 + 2 * _ROW_PX * len(confusions),
        barmode="group",
        # The labels beside the bars take some room.
        xaxis={"range": [0, 115], "ticksuffix": _PERCENT, "tickvals": [0, 25, 50, 75, 100]},
        yaxis={"type": "category", "autorange": "reversed"},
    )
