import math

import pytest

from dashboard.experiments.bug_hunt import HEALTHY_PATH, RECIPE, healthy_training
from dashboard.experiments.bug_lessons import LESSONS
from nncore.bugs import BUGS
from nncore.export import history_csv
from nncore.mnist import load_mnist
from nncore.training import new_trainer


def test_there_is_a_lesson_for_every_bug():
    assert set(LESSONS) == set(BUGS)
    for bug, lesson in LESSONS.items():
        assert all((lesson.name, lesson.hint, lesson.sign, lesson.remedy))
        assert (lesson.wrong == lesson.right) == (bug == "none")


def test_no_hint_names_its_bug():
    for lesson in LESSONS.values():
        words = set(lesson.hint.lower().split()) & {"sign", "shuffle", "labels", "pixels", "zero"}
        assert not words


def test_the_recorded_twin_is_what_the_recipe_gives():
    mnist = load_mnist()
    trainer = new_trainer(RECIPE)
    test = (mnist.test_images, mnist.test_labels)
    list(trainer.train(mnist.train_images, mnist.train_labels, test=test, report_every_s=math.inf))
    recorded = healthy_training()
    assert len(recorded) == RECIPE.epochs
    for found, expected in zip(trainer.history, recorded, strict=True):
        # Another machine rounds differently, and that adds up.
        assert found.loss == pytest.approx(expected.loss, rel=0.05)
        assert found.test_accuracy == pytest.approx(expected.test_accuracy, abs=0.01)
    assert history_csv(recorded) == HEALTHY_PATH.read_text(encoding="utf-8")
