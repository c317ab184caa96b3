"""The benchmark of handwriting runs on any file of strokes and counts what it should."""

import gzip
import json
import sys

import numpy as np
import pytest

from benchmarks import handwriting
from nncore.pen_digits import draw_strokes


@pytest.fixture
def strokes_file(tmp_path):
    """A packed file of twenty small made-up digits, one of them under a wrong name."""
    generator = np.random.default_rng(0)
    rows = [
        {
            "label": digit,
            "strokes": [(0.4 * line).round(1).tolist() for line in draw_strokes(digit, generator)],
        }
        for digit in [*range(10), *range(10)]
    ]
    rows[3]["label"] = 8
    path = tmp_path / "strokes.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_all_tables_are_printed(strokes_file, monkeypatch, capsys):
    arguments = ["handwriting", "--strokes", str(strokes_file), "--numbers", "2"]
    monkeypatch.setattr(sys, "argv", [*arguments, "--non-digits", "1"])
    handwriting.main()
    printed = capsys.readouterr().out
    assert printed.startswith("20 drawn digits; right on MNIST's test images: 99.3")
    shares = {}
    for line in printed.splitlines():
        name, *cells = line.strip("| ").split(" | ")
        shares[name] = cells
    # The wrong name counts as an error, and the recogniser makes few of its own.
    assert shares["all steps"][0] in ("95.0%", "90.0%")
    assert float(shares["canvas shrunk to 28x28"][0].rstrip("%")) < 90
    assert len(shares["right"]) == 10
    for table in ("32 px", "strokes", "ink of a brush of 8 px", "letter A", "MNIST (wrongly)"):
        assert shares[table][0].endswith("%")


def test_strokes_are_read_packed_or_not(strokes_file, tmp_path):
    drawings, labels = handwriting.read_strokes(strokes_file)
    assert labels[:5].tolist() == [0, 1, 2, 8, 4]
    plain = tmp_path / "strokes.jsonl"
    plain.write_bytes(gzip.decompress(strokes_file.read_bytes()))
    assert handwriting.read_strokes(plain)[0] == drawings
