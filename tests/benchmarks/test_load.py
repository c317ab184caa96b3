import asyncio
import sys

import pytest

from benchmarks import load
from benchmarks.visitors import Timings, Visitor


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("served", [[], ["--reference"]])
def test_visitors_see_pages_and_click_without_an_exception(capsys, served):
    load.main([*served, "--visitors", "2", "--seconds", "3", "--pace", "0.5"])
    lines = capsys.readouterr().out.splitlines()
    row = next(line for line in lines if line.startswith("| 2 |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    n_visitors, first_view, clicks, n_clicks, n_exceptions, n_lost, *_ = cells
    assert (n_visitors, n_exceptions, n_lost) == ("2", "0", "0")
    assert int(n_clicks) > 2
    assert all(float(ms) > 0 for ms in (*first_view.split(", "), *clicks.split(", ")))


def test_who_is_not_let_in_is_lost_and_does_not_end_the_run():
    timings = Timings()
    # Nothing listens at the port of a service that nobody runs.
    visitor = Visitor("ws://127.0.0.1:1", timings, seed=0)
    assert not asyncio.run(visitor.arrive(0))
    assert timings.n_lost == 1
    assert timings.first_views == []
