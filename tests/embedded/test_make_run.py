"""`make run` as a person meets it: from nothing, interrupted, killed, and started again."""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from lodesk.embedded import processes
from lodesk.embedded.places import REPOSITORY, Places
from lodesk.embedded.runlock import MARKER
from lodesk.embedded.servers import Servers

pytestmark = pytest.mark.soak

OURS = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "LODESK_", "DJANGO_")
FIRST_START = 180.0
STOP = 60.0


class Run:
    """One `make run` in a folder of its own."""

    def __init__(self, places: Places, port: int) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
        environment |= {"LODESK_VAR": str(places.root), "LODESK_PORT": str(port)}
        self.places, self.site = places, f"http://127.0.0.1:{port}"
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lodesk.embedded", "run"],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(iter(self.process.stdout.readline, ""))

    def heard(self, words: str, seconds: float = FIRST_START) -> str:
        """Wait until it has said this; what it said so far."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            text = "".join(self.said)
            if words in text:
                return text
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"it did not say {words!r}:\n{''.join(self.said)}")

    def ended(self, seconds: float = STOP) -> int:
        """Wait until it has ended."""
        code = self.process.wait(seconds)
        time.sleep(0.2)  # its last line
        return code

    def left(self) -> list[int]:
        """What still runs of it."""
        servers = Servers(self.places)
        found = processes.carrying(f"{MARKER}={self.places.root}")
        return found + [pid for pid in (servers.postgres.pid(), servers.valkey.pid()) if pid]


def free_port() -> int:
    """The first of three free ports in a row, below those of outgoing connections."""
    for port in random.sample(range(20_000, 32_000, 3), 50):
        if all(_free(port + step) for step in range(3)):
            return port
    raise AssertionError("no three free ports in a row")


def _free(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) != 0


def status(url: str) -> int:
    """What the site answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own site
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """One folder for all these tests: the first finds it empty, each leaves it fit to start."""
    found = Places(tmp_path_factory.mktemp("demo") / "var")
    found.prepare()
    yield found
    shutil.rmtree(found.sockets())
    shutil.rmtree(found.root)


@pytest.fixture
def start(ground: Places) -> "Iterator[Starter]":
    """Starts runs in one folder, and ends what a test leaves running."""
    starter = Starter(ground)
    yield starter
    for run in starter.runs:
        if run.process.poll() is None:
            run.process.send_signal(signal.SIGTERM)
            run.process.wait(STOP)
    assert not starter.runs or not starter.runs[-1].left()


class Starter:
    """Every run of a test, at one port."""

    def __init__(self, places: Places) -> None:
        self.places, self.port, self.runs = places, free_port(), []

    runs: list[Run]

    def __call__(self) -> Run:
        """Another run."""
        self.runs.append(Run(self.places, self.port))
        return self.runs[-1]


def named(run: Run, name: str) -> int:
    """The process that honcho said it started under this name."""
    found = re.findall(rf"{name} +started \(pid=(\d+)\)", "".join(run.said))
    return int(found[-1])


def test_from_nothing_to_a_site_and_back_to_nothing(start: Starter) -> None:
    run = start()
    said = run.heard("Ctrl-C stops everything")
    assert run.site in said
    assert "@lodesk.example" in said
    assert status(f"{run.site}/healthz") == 200
    assert status(f"http://127.0.0.1:{start.port + 2}/") == 200

    os.killpg(run.process.pid, signal.SIGINT)  # as a terminal does: to everybody in front
    assert run.ended() == 0
    assert "Stopped." in "".join(run.said)
    assert "Traceback" not in "".join(run.said)
    assert run.left() == []

    again = start()
    again.heard("Ctrl-C stops everything", seconds=120)


def test_a_second_run_beside_the_first_is_refused_in_one_line(start: Starter) -> None:
    first = start()
    first.heard("PostgreSQL …")
    second = start()
    assert second.ended() == 1
    assert second.said == [
        f"LO Desk: It runs here already (process {first.process.pid}): {first.site}\n"
    ]
    first.heard("Ctrl-C stops everything")


def test_after_kill_nine_of_the_supervisor_it_tidies_up_and_starts(start: Starter) -> None:
    killed = start()
    killed.heard("Ctrl-C stops everything")
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait()
    assert killed.left()

    again = start()
    said = again.heard("Ctrl-C stops everything", seconds=180)
    assert "tidying up" in said
    assert status(f"{again.site}/healthz") == 200


def test_kill_nine_in_the_middle_of_set_up_is_recovered_from(start: Starter) -> None:
    killed = start()
    killed.heard("Tables and border …")
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait()
    again = start()
    again.heard("Ctrl-C stops everything")


@pytest.mark.parametrize("name", ["site", "worker"])
def test_when_one_is_killed_all_stop_and_one_line_says_why(start: Starter, name: str) -> None:
    run = start()
    run.heard("Ctrl-C stops everything")
    os.kill(named(run, name), signal.SIGKILL)
    assert run.ended() == 1
    assert f"LO Desk: {name} was killed (signal 9)" in "".join(run.said)
    assert run.left() == []


def test_a_killed_server_is_started_again(start: Starter) -> None:
    run = start()
    run.heard("Ctrl-C stops everything")
    servers = Servers(run.places)
    for server, name in ((servers.postgres, "PostgreSQL"), (servers.valkey, "Valkey")):
        pid = server.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        run.heard(f"{name} was killed: starting it again", seconds=30)

    deadline = time.monotonic() + 60
    while _health(run) != 200:
        assert time.monotonic() < deadline
        time.sleep(0.3)


def _health(run: Run) -> int:
    """What the site says of itself; 0 while nobody answers."""
    try:
        return status(f"{run.site}/healthz")
    except urllib.error.URLError:
        return 0


def test_a_closed_terminal_stops_everything(start: Starter) -> None:
    run = start()
    run.heard("Ctrl-C stops everything")
    run.process.send_signal(signal.SIGHUP)
    run.ended()
    assert run.left() == []


def test_ctrl_c_during_set_up_stops_everything(start: Starter) -> None:
    run = start()
    run.heard("Translations …")
    os.killpg(run.process.pid, signal.SIGINT)
    assert run.ended() == 130
    assert "Traceback" not in "".join(run.said)
    assert run.left() == []


def test_a_port_in_use_is_explained_and_nothing_is_left(start: Starter, tmp_path: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", start.port))
        door.listen()
        run = start()
        assert run.ended() == 1
    assert f"LO Desk: Port {start.port} cannot be used" in "".join(run.said)
    assert run.left() == []
