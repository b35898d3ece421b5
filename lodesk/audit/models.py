"""The log: one row for every act, linked into one chain per owner country.

Directive (EU) 2016/680 art. 25(1): logs of collection, alteration, consultation, disclosure,
combination and erasure, showing reason, date, time and who; product.md section 7.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Chain(models.TextChoices):
    """Whose log a row is in: a country's, or that of operations."""

    BE = "BE", "BE"
    NL = "NL", "NL"
    LU = "LU", "LU"
    OPS = "OPS", "OPS"


class LogRow(models.Model):
    """One act: who, when, what, from where, why.

    Written by `lodesk.audit.log` only. The database fills in the moment, the country of the
    person, the salt and the digest; the sealer fills in the last three columns, once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    chain = models.CharField(max_length=3, choices=Chain.choices)
    at = models.DateTimeField(default=timezone.now)
    actor = models.IntegerField(null=True)  # number of the person; null is the system
    actor_country = models.CharField(max_length=2, blank=True)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=60, blank=True)
    target_id = models.UUIDField(null=True)
    reference = models.CharField(max_length=40, blank=True)
    mandate = models.CharField(max_length=40, blank=True)
    ip = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)

    # What people typed. Erasable: the chain knows only the digest of salt, reason and text.
    why = models.TextField(blank=True)
    personal = models.TextField(blank=True)
    salt = models.BinaryField(default=b"")
    digest = models.CharField(max_length=64, blank=True)

    position = models.BigIntegerField(null=True)
    previous = models.CharField(max_length=64, null=True)  # noqa: DJ001  (null is "not sealed yet")
    hash = models.CharField(max_length=64, null=True)  # noqa: DJ001

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "position"], name="log_position_once"),
            models.CheckConstraint(condition=Q(chain__in=Chain.values), name="log_chain_known"),
            models.CheckConstraint(condition=~Q(action=""), name="log_action_named"),
            models.CheckConstraint(
                condition=Q(position__isnull=True, previous__isnull=True, hash__isnull=True)
                | Q(position__gte=1, previous__isnull=False, hash__isnull=False),
                name="log_sealed_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["chain", "-at", "-id"], name="log_newest_first"),
            models.Index(fields=["chain", "actor", "-at"], name="log_by_actor"),
            models.Index(fields=["chain", "reference", "-at"], name="log_by_reference"),
            models.Index(
                fields=["chain", "at", "id"],
                condition=Q(position__isnull=True),
                name="log_to_be_sealed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.position or '-'} {self.action}"


class ChainHead(models.Model):
    """How far a chain is sealed: a row cut off at its end is missed, too."""

    chain = models.CharField(max_length=3, choices=Chain.choices, primary_key=True)
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.chain} {self.position}"
