"""The outbox as the worker sees it: take lines in hand, and write down what became of them.

PostgreSQL does the work (`alerts_claim` and `alerts_settle` in sql/10_alerts.sql, the same for
digests in sql/20_digests.sql): no role of the application may touch the tables.
"""

from collections.abc import Sequence
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
    waiting_since: datetime  # since when it could have been sent
    event: str
    owner: str
    subject: UUID | None
    reference: str


@dataclass(frozen=True)
class DigestClaim:
    """A digest in this worker's hands, until its lease ends."""

    digest: UUID
    attempt: int
    recipient: int
    recipient_public: UUID
    waiting_since: datetime  # when it was gathered


@dataclass(frozen=True)
class SettledLine:
    """What became of one alert of a digest, as the log wants to know it."""

    alert: UUID
    state: str
    reason: str
    event: str
    owner: str
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


def claim_digests() -> list[DigestClaim]:
    """The next digests that are due; those of a morning are gathered first."""
    with acting_as(None), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM alerts_claim_digests(%s, %s)", [BATCH, int(LEASE.total_seconds())]
        )
        return [DigestClaim(*row) for row in cursor.fetchall()]


def settle_digest(
    claimed: DigestClaim,
    outcome: DeliveryState,
    *,
    told: Sequence[UUID] | None = None,
    error: str = "",
    again_at: datetime | None = None,
) -> list[SettledLine]:
    """Write down what became of a digest; no lines when another worker has it by now.

    `told` are the alerts its mail held; the others are dropped. None: there was no mail yet.
    """
    held = None if told is None else list(told)
    with acting_as(None), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM alerts_settle_digest(%s, %s, %s, %s, %s, %s::uuid[])",
            [claimed.digest, claimed.attempt, outcome.value, error, again_at, held],
        )
        return [SettledLine(*row) for row in cursor.fetchall()]


def next_try(claimed: Claim | DigestClaim) -> datetime | None:
    """When to try again after a failure; None when it is time to give up."""
    now = timezone.now()
    if now - claimed.waiting_since >= GIVE_UP_AFTER:
        return None
    return now + PAUSES[min(claimed.attempt, len(PAUSES)) - 1]
