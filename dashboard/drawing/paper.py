"""What a reader has put on paper: a drawing of this page, a photo, or an example before either."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from dashboard.drawing.canvas import CANVAS_PX, Drawing
from dashboard.figures.prediction import PICTURE_PX, InkPicture, seen_picture, step_pictures
from nncore.doubt import Doubt, doubt_of_ink, doubt_of_strokes
from nncore.drawing import DigitSteps, EmptyDrawingError, Preprocessing, ink_steps, stroke_steps
from nncore.network import SequentialNetwork
from nncore.strokes import Strokes


class Paper(Protocol):
    """Something to be read as one digit."""

    def steps(self, preprocessing: Preprocessing) -> DigitSteps | None:
        """Return its way to 28x28 pixels; None if there is next to nothing."""

    def doubt(self, network: SequentialNetwork) -> Doubt | None:
        """Return what speaks against its being a digit, if anything does; see `nncore.doubt`."""

    def small(self) -> np.ndarray:
        """Return all of it as ink, (height, width) uint8, to be shown as a small picture."""


@dataclass(frozen=True, eq=False)
class InkPaper:
    """Paper of which there is a picture only.

    Attributes
    ----------
    ink : ndarray of shape (height, width), uint8
        255 where the pen went.
    """

    ink: np.ndarray

    def steps(self, preprocessing: Preprocessing) -> DigitSteps | None:
        """Return its way to 28x28 pixels; None if there is next to nothing."""
        return _ink_steps(self.ink, preprocessing)

    def doubt(self, network: SequentialNetwork) -> Doubt | None:
        """Return what speaks against its being a digit, if anything does."""
        return doubt_of_ink(self.ink, network)

    def small(self) -> np.ndarray:
        """Return the ink."""
        return self.ink


@dataclass(frozen=True, eq=False)
class DrawnPaper:
    """Paper on which the reader has drawn here.

    Attributes
    ----------
    drawing : Drawing
        On a canvas of CANVAS_PX.
    """

    drawing: Drawing

    def steps(self, preprocessing: Preprocessing) -> DigitSteps | None:
        """Return its way to 28x28 pixels; None if there is next to nothing."""
        if preprocessing.pen:
            return (
                self._all_steps if preprocessing == Preprocessing() else self._by_pen(preprocessing)
            )
        return _ink_steps(self.drawing.ink(), preprocessing)

    def doubt(self, network: SequentialNetwork) -> Doubt | None:
        """Return what speaks against its being a digit, if anything does."""
        image = self._all_steps.image if self._all_steps else None
        return doubt_of_strokes(self._lines, network, CANVAS_PX, image)

    def small(self) -> np.ndarray:
        """Return the drawing in the size of a picture, which is quicker to draw."""
        return self.drawing.ink((PICTURE_PX, PICTURE_PX), PICTURE_PX / CANVAS_PX)

    @cached_property
    def _lines(self) -> Strokes:
        return [np.array(stroke.points) for stroke in self.drawing.strokes]

    @cached_property
    def _all_steps(self) -> DigitSteps | None:
        """The steps, all of them switched on, which a doubt looks at as well."""
        return self._by_pen(Preprocessing())

    def _by_pen(self, preprocessing: Preprocessing) -> DigitSteps | None:
        try:
            return stroke_steps(self._lines, CANVAS_PX, preprocessing)
        except EmptyDrawingError:
            return None


@dataclass(frozen=True, eq=False)
class PreparedPaper:
    """Paper with its way to 28x28 pixels; pictures of it are made once.

    Attributes
    ----------
    paper : Paper
    steps : DigitSteps
    """

    paper: Paper
    steps: DigitSteps

    @cached_property
    def seen(self) -> InkPicture:
        """What the network sees."""
        return seen_picture(self.steps.image)

    @cached_property
    def pictures(self) -> list[InkPicture]:
        """What becomes of the paper, as `step_pictures` has it."""
        return step_pictures(self.paper.small(), self.steps, self.seen)


def _ink_steps(ink: np.ndarray, preprocessing: Preprocessing) -> DigitSteps | None:
    """Return the steps of ink; None if there is next to nothing."""
    try:
        return ink_steps(ink, preprocessing)
    except EmptyDrawingError:
        return None
