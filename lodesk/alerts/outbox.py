"""The outbox as the worker sees it: take lines in hand, and write down what became of them.

PostgreSQL does the work (`alerts_claim` and `alerts_settle` in sql/10_alerts.sql): no role of the
application may touch the table.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from lodesk.alerts.models import DeliveryState
from lodesk.border.context import acting_as

BATCH = 20
LEASE = timedelta(seconds=30)
# A server that was away for an hour is tried again at the latest ten minutes after it is back.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300, 600))
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Claim:
    """A line of the outbox in this worker's hands, until its lease ends."""

    delivery: UUID
    attempt: int
    alert: UUID
    recipient: int
    recipient_public: UUID
    created_at: datetime
    event: str
    owner: str
    subject: UUID | None
    reference: str


def claim() -> list[Claim]:
    """The next lines that are due; a line goes to one worker only."""
    with acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM alerts_claim(%s, %s)", [BATCH, int(LEASE.total_seconds())])
        return [Claim(*row) for row in cursor.fetchall()]


def settle(
    claimed: Claim, outcome: DeliveryState, *, error: str = "", again_at: datetime | None = None
) -> bool:
    """Write down what became of a line; False when another worker has it by now."""
    with acting_as(None), connection.cursor() as cursor:
        cursor.execute(
            "SELECT alerts_settle(%s, %s, %s, %s, %s)",
            [claimed.delivery, claimed.attempt, outcome.value, error, again_at],
        )
        return bool(cursor.fetchone()[0])


def next_try(claimed: Claim) -> datetime | None:
    """When to try again after a failure; None when it is time to give up."""
    now = timezone.now()
    if now - claimed.created_at >= GIVE_UP_AFTER:
        return None
    return now + PAUSES[min(claimed.attempt, len(PAUSES)) - 1]
