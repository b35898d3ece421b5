"""Announcing: rows with the change, for the right people, without case content."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from celery import current_app
from django.db import IntegrityError, transaction

from lodesk.alerts import tasks
from lodesk.alerts.models import Alert, Delivery, DeliveryState
from lodesk.alerts.services import CaseContentError, announce
from lodesk.alerts.subjects import Subject
from lodesk.border.context import acting_as
from tests.alerts import events
from tests.alerts.people import Three

Tell = Callable[..., None]


def test_an_alert_and_its_mail_are_written_with_the_change(
    tell: Tell, people: Three, subject: Subject
) -> None:
    tell(facts={"mandate": "BE-M-2026-031"}, due_at=datetime(2026, 11, 24, 13, 0, tzinfo=UTC))
    alert = Alert.objects.get()
    assert (alert.recipient_id, alert.actor_id) == (people.jan.pk, people.an.pk)
    assert (alert.reference, alert.owner) == (subject.reference, "BE")
    assert alert.facts == {"mandate": "BE-M-2026-031"}
    delivery = alert.deliveries.get()
    assert (delivery.channel, delivery.state, delivery.attempts) == ("mail", "pending", 0)


def test_a_change_that_is_rolled_back_leaves_nothing(tell: Tell) -> None:
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)
    assert not Alert.objects.exists()
    assert not Delivery.objects.exists()


def test_the_actor_is_never_told_and_nobody_twice(tell: Tell, people: Three) -> None:
    tell(to=[people.an.pk, people.jan.pk, people.chris.pk, people.jan.pk])
    told = Alert.objects.values_list("recipient", flat=True)
    assert sorted(told) == sorted([people.jan.pk, people.chris.pk])


def test_the_reason_may_differ_by_person(tell: Tell, people: Three) -> None:
    reasons = {people.jan.pk: "named", people.chris.pk: "headquarters"}
    tell(to=reasons, because=reasons)
    assert dict(Alert.objects.values_list("recipient", "because")) == reasons


def test_the_same_key_is_told_once(tell: Tell) -> None:
    tell(key="2026-11-23")
    tell(key="2026-11-23")
    tell(key="2026-11-24")
    assert Alert.objects.count() == 2
    assert Delivery.objects.count() == 2


def test_without_a_key_every_announcement_is_its_own(tell: Tell) -> None:
    tell()
    tell()
    assert Alert.objects.count() == 2


def test_nobody_acts_when_a_time_has_come(tell: Tell, people: Three) -> None:
    tell(actor=None)
    assert Alert.objects.get().actor_id is None


@pytest.mark.parametrize("prose", ["Jan Modaal", "two words", "x" * 41, "a/b", "<b>"])
def test_a_fact_is_no_prose(tell: Tell, prose: str) -> None:
    with pytest.raises(CaseContentError):
        tell(facts={"title": prose})


def test_moments_are_kept_as_iso_text(tell: Tell) -> None:
    tell(facts={"ends_at": datetime(2026, 12, 31, 17, 59, tzinfo=UTC), "days": 14})
    assert Alert.objects.get().facts == {"ends_at": "2026-12-31T17:59:00+00:00", "days": 14}


def test_ended_access_holds_a_reference_and_no_link(tell: Tell, subject: Subject) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(event=events.ENDED, survives_access=True)
    tell(event=events.ENDED, survives_access=True, path="")
    assert Alert.objects.get().reference == subject.reference


@pytest.mark.parametrize(
    "path", ["//evil.example/", "https://evil.example/", "@evil.example", "/a b"]
)
def test_a_path_stays_on_this_site(tell: Tell, path: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(path=path)


def test_an_event_without_words_is_a_mistake_in_the_program(tell: Tell) -> None:
    with pytest.raises(LookupError):
        tell(event="test.unknown")


def test_outside_a_transaction_nothing_is_announced() -> None:
    subject = Subject(id=None, reference="", owner="BE")
    with pytest.raises(transaction.TransactionManagementError):
        announce(event=events.OFFERED, to=[1], subject=subject, because="x", actor=None)


def test_the_worker_is_woken_once_and_only_on_commit(
    tell: Tell, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.send_due, "apply_async", lambda **options: woken.append(options))
    with django_capture_on_commit_callbacks(execute=True):
        tell()
        tell()
        assert woken == []
    assert len(woken) == 1


@pytest.mark.parametrize("hangs", [True, False])
def test_a_broker_that_is_away_or_hangs_neither_breaks_nor_holds_up_the_change(
    tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    hangs: bool,
) -> None:
    with socket.socket() as broker:
        broker.bind(("127.0.0.1", 0))
        if hangs:
            broker.listen(5)  # takes connections and never answers
        url = f"redis://127.0.0.1:{broker.getsockname()[1]}/0"
        monkeypatch.setattr(current_app.conf, "broker_write_url", url)
        begun = time.monotonic()
        with django_capture_on_commit_callbacks(execute=True):
            tell()
        assert time.monotonic() - begun < 4
    assert Delivery.objects.get().state == DeliveryState.PENDING


@pytest.mark.parametrize("count", [1, 2])
def test_announcing_asks_one_query_for_any_number_of_people(
    people: Three, subject: Subject, django_assert_num_queries: Any, count: int
) -> None:
    with acting_as(people.an.pk), django_assert_num_queries(1):
        announce(
            event=events.OFFERED,
            to=[people.jan.pk, people.chris.pk][:count],
            subject=subject,
            because="named",
            actor=people.an.pk,
        )
