"""What the page of the colour neuron says in words and numbers about a training."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from dashboard.colour_neuron.labels import LabelledImages
from dashboard.language import _
from nncore.colour import scale_colours
from nncore.colour_neuron import (
    TrainingLog,
    Triple,
    activation,
    first_epoch_without_error,
    potential,
    train,
)
from nncore.plane import clip_plane_to_cube

# How far to look for an epoch without error where the chosen number of epochs has none.
_SEARCHED_EPOCHS = 500
_ORANGE = "Couleur_orange"


@dataclass(frozen=True)
class Settings:
    """How the neuron is trained.

    Attributes
    ----------
    learning_rate : float
        The mémoire's ε.
    scale : int
        1 or 255.
    start : tuple of 3 float
        The state before the first epoch.
    epochs : int
    """

    learning_rate: float = 0.2
    scale: int = 255
    start: tuple[float, float, float] = (1.0, 1.0, 1.0)
    epochs: int = 50


# Compared as objects: what is kept by a lesson is found at once.
@dataclass(frozen=True, eq=False)
class Lesson:
    """A training: the samples, the settings, and the log of what happened."""

    samples: LabelledImages
    settings: Settings
    log: TrainingLog

    @cached_property
    def is_memoires(self) -> bool:
        """Return whether images, labels and settings are the mémoire's, as at the first visit."""
        samples = self.samples
        return self.settings == Settings() and all(
            image.is_from_memoire and image.is_red == target
            for image, target in zip(samples.images, samples.targets, strict=True)
        )

    @cached_property
    def inputs(self) -> np.ndarray:
        """Return the colours on the scale of the training, (n_samples, 3) float64."""
        return scale_colours(self.samples.colours, self.settings.scale)

    @cached_property
    def is_wrong(self) -> np.ndarray:
        """Return which answers are wrong at the start and after each update.

        Of shape (n_updates + 1, n_samples), bool.
        """
        return self.log.answers(self.inputs) != np.array(self.samples.targets)

    def neuron(self, step: int) -> Triple:
        """Return the state after so many updates."""
        return self.log.updates[step - 1].after if step else self.log.start

    def plane(self, step: int) -> np.ndarray:
        """Return the polygon of the state after so many updates, see `nncore.plane`."""
        if step not in self._planes:
            self._planes[step] = clip_plane_to_cube(self.neuron(step), self.settings.scale)
        return self._planes[step]

    @cached_property
    def _planes(self) -> dict[int, np.ndarray]:
        """Those that have been asked for: the figure and its caption both do."""
        return {}


def train_on(samples: LabelledImages, settings: Settings) -> Lesson:
    """Train the neuron, which takes no time that anyone notices.

    Parameters
    ----------
    samples : LabelledImages
    settings : Settings

    Returns
    -------
    Lesson
        For the images of the bank alone, one that other visitors may share.
    """
    # Those of a reader go when the session goes.
    return (_lesson_of_bank if _are_of_bank(samples) else _lesson)(samples, settings)


def _are_of_bank(samples: LabelledImages) -> bool:
    """Return whether no image is a reader's own."""
    return all(image.path is not None for image in samples.images)


def _lesson(samples: LabelledImages, settings: Settings) -> Lesson:
    """Train the neuron."""
    log = train(
        scale_colours(samples.colours, settings.scale),
        samples.targets,
        settings.start,
        settings.learning_rate,
        settings.epochs,
    )
    return Lesson(samples, settings, log)


_lesson_of_bank = lru_cache(maxsize=100)(_lesson)


def step_caption(lesson: Lesson, step: int) -> str:
    """Return what is seen after so many updates.

    Parameters
    ----------
    lesson : Lesson
    step : int
        From 0, the start, to the number of updates.

    Returns
    -------
    str
        Plain text, which may hold the name of a reader's file.
    """
    log, samples = lesson.log, lesson.samples
    if step == 0:
        sentences = [_("Start: p = {state}.").format(state=_triple(log.start))]
    else:
        sentences = [_update_sentence(lesson, step)]
    n_wrong = np.count_nonzero(lesson.is_wrong[step])
    sentences.append(_("Wrong now: {n} of {total}.").format(n=n_wrong, total=len(samples.images)))
    if not len(lesson.plane(step)):
        sentences.append(_("The plane does not cut the cube: every answer is no."))
    if step == len(log.updates):
        sentences.append(_end_sentence(lesson))
    return " ".join(sentences)


def what_to_notice(lesson: Lesson) -> str:
    """Return the sentence that fits a training, as Markdown.

    Parameters
    ----------
    lesson : Lesson
    """
    log, samples = lesson.log, lesson.samples
    if not any(samples.targets):
        return _(
            "No image is labelled yes, so the neuron learns to say no to everything: "
            "click an image that it should say yes to."
        )
    if all(samples.targets):
        return _("Every image is labelled yes: click some that the neuron should say no to.")
    if log.first_epoch_without_error is None:
        return _why_it_fails(lesson)
    ids = [image.id for image in samples.images]
    orange_is_no = _ORANGE in ids and not samples.targets[ids.index(_ORANGE)]
    if orange_is_no and log.state[0] > 0 > log.state[1]:
        return _(
            "Notice **orange**: hardly anything has more red, and still the answer is no, because "
            "its green counts against it (p₂ is negative)."
        )
    return _(
        "Notice that from epoch {epoch} on nothing changes: without an error there is no update."
    ).format(epoch=log.first_epoch_without_error)


