"""Entries: the timeline of a dossier. Never edited silently, never deleted."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from cases.models.checks import among, in_our_time, one_of
from cases.models.dossiers import Dossier, HandlingCode


class EntryKind(models.TextChoices):
    """Kinds of entries; the working file of a later version adds messages and questions."""

    NOTE = "note", _("Note")
    EVENT = "event", _("Event")


class Entry(models.Model):
    """One line of the timeline: a note by a person, or an event the system recorded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="en")
    handling_codes = ArrayField(
        models.CharField(max_length=2, choices=HandlingCode.choices), default=list, blank=True
    )
    event = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            one_of("kind", EntryKind.values, name="entry_kind"),
            among("handling_codes", HandlingCode.values, name="entry_handling_codes"),
            in_our_time("at", name="entry_in_our_time"),
        ]
        indexes = [models.Index(fields=["dossier", "-at"], name="entry_by_dossier")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
