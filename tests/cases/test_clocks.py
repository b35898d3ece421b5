"""Due times follow from a rule and recorded intervals; Python and PostgreSQL compute the same."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import clocks
from cases.clocks import Course, Interval, Place
from cases.clocks.calendars import is_working_day
from cases.models import ClockInterval
from lodesk.ui.frame import Zone
from tests.factories import Cast, ClockFactory, DossierFactory
from tests.looking import as_owner

RECEIVED = datetime(2026, 11, 23, 6, 40, tzinfo=UTC)
BRUSSELS = Zone("Brussels", zoneinfo.ZoneInfo("Europe/Brussels"), RECEIVED)
BOGOTA = Zone("Bogotá", zoneinfo.ZoneInfo("America/Bogota"), RECEIVED)
BELGIUM = Place("BE", BRUSSELS.tz)
COLOMBIA = Place("CO", BOGOTA.tz)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(rule: str, start: datetime) -> datetime | None:
    return clocks.due(rule, start, owner=BELGIUM, host=COLOMBIA)


# Rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "start", "end"),
    [
        # domain.md 2.2: from the receipt, in hours and calendar days.
        ("8h", "2026-11-23T06:40", "2026-11-23T14:40"),
        ("3d", "2026-11-23T06:40", "2026-11-26T06:40"),
        ("7d", "2026-11-23T06:40", "2026-11-30T06:40"),
        ("24h", "2026-11-23T06:40", "2026-11-24T06:40"),
        ("1h", "2026-11-23T06:40", "2026-11-23T07:40"),
        # Over the weekend, too: no working days.
        ("3d", "2026-11-27T20:00", "2026-11-30T20:00"),
        # Hours are hours in the nights when summer time begins and ends (29 March, 25 October).
        ("8h", "2026-03-28T23:30", "2026-03-29T07:30"),
        ("8h", "2026-10-24T23:30", "2026-10-25T07:30"),
        ("3d", "2026-10-24T10:00", "2026-10-27T10:00"),
        # The end of the year, and of February.
        ("8h", "2026-12-31T22:00", "2027-01-01T06:00"),
        ("7d", "2028-02-26T12:00", "2028-03-04T12:00"),
        # Two working days in Brussels: not Saturday and Sunday, not Christmas, not New Year.
        ("2wd_owner", "2026-11-23T09:00", "2026-11-25T09:00"),
        ("2wd_owner", "2026-11-27T09:00", "2026-12-01T09:00"),
        ("2wd_owner", "2026-12-24T09:00", "2026-12-29T09:00"),
        ("2wd_owner", "2026-12-31T09:00", "2027-01-05T09:00"),
        # The same clock time there when summer time ended in between: an hour later in UTC.
        ("2wd_owner", "2026-10-23T08:00", "2026-10-27T09:00"),
        # Colombia keeps 8 December; Belgium does not.
        ("10wd_host", "2026-11-25T15:00", "2026-12-10T15:00"),
        ("10wd_owner", "2026-11-25T15:00", "2026-12-09T15:00"),
        ("5wd_host", "2026-12-04T15:00", "2026-12-14T15:00"),
        # Six months by the calendar; the last day of a month that is shorter.
        ("6m", "2026-11-23T10:00", "2027-05-23T09:00"),
        ("6m", "2026-08-31T10:00", "2027-02-28T11:00"),
    ],
)
def test_a_rule_gives_this_due_time(rule: str, start: str, end: str) -> None:
    assert due(rule, utc(start)) == utc(end)


def test_a_time_set_by_hand_and_an_unknown_rule_give_none() -> None:
    assert due("", RECEIVED) is None
    assert due("9x", RECEIVED) is None


def test_the_day_is_that_of_the_place() -> None:
    # Friday 22:00 in Bogotá is Saturday in Brussels: counting begins on Monday in both.
    assert due("5wd_host", utc("2026-11-28T03:00")) == utc("2026-12-05T03:00")


@given(st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1)), st.sampled_from(clocks.Rule))
def test_what_is_due_by_a_rule_comes_later_and_on_a_working_day(
    naive: datetime, rule: clocks.Rule
) -> None:
    start = naive.replace(tzinfo=UTC)
    end, term = due(rule, start), clocks.term_of(rule)
    if end is None or term is None:
        return
    assert end > start
    if term.working_days:
        place = COLOMBIA if term.host else BELGIUM
        assert is_working_day(end.astimezone(place.tz).date(), place.country)
    if rule == clocks.Rule.SIX_MONTHS:
        assert end - start <= clocks.SIX_MONTHS_AT_MOST


def test_a_country_without_a_calendar_works_from_monday_to_friday() -> None:
    assert is_working_day(date(2026, 12, 25), "ZZ")
    assert not is_working_day(date(2026, 11, 28), "ZZ")
    assert not is_working_day(date(2026, 11, 29), "ZZ")


# Intervals ----------------------------------------------------------------------------------


def course(*spans: tuple[int, int | None], rule: str = "8h") -> Course:
    """An eight-hour clock with pauses, in minutes from its start."""
    found = tuple(
        Interval(RECEIVED + start * MINUTE, None if end is None else RECEIVED + end * MINUTE)
        for start, end in spans
    )
    return Course(rule, RECEIVED, RECEIVED + 8 * HOUR, found)


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("spans", "minutes", "since"),
    [
        ([], 480, None),
        ([(150, 175)], 505, None),
        ([(0, 60), (120, 180)], 600, None),
        ([(0, 60), (30, 90)], 570, None),  # overlapping: once
        ([(0, 90), (30, 60)], 570, None),  # one within the other
        ([(0, 60), (60, 90)], 570, None),  # touching
        ([(-60, 30)], 510, None),  # asked before it was received: only what lies within
        ([(480, 600)], 480, None),  # at the due time: too late
        ([(500, 600)], 480, None),
        ([(0, 60), (500, 560)], 600, None),  # the first one makes the second one count
        ([(100, None)], 480, 100),
        ([(0, 60), (100, None)], 540, 100),
        ([(0, 60), (30, None)], 480, 0),
        ([(480, None)], 480, None),  # too late: it runs on
        ([(100, 100)], 480, None),
    ],
)
def test_intervals_move_the_due_time_like_this(
    spans: list[tuple[int, int | None]], minutes: int, since: int | None
) -> None:
    found = course(*spans)
    assert found.due_at == RECEIVED + minutes * MINUTE
    assert found.paused_since == (None if since is None else RECEIVED + since * MINUTE)


minutes = st.integers(-120, 1200)
spans = st.lists(
    st.one_of(
        st.tuples(minutes, st.integers(0, 300)).map(lambda pair: (pair[0], sum(pair))),
        st.tuples(minutes, st.none()),
    ),
    max_size=6,
)


@given(spans, st.randoms(use_true_random=False))
def test_any_order_of_recording_gives_the_same(
    drawn: list[tuple[int, int | None]], random: Any
) -> None:
    shuffled = list(drawn)
    random.shuffle(shuffled)
    one, other = course(*drawn), course(*shuffled)
    assert (one.due_at, one.paused_since) == (other.due_at, other.paused_since)


@given(spans)
def test_a_due_time_is_never_earlier_and_grows_by_what_counts_only(
    drawn: list[tuple[int, int | None]],
) -> None:
    found = course(*drawn)
    closed = [end - start for start, end in drawn if end is not None]
    assert RECEIVED + 8 * HOUR <= found.due_at <= RECEIVED + 8 * HOUR + sum(closed) * MINUTE
    assert all(span.start < found.due_at for span in found.spans)


@given(spans)
def test_saying_the_same_twice_changes_nothing(
    drawn: list[tuple[int, int | None]],
) -> None:
    assert course(*drawn, *drawn).due_at == course(*drawn).due_at


def test_an_authorisation_shows_when_it_would_be_due() -> None:
    open_one = Interval(
        RECEIVED + HOUR, None, clocks.IntervalKind.AUTHORISATION, RECEIVED + 25 * HOUR
    )
    found = Course("8h", RECEIVED, RECEIVED + 8 * HOUR, (open_one,))
    assert found.due_at == RECEIVED + 8 * HOUR
    assert found.expected_at == RECEIVED + 32 * HOUR


# The same in PostgreSQL ---------------------------------------------------------------------


@pytest.mark.django_db
def test_postgresql_computes_the_same(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, received_at=RECEIVED)
    clock = ClockFactory(dossier=dossier, rule="8h")

    @given(spans)
    def agrees(drawn: list[tuple[int, int | None]]) -> None:
        ClockInterval.objects.filter(clock=clock).delete()
        as_owner(
            "UPDATE cases_clock SET due_at = term_at, paused_since = NULL WHERE id = %s", [clock.pk]
        )
        found = course(*drawn)
        for each in found.intervals:
            ClockInterval.objects.create(
                clock=clock, kind=each.kind, starts_at=each.starts_at, ends_at=each.ends_at
            )
        clock.refresh_from_db()
        assert (clock.due_at, clock.paused_since) == (found.due_at, found.paused_since)
        dossier.refresh_from_db()
        assert dossier.due_at == (None if found.paused_since else found.due_at)

    agrees()


# In words -----------------------------------------------------------------------------------


def test_the_short_form_names_length_receipt_article_and_pause() -> None:
    words = clocks.in_short(course(), home=BRUSSELS)
    assert words == "8 h from receipt Mon 23 Nov, 07:40 (Brussels), art. 5(1)(a)"
    assert clocks.in_short(course((150, 175)), home=BRUSSELS) == f"{words}, paused 25 min"
    open_one = clocks.in_short(course((150, None)), home=BRUSSELS)
    assert open_one == f"{words}, paused since Mon 23 Nov, 10:10 (Brussels)"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("24h", "24 h from the oral exchange Mon 23 Nov, 07:40 (Brussels), Benelux treaty"),
        ("10wd_host", "10 working days of Colombia from the question Mon 23 Nov, 07:40"),
        ("6m", "6 months from closing Mon 23 Nov, 07:40 (Brussels), art. 16(4)"),
        ("1h", "1 h from the moment it became urgent Mon 23 Nov, 07:40 (Brussels), rule of the"),
    ],
)
def test_every_rule_says_from_what_it_counts(rule: str, words: str) -> None:
    found = Course(rule, RECEIVED, RECEIVED + DAY, country="CO")
    assert clocks.in_short(found, home=BRUSSELS).startswith(words)


def test_the_explanation_says_both_clocks_and_every_interval() -> None:
    lines = clocks.explain(course((150, 175), (160, 170)), home=BRUSSELS, here=BOGOTA)
    assert lines[0] == "Starts with receipt: Mon 23 Nov, 07:40 (Brussels) · 01:40 here."
    assert "Directive (EU) 2023/977, art. 5(1)(a): 8 h" in lines[1]
    assert "clarification, 25 min" in lines[2]
    assert "overlaps counts once" in lines[4]
    assert lines[-1] == "Due: Mon 23 Nov, 16:05 (Brussels) · 10:05 here."


def test_a_clock_that_stands_still_says_what_is_left_and_no_due_time() -> None:
    lines = clocks.explain(course((60, None)), home=BRUSSELS, here=BOGOTA)
    assert lines[-1] == "It is not running; 7 h 00 are left."


def test_what_is_set_by_hand_explains_nothing() -> None:
    found = Course("", RECEIVED, RECEIVED + DAY)
    assert clocks.in_short(found, home=BRUSSELS) == ""
    assert clocks.explain(found, home=BRUSSELS, here=BOGOTA) == []
