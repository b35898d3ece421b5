"""What `make run` decides before it starts anything."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from lodesk.embedded import bootstrap, processes
from lodesk.embedded import run as runner
from lodesk.embedded.console import Problem
from lodesk.embedded.environment import Addresses, RealServers, environment, secret
from lodesk.embedded.places import Places
from lodesk.embedded.runlock import end_marked, marker, only_one, stop_run
from lodesk.embedded.servers import Servers

NONE_REAL = RealServers(database=False, redis=False, mail=False)


@pytest.fixture
def sleeper(places: Places) -> "Iterator[subprocess.Popen[bytes]]":
    """A process of a run, as a killed supervisor leaves it behind."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], env={**os.environ, **marker(places)}
    )
    yield process
    process.kill()
    process.wait()


def test_only_one_run_and_the_other_is_named(places: Places) -> None:
    with (
        only_one(places, "http://127.0.0.1:8000"),
        pytest.raises(Problem, match=f"process {os.getpid()}.*http://127.0.0.1:8000"),
        only_one(places, "http://127.0.0.1:8000"),
    ):
        pass


@pytest.mark.parametrize("left", ["", "{{", '{{"pid": {pid}, "began": "in another life"}}'])
def test_a_stale_lock_is_no_lock(places: Places, left: str) -> None:
    """Damaged, or with the number of a process that is somebody else by now."""
    (places.state / "run.json").write_text(left.format(pid=os.getpid()))
    with only_one(places, ""):
        assert processes.read_identity(places.state / "run.json") is not None
    assert not (places.state / "run.json").exists()


def test_what_a_killed_run_left_is_ended_and_nothing_else(
    places: Places, sleeper: "subprocess.Popen[bytes]"
) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        with only_one(places, ""):
            assert sleeper.wait(5) == -signal.SIGTERM
            assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_run_of_another_folder_is_left_alone(
    places: Places, sleeper: "subprocess.Popen[bytes]"
) -> None:
    end_marked(Places(places.root.with_name("var2")))
    assert sleeper.poll() is None


def test_stopping_nothing_says_so(places: Places) -> None:
    assert stop_run(places) is False


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_used_port_is_explained(which: int) -> None:
    """The site's, or one of the two after it."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        used = door.getsockname()[1]
        with pytest.raises(Problem, match=f"Port {used} cannot be used.*LODESK_PORT="):
            runner._refuse_used_ports(Addresses(used - which), NONE_REAL)


def test_a_real_mail_server_needs_no_ports_for_a_catcher() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        real = RealServers(database=False, redis=False, mail=True)
        runner._refuse_used_ports(Addresses(door.getsockname()[1] - 1), real)


@pytest.mark.parametrize("said", ["eighty", "0", "65534", "-1", "80.5"])
def test_a_port_that_is_none_is_explained(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("LODESK_PORT", said)
    with pytest.raises(Problem, match="LODESK_PORT must be"):
        Addresses.chosen()


def test_a_real_database_needs_the_owners_login_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://lodesk_app@db.example/lodesk")
    monkeypatch.delenv("LODESK_OWNER_DATABASE_URL", raising=False)
    with pytest.raises(Problem, match="LODESK_OWNER_DATABASE_URL"):
        RealServers.named()


def test_the_site_never_gets_the_owners_switch(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODESK_AS_OWNER", "1")
    monkeypatch.setenv("LODESK_DEBUG", "1")
    found = environment(Servers(places), NONE_REAL, Addresses(8300))
    assert "LODESK_AS_OWNER" not in found
    assert "LODESK_DEBUG" not in found
    assert found["EMAIL_URL"] == "smtp://127.0.0.1:8301"
    assert found["DATABASE_URL"].startswith("postgresql://lodesk_app@%2F")


def test_real_servers_are_handed_on_as_they_were_named(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "LODESK_OWNER_DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        monkeypatch.setenv(name, f"real://{name}")
    found = environment(Servers(places), RealServers.named(), Addresses(8300))
    assert found["DATABASE_URL"] == "real://DATABASE_URL"
    assert found["REDIS_URL"] == "real://REDIS_URL"
    assert found["EMAIL_URL"] == "real://EMAIL_URL"


def test_the_key_is_made_once_and_is_private(places: Places) -> None:
    (places.root / "secret").write_text("half")
    made = secret(places)
    assert len(made) >= 50
    assert secret(places) == made
    assert (places.root / "secret").stat().st_mode & 0o777 == 0o600


def test_an_old_python_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(SystemExit):
        bootstrap._newer_python([])
    assert capsys.readouterr().err.count("\n") == 1


def test_an_old_python_gives_way_to_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[str] = []
    monkeypatch.setattr("sys.version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr("shutil.which", lambda name: f"/opt/{name}" if "12" in name else None)
    monkeypatch.setattr(bootstrap, "_is_new_enough", lambda _: True)
    monkeypatch.setattr("os.execv", lambda path, _: became.append(path) or sys.exit())
    with pytest.raises(SystemExit):
        bootstrap._newer_python(["run"])
    assert became == ["/opt/python3.12"]


def test_a_failed_installation_is_told_by_its_last_error() -> None:
    said = "Collecting a\nERROR: No matching distribution found for a\n\n"
    assert "No matching distribution" in bootstrap._reason(said)
    assert "python3-venv" in bootstrap._reason("Error: … ensurepip is not available …")
