"""What an entry does to the clocks of its dossier: every line of `following.follow`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.clocks import IntervalKind, Kind, Rule, SettledAs
from cases.models import Clock, Dossier, Entry
from cases.models.entries import EntryKind
from cases.services import clocks
from tests import steps
from tests.browsers import HouseClient
from tests.factories import Cast, as_person
from tests.pages import text_of

pytestmark = pytest.mark.django_db
POLICE = "Policía Antinarcóticos, Guayaquil"


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """An urgent request to the Belgian officer, received an hour ago: due in seven."""
    received = timezone.now() - timedelta(hours=1)
    rule = {"due_rule": "8h", "urgency": "urgent", "received_at": received}
    return steps.open_dossier(
        cast.belgian_officer, cast.desks["BOG"], handler=cast.belgian_officer.person_ptr, **rule
    )


def write(cast: Cast, dossier: Dossier, kind: EntryKind, **said: Any) -> Entry:
    """An entry of the Belgian officer, with its row as the database has it."""
    entry = steps.write(cast.belgian_officer, dossier, kind=kind, **said)
    entry.refresh_from_db()
    return entry


def clock_of(dossier: Dossier, kind: Kind) -> Clock:
    """The clock of this kind that was started last."""
    return Clock.objects.filter(dossier=dossier, kind=kind).latest("starts_at")


def test_a_call_is_to_be_confirmed_in_writing_within_a_day(cast: Cast, dossier: Dossier) -> None:
    call = write(cast, dossier, EntryKind.PHONE_NOTE, counterpart=POLICE, channel="phone")
    clock = clock_of(dossier, Kind.CONFIRMATION)
    assert (clock.rule, clock.starts_at, clock.entry_id) == (Rule.DAY, call.at, call.pk)
    assert clock.due_at == call.at + timedelta(hours=24)
    write(cast, dossier, EntryKind.OUTGOING_MESSAGE, counterpart="Somebody else", direction="out")
    clock.refresh_from_db()
    assert clock.settled_at is None
    sent = write(cast, dossier, EntryKind.OUTGOING_MESSAGE, counterpart=POLICE, direction="out")
    clock.refresh_from_db()
    assert (clock.settled_at, clock.settling_entry_id) == (sent.at, sent.pk)


def test_under_a_call_stands_that_it_was_confirmed(
    cast: Cast, dossier: Dossier, client_of: Callable[..., HouseClient]
) -> None:
    client, page = client_of(cast.belgian_officer), f"/d/{dossier.reference}/"
    write(cast, dossier, EntryKind.PHONE_NOTE, counterpart=POLICE)
    assert "written confirmation due" in text_of(client.get(page))
    write(cast, dossier, EntryKind.INCOMING_MESSAGE, counterpart=POLICE, direction="in")
    shown = text_of(client.get(page))
    assert ("confirmed in writing" in shown, "written confirmation due" in shown) == (True, False)


def test_a_question_waits_for_the_host_authority_or_for_headquarters(
    cast: Cast, dossier: Dossier
) -> None:
    write(cast, dossier, EntryKind.QUESTION, counterpart=POLICE, direction="out")
    write(cast, dossier, EntryKind.QUESTION, counterpart="CGI, duty officer", direction="out")
    host, own = clock_of(dossier, Kind.HOST_AUTHORITY), clock_of(dossier, Kind.HEADQUARTERS)
    assert (host.rule, own.rule) == (Rule.TEN_DAYS_HOST, Rule.TWO_DAYS_OWNER)
    answer = write(cast, dossier, EntryKind.ANSWER, counterpart=POLICE, direction="in")
    for clock in (host, own):
        clock.refresh_from_db()
    assert (host.settling_entry_id, own.settled_at) == (answer.pk, None)
    assert clock_of(dossier, Kind.ANSWER).settled_at is None


def test_a_question_that_comes_in_starts_no_clock(cast: Cast, dossier: Dossier) -> None:
    write(cast, dossier, EntryKind.QUESTION, counterpart=POLICE, direction="in")
    assert {clock.kind for clock in Clock.objects.filter(dossier=dossier)} == {Kind.ANSWER}


@pytest.mark.parametrize(
    ("kind", "said"), [(EntryKind.ANSWER, {}), (EntryKind.REFUSAL, {"ground": "6a"})]
)
def test_an_answer_or_a_refusal_ends_the_clock(
    cast: Cast, dossier: Dossier, kind: EntryKind, said: dict[str, str]
) -> None:
    write(cast, dossier, EntryKind.PARTIAL_ANSWER, counterpart="CGI", direction="out")
    assert clock_of(dossier, Kind.ANSWER).settled_at is None
    entry = write(cast, dossier, kind, counterpart="CGI", direction="out", **said)
    clock = clock_of(dossier, Kind.ANSWER)
    assert (clock.settling_entry_id, clock.settled_as) == (entry.pk, SettledAs.DONE)
    dossier.refresh_from_db()
    assert dossier.due_at is None


def test_an_answer_that_was_written_down_later_counts_when_it_was_sent(
    cast: Cast, dossier: Dossier
) -> None:
    sent = timezone.now() - timedelta(minutes=20)
    write(cast, dossier, EntryKind.ANSWER, counterpart="CGI", direction="out", at=sent)
    assert clock_of(dossier, Kind.ANSWER).settled_at == sent


def test_an_answer_settles_no_clock_before_it_began(cast: Cast, dossier: Dossier) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    write(cast, dossier, EntryKind.ANSWER, counterpart="CGI", direction="out", at=long_ago)
    clock = clock_of(dossier, Kind.ANSWER)
    assert clock.settled_at == clock.starts_at


def test_a_clarification_stops_the_clock_until_it_is_given(cast: Cast, dossier: Dossier) -> None:
    due = clock_of(dossier, Kind.ANSWER).due_at
    now = timezone.now()
    asked, given = now - timedelta(minutes=40), now - timedelta(minutes=15)
    ask = {"counterpart": "CGI", "direction": "out", "at": asked}
    write(cast, dossier, EntryKind.CLARIFICATION_ASKED, **ask)
    write(cast, dossier, EntryKind.CLARIFICATION_ASKED, **ask)  # once more changes nothing
    clock = clock_of(dossier, Kind.ANSWER)
    assert (clock.paused_since, clock.intervals.count()) == (asked, 1)
    answer = {"counterpart": "CGI", "direction": "in", "at": given}
    write(cast, dossier, EntryKind.CLARIFICATION_GIVEN, **answer)
    clock.refresh_from_db()
    assert due is not None
    assert clock.due_at == due + timedelta(minutes=25)


def test_an_authorisation_that_was_given_lets_the_clock_run_on(
    cast: Cast, dossier: Dossier
) -> None:
    me, now = cast.belgian_officer, timezone.now()
    with as_person(me):
        clocks.pause(
            clock=clock_of(dossier, Kind.ANSWER),
            by=me,
            kind=IntervalKind.AUTHORISATION,
            starts_at=now - timedelta(minutes=30),
            expected_until=now + timedelta(days=2),
            reason="The judge is away.",
        )
    assert clock_of(dossier, Kind.ANSWER).paused_since is not None
    write(cast, dossier, EntryKind.AUTHORISATION_GIVEN, counterpart="Judge", direction="in")
    assert clock_of(dossier, Kind.ANSWER).paused_since is None


def ask_court(cast: Cast, dossier: Dossier, *, minutes: int, **said: Any) -> Entry:
    """A court is asked so many minutes ago, and expected to take two days from then."""
    at = timezone.now() - timedelta(minutes=minutes)
    said = {"direction": "out", "expected_until": at + timedelta(days=2)} | said
    return write(cast, dossier, EntryKind.AUTHORISATION_ASKED, counterpart="Judge", at=at, **said)


def test_an_authorisation_that_is_asked_for_stops_the_clock_and_has_a_deadline_until_it_comes(
    cast: Cast, dossier: Dossier
) -> None:
    asked = ask_court(cast, dossier, minutes=40, text="The records are under seal.")
    clock, expected = clock_of(dossier, Kind.ANSWER), clock_of(dossier, Kind.AUTHORISATION)
    interval = clock.intervals.get()
    assert (interval.kind, interval.reason) == (
        IntervalKind.AUTHORISATION,
        "The records are under seal.",
    )
    assert (interval.entry_id, clock.paused_since) == (asked.pk, asked.at)
    assert expected.due_at == interval.expected_until == asked.at + timedelta(days=2)
    given = write(cast, dossier, EntryKind.AUTHORISATION_GIVEN, counterpart="J", direction="in")
    clock.refresh_from_db()
    expected.refresh_from_db()
    assert (clock.paused_since, expected.settled_at) == (None, given.at)
    assert expected.settling_entry_id == given.pk


def test_a_new_estimate_takes_the_place_of_the_old_one(cast: Cast, dossier: Dossier) -> None:
    ask_court(cast, dossier, minutes=40)
    later = ask_court(cast, dossier, minutes=10)
    expected = Clock.objects.filter(dossier=dossier, kind=Kind.AUTHORISATION).unsettled()
    assert [clock.starts_at for clock in expected] == [later.at]
    clock = clock_of(dossier, Kind.ANSWER)
    assert [each.starts_at for each in clock.intervals.filter(ends_at=None)] == [later.at]


def test_another_ones_court_stops_no_clock_of_ours_but_has_a_deadline(
    cast: Cast, dossier: Dossier
) -> None:
    asked = ask_court(cast, dossier, minutes=40, direction="in")
    assert clock_of(dossier, Kind.ANSWER).paused_since is None
    expected = clock_of(dossier, Kind.AUTHORISATION)
    assert expected.starts_at == asked.at
    write(cast, dossier, EntryKind.AUTHORISATION_GIVEN, counterpart="Judge", direction="in")
    expected.refresh_from_db()
    assert expected.settled_as == SettledAs.DONE


def test_where_nothing_is_to_be_answered_a_court_has_its_deadline_all_the_same(cast: Cast) -> None:
    plain = steps.open_dossier(
        cast.belgian_officer, cast.desks["BOG"], handler=cast.belgian_officer.person_ptr
    )
    asked = ask_court(cast, plain, minutes=5)
    assert clock_of(plain, Kind.AUTHORISATION).entry_id == asked.pk
    write(cast, plain, EntryKind.ANSWER, counterpart="CGI", direction="out")
    assert clock_of(plain, Kind.AUTHORISATION).settled_as == SettledAs.DROPPED


def test_without_a_clock_nothing_follows(cast: Cast) -> None:
    plain = steps.open_dossier(
        cast.belgian_officer, cast.desks["BOG"], handler=cast.belgian_officer.person_ptr
    )
    for kind in (EntryKind.CLARIFICATION_ASKED, EntryKind.CLARIFICATION_GIVEN, EntryKind.ANSWER):
        write(cast, plain, kind, counterpart="CGI", direction="out")
        write(cast, plain, kind, counterpart="CGI", direction="in")
    assert not Clock.objects.filter(dossier=plain).exists()


def test_a_mere_contributor_moves_the_due_time_by_a_call(cast: Cast, dossier: Dossier) -> None:
    steps.write(cast.belgian_colleague, dossier, kind=EntryKind.PHONE_NOTE, counterpart=POLICE)
    steps.write(
        cast.belgian_colleague, dossier, kind=EntryKind.ANSWER, counterpart="CGI", direction="out"
    )
    dossier.refresh_from_db()
    assert dossier.due_at == clock_of(dossier, Kind.CONFIRMATION).due_at
