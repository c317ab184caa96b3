"""docs/hosting.md: the settings that it lists are those that are read, and its nginx works."""

import ast
import asyncio
import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.site import NGINX, free_ports, running_nginx
from dashboard.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
HOSTING = PROJECT / "docs/hosting"
# Read by NumPy and by Python itself.
READ_BY_OTHERS = {"OPENBLAS_NUM_THREADS", "TMPDIR"}
# As visitors know the site: for localhost, Streamlit would not compare the origin.
NAME = "neurons.example"
A_REPLICA_STARTS_WITHIN_S = 60


def documented_settings():
    """Return name -> default of the tables under Settings in docs/hosting.md."""
    text = (PROJECT / "docs/hosting.md").read_text(encoding="utf-8")
    text = text.split("\n## Settings\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| .+ \|$", text, re.MULTILINE)
    return {name: default.strip('`"') for name, default in rows}


def environment_names_read():
    """Return the names that the project's code asks the environment for, as constants."""
    sources = [file for room in ("nncore", "dashboard", "pages") for file in python_files(room)]
    names = set()
    for source in (PROJECT / "app.py", *sources):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            match node:
                case (
                    ast.Call(
                        func=ast.Attribute(value=ast.Attribute(attr="environ")),
                        args=[ast.Constant(name), *_],
                    )
                    | ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(name))
                    | ast.Call(func=ast.Attribute(attr="getenv"), args=[ast.Constant(name), *_])
                ):
                    names.add(name)
    return names


def python_files(room):
    """Return the Python files of a folder."""
    return sorted((PROJECT / room).rglob("*.py"))


def test_the_variables_that_are_documented_are_those_that_are_read():
    listed = {name: text for name, text in documented_settings().items() if "." not in name}
    own = {f"NEURONS_{field.name.upper()}": field for field in fields(Settings)}
    read = environment_names_read()
    assert "NNCORE_MNIST" in read
    assert listed.keys() == own.keys() | read | READ_BY_OTHERS
    for name, field in own.items():
        expected = "number of cores" if name == "NEURONS_RUNNING_JOBS" else str(field.default)
        assert listed[name] == expected, name


def test_the_options_that_are_documented_are_those_of_the_configuration():
    listed = {name: text for name, text in documented_settings().items() if "." in name}
    config = tomllib.loads((PROJECT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    colours = config.pop("theme")
    assert colours
    options = {
        f"{section}.{name}": value for section, of in config.items() for name, value in of.items()
    }
    assert listed.keys() == options.keys()
    for name, value in options.items():
        assert listed[name].lower() == str(value).lower(), name


def test_the_variables_in_examples_exist():
    text = (PROJECT / "docs/hosting.md").read_text(encoding="utf-8")
    known = {f"NEURONS_{field.name.upper()}" for field in fields(Settings)}
    assert set(re.findall(r"NEURONS_[A-Z_]*[A-Z]", text)) == known
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"NEURONS_[A-Z_]*[A-Z]", readme)) <= known
    assert "docs/hosting.md" in readme


