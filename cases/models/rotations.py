"""Rotations: the whole portfolio of an officer who leaves a desk, dossier by dossier."""

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Country, Desk, Person
from cases import policy
from cases.models.checks import in_our_time, one_of
from cases.models.dossiers import Dossier
from cases.models.handovers import Handover
from cases.states import OPEN_OFFER_STATES, OPEN_ROTATION_STATES, HandoverState, RotationState

if TYPE_CHECKING:
    from accounts.models import User


class RotationQuerySet(models.QuerySet["Rotation"]):
    """Rotations as a person may see them."""

    def visible_to(self, user: "User") -> Self:
        """The own, those of the desk one heads or the own country, and what one receives of."""
        return policy.rotations(self, user)

    def open(self) -> Self:
        """Those that are neither done nor given up."""
        return self.filter(state__in=OPEN_ROTATION_STATES)


class Rotation(models.Model):
    """One officer leaves one desk. Whose dossier goes to whom is in the lines."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    leaver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2, choices=Country.choices)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="+")
    begun_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    begun_at = models.DateTimeField(default=timezone.now)
    leaves_at = models.DateTimeField(null=True)  # the end of the posting, when it has one yet
    state = models.CharField(
        max_length=10, choices=RotationState.choices, default=RotationState.PLANNED
    )
    ended_at = models.DateTimeField(null=True)

    objects = RotationQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", RotationState.values, name="rotation_state"),
            one_of("country", Country.values, name="rotation_country"),
            models.UniqueConstraint(
                fields=["leaver", "desk"],
                condition=Q(state__in=OPEN_ROTATION_STATES),
                name="one_open_rotation_a_leaver",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_ROTATION_STATES) ^ Q(ended_at__isnull=False),
                name="rotation_ended_has_a_moment",
            ),
            in_our_time("begun_at", "leaves_at", "ended_at", name="rotation_in_our_time"),
        ]

    def __str__(self) -> str:
        return f"{self.leaver_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be planned and offered."""
        return self.state in OPEN_ROTATION_STATES


class RotationLineQuerySet(models.QuerySet["RotationLine"]):
    """Lines as a person may see them."""

    def visible_to(self, user: "User") -> Self:
        """While the dossier is in sight: of rotations one follows, and what was offered to one."""
        in_sight = Dossier.objects.visible_to(user)
        return policy.rotation_lines(self, user).filter(dossier__in=in_sight)


class RotationLine(models.Model):
    """One dossier of a rotation: to whom it is to go, and the offer that was made of it.

    Where it is follows from the offer, which is answered like any other.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rotation = models.ForeignKey(Rotation, on_delete=models.PROTECT, related_name="lines")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, null=True, related_name="+")

    objects = RotationLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rotation", "dossier"], name="once_in_a_rotation"),
            models.CheckConstraint(
                condition=Q(handover__isnull=True) | Q(receiver__isnull=False),
                name="rotation_offers_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_offered(self) -> bool:
        """Whether its offer waits for an answer."""
        return self.handover is not None and self.handover.state in OPEN_OFFER_STATES

    @property
    def is_accepted(self) -> bool:
        """Whether it has gone to its receiver."""
        return self.handover is not None and self.handover.state == HandoverState.ACCEPTED
