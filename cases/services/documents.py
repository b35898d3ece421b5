"""Add documents and versions, withdraw them, open them. What was added never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import policy
from cases.models import Document, DocumentVersion, Dossier, Entry, Upload
from cases.models.documents import UploadState
from cases.services.journal import log
from cases.states import Step
from lodesk.files import store
from lodesk.files.keys import keyring
from lodesk.files.sealing import SealedReader

if TYPE_CHECKING:
    from accounts.models import User


class NotArrivedError(Exception):
    """A file is not there to be added: not finished, added already, or somebody else's."""


class ReasonNeededError(Exception):
    """Who does not work on the dossier, or opens what was withdrawn, says why."""


@dataclass(frozen=True)
class Titled:
    """A file that arrived, and what the document is called."""

    upload: UUID
    title: str


@transaction.atomic
def add(
    *,
    dossier: Dossier,
    by: "User",
    files: Sequence[Titled],
    language: str,
    handling_codes: Sequence[str] = (),
    entry: Entry | None = None,
) -> list[Document]:
    """Add documents, all or none; to an entry of one's own, or by themselves."""
    dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    policy.require(by, Step.CONTRIBUTE, dossier)
    uploads = _arrived(dossier, by, [each.upload for each in files])
    made = [
        Document(
            dossier=dossier, entry=entry, title=each.title, language=language,
            handling_codes=list(handling_codes), added_by_id=by.pk,
        )
        for each in files
    ]  # fmt: skip
    versions = [
        _version(document, uploads[each.upload], by)
        for document, each in zip(made, files, strict=True)
    ]
    Document.objects.bulk_create(made)
    DocumentVersion.objects.bulk_create(versions)
    for document, version in zip(made, versions, strict=True):
        _log(by, "document.added", document, version, codes=list(handling_codes))
    return made


@transaction.atomic
def add_version(*, document: Document, by: "User", upload: UUID) -> DocumentVersion:
    """Replace a document by a newer version; the old ones stay readable."""
    document = _visible(document, by)
    policy.require(by, Step.CONTRIBUTE, document.dossier)
    if document.withdrawn_at is not None or document.destroyed_at is not None:
        raise PermissionDenied(_("A document that was withdrawn takes no newer version."))
    version = _version(document, _arrived(document.dossier, by, [upload])[upload], by)
    DocumentVersion.objects.bulk_create([version])
    version.refresh_from_db(fields=["number", "at"])
    _log(by, "document.replaced", document, version)
    return version


@transaction.atomic
def withdraw(*, document: Document, by: "User", reason: str) -> Document:
    """Say that a document no longer counts, and why. It stays, and can be opened with a reason."""
    document = _visible(document, by)
    policy.require(by, Step.WITHDRAW_DOCUMENT, document)
    Document.objects.filter(pk=document.pk).update(
        withdrawn_at=timezone.now(), withdrawn_by=by.pk, withdrawn_reason=reason
    )
    document.refresh_from_db()
    log(by, "document.withdrawn", document.dossier, why=reason, document=document.pk)
    return document


def look_at(*, document: Document, by: "User") -> None:
    """Log that a person looked at what is said of a document (art. 25)."""
    log(by, "document.viewed", document.dossier, document=document.pk)


@transaction.atomic
def open_version(*, version: DocumentVersion, by: "User", why: str = "") -> SealedReader:
    """Log the disclosure and give the content; read the rows now, stream afterwards."""
    document = _visible(version.document, by)
    policy.require(by, Step.VIEW, document.dossier)
    if not why and needs_reason(document, by):
        raise ReasonNeededError
    owner = document.dossier.owner
    key = keyring().unwrap(version.held_key, country=owner, name=version.file)
    reader = store.read(version.file, key=key)
    _log(by, "document.opened", document, version, why=why)
    return reader


def needs_reason(document: Document, by: "User") -> bool:
    """Whether opening it asks for a reason: not one's work, or withdrawn."""
    return document.withdrawn_at is not None or policy.must_say_why(by, document.dossier)


def _visible(document: Document, by: "User") -> Document:
    return Document.objects.visible_to(by).select_related("dossier").get(pk=document.pk)


def _arrived(dossier: Dossier, by: "User", keys: Sequence[UUID]) -> dict[UUID, Upload]:
    own = Upload.objects.filter(dossier=dossier, person=by.pk, state=UploadState.ARRIVED)
    found = {each.pk: each for each in own.filter(pk__in=keys).select_for_update()}
    if len(found) != len(keys):
        raise NotArrivedError
    return found


def _version(document: Document, upload: Upload, by: "User") -> DocumentVersion:
    return DocumentVersion(
        document=document, number=0, file_name=upload.file_name, file=upload.file,
        kind=upload.kind, size=upload.size, sha256=upload.sha256, key_name=upload.key_name,
        wrapped_key=upload.wrapped_key, added_by_id=by.pk,
    )  # fmt: skip


def _log(
    by: "User", action: str, document: Document, version: DocumentVersion, *,
    why: str = "", **facts: Any,
) -> None:  # fmt: skip
    """Nothing of the file or its name but the digest (product.md section 7)."""
    log(
        by, action, document.dossier, why=why, document=document.pk,
        version=version.number or 1, digest=version.sha256, **facts,
    )  # fmt: skip
