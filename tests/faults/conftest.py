"""Servers for the tests of faults: the real dashboard, whose log must have no errors."""

import pytest

from tests.browser.server import running_dashboard

ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}
# How long a lost session is kept; Streamlit's default is 120.
KEPT_S = 2
# A fourth of what many systems allow unless a process asks for more.
FEW_OPEN_FILES = ("sh", "-c", 'ulimit -S -n 256 && exec "$@"', "sh")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The dashboard as it is hosted."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with running_dashboard(log, environment=ENVIRONMENT) as server:
        yield server
        assert not server.problems_since(0)


@pytest.fixture(scope="module")
def hasty_server(tmp_path_factory):
    """The dashboard, where lost sessions are kept for `KEPT_S` only and few files may be open."""
    log = tmp_path_factory.mktemp("hasty_server") / "log.txt"
    environment = ENVIRONMENT | {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(KEPT_S)}
    with running_dashboard(log, environment=environment, within=FEW_OPEN_FILES) as server:
        yield server
        assert not server.problems_since(0)
