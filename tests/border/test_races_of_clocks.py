"""Two people change the same clock at once: one wins, the other is told, nothing contradicts."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import User
from cases.clocks import Kind
from cases.models import Clock, ClockInterval, Dossier
from cases.models.entries import EntryKind
from cases.services import answering, clocks, dossiers, entries, time
from cases.states import Step
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests.border.attempts import _clock as insert_clock
from tests.border.together import At, execute, free, waits
from tests.factories import Cast, ClockFactory, DossierFactory, IntervalFactory, as_person

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier, received four hours ago, to be answered within eight."""
    received = timezone.now() - 4 * HOUR
    made: Dossier = DossierFactory(handler=cast.belgian_officer, received_at=received)
    ClockFactory(dossier=made, rule="8h")
    return made


@pytest.fixture
def clock(dossier: Dossier) -> Clock:
    """The clock for its answer."""
    return Clock.objects.get(dossier=dossier)


def logged(action: str) -> int:
    return LogRow.objects.filter(action=action).count()


def consistent(dossier: Dossier) -> None:
    """What is due follows from the rows, and nothing stands still that is settled."""
    dossier.refresh_from_db()
    running = Clock.objects.filter(dossier=dossier, settled_at=None, paused_since=None)
    due = min((each.due_at for each in running if each.due_at), default=None)
    assert dossier.due_at == due
    for each in Clock.objects.filter(dossier=dossier):
        assert each.settled_at is None or each.tell_at is None
        still = each.intervals.filter(ends_at=None).exists()
        assert each.settled_at is not None or still == (each.paused_since is not None)


ACTS: dict[str, Any] = {
    "settle": (clocks.settle, {}),
    "drop": (clocks.settle, {"settled_as": "dropped"}),
    "pause": (clocks.pause, {"kind": "clarification"}),
    "resume": (clocks.resume, {}),
    "chase": (answering.chase, {}),
}


def act(name: str, clock: Clock, by: User) -> tuple[Any, dict[str, Any]]:
    """An act of the services with what it needs."""
    call, values = ACTS[name]
    values = {"by": by} | values
    now = timezone.now()
    if name == "resume":
        interval = ClockInterval.objects.get(clock=clock, ends_at=None)
        return call, values | {"interval": interval, "ends_at": now}
    moment = {"pause": {"starts_at": now - HOUR}, "chase": {"at": now}}
    return call, values | {"clock": clock} | moment.get(name, {})


@pytest.mark.parametrize(
    ("first", "second", "recorded"),
    [
        ("settle", "settle", {"clock.settled": 1}),
        ("settle", "drop", {"clock.settled": 1}),
        ("settle", "pause", {"clock.settled": 1, "clock.paused": 0}),
        ("pause", "pause", {"clock.paused": 1}),
        ("resume", "resume", {"clock.resumed": 1}),
        ("settle", "resume", {"clock.settled": 1, "clock.resumed": 0}),
        ("chase", "chase", {"clock.settled": 1, "clock.started": 1}),
        ("chase", "settle", {"clock.settled": 1, "clock.started": 1}),
    ],
)
def test_of_two_at_once_one_is_recorded_and_the_other_is_told(
    cast: Cast, dossier: Dossier, clock: Clock, first: str, second: str, recorded: dict[str, int]
) -> None:
    if "chase" in (first, second):
        start = {"starts_at": timezone.now() - HOUR, "term_at": timezone.now() + 9 * HOUR}
        clock = ClockFactory(dossier=dossier, kind="host_authority", rule="10wd_host", **start)
    if "resume" in (first, second):
        IntervalFactory(clock=clock, starts_at=timezone.now() - HOUR)
    one_person, other_person = cast.belgian_officer, cast.belgian_colleague
    one_call, one_values = act(first, clock, one_person)
    other_call, other_values = act(second, clock, other_person)
    with At(one_person) as one, At(other_person) as other:
        one.does(one_call, **one_values)
        waiting = other.starts(other_call, **other_values)
        assert waits(waiting)
        one.commits()
        with pytest.raises(PermissionDenied) as told:
            waiting.result(20)
        assert str(told.value)  # a sentence for the page
    assert {action: logged(action) for action in recorded} == recorded
    consistent(dossier)


