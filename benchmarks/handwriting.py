"""How well handwriting is read: drawn digits, what each step is worth, numbers, refusals.

Run from the project's folder: python -m benchmarks.handwriting --strokes FILE

FILE has a line of JSON for each digit, {"label": 7, "strokes": [[[x, y], …], …]}, in pixels of a
canvas of 280, y down; it may be packed by gzip. Nothing is trained on it.
"""

import argparse
import gzip
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

# One core; OpenBLAS reads it when NumPy is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from benchmarks.numbers_of_strokes import WrittenNumber, write_numbers
from nncore.doubt import LEAST_DIGIT_PROBABILITY, digit_probabilities, doubt_of_strokes
from nncore.drawing import Preprocessing, ink_steps, stroke_steps
from nncore.evaluation import evaluate, wilson_interval
from nncore.mnist import load_mnist
from nncore.model_files import load_model
from nncore.network import SequentialNetwork
from nncore.non_digits import KINDS, non_digit_strokes
from nncore.segmentation import pieces_of_ink, pieces_of_strokes, read_number
from nncore.strokes import Strokes, render_strokes

CANVAS_PX = 280
BRUSHES_PX = (5, 8, 12, 20, 28, 32)
MODELS = Path(__file__).parent.parent / "data" / "models"
ALL_STEPS = Preprocessing()


def main():
    arguments = parsed_arguments()
    network = load_model(arguments.model).network
    detector = load_model(MODELS / "doubt.npz").network
    drawings, labels = read_strokes(arguments.strokes)
    mnist = load_mnist()
    answers = evaluate(network, mnist.test_images, mnist.test_labels)
    print(f"{len(drawings)} drawn digits; right on MNIST's test images: {answers.accuracy:.2%}\n")

    print_digits(network, drawings, labels)
    print_steps(network, drawings, labels)
    print_brushes(network, drawings, labels)
    numbers = write_numbers(drawings, labels, np.random.default_rng(1), arguments.numbers)
    print_numbers(network, detector, numbers)
    print_refusals(detector, drawings, mnist.test_images, arguments.non_digits)


def print_digits(network: SequentialNetwork, drawings: list[Strokes], labels: np.ndarray):
    """Print the share of right answers, in all and by digit."""
    started = time.process_time()
    images = np.array([stroke_steps(strokes, CANVAS_PX).image for strokes in drawings])
    is_right = network.predict(images).argmax(axis=1) == labels
    each_ms = 1e3 * (time.process_time() - started) / len(drawings)
    low, high = wilson_interval(int(is_right.sum()), is_right.size)
    print(
        f"Strokes, whatever the brush: {is_right.mean():.2%} right "
        f"(95 % interval {low:.2%} to {high:.2%}), {each_ms:.1f} ms each\n"
    )
    shares = [is_right[labels == digit].mean() for digit in range(10)]
    print_table(("digit", *map(str, range(10))), [("right", *(f"{share:.1%}" for share in shares))])


def print_steps(network: SequentialNetwork, drawings: list[Strokes], labels: np.ndarray):
    """Print what the steps of the preprocessing are worth, for ink of a brush of 20 pixels."""
    inks = [render_strokes(strokes, CANVAS_PX, 20) for strokes in drawings]

    def share_of(steps: Preprocessing) -> str:
        if steps.pen:
            images = [stroke_steps(strokes, CANVAS_PX, steps).image for strokes in drawings]
        else:
            images = [ink_steps(ink, steps).image for ink in inks]
        return right_share(network, images, labels)

    rows = {
        "all steps": ALL_STEPS,
        "lines as they are (brush of 20 px)": Preprocessing(pen=False),
        "centred by the box, not by mass": Preprocessing(centre=False),
        "not cut, only centred": Preprocessing(fit=False),
        "canvas shrunk to 28x28": Preprocessing(pen=False, fit=False, centre=False),
    }
    print_table(
        ("preprocessing", "right"), [(name, share_of(steps)) for name, steps in rows.items()]
    )


