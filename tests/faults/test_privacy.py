"""Nobody sees another's data: two visitors of the running dashboard, one of whom is curious."""

import asyncio
import http.client
import io
from urllib.parse import urlparse

import pytest
from PIL import Image
from streamlit.proto.WidgetStates_pb2 import WidgetState

from nncore.handwriting_set import HandwritingSet
from tests.browser.server import PROJECT
from tests.faults.conftest import KEPT_S
from tests.faults.guest import Guest, chosen_file
from tests.faults.observation import begin_training, is_running, until, uploaded_bytes

TRAIN, DRAW, HAND = "Train_a_network", "Draw_digits", "Your_own_hand"
MODEL = (PROJECT / "data/models/recognizer.npz").read_bytes()
RIGHT = "It is right on 99.33% of the test images."


@pytest.fixture(scope="module")
def photo():
    """A photo of a line."""
    image = Image.new("L", (280, 280), 255)
    image.paste(0, (130, 40, 150, 240))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def status(server, path):
    """Return the status that the server answers with; the path is sent as it is."""
    connection = http.client.HTTPConnection(urlparse(server.url).netloc, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


async def two_guests(server, page, query=""):
    """Return two visitors of the same page."""
    owner, curious = Guest(server.url), Guest(server.url)
    await owner.open(page, query)
    await curious.open(page, query)
    assert owner.session_id != curious.session_id
    return owner, curious


async def leave(*guests):
    """Close the connections; nobody was shown an exception."""
    for guest in guests:
        await guest.close()
        assert not guest.has_failed


def test_an_upload_is_its_sessions_own_even_if_its_id_is_known(hasty_server):
    async def scenario():
        owner, curious = await two_guests(hasty_server, TRAIN)
        file_id = await owner.upload("train_upload", "model.npz", MODEL)
        assert RIGHT in owner.texts
        uploader = curious.widgets["train_upload"]
        widget_id, fragment = uploader.id, uploader.fragment
        await curious.forge(chosen_file(widget_id, file_id, "model.npz", len(MODEL)), fragment)
        assert RIGHT not in curious.texts
        # The same name in another session is another file.
        await curious.upload("train_upload", "model.npz", b"no model")
        assert RIGHT not in curious.texts
        await owner.look_again()
        assert RIGHT in owner.texts
        await leave(owner, curious)

    asyncio.run(scenario())


@pytest.mark.parametrize("session_id", ["nobody", "..", "00000000-0000-4000-8000-000000000000"])
def test_nothing_can_be_uploaded_to_a_session_that_is_not_there(hasty_server, session_id):
    assert Guest(hasty_server.url).put_file(session_id, "x", "x.png", b"x") in (400, 403, 404)


def test_uploads_and_their_pictures_are_deleted_soon_after_their_session(hasty_server, photo):
    async def scenario():
        owner = Guest(hasty_server.url)
        await owner.open(DRAW, "draw_source=photo")
        pictures_before = set(owner.images)
        await owner.upload("draw_photo", "line.png", photo)
        pictures = {
            image for image in set(owner.images) - pictures_before if image.startswith("/media/")
        }
        assert uploaded_bytes(hasty_server) >= len(photo)
        assert {status(hasty_server, picture) for picture in pictures} == {200}
        await leave(owner)
        # Nobody else comes or leaves, which is when Streamlit would look for lost sessions.
        await until(lambda: not uploaded_bytes(hasty_server))
        assert {status(hasty_server, picture) for picture in pictures} == {404}

    asyncio.run(scenario())


def test_pictures_are_not_listed_and_files_of_the_project_not_served(hasty_server):
    for path in (
        *("/media/", "/media", "/media/..", "/_stcore/upload_file/"),
        *("/app/static/../app.py", "/app/static/..%2fapp.py", "/app/static/%2e%2e/app.py"),
        *("/component/../app.py", "/app/static//etc/passwd", "/app/static/..%5capp.py"),
    ):
        connection = http.client.HTTPConnection(urlparse(hasty_server.url).netloc, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        # Streamlit answers with its own page where it knows no other.
        assert answer.status != 200 or b"<title>Streamlit</title>" in body, path
        assert b"PAGE_WIDTH_PX" not in body, path


def test_drawn_digits_are_their_sessions_own(hasty_server):
    digits = HandwritingSet()
    for label in range(3):
        digits = digits.with_digit(label, [[(140, 40), (100 + 10 * label, 240)]])

    async def scenario():
        owner, curious = await two_guests(hasty_server, HAND)
        await owner.upload("hand_upload_0", "my_digits.jsonl", digits.to_bytes())
        assert "3 of 30 digits" in owner.progress
        await curious.look_again()
        assert curious.progress == ["0 of 30 digits"]
        # Nor does a session that is guessed bring them.
        await leave(curious)
        await curious.open(HAND, session_id=owner.session_id[:-1] + "x")
        assert curious.progress == ["0 of 30 digits"]
        await leave(owner, curious)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "job_id",
    ["", "x", "../x", "../../../etc/passwd", "%00", "a" * 10_000, "model.npz", "None", "[]"],
)
def test_a_guessed_training_is_none(hasty_server, job_id):
    async def scenario():
        guest = Guest(hasty_server.url)
        await guest.open(TRAIN, f"train_job={job_id}")
        assert "train_stop" not in guest.widgets
        assert len(guest.alerts) <= 1
        assert all("no longer there" in alert for alert in guest.alerts)
        await leave(guest)

    asyncio.run(scenario())


def test_who_has_the_link_of_a_training_watches_and_cannot_forge_its_buttons(hasty_server):
    async def scenario():
        owner, worker = await begin_training(hasty_server)
        curious = Guest(hasty_server.url)
        await curious.open(TRAIN, owner.query)
        assert "train_take_over" in curious.widgets
        fragment = curious.widgets["train_take_over"].fragment
        for key in ("train_stop", "train_resume", "train_epoch"):
            assert key not in curious.widgets
            pressed = WidgetState(id=owner.widgets[key].id, trigger_value=True)
            for part in (fragment, ""):
                await curious.forge(pressed, part)
        await asyncio.sleep(KEPT_S / 2)
        await owner.look_again()
        assert "train_resume" in owner.widgets
        assert not owner.alerts
        assert is_running(worker)
        await leave(curious)
        await owner.press("train_stop")
        await until(lambda: "train_stop" not in owner.widgets, owner)
        await leave(owner)

    asyncio.run(scenario())


def test_no_browser_can_take_anothers_training_away_by_emptying_the_caches(hasty_server):
    async def scenario():
        owner, worker = await begin_training(hasty_server)
        curious = Guest(hasty_server.url)
        await curious.open()
        await curious.send(clear_cache=True)
        await curious.look_again()
        await owner.look_again()
        assert not owner.alerts
        assert is_running(worker)
        await owner.press("train_stop")
        await until(lambda: "train_stop" not in owner.widgets, owner)
        await leave(owner, curious)

    asyncio.run(scenario())
