"""Conditions of clocks and their pauses, each by itself: see test_each_wall.py."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cases.models import Clock, Dossier, Entry
from tests.border.attempts import _clock as insert_clock
from tests.border.attempts import _interval as insert_interval
from tests.border.test_each_wall import forged
from tests.factories import (
    Cast,
    ClockFactory,
    DossierFactory,
    IntervalFactory,
    MandateFactory,
    grant,
    raw,
    refused,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def clock(dossier: Dossier) -> Clock:
    """Eight hours for its answer."""
    return ClockFactory(dossier=dossier, rule="8h")


def told(dossier: Dossier, event: str) -> int:
    """How often the timeline tells it."""
    return Entry.objects.filter(dossier=dossier.pk, event=event).count()


def test_the_pauses_of_one_clock_do_not_move_another(clock: Clock) -> None:
    start, other = clock.starts_at, ClockFactory(rule="8h")
    IntervalFactory(clock=other, starts_at=start, ends_at=start + 3 * HOUR)
    IntervalFactory(clock=clock, starts_at=start, ends_at=start + HOUR)
    clock.refresh_from_db()
    assert clock.due_at == start + 9 * HOUR


def test_what_was_told_of_the_old_due_time_is_told_of_the_new_one(clock: Clock) -> None:
    Clock.objects.filter(pk=clock.pk).update(told=3)
    assert Clock.objects.get(pk=clock.pk).told == 3
    IntervalFactory(clock=clock, starts_at=clock.starts_at, ends_at=clock.starts_at + HOUR)
    assert Clock.objects.get(pk=clock.pk).told == 0


SETTLE = (
    "UPDATE cases_clock SET settled_at = now(), settled_as = %s, settled_by_id = %s WHERE id = %s"
)


def test_a_clock_is_told_as_settled_once(cast: Cast, dossier: Dossier, clock: Clock) -> None:
    me = cast.belgian_officer
    raw(me, SETTLE, ["done", me.pk, clock.pk])
    with forged(me):
        as_owner("UPDATE cases_clock SET due_at = due_at + interval '1 hour'")
    assert told(dossier, "clock.settled") == 1


def test_a_clock_that_another_replaces_is_not_told(
    cast: Cast, dossier: Dossier, clock: Clock
) -> None:
    me = cast.belgian_officer
    raw(me, SETTLE, ["replaced", me.pk, clock.pk])
    assert told(dossier, "clock.settled") == 0


def test_a_due_time_that_stays_writes_nothing(dossier: Dossier, clock: Clock) -> None:
    where = "SELECT ctid FROM cases_dossier WHERE id = %s"
    before = as_owner(where, [dossier.pk])
    as_owner("SELECT cases_derive_due(%s)", [dossier.pk])
    assert as_owner(where, [dossier.pk]) == before


END = "UPDATE cases_clockinterval SET ends_at = now(), ended_by_id = %s WHERE id = %s"


def test_who_only_views_begins_and_ends_no_pause(
    cast: Cast, dossier: Dossier, clock: Clock
) -> None:
    interval = IntervalFactory(clock=clock)
    guest, me = cast.dutch_officer, cast.belgian_officer
    other = DossierFactory(handler=me)  # where the guest may do both
    ClockFactory(dossier=other, rule="8h")
    for each, level in ((dossier, "view"), (other, "contribute")):
        mandate = MandateFactory(dossier=each, receiver=guest, level=level)
        grant(each, guest, level, mandate)
    pause = insert_interval()
    for who, lets in ((guest, False), (me, True)):
        assert refused(who, END, [who.pk, interval.pk]) is not lets
        assert refused(who, pause, {"clock": clock.pk, "me": who.pk}) is not lets
    assert raw(guest, "SELECT count(*) FROM cases_clockinterval") == [(1,)]


def test_no_pause_ends_in_a_closed_dossier(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer  # who sees an open one besides
    interval = IntervalFactory(clock=ClockFactory(dossier=dossier, rule="8h"))
    Dossier.objects.filter(pk=dossier.pk).update(status="answered")
    DossierFactory(handler=me)
    assert not refused(me, END, [me.pk, interval.pk])
    Dossier.objects.filter(pk=dossier.pk).update(status="closed", result="answered")
    assert refused(me, END, [me.pk, interval.pk])


def test_a_clock_is_settled_once(cast: Cast, clock: Clock) -> None:
    me, colleague = cast.belgian_officer, cast.belgian_colleague
    assert raw(me, SETTLE, ["done", me.pk, clock.pk]) == 1
    assert refused(colleague, SETTLE, ["dropped", colleague.pk, clock.pk])


def test_pauses_are_seen_with_their_clock_only(cast: Cast, clock: Clock) -> None:
    interval = IntervalFactory(clock=clock)
    hidden = DossierFactory(owner="NL")
    IntervalFactory(clock=ClockFactory(dossier=hidden, rule="8h"))
    seen = raw(cast.belgian_officer, "SELECT id FROM cases_clockinterval")
    assert seen == [(interval.pk,)]


@pytest.mark.parametrize(
    ("kind", "rule"),
    [("host_authority", "5wd_host"), ("headquarters", "2wd_owner"), ("review", "6m")],
)
def test_no_rule_ends_when_it_begins(dossier: Dossier, kind: str, rule: str) -> None:
    statement = insert_clock(kind=f"'{kind}'", rule=f"'{rule}'", term_at="now()")
    with pytest.raises(IntegrityError, match="clock_term_follows_rule"), transaction.atomic():
        as_owner(statement, {"dossier": dossier.pk, "me": None})
