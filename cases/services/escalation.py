"""What nobody answers reminds, then goes up, never outside the owner country (product.md 4, 5)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from cases import notify
from lodesk.alerts.subjects import Subject

BATCH = 200  # offers a turn


@dataclass(frozen=True)
class Unanswered:
    """A moment of an open offer that has come, and who is told why."""

    event: str
    handover: UUID
    mandate: UUID | None
    number: str  # of the mandate; empty without one
    answer_by: datetime
    dossier: UUID
    reference: str
    owner: str
    because: str
    told: list[int]


@transaction.atomic
def remind_of_offers() -> int:
    """Tell of offers and mandates that wait, each moment once. Returns how many tellings.

    The function remembers in the same transaction that it was told, as `cases_remind` does.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_offers_waiting(%s)", [BATCH])
        rows = [Unanswered(*row) for row in cursor.fetchall()]
    for row in rows:
        notify.unanswered(
            row.event,
            Subject(id=row.dossier, reference=row.reference, owner=row.owner),
            handover=row.handover,
            mandate=row.mandate,
            number=row.number,
            answer_by=row.answer_by,
            because=row.because,
            told=row.told,
        )
    return len(rows)
