"""The locked dependencies, and what is said of their audit."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parent.parent


def locked_set():
    """Return name -> (version, hashes) of requirements-locked.txt, which has nothing else."""
    text = (PROJECT / "requirements-locked.txt").read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    locked = {}
    for line in text.splitlines():
        name, version, files = re.fullmatch(r"([a-z0-9-]+)==(\S+)(.*)", line).groups()
        locked[name] = (version, re.findall(r" --hash=sha256:([0-9a-f]{64})", files))
        assert not re.sub(r" +--hash=sha256:[0-9a-f]{64}", "", files).strip(), line
    return locked


def test_the_locked_set_is_one_that_requirements_admit():
    locked = locked_set()
    lines = (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    required = [Requirement(line) for line in lines if line and line[0] != "#"]
    assert required
    for requirement in required:
        version, _ = locked[requirement.name]
        assert version in requirement.specifier, f"{requirement}: make lock"


def test_every_file_is_known_by_its_hash():
    locked = locked_set()
    assert len(locked) > 20
    for name, (_, hashes) in locked.items():
        assert hashes, name


@pytest.fixture(scope="module")
def audit():
    spec = importlib.util.spec_from_file_location("audit", PROJECT / ".ci/audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
HIT = {
    "name": "pillow",
    "version": "13.0.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["13.0.1"]}, {"id": "X-2", "fix_versions": []}],
}
SKIPPED = {"name": "plotly", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("dependencies", "is_clean", "said"),
    [
        ([CLEAN], True, ["1 packages audited, 0 known"]),
        ([CLEAN, SKIPPED], True, ["1 packages audited", "NOT AUDITED: plotly"]),
        ([SKIPPED], True, ["NOT AUDITED: the advisory service knew none of 1"]),
        ([CLEAN, HIT], False, ["pillow 13.0.0: PYSEC-1, mended in 13.0.1", "X-2, mended in no"]),
        ([HIT, SKIPPED], False, ["PYSEC-1", "NOT AUDITED: plotly"]),
    ],
)
def test_an_audit_says_what_it_saw(audit, dependencies, is_clean, said):
    verdict, text = audit.verdict(json.dumps({"dependencies": dependencies, "fixes": []}))
    assert verdict is is_clean
    for part in said:
        assert part in text


def test_an_audit_without_a_way_out_says_so_and_does_not_fail(audit):
    is_clean, text = audit.verdict("", "Traceback\nConnectionError: no such host\n")
    assert is_clean
    assert text.startswith("NOT AUDITED")
    assert "no such host" in text


def test_ci_tests_the_locked_set_and_audits_it():
    steps = (PROJECT / ".ci/run").read_text(encoding="utf-8")
    assert "requirements=requirements-locked.txt" in steps
    assert 'make test REQUIREMENTS="$requirements"' in steps
    assert steps.rstrip().endswith("make audit")
