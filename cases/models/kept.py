"""Rows that somebody makes and somebody ends, at a moment, and that are never deleted."""

import uuid

from django.db import models
from django.db.models import BaseConstraint, CheckConstraint, Q
from django.utils import timezone

from accounts.models import Person
from cases.models.checks import in_our_time


class Kept(models.Model):
    """Who made it and when; who ended it, when and why. The database sets both moments."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


NOT_ENDED = Q(ended_at__isnull=True)


def kept(name: str) -> list[BaseConstraint]:
    """What has ended says who ended it; what has not says nothing of an end."""
    still = NOT_ENDED & Q(ended_by__isnull=True, ended_reason="")
    over = Q(ended_at__isnull=False, ended_by__isnull=False)
    return [
        CheckConstraint(condition=still | over, name=f"{name}_ended_by_somebody"),
        in_our_time("made_at", "ended_at", name=f"{name}_in_our_time"),
    ]
