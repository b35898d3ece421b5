"""Documents of a dossier: what they are called, their unchangeable versions, and what is arriving.

The files themselves lie sealed in the storage `documents` (lodesk/files); here stands what is said
of them, and the key of each file, wrapped by the key of the owner country.
"""

import uuid
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from cases.models.checks import among, in_our_time, one_of
from cases.models.dossiers import Dossier, HandlingCode
from cases.models.entries import Entry
from lodesk.files.keys import WrappedKey

if TYPE_CHECKING:
    from accounts.models import User

SHA256 = r"^[0-9a-f]{64}$"
LONGEST_TITLE = 200


class DocumentQuerySet(models.QuerySet["Document"]):
    """Documents of the dossiers in sight."""

    def visible_to(self, user: "User") -> Self:
        """The first wall: no dossier, no document."""
        return self.filter(dossier__in=Dossier.objects.visible_to(user))


class Document(models.Model):
    """A document. It is never deleted by a person: withdrawn with a reason, or destroyed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="documents")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="documents")
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    language = models.CharField(_("language"), max_length=2, default="en")
    handling_codes = ArrayField(
        models.CharField(max_length=2, choices=HandlingCode.choices), default=list, blank=True
    )
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    destroyed_at = models.DateTimeField(null=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            among("handling_codes", HandlingCode.values, name="document_handling_codes"),
            in_our_time("at", "withdrawn_at", "destroyed_at", name="document_in_our_time"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason=""),
                name="document_withdrawn_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["dossier", "-at"], name="document_by_dossier")]

    def __str__(self) -> str:
        return self.title


class SealedFile(models.Model):
    """A file in the store under a random name, and its key."""

    file = models.CharField(max_length=60, unique=True)
    key_name = models.CharField(max_length=20)
    wrapped_key = models.BinaryField(default=bytes)

    class Meta:
        abstract = True

    @property
    def held_key(self) -> WrappedKey:
        """The wrapped key of the file."""
        return WrappedKey(self.key_name, bytes(self.wrapped_key))


class StoredFile(SealedFile):
    """What a version and an arriving file have in common: a sealed file, and what it is."""

    file_name = models.CharField(max_length=255)  # as its owner called it
    kind = models.CharField(max_length=100)  # media type, from the content
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True


class DocumentVersion(StoredFile):
    """One version: a file that never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(default=0)  # the database counts
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="version_number_once"),
            models.CheckConstraint(
                condition=Q(sha256__regex=SHA256) & Q(size__gt=0), name="version_is_a_file"
            ),
            in_our_time("at", name="version_in_our_time"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.number}"


class UploadState(models.TextChoices):
    """How far a file has come."""

    ARRIVING = "arriving"
    ARRIVED = "arrived"
    REFUSED = "refused"
    USED = "used"


class UploadQuerySet(models.QuerySet["Upload"]):
    """Files on their way."""

    def visible_to(self, user: "User") -> Self:
        """One's own, for dossiers in sight."""
        return self.filter(person=user.pk, dossier__in=Dossier.objects.visible_to(user))


class Upload(StoredFile):
    """A file on its way, seen by who sends it only; forgotten when it is not finished in a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=UploadState.choices, default=UploadState.ARRIVING
    )
    problem = models.CharField(max_length=20, blank=True)
    received = models.BigIntegerField(default=0)
    parts = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", UploadState.values, name="upload_state"),
            models.CheckConstraint(
                condition=Q(size__gt=0, received__gte=0, received__lte=models.F("size")),
                name="upload_within_its_size",
            ),
            models.CheckConstraint(
                condition=Q(sha256="") | Q(sha256__regex=SHA256), name="upload_digest"
            ),
            in_our_time("at", name="upload_in_our_time"),
        ]
        indexes = [models.Index(fields=["person", "dossier"], name="upload_by_person")]

    def __str__(self) -> str:
        return f"{self.state} {self.received}/{self.size}"