def test_the_image_gets_all_that_the_dashboard_needs_and_is_not_root():
    lines = (HOSTING / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        source
        for line in re.findall(r"^COPY (.+)$", lines, re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert copied == {
        *("app.py", "pages", "dashboard", "nncore", "data"),
        *("requirements-locked.txt", ".streamlit/config.toml"),
    }
    for source in copied:
        assert (PROJECT / source).exists(), source
    assert "--require-hashes" in lines
    assert "/_stcore/health" in lines
    assert "OPENBLAS_NUM_THREADS=1" in lines
    # Nothing is written after this line, so that nothing belongs to whom the server runs as.
    after = lines[re.search(r"^USER [1-9]\d*:[1-9]\d*$", lines, re.MULTILINE).end() :]
    assert not re.search(r"^(USER|RUN|COPY|ADD) ", after, re.MULTILINE)
    allowed = (HOSTING / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{source}" for source in copied} == {line for line in allowed if line[:1] == "!"}


def test_nginx_lets_through_what_streamlit_takes_and_waits_longer():
    text = (HOSTING / "nginx.conf").read_text(encoding="utf-8")
    config = tomllib.loads((PROJECT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    largest_mb = int(re.search(r"client_max_body_size (\d+)m;", text)[1])
    assert largest_mb > config["server"]["maxUploadSize"]
    for name in ("proxy_read_timeout", "proxy_send_timeout"):
        # Streamlit pings every 30 s, waits 30 s and keeps a lost session for 120 s.
        assert int(re.search(rf"{name} (\d+)s;", text)[1]) > 180


@dataclass
class Site:
    """Two replicas behind nginx; `kill` ends one, `start` begins it anew."""

    port: int
    ports: dict
    processes: dict
    folder: Path

    def start(self, name):
        """Start a replica and wait until it answers."""
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [
                    *(sys.executable, "-m", "streamlit", "run", "app.py"),
                    *("--server.headless=true", "--server.address=127.0.0.1"),
                    f"--server.port={self.ports[name]}",
                ],
                cwd=PROJECT,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            )
        wait_for_port(self.ports[name])

    def kill(self, name):
        """Kill a replica, as by a crash."""
        self.processes[name].kill()
        self.processes[name].wait()

    def ask(self, path="/", replica="", method="GET", body=None):
        """Return the status and the replica's name in the cookie that is set, if one is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            headers = {"Cookie": f"neurons_replica={replica}"} if replica else {}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, replica_named(answer.headers.get_all("Set-Cookie"))

    async def visit(self, replica="", session="", **options):
        """Connect, run the home page; return connection, set replica and session."""
        socket_ = await websockets.connect(
            f"ws://{NAME}:{self.port}/_stcore/stream",
            host="127.0.0.1",
            port=self.port,
            # Streamlit's browser sends a token, then the session that it had.
            subprotocols=["streamlit", *(["token", session] if session else [])],
            additional_headers={"Cookie": f"neurons_replica={replica}"} if replica else {},
            max_size=None,
            open_timeout=30,
            **options,
        )
        named = replica_named(socket_.response.headers.get_all("Set-Cookie"))
        return socket_, named, await run_page(socket_)


def replica_named(cookies):
    """Return the replica of a cookie that is being set, or None."""
    found = [re.match(r"neurons_replica=(\w*);", cookie) for cookie in cookies or ()]
    return next((match[1] for match in found if match), None)


async def run_page(connection):
    """Run the page; return the id of the session."""
    request = BackMsg()
    request.rerun_script.query_string = ""
    await connection.send(request.SerializeToString())
    session = None
    async with asyncio.timeout(60):
        async for data in connection:
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                session = answer.new_session.initialize.session_id
            elif kind == "script_finished":
                return session
    raise ConnectionError("the server has closed the connection")


def wait_for_port(port):
    """Return once something listens."""
    deadline = time.monotonic() + A_REPLICA_STARTS_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < deadline, f"nothing listens on {port}"
            time.sleep(0.05)


@pytest.fixture
def site(tmp_path):
    """The documented nginx.conf with ports that are free, and two replicas of the dashboard."""
    if NGINX is None:
        pytest.skip("nginx is missing; Debian: sudo apt install nginx-light")
    port, a, b = free_ports(3)
    replicas = Site(port, {"a": a, "b": b}, {}, tmp_path)
    with running_nginx(tmp_path, port, a, b):
        try:
            replicas.start("a")
            replicas.start("b")
            wait_for_port(port)
            yield replicas
        finally:
            for process in replicas.processes.values():
                process.terminate()
            for process in replicas.processes.values():
                process.wait()


def test_a_visitor_stays_at_a_replica_and_another_takes_over(site):
    assert {site.ask()[1] for _ in range(4)} == {"a", "b"}
    assert site.ask(replica="a") == (200, None)
    # A cookie that means nothing is replaced.
    assert site.ask(replica="nonsense")[1] in ("a", "b")
    # Refused by nginx; a session that is unknown, by Streamlit.
    upload = "/_stcore/upload_file/nobody/nothing"
    assert site.ask(upload, replica="a", method="PUT", body=bytes(7_000_000))[0] == 413
    assert site.ask(upload, replica="a", method="PUT", body=bytes(2_000_000))[0] in (400, 403)
    asyncio.run(_visitors_of_both(site))


async def _visitors_of_both(site):
    """Visitors of both replicas come back, and one replica is killed and started anew."""
    socket_a, named, session_a = await site.visit("a", origin=f"http://{NAME}:{site.port}")
    assert named is None
    with pytest.raises(websockets.InvalidStatus, match="403"):
        await site.visit("a", origin="http://elsewhere.example")
    socket_b, _, session_b = await site.visit("b")

    # Whoever comes back finds the session, which the other replica does not know.
    await socket_a.close()
    socket_a, _, again = await site.visit("a", session_a)
    assert again == session_a
    stranger, _, other = await site.visit("b", session_a)
    assert other != session_a
    await stranger.close()

    site.kill("a")
    with pytest.raises((ConnectionError, websockets.ConnectionClosed)):
        await run_page(socket_a)
    moved, named, new = await site.visit("a", session_a)
    assert named == "b"
    assert new not in (session_a, session_b)
    assert await run_page(socket_b) == session_b

    # Who has moved stays, so that nothing is lost a second time; newcomers go to both again.
    site.start("a")
    assert await run_page(moved) == new
    await moved.close()
    moved, named, again = await site.visit("b", new)
    assert (named, again) == (None, new)
    deadline = time.monotonic() + 30
    while site.ask()[1] != "a":
        assert time.monotonic() < deadline, "the replica that is back gets no newcomers"
        await asyncio.sleep(0.2)
    await moved.close()
    await socket_b.close()
