"""Prints and packages of a dossier: asked for by one person, made by the worker, kept for a day."""

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from cases.models.checks import in_our_time, one_of
from cases.models.documents import SHA256, SealedFile
from cases.models.dossiers import Dossier

if TYPE_CHECKING:
    from accounts.models import User


class ExportForm(models.TextChoices):
    """What is made."""

    PRINT = "print", _("Print: one PDF/A")
    PACKAGE = "package", _("Package: ZIP with the print, the data and the documents")


class ExportUse(models.TextChoices):
    """What it is for: the handling codes decide what may go along (domain.md 4.2)."""

    WORK = "work", _("For my own work on it")
    PASS_ON = "pass_on", _("To pass it on to another authority")
    EVIDENCE = "evidence", _("As evidence in judicial proceedings")


class ExportState(models.TextChoices):
    """How far it is."""

    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


class ExportQuerySet(models.QuerySet["Export"]):
    """Prints and packages."""

    def visible_to(self, user: "User") -> Self:
        """One's own, of dossiers in sight."""
        return self.filter(person=user.pk, dossier__in=Dossier.objects.visible_to(user))


class Export(SealedFile):
    """One print or package, seen by who asked for it; the file is sealed like a document."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=10, choices=ExportForm.choices)
    use = models.CharField(max_length=10, choices=ExportUse.choices)
    reason = models.CharField(max_length=500)
    consent = models.CharField(max_length=200, blank=True)  # whose, when, where it is written
    language = models.CharField(max_length=2)

    state = models.CharField(
        max_length=10, choices=ExportState.choices, default=ExportState.WAITING
    )
    done = models.PositiveIntegerField(default=0)  # of the steps, so many
    steps = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)  # when the worker last went on with it

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("form", ExportForm.values, name="export_form"),
            one_of("use", ExportUse.values, name="export_use"),
            one_of("state", ExportState.values, name="export_state"),
            models.CheckConstraint(condition=~Q(reason=""), name="export_has_a_reason"),
            models.CheckConstraint(
                condition=Q(done__lte=F("steps")), name="export_within_its_steps"
            ),
            models.CheckConstraint(
                condition=~Q(state=ExportState.READY) & Q(sha256="", size=0)
                | Q(state=ExportState.READY, sha256__regex=SHA256, size__gt=0),
                name="export_ready_is_a_file",
            ),
            in_our_time("at", "touched_at", name="export_in_our_time"),
        ]
        indexes = [
            models.Index(fields=["person", "dossier"], name="export_by_person"),
            models.Index(
                fields=["at"],
                name="export_to_make",
                condition=Q(state__in=[ExportState.WAITING, ExportState.WORKING]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.state}"
