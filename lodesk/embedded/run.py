"""`make run`: the whole of LO Desk on this machine, from nothing."""

import os
import signal
import socket
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from lodesk.embedded.console import Problem, say, step
from lodesk.embedded.environment import HOST, Addresses, RealServers, as_owner, environment
from lodesk.embedded.places import REPOSITORY, demo_places
from lodesk.embedded.prepare import prepare
from lodesk.embedded.runlock import marker, only_one
from lodesk.embedded.servers import Servers
from lodesk.embedded.supervisor import Supervisor

LONGEST_WAIT = 60.0
BANNER = """
  LO Desk   {site}/
  Mail      {mail}
  Sign in as one of these:

{people}

  Ctrl-C stops everything.
"""


def run() -> None:
    """Set up what is missing, then serve until Ctrl-C."""
    addresses, real, places = Addresses.chosen(), RealServers.named(), demo_places()
    places.prepare()
    _end_like_ctrl_c()
    with only_one(places, addresses.site):
        _refuse_used_ports(addresses, real)
        servers = Servers(places)
        with running(servers, real):
            site = {**environment(servers, real, addresses), **marker(places)}
            people = places.state / "people.txt"
            prepare(as_owner(site), places.state / "prepare.log", people)
            _serve(servers, real, addresses, site, people.read_text().rstrip())


@contextmanager
def running(servers: Servers, real: RealServers) -> Iterator[None]:
    """The servers that are ours, stopped at the end, the database last."""
    try:
        if not real.database:
            with step("PostgreSQL"):
                servers.postgres.start()
                servers.make_roles()
        if not real.redis:
            with step("Valkey"):
                servers.valkey.start()
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # impatience must not leave it half stopped
        if not real.redis:
            servers.valkey.stop()
        if not real.database:
            servers.postgres.stop()


def _serve(
    servers: Servers, real: RealServers, addresses: Addresses, site: dict[str, str], people: str
) -> None:
    supervisor = Supervisor(site)
    supervisor.add_procfile(REPOSITORY / "Procfile")
    if not real.mail:
        supervisor.add("mail", f"exec '{sys.executable}' -m lodesk.embedded mail")
    mail = "goes to your EMAIL_URL" if real.mail else f"{addresses.mail_page}/"
    banner = BANNER.format(site=addresses.site, mail=mail, people=people)
    supervisor.watch(lambda over: _greet(over, addresses, banner))
    supervisor.watch(lambda over: _keep_alive(over, servers, real))
    supervisor.run()
    say("  Stopping the servers.")


def _greet(over: threading.Event, addresses: Addresses, banner: str) -> None:
    """Say where everything is once the site answers, not before."""
    waited = 0.0
    while waited < LONGEST_WAIT:
        if over.wait(0.25):
            return
        waited += 0.25
        if _healthy(addresses):
            say(banner)
            return
    say(f"The site does not answer at {addresses.site}/healthz; the lines above say why.")


def _healthy(addresses: Addresses) -> bool:
    try:
        with urllib.request.urlopen(f"{addresses.site}/healthz", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _keep_alive(over: threading.Event, servers: Servers, real: RealServers) -> None:
    """A server that was killed is started again; if that fails, everything stops."""
    while not over.wait(1.0):
        try:
            if not real.database and servers.postgres.pid() is None:
                say("PostgreSQL was killed: starting it again.")
                servers.postgres.start()
            if not real.redis and servers.valkey.pid() is None:
                say("Valkey was killed: starting it again.")
                servers.valkey.start()
        except Problem as problem:
            say(f"{problem} Stopping everything.")
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _refuse_used_ports(addresses: Addresses, real: RealServers) -> None:
    wanted = [addresses.port]
    wanted += [] if real.mail else [addresses.mail_port, addresses.mail_page_port]
    for port in wanted:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((HOST, port))
            except OSError as error:
                raise Problem(
                    f"Port {port} cannot be used ({error.strerror}): choose another, "
                    f"for instance `make run LODESK_PORT={addresses.port + 100}`."
                ) from error


def _end_like_ctrl_c() -> None:
    """A closed terminal and a polite kill end a run as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
