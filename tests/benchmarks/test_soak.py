import sys

import pytest

from benchmarks import soak


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_sessions_are_used_trained_and_counted(capsys, monkeypatch):
    # All others have their turn in the test of the load.
    monkeypatch.setattr(soak, "PAGES", {"": None})
    soak.main(["--sessions", "2", "--at-once", "2", "--rows", "1"])
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("| ") and line[2].isdigit()
    ]
    assert [row[0] for row in rows] == ["0", "2"]
    before, after = ([float(cell) for cell in row] for row in rows)
    _n_sessions, resident_mb, n_threads, n_open_files, n_trainings, file_mb, n_exceptions = after
    assert resident_mb > before[1]
    assert n_threads > 1
    assert n_open_files > before[3]
    assert n_trainings == 2
    assert file_mb > 0
    assert n_exceptions == 0
