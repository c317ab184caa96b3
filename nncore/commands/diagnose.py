"""``diagnose``: what keeps a trained model from doing better, and what to change."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from nncore.commands.command import add_command, print_json
from nncore.diagnosis import Finding, diagnose
from nncore.mnist import Mnist, load_mnist
from nncore.model_files import load_model

_SEED = 0


def add_diagnose(commands: Any) -> None:
    """Add the command to the subparsers of argparse."""
    command = add_command(
        commands,
        "diagnose",
        _run_diagnose,
        "say what keeps a model from learning, and what to change",
        "Prints the findings on a sample of the training images of MNIST, always the same one: "
        "dead or saturated neurons, classes never answered, gradients or steps out of proportion; "
        "none for a healthy model.",
    )
    command.add_argument("model", type=Path, metavar="MODEL", help="an .npz file")
    command.add_argument(
        "--images", type=int, default=2000, metavar="N", help="how many images to look at"
    )


def _run_diagnose(options: argparse.Namespace) -> int:
    model = load_model(options.model)
    images, labels = _sample(load_mnist(), options.images)
    findings = diagnose(model.network, images, labels, model.trainer)
    print_json({"images": len(images), "findings": [_as_json(finding) for finding in findings]})
    return 0


def _sample(mnist: Mnist, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return some of the training images with their labels."""
    n_images = len(mnist.train_images)
    if not 1 <= size <= n_images:
        raise ValueError(f"--images must be from 1 to {n_images}, got {size}")
    rows = np.random.default_rng(_SEED).choice(n_images, size, replace=False)
    return mnist.train_images[rows], mnist.train_labels[rows]


def _as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding in words and numbers."""
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "layer": finding.layer,
        "neurons": finding.neurons,
        "classes": finding.classes,
        "message": finding.message,
        "explanation": finding.explanation,
        "remedy": finding.remedy,
        "changes": finding.changes,
    }
