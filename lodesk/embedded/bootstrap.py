"""The first stage of every `make` target: works with the system's Python and nothing else.

Makes `.venv`, installs the pinned packages when they changed, and goes on inside it with
`python -m lodesk.embedded …`. Run by path, so that nothing of the project is imported before its
packages are there; nothing here may need a newer Python than the one it refuses.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements-dev.txt"
STAMP = VENV / "lodesk-installed"
NEWEST_FIRST = ("python3.14", "python3.13", "python3.12", "python3.11")
OLDEST = (3, 11)
VAR = ROOT / "var"


def main(arguments: "list[str]") -> None:
    """Prepare `.venv`, then become it."""
    _newer_python(arguments)
    os.chdir(str(ROOT))
    try:
        VAR.mkdir(exist_ok=True)
        with (VAR / "bootstrap.lock").open("w") as lock:
            _wait_for(lock)
            _prepare(lock)
    except PermissionError as error:
        _stop(f"{error.filename} belongs to another user: run as that user, or remove var/.")
    except OSError as error:
        _stop(f"{error.filename or ROOT} cannot be used: {error.strerror}.")
    os.environ["VIRTUAL_ENV"] = str(VENV)
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    os.execv(str(PYTHON), [str(PYTHON), "-m", "lodesk.embedded", *arguments])  # noqa: S606


def _newer_python(arguments: "list[str]") -> None:
    """Go on with a newer Python of this machine when the one called `python3` is too old."""
    if sys.version_info >= OLDEST:
        return
    for name in NEWEST_FIRST:
        found = shutil.which(name)
        if found and _is_new_enough(found):
            os.execv(found, [found, __file__, *arguments])  # noqa: S606
    _stop(f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.")


def _wait_for(lock: TextIO) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _show("  Another `make` is preparing the packages: waiting for it.\n")
        fcntl.flock(lock, fcntl.LOCK_EX)


def _prepare(lock: TextIO) -> None:
    if STAMP.is_file() and STAMP.read_text() == _fingerprint():
        return
    if not _usable():
        _step("Virtual environment", [sys.executable, "-m", "venv", "--clear", str(VENV)], lock)
    install = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    install += ["--require-hashes", "-r", str(REQUIREMENTS)]
    _step("Packages (once; about a minute)", install, lock)
    STAMP.write_text(_fingerprint())


def _fingerprint() -> str:
    """What must be equal for `.venv` to be as wanted: its place, its Python, the packages."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    python = PYTHON.resolve() if PYTHON.exists() else "none"
    return f"{VENV}\n{python}\n{digest}\n"


def _usable() -> bool:
    """Whether `.venv` is whole: its Python is new enough, has pip, and lies where it was made."""
    pip = VENV / "bin" / "pip"
    if not PYTHON.exists() or not pip.exists():
        return False
    if str(VENV) not in pip.read_text(errors="replace")[:400]:
        return False
    return _is_new_enough(str(PYTHON), also="pip")


def _is_new_enough(python: str, also: str = "os") -> bool:
    asked = f"import {also}, sys; sys.exit(sys.version_info < {OLDEST})"
    silent = subprocess.DEVNULL
    words = [python, "-c", asked]
    return subprocess.call(words, stdout=silent, stderr=silent) == 0  # noqa: S603


def _step(name: str, command: "list[str]", lock: TextIO) -> None:
    """Run a command with one line that counts seconds; say its last line when it fails.

    It holds the lock too: should this process be killed, nobody installs beside the other.
    """
    log = VAR / "bootstrap.log"
    begun = time.monotonic()
    _show(f"  {name} … ")
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command, stdout=output, stderr=subprocess.STDOUT, pass_fds=(lock.fileno(),)
        )
        while process.poll() is None:
            if sys.stdout.isatty():
                _show(f"\r  {name} … {time.monotonic() - begun:.0f} s")
            time.sleep(0.2)
    again = f"\r  {name} … " if sys.stdout.isatty() else ""
    if process.returncode:
        _show(f"{again}no\n")
        _stop(f"{name}: {_reason(log.read_text(errors='replace'))}")
    log.unlink()
    _show(f"{again}{time.monotonic() - begun:.1f} s\n")


def _show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _reason(said: str) -> str:
    if "ensurepip" in said:
        return "this Python has no venv module; on Debian: apt-get install python3-venv"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("ERROR")] or lines or ["no reason was given"]
    return f"{told[-1]} (the whole output is in var/bootstrap.log)"


def _stop(line: str) -> None:
    sys.stderr.write(f"LO Desk: {line}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
