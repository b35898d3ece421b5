"""PostgreSQL of our own starts whatever was left behind, and says why when it cannot."""

import os
import shutil
import signal
import time
from pathlib import Path

import psycopg
import pytest

from lodesk.embedded import owner, processes
from lodesk.embedded.console import Problem
from lodesk.embedded.places import Places
from lodesk.embedded.servers import Servers

ROLES = """
    SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole
    FROM pg_roles WHERE rolname LIKE 'lodesk%' ORDER BY 1
"""


def rows(servers: Servers, statement: str, database: str = "lodesk") -> list[tuple[object, ...]]:
    """What the cluster's superuser is answered."""
    with servers.postgres.connect(database) as connection:
        return connection.execute(statement).fetchall()


def test_an_empty_folder_becomes_a_database_with_two_roles(places: Places) -> None:
    servers = Servers(places)
    servers.postgres.start()
    servers.make_roles()
    servers.make_roles()

    assert rows(servers, ROLES) == [
        ("lodesk_app", True, False, False, False, False),
        ("lodesk_owner", True, False, False, True, False),
    ]
    assert rows(servers, "SELECT current_setting('fsync')") == [("on",)]


def test_the_application_owns_nothing_and_creates_nothing(servers: Servers) -> None:
    servers.postgres.start()
    with psycopg.connect(servers.database_url(), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE public.mine (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TEMPORARY TABLE mine (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE lodesk_owner")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE DATABASE mine")


def test_the_owner_makes_tables_and_becomes_the_application(servers: Servers) -> None:
    servers.postgres.start()
    with psycopg.connect(servers.database_url(owner=True), autocommit=True) as connection:
        connection.execute("CREATE TABLE public.ours (id int)")
        connection.execute("SET ROLE lodesk_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM ours")


def test_a_drifted_role_is_put_right(servers: Servers) -> None:
    servers.postgres.start()
    with servers.postgres.connect() as connection:
        connection.execute("ALTER ROLE lodesk_app BYPASSRLS CREATEDB")
        connection.execute("GRANT lodesk_owner TO postgres")
        connection.execute("GRANT pg_read_all_data TO lodesk_app")
    servers.make_roles()

    assert rows(servers, ROLES)[0] == ("lodesk_app", True, False, False, False, False)
    members = "SELECT FROM pg_auth_members WHERE member = 'lodesk_app'::regrole"
    assert rows(servers, members) == []


def test_nobody_else_may_enter_the_socket_folder(servers: Servers) -> None:
    servers.postgres.start()
    servers.valkey.start()
    assert servers.sockets.stat().st_mode & 0o777 == 0o700
    assert rows(servers, "SELECT current_setting('listen_addresses')") == [("",)]


def test_starting_twice_leaves_the_same_server(servers: Servers) -> None:
    servers.postgres.start()
    first = servers.postgres.pid()
    Servers(servers.places, for_tests=True).postgres.start()
    assert servers.postgres.pid() == first


def test_a_half_made_cluster_is_made_anew(places: Places) -> None:
    half = places.database / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    servers = Servers(places, for_tests=True)
    servers.postgres.start()
    assert not half.exists()


def test_an_incomplete_data_folder_is_set_aside_and_said(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    data = places.database / "data"
    data.mkdir()
    (data / "base").mkdir()
    Servers(places, for_tests=True).postgres.start()
    assert "no complete database" in capsys.readouterr().out
    assert len(list(places.database.glob("data.incomplete-*/base"))) == 1


def test_a_stale_pid_file_does_not_stop_it(servers: Servers) -> None:
    """Also when the number belongs to a living process by now: this one."""
    file = servers.postgres.data / "postmaster.pid"
    for left in ("", "\n", "12", f"{os.getpid()}\n/elsewhere\n", "999999999\n"):
        file.write_text(left)
        servers.postgres.start()
        assert servers.postgres.answers(), left
        servers.postgres.stop()


def test_after_kill_nine_the_data_is_there(servers: Servers) -> None:
    """A demo's data, that is: the tests' own may lose what was just written."""
    servers = Servers(servers.places)
    servers.postgres.start()
    with psycopg.connect(servers.database_url(owner=True), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS id")
    killed = servers.postgres.pid()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)

    servers.postgres.start()
    assert servers.postgres.pid() != killed
    assert rows(servers, "SELECT id FROM kept") == [(1,)]


def test_a_running_server_without_its_pid_file_is_found(servers: Servers) -> None:
    servers.postgres.start()
    running = servers.postgres.pid()
    (servers.postgres.data / "postmaster.pid").unlink()
    assert servers.postgres.pid() == running
    servers.postgres.stop()
    assert processes.began(running or 0) is None


def test_data_of_another_version_is_explained(servers: Servers) -> None:
    version = servers.postgres.data / "PG_VERSION"
    ours = version.read_text()
    version.write_text("14\n")
    with pytest.raises(Problem, match="made by PostgreSQL 14"):
        servers.postgres.start()
    version.write_text(ours)


def test_a_database_that_cannot_start_is_explained_with_its_last_words(servers: Servers) -> None:
    settings = servers.postgres.data / "postgresql.conf"
    ours = settings.read_text()
    settings.write_text("nonsense = = 1\n")
    with pytest.raises(Problem, match=r"PostgreSQL does not start: .*configuration"):
        servers.postgres.start()
    settings.write_text(ours)


def test_a_deep_checkout_still_gets_short_sockets(tmp_path: Path) -> None:
    places = Places(tmp_path / ("deep" * 30) / "var")
    places.prepare()
    servers = Servers(places, for_tests=True)
    try:
        servers.postgres.start()
        servers.valkey.start()
        assert len(str(servers.valkey.socket)) < 100
    finally:
        servers.valkey.stop()
        servers.postgres.stop()
        servers.sockets.rmdir()
        shutil.rmtree(places.root)


def test_another_temporary_directory_finds_the_same_sockets(
    servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.postgres.start()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    again = Servers(servers.places, for_tests=True)
    assert again.sockets == servers.sockets


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else's")
def test_a_socket_folder_of_somebody_else_is_refused(places: Places) -> None:
    folder = places.sockets()
    os.chown(folder, 12345, 12345)
    with pytest.raises(Problem, match="made by somebody else"):
        places.sockets()
    os.chown(folder, 0, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another")
def test_roots_data_stays_roots(places: Places) -> None:
    servers = Servers(places, for_tests=True)
    servers.postgres.start()
    assert {each.stat().st_uid for each in servers.postgres.data.rglob("*")} == {0}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another")
def test_without_user_namespaces_new_data_goes_to_nobody_and_stays_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """pytest's own folders are closed to others, so this one lies beside them."""
    root = Path(f"/tmp/lodesk-nobody-{os.getpid()}")  # noqa: S108 - ours, removed below
    places = Places(root / "var")
    places.prepare()
    root.chmod(0o755)
    servers = Servers(places, for_tests=True)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(owner, "_mapped_root", tuple)
            servers.postgres.start()
            servers.make_roles()
            servers.postgres.stop()
        servers.postgres.start()  # with namespaces again: still as the owner of the data
        assert servers.postgres.data.stat().st_uid == owner.NOBODY
        assert rows(servers, ROLES)[0][0] == "lodesk_app"
    finally:
        servers.postgres.stop()
        shutil.rmtree(servers.sockets, ignore_errors=True)
        shutil.rmtree(root)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another")
def test_a_closed_folder_without_user_namespaces_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, "_mapped_root", tuple)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    places = Places(closed / "var")
    places.prepare()
    servers = Servers(places, for_tests=True)
    with pytest.raises(Problem, match="refuses root"):
        servers.postgres.start()
    servers.sockets.rmdir()


def test_stopping_is_quick_also_with_somebody_connected(servers: Servers) -> None:
    servers.postgres.start()
    with psycopg.connect(servers.database_url(), autocommit=True):
        begun = time.monotonic()
        servers.postgres.stop()
    assert time.monotonic() - begun < 5
