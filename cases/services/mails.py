"""File a mail in a dossier: one entry, and its attachments as documents that belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from cases.mails import Attachment
from cases.models import Document, Dossier, Entry
from cases.models.documents import UploadState
from cases.services import documents, uploads
from cases.services.documents import Titled
from cases.services.entries import add_entry
from lodesk.files.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import User

MOST = 30  # attachments of one mail


@dataclass(frozen=True)
class NotTaken:
    """An attachment that was left out, and why."""

    name: str
    refusal: Refusal


@dataclass(frozen=True)
class Filed:
    """What became of a mail."""

    entry: Entry
    documents: Sequence[Document]
    not_taken: Sequence[NotTaken]


@transaction.atomic
def file_mail(
    *, dossier: Dossier, by: "User", said: dict[str, Any], attachments: Sequence[Attachment]
) -> Filed:
    """Record a mail and keep what came with it, as one act.

    An attachment that cannot be kept does not keep the mail away: it is named with its reason.
    """
    entry = add_entry(dossier=dossier, by=by, **said)
    files = [SimpleUploadedFile(each.name, each.content) for each in attachments[:MOST]]
    taken = uploads.take_whole(dossier=dossier, by=by, files=files)
    arrived = [
        each.upload for each in taken if each.upload and each.upload.state == UploadState.ARRIVED
    ]
    made = documents.add(
        dossier=dossier,
        by=by,
        files=[Titled(each.pk, each.file_name[:120]) for each in arrived],
        language=entry.language,
        handling_codes=entry.handling_codes,
        entry=entry,
    )
    refused = [_not_taken(each) for each in taken if _is_refused(each)]
    refused += [NotTaken(each.name, Refusal.ONE_TOO_MANY) for each in attachments[MOST:]]
    return Filed(entry, made, refused)


def _is_refused(taken: uploads.Taken) -> bool:
    return taken.upload is None or taken.upload.state == UploadState.REFUSED


def _not_taken(taken: uploads.Taken) -> NotTaken:
    problem = taken.refusal or Refusal(taken.upload.problem if taken.upload else Refusal.BROKEN)
    return NotTaken(taken.name, problem)
