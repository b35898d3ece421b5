"""The outbox: what is due, who has it in hand, when it is tried again."""

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from lodesk.alerts import outbox
from lodesk.alerts.models import Delivery, DeliveryState
from lodesk.alerts.subjects import Subject
from tests.alerts.lines import age, make_due, only_line

Tell = Callable[..., None]


def test_a_line_in_hand_is_nobody_elses_until_its_lease_ends(tell: Tell) -> None:
    tell()
    assert len(outbox.claim()) == 1
    assert outbox.claim() == []
    make_due()
    assert len(outbox.claim()) == 1


def test_a_claim_leaves_what_is_not_due(tell: Tell) -> None:
    tell()
    outbox.claim()
    later = only_line()
    tell()
    (claimed,) = outbox.claim()
    assert claimed.delivery != later.pk
    before, later = later, Delivery.objects.get(pk=later.pk)
    assert (later.attempts, later.next_try_at) == (before.attempts, before.next_try_at)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_neither_share_a_line_nor_wait(tell: Tell) -> None:
    tell()
    tell()
    login = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**login) as first, psycopg.connect(**login) as second:
        for session in (first, second):
            session.execute("SET ROLE lodesk_app")
            session.execute("SET lock_timeout = '5s'")
        taken = first.execute("SELECT delivery FROM alerts_claim(1, 60)").fetchall()
        left = second.execute("SELECT delivery FROM alerts_claim(9, 60)").fetchall()
    assert len(taken) == len(left) == 1
    assert taken != left


def test_a_claim_counts_the_attempt_and_says_whose_it_is(tell: Tell, subject: Subject) -> None:
    tell()
    outbox.claim()
    make_due()
    (claimed,) = outbox.claim()
    line = only_line()
    assert (claimed.delivery, claimed.alert, claimed.attempt) == (line.pk, line.alert_id, 2)
    assert claimed.recipient == line.alert.recipient_id
    assert claimed.recipient_public == line.alert.recipient.public_id
    assert (claimed.owner, claimed.reference) == ("BE", subject.reference)


def test_what_is_settled_does_not_come_back(tell: Tell) -> None:
    for outcome in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DROPPED):
        tell()
        (claimed,) = outbox.claim()
        assert outbox.settle(claimed, outcome)
        make_due()
        assert outbox.claim() == []
        assert not outbox.settle(claimed, DeliveryState.DEFERRED)
        assert Delivery.objects.get(pk=claimed.delivery).state == outcome


def test_a_worker_that_lost_its_lease_changes_nothing_of_the_next_ones_work(tell: Tell) -> None:
    tell()
    (slow,) = outbox.claim()
    make_due()
    (quick,) = outbox.claim()
    assert not outbox.settle(slow, DeliveryState.FAILED)
    assert outbox.settle(quick, DeliveryState.DEFERRED, again_at=timezone.now())


def test_a_mail_that_did_leave_is_written_down_even_late(tell: Tell) -> None:
    tell()
    (slow,) = outbox.claim()
    make_due()
    outbox.claim()
    assert outbox.settle(slow, DeliveryState.SENT)
    assert only_line().sent_at is not None


def test_the_pauses_grow_to_ten_minutes_and_end_after_a_day(tell: Tell) -> None:
    tell()
    pauses = []
    for _ in range(8):
        make_due()
        (claimed,) = outbox.claim()
        again_at = outbox.next_try(claimed)
        assert again_at is not None
        pauses.append(round((again_at - timezone.now()).total_seconds()))
    assert pauses == [10, 30, 60, 120, 300, 600, 600, 600]
    age(hours=24)
    make_due()
    (claimed,) = outbox.claim()
    assert outbox.next_try(claimed) is None


def test_a_line_that_killed_its_worker_stands_behind_the_others(tell: Tell) -> None:
    tell()
    (deadly,) = outbox.claim()
    Delivery.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))
    tell()
    Delivery.objects.exclude(pk=deadly.delivery).update(
        next_try_at=timezone.now() - timedelta(minutes=2)
    )
    assert [each.delivery for each in outbox.claim()][-1] == deadly.delivery
