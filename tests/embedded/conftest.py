"""Servers of their own for these tests, which stop, kill and damage them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lodesk.embedded.places import Places
from lodesk.embedded.servers import Servers


def _ended(servers: Servers) -> None:
    servers.valkey.stop()
    servers.postgres.stop()


def _removed(servers: Servers) -> None:
    _ended(servers)
    shutil.rmtree(servers.sockets)
    shutil.rmtree(servers.places.root)  # pytest keeps its folders, and these are large


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    """An empty `var/`; whatever runs in it afterwards is stopped."""
    found = Places(tmp_path / "var")
    found.prepare()
    yield found
    _removed(Servers(found, for_tests=True))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A cluster made once: starting it takes a tenth of a second, making it more than one."""
    found = Places(tmp_path_factory.mktemp("made") / "var")
    found.prepare()
    servers = Servers(found, for_tests=True)
    servers.postgres.start()
    servers.make_roles()
    yield servers
    _removed(servers)


@pytest.fixture
def servers(made: Servers) -> Iterator[Servers]:
    """Servers that have run before and do not run now; a test leaves them able to start."""
    _ended(made)
    yield made
    _ended(made)