def written_out(p: Sequence[float], e: Sequence[float]) -> str:
    """Return q = p·e with its numbers, and the answer, as Markdown.

    Parameters
    ----------
    p, e : sequence of 3 float
        State of the neuron and colour, on the same scale.

    Returns
    -------
    str
        Such as ``q = 41.6·255 − 67.8·128 − 59.8·65 = −1957.4 < 1 → **no**``.
    """
    products = [f"{number(factor)}·{number(part)}" for factor, part in zip(p, e, strict=True)]
    terms = " + ".join(products).replace("+ −", "− ")
    relation, answer = ("≥", _("yes")) if activation(p, e) else ("<", _("no"))
    return f"q = {terms} = {number(float(potential(p, e)))} {relation} 1 → **{answer}**"


def number(value: float, decimals: int = 4) -> str:
    """Return a number as people read it: without needless zeros, with a real minus sign.

    Parameters
    ----------
    value : float
    decimals : int
        As many at most, except for a number that would read as 1 and is not 1.
    """
    text = f"{value:.{decimals}f}"
    if float(text) == 1 and value != 1:
        # Beside "< 1" it may not read as 1.
        text = f"{value:.15f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def _update_sentence(lesson: Lesson, step: int) -> str:
    """Say why and how the state has changed."""
    update = lesson.log.updates[step - 1]
    sentence = (
        _("Update {step} of {n}, epoch {epoch}: “{name}” answered no, should be yes → p = {state}.")
        if update.target
        else _(
            "Update {step} of {n}, epoch {epoch}: “{name}” answered yes, should be no → "
            "p = {state}."
        )
    )
    return sentence.format(
        step=step,
        n=len(lesson.log.updates),
        epoch=update.epoch,
        name=lesson.samples.images[update.sample].shown_name,
        state=_triple(update.after),
    )


def _end_sentence(lesson: Lesson) -> str:
    """Say how the training ends."""
    first = lesson.log.first_epoch_without_error
    if first is None:
        return _("Epoch {epochs}, the last, ends here.").format(epochs=lesson.settings.epochs)
    return _("Epoch {epoch} is without error.").format(epoch=first)


def _why_it_fails(lesson: Lesson) -> str:
    """Say whether more epochs would do, or the other scale, or neither."""
    settings = lesson.settings
    needed = _epochs_needed(lesson.samples, settings, settings.scale)
    if needed is not None:
        sentence = _(
            "{epochs} epochs are not enough: epoch {needed} would be the first without an error."
        ).format(epochs=settings.epochs, needed=needed)
        if settings.scale == 1:
            sentence += " " + _(
                "On the scale 0-1 an update moves p by at most ε, on 0-255 by up to 255 ε, while q "
                "has to reach 1 on both: a dark red needs many small steps to get there."
            )
        return sentence
    on_small_scale = _epochs_needed(lesson.samples, settings, 1)
    if on_small_scale is not None:
        return _(
            "Not even {n} epochs are enough, but on the scale 0-1 epoch {needed} is without error: "
            "here the steps are so large that the plane always passes next to black, and then the "
            "neuron cannot tell light from dark."
        ).format(n=_SEARCHED_EPOCHS, needed=on_small_scale)
    return _(
        "Not even {n} epochs are enough: most likely no plane has every yes on one side and every "
        "no on the other. Black itself is always no, and what is yes stays yes when it gets "
        "brighter: *grey* yes and *light grey* no is impossible."
    ).format(n=_SEARCHED_EPOCHS)


def _epochs_needed(samples: LabelledImages, settings: Settings, scale: int) -> int | None:
    """Return the first epoch without error, however many epochs have been chosen."""
    colours = tuple(image.colour.integer for image in samples.images)
    # The mean colours of a reader's own images are not kept for others.
    search = _searched_epoch_of_bank if _are_of_bank(samples) else _searched_epoch
    return search(colours, samples.targets, settings.start, settings.learning_rate, scale)


def _searched_epoch(
    colours: tuple[tuple[int, int, int], ...],
    targets: tuple[int, ...],
    start: tuple[float, float, float],
    learning_rate: float,
    scale: int,
) -> int | None:
    """Train for long."""
    inputs = scale_colours(np.array(colours), scale)
    return first_epoch_without_error(inputs, targets, start, learning_rate, _SEARCHED_EPOCHS)


# Every change on the page asks again.
_searched_epoch_of_bank = lru_cache(maxsize=200)(_searched_epoch)


def _triple(values: Sequence[float]) -> str:
    """Return three numbers in parentheses."""
    return f"({', '.join(map(number, values))})"
