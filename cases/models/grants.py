"""Grants: guardian's direct-foreign-key rows. Every access to a dossier is one of them."""

import uuid

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.models import Person
from cases.models.dossiers import Dossier
from cases.models.handovers import Handover
from cases.models.mandates import Mandate
from cases.models.standins import StandIn
from cases.states import Level


class Grant(models.Model):
    """What every grant says besides who and what: when, by whom, because of what."""

    # Made in Python: INSERT ... RETURNING would need the row to be readable already, and a
    # shared sequence would tell one country how much another works.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    granted_at = models.DateTimeField(default=timezone.now)
    granted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, related_name="+")
    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


def once(holder: str, name: str, *besides: str) -> models.UniqueConstraint:
    """Once a mandate: who holds the same level under two keeps it when one of them ends."""
    fields = (holder, "permission", "content_object", "mandate", *besides)
    return models.UniqueConstraint(fields=fields, name=name, nulls_distinct=False)


class DossierUserPermission(Grant, UserObjectPermissionBase):
    """A level of a dossier for one person; `standin`: held in the place of the handler."""

    content_object = models.ForeignKey(Dossier, on_delete=models.CASCADE)
    standin = models.ForeignKey(
        StandIn, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        unique_together = []
        constraints = [once("user", "grant_of_a_person_once", "standin")]
        indexes = [
            models.Index(
                fields=["content_object", "user"],
                name="grant_of_a_standin",
                condition=Q(standin__isnull=False),
            ),
        ]


class DossierGroupPermission(Grant, GroupObjectPermissionBase):
    """A level of a dossier for a national group."""

    content_object = models.ForeignKey(Dossier, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
        unique_together = []
        constraints = [once("group", "grant_of_a_group_once")]


class GrantHistory(models.Model):
    """Every grant and its end, written by the database: who could see it on 3 March."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.UUIDField(unique=True)
    dossier = models.ForeignKey(
        Dossier, on_delete=models.CASCADE, related_name="grant_history", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, related_name="+")
    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, null=True, related_name="+")
    standin = models.ForeignKey(
        StandIn, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["dossier", "granted_at"], name="history_by_dossier")]

    def __str__(self) -> str:
        return f"{self.level} {self.granted_at}"
