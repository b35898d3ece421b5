"""Several test runs share the servers of a checkout without meeting each other."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from lodesk.embedded import testing
from lodesk.embedded.places import REPOSITORY, Places
from lodesk.embedded.servers import Servers

HOLDER = """
import sys, time
from pathlib import Path
from lodesk.embedded.places import Places
from lodesk.embedded.testing import lease
taken = lease(Places(Path(sys.argv[1])))
print(taken.slot, flush=True)
time.sleep(60)
"""


def holder(places: Places) -> "subprocess.Popen[str]":
    """Another test run, which holds a slot until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(places.root)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdecimal()
    return process


def test_two_runs_have_two_databases_and_the_last_one_stops_the_servers(servers: Servers) -> None:
    first, second = testing.lease(servers.places), testing.lease(servers.places)
    assert (first.name, second.name) == ("lodesk", "lodesk_1")
    assert first.redis_url != second.redis_url

    first.release()
    assert servers.postgres.answers()
    second.release()
    second.release()
    assert servers.postgres.pid() is None
    assert servers.valkey.pid() is None


def test_a_slot_that_was_given_back_is_taken_again(servers: Servers) -> None:
    first, second = testing.lease(servers.places), testing.lease(servers.places)
    first.release()
    third = testing.lease(servers.places)
    assert third.slot == first.slot
    second.release()
    third.release()


def test_a_killed_run_holds_nothing_and_its_servers_are_used(servers: Servers) -> None:
    other = holder(servers.places)
    running = servers.postgres.pid()
    other.send_signal(signal.SIGKILL)
    other.wait()

    taken = testing.lease(servers.places)
    assert taken.slot == 0
    assert servers.postgres.pid() == running
    taken.release()
    assert servers.postgres.pid() is None


def test_what_a_killed_run_left_connected_is_cut_off(servers: Servers) -> None:
    taken = testing.lease(servers.places)
    with psycopg.connect(taken.owner_database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_lodesk")
        connection.execute("CREATE DATABASE test_lodesk_1")
    mine = psycopg.connect(servers.database_url(owner=True, name="test_lodesk"))
    neighbours = psycopg.connect(servers.database_url(owner=True, name="test_lodesk_1"))
    taken.start(fresh=False)

    with pytest.raises(psycopg.OperationalError):
        mine.execute("SELECT 1")
    assert neighbours.execute("SELECT 1").fetchone() == (1,)
    neighbours.close()
    taken.release()


def test_databases_of_tests_have_the_rights_of_the_real_one(servers: Servers) -> None:
    taken = testing.lease(servers.places)
    with psycopg.connect(taken.owner_database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_rights")
    with (
        psycopg.connect(servers.database_url(name="test_rights"), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE mine (id int)")
    taken.release()


def test_conftest_starts_nothing_when_the_servers_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(testing.LEASED, raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/lodesk")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere/0")
    assert testing.ensure_test_servers() is None


@pytest.mark.parametrize(("leased_by_itself", "kept"), [(True, True), (False, False)])
def test_a_part_of_a_run_leaves_the_servers_of_the_whole_but_not_its_own(
    servers: Servers, leased_by_itself: bool, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[testing.Lease] = []

    def lease(**wanted: bool) -> testing.Lease:
        taken.append(testing.Lease(servers, 3, -1, **wanted))
        return taken[-1]

    process = os.getpid() if leased_by_itself else os.getppid()
    monkeypatch.setattr(testing, "lease", lease)
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    monkeypatch.setenv(testing.LEASED, f"{process} DATABASE_URL REDIS_URL")
    monkeypatch.setenv("LODESK_OWNER_DATABASE_URL", "postgresql://somewhere/owner")
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.setenv(name, "somewhere")
    testing.ensure_test_servers()
    assert (not taken, os.environ["DATABASE_URL"] == "somewhere") == (kept, kept)


def test_conftest_starts_only_what_is_missing(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = testing.lease(servers.places, database=False)
    assert servers.postgres.pid() is None
    assert servers.valkey.answers()
    assert "DATABASE_URL" not in taken.environment()
    taken.release()


def test_a_second_start_is_quick(servers: Servers) -> None:
    testing.lease(servers.places).release()
    begun = time.monotonic()
    taken = testing.lease(servers.places)
    assert time.monotonic() - begun < 3  # usually under one; CI machines are slow
    taken.release()


def test_var_that_is_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(testing.Problem, match="folder is needed"):
        testing.lease(Places(tmp_path / "var"))
