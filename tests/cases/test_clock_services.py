"""Clocks started, paused, resumed and settled: by whom, and what it does to the dossier."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from cases.clocks import Kind, SettledAs
from cases.models import Clock, ClockInterval, Dossier, Entry
from cases.services import answering, clocks
from cases.states import Step
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import (
    Cast,
    ClockFactory,
    DossierFactory,
    EntryFactory,
    MandateFactory,
    as_person,
    grant,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier, received four hours ago, to be answered within eight."""
    received = timezone.now() - 4 * HOUR
    made: Dossier = DossierFactory(handler=cast.belgian_officer, received_at=received)
    ClockFactory(dossier=made, rule="8h")
    made.refresh_from_db()
    return made


def answer(dossier: Dossier) -> Clock:
    """The clock for the answer."""
    return Clock.objects.get(dossier=dossier, kind=Kind.ANSWER, settled_at=None)


def start(by: User, dossier: Dossier, kind: str, rule: str = "", **values: Any) -> Clock:
    values = {"starts_at": timezone.now()} | values
    with as_person(by):
        return clocks.start(dossier=dossier, by=by, kind=kind, rule=rule, **values)


def pause(by: User, clock: Clock, kind: str = "clarification", **values: Any) -> ClockInterval:
    values = {"starts_at": timezone.now() - HOUR} | values
    with as_person(by):
        return clocks.pause(clock=clock, by=by, kind=kind, **values)


def resume(by: User, interval: ClockInterval, **values: Any) -> Clock:
    values = {"ends_at": timezone.now()} | values
    with as_person(by):
        return clocks.resume(interval=interval, by=by, **values)


def settle(by: User, clock: Clock, **values: Any) -> Clock:
    with as_person(by):
        return clocks.settle(clock=clock, by=by, **values)


def events(dossier: Dossier) -> list[str]:
    return list(
        Entry.objects.filter(dossier=dossier, kind="event")
        .order_by("at")
        .values_list("event", flat=True)
    )


# Starting -----------------------------------------------------------------------------------


def test_who_may_only_contribute_moves_the_due_time(cast: Cast, dossier: Dossier) -> None:
    # A colleague's phone note: the written confirmation is due before the answer.
    late = timezone.now() - 23 * HOUR
    clock = start(cast.belgian_colleague, dossier, "confirmation", "24h", starts_at=late)
    dossier.refresh_from_db()
    assert dossier.due_at == clock.due_at == late + 24 * HOUR
    assert dossier.due_rule == "24h"
    settle(cast.belgian_colleague, clock)
    dossier.refresh_from_db()
    assert (dossier.due_at, dossier.due_rule) == (answer(dossier).due_at, "8h")


def test_the_start_is_logged_and_stands_in_the_timeline(cast: Cast, dossier: Dossier) -> None:
    start(cast.belgian_officer, dossier, "host_authority", "10wd_host", text="Report")
    row = LogRow.objects.get(action="clock.started")
    assert (row.facts["kind"], row.facts["rule"]) == ("host_authority", "10wd_host")
    assert "Report" not in str(row.facts)
    assert events(dossier) == ["clock.started"]


def test_what_an_entry_tells_already_the_timeline_does_not_tell_again(
    cast: Cast, dossier: Dossier
) -> None:
    entry = EntryFactory(dossier=dossier)
    clock = start(cast.belgian_officer, dossier, "confirmation", "24h", entry=entry)
    settle(cast.belgian_officer, clock, entry=entry)
    interval = pause(cast.belgian_officer, answer(dossier), entry=entry)
    resume(cast.belgian_officer, interval, entry=entry)
    assert events(dossier) == []


def test_a_reader_starts_nothing(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="view")
    grant(dossier, cast.dutch_officer, "view", mandate)
    with pytest.raises(PermissionDenied, match="not add to it"):
        start(cast.dutch_officer, dossier, "own", due_at=steps.in_(days=1))


