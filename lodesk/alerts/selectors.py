"""The inbox: a person's own alerts, newest first, in the reader's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from accounts.zones import Zones
from lodesk.alerts.models import Alert, AlertQuerySet
from lodesk.alerts.wording import wording_of

PAGE = 25
Way = Literal["older", "newer"]


@dataclass(frozen=True)
class AlertRow:
    """One line of the inbox."""

    id: UUID
    at: datetime
    unread: bool
    owner: str
    reference: str
    url: str  # "" when there is nothing to open any more
    headline: str
    detail: str


@dataclass(frozen=True)
class InboxPage:
    """Some lines, and the alerts from which the neighbouring pages go on."""

    rows: Sequence[AlertRow]
    older_than: UUID | None = None
    newer_than: UUID | None = None


def inbox(*, user: User, zones: Zones, start: UUID | None = None, way: Way = "older") -> InboxPage:
    """A page of the inbox, beside the alert `start`; from the newest without one."""
    mine = Alert.objects.visible_to(user)
    at = mine.filter(pk=start).first() if start else None
    found = list(_beside(mine, at, way)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if at is not None and way == "newer":
        found.reverse()
        older, newer = True, more
    else:
        older, newer = more, at is not None
    return InboxPage(
        rows=[_row(alert, zones) for alert in found],
        older_than=found[-1].pk if found and older else None,
        newer_than=found[0].pk if found and newer else None,
    )


def unread_count(*, user: User, cap: int = 99) -> int:
    """How many alerts are unread, counted no further than one more than `cap` ("99+")."""
    return Alert.objects.visible_to(user).unread()[: cap + 1].count()


def _beside(alerts: AlertQuerySet, at: Alert | None, way: Way) -> AlertQuerySet:
    if at is None:
        return alerts.order_by("-created_at", "-id")
    if way == "newer":
        later = Q(created_at__gt=at.created_at) | Q(created_at=at.created_at, id__gt=at.pk)
        return alerts.filter(later).order_by("created_at", "id")
    earlier = Q(created_at__lt=at.created_at) | Q(created_at=at.created_at, id__lt=at.pk)
    return alerts.filter(earlier).order_by("-created_at", "-id")


def _row(alert: Alert, zones: Zones) -> AlertRow:
    words = wording_of(alert, zones)
    return AlertRow(
        id=alert.pk,
        at=alert.created_at,
        unread=alert.read_at is None,
        owner=alert.owner,
        reference=alert.reference,
        url=alert.path,
        headline=words.headline,
        detail=" · ".join(f"{fact.label}: {fact.value}" for fact in words.facts),
    )