def test_a_pause_that_came_first_stays_with_the_clock_that_is_settled_after_it(
    cast: Cast, dossier: Dossier, clock: Clock
) -> None:
    one_person, other_person = cast.belgian_officer, cast.belgian_colleague
    with At(one_person) as one, At(other_person) as other:
        call, values = act("pause", clock, one_person)
        one.does(call, **values)
        waiting = other.starts(clocks.settle, clock=clock, by=other_person)
        assert waits(waiting)
        one.commits()
        waiting.result(20)
        other.commits()
    assert (logged("clock.paused"), logged("clock.settled")) == (1, 1)
    assert not Clock.objects.filter(dossier=dossier, tell_at__isnull=False).exists()


def test_the_database_itself_lets_no_pause_reach_a_clock_that_is_being_settled(
    cast: Cast, dossier: Dossier, clock: Clock
) -> None:
    one_person, other_person = cast.belgian_officer, cast.belgian_colleague
    pause = (
        "INSERT INTO cases_clockinterval (id, clock_id, kind, starts_at, reason, started_by_id)"
        " VALUES (gen_random_uuid(), %s, 'clarification', now() - interval '1 hour', '', %s)"
    )
    with At(one_person) as one, At(other_person) as other:
        one.does(clocks.settle, clock=clock, by=one_person)
        waiting = other.starts(execute, pause, [clock.pk, other_person.pk])
        assert waits(waiting)
        one.commits()
        with pytest.raises(DatabaseError, match="is settled"):
            waiting.result(20)
    assert not ClockInterval.objects.exists()


PAUSE = (
    "INSERT INTO cases_clockinterval (id, clock_id, kind, reason, starts_at, ends_at,"
    " started_by_id, ended_by_id)"
    " VALUES (gen_random_uuid(), %s, 'clarification', '', %s, %s, %s, %s)"
)


def test_two_pauses_that_the_database_records_at_once_both_count(
    cast: Cast, dossier: Dossier, clock: Clock
) -> None:
    one_person, other_person, start = cast.belgian_officer, cast.belgian_colleague, clock.starts_at
    first = [clock.pk, start, start + HOUR, one_person.pk, one_person.pk]
    second = [clock.pk, start + 2 * HOUR, start + 3 * HOUR, other_person.pk, other_person.pk]
    with At(one_person) as one, At(other_person) as other:
        one.does(execute, PAUSE, first)
        waiting = other.starts(execute, PAUSE, second)
        assert waits(waiting)
        one.commits()
        waiting.result(20)
        other.commits()
    clock.refresh_from_db()
    assert clock.due_at == start + 10 * HOUR
    consistent(dossier)


def test_what_one_clock_moves_keeps_nobody_from_another(
    cast: Cast, dossier: Dossier, clock: Clock
) -> None:
    me, start = cast.belgian_officer, clock.starts_at
    others = ClockFactory(rule="8h")
    values = {"dossier": dossier.pk, "me": me.pk}
    with At(me) as writes:
        writes.does(execute, insert_clock(), values)  # due later than the other: nothing moves
        assert free("cases_dossier") == {others.dossier_id}
    with At(me) as pauses:
        pauses.does(execute, PAUSE, [clock.pk, start, start + HOUR, me.pk, me.pk])
        assert free("cases_clock") == {others.pk}


