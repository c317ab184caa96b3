"""What goes wrong on a server: who is affected gets a sentence, and nobody else notices."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import websockets
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.visitors import PAGES, LostError
from tests.browser.server import PROJECT, running_dashboard
from tests.faults.conftest import ENVIRONMENT, KEPT_S
from tests.faults.guest import Guest, bystander
from tests.faults.observation import (
    active_sessions,
    begin_training,
    is_running,
    open_files,
    peak_mb,
    resident_mb,
    until,
)

TRAIN = "Train_a_network"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
GONE = "The training of this link is no longer there"


async def stop_training(guest):
    """Stop a training, for the next test."""
    await guest.press("train_stop")
    await until(lambda: "train_stop" not in guest.widgets, guest)


def test_a_killed_worker_is_told_to_its_owner_alone(server):
    async def scenario():
        async with bystander(server.url):
            guest, worker = await begin_training(server)
            os.kill(worker, signal.SIGKILL)
            await until(lambda: guest.alerts, guest)
            assert guest.alerts == [
                "The training failed: The training ended unexpectedly: start it again."
            ]
            assert not guest.has_failed
            await guest.close()

    asyncio.run(scenario())


@LINUX
def test_the_server_keeps_to_one_core_and_its_trainings_do_not(server):
    async def scenario():
        guest, worker = await begin_training(server)
        cores = os.sched_getaffinity(server.process.pid)
        assert len(cores) == 1
        threads = os.listdir(f"/proc/{server.process.pid}/task")
        # Those of Python; libraries may have some of their own.
        n_kept = sum(os.sched_getaffinity(int(thread)) == cores for thread in threads)
        assert n_kept > len(threads) / 2
        assert os.sched_getaffinity(worker) == os.sched_getaffinity(0)
        await stop_training(guest)
        await guest.close()

    asyncio.run(scenario())


@LINUX
def test_what_no_page_needs_is_not_loaded(tmp_path):
    async def scenario(server):
        guest = Guest(server.url)
        await guest.open()
        for page in PAGES:
            await guest.visit(page)
        assert not guest.has_failed
        await guest.close()
        # A session that has chosen what to look at does not follow a link.
        other = Guest(server.url)
        await other.open("Draw_digits", "draw_view=why&draw_why=readers")
        assert any("The ten average digits" in text for text in other.texts)
        await other.close()

    with running_dashboard(tmp_path / "log.txt", environment=ENVIRONMENT) as server:
        asyncio.run(scenario(server))
        loaded = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "/numpy/" in loaded
    # 70 MB of memory, and a third of a second of the first visit.
    assert "/pandas/" not in loaded
    assert "/pyarrow/" not in loaded


async def cut_for(server, duration_s):
    """A guest's connection is cut and comes back."""
    async with bystander(server.url):
        guest, worker = await begin_training(server)
        session_id, link = guest.session_id, guest.query
        await guest.cut()
        await asyncio.sleep(duration_s)
        await guest.open(TRAIN, link, session_id)
        assert guest.session_id == session_id
        assert is_running(worker)
        assert not guest.alerts
        # It is still the guest's own.
        await stop_training(guest)
        assert not guest.has_failed
        await guest.close()


def test_a_connection_that_is_cut_for_a_moment_loses_nothing(server):
    asyncio.run(cut_for(server, 0.5))


@pytest.mark.soak
@pytest.mark.parametrize("duration_s", [5, 119])
def test_a_connection_that_is_cut_for_long_loses_nothing(server, duration_s):
    asyncio.run(cut_for(server, duration_s))


def test_a_connection_that_is_cut_for_too_long_leaves_what_the_link_says(hasty_server):
    async def scenario():
        guest, worker = await begin_training(hasty_server)
        session_id, link = guest.session_id, guest.query
        await guest.cut()
        await asyncio.sleep(KEPT_S + 0.5)
        await guest.open(TRAIN, link, session_id)
        assert guest.session_id != session_id
        assert is_running(worker)
        assert not guest.alerts
        assert "train_stop" not in guest.widgets
        await guest.press("train_take_over")
        await guest.look_again()
        await stop_training(guest)
        assert not guest.has_failed
        await guest.close()

    asyncio.run(scenario())


