"""All campaigns by name."""

from tests.fuzz import handwriting, images, models

CAMPAIGNS = {
    "models": models.MODELS,
    "pickles": models.PICKLES,
    "images": images.IMAGES,
    "handwriting-files": handwriting.FILES,
    "canvas-messages": handwriting.MESSAGES,
    "strokes": handwriting.STROKES,
    "numbers": handwriting.NUMBERS,
    "ink": handwriting.INK,
    "ink-doubts": handwriting.INK_DOUBTS,
    "ink-numbers": handwriting.INK_NUMBERS,
}
