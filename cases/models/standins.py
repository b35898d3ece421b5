"""Stand-ins: who does the work of somebody absent, at one desk, until a moment."""

import uuid
from typing import TYPE_CHECKING

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Country, Desk, Person
from cases import policy
from cases.models.checks import in_our_time
from cases.models.dossiers import Dossier

if TYPE_CHECKING:
    from accounts.models import User


class StandInQuerySet(models.QuerySet["StandIn"]):
    """Stand-ins by reader and by time."""

    def visible_to(self, user: "User") -> "StandInQuerySet":
        """Those one has a part in, of the team one leads, and at headquarters of the own country.

        Never one for a dossier out of sight.
        """
        return policy.stand_ins(self, user, Dossier.objects.visible_to(user))

    def planned(self) -> "StandInQuerySet":
        """Those that stand or are to come, by the database's time."""
        return self.filter(
            ended_at__isnull=True, over_at__isnull=True, ends_at__gt=TransactionNow()
        )


class StandIn(models.Model):
    """Somebody of the same country and desk who does the work of a person who is absent.

    For one dossier, or for all the person handles at the desk. It gives no right by itself: the
    rights are grants, given when it begins and taken when it ends (cases/sql/56_standins.sql).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    absent = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    stand_in = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2, choices=Country.choices)  # set by the database
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="+", db_index=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)

    # Kept by the database alone. The last of a chain of stand-ins; nobody when it has no end.
    acting = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    told = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    begun_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)

    objects = StandInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="standin_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(absent=F("stand_in")), name="standin_of_two_people"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="standin_ended_by_somebody",
            ),
            in_our_time(
                "starts_at", "ends_at", "made_at", "ended_at", "begun_at", "over_at",
                name="standin_in_our_time",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["desk", "country"],
                name="standin_by_desk",
                condition=Q(over_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
