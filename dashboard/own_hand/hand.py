"""What a session remembers of a reader's hand; nothing of it is kept anywhere else."""

import secrets
from dataclasses import dataclass, field

from dashboard import resources
from dashboard.drawing.canvas import Drawing
from dashboard.training.worker_jobs import FineTuningJob
from nncore.handwriting_set import HandwritingSet

N_PROMPTS = 30
# Every digit once.
N_FOR_ACCURACY = 10


@dataclass
class HandDrawing(Drawing):
    """The digit that is being drawn."""


@dataclass
class Hand:
    """The digits that were drawn, and the network that has been tuned to them.

    Attributes
    ----------
    digits : HandwritingSet
    seed : int
        Of the order in which digits are asked for.
    job_id : str or None
        The last fine-tuning.
    upload_error : str
        What was wrong with the last file, in a sentence.
    n_uploads : int
        How many files have been taken over: each makes the uploader a new one, which is empty.
    """

    digits: HandwritingSet = field(default_factory=HandwritingSet)
    seed: int = field(default_factory=lambda: secrets.randbelow(2**32))
    job_id: str | None = None
    upload_error: str = ""
    n_uploads: int = 0

    def job(self) -> FineTuningJob | None:
        """Return the session's fine-tuning, unless there is none or it has been forgotten."""
        return resources.job_queue().find(self.job_id, FineTuningJob) if self.job_id else None
