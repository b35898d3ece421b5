"""Deadlines tell the right people at the right moments, each moment once."""

from datetime import datetime, timedelta

import pytest
from django.db import ProgrammingError
from django.utils import timezone

from accounts.models import Posting, User
from accounts.zones import zones_of
from cases.models import Clock, Dossier
from cases.services import clocks, time
from lodesk.alerts.models import Alert
from lodesk.alerts.wording import wording_of
from tests import steps
from tests.factories import (
    Cast,
    ClockFactory,
    DossierFactory,
    IntervalFactory,
    MandateFactory,
    as_person,
    grant,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def remind() -> int:
    """What beat does every half minute."""
    with as_person(None):
        return time.remind()


def running(dossier: Dossier, rule: str = "8h", *, since: timedelta, kind: str = "answer") -> Clock:
    """A clock that has been running for so long and a minute: `now()` is when the test began."""
    made: Clock = ClockFactory(
        dossier=dossier, kind=kind, rule=rule, starts_at=timezone.now() - since - MINUTE
    )
    return made


def told() -> dict[str, set[int]]:
    """Who was told what."""
    found: dict[str, set[int]] = {}
    for event, person in Alert.objects.values_list("event", "recipient"):
        found.setdefault(event, set()).add(person)
    return found


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


# Moments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "since", "event"),
    [
        ("8h", timedelta(hours=5, minutes=58), None),
        ("8h", timedelta(hours=6), "clock.near"),  # its last quarter; half-time is not told
        ("8h", timedelta(hours=8), "clock.past"),
        ("3d", timedelta(hours=53), None),
        ("3d", timedelta(hours=54), "clock.near"),
        ("7d", timedelta(hours=83), None),
        ("7d", timedelta(hours=84), "clock.half"),
        ("7d", timedelta(days=5, hours=23), "clock.half"),
        ("7d", timedelta(days=6), "clock.near"),  # at most a day before the end
        ("7d", timedelta(days=7), "clock.past"),
    ],
)
def test_the_handler_is_told_at_this_moment(
    cast: Cast, dossier: Dossier, rule: str, since: timedelta, event: str | None
) -> None:
    running(dossier, rule, since=since)
    remind()
    assert told() == ({event: {cast.belgian_officer.pk}} if event else {})


def test_each_moment_is_told_once(dossier: Dossier) -> None:
    running(dossier, since=9 * HOUR)
    assert remind() == 1
    assert remind() == 0


def test_after_a_worker_was_away_only_the_last_moment_is_told(cast: Cast, dossier: Dossier) -> None:
    running(dossier, "7d", since=timedelta(days=7, hours=1))
    remind()
    assert set(told()) == {"clock.past"}


