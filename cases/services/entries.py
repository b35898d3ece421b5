"""Add to the timeline of a dossier."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from cases import policy
from cases.models import Dossier, Entry
from cases.models.entries import EntryKind
from cases.services.journal import digest, log
from cases.states import Step

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def add_note(
    *,
    dossier: Dossier,
    by: "User",
    text: str,
    language: str,
    handling_codes: Sequence[str] = (),
) -> Entry:
    """Add a note. It is never edited: a correction is a new entry."""
    dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    policy.require(by, Step.CONTRIBUTE, dossier)
    codes = list(handling_codes)
    entry = Entry(
        dossier=dossier,
        kind=EntryKind.NOTE,
        author_id=by.pk,
        text=text,
        language=language,
        handling_codes=codes,
    )
    Entry.objects.bulk_create([entry])
    log(by, "entry.added", dossier, kind=entry.kind, codes=codes, digest=digest(entry))
    return entry
