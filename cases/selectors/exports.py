"""What a print or package of a dossier holds, read as the person who asked; and its page.

Links to other dossiers, tasks, drafts and who has access never go along: they are of this desk, and
whoever is given a print may not see the other dossiers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from cases import policy
from cases.models import (
    Connection,
    Document,
    DocumentVersion,
    Dossier,
    Entry,
    Export,
    Party,
    Translation,
)
from cases.models.dossiers import HandlingCode
from cases.models.entries import EntryKind
from cases.models.exports import ExportForm, ExportState, ExportUse
from cases.models.parties import PersonRole
from cases.selectors import documents, entries, parties
from lodesk.ui import sizes

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 20  # of one's own on the page


# What goes along --------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A document of a print, with its versions, the newest first; its file goes along or not."""

    document: Document
    versions: Sequence[DocumentVersion]
    packed: DocumentVersion | None

    @property
    def newest(self) -> DocumentVersion:
        """The version that counts."""
        return self.versions[0]


@dataclass(frozen=True)
class Contents:
    """A dossier as it goes out, in the order of time."""

    dossier: Dossier
    entries: Sequence[Entry]
    earlier: Mapping[UUID, Sequence[Entry]]  # what an entry corrected, the newest first
    translations: Mapping[UUID, Sequence[Translation]]
    papers: Mapping[UUID, Sequence[Document]]  # documents of an entry
    parties: Sequence[Party]
    connections: Sequence[Connection]
    documents: Sequence[Kept]
    left_out: int = 0  # entries and documents that a handling code keeps back
    codes: Sequence[str] = field(default_factory=tuple)  # all that bind what goes along

    @property
    def packed(self) -> list[Kept]:
        """The documents whose files go along."""
        return [each for each in self.documents if each.packed]


def contents(dossier: Dossier, *, use: str, consent: str) -> Contents:
    """Read what goes along for this use; what a handling code keeps back stays."""
    code = "" if consent else policy.KEPT_BACK.get(use, "")
    own_work = use == ExportUse.WORK
    rows = list(dossier.entries.select_related("author", "on_behalf_of").order_by("at", "id"))
    replaced = {row.replaces_id for row in rows if row.replaces_id}
    last = [row for row in rows if row.pk not in replaced]
    said = [row for row in last if own_work or row.kind != EntryKind.EVENT]
    kept = [row for row in said if code not in row.handling_codes]
    papers = documents.named_in(kept).of_entries
    files, files_out = _documents(dossier, kept=kept, said=said, code=code, own_work=own_work)
    here = {each.document.pk for each in files}
    return Contents(
        dossier=dossier,
        entries=kept,
        earlier=_earlier(rows, kept, code),
        translations=entries.translations(kept),
        papers={key: [each for each in found if each.pk in here] for key, found in papers.items()},
        parties=(people := _parties(dossier, own_work=own_work)),
        connections=_connections(dossier, people),
        documents=files,
        left_out=len(said) - len(kept) + files_out,
        codes=_codes(dossier, kept, files),
    )


def _earlier(
    rows: Sequence[Entry], kept: Sequence[Entry], code: str
) -> dict[UUID, Sequence[Entry]]:
    by_key = {row.pk: row for row in rows}
    found: dict[UUID, Sequence[Entry]] = {}
    for entry in kept:
        chain, key = [], entry.replaces_id
        while key:
            chain.append(by_key[key])
            key = by_key[key].replaces_id
        if chain:
            found[entry.pk] = [each for each in chain if code not in each.handling_codes]
    return found


def _documents(
    dossier: Dossier, *, kept: Sequence[Entry], said: Sequence[Entry], code: str, own_work: bool
) -> tuple[list[Kept], int]:
    """Documents that go along, and how many the code keeps back, with an entry or by themselves."""
    every = list(dossier.documents.select_related("added_by").order_by("at", "id"))
    if not own_work:
        every = [each for each in every if not each.withdrawn_at and not each.destroyed_at]
    of_kept_back = {each.pk for each in said} - {each.pk for each in kept}
    stay = documents.named_in([each for each in said if each.pk in of_kept_back]).of_entries
    back = {each.pk for found in stay.values() for each in found}
    going = [each for each in every if code not in each.handling_codes and each.pk not in back]
    versions: dict[UUID, list[DocumentVersion]] = {}
    for version in DocumentVersion.objects.filter(document__in=going).order_by("-number"):
        versions.setdefault(version.document_id, []).append(version)
    found = [_kept(each, versions[each.pk]) for each in going if each.pk in versions]
    return found, len(every) - len(going)


