"""Figures of the drawing page: the outputs of a network, and how a drawing becomes its input.

Pictures are for both themes: ink on paper.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageColor

from dashboard.figures import theme
from dashboard.figures.png import png
from dashboard.language import _
from nncore.drawing import BOX_SIZE, IMAGE_SIZE, DigitSteps

INK = "#1A1A1A"
PAPER = "#FAF9F5"
# Sides of a pixel of the 28x28 image and of a whole picture. Streamlit takes 7 ms to scale a larger
# picture down to the width at which it is shown, and 1 ms for one of that size.
PIXEL_PX = 5
PICTURE_PX = IMAGE_SIZE * PIXEL_PX

# Shows paper against a light page.
_FRAME = "#B4B4B4"
_FRAME_PX = 1
_MIN_LABELLED_OUTPUT = 0.05
# From paper (0) to ink (255), (256, 4).
_RGBA_OF_INK = np.rint(
    np.linspace(*(ImageColor.getcolor(colour, "RGBA") for colour in (PAPER, INK)), 256)
).astype(np.uint8)
_COLOURS_OF_INK = _RGBA_OF_INK[:, :3].tobytes()


def probability_bars(
    outputs: np.ndarray, threshold: float, *, are_probabilities: bool = True
) -> go.Figure:
    """Return one bar a digit, and the threshold as a line.

    Parameters
    ----------
    outputs : ndarray of shape (n_classes,), float
        Finite; of any range, although only 0 to 1 says much beside a threshold.
    threshold : float
        The largest output is in another colour if it does not exceed this.
    are_probabilities : bool
        Whether the outputs sum to 1, as those of softmax do; else they are only called outputs.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    best = int(outputs.argmax())
    colours = [theme.GREY] * outputs.size
    colours[best] = theme.YES if outputs[best] > threshold else theme.NO
    number = ".0%" if are_probabilities else ".2f"
    bars = {
        "type": "bar",
        "x": [str(digit) for digit in range(outputs.size)],
        "y": outputs,
        "marker": {"color": colours},
        "text": [f"{value:{number}}" if value >= _MIN_LABELLED_OUTPUT else "" for value in outputs],
        "textposition": "outside",
        "textangle": 0,
        "textfont": {"size": 13},
        # Else a label as wide as its bar is made smaller.
        "constraintext": "none",
        "cliponaxis": False,
        "hovertemplate": f"%{{x}}: %{{y:{'.2%' if are_probabilities else '.4f'}}}<extra></extra>",
    }
    return theme.figure(
        [bars],
        height=240,
        bargap=0.25,
        # Room for the word beside the plot.
        margin={"r": 80},
        xaxis={"title": {"text": _("Digit")}, "type": "category"},
        yaxis={
            "title": {"text": _("Probability") if are_probabilities else _("Output")},
            # The labels on the bars take some room above 1.
            "range": [min(0.0, float(outputs.min())), 1.12 * max(1.0, float(outputs.max()))],
            "tickformat": ".0%" if are_probabilities else None,
        },
        shapes=[theme.line_across(theme.GREY, "dash", y=threshold)],
        annotations=[
            theme.words(
                _("threshold"), 1, threshold, xref="paper", xanchor="left", yanchor="middle"
            )
        ],
    )


def digit_picture(image: np.ndarray) -> np.ndarray:
    """Return a (28, 28) uint8 image as (PICTURE_PX, PICTURE_PX, 4) uint8, its pixels squares."""
    picture = _RGBA_OF_INK[image.repeat(PIXEL_PX, axis=0).repeat(PIXEL_PX, axis=1)]
    for edge in (np.s_[:_FRAME_PX], np.s_[-_FRAME_PX:]):
        picture[edge] = picture[:, edge] = ImageColor.getcolor(_FRAME, "RGBA")
    return picture


@dataclass(frozen=True)
class InkPicture:
    """A picture of ink on paper, which the browser enlarges.

    Attributes
    ----------
    data : bytes
        A PNG, mostly smaller than it is shown.
    size_px : (width, height)
        As it is shown.
    has_pixels : bool
        Whether its pixels are to be seen as squares.
    """

    data: bytes
    size_px: tuple[int, int]
    has_pixels: bool = True


def seen_picture(image: np.ndarray) -> InkPicture:
    """Return a (28, 28) uint8 image as a network sees it."""
    return InkPicture(_on_paper(image), (PICTURE_PX, PICTURE_PX))


def step_pictures(
    paper: np.ndarray, steps: DigitSteps, seen: InkPicture | None = None
) -> list[InkPicture]:
    """Return what becomes of a drawing, step by step.

    Parameters
    ----------
    paper : ndarray of shape (height, width), uint8
        The whole drawing, 255 in the ink, in about the size in which it is shown.
    steps : DigitSteps
        Of that drawing.
    seen : InkPicture, optional
        The `seen_picture` of their image, where there is one already.

    Returns
    -------
    list of InkPicture
        The whole drawing, its crop, the 20x20 box (or 28x28 if nothing was cut), and the 28x28
        image; none larger than PICTURE_PX, the last three on one scale.
    """
    height, width = steps.fitted.shape
    side = max(BOX_SIZE, height, width)
    box = np.zeros((side, side), dtype=np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    box[top : top + height, left : left + width] = steps.fitted
    side_px = side * PIXEL_PX
    return [
        _smooth(paper, PICTURE_PX),
        _smooth(steps.crop, side_px),
        InkPicture(_on_paper(box), (side_px, side_px)),
        seen_picture(steps.image) if seen is None else seen,
    ]


def _smooth(levels: np.ndarray, longer_side: int) -> InkPicture:
    """Return ink with its longer side as given and its proportions kept."""
    height, width = levels.shape
    scale = longer_side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if scale < 1:
        levels = np.asarray(Image.fromarray(levels).resize(size, Image.Resampling.BILINEAR))
    return InkPicture(_on_paper(levels), size, has_pixels=False)


def _on_paper(levels: np.ndarray) -> bytes:
    """Return ink of (height, width) uint8 as a PNG of that size."""
    picture = Image.fromarray(levels)
    # A quarter of the bytes that RGBA has are quicker to compress.
    picture.putpalette(_COLOURS_OF_INK)
    return png(picture)
