"""How fast images are deformed on one core: each deformation alone, and all together.

Run from the project's folder: python -m benchmarks.augmentation
"""

import argparse
import os
import time

# One core; OpenBLAS reads it when NumPy is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from nncore.augmentation import DEFORMATIONS, Augmentation
from nncore.mnist import load_mnist


def main():
    arguments = parsed_arguments()
    images = load_mnist().train_images[: arguments.images]
    augmentations = {name: Augmentation((name,)) for name in DEFORMATIONS}
    augmentations["all together"] = Augmentation()
    best_s = dict.fromkeys(augmentations, float("inf"))
    # In turns, and the best of them: other programs disturb some runs, not all of one kind.
    for run in range(arguments.runs):
        for name, augmentation in augmentations.items():
            elapsed_s = timed_s(augmentation, images, seed=run)
            best_s[name] = min(best_s[name], elapsed_s)

    print(f"{len(images)} images of 28x28 a run, best of {arguments.runs} runs, one core\n")
    print("| deformation  | images/s | µs per image |")
    print("|--------------|---------:|-------------:|")
    for name, elapsed_s in best_s.items():
        images_per_s, us_per_image = len(images) / elapsed_s, 1e6 * elapsed_s / len(images)
        print(f"| {name:12} | {images_per_s:8,.0f} | {us_per_image:12.1f} |")


def timed_s(augmentation: Augmentation, images: np.ndarray, seed: int) -> float:
    generator = np.random.default_rng(seed)
    started = time.perf_counter()
    augmentation.deform(images, generator)
    return time.perf_counter() - started


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.augmentation", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--images", type=positive, default=250, help="images a run, the first of MNIST (250)"
    )
    parser.add_argument("--runs", type=positive, default=100, help="runs of each kind (100)")
    return parser.parse_args()


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {number}")
    return number


if __name__ == "__main__":
    main()
