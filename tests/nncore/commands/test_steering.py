import io
import json
import os

import numpy as np
import pytest

from nncore.commands.steering import Steering
from nncore.mnist import load_mnist
from nncore.recipe import Recipe
from nncore.training import EpochResult, Progress, new_trainer

IMAGES, LABELS = (array[:200] for array in (load_mnist().train_images, load_mnist().train_labels))


@pytest.fixture
def trainer():
    return new_trainer(Recipe(layers=(784, 8, 10), batch_size=20, epochs=3, learning_rate=0.5))


class Pipe:
    """Lines written here are read there, as between a server and its worker."""

    def __init__(self):
        read_end, write_end = os.pipe()
        self.reader, self.writer = os.fdopen(read_end), os.fdopen(write_end, "w")

    def send(self, *commands):
        for command in commands:
            self.writer.write(f"{json.dumps(command)}\n")
        self.writer.flush()


def follow(trainer, *commands, is_paused=True):
    """Give commands, one after each pause; return what happens until the stream ends."""
    pipe, happened, commands = Pipe(), [], list(commands)

    def report(paused):
        happened.append("paused" if paused else "goes on")
        if paused and commands:
            pipe.send(*commands.pop(0))
        elif paused:
            pipe.writer.close()

    steering = Steering(trainer, pipe.reader, report, is_paused)

    def train():
        steering.obey()
        for record in trainer.train(IMAGES, LABELS, report_every_s=1000):
            happened.append(record)
            steering.obey(record)

    with pytest.raises(KeyboardInterrupt):
        train()
    pipe.reader.close()
    return happened


def test_single_mini_batches_then_the_rest_of_the_epoch(trainer):
    happened = follow(
        trainer, [{"command": "batch"}], [{"command": "batch"}], [{"command": "epoch"}]
    )
    kinds = [item if isinstance(item, str) else type(item) for item in happened]
    step = ["paused", "goes on", Progress]
    assert kinds == [*step, *step, "paused", "goes on", EpochResult, "paused"]
    assert [item.fraction for item in happened if isinstance(item, Progress)] == [0.1, 0.2]
    assert trainer.epochs_done == 1


def test_the_learning_rate_changes_within_its_range(trainer):
    follow(
        trainer,
        [
            {"command": "learning_rate", "value": 0.25},
            {"command": "learning_rate", "value": -1},
            {"command": "learning_rate", "value": float("nan")},
            {"command": "learning_rate", "value": "1"},
            {"command": "sing"},
            {"command": "batch"},
        ],
    )
    assert trainer.learning_rate == 0.25
    assert trainer.optimizer.learning_rate == 0.25


def test_lines_that_are_no_commands_are_passed_over_and_the_end_interrupts(trainer):
    before = [array.copy() for array in trainer.network.parameters]
    stream = io.StringIO('no json\n[1]\n{"command": "pause"}\n')
    steering = Steering(trainer, stream, lambda paused: None, is_paused=True)
    with pytest.raises(KeyboardInterrupt):
        steering.obey()
    for one, other in zip(trainer.network.parameters, before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_commands_a_training_runs_through(trainer):
    pipe = Pipe()
    steering = Steering(trainer, pipe.reader, lambda paused: None)
    for record in trainer.train(IMAGES, LABELS):
        steering.obey(record)
    assert trainer.epochs_done == 3
    pipe.writer.close()
