"""What opening, changing, answering, asking again and closing do to the clocks of a dossier."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from cases.clocks import Kind, Rule, SettledAs
from cases.models import Clock, Dossier, Entry
from cases.selectors.clocks import answer_clock
from cases.services import clocks, first_look

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def chase(*, clock: Clock, by: "User", at: datetime, entry: Entry | None = None) -> Clock:
    """The host authority was reminded: five working days of its country more."""
    if clock.kind != Kind.HOST_AUTHORITY:
        raise ValueError("only a host authority is reminded like this")
    clocks.settle(clock=clock, by=by, at=at, entry=entry, settled_as=SettledAs.REPLACED)
    return clocks.start(
        dossier=clock.dossier,
        by=by,
        kind=clock.kind,
        rule=Rule.FIVE_DAYS_HOST,
        starts_at=at,
        entry=entry,
        text=clock.text,
    )


def answer_by(
    *, dossier: Dossier, by: "User", rule: str, received_at: datetime, due_at: datetime | None
) -> None:
    """Make the clock for the answer what a dossier's form says; it stays when nothing changes."""
    clocks.hold(dossier)
    before = answer_clock(dossier)
    term_at = clocks.term(dossier, rule, received_at) or due_at
    if before is not None and term_at is None:
        clocks.settle(clock=before, by=by, settled_as=SettledAs.DROPPED)
    if term_at is None:
        return
    wanted = (rule, received_at, term_at)
    if before is None or (before.rule, before.starts_at, before.term_at) != wanted:
        clocks.start(
            dossier=dossier,
            by=by,
            kind=Kind.ANSWER,
            rule=rule,
            starts_at=received_at,
            due_at=due_at,
        )


def answered(*, dossier: Dossier, by: "User", entry: Entry | None = None) -> None:
    """The answer has gone out, or the refusal: its clock is settled, at the time of the entry.

    What was sent in time and written down later is not late.
    """
    clocks.hold(dossier)
    first_look.not_needed(dossier=dossier, by=by, entry=entry)
    clock = answer_clock(dossier)
    if clock is None:
        clocks.court_is_not_needed(dossier, by, entry)
    else:
        at = max(entry.at, clock.starts_at) if entry else None
        clocks.settle(clock=clock, by=by, at=at, entry=entry)


def close(*, dossier: Dossier, by: "User") -> None:
    """Nothing more is due but the review, six months from now at the latest (art. 16(4))."""
    clocks.hold(dossier)
    for clock in Clock.objects.filter(dossier=dossier).unsettled().exclude(kind=Kind.AUTHORISATION):
        clocks.settle(clock=clock, by=by, settled_as=SettledAs.DROPPED)
    clocks.court_is_not_needed(dossier, by, None)
    clocks.start(
        dossier=dossier,
        by=by,
        kind=Kind.REVIEW,
        rule=Rule.SIX_MONTHS,
        starts_at=timezone.now(),
    )
