"""`python -m lodesk.embedded COMMAND`: what the Makefile calls inside `.venv`."""

import os
import signal
import sys
from collections.abc import Callable

from lodesk.embedded import checks
from lodesk.embedded.console import Problem, say
from lodesk.embedded.environment import HOST, Addresses, RealServers, environment
from lodesk.embedded.mail import MailCatcher
from lodesk.embedded.mail_page import serve_page
from lodesk.embedded.places import REPOSITORY, demo_places, test_places
from lodesk.embedded.run import run
from lodesk.embedded.runlock import stop_run
from lodesk.embedded.servers import Servers
from lodesk.embedded.testing import stop_idle

Command = Callable[[list[str]], int]


def main(arguments: list[str]) -> int:
    """Do what the first word says; a problem is told in one line."""
    commands: dict[str, Command] = {
        "run": _run,
        "down": _down,
        "check": lambda _: checks.check(),
        "test": lambda rest: checks.suite(rest, "not soak"),
        "soak": lambda rest: checks.suite(rest, "soak"),
        "bench": checks.bench,
        "manage": _manage,
        "tool": _tool,
        "mail": _mail,
    }
    wanted = commands.get(arguments[0]) if arguments else None
    if wanted is None:
        say(f"usage: python -m lodesk.embedded {' | '.join(commands)}")
        return 2
    try:
        return wanted(arguments[1:])
    except Problem as problem:
        sys.stderr.write(f"LO Desk: {problem}\n")
        return 1
    except KeyboardInterrupt:
        say("\n  Stopped.")
        return 130


def _run(_: list[str]) -> int:
    run()
    say("  Stopped.")
    return 0


def _down(_: list[str]) -> int:
    """Stop a run in another terminal, and servers that a killed one left behind."""
    places = demo_places()
    places.prepare()
    stop_idle(test_places())
    stopped = stop_run(places)
    if not stopped:
        servers = Servers(places)
        stopped = bool(servers.valkey.pid() or servers.postgres.pid())
        servers.valkey.stop()
        servers.postgres.stop()
    say("  Stopped." if stopped else "  Nothing was running.")
    return 0


def _manage(rest: list[str]) -> int:
    """`manage.py` with the environment of the demo, for a developer while it runs."""
    places = demo_places()
    places.prepare()
    found = environment(Servers(places), RealServers.named(), Addresses.chosen())
    if os.environ.get("LODESK_AS_OWNER"):
        found["LODESK_AS_OWNER"] = "1"
    os.execve(sys.executable, [sys.executable, "manage.py", *rest], found)  # noqa: S606


def _tool(rest: list[str]) -> int:
    """A program of `.venv`, for the Makefile."""
    os.execvp(rest[0], rest)  # noqa: S606


def _mail(_: list[str]) -> int:
    """The mail catcher of a demo and its page, until it is stopped."""
    addresses, folder = Addresses.chosen(), demo_places().mail
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with MailCatcher(addresses.mail_port, folder):
        page = serve_page(folder, addresses.mail_page_port)
        say(f"takes mail at {HOST}:{addresses.mail_port}, shows it at {addresses.mail_page}/")
        signal.pause()
        page.shutdown()
    return 0


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    sys.exit(main(sys.argv[1:]))
