"""What a reader has put on paper: a drawing of this page, a photo, or an example before either."""

from dataclasses import dataclass

import numpy as np

from nncore.doubt import Doubt, doubt_of_ink, doubt_of_strokes
from nncore.drawing import DigitSteps, EmptyDrawingError, Preprocessing, ink_steps, stroke_steps
from nncore.network import SequentialNetwork
from nncore.strokes import Strokes


@dataclass(frozen=True, eq=False)
class Paper:
    """Something to be read as one digit.

    Attributes
    ----------
    ink : ndarray of shape (height, width), uint8
        255 where the pen went.
    strokes : tuple of tuples of (x, y), or None
        The way of the pen in pixels of ``ink``, if a hand has drawn it here.
    """

    ink: np.ndarray
    strokes: Strokes | None = None

    def steps(self, preprocessing: Preprocessing) -> DigitSteps | None:
        """Return its way to 28x28 pixels; None if there is next to nothing."""
        try:
            if self.strokes is not None and preprocessing.pen:
                return stroke_steps(self.strokes, self.ink.shape[::-1], preprocessing)
            return ink_steps(self.ink, preprocessing)
        except EmptyDrawingError:
            return None

    def doubt(self, network: SequentialNetwork) -> Doubt | None:
        """Return what speaks against its being a digit, if anything does; see `nncore.doubt`."""
        if self.strokes is not None:
            return doubt_of_strokes(self.strokes, network, self.ink.shape[::-1])
        return doubt_of_ink(self.ink, network)
