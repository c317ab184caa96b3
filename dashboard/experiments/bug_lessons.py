"""What the bugs of `nncore.bugs` are called, how they show, and how they are mended."""

from dataclasses import dataclass

from dashboard.language import N_


@dataclass(frozen=True)
class BugLesson:
    """What there is to say of a bug. Its texts are English; `_` translates them where shown.

    Attributes
    ----------
    name : str
        As an answer to choose.
    hint : str
        Where to look, without giving it away.
    sign : str
        What the curves tell.
    wrong, right : str
        The line of Python with the bug, and without; empty where there is none.
    remedy : str
        How to find and mend it in a program of one's own.
    """

    name: str
    hint: str
    sign: str
    wrong: str
    right: str
    remedy: str


LESSONS = {
    "none": BugLesson(
        name=N_("No bug at all"),
        hint=N_("Is there a difference that chance alone could not make?"),
        sign=N_(
            "The curves keep close to the grey ones. What is left of a difference comes from other "
            "starting weights and other mini-batches."
        ),
        wrong="",
        right="",
        remedy=N_(
            "Two trainings with different seeds never agree exactly. Before hunting for a bug, "
            "train with a few seeds: what lies within their range needs no explanation."
        ),
    ),
    "wrong-sign": BugLesson(
        name=N_("Wrong sign of the step"),
        hint=N_(
            "Guessing blindly costs a loss of 2.3. What must a training do to get far above that?"
        ),
        sign=N_(
            "The loss shoots up within the first epoch and stays there, thirty times what blind "
            "guessing costs: each step makes the right answer less likely, until the network is "
            "as sure as can be, and wrong."
        ),
        wrong="weights += learning_rate * gradient",
        right="weights -= learning_rate * gradient",
        remedy=N_(
            "The gradient points uphill, so the step goes against it. A loss that rises from the "
            "very start may also come from too large a learning rate. Try a tiny one: the right "
            "sign then makes the loss fall, the wrong one still makes it rise."
        ),
    ),
    "no-shuffling": BugLesson(
        name=N_("No shuffling: the images come sorted by digit"),
        hint=N_(
            "Accuracy on the training images is measured while they are being learnt. What may be "
            "so easy about them?"
        ),
        sign=N_(
            "On the training images almost everything is right at once, on the test images little "
            "more than by guessing: the network sees one digit at a time, answers just that one, "
            "and forgets the others. After the first epoch it says little but 9, which came last."
        ),
        wrong="order = np.arange(n_images)  # as they lie in their folders",
        right="order = generator.permutation(n_images)  # anew in every epoch",
        remedy=N_(
            "A mini-batch stands for all images only if it is drawn from all of them: shuffle "
            "anew in every epoch."
        ),
    ),
    "unscaled-pixels": BugLesson(
        name=N_("Pixels from 0 to 255 instead of 0 to 1"),
        hint=N_(
            "Hardly better than guessing, but not at rest. Can neurons still learn that give the "
            "same answer to almost every image?"
        ),
        sign=N_(
            "The loss wavers about 2.3, which is ln 10, what guessing among ten digits costs, and "
            "accuracy flutters a little above 10 %. Inputs 255 times too large push every hidden "
            "neuron to −1 or 1, where tanh is flat: no slope is left to learn by, and what steps "
            "there are, are 255 times too large."
        ),
        wrong="inputs = images.reshape(n_images, 784)",
        right="inputs = images.reshape(n_images, 784) / 255",
        remedy=N_(
            "Print the smallest and the largest input before training. Starting weights and "
            "learning rates are made for inputs of about the size of 1."
        ),
    ),
    "shifted-labels": BugLesson(
        name=N_("Labels shifted by one"),
        hint=N_("It does learn something. What would make it learn well, and answer wrong?"),
        sign=N_(
            "On the training images all looks healthy, yet on the test images it is worse than "
            "guessing. It has learnt well, but the wrong names: it calls each 3 a 4."
        ),
        wrong="targets = one_hot(labels + 1)",
        right="targets = one_hot(labels)",
        remedy=N_(
            "Look at a few training images together with their labels, just before they go in. "
            "Labels counted from 1, or a file read one line too far, cause it."
        ),
    ),
    "zero-weights": BugLesson(
        name=N_("All weights zero at the start"),
        hint=N_("Where does the loss begin, and does it ever leave?"),
        sign=N_(
            "The loss begins at 2.3, which is ln 10, and does not move at all: all hidden neurons "
            "say 0, so no gradient reaches any weight. Only the biases of the outputs learn, and "
            "all they can learn is how frequent each digit is: about 11 % right."
        ),
        wrong="weights = np.zeros((n_inputs, n_outputs))",
        right="weights = generator.uniform(-limit, limit, (n_inputs, n_outputs))",
        remedy=N_(
            "Neurons that begin alike stay alike: start from small random weights. Biases may "
            "begin at zero."
        ),
    ),
}
