"""Tests in a forked child: Django and pytest are loaded once, each mutant has its own process.

The child says what it does, line by line, through a pipe; the parent listens, and ends a child
that has been silent for too long.
"""

import json
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import NoReturn

LONGEST_SILENCE = 180.0


@dataclass(frozen=True)
class Report:
    """What a child said of a test, or of itself."""

    test: str
    failed: bool
    seconds: float = 0.0
    touched: list[str] | None = None
    why: str = ""


Say = Callable[[Report], None]


class HungError(Exception):
    """A child said nothing for too long."""


def reports(work: Callable[[Say], None]) -> Iterator[Report]:
    """Fork, do the work in the child, and give its reports as they come; ends with the child.

    Raises HungError when it is silent for too long. Whoever stops listening ends the child.
    """
    listening, speaking = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(listening)
        _in_child(work, speaking)
    with suppress(PermissionError, ProcessLookupError):
        os.setpgid(child, child)  # the child does so too: whoever comes first
    os.close(speaking)
    try:
        for line in _lines(listening):
            yield Report(**json.loads(line))
    finally:
        os.close(listening)
        _end(child)


def _in_child(work: Callable[[Say], None], speaking: int) -> NoReturn:
    status = 1
    try:
        os.setpgid(0, 0)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)

        def say(report: Report) -> None:
            os.write(speaking, json.dumps(asdict(report)).encode() + b"\n")

        try:
            work(say)
            status = 0
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
            say(Report("", failed=True, why=f"{type(error).__name__}: {error}"))
    finally:
        os._exit(status)  # no exit handler of the parent may run here


def _lines(listening: int) -> Iterator[bytes]:
    rest = b""
    while True:
        ready, _, _ = select.select([listening], [], [], LONGEST_SILENCE)
        if not ready:
            raise HungError
        read = os.read(listening, 65_536)
        if not read:
            return
        *whole, rest = (rest + read).split(b"\n")
        yield from whole


def _end(child: int) -> None:
    """End the child, should it still run, and whatever it started; the group is its own."""
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
