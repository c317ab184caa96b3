"""Compare the locked dependencies with known vulnerabilities: ``make audit``.

``pip-audit`` ends well, and says that nothing is known, also when its service knew no package at
all. Here that is said for what it is.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCKED = Path(__file__).parents[1] / "requirements-locked.txt"
_COMMAND = (
    *(sys.executable, "-m", "pip_audit", "--requirement", str(LOCKED)),
    *("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"),
)


def verdict(report: str, complaints: str = "") -> tuple[bool, str]:
    """Return whether no vulnerability is known, and what is to be said.

    Parameters
    ----------
    report : str
        What pip-audit printed: JSON, or nothing if it could not do its work.
    complaints : str
        What it wrote to standard error.

    Returns
    -------
    is_clean : bool
        True also where nothing could be audited.
    text : str
        Lines to print.
    """
    try:
        dependencies = json.loads(report)["dependencies"]
    except ValueError:
        reason = (complaints.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return True, f"NOT AUDITED: the advisory service could not be asked ({reason[:300]})"
    found = [
        f"{dependency['name']} {dependency['version']}: {vulnerability['id']}, mended in "
        + (", ".join(vulnerability["fix_versions"]) or "no version yet")
        for dependency in dependencies
        for vulnerability in dependency.get("vulns", ())
    ]
    skipped = [dependency for dependency in dependencies if "skip_reason" in dependency]
    n_audited = len(dependencies) - len(skipped)
    if not n_audited:
        return True, f"NOT AUDITED: the advisory service knew none of {len(skipped)} packages"
    lines = [*found, f"{n_audited} packages audited, {len(found)} known vulnerabilities"]
    if skipped:
        lines.append("NOT AUDITED: " + ", ".join(dependency["name"] for dependency in skipped))
    return not found, "\n".join(lines)


def main() -> None:
    """Audit, and end with 1 if a vulnerability is known."""
    audit = subprocess.run(_COMMAND, capture_output=True, text=True)
    is_clean, text = verdict(audit.stdout, audit.stderr)
    print(text)
    sys.exit(not is_clean)


if __name__ == "__main__":
    main()