def _kept(document: Document, versions: Sequence[DocumentVersion]) -> Kept:
    counts = not document.withdrawn_at and not document.destroyed_at
    return Kept(document, versions, versions[0] if counts else None)


def _parties(dossier: Dossier, *, own_work: bool) -> list[Party]:
    """People and objects; who informs the police is named in no print that others are given."""
    found = list(parties.present(dossier))
    if own_work:
        return found
    return [each for each in found if each.role != PersonRole.INFORMANT]


def _connections(dossier: Dossier, people: Iterable[Party]) -> list[Connection]:
    here = {each.origin_id for each in people}
    found = Connection.objects.filter(dossier=dossier, current=True).order_by("added_at", "id")
    return [each for each in found if each.one_id in here and each.other_id in here]


def _codes(dossier: Dossier, kept: Iterable[Entry], files: Iterable[Kept]) -> list[str]:
    held = set(dossier.handling_codes)
    for codes in (each.handling_codes for each in kept):
        held.update(codes)
    for each in files:
        held.update(each.document.handling_codes)
    return [code.value for code in HandlingCode if code in held]


# Beforehand, on the page ------------------------------------------------------------------


def held_codes(dossier: Dossier) -> list[str]:
    """All handling codes in a dossier: of itself, its entries and its documents."""
    held = set(dossier.handling_codes)
    for rows in (dossier.entries, dossier.documents):
        found = rows.exclude(handling_codes=[]).values_list("handling_codes", flat=True)
        for codes in found.distinct():
            held.update(codes)
    return [code.value for code in HandlingCode if code in held]


@dataclass(frozen=True)
class Line:
    """One of one's own exports in a row."""

    what: str
    use: str
    url: str
    at: datetime
    state: str


@dataclass(frozen=True)
class Progress:
    """How far an export is."""

    what: str
    use: str
    at: datetime
    reason: str
    consent: str
    state: str
    busy: bool
    ready: bool
    done: int
    steps: int
    size: str
    sha256: str
    file_url: str


def own(dossier: Dossier, user: "User") -> list[Line]:
    """What this person asked for here within a day, the newest first."""
    found = Export.objects.visible_to(user).filter(dossier=dossier).order_by("-at", "-id")
    return [
        Line(
            what=_what(each),
            use=str(ExportUse(each.use).label),
            url=reverse("export", args=[each.pk]),
            at=each.at,
            state=state(each),
        )
        for each in found[:SHOWN]
    ]


def progress(export: Export) -> Progress:
    """One export on its page."""
    ready = export.state == ExportState.READY
    return Progress(
        what=_what(export),
        use=str(ExportUse(export.use).label),
        at=export.at,
        reason=export.reason,
        consent=export.consent,
        state=state(export),
        busy=export.state in (ExportState.WAITING, ExportState.WORKING),
        ready=ready,
        done=export.done,
        steps=export.steps,
        size=sizes.size(export.size) if ready else "",
        sha256=export.sha256,
        file_url=reverse("export_file", args=[export.pk]) if ready else "",
    )


def _what(export: Export) -> str:
    return _("Print, PDF") if export.form == ExportForm.PRINT else _("Package, ZIP")


def state(export: Export) -> str:
    """ "ready", "step 3 of 12"."""
    if export.state == ExportState.WORKING and export.steps:
        return _("step %(done)d of %(steps)d") % {"done": export.done, "steps": export.steps}
    words = {
        ExportState.WAITING: _("waits for its turn"),
        ExportState.WORKING: _("begun"),
        ExportState.READY: _("ready"),
        ExportState.FAILED: _("could not be made"),
    }
    return words[ExportState(export.state)]


def file_name(export: Export) -> str:
    """What the file is called for who downloads it: the reference and the day, no title."""
    ending = "pdf" if export.form == ExportForm.PRINT else "zip"
    return f"{export.dossier.reference}-{export.at:%Y%m%d}.{ending}"


def path_in_package(kept: Kept, number: int) -> str:
    """Where a document lies in a package: numbered, because two may be called alike."""
    version = kept.packed or kept.newest
    name = documents.file_name(kept.document, version)
    return f"documents/{number:03d}-{name.removeprefix(kept.document.dossier.reference + '-')}"
