"""Looking at the outbox, and letting time pass for it; both as the owner of the tables."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from lodesk.alerts.models import Alert, Delivery, Digest


def only_line() -> Delivery:
    """The one line of the outbox."""
    return Delivery.objects.select_related("alert").get()


def make_due() -> None:
    """Let every pause, every lease and every night be over, each since a moment of its own."""
    for lines in (Delivery, Digest):
        lines.objects.update(next_try_at=F("next_try_at") - timedelta(days=2))


def age(hours: int) -> None:
    """Let every alert be this old."""
    Alert.objects.update(created_at=timezone.now() - timedelta(hours=hours))