def test_an_entry_whose_pause_came_too_late_is_recorded_all_the_same(
    cast: Cast, dossier: Dossier, clock: Clock
) -> None:
    one_person, other_person = cast.belgian_officer, cast.belgian_colleague
    asked = {"kind": EntryKind.CLARIFICATION_ASKED, "direction": "out", "counterpart": "CGI",
             "text": "Which container?", "language": "en"}  # fmt: skip
    with At(one_person) as one, At(other_person) as other:
        one.does(entries.add_entry, dossier=dossier, by=one_person, **asked)
        waiting = other.starts(entries.add_entry, dossier=dossier, by=other_person, **asked)
        assert waits(waiting)
        one.commits()
        waiting.result(20)
        other.commits()
    assert dossier.entries.filter(kind="clarification_asked").count() == 2
    assert ClockInterval.objects.count() == 1
    consistent(dossier)


def test_an_answer_that_settles_several_clocks_and_a_reminder_do_not_wait_in_a_circle(
    cast: Cast, dossier: Dossier
) -> None:
    # Each changes several clocks and the dossier: one waits, and nobody is thrown out.
    term = {"starts_at": timezone.now() - 9 * HOUR, "term_at": timezone.now() + 9 * HOUR}
    for kind, rule in (("host_authority", "10wd_host"), ("authorisation", ""), ("own", "")):
        ClockFactory(dossier=dossier, kind=kind, rule=rule, **term)
    one_person, other_person = cast.belgian_officer, cast.belgian_colleague
    expected = Clock.objects.get(dossier=dossier, kind=Kind.AUTHORISATION)
    with At(one_person) as one, At(other_person) as other:
        one.does(clocks.settle, clock=Clock.objects.get(dossier=dossier, kind="own"), by=one_person)
        waiting = other.starts(clocks.settle, clock=expected, by=other_person)
        assert waits(waiting)
        answer = Clock.objects.get(dossier=dossier, kind=Kind.ANSWER)
        one.does(clocks.settle, clock=answer, by=one_person)  # and with it what is expected
        one.commits()
        with pytest.raises(PermissionDenied):
            waiting.result(20)
    assert logged("clock.settled") == 3
    consistent(dossier)


def test_closing_a_dossier_and_settling_one_of_its_clocks_at_once(
    cast: Cast, dossier: Dossier, clock: Clock
) -> None:
    one_person, other_person = cast.belgian_coordinator, cast.belgian_officer
    closing = {"dossier": dossier, "by": one_person, "step": Step.CLOSE,
               "demands": dossiers.Demands(result="answered")}  # fmt: skip
    Dossier.objects.filter(pk=dossier.pk).update(status="answered")
    dossier.refresh_from_db()
    with At(one_person) as one, At(other_person) as other:
        one.does(dossiers.change_status, version=dossier.version, **closing)
        waiting = other.starts(clocks.settle, clock=clock, by=other_person)
        assert waits(waiting)
        one.commits()
        with pytest.raises(PermissionDenied):
            waiting.result(20)
    assert Clock.objects.get(dossier=dossier, settled_at=None).kind == Kind.REVIEW
    consistent(dossier)


@pytest.mark.parametrize("first", ["settle", "remind"])
def test_settling_a_clock_while_its_reminder_is_made_tells_at_most_once(
    cast: Cast, dossier: Dossier, first: str
) -> None:
    late = {"starts_at": timezone.now() - 9 * HOUR, "term_at": timezone.now() - HOUR}
    clock = ClockFactory(dossier=dossier, kind="own", rule="", **late)
    me = cast.belgian_officer
    Clock.objects.exclude(pk=clock.pk).update(settled_at=timezone.now(), settled_as="done")
    with At(me) as settles, At(None) as reminds:
        if first == "settle":
            settles.does(clocks.settle, clock=clock, by=me)
            assert reminds.does(time.remind) == 0  # what somebody holds is left for the next turn
            settles.commits()
            reminds.commits()
        else:
            assert reminds.does(time.remind) == 1
            waiting = settles.starts(clocks.settle, clock=clock, by=me)
            assert waits(waiting)
            reminds.commits()
            waiting.result(20)
            settles.commits()
    with as_person(None):
        assert time.remind() == 0
    assert Alert.objects.filter(event__startswith="clock.").count() == int(first == "remind")
    consistent(dossier)