def test_what_could_not_be_written_is_told_the_next_time(
    dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(dossier, since=9 * HOUR)
    with monkeypatch.context() as broken:
        broken.setattr("cases.notify.due", lambda *_args, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            remind()
    assert remind() == 1


def test_a_due_time_that_moves_is_told_anew_and_at_most_once_a_day_before_it(
    dossier: Dossier,
) -> None:
    clock = running(dossier, since=7 * HOUR)
    assert remind() == 1
    interval = IntervalFactory(clock=clock, starts_at=timezone.now() - HOUR)
    interval.ends_at = timezone.now() - HOUR / 2
    interval.save(update_fields=["ends_at"])
    assert remind() == 0  # near again, but said today
    assert Clock.objects.get(pk=clock.pk).tell_at == clock_due(clock)
    as_owner("UPDATE cases_clock SET told = 0, told_at = now() - interval '25 hours'")
    assert remind() == 1


def clock_due(clock: Clock) -> datetime | None:
    return Clock.objects.get(pk=clock.pk).due_at


def test_a_clock_that_stands_still_or_is_settled_tells_nobody(dossier: Dossier) -> None:
    clock = running(dossier, since=9 * HOUR)
    IntervalFactory(clock=clock, starts_at=timezone.now() - 2 * HOUR)
    running(dossier, "24h", since=30 * HOUR, kind="confirmation")
    Clock.objects.filter(kind="confirmation").update(settled_at=timezone.now(), settled_as="done")
    assert remind() == 0


# Who ----------------------------------------------------------------------------------------


def overdue(dossier: Dossier, quarters: int) -> None:
    """So many quarters of the eight hours after the end."""
    running(dossier, since=8 * HOUR + quarters * 2 * HOUR)
    remind()


def test_a_quarter_later_the_head_of_desk_is_told(cast: Cast, dossier: Dossier) -> None:
    overdue(dossier, 1)
    assert told() == {"clock.unanswered": {cast.belgian_head.pk}}


def test_another_quarter_later_headquarters_are_told(cast: Cast, dossier: Dossier) -> None:
    overdue(dossier, 2)
    assert told() == {"clock.unanswered": headquarters(cast)}


def headquarters(cast: Cast) -> set[int]:
    people = (
        cast.belgian_headquarters,
        cast.belgian_coordinator,
        cast.belgian_second_coordinator,
    )
    return {person.pk for person in people}


def test_without_a_handler_the_head_of_desk_is_told_at_once(cast: Cast) -> None:
    overdue(DossierFactory(handler=None), 0)
    assert told() == {"clock.past": {cast.belgian_head.pk}}


def test_a_confined_dossier_skips_the_head_of_desk(cast: Cast) -> None:
    overdue(DossierFactory(handler=cast.belgian_officer, confined=True), 1)
    assert told() == {"clock.unanswered": headquarters(cast)}


def test_where_there_is_no_head_of_desk_headquarters_are_told(cast: Cast, dossier: Dossier) -> None:
    Posting.objects.filter(person=cast.belgian_head.pk).update(ends_at=timezone.now() - HOUR)
    overdue(dossier, 1)
    assert told() == {"clock.unanswered": headquarters(cast)}


def test_a_head_of_desk_whose_account_is_closed_is_not_told(cast: Cast, dossier: Dossier) -> None:
    User.objects.filter(pk=cast.belgian_head.pk).update(is_active=False)
    overdue(dossier, 1)
    assert told() == {"clock.unanswered": headquarters(cast)}


@pytest.mark.parametrize("quarters", [0, 1, 2])
def test_nobody_of_another_country_is_told_but_the_handler_under_a_mandate(
    cast: Cast, quarters: int
) -> None:
    held = DossierFactory(handler=None)
    mandate = MandateFactory(dossier=held, receiver=cast.dutch_officer)
    grant(held, cast.dutch_officer, "handle", mandate)
    Dossier.objects.filter(pk=held.pk).update(handler=cast.dutch_officer.pk)
    overdue(held, quarters)
    countries = set(Alert.objects.values_list("recipient__country", flat=True))
    assert countries == ({"NL"} if quarters == 0 else {"BE"})


def test_what_headquarters_owe_is_told_to_headquarters_too(cast: Cast, dossier: Dossier) -> None:
    since = timezone.now() - 2 * DAY - HOUR
    ClockFactory(
        dossier=dossier, kind="headquarters", rule="2wd_owner", starts_at=since,
        term_at=since + 2 * DAY,
    )  # fmt: skip
    running(dossier, since=HOUR)
    remind()
    assert told() == {"clock.past": {cast.belgian_officer.pk, *headquarters(cast)}}


def lasting(dossier: Dossier, kind: str, rule: str, *, days: int, since: timedelta) -> Clock:
    """A clock of so many days that has been running for so long and a minute."""
    starts_at = timezone.now() - since - MINUTE
    made: Clock = ClockFactory(
        dossier=dossier, kind=kind, rule=rule, starts_at=starts_at,
        term_at=starts_at + timedelta(days=days),
    )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("kind", "rule", "days"),
    [
        ("host_authority", "10wd_host", 14),
        ("host_authority", "5wd_host", 7),
        ("headquarters", "2wd_owner", 4),  # over a weekend
        ("authorisation", "", 10),
    ],
)
@pytest.mark.parametrize(
    ("left", "event"), [(0.5, "clock.half"), (0.02, "clock.near"), (0, "clock.past")]
)
def test_what_others_owe_reminds_the_handler_by_itself(
    cast: Cast, dossier: Dossier, kind: str, rule: str, days: int, left: float, event: str
) -> None:
    # Nobody presses a button: a question to a host authority, to headquarters, to a court.
    lasting(dossier, kind, rule, days=days, since=timedelta(days=days) * (1 - left))
    remind()
    assert cast.belgian_officer.pk in told()[event]
    assert set(told()) == {event}


def test_a_question_that_is_recorded_starts_the_clock_that_reminds(
    cast: Cast, dossier: Dossier
) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    for whom in ("Policía Antinarcóticos", "CGI"):
        steps.write(
            cast.belgian_officer, dossier, kind="question", counterpart=whom, direction="out",
            at=long_ago,
        )  # fmt: skip
    assert {clock.kind for clock in Clock.objects.filter(tell_at__isnull=False)} == {
        "host_authority",
        "headquarters",
    }
    assert remind() > 0


@pytest.mark.parametrize(
    ("later", "event"), [(0, "clock.past"), (1, "clock.unanswered"), (2, "clock.unanswered")]
)
def test_an_authorisation_that_has_not_come_in_its_time_goes_up_the_ladder(
    cast: Cast, dossier: Dossier, later: int, event: str
) -> None:
    quarter = DAY  # of four
    with as_person(cast.belgian_officer):
        clocks.pause(
            clock=running(dossier, "7d", since=6 * DAY),
            by=cast.belgian_officer,
            kind="authorisation",
            starts_at=timezone.now() - 4 * DAY - later * quarter - MINUTE,
            expected_until=timezone.now() - later * quarter - MINUTE,
            reason="Under seal.",
        )
    Alert.objects.all().delete()
    remind()
    ladder = [{cast.belgian_officer.pk}, {cast.belgian_head.pk}, headquarters(cast)]
    assert told() == {event: ladder[later]}
    alert = Alert.objects.first()
    assert alert is not None
    with as_person(cast.belgian_officer):
        words = wording_of(alert, zones_of(cast.belgian_officer))
    assert words.facts[0].value == "Judicial authorisation"
    assert "seal" not in str(words)


def test_a_review_is_for_headquarters(cast: Cast) -> None:
    closed = DossierFactory(handler=cast.belgian_officer, status="closed")
    since = timezone.now() - 180 * DAY
    ClockFactory(
        dossier=closed, kind="review", rule="6m", starts_at=since, term_at=timezone.now() - HOUR
    )
    remind()
    assert told() == {"clock.past": headquarters(cast)}


def test_only_the_system_reminds(cast: Cast) -> None:
    with as_person(cast.belgian_officer), pytest.raises(ProgrammingError, match="only the system"):
        time.remind()


# Words --------------------------------------------------------------------------------------


def test_a_reminder_says_what_and_when_and_nothing_of_the_case(
    cast: Cast, dossier: Dossier
) -> None:
    clock = ClockFactory(
        dossier=dossier, kind="own", rule="", text="Call Mr Secret",
        starts_at=timezone.now() - DAY, term_at=timezone.now() - HOUR / 60,
    )  # fmt: skip
    remind()
    alert = Alert.objects.get()
    assert (alert.event, alert.due_at) == ("clock.past", clock.due_at)
    assert alert.path == f"/d/{dossier.reference}/deadlines"
    with as_person(cast.belgian_officer):
        words = wording_of(alert, zones_of(cast.belgian_officer))
    assert words.facts[0].value == "Own deadline"
    assert "handle" in words.because
    assert "deadlines cannot be switched off" in words.because
    assert "Secret" not in str(words) + str(alert.facts)


def test_the_worklist_sorts_several_clocks_by_the_first(cast: Cast) -> None:
    # One overdue by its question, one due today by a confirmation, one that stands still.
    from cases.selectors import worklist  # noqa: PLC0415

    me, now = cast.belgian_officer, timezone.now()
    late = DossierFactory(handler=me, title="late", due_at=steps.in_(days=9))
    ClockFactory(dossier=late, kind="own", rule="", starts_at=now - DAY, term_at=now - 2 * HOUR)
    still = DossierFactory(
        handler=me, title="still", due_at=steps.in_(days=-1), received_at=now - 9 * DAY
    )
    IntervalFactory(clock=Clock.objects.get(dossier=still), starts_at=now - 3 * DAY)
    both = DossierFactory(
        handler=me, title="both", due_at=steps.in_(days=-1), received_at=now - 9 * DAY
    )
    IntervalFactory(clock=Clock.objects.get(dossier=both), starts_at=now - 3 * DAY)
    ClockFactory(dossier=both, kind="own", rule="", starts_at=now - DAY, term_at=now - HOUR)
    with as_person(me):
        groups = {
            group.slug: [row.title for row in group.rows] for group in worklist.groups_for(me)
        }
    assert groups == {"overdue": ["late", "both"], "mine": ["still"]}
