"""Processes, recognised for certain: a number alone may belong to somebody else by now."""

import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Identity:
    """A process by its number and the moment it began."""

    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> "Identity":
        """Who has this number now."""
        return cls(pid, began(pid) or "")

    @property
    def alive(self) -> bool:
        """Whether it is still that process, and not just a number in use."""
        return bool(self.began) and began(self.pid) == self.began


def began(pid: int) -> str | None:
    """When this process began, in whatever unit the system has; None when it is not running.

    A process that ended and waits to be collected by its parent is not running.
    """
    if PROC.is_dir():
        try:
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    state, _, moment = _ps(pid, "stat=,lstart=").partition(" ")
    return None if not state or state.startswith("Z") else moment.strip()


def command(pid: int) -> str:
    """The command line of a process, empty when it is not running."""
    if PROC.is_dir():
        try:
            raw = (PROC / str(pid) / "cmdline").read_bytes()
        except OSError:
            return ""
        return raw.replace(b"\0", b" ").decode(errors="replace")
    return _ps(pid, "command=")


def write_identity(file: Path, identity: Identity, **more: object) -> None:
    """Write who it is in one piece: a reader never finds half of it."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.write_text(json.dumps({**asdict(identity), **more}))
    fresh.replace(file)


def read_identity(file: Path) -> tuple[Identity, dict[str, object]] | None:
    """Who was written there; None when the file is missing or damaged."""
    try:
        found = json.loads(file.read_text())
        return Identity(int(found["pid"]), str(found["began"])), found
    except (OSError, ValueError, KeyError, TypeError):
        return None


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until the process has ended; False when it has not in this time."""
    deadline = time.monotonic() + seconds
    while began(pid) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    _collect(pid)
    return True


def end(pid: int, number: signal.Signals, seconds: float) -> None:
    """Ask a process to end, and end it when it has not in this time."""
    for each, patience in ((number, seconds), (signal.SIGKILL, 10.0)):
        try:
            os.kill(pid, each)
        except ProcessLookupError:
            return
        if wait_gone(pid, patience):
            return


def carrying(words: str) -> list[int]:
    """The processes with exactly this NAME=value in the environment they were started with."""
    if PROC.is_dir():
        return [int(each.name) for each in PROC.glob("[0-9]*") if _carries(each, words)]
    tool = shutil.which("ps") or "/bin/ps"
    done = subprocess.run(  # noqa: S603 - fixed words
        [tool, "-axwwEo", "pid=,command="], capture_output=True, text=True, check=False
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    return [int(line[0]) for line in lines if words in line]


def last_line(log: Path) -> str:
    """The last line of a log that says something, for a one-line explanation."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _carries(process: Path, words: str) -> bool:
    try:
        environment = (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return words.encode() in environment and began(int(process.name)) is not None


def _collect(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except (ChildProcessError, OSError):
        return


def _ps(pid: int, columns: str) -> str:
    tool = shutil.which("ps") or "/bin/ps"
    done = subprocess.run(  # noqa: S603 - fixed words and a number
        [tool, "-p", str(pid), "-o", columns], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
