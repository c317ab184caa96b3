"""Experiments ready to be made: what they ask, the recipes to compare, and what there is to see."""

from dataclasses import dataclass, replace

from dashboard.language import N_
from nncore.recipe import RECIPES, Recipe

LOSSES, MEMOIRE, BATCHES, SEEDS = "losses", "memoire", "batches", "seeds"


@dataclass(frozen=True)
class Preset:
    """An experiment. Its texts are English; `_` translates them where they are shown.

    Attributes
    ----------
    name : str
    question : str
        What is compared, and what the reader should guess before the trainings run.
    notice : str
        What is seen afterwards, and why.
    runs : dict of str to Recipe
        The trainings, by their names in the figures.
    seconds : int
        About how long they take together.
    is_band : bool
        Whether the trainings differ by their seeds alone, and are shown as mean and range.
    """

    name: str
    question: str
    notice: str
    runs: dict[str, Recipe]
    seconds: int
    is_band: bool = False


_SIGMOIDS = Recipe(
    layers=(784, 64, 10),
    activation="sigmoid",
    output="sigmoid",
    loss="mse",
    initialisation="memoire",
    learning_rate=0.3,
    batch_size=10,
    epochs=8,
    training_images=5000,
)
_MEMOIRE = replace(RECIPES["memoire"], training_images=6000, epochs=5)
_RELU = Recipe(layers=(784, 64, 10), learning_rate=0.02, epochs=6, training_images=3000)
# At this rate chance decides how many outputs die, and how soon they come back.
_AT_RISK = replace(_SIGMOIDS, layers=(784, 128, 10), learning_rate=3.0, training_images=2000)

PRESETS = {
    LOSSES: Preset(
        name=N_("MSE and cross-entropy twins"),
        question=N_(
            "Two twins: the same network, the same starting weights, the same mini-batches in the "
            "same order. Only the loss differs. With the squared error, an output's gradient is "
            "$(a - t)\\,\\sigma'$; with cross-entropy the slope $\\sigma'$ cancels and $(a - t)$ "
            "is left. Which twin learns faster, and when?"
        ),
        notice=N_(
            "Notice the first epochs: cross-entropy is ahead at once. A sigmoid that is wrong and "
            "sure of it is flat there, so the squared error hardly moves it. Compare the accuracy, "
            "not the height of the losses: they are measured in different units."
        ),
        runs={
            N_("MSE"): _SIGMOIDS,
            N_("cross-entropy"): replace(_SIGMOIDS, loss="cross-entropy"),
        },
        seconds=10,
    ),
    MEMOIRE: Preset(
        name=N_("Why the mémoire stopped at 92 %"),
        question=N_(
            "The mémoire starts from biases drawn from N(0, 1) and trains with a learning rate of "
            "3. Its network stayed at 92 %. Is it the start or the rate? Four trainings, every "
            "combination: the mémoire's start or Glorot's, which has no biases, with a rate of 3 "
            "or 0.5."
        ),
        notice=N_(
            "Notice which lines belong together: those of the same rate, whatever the start. At 3, "
            "whole digits are never answered (last column). One step moves an output's potential "
            "by $\\alpha\\,(a - t)\\,\\sigma'\\,(1 + \\sum h^2)$; with 196 hidden values $h$ near "
            "0.5 the bracket is about 59, and the first steps throw outputs to about −16, where "
            "the slope is 0.0000001 and hardly anything brings them back. At 0.5 all ten live. "
            "With all 60,000 images most outputs recover at rate 3 too, but one that stays dead "
            "costs every image of its digit, a tenth of all."
        ),
        runs={
            N_("mémoire's start, rate 3"): _MEMOIRE,
            N_("Glorot's start, rate 3"): replace(_MEMOIRE, initialisation="glorot"),
            N_("mémoire's start, rate 0.5"): replace(_MEMOIRE, learning_rate=0.5),
            N_("Glorot's start, rate 0.5"): replace(
                _MEMOIRE, initialisation="glorot", learning_rate=0.5
            ),
        },
        seconds=25,
    ),
    BATCHES: Preset(
        name=N_("Mini-batch 1, 10, 100"),
        question=N_(
            "A step may look at 1, 10 or 100 images. With 1 it is rough and cheap, with 100 it is "
            "well considered, and there are a hundred times fewer of them in an epoch. Which gets "
            "furthest in an epoch? Which in a second? Switch between epochs and seconds below."
        ),
        notice=N_(
            "Notice that the order depends on what you count. In epochs, the smallest mini-batch "
            "is ahead, because it takes the most steps; its line is also the most restless. In "
            "seconds, 10 keeps up with 1: a step with 10 images costs hardly more, and is less "
            "rough. 100 falls behind at the same learning rate, but its steps bear a larger one."
        ),
        runs={
            N_("1 image"): replace(_RELU, batch_size=1),
            N_("10 images"): replace(_RELU, batch_size=10),
            N_("100 images"): replace(_RELU, batch_size=100),
        },
        seconds=12,
    ),
    SEEDS: Preset(
        name=N_("Five seeds of one recipe"),
        question=N_(
            "One recipe, trained five times. All that changes is the seed: other starting weights, "
            "other mini-batches. How far apart will the five be? That is how large a difference "
            "between two recipes must be before it says anything."
        ),
        notice=N_(
            "Notice the height of the band: the same recipe may end ten points apart. At this "
            "learning rate chance decides which outputs die at the start and how soon they come "
            "back. So one training proves little: compare the means of several seeds."
        ),
        runs={f"{seed}": replace(_AT_RISK, seed=seed) for seed in range(5)},
        seconds=15,
        is_band=True,
    ),
}