def print_brushes(network: SequentialNetwork, drawings: list[Strokes], labels: np.ndarray):
    """Print the share of right answers where only the ink is known, as in a photo."""
    rows = []
    for brush_px in BRUSHES_PX:
        inks = [render_strokes(strokes, CANVAS_PX, brush_px) for strokes in drawings]
        redrawn = [ink_steps(ink).image for ink in inks]
        as_they_are = [ink_steps(ink, Preprocessing(pen=False)).image for ink in inks]
        rows.append(
            (
                f"{brush_px} px",
                right_share(network, redrawn, labels),
                right_share(network, as_they_are, labels),
            )
        )
    print_table(("ink of a brush of", "thin lines drawn again", "lines as they are"), rows)


def print_numbers(
    network: SequentialNetwork, detector: SequentialNetwork, numbers: list[WrittenNumber]
):
    """Print the share of numbers read completely right, from strokes and from ink."""
    rows = []
    for name, pieces_of in (
        ("strokes", lambda number: pieces_of_strokes(number.strokes)),
        (
            "ink of a brush of 8 px",
            lambda number: pieces_of_ink(render_strokes(number.strokes, number.canvas_size, 8)),
        ),
    ):
        n_right, n_counted, each_ms = number_answers(network, detector, numbers, pieces_of)
        rows.append(
            (
                name,
                f"{n_right / len(numbers):.1%}",
                f"{n_counted / len(numbers):.1%}",
                f"{each_ms:.0f}",
            )
        )
    print_table(
        (f"{len(numbers)} numbers of 4 digits", "right", "right number of digits", "ms each"), rows
    )


def number_answers(
    network: SequentialNetwork,
    detector: SequentialNetwork,
    numbers: list[WrittenNumber],
    pieces_of: Callable,
) -> tuple[int, int, float]:
    """Return how many numbers are right, how many have the right number of digits, and the ms."""
    started = time.process_time()
    answers = [
        read_number(
            pieces_of(number),
            network.predict,
            digit_probabilities=lambda images: digit_probabilities(images, detector),
        ).digits
        for number in numbers
    ]
    each_ms = 1e3 * (time.process_time() - started) / len(numbers)
    n_right = sum(
        tuple(int(digit.probabilities.argmax()) for digit in digits) == number.labels
        for digits, number in zip(answers, numbers, strict=True)
    )
    n_counted = sum(
        len(digits) == len(number.labels) for digits, number in zip(answers, numbers, strict=True)
    )
    return n_right, n_counted, each_ms


def print_refusals(
    detector: SequentialNetwork, drawings: list[Strokes], test_images: np.ndarray, n_each: int
):
    """Print the share of digits refused wrongly, and of other things refused rightly."""
    refused = np.mean([doubt_of_strokes(strokes, detector) is not None for strokes in drawings])
    doubted = np.mean(digit_probabilities(test_images, detector) <= LEAST_DIGIT_PROBABILITY)
    rows = [("drawn digits (wrongly)", f"{refused:.1%}"), ("MNIST (wrongly)", f"{doubted:.1%}")]
    generator = np.random.default_rng(1)
    shares = []
    for kind in KINDS:
        others = [non_digit_strokes(kind, generator) for _ in range(n_each)]
        shares.append(np.mean([doubt_of_strokes(s, detector) is not None for s in others]))
        rows.append((kind, f"{shares[-1]:.0%}"))
    rows.insert(2, (f"all kinds of other things, {n_each} each", f"{np.mean(shares):.1%}"))
    print_table(("refused", "share"), rows)


def right_share(
    network: SequentialNetwork, images: Sequence[np.ndarray], labels: np.ndarray
) -> str:
    return f"{np.mean(network.predict(np.array(images)).argmax(axis=1) == labels):.1%}"


def read_strokes(path: Path) -> tuple[list[Strokes], np.ndarray]:
    """Return the drawings of a file and what they show."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["strokes"] for row in rows], np.array([row["label"] for row in rows])


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]):
    print(f"| {' | '.join(head)} |")
    print(f"|{'|'.join(['---', *['---:'] * (len(head) - 1)])}|")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print()


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.handwriting", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--strokes", type=Path, required=True, metavar="FILE.jsonl[.gz]")
    parser.add_argument("--model", type=Path, default=MODELS / "recognizer.npz")
    parser.add_argument("--numbers", type=int, default=1000, help="numbers put together (1000)")
    parser.add_argument(
        "--non-digits", type=int, default=50, help="other things to refuse, of each kind (50)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
