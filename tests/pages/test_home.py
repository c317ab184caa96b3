import re

import pytest
from PIL import Image

from dashboard import home_pictures, resources, shell
from dashboard.figures import thumbnails
from dashboard.pictures import published_url
from nncore.mnist import DataFileError


@pytest.fixture
def app(open_app):
    return open_app()


def descriptions(app):
    """Return what is said of each picture to who does not see it."""
    return re.findall(r"!\[(.*?)\]\(app/static/card_\w+\.webp\?v=\w+\)", words(app))


def words(app):
    texts = [element.value for element in (*app.title, *app.markdown, *app.caption)]
    return " ".join([*texts, *(element.proto.body for element in app.get("html"))])


def test_page_runs_and_has_one_title(app):
    assert not app.exception
    assert [title.value for title in app.title] == ["How neurons learn"]


def test_each_experiment_has_a_card_in_the_order_of_the_course(app):
    labels = [link.label for link in app.main.get("page_link")]
    numbers = [re.match(r"\*\*(\d)\. (.+)\*\*", label).groups() for label in labels]
    assert numbers == [
        ("1", "Colour neuron"),
        ("2", "Average digit"),
        ("3", "Gradient descent"),
        ("4", "Train a network"),
        ("5", "Experiments"),
        ("6", "Draw digits"),
        ("7", "Read numbers"),
        ("8", "Your own hand"),
    ]
    for page in shell.PAGES[1:]:
        assert page.question in words(app)
        assert page.summary in words(app)


def test_every_card_has_a_picture_that_is_described(app):
    assert len(descriptions(app)) == len(shell.PAGES) - 1
    assert all(descriptions(app))


def test_story_tells_the_figures_of_the_memoire(app):
    for figure in ("16 images", "(41.6, −67.8, −59.8)", "66.94 %", "90.26 %", "5 hours", "92 %"):
        assert figure in words(app)


def test_without_mnist_the_page_still_leads_to_every_experiment(open_app, monkeypatch):
    def missing():
        raise DataFileError("data/mnist.npz is missing")

    monkeypatch.setattr(resources, "average_digits", missing)
    home_pictures._picture.cache_clear()
    app = open_app()
    assert not app.exception
    assert not app.error
    assert len(app.main.get("page_link")) == len(shell.PAGES) - 1
    assert len(descriptions(app)) == len(shell.PAGES) - 2


def test_picture_that_failed_is_tried_again(monkeypatch):
    home_pictures._picture.cache_clear()
    with monkeypatch.context() as patch:
        patch.setitem(home_pictures._PICTURES, shell.COLOUR_NEURON.path, lambda: int("none"))
        assert home_pictures.card_picture(shell.COLOUR_NEURON.path) is None
    address = home_pictures.card_picture(shell.COLOUR_NEURON.path)
    file = shell.STATIC_DIR / address.removeprefix("app/static/").partition("?")[0]
    with Image.open(file) as picture:
        assert (picture.format, picture.size) == ("WEBP", thumbnails.SIZE)


def test_picture_is_in_its_address_where_the_folder_cannot_be_written_to(tmp_path):
    no_folder = tmp_path / "file"
    no_folder.write_bytes(b"")
    address = published_url(b"picture", "card.webp", no_folder)
    assert address == "data:image/webp;base64,cGljdHVyZQ=="


def test_all_pictures_can_be_published_before_anybody_comes(monkeypatch, tmp_path):
    monkeypatch.setattr(shell, "STATIC_DIR", tmp_path / "static")
    home_pictures._picture.cache_clear()
    try:
        assert home_pictures.publish_pictures()
        assert len(list((tmp_path / "static").iterdir())) == len(shell.PAGES) - 1
        # They are found again where nothing can be written any more.
        before = [file.stat().st_mtime_ns for file in sorted((tmp_path / "static").iterdir())]
        home_pictures._picture.cache_clear()
        assert home_pictures.publish_pictures()
        after = [file.stat().st_mtime_ns for file in sorted((tmp_path / "static").iterdir())]
        assert after == before
    finally:
        home_pictures._picture.cache_clear()
