"""What time does: offers expire, mandates and postings end, clocks come to their moments.

Rights ended by themselves already.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from cases import notify
from lodesk import audit
from lodesk.alerts.subjects import Subject

BATCH = 200  # rows of each sort a turn


@dataclass(frozen=True)
class Ended:
    """One thing that time ended, and who is concerned: `told` of it, `lost` sight by it."""

    event: str
    dossier: UUID
    reference: str
    owner: str
    mandate: str
    subject: UUID
    told: list[int]
    lost: list[int]


@transaction.atomic
def tidy_up() -> int:
    """Close what has ended, log it as done by the system, and tell. Returns how many things."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_tidy_up(%s)", [BATCH])
        rows = [Ended(*row) for row in cursor.fetchall()]
    for row in rows:
        audit.log(
            by=None,
            action=row.event,
            chain=row.owner,
            target="cases.dossier",
            target_id=row.dossier,
            reference=row.reference,
            mandate=row.mandate,
        )
        subject = Subject(id=row.dossier, reference=row.reference, owner=row.owner)
        notify.ended_by_time(row.event, subject, key=str(row.subject), told=row.told, lost=row.lost)
    return len(rows)


@dataclass(frozen=True)
class Reminder:
    """A moment of a clock that has come, and who is told why."""

    event: str
    clock: UUID
    kind: str
    due_at: datetime
    dossier: UUID
    reference: str
    owner: str
    because: str
    told: list[int]


@transaction.atomic
def remind() -> int:
    """Tell of what is nearly due, due and overdue, each moment once. Returns how many tellings.

    The function remembers in the same transaction that it was told: a worker that dies tells again
    what nobody was told, and one that was away tells only the last of what it missed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_remind(%s)", [BATCH])
        rows = [Reminder(*row) for row in cursor.fetchall()]
    for row in rows:
        notify.due(
            row.event,
            Subject(id=row.dossier, reference=row.reference, owner=row.owner),
            clock=row.clock,
            kind=row.kind,
            due_at=row.due_at,
            because=row.because,
            told=row.told,
        )
    return len(rows)
