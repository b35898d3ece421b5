"""Mails of many alerts to one person: of a morning, or of one event that happened to many dossiers.

They are sent like any other. Each alert is looked at again as its recipient when the mail is made;
those out of sight by then are left out and dropped. The key of a digest, and with it the
Message-ID, stays however often it is tried.
"""

from datetime import datetime
from uuid import UUID

from django.core.mail import EmailMultiAlternatives

from lodesk.alerts import outbox
from lodesk.alerts.mail import compose_digest
from lodesk.alerts.models import OPEN_STATES, Alert, Channel, Delivery, DeliveryState
from lodesk.alerts.outbox import DigestClaim
from lodesk.alerts.sending import LOGGED, Dropped, log_unsent, recipient, work_through
from lodesk.border.context import acting_as


def send_due() -> None:
    """Send the digests that are due."""
    work_through(ManyAlerts())


class ManyAlerts:
    """Many alerts, one mail."""

    def __init__(self) -> None:
        self._told: dict[UUID, list[UUID]] = {}  # what the mail of a digest held

    def claim(self) -> list[DigestClaim]:
        """Take the next digests in hand."""
        return outbox.claim_digests()

    def prepare(self, claimed: DigestClaim) -> EmailMultiAlternatives | Dropped:
        """Make the mail of what its recipient may still see."""
        with acting_as(claimed.recipient):
            user = recipient(claimed)
            if user is None:
                return Dropped("account_closed")
            alerts = list(
                Alert.objects.visible_to(user)
                .filter(deliveries__digest=claimed.digest, deliveries__state__in=OPEN_STATES)
                .order_by("created_at", "pk")
            )
            if not alerts:
                return Dropped("no_access")
            self._told[claimed.digest] = [alert.pk for alert in alerts]
            return compose_digest(
                alerts,
                user,
                digest=claimed.digest,
                made_at=claimed.waiting_since,
                morning=_waited_for_the_morning(claimed),
            )

    def settle(
        self,
        claimed: DigestClaim,
        outcome: DeliveryState,
        *,
        error: str = "",
        again_at: datetime | None = None,
    ) -> None:
        """Write it down line by line, and in the log what will not be sent."""
        told = self._told.pop(claimed.digest, None)
        with acting_as(None):
            lines = outbox.settle_digest(
                claimed, outcome, told=told, error=error, again_at=again_at
            )
            for line in lines:
                state = DeliveryState(line.state)
                if state in LOGGED:
                    log_unsent(line, claimed.recipient_public, state, line.reason)


def _waited_for_the_morning(claimed: DigestClaim) -> bool:
    return Delivery.objects.filter(digest=claimed.digest, channel=Channel.DIGEST).exists()
