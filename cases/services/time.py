"""What time does: offers expire, mandates and postings end, clocks come to their moments.

Rights ended by themselves already.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from cases import notify
from lodesk import audit
from lodesk.alerts.subjects import Subject

BATCH = 200  # rows of each sort a turn
LAST_CALL = timedelta(days=3)  # before the end of a posting


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
class Leaving:
    """A posting that ends soon while work is held, and how much of it the heads of desk see."""

    person: int
    key: UUID
    country: str
    desk: str
    ends_at: datetime
    held: int
    in_sight: int
    heads: list[int]


@transaction.atomic
def tell_of_leaving() -> int:
    """Tell who leaves and the heads of desk that work is still held. Returns how many leave.

    Once two weeks before the posting ends, and once three days before (product.md section 2.6).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_leaving()")
        rows = [Leaving(*row) for row in cursor.fetchall()]
    for row in rows:
        soon = row.ends_at <= timezone.now() + LAST_CALL
        notify.posting_ends(
            Subject(id=None, reference=f"{row.country}-{row.desk}", owner=row.country),
            key=f"{row.key}:{row.desk}:{row.ends_at:%Y%m%d}:{'3' if soon else '14'}",
            ends_at=row.ends_at,
            leaver=(row.person, row.held),
            heads=(row.heads, row.in_sight),
        )
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
