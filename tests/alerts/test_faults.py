"""A thousand handovers while everything fails (issue "Handover complete", fault test).

Real processes on servers of their own: the worker is killed every few seconds, Valkey flushed and
restarted, PostgreSQL restarted, SMTP refuses, delays, and hangs up after DATA without an answer.
In the end every alert was taken by SMTP, none of an act that came to nothing, and a mail came twice
only where its sender could not know: the answer was hidden, or the worker died with it in hand.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from lodesk.embedded.mail import Caught, MailCatcher
from lodesk.embedded.places import Places
from lodesk.embedded.servers import DATABASE, Servers
from tests.alerts.workers import Worker

COUNT = 1000  # handovers
EVERY = 4.0  # seconds between two kills
LONGEST = 600.0
A_MOMENT = timedelta(seconds=2)  # from SMTP's answer to the record of it, with time to spare


@dataclass
class Faults:
    """What was done to the servers, and when."""

    kills: list[datetime] = field(default_factory=list)
    hidden: list[tuple[datetime, datetime]] = field(default_factory=list)

    def explain(self, at: datetime) -> bool:
        """Whether the sender of a mail taken at this moment may not know that it was taken."""
        if any(begun <= at <= ended + A_MOMENT for begun, ended in self.hidden):
            return True
        return any(kill - A_MOMENT <= at <= kill + A_MOMENT for kill in self.kills)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    """PostgreSQL and Valkey of this test alone: nobody else minds when they are restarted."""
    places = Places(tmp_path / "own")
    tmp_path.chmod(0o711)
    places.prepare()
    made = Servers(places)
    made.postgres.start()
    made.make_roles()
    made.valkey.start()
    yield made
    made.valkey.stop()
    made.postgres.stop()


@contextmanager
def _addresses(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    for name, value in {
        "DATABASE_URL": servers.database_url(),
        "LODESK_OWNER_DATABASE_URL": servers.database_url(owner=True),
        "REDIS_URL": servers.redis_url(),
    }.items():
        monkeypatch.setenv(name, value)
    yield os.environ | {"LODESK_AS_OWNER": "1", "DJANGO_SETTINGS_MODULE": "lodesk.settings"}


@pytest.mark.soak
def test_a_thousand_handovers_lose_no_alert_whatever_fails(
    servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = Faults()
    with _addresses(servers, monkeypatch) as environment, MailCatcher() as catcher:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"],
            env=environment,
            check=True,
        )
        acting = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.alerts.acting", str(COUNT)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert acting.stdout is not None
        assert acting.stdout.readline() == "ready\n"
        said: list[str] = []
        listening = threading.Thread(target=lambda: said.append(acting.communicate()[0]))
        listening.start()
        worker = Worker(database=DATABASE, mail=catcher.url, folder=tmp_path)
        try:
            _fail(servers, catcher, worker, done, while_running=acting)
            listening.join(LONGEST)
            assert acting.returncode == 0
            with worker:
                _drained(servers)
        finally:
            acting.kill()
    never = set(json.loads(said[0])["never"])
    _look(servers, catcher.messages, done, never)


def _fail(
    servers: Servers,
    catcher: MailCatcher,
    worker: Worker,
    done: Faults,
    *,
    while_running: subprocess.Popen[str],
) -> None:
    """One fault after the other, a kill between any two, until all acts are done."""
    valkey = redis.Redis.from_url(servers.redis_url())
    turn = 0
    while while_running.poll() is None or turn < len(FAULTS):
        with worker:
            time.sleep(EVERY / 2)
            FAULTS[turn % len(FAULTS)](servers, catcher, valkey, done)
            time.sleep(EVERY / 2)
            catcher.clear_faults()
            worker.kill()
            done.kills.append(datetime.now(UTC))
        turn += 1


def _flush(_servers: Servers, _catcher: MailCatcher, valkey: Any, _done: Faults) -> None:
    valkey.flushall()


def _restart_valkey(servers: Servers, _catcher: MailCatcher, _valkey: Any, _done: Faults) -> None:
    servers.valkey.stop()
    time.sleep(1)
    servers.valkey.start()


def _restart_postgres(servers: Servers, _catcher: MailCatcher, _valkey: Any, _done: Faults) -> None:
    servers.postgres.stop()
    time.sleep(1)
    servers.postgres.start()


def _refuse(_servers: Servers, catcher: MailCatcher, _valkey: Any, _done: Faults) -> None:
    catcher.refuse(on=True)


def _delay(_servers: Servers, catcher: MailCatcher, _valkey: Any, _done: Faults) -> None:
    catcher.delay(0.5)


def _hang_up(_servers: Servers, catcher: MailCatcher, _valkey: Any, done: Faults) -> None:
    begun = datetime.now(UTC)
    catcher.drop_after_data(on=True)
    time.sleep(EVERY / 2)
    catcher.drop_after_data(on=False)
    done.hidden.append((begun, datetime.now(UTC)))


FAULTS = (_flush, _hang_up, _restart_valkey, _refuse, _delay, _restart_postgres)


def _drained(servers: Servers) -> None:
    deadline = time.monotonic() + LONGEST
    while True:
        ((left,),) = _sql(servers, "SELECT count(*) FROM alerts_delivery WHERE state <> 'sent'")
        if not left:
            return
        assert time.monotonic() < deadline, f"{left} are not sent"
        time.sleep(0.5)


def _look(servers: Servers, caught: list[Caught], done: Faults, never: set[str]) -> None:
    """Every alert once, but for what its sender could not know."""
    assert _sql(servers, "SELECT count(*), min(state), max(state) FROM cases_handover") == [
        (COUNT, "accepted", "accepted")
    ]
    untold = _sql(
        servers,
        "SELECT count(*) FROM cases_handover h WHERE NOT EXISTS (SELECT FROM alerts_alert a WHERE"
        " a.subject_id = h.dossier_id AND a.event = 'handover.offered'"
        "  AND a.recipient_id = h.answered_by_id)"
        " OR NOT EXISTS (SELECT FROM alerts_alert a WHERE a.subject_id = h.dossier_id"
        "  AND a.event = 'handover.accepted' AND a.recipient_id = h.giver_id)",
    )
    assert untold == [(0,)]
    alerts = {str(key) for (key,) in _sql(servers, "SELECT id FROM alerts_alert")}
    copies: dict[str, list[datetime]] = defaultdict(list)
    for each in caught:
        copies[str(each.message["Message-ID"]).strip("<").partition(".")[0]].append(each.at)
    assert never
    assert not never & alerts
    assert set(copies) == alerts
    twice = {key: sorted(moments) for key, moments in copies.items() if len(moments) > 1}
    unexplained = {
        key: moments
        for key, moments in twice.items()
        if not all(done.explain(at) for at in moments[:-1])
    }
    sys.stderr.write(
        f"\n{COUNT} handovers, {len(alerts)} alerts, {len(done.kills)} kills,"
        f" {len(caught)} mails taken, {len(twice)} more than once\n"
    )
    assert unexplained == {}


def _sql(servers: Servers, statement: str) -> list[tuple[Any, ...]]:
    with servers.postgres.connect(DATABASE) as connection:
        return connection.execute(statement).fetchall()
