"""What an entry does to the clocks of its dossier (product.md section 3, "Requests have clocks").

A call is to be confirmed in writing, a question waits for its answer, a clarification stops the
clock until it is given, an answer or a refusal ends it. Who records the entry need not know.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from cases.clocks import IntervalKind, Kind, Rule
from cases.models import Clock, ClockInterval, Entry
from cases.models.entries import Direction, EntryKind
from cases.selectors import places
from cases.selectors.clocks import answer_clock
from cases.services import answering, clocks, first_look

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

LONGEST = 120  # letters of what a clock says
LONGEST_REASON = 500  # letters of why it stands still


def follow(*, entry: Entry, by: "User", expected_until: datetime | None = None) -> None:
    """Start, pause, resume and settle what this entry starts, pauses, resumes and settles.

    `expected_until`: until when the authorisation is expected to take that is asked for.
    """
    clocks.hold(entry.dossier)
    first_look.looked(dossier=entry.dossier, by=by, entry=entry)
    if entry.kind == EntryKind.AUTHORISATION_ASKED and expected_until is not None:
        _court_asked(entry, by, expected_until)
    consequence = CONSEQUENCES.get((entry.kind, entry.direction))
    if consequence is not None:
        consequence(entry, by)


def _to_be_confirmed(entry: Entry, by: "User") -> None:
    _start(entry, by, Kind.CONFIRMATION, Rule.DAY)


def _asked(entry: Entry, by: "User") -> None:
    if _is_headquarters(entry):
        _start(entry, by, Kind.HEADQUARTERS, Rule.TWO_DAYS_OWNER)
    else:
        _start(entry, by, Kind.HOST_AUTHORITY, Rule.TEN_DAYS_HOST)


def _answered(entry: Entry, by: "User") -> None:
    answering.answered(dossier=entry.dossier, by=by, entry=entry)


def _answer_came(entry: Entry, by: "User") -> None:
    _settle(entry, by, Kind.HOST_AUTHORITY, Kind.HEADQUARTERS)


def _confirmed(entry: Entry, by: "User") -> None:
    _settle(entry, by, Kind.CONFIRMATION)


def _start(entry: Entry, by: "User", kind: Kind, rule: Rule) -> None:
    clocks.start(
        dossier=entry.dossier,
        by=by,
        kind=kind,
        rule=rule,
        starts_at=entry.at,
        entry=entry,
        text=entry.counterpart[:LONGEST],
    )


def _settle(entry: Entry, by: "User", *kinds: Kind) -> None:
    """What was waited for from this very counterpart has come, or was confirmed to it."""
    waiting = Clock.objects.filter(
        dossier=entry.dossier_id,
        kind__in=kinds,
        entry__counterpart=entry.counterpart,
        starts_at__lte=entry.at,
    )
    for clock in waiting.unsettled():
        clocks.settle(clock=clock, by=by, at=entry.at, entry=entry)


def _pause(entry: Entry, by: "User") -> None:
    """The clock stands from when the other side received the question (art. 6(3))."""
    clock = answer_clock(entry.dossier)
    if clock is None or entry.at < clock.starts_at or _open(clock).exists():
        return
    clocks.pause(
        clock=clock, by=by, kind=IntervalKind.CLARIFICATION, starts_at=entry.at, entry=entry
    )


def _court_asked(entry: Entry, by: "User", expected_until: datetime) -> None:
    """The clock stands still for as long as a court takes (art. 5(2)); a new estimate replaces one.

    Where the other side asks its court, or nothing is to be answered, only the estimate is kept.
    """
    clock = answer_clock(entry.dossier)
    if entry.direction == Direction.OUT and clock is not None and entry.at >= clock.starts_at:
        _resume(entry, by, IntervalKind.AUTHORISATION)
        if not _open(clock, IntervalKind.AUTHORISATION).exists():
            clocks.pause(
                clock=clock,
                by=by,
                kind=IntervalKind.AUTHORISATION,
                starts_at=entry.at,
                entry=entry,
                expected_until=expected_until,
                reason=entry.text[:LONGEST_REASON],
            )
            return
    clocks.await_court(
        dossier=entry.dossier,
        by=by,
        since=entry.at,
        expected_until=expected_until,
        entry=entry,
    )


def _clarified(entry: Entry, by: "User") -> None:
    _resume(entry, by, IntervalKind.CLARIFICATION)


def _authorised(entry: Entry, by: "User") -> None:
    _resume(entry, by, IntervalKind.AUTHORISATION)
    waiting = Clock.objects.filter(
        dossier=entry.dossier_id, kind=Kind.AUTHORISATION, starts_at__lte=entry.at
    )
    for clock in waiting.unsettled():
        clocks.settle(clock=clock, by=by, at=entry.at, entry=entry)


def _resume(entry: Entry, by: "User", kind: IntervalKind) -> None:
    clock = answer_clock(entry.dossier)
    if clock is None:
        return
    for interval in _open(clock, kind).filter(starts_at__lte=entry.at):
        clocks.resume(interval=interval, by=by, ends_at=entry.at, entry=entry)


def _open(
    clock: Clock, kind: IntervalKind = IntervalKind.CLARIFICATION
) -> "QuerySet[ClockInterval]":
    return ClockInterval.objects.filter(clock=clock, kind=kind, ends_at__isnull=True)


def _is_headquarters(entry: Entry) -> bool:
    """Whether the question goes to the own headquarters, by its short name: CGI, LIRC, DRI."""
    own = places.headquarters()[entry.dossier.owner]
    return own.short_name.casefold() in entry.counterpart.casefold().replace(",", " ").split()


# (kind, direction) of an entry -> what it does. What is not here does nothing.
CONSEQUENCES: Mapping[tuple[str, str], Callable[[Entry, "User"], None]] = {
    (EntryKind.PHONE_NOTE, Direction.NONE): _to_be_confirmed,
    (EntryKind.QUESTION, Direction.OUT): _asked,
    (EntryKind.ANSWER, Direction.OUT): _answered,
    (EntryKind.REFUSAL, Direction.OUT): _answered,
    (EntryKind.ANSWER, Direction.IN): _answer_came,
    (EntryKind.REFUSAL, Direction.IN): _answer_came,
    (EntryKind.INCOMING_MESSAGE, Direction.IN): _confirmed,
    (EntryKind.OUTGOING_MESSAGE, Direction.OUT): _confirmed,
    (EntryKind.CLARIFICATION_ASKED, Direction.OUT): _pause,
    (EntryKind.CLARIFICATION_GIVEN, Direction.IN): _clarified,
    (EntryKind.AUTHORISATION_GIVEN, Direction.IN): _authorised,
}
