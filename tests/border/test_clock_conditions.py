"""Each condition of the clocks' policies and triggers by itself; what follows is never written."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases import policy
from cases.models import Clock, Dossier
from cases.services import clocks as services
from tests.border.attempts import _clock as insert_clock
from tests.border.attempts import _dossier as insert_dossier
from tests.border.attempts import _interval as insert_interval
from tests.factories import (
    Cast,
    ClockFactory,
    DossierFactory,
    IntervalFactory,
    MandateFactory,
    as_person,
    grant,
    raw,
    refused,
)
from tests.looking import as_owner, remembering

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


@pytest.fixture
def clock(dossier: Dossier) -> Clock:
    """Eight hours for its answer."""
    return ClockFactory(dossier=dossier, rule="8h")


def values(dossier: Dossier, me: Any, **more: Any) -> dict[str, Any]:
    return {"dossier": dossier.pk, "me": me.pk, "bog": dossier.desk_id} | more


# What follows from the rows -----------------------------------------------------------------


def test_what_is_derived_is_not_taken_from_who_writes(cast: Cast, dossier: Dossier) -> None:
    far = "now() + interval '9 days'"
    forged = {"due_at": far, "paused_since": "now()", "told": "5", "told_at": "now()",
              "tell_at": far}  # fmt: skip
    raw(cast.belgian_officer, insert_clock(**forged), values(dossier, cast.belgian_officer))
    made = Clock.objects.get(dossier=dossier)
    assert (made.due_at, made.paused_since) == (made.term_at, None)
    assert (made.told, made.told_at) == (0, None)
    assert made.tell_at == made.term_at - timedelta(hours=6)


def test_a_new_dossier_has_no_due_time_of_its_own(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    raw(me, insert_dossier(due_at="now()", due_rule="'8h'"), values(dossier, me))
    made = Dossier.objects.get(title="x")
    assert (made.due_at, made.due_rule) == (None, "")


def test_the_earliest_clock_that_runs_is_the_due_time(dossier: Dossier, clock: Clock) -> None:
    now = timezone.now()
    own = {"dossier": dossier, "kind": "own", "rule": "", "starts_at": now}
    ClockFactory(**own, term_at=now + 2 * DAY)
    first = ClockFactory(**own, term_at=now + HOUR)
    assert _due(dossier) == first.due_at
    Clock.objects.filter(pk=first.pk).update(settled_at=now, settled_as="done")
    assert _due(dossier) == clock.due_at
    IntervalFactory(clock=clock)
    assert _due(dossier) == now + 2 * DAY
    assert Dossier.objects.get(pk=dossier.pk).due_rule == ""


def _due(dossier: Dossier) -> Any:
    return Dossier.objects.get(pk=dossier.pk).due_at


def test_the_list_index_follows_the_clocks(dossier: Dossier, clock: Clock) -> None:
    rows = as_owner("SELECT DISTINCT due FROM cases_reader WHERE dossier_id = %s", [dossier.pk])
    assert rows == [(clock.due_at,)]


def test_a_clock_of_one_dossier_leaves_the_others(cast: Cast, dossier: Dossier) -> None:
    other = DossierFactory(handler=cast.belgian_officer, due_at=timezone.now() + DAY)
    before = _due(other)
    ClockFactory(dossier=dossier, rule="8h")
    assert _due(other) == before


def test_one_clock_for_the_answer_runs(cast: Cast, dossier: Dossier, clock: Clock) -> None:
    me = cast.belgian_officer
    with (
        pytest.raises(IntegrityError, match="one_answer_clock_runs"),
        transaction.atomic(),
        as_person(me),
    ):
        raw(me, insert_clock(kind="'answer'"), values(dossier, me))
    assert not refused(me, insert_clock(), values(dossier, me))


@pytest.mark.parametrize(
    ("kind", "rule", "term"),
    [
        ("answer", "8h", "8 hours 1 second"),
        ("answer", "3d", "71 hours"),
        ("answer", "7d", "169 hours"),
        ("confirmation", "24h", "25 hours"),
        ("answer", "24h", "24 hours"),  # another kind's rule
        ("own", "8h", "8 hours"),
        ("host_authority", "10wd_host", "0 hours"),
        ("review", "6m", "185 days"),
        ("review", "", "185 days"),
        ("else", "", "1 day"),
    ],
)
def test_no_term_but_that_of_the_rule(dossier: Dossier, kind: str, rule: str, term: str) -> None:
    statement = insert_clock(
        kind=f"'{kind}'", rule=f"'{rule}'", term_at=f"now() + interval '{term}'"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        as_owner(statement, {"dossier": dossier.pk, "me": None})


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "''"},
        {"expected_until": "NULL"},
        {"expected_until": "now()"},
        {"asker_told_at": "NULL"},
    ],
)
def test_of_an_authorisation_everything_is_said(clock: Clock, changes: dict[str, str]) -> None:
    whole = {"kind": "'authorisation'", "reason": "'x'", "asker_told_at": "now()",
             "expected_until": "now() + interval '1 day'"}  # fmt: skip
    as_owner(insert_interval(**whole), {"clock": clock.pk, "me": None})
    with pytest.raises(IntegrityError, match="asker_is_told"), transaction.atomic():
        as_owner(insert_interval(**whole | changes), {"clock": clock.pk, "me": None})


# Who reads and who writes -------------------------------------------------------------------


def test_who_sees_the_dossier_reads_its_clocks_and_nobody_else(
    cast: Cast, dossier: Dossier, clock: Clock
) -> None:
    IntervalFactory(clock=clock)
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="view")
    grant(dossier, cast.dutch_officer, "view", mandate)
    for table in ("cases_clock", "cases_clockinterval"):
        count = f"SELECT count(*) FROM {table}"
        assert raw(cast.dutch_officer, count) == [(1,)]
        assert raw(cast.belgian_headquarters, count) == [(1,)]
        assert raw(cast.dutch_colleague, count) == [(0,)]
        assert raw(cast.belgian_elsewhere, count) == [(0,)]


@pytest.mark.parametrize("status", ["open", "closed"])
@pytest.mark.parametrize("kind", ["answer", "review"])
@pytest.mark.parametrize("who", ["belgian_officer", "belgian_headquarters", "dutch_officer"])
def test_both_walls_agree_on_who_settles(cast: Cast, status: str, kind: str, who: str) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, status=status)
    rule, term = ("8h", 8 * HOUR) if kind == "answer" else ("6m", 180 * DAY)
    now = timezone.now()
    clock = ClockFactory(dossier=dossier, kind=kind, rule=rule, starts_at=now, term_at=now + term)
    person = getattr(cast, who)
    statement = (
        "UPDATE cases_clock SET settled_at = now(), settled_as = 'done', settled_by_id = %s"
        " WHERE id = %s"
    )
    with remembering():
        python = bool(policy.may_settle(person, clock, dossier))
    assert python is not refused(person, statement, [person.pk, clock.pk])


def test_with_the_first_wall_off_postgresql_refuses(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A service that forgot to ask: who may only view settles nothing.
    mandate = MandateFactory(dossier=clock.dossier, receiver=cast.dutch_officer, level="view")
    grant(clock.dossier, cast.dutch_officer, "view", mandate)
    monkeypatch.setattr(policy, "may_settle", lambda *_asked: policy.YES)
    with as_person(cast.dutch_officer), pytest.raises(Exception, match="no longer possible"):
        services.settle(clock=clock, by=cast.dutch_officer)
    clock.refresh_from_db()
    assert clock.settled_at is None


def test_nothing_recorded_by_an_earlier_row_is_lost(clock: Clock) -> None:
    # Two pauses recorded one after the other both count, whichever comes first.
    start = clock.starts_at
    later = IntervalFactory(clock=clock, starts_at=start + 2 * HOUR, ends_at=start + 3 * HOUR)
    IntervalFactory(clock=clock, starts_at=start, ends_at=start + HOUR)
    clock.refresh_from_db()
    assert later.ends_at is not None
    assert clock.due_at == start + 10 * HOUR
