"""The whole way with real servers: a Celery worker of its own, Valkey, PostgreSQL, SMTP.

product.md section 5: Redis flushed, worker killed, SMTP down: nothing lost, and nothing sent twice
as far as SMTP allows (the same Message-ID).
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from lodesk.alerts import sending
from lodesk.alerts.models import Delivery, DeliveryState, Digest, MailPreference
from lodesk.alerts.services import announce
from lodesk.alerts.subjects import Subject
from lodesk.border.context import acting_as
from lodesk.embedded.mail import MailCatcher
from tests.alerts import events
from tests.alerts.copies import copied_database, url_of
from tests.alerts.lines import make_due
from tests.alerts.people import Three, three_of
from tests.alerts.workers import Worker
from tests.factories import make_cast

NO_DOSSIER = Subject(id=None, reference="BE-BOG-2026-00051", owner="BE")


@pytest.fixture
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Not a transaction that is rolled back, but a database the worker sees, too."""
    with django_db_blocker.unblock(), copied_database() as name:
        yield name


@pytest.fixture
def three(db: str) -> Three:
    """The people, committed."""
    with transaction.atomic():
        return three_of(make_cast())


def _announce(three: Three, count: int, event: str = events.OFFERED) -> None:
    for number in range(count):
        with acting_as(None):  # about no dossier: only the system says such a thing
            announce(
                event=event,
                to=[three.jan.pk, three.chris.pk][number % 2 :][:1],
                subject=NO_DOSSIER,
                because="named",
                actor=None,
                path="/d/BE-BOG-2026-00051/",
            )


def _wait(what: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        states = Delivery.objects.values_list("state", flat=True)
        assert time.monotonic() < deadline, Counter(states)
        time.sleep(0.05)


def _all_sent() -> bool:
    return not Delivery.objects.exclude(state=DeliveryState.SENT).exists()


def _copies(catcher: MailCatcher) -> Counter[str]:
    return Counter(str(each.message["Message-ID"]) for each in catcher.messages)


def test_no_line_is_given_to_two_workers(db: str, three: Three) -> None:
    _announce(three, 60)

    def work() -> list[Any]:
        mine: list[Any] = []
        with psycopg.connect(url_of(db), autocommit=True) as own:
            while rows := own.execute("SELECT delivery FROM alerts_claim(3, 60)").fetchall():
                mine += rows
        return mine

    with ThreadPoolExecutor(8) as pool:
        taken = [row for future in [pool.submit(work) for _ in range(8)] for row in future.result()]
    assert len(taken) == len(set(taken)) == 60


def test_the_worker_is_woken_where_it_listens(db: str, three: Three) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.flushdb()
        _announce(three, 1)
        assert valkey.llen("celery") == 1


def test_a_commit_wakes_the_worker(db: str, three: Three, tmp_path: Path) -> None:
    with (
        MailCatcher() as catcher,
        Worker(database=db, mail=catcher.url, folder=tmp_path, beat=False) as worker,
    ):
        _wait(lambda: "ready." in worker.log.read_text(), 120)
        for _ in range(3):  # without beat nothing else would send them
            _announce(three, 1)
            _wait(_all_sent, 120)
    assert len(catcher.messages) == 3


def test_no_transaction_is_open_while_a_mail_is_on_its_way(
    three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[TransactionStatus] = []

    def look(_postman: sending.Postman, _mail: EmailMultiAlternatives) -> None:
        states.append(connection.connection.info.transaction_status)

    monkeypatch.setattr(sending.Postman, "send", look)
    _announce(three, 3)
    sending.send_due()
    assert states == [TransactionStatus.IDLE] * 3
    assert _all_sent()


def test_nothing_is_lost_when_everything_fails(db: str, three: Three, tmp_path: Path) -> None:
    with MailCatcher() as catcher:
        _fail_everything(three, catcher, Worker(database=db, mail=catcher.url, folder=tmp_path))


def test_a_digest_on_its_way_when_the_worker_is_killed_comes_with_the_same_message_id(
    db: str, three: Three, tmp_path: Path
) -> None:
    for person in (three.jan, three.chris):
        MailPreference.objects.create(person_id=person.pk, tasks="digest")
    _announce(three, 10, event="task.assigned")
    make_due()
    with MailCatcher() as catcher:
        worker = Worker(database=db, mail=catcher.url, folder=tmp_path)
        catcher.delay(2)
        with worker:
            _wait(Digest.objects.filter(attempts__gt=0).exists, 120)
            worker.kill()
        assert not _all_sent()
        catcher.delay(0)
        make_due()
        with worker:
            _wait(_all_sent, 120)
        copies = _copies(catcher)
    keys = {str(key) for key in Digest.objects.values_list("pk", flat=True)}
    assert {name.strip("<>").partition(".")[0] for name in copies} == keys
    assert len(keys) == 2
    assert sum(copies.values()) <= 4


@pytest.mark.soak
def test_nothing_is_lost_when_everything_fails_for_longer(
    db: str, three: Three, tmp_path: Path
) -> None:
    with MailCatcher() as catcher:
        worker = Worker(database=db, mail=catcher.url, folder=tmp_path)
        _fail_everything(three, catcher, worker, count=200, kills=5, refuse=60, hurry=False)


def _fail_everything(
    three: Three,
    catcher: MailCatcher,
    worker: Worker,
    *,
    count: int = 60,
    kills: int = 1,
    refuse: float = 1,
    hurry: bool = True,
) -> None:
    """Kill the worker in the middle, flush Valkey, let SMTP refuse and then be away; and look.

    In a hurry leases and pauses are ended by hand while no worker runs.
    """
    _announce(three, count)
    catcher.delay(0.05)
    for _ in range(kills):
        enough = len(catcher.messages) + count // (kills + 3)
        with worker:
            catcher.wait_for(enough, seconds=120)
            worker.kill()
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
        if hurry:
            make_due()
    catcher.refuse(on=True)
    with worker:
        _wait(Delivery.objects.filter(state=DeliveryState.DEFERRED).exists, 120)
        time.sleep(refuse)
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
        worker.kill()
    catcher.refuse(on=False)
    if hurry:
        make_due()
    with worker:
        _wait(_all_sent, 120 if hurry else 240)
    copies = _copies(catcher)
    alerts = Delivery.objects.values_list("alert", flat=True)
    assert {name.strip("<>").partition(".")[0] for name in copies} == {str(each) for each in alerts}
    assert len(copies) == count
    assert sum(copies.values()) - count <= 2 * (kills + 1)  # what was in SMTP's hands when killed
