"""What the person at the terminal reads: one line per step, one line per problem."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Problem(Exception):  # noqa: N818 - it is said to a person, not handled as an error
    """Something the person must know and can act on, told in one line."""


def say(line: str = "") -> None:
    """Write one line at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done, and afterwards how many seconds it took."""
    sys.stdout.write(f"  {name} … ")
    sys.stdout.flush()
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        say("no")
        raise
    say(f"{time.monotonic() - begun:.1f} s")