@LINUX
def test_sessions_that_are_dropped_at_once_are_forgotten_unnoticed(hasty_server):
    n_guests = 200

    async def scenario():
        async with bystander(hasty_server.url):
            before = open_files(hasty_server)
            guests = [Guest(hasty_server.url) for _ in range(n_guests)]
            for start in range(0, n_guests, 20):
                await asyncio.gather(
                    *(guest.open("Your_own_hand") for guest in guests[start : start + 20])
                )
            assert open_files(hasty_server) > before + n_guests
            await asyncio.gather(*(guest.cut() for guest in guests))
            last, session_id = guests[-1], guests[-1].session_id
            await last.open("Your_own_hand", session_id=session_id)
            assert last.session_id == session_id
            await last.close()
            await until(lambda: open_files(hasty_server) < before + 10)
            assert not any(guest.has_failed for guest in guests)

    asyncio.run(scenario())


@LINUX
def test_a_browser_that_never_reads_is_let_go_and_may_come_back(server):
    async def scenario():
        async with bystander(server.url):
            guest = Guest(server.url)
            await guest.open("Gradient_descent")
            for _ in range(5):
                await guest.look_again()
            before_mb, n_sessions = resident_mb(server), active_sessions(server)
            guest.stop_reading()
            deadline = time.monotonic() + 60
            while active_sessions(server) == n_sessions:
                assert time.monotonic() < deadline, "a browser that never reads is still served"
                await guest.ask_to_look_again()
                await asyncio.sleep(0.1)
            assert resident_mb(server) < before_mb + 50
            session_id = guest.session_id
            await guest.cut()
            await guest.open("Gradient_descent", session_id=session_id)
            assert guest.session_id == session_id
            assert not guest.has_failed
            await guest.close()

    asyncio.run(scenario())


@LINUX
def test_a_message_that_is_too_large_is_not_taken_in(server):
    async def scenario():
        async with bystander(server.url):
            guest = Guest(server.url)
            await guest.open()
            before_mb = peak_mb(server)
            with pytest.raises((websockets.ConnectionClosed, LostError)):
                await guest.forge(WidgetState(id="x", string_value="x" * 100_000_000))
            assert peak_mb(server) < before_mb + 60
            await guest.close()

    asyncio.run(scenario())


def test_a_killed_server_leaves_no_worker_and_no_files(tmp_path):
    environment = ENVIRONMENT | {"TMPDIR": str(tmp_path)}

    def folders():
        return set(tmp_path.glob("training-jobs-*"))

    async def before_and_after():
        with running_dashboard(tmp_path / "first.txt", environment=environment) as server:
            port = int(server.url.rpartition(":")[2])
            guest, worker = await begin_training(server)
            [folder] = folders()
            server.process.kill()
            server.process.wait()
        await until(lambda: not is_running(worker))
        second = running_dashboard(tmp_path / "second.txt", environment=environment, port=port)
        with second as server:
            session_id, link = guest.session_id, guest.query
            # A browser keeps the settings in the address.
            await guest.open(TRAIN, f"train_epochs=7&{link}", session_id)
            assert guest.session_id != session_id
            assert len(guest.alerts) == 1
            assert guest.alerts[0].startswith(GONE)
            assert guest.number("train_epochs") == 7
            assert not guest.has_failed
            assert folders() != {folder}
            assert len(folders()) == 1
            await guest.close()
        assert not folders()

    asyncio.run(before_and_after())