def test_a_stranger_finds_no_dossier(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(Dossier.DoesNotExist):
        start(cast.dutch_officer, dossier, "own", due_at=steps.in_(days=1))


@pytest.mark.parametrize(("kind", "rule"), [("own", "8h"), ("confirmation", ""), ("review", "7d")])
def test_a_kind_follows_its_rules_only(cast: Cast, dossier: Dossier, kind: str, rule: str) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        start(cast.belgian_officer, dossier, kind, rule)


def test_what_follows_no_rule_needs_its_time(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(ValueError, match="needs its due time"):
        start(cast.belgian_officer, dossier, "own")


def test_another_clock_for_the_answer_takes_the_place_and_the_pauses(
    cast: Cast, dossier: Dossier
) -> None:
    me, before = cast.belgian_officer, answer(dossier)
    resume(me, pause(me, before))
    clock = start(me, dossier, "answer", "3d", starts_at=dossier.received_at)
    before.refresh_from_db()
    assert before.settled_as == SettledAs.REPLACED
    assert clock.term_at == dossier.received_at + timedelta(days=3)
    assert clock.due_at is not None
    assert HOUR <= clock.due_at - clock.term_at < HOUR + timedelta(minutes=1)


# Pausing ------------------------------------------------------------------------------------


def test_a_clarification_stops_the_clock_and_its_answer_moves_it(
    cast: Cast, dossier: Dossier
) -> None:
    me, clock = cast.belgian_officer, answer(dossier)
    due_at = clock.due_at
    interval = pause(me, clock)
    dossier.refresh_from_db()
    assert dossier.due_at is None  # nothing runs
    clock = resume(me, interval)
    interval.refresh_from_db()
    assert interval.ends_at is not None
    assert due_at is not None
    assert clock.due_at == due_at + (interval.ends_at - interval.starts_at)
    assert events(dossier) == ["clock.paused", "clock.resumed"]


def test_a_clock_runs_on_only_when_nothing_holds_it_any_more(cast: Cast, dossier: Dossier) -> None:
    me, clock = cast.belgian_officer, answer(dossier)
    until = {"expected_until": steps.in_(days=2), "reason": "A judge decides."}
    first, second = pause(me, clock), pause(me, clock, "authorisation", **until)
    assert resume(me, first).paused_since is not None
    assert resume(me, second).paused_since is None


def test_a_clock_that_stands_still_for_a_reason_is_not_stopped_for_it_again(
    cast: Cast, dossier: Dossier
) -> None:
    pause(cast.belgian_officer, answer(dossier))
    with pytest.raises(PermissionDenied, match="stands still already"):
        pause(cast.belgian_colleague, answer(dossier))
    assert ClockInterval.objects.count() == 1


def court(cast: Cast, dossier: Dossier) -> tuple[ClockInterval, Clock]:
    """The answer waits for a court: the pause, and the deadline of the authorisation."""
    until = steps.in_(days=2)
    interval = pause(
        cast.belgian_officer, answer(dossier), "authorisation", expected_until=until, reason="Why"
    )
    return interval, Clock.objects.get(dossier=dossier, kind=Kind.AUTHORISATION)


def test_until_when_a_court_is_expected_to_take_is_a_deadline(cast: Cast, dossier: Dossier) -> None:
    interval, expected = court(cast, dossier)
    dossier.refresh_from_db()
    assert (expected.due_at, expected.starts_at) == (interval.expected_until, interval.starts_at)
    assert dossier.due_at == interval.expected_until
    assert events(dossier) == ["clock.paused"]  # which tells it
    clock = resume(cast.belgian_officer, interval)
    expected.refresh_from_db()
    dossier.refresh_from_db()
    assert (expected.settled_as, dossier.due_at) == (SettledAs.DONE, clock.due_at)


def test_who_settles_what_is_expected_of_a_court_lets_the_clock_run_on(
    cast: Cast, dossier: Dossier
) -> None:
    interval, expected = court(cast, dossier)
    settle(cast.belgian_colleague, expected)
    interval.refresh_from_db()
    expected.refresh_from_db()
    assert interval.ends_at == expected.settled_at
    assert answer(dossier).paused_since is None


def test_with_the_answer_goes_what_was_expected_of_a_court(cast: Cast, dossier: Dossier) -> None:
    interval, expected = court(cast, dossier)
    settle(cast.belgian_officer, answer(dossier))
    expected.refresh_from_db()
    interval.refresh_from_db()
    assert (expected.settled_as, interval.ends_at) == (SettledAs.DROPPED, None)


def test_of_a_judicial_authorisation_the_asker_is_told_and_that_is_recorded(
    cast: Cast, dossier: Dossier
) -> None:
    me, until = cast.belgian_officer, steps.in_(days=2)
    interval = pause(
        me, answer(dossier), "authorisation", expected_until=until, reason="A judge decides."
    )
    assert interval.asker_told_at is not None
    event = Entry.objects.get(dossier=dossier, event="clock.paused")
    assert event.facts["reason"] == "A judge decides."
    assert event.facts["asker_told"] is not None


def test_who_opened_it_is_told_that_a_court_is_asked(cast: Cast) -> None:
    opened = DossierFactory(
        handler=cast.belgian_officer, opened_by=cast.belgian_headquarters, due_at=steps.in_(days=1)
    )
    until = steps.in_(days=2)
    pause(cast.belgian_officer, answer(opened), "authorisation", expected_until=until, reason="Why")
    alert = Alert.objects.get(event="clock.extended")
    assert alert.recipient_id == cast.belgian_headquarters.pk
    assert "Why" not in str(alert.facts)


@pytest.mark.parametrize(
    "values", [{"reason": "Why"}, {"expected_until": timezone.now() + 9 * HOUR}]
)
def test_an_authorisation_says_why_and_for_how_long(
    cast: Cast, dossier: Dossier, values: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError, match="the asker is told"):
        pause(cast.belgian_officer, answer(dossier), "authorisation", **values)


def test_only_a_clock_for_an_answer_stands_still(cast: Cast, dossier: Dossier) -> None:
    own = start(cast.belgian_officer, dossier, "own", due_at=steps.in_(days=1))
    with pytest.raises(PermissionDenied, match="Only a clock for an answer"):
        pause(cast.belgian_officer, own)
    settled = settle(cast.belgian_officer, answer(dossier))
    with pytest.raises(PermissionDenied, match="Only a clock for an answer"):
        pause(cast.belgian_officer, settled)


def test_an_interval_ends_once_and_after_its_beginning(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    interval = pause(me, answer(dossier))
    with pytest.raises(ValidationError, match="after the beginning"):
        resume(me, interval, ends_at=interval.starts_at - HOUR)
    resume(me, interval)
    with pytest.raises(PermissionDenied, match="no longer possible"):
        resume(me, interval)


# Settling -----------------------------------------------------------------------------------


def test_what_is_settled_stays_settled(cast: Cast, dossier: Dossier) -> None:
    clock = answer(dossier)
    settled = settle(cast.belgian_colleague, clock)
    assert settled.settled_by_id == cast.belgian_colleague.pk
    with pytest.raises(PermissionDenied):
        settle(cast.belgian_officer, clock)  # the row that was read before
    with pytest.raises(PermissionDenied, match="settled already"):
        settle(cast.belgian_officer, settled)


def test_a_host_authority_that_is_reminded_gets_five_working_days_more(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    first = start(me, dossier, "host_authority", "10wd_host", text="Report")
    with as_person(me):
        second = answering.chase(clock=first, by=me, at=timezone.now())
    first.refresh_from_db()
    assert first.settled_as == SettledAs.REPLACED
    assert (second.rule, second.text) == ("5wd_host", "Report")


def test_the_answer_settles_its_clock(cast: Cast, dossier: Dossier) -> None:
    steps.move(cast.belgian_officer, dossier, Step.ANSWER)
    dossier.refresh_from_db()
    assert dossier.due_at is None
    assert Clock.objects.get(dossier=dossier).settled_as == SettledAs.DONE


def test_closing_leaves_the_review_and_only_headquarters_settles_it(
    cast: Cast, dossier: Dossier
) -> None:
    own = start(cast.belgian_officer, dossier, "own", due_at=steps.in_(days=1))
    dossier = steps.move(cast.belgian_officer, dossier, Step.ANSWER)
    dossier = steps.move(cast.belgian_coordinator, dossier, Step.CLOSE)
    own.refresh_from_db()
    assert own.settled_as == SettledAs.DROPPED
    review = Clock.objects.get(dossier=dossier, settled_at=None)
    assert (review.kind, review.rule) == (Kind.REVIEW, "6m")
    dossier.refresh_from_db()
    assert dossier.due_at == review.due_at
    with pytest.raises(PermissionDenied, match="headquarters settles the review"):
        settle(cast.belgian_officer, review)
    settle(cast.belgian_headquarters, review)
    dossier.refresh_from_db()
    assert dossier.due_at is None


# The forms of a dossier ---------------------------------------------------------------------


def test_opening_with_a_rule_starts_the_clock(cast: Cast) -> None:
    me = cast.belgian_officer
    dossier = steps.open_dossier(me, cast.desks["BOG"], due_rule="7d", handler=me.person_ptr)
    clock = answer(dossier)
    assert clock.starts_at == dossier.received_at
    assert dossier.due_at == clock.due_at == dossier.received_at + timedelta(days=7)
    assert events(dossier) == []


def test_another_receipt_moves_the_clock_and_the_same_one_does_not(
    cast: Cast, dossier: Dossier
) -> None:
    me, before = cast.belgian_officer, answer(dossier)
    values = {"due_rule": "8h", "due_at": None, "title": "Another"}
    dossier = steps.change(me, dossier, received_at=dossier.received_at, **values)
    assert answer(dossier).pk == before.pk
    dossier = steps.change(me, dossier, received_at=dossier.received_at - HOUR, **values)
    assert answer(dossier).due_at == before.starts_at + 7 * HOUR


def test_taking_the_due_time_away_drops_the_clock(cast: Cast, dossier: Dossier) -> None:
    dossier = steps.change(cast.belgian_officer, dossier, due_rule="", due_at=None)
    assert dossier.due_at is None
    assert Clock.objects.get(dossier=dossier).settled_as == SettledAs.DROPPED


# Dossiers of before -------------------------------------------------------------------------


def test_the_migration_makes_clocks_of_due_times(cast: Cast) -> None:
    now = timezone.now()
    made = {
        status: DossierFactory(handler=cast.belgian_officer, status=status, received_at=now)
        for status in ("open", "answered", "closed")
    }
    by_rule = DossierFactory(handler=cast.belgian_officer, received_at=now)
    moved = DossierFactory(handler=cast.belgian_officer, received_at=now)
    everything = Dossier.objects.all()
    everything.update(due_at=now + 9 * HOUR, due_rule="")
    everything.filter(pk__in=[by_rule.pk, moved.pk]).update(due_rule="8h")
    everything.filter(pk=by_rule.pk).update(due_at=now + 8 * HOUR)
    as_owner(import_module("cases.migrations.0008_clocks").FILL)
    call_command("verify_border")
    assert {clock.rule for clock in Clock.objects.filter(dossier=by_rule)} == {"8h"}
    assert {clock.rule for clock in Clock.objects.filter(dossier=moved)} == {""}
    settled = dict(Clock.objects.filter(kind="answer").values_list("dossier__status", "settled_at"))
    assert (settled["open"], settled["answered"]) == (None, made["answered"].status_since)
    review = Clock.objects.get(kind="review")
    assert review.dossier == made["closed"]
    due = dict(everything.values_list("status", "due_at"))
    assert (due["answered"], due["closed"]) == (None, review.due_at)
