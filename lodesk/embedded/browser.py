"""The system's Chromium for the browser tests: found, installed when we may, or said missing."""

import os
import shutil
import subprocess
from pathlib import Path

from lodesk.embedded.console import Problem, say, step

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
ADVICE = "install Debian's `chromium`, or set LODESK_CHROMIUM to the program"


def chromium() -> str | None:
    """The path of the browser, None when there is none. LODESK_CHROMIUM overrules the search."""
    said = os.environ.get("LODESK_CHROMIUM")
    if said:
        return said if os.access(said, os.X_OK) else None
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return found or (MAC if Path(MAC).exists() else None)


def ensure_browser() -> None:
    """Have a browser, or say in one line what is missing; in CI that is a failure."""
    if chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        with step("Chromium (once)"):
            _install()
    if chromium() is not None:
        return
    if os.environ.get("CI"):
        raise Problem(f"No browser, and CI must not skip the browser tests: {ADVICE}.")
    say(f"  No browser: its tests are skipped ({ADVICE}).")


def _install() -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        done = subprocess.run(  # noqa: S603 - fixed words
            ["apt-get", *words],  # noqa: S607 - where the system has it
            env=quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return
