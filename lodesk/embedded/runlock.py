"""One `make run` per `var/`: a lock that recognises a dead owner, and what it left behind."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from lodesk.embedded import processes
from lodesk.embedded.console import Problem, say
from lodesk.embedded.places import Places

MARKER = "LODESK_RUN"


@contextmanager
def only_one(places: Places, address: str) -> Iterator[None]:
    """Hold the lock; refuse in one line when somebody alive has it; tidy up after the dead."""
    file = places.state / "run.json"
    me = processes.Identity.of(os.getpid())
    with (places.state / "run.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        found = processes.read_identity(file)
        if found and found[0].alive:
            there = found[1].get("address", "")
            raise Problem(f"It runs here already (process {found[0].pid}): {there}")
        if found:
            say("  The last run was killed: tidying up after it.")
        processes.write_identity(file, me, address=address)
    try:
        end_marked(places)
        yield
    finally:
        end_marked(places)
        file.unlink(missing_ok=True)


def marker(places: Places) -> dict[str, str]:
    """What the processes of a run carry in their environment, so that they can be found."""
    return {MARKER: str(places.root)}


def end_marked(places: Places) -> None:
    """End the processes of a run that are still there."""
    words = f"{MARKER}={places.root}"
    for number, patience in ((signal.SIGTERM, 8.0), (signal.SIGKILL, 5.0)):
        left = processes.carrying(words)
        for pid in left:
            _signal(pid, number)
        deadline = time.monotonic() + patience
        while left and time.monotonic() < deadline:
            time.sleep(0.05)
            left = [pid for pid in left if processes.began(pid)]
        if not left:
            return


def stop_run(places: Places) -> bool:
    """Ask the run of this `var/` to stop, as Ctrl-C does; False when there is none."""
    found = processes.read_identity(places.state / "run.json")
    if not found or not found[0].alive:
        end_marked(places)
        return False
    os.kill(found[0].pid, signal.SIGTERM)
    processes.wait_gone(found[0].pid, 60)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
