"""Mandates: the only door across the border."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Country, Desk, NationalGroup, Person
from cases.models.checks import among, in_our_time, one_of
from cases.models.dossiers import Dossier, Kind, Purpose
from cases.states import Level, MandateState


class MandateQuerySet(models.QuerySet["Mandate"]):
    """Mandates by time."""

    def valid_now(self) -> "MandateQuerySet":
        """Given, and within their dates at the database's time: no sweep is needed."""
        return self.filter(
            state=MandateState.GIVEN, starts_at__lte=TransactionNow(), ends_at__gt=TransactionNow()
        )


class Mandate(models.Model):
    """Permission of the owner country for somebody of another country (product.md 2.3).

    It covers one dossier, or is standing: a desk, kinds of dossier and a period.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, default="", editable=False)  # set by the database
    owner = models.CharField(max_length=2, choices=Country.choices)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, null=True)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, null=True)
    kinds = ArrayField(
        models.CharField(max_length=20, choices=Kind.choices), default=list, blank=True
    )
    receiver_country = models.CharField(max_length=2, choices=Country.choices)
    receiver_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+"
    )
    receiver_group = models.ForeignKey(
        NationalGroup, on_delete=models.PROTECT, null=True, related_name="+"
    )
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    purpose_text = models.CharField(_("what for"), max_length=300, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    conditions = models.CharField(_("conditions"), max_length=500, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    state = models.CharField(
        max_length=10, choices=MandateState.choices, default=MandateState.ASKED
    )
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(_("reason"), max_length=500, blank=True)
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="mandate_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(owner=F("receiver_country")), name="mandate_crosses_the_border"
            ),
            models.CheckConstraint(
                condition=Q(receiver_person__isnull=True) ^ Q(receiver_group__isnull=True),
                name="mandate_names_one_receiver",
            ),
            models.CheckConstraint(
                condition=Q(dossier__isnull=True) ^ Q(desk__isnull=True),
                name="mandate_for_a_dossier_or_a_desk",
            ),
            models.CheckConstraint(
                condition=Q(level__in=[Level.VIEW, Level.CONTRIBUTE, Level.HANDLE]),
                name="mandate_never_oversees",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[MandateState.ASKED, MandateState.ENDED])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="asker_never_decides",
            ),
            models.UniqueConstraint(fields=["owner", "number"], name="mandate_number_once"),
            one_of("purpose", Purpose.values, name="mandate_purpose"),
            one_of("state", MandateState.values, name="mandate_state"),
            among("kinds", Kind.values, name="mandate_kinds"),
            in_our_time("starts_at", "ends_at", "asked_at", name="mandate_in_our_time"),
        ]
        indexes = [models.Index(fields=["state", "ends_at"], name="mandate_by_end")]

    def __str__(self) -> str:
        return self.number
