"""Servers for tests: one PostgreSQL and one Valkey for every test run of this checkout.

Each run holds a numbered slot while it lasts (a lock that the system releases, however the run
ends) and has its own database name and its own number in Valkey. The first run starts the servers,
the last one stops them; what a killed run left behind is used by the next.
"""

import atexit
import base64
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from lodesk.embedded.console import Problem
from lodesk.embedded.places import Places, test_places
from lodesk.embedded.servers import DATABASE, Servers
from lodesk.embedded.valkey import DATABASES

# The process that took the lease, and the variables that came from it, not from the caller.
LEASED = "LODESK_LEASED"
# Keys of nothing: the tests' documents are invented.
DOCUMENT_KEYS = " ".join(
    f"{country}:1:{base64.urlsafe_b64encode((country * 16).encode()).decode()}"
    for country in ("BE", "NL", "LU")
)


@dataclass
class Lease:
    """The right to use the test servers, until `release`."""

    servers: Servers
    slot: int
    _lock: int
    database: bool = True
    redis: bool = True

    @property
    def name(self) -> str:
        """This run's database; Django puts `test_` before it."""
        return DATABASE if self.slot == 0 else f"{DATABASE}_{self.slot}"

    @property
    def documents(self) -> Path:
        """This run's stored documents; its parts share them, under random names."""
        return self.servers.places.root / f"documents-{self.slot}"

    @property
    def database_url(self) -> str:
        """The application's login."""
        return self.servers.database_url(name=self.name)

    @property
    def owner_database_url(self) -> str:
        """The owner's login."""
        return self.servers.database_url(owner=True, name=self.name)

    @property
    def redis_url(self) -> str:
        """This run's database in Valkey."""
        return self.servers.redis_url(self.slot)

    def environment(self) -> dict[str, str]:
        """What settings.py reads, for this process and the ones it starts."""
        found = {
            "LODESK_AS_OWNER": "1",
            "LODESK_SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 4,
            "LODESK_HOSTS": "127.0.0.1,localhost,testserver",
            "LODESK_DOCUMENT_ROOT": str(self.documents),
            "LODESK_DOCUMENT_KEYS": DOCUMENT_KEYS,
        }
        if self.database:
            found["DATABASE_URL"] = self.database_url
            found["LODESK_OWNER_DATABASE_URL"] = self.owner_database_url
        if self.redis:
            found["REDIS_URL"] = self.redis_url
        return found

    def start(self, *, fresh: bool) -> None:
        """Have the servers run, and nothing of a killed run in the way."""
        if self.database:
            postgres = self.servers.postgres
            running = postgres.pid() is not None and postgres.answers()
            postgres.start()
            if fresh or not running:
                self.servers.make_roles()
            self._disconnect_leftovers()
        shutil.rmtree(self.documents, ignore_errors=True)
        if self.redis:
            self.servers.valkey.start()
            for number in (self.slot, self.slot + DATABASES):
                with redis.Redis.from_url(self.servers.redis_url(number)) as client:
                    client.flushdb()

    def _disconnect_leftovers(self) -> None:
        mine = f"^test_{self.name}($|{'_' if self.slot == 0 else ''}[^0-9])"
        with self.servers.postgres.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ~ %s", [mine]
            )

    def release(self) -> None:
        """Give the slot back; the last one stops the servers."""
        if self._lock < 0:
            return
        os.close(self._lock)
        self._lock = -1
        stop_idle(self.servers.places)


def lease(places: Places | None = None, *, database: bool = True, redis: bool = True) -> Lease:
    """Take a slot, and start what is wanted and does not run yet."""
    places = places or test_places()
    places.prepare()
    with _one_at_a_time(places):
        alone = not _anybody(places)
        slot, held = _take_slot(places)
        taken = Lease(Servers(places, for_tests=True), slot, held, database, redis)
        try:
            taken.start(fresh=alone)
        except BaseException:
            os.close(held)
            raise
    return taken


def ensure_test_servers() -> Lease | None:
    """What conftest.py calls before Django: the servers run, and the environment names them.

    A server that DATABASE_URL or REDIS_URL names already is not started (`make test` has done so,
    or somebody tests with a real one).
    """
    if "PYTEST_XDIST_WORKER" in os.environ and not _leased_here():
        for name in _leased_names():  # of the run this one is a part of
            os.environ.pop(name, None)
    database, broker = (not os.environ.get(f"{name}_URL") for name in ("DATABASE", "REDIS"))
    os.environ["LODESK_AS_OWNER"] = "1"
    if not database and not broker:
        return None
    taken = lease(database=database, redis=broker)
    for name, value in taken.environment().items():
        os.environ.setdefault(name, value)
    if database:  # whatever owner's login the shell knows belongs to another server
        os.environ["LODESK_OWNER_DATABASE_URL"] = taken.owner_database_url
    owner = os.getpid()
    names = [name for name in taken.environment() if name.endswith("_URL")]
    os.environ[LEASED] = " ".join([str(owner), *names])

    def give_back() -> None:
        if os.getpid() == owner:  # not in a child that was forked
            taken.release()

    atexit.register(give_back)
    return taken


def _leased_here() -> bool:
    """Whether this process took the lease itself: whoever asks twice has the same servers."""
    return os.environ.get(LEASED, "").split()[:1] == [str(os.getpid())]


def _leased_names() -> list[str]:
    return os.environ.get(LEASED, "").split()[1:]


def stop_idle(places: Places) -> None:
    """Stop the test servers, unless a run uses them."""
    places.prepare()
    servers = Servers(places, for_tests=True)
    with _one_at_a_time(places):
        if not _anybody(places):
            servers.valkey.stop()
            servers.postgres.stop()


@contextmanager
def _one_at_a_time(places: Places) -> Iterator[None]:
    """Starting and stopping are never done by two processes at once."""
    with (places.state / "changing.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _slot_file(places: Places, slot: int) -> Path:
    return places.state / f"slot-{slot}.lock"


def _take_slot(places: Places) -> tuple[int, int]:
    for slot in range(DATABASES):
        held = _try_lock(_slot_file(places, slot))
        if held is not None:
            return slot, held
    raise Problem(f"{DATABASES} test runs use the servers already.")


def _anybody(places: Places) -> bool:
    """Whether any run holds a slot now."""
    for file in places.state.glob("slot-*.lock"):
        held = _try_lock(file)
        if held is None:
            return True
        os.close(held)
    return False


def _try_lock(file: Path) -> int | None:
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    return opened
