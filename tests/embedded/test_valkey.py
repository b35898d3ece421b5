"""Valkey of our own: wakes the worker, keeps little, starts whatever was left behind."""

import os
import signal

import pytest
import redis
from kombu import Connection

from lodesk.embedded.places import Places
from lodesk.embedded.servers import Servers


def client(servers: Servers) -> redis.Redis:
    """What Django and the tests use."""
    return redis.Redis.from_url(servers.redis_url())


def test_what_a_demo_queued_is_there_after_a_restart(places: Places) -> None:
    servers = Servers(places)
    servers.valkey.start()
    client(servers).set("word", "kept")
    servers.valkey.stop()
    servers.valkey.start()
    assert client(servers).get("word") == b"kept"


def test_tests_keep_nothing(places: Places) -> None:
    servers = Servers(places, for_tests=True)
    servers.valkey.start()
    client(servers).set("word", "gone")
    servers.valkey.stop()
    servers.valkey.start()
    assert client(servers).get("word") is None


def test_after_kill_nine_it_starts_again(places: Places) -> None:
    servers = Servers(places)
    servers.valkey.start()
    killed = servers.valkey.pid()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    servers.valkey.start()
    assert servers.valkey.pid() != killed
    assert servers.valkey.answers()


def test_a_damaged_dump_is_set_aside_and_said(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    (places.valkey / "dump.rdb").write_bytes(b"not a dump")
    Servers(places).valkey.start()
    assert "starting empty" in capsys.readouterr().out
    assert len(list(places.valkey.glob("dump.damaged-*"))) == 1


def test_a_number_that_belongs_to_somebody_else_is_not_taken_for_it(places: Places) -> None:
    servers = Servers(places)
    servers.valkey.pid_file.write_text(f'{{"pid": {os.getpid()}, "began": "long ago"}}')
    servers.valkey.stop()  # would end this very process otherwise
    servers.valkey.start()
    assert servers.valkey.answers()


def test_celery_and_django_read_the_same_number(places: Places) -> None:
    """Celery wants `virtual_host` where redis-py wants `db`; settings.py converts."""
    servers = Servers(places, for_tests=True)
    servers.valkey.start()
    url = servers.redis_url(3).replace("unix://", "redis+socket://").replace("db=", "virtual_host=")
    with Connection(url) as connection:
        connection.SimpleQueue("letters").put({"id": 1})
    assert redis.Redis.from_url(servers.redis_url(3)).llen("letters") == 1
    assert redis.Redis.from_url(servers.redis_url(0)).llen("letters") == 0
