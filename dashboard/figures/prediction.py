"""Figures of the drawing page: the outputs of a network, and how a drawing becomes its input.

Pictures are arrays for both themes: ink on paper where there is a picture, clear around it.
"""

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageColor

from dashboard.figures import theme
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
    return _on_paper(_enlarged(image))


def step_pictures(ink: np.ndarray, steps: DigitSteps) -> list[np.ndarray]:
    """Return what becomes of a drawing, step by step.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8
        The drawing, 255 in the ink.
    steps : DigitSteps
        Of that ink.

    Returns
    -------
    list of ndarray of shape (PICTURE_PX, PICTURE_PX, 4), uint8
        The whole drawing, its crop, the 20x20 box (or 28x28 if nothing was cut), and the 28x28
        image; RGBA, the last three on one scale.
    """
    height, width = steps.fitted.shape
    side = max(BOX_SIZE, height, width)
    box = np.zeros((side, side), dtype=np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    box[top : top + height, left : left + width] = steps.fitted
    pictures = [_scaled(ink, PICTURE_PX), _scaled(steps.crop, side * PIXEL_PX), _enlarged(box)]
    return [*(_in_the_middle(_on_paper(levels)) for levels in pictures), digit_picture(steps.image)]


def _enlarged(levels: np.ndarray) -> np.ndarray:
    """Return an image with its pixels as squares."""
    return levels.repeat(PIXEL_PX, axis=0).repeat(PIXEL_PX, axis=1)


def _scaled(levels: np.ndarray, longer_side: int) -> np.ndarray:
    """Return an image with its longer side as given and its proportions kept."""
    height, width = levels.shape
    scale = longer_side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(levels).resize(size, Image.Resampling.BILINEAR))


def _on_paper(levels: np.ndarray) -> np.ndarray:
    """Return (height, width, 4) uint8 RGBA with a frame for ink of (height, width) uint8."""
    picture = _RGBA_OF_INK[levels]
    for edge in (np.s_[:_FRAME_PX], np.s_[-_FRAME_PX:]):
        picture[edge] = picture[:, edge] = ImageColor.getcolor(_FRAME, "RGBA")
    return picture


def _in_the_middle(picture: np.ndarray) -> np.ndarray:
    """Return a picture in the middle of a clear one of full size."""
    height, width = picture.shape[:2]
    whole = np.zeros((PICTURE_PX, PICTURE_PX, 4), dtype=np.uint8)
    top, left = (PICTURE_PX - height) // 2, (PICTURE_PX - width) // 2
    whole[top : top + height, left : left + width] = picture
    return whole
