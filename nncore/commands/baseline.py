"""``baseline``: the average image of a digit as its recogniser."""

import argparse
from typing import Any

import numpy as np

from nncore.average_digit import (
    ThresholdEvaluation,
    average_digit,
    evaluate_threshold,
    predict,
    scores,
)
from nncore.commands.command import add_command, print_json
from nncore.mnist import load_mnist


def add_baseline(commands: Any) -> None:
    """Add the command to the subparsers of argparse."""
    command = add_command(
        commands,
        "baseline",
        _run_baseline,
        "let the average image of a digit recognise that digit",
        "The answer is yes where sigmoid(average · pixels + bias) is above the threshold.",
    )
    command.add_argument("--digit", type=int, default=8, choices=range(10), help="the digit")
    command.add_argument("--bias", type=float, default=-45, help="added to every score")
    command.add_argument("--threshold", type=float, default=0.5, help="from 0 to 1")


def _run_baseline(options: argparse.Namespace) -> int:
    mnist = load_mnist()
    weights = average_digit(mnist.train_images, mnist.train_labels, options.digit)

    def evaluate_on(images: np.ndarray, labels: np.ndarray) -> ThresholdEvaluation:
        probabilities = predict(scores(images, weights), options.bias)
        return evaluate_threshold(probabilities, labels == options.digit, options.threshold)

    test = evaluate_on(mnist.test_images, mnist.test_labels)
    print_json(
        {
            "digit": options.digit,
            "bias": options.bias,
            "threshold": options.threshold,
            "accuracy_train": evaluate_on(mnist.train_images, mnist.train_labels).accuracy,
            "accuracy_test": test.accuracy,
            "accuracy_test_digit": test.recall,
            "precision": test.precision,
            "recall": test.recall,
            "always_no_accuracy_test": test.always_no_accuracy,
        }
    )
    return 0
