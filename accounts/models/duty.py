"""The duty roster: who of a team or of a headquarters is awake, and when."""

import uuid
from datetime import timedelta

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Person
from accounts.models.places import Country, NationalGroup

LONGEST = timedelta(days=31)


class DutyQuerySet(models.QuerySet["Duty"]):
    """Turns by time."""

    def to_come(self) -> "DutyQuerySet":
        """Turns that are not over and that nobody was taken off."""
        return self.filter(taken_off_at__isnull=True, ends_at__gt=TransactionNow())


class Duty(models.Model):
    """One turn of a person. Turns may overlap; one that is over stays as it was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    country = models.CharField(max_length=2, choices=Country.choices)
    group = models.ForeignKey(NationalGroup, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    taken_off_at = models.DateTimeField(null=True)
    taken_off_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    objects = DutyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST),
                name="duty_lasts_a_month_at_most",
            ),
            models.CheckConstraint(
                condition=Q(taken_off_at__isnull=True, taken_off_by__isnull=True)
                | Q(taken_off_at__isnull=False, taken_off_by__isnull=False),
                name="duty_says_who_took_it_off",
            ),
        ]
        indexes = [models.Index(fields=["group", "ends_at"], name="duty_by_group")]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_at}"
