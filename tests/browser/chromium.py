"""Find the Chromium or Chrome that the browser tests drive, or install Debian's `chromium`.

Run as a script it prints the browser's path; it needs nothing but the standard library.
"""

import os
import shutil
import subprocess
import sys

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
HOW_TO_GET_ONE = (
    "No Chromium or Chrome was found for the browser tests: install one "
    "(Debian: sudo apt install chromium; macOS: brew install --cask google-chrome), "
    "or set CHROMIUM to its path."
)


def find_chromium() -> str | None:
    """Return the browser named by $CHROMIUM, else one in PATH or in a usual place, else None."""
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(chosen)
    for name in (*NAMES, *APPLICATIONS):
        if path := shutil.which(name):
            return path
    return None


def is_required() -> bool:
    """Return whether a missing browser is a failure: on a CI service it is."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def install_chromium() -> None:
    """Install Debian's package where that asks for no password; elsewhere do nothing."""
    if not shutil.which("apt-get"):
        return
    as_root = []
    if os.geteuid() != 0:
        as_root = ["sudo", "-n"]
        if (
            not shutil.which("sudo")
            or subprocess.run([*as_root, "true"], stderr=subprocess.DEVNULL).returncode
        ):
            return
    print("Installing Debian's chromium for the browser tests", file=sys.stderr)
    apt_get = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        result = subprocess.run([*apt_get, *arguments], capture_output=True, text=True)
        if result.returncode:
            print(result.stderr.strip(), file=sys.stderr)
            return


def main() -> int:
    """Print the browser's path, installing one first if need be and possible."""
    path = find_chromium()
    if path is None and "CHROMIUM" not in os.environ:
        install_chromium()
        path = find_chromium()
    print(path or HOW_TO_GET_ONE, file=sys.stdout if path else sys.stderr)
    return 1 if path is None and is_required() else 0


if __name__ == "__main__":
    sys.exit(main())
