"""Add to the timeline of a dossier, correct what stands there, translate it, keep a draft."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases import policy
from cases.models import Dossier, Draft, Entry, Translation
from cases.models.entries import EntryKind
from cases.services import following
from cases.services.journal import digest, log
from cases.states import Step

if TYPE_CHECKING:
    from accounts.models import User

# What an entry of any kind may say besides kind, text and language; Entry has the words.
SAID = (
    "at",
    "handling_codes",
    "handling_note",
    "direction",
    "counterpart",
    "counterpart_person",
    "channel",
    "channel_reason",
    "channel_reference",
    "evaluation",
    "nature",
    "ground",
)


class CorrectedError(Exception):
    """Somebody else corrected this version first; nothing was overwritten."""


def add_note(
    *,
    dossier: Dossier,
    by: "User",
    text: str,
    language: str,
    handling_codes: Sequence[str] = (),
) -> Entry:
    """Add a note. It is never edited: a correction is a new version."""
    return add_entry(
        dossier=dossier,
        by=by,
        kind=EntryKind.NOTE,
        text=text,
        language=language,
        handling_codes=handling_codes,
    )


@transaction.atomic
def add_entry(
    *,
    dossier: Dossier,
    by: "User",
    kind: str,
    text: str,
    language: str,
    expected_until: datetime | None = None,
    **said: Any,
) -> Entry:
    """Add an entry of a kind a person writes. Ends the person's draft in this dossier.

    `expected_until`: of a judicial authorisation that is asked for, how long it is to take.
    """
    dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    policy.require(by, _step(kind), dossier)
    entry = Entry(dossier=dossier, kind=kind, author_id=by.pk, text=text, language=language)
    _say(entry, said)
    Entry.objects.bulk_create([entry])
    _empty_draft(dossier, by)
    _log(by, "entry.added", entry)
    following.follow(entry=entry, by=by, expected_until=expected_until)
    return entry


@transaction.atomic
def correct(
    *, entry: Entry, by: "User", correction: str, text: str, language: str, **said: Any
) -> Entry:
    """Put a new version in the place of one, which stays readable.

    Raises CorrectedError when the version is no longer the last one.
    """
    dossier = Dossier.objects.visible_to(by).get(pk=entry.dossier_id)
    policy.require(by, _step(entry.kind), dossier)
    new = Entry(
        dossier=dossier,
        kind=entry.kind,
        author_id=by.pk,
        text=text,
        language=language,
        replaces=entry,
        version=entry.version + 1,
        correction=correction,
    )
    _say(new, said)
    try:
        with transaction.atomic():
            Entry.objects.bulk_create([new])
    except IntegrityError as error:
        raise CorrectedError from error
    _log(by, "entry.corrected", new, version=new.version)
    return new


@transaction.atomic
def translate(
    *, entry: Entry, by: "User", language: str, translator: str, text: str
) -> Translation:
    """Put a working translation beside an entry. The original stays what counts."""
    dossier = Dossier.objects.visible_to(by).get(pk=entry.dossier_id)
    policy.require(by, Step.CONTRIBUTE, dossier)
    made = Translation(
        entry=entry, author_id=by.pk, language=language, translator=translator, text=text
    )
    Translation.objects.bulk_create([made])
    log(by, "entry.translated", dossier, language=language)
    return made


@transaction.atomic
def keep_draft(*, dossier: Dossier, by: "User", values: Mapping[str, Any]) -> Draft:
    """Keep what a person has begun to write, in place of what was kept before."""
    dossier = Dossier.objects.visible_to(by).get(pk=dossier.pk)
    policy.require(by, Step.CONTRIBUTE, dossier)
    draft = Draft(dossier=dossier, person_id=by.pk, values=dict(values), at=timezone.now())
    Draft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["dossier", "person"],
        update_fields=["values", "at"],
    )
    return draft


def discard_draft(*, dossier: Dossier, by: "User") -> None:
    """Throw away what a person has begun to write."""
    _empty_draft(dossier, by)


def _empty_draft(dossier: Dossier, by: "User") -> None:
    Draft.objects.filter(dossier=dossier, person=by.pk).exclude(values={}).update(values={})


def _step(kind: str) -> Step:
    return Step.INSTRUCT if kind == EntryKind.INSTRUCTION else Step.CONTRIBUTE


def _say(entry: Entry, said: Mapping[str, Any]) -> None:
    unknown = said.keys() - set(SAID)
    if unknown:
        raise ValueError(f"an entry does not say: {sorted(unknown)}")
    for name, value in said.items():
        if value is not None:
            setattr(entry, name, list(value) if name == "handling_codes" else value)


def _log(by: "User", action: str, entry: Entry, **facts: Any) -> None:
    codes = list(entry.handling_codes)
    if entry.channel:
        facts["channel"] = entry.channel
    log(by, action, entry.dossier, kind=entry.kind, codes=codes, digest=digest(entry), **facts)