@pytest.mark.soak
def test_a_full_disk_is_told_to_whom_it_concerns(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    # Half a megabyte for temporary files, which nobody else sees; the model takes more.
    within = (
        *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c"),
        'mount -t tmpfs -o size=512k tmpfs "$TMPDIR" && exec "$@"',
        "sh",
    )
    environment = ENVIRONMENT | {"TMPDIR": str(folder)}
    if subprocess.run([*within, "true"], env=os.environ | environment, check=False).returncode:
        pytest.skip("a small disk cannot be made here: it takes Linux with user namespaces")

    async def scenario(server):
        async with bystander(server.url):
            guest = Guest(server.url)
            await guest.open(TRAIN, "train_images=1000&train_epochs=2")
            await guest.press("train_start")
            await until(lambda: guest.alerts, guest)
            assert guest.alerts[0] == (
                "The training failed: There is no room left on the disk: make some, and start "
                "again."
            )
            assert not guest.has_failed
            await guest.close()

    with running_dashboard(tmp_path / "log.txt", environment=environment, within=within) as server:
        asyncio.run(scenario(server))
        assert not server.problems_since(0)


# Read when Python starts; adds to the clock what a file says.
_CHANGED_CLOCK = """
import os, time

_time = time.time

def changed_time():
    with open(os.environ["TEST_CLOCK"]) as file:
        return _time() + float(file.read())

time.time = changed_time
"""


@pytest.mark.soak
def test_a_changed_clock_changes_nothing(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(_CHANGED_CLOCK)
    clock, folder = tmp_path / "clock", tmp_path / "folder"
    clock.write_text("0")
    folder.mkdir()
    environment = ENVIRONMENT | {
        "PYTHONPATH": str(tmp_path),
        "TEST_CLOCK": str(clock),
        "TMPDIR": str(folder),
        "NEURONS_PAUSE_MINUTES": "60",
    }

    async def scenario(server):
        async with bystander(server.url):
            guest, worker = await begin_training(server, "train_images=1000&train_epochs=2")
            for offset_s in (-3600, 2 * 24 * 3600):
                clock.write_text(str(offset_s))
                await guest.look_again()
                assert "train_resume" in guest.widgets
                assert not guest.alerts
                newcomer = Guest(server.url)
                await newcomer.open()
                await newcomer.close()
                assert is_running(worker)
            # A server that starts now does not take this one's files for left behind.
            with running_dashboard(tmp_path / "other.txt", environment=environment) as other:
                visitor = Guest(other.url)
                await visitor.open(TRAIN, f"train_job={'x' * 22}")
                await visitor.close()
            session_id, link = guest.session_id, guest.query
            await guest.cut()
            await guest.open(TRAIN, link, session_id)
            assert guest.session_id == session_id
            await guest.press("train_resume")
            await until(lambda: "train_on" in guest.widgets, guest)
            assert not guest.alerts
            assert not guest.has_failed
            await guest.close()

    with running_dashboard(tmp_path / "log.txt", environment=environment) as server:
        asyncio.run(scenario(server))
        assert not server.problems_since(0)


@pytest.fixture
def project(tmp_path):
    """A copy of the dashboard, with data of its own."""
    folder = tmp_path / "project"
    for name in ("dashboard", "nncore", "pages", ".streamlit", "data"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "app.py", folder)
    return folder


async def told(server, page, query=""):
    """Return what a newcomer to a page is told."""
    guest = Guest(server.url)
    await guest.open(page, query)
    assert not guest.has_failed
    await guest.close()
    return guest.alerts


def test_models_and_images_that_are_missing_or_damaged_are_named_until_they_are_back(
    project, tmp_path
):
    data, whole = project / "data", PROJECT / "data"
    sentence = "The file data/models/{} is missing or damaged: get it again from the project."

    async def scenario(server):
        async with bystander(server.url):
            (data / "models/recognizer.npz").unlink()
            for name in ("doubt.npz", "memoire.npz"):
                model = data / "models" / name
                model.write_bytes(model.read_bytes()[:-100])
            shutil.rmtree(data / "colours")
            assert await told(server, "") == []
            assert await told(server, "Colour_neuron") == [
                "The images in data/colours are missing or damaged: "
                "get the folder again from the project."
            ]
            for page in (TRAIN, "Draw_digits", "Your_own_hand"):
                assert await told(server, page) == [sentence.format("recognizer.npz")], page
            shutil.copy(whole / "models/recognizer.npz", data / "models")
            assert await told(server, TRAIN) == []
            for query, name in (
                ("draw_view=refusing", "doubt.npz"),
                ("draw_view=why&draw_why=readers", "memoire.npz"),
            ):
                assert await told(server, "Draw_digits", query) == [sentence.format(name)]

    with running_dashboard(
        tmp_path / "log.txt", project=project, environment=ENVIRONMENT
    ) as server:
        asyncio.run(scenario(server))
        assert not server.problems_since(0)


def test_without_its_digits_a_page_says_so_until_they_are_back(project, tmp_path):
    mnist = project / "data/mnist.npz"
    mnist.write_bytes(mnist.read_bytes()[:-1000])

    async def scenario(server):
        assert await told(server, "") == []
        assert await told(server, "Colour_neuron") == []
        for page in ("Average_digit", "Gradient_descent", TRAIN, "Experiments", "Your_own_hand"):
            [alert] = await told(server, page)
            assert alert.startswith("data/mnist.npz cannot be used"), page
        mnist.unlink()
        [alert] = await told(server, "Average_digit")
        assert alert.startswith("data/mnist.npz is missing")
        shutil.copy(PROJECT / "data/mnist.npz", mnist)
        assert await told(server, "Average_digit") == []

    with running_dashboard(
        tmp_path / "log.txt", project=project, environment=ENVIRONMENT
    ) as server:
        asyncio.run(scenario(server))
        assert not server.problems_since(0)
