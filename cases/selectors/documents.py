"""Documents as pages show them: beside the timeline, under an entry, in their list, one by one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.models import Document, DocumentVersion, Dossier, Entry, Upload
from cases.models.documents import UploadState
from cases.selectors import heads, languages
from lodesk.files import kinds
from lodesk.files.refusals import Refusal
from lodesk.ui import sizes
from lodesk.ui.shapes import Fact

if TYPE_CHECKING:
    from accounts.models import User

BESIDE = 8
A_PAGE = 50


@dataclass(frozen=True)
class Line:
    """A document in one line, by its newest version."""

    title: str
    url: str
    version: int
    size: str
    at: datetime
    kind: str
    language: str
    codes: str
    by: str
    state: str = ""  # why it no longer counts


@dataclass(frozen=True)
class Lines:
    """Some documents of a dossier, the newest first."""

    lines: Sequence[Line]
    total: int
    older_than: UUID | None = None


def beside(dossier: Dossier) -> Lines:
    """The newest documents that still count, for the page of the dossier."""
    counting = dossier.documents.filter(withdrawn_at=None, destroyed_at=None)
    return _lines(counting, BESIDE)


def listed(dossier: Dossier, *, before: UUID | None = None) -> Lines:
    """A page of all documents, those that were withdrawn included."""
    every = dossier.documents.all()
    if before is None:
        return _lines(every, A_PAGE)
    place = every.filter(pk=before).first()
    if place is None:
        return Lines([], 0)
    older = Q(at__lt=place.at) | Q(at=place.at, id__lt=place.pk)
    return _lines(every.filter(older), A_PAGE)


def _lines(documents: QuerySet[Document], most: int) -> Lines:
    counted = documents.annotate(total=Window(Count("pk")))
    rows = counted.select_related("added_by").order_by("-at", "-id")[: most + 1]
    found: list[Any] = list(rows)
    newest = _newest(found[:most])
    lines = [_line(each, newest[each.pk]) for each in found[:most] if each.pk in newest]
    more = found[most - 1].pk if len(found) > most else None
    return Lines(lines, found[0].total if found else 0, more)


def _newest(documents: Sequence[Document]) -> dict[UUID, DocumentVersion]:
    """The newest version of each; the keys stay where they are."""
    if not documents:
        return {}
    versions = DocumentVersion.objects.filter(document__in=documents).defer("wrapped_key")
    return {each.document_id: each for each in versions.order_by("number")}


def _line(document: Document, version: DocumentVersion) -> Line:
    return Line(
        title=name_of(document),
        url=reverse("document", args=[document.pk]),
        version=version.number,
        size=sizes.size(version.size),
        at=version.at,
        kind=str(kinds.kind_of(version.kind).label),
        language=languages.name(document.language),
        codes=heads.codes(document.handling_codes),
        by=str(document.added_by or ""),
        state=state(document),
    )


def name_of(document: Document) -> str:
    """The title; of what was destroyed nothing is left but that it was."""
    return document.title or _("Destroyed document")


def state(document: Document) -> str:
    """ "withdrawn", "destroyed", or nothing."""
    if document.destroyed_at:
        return pgettext("document", "destroyed")
    return pgettext("document", "withdrawn") if document.withdrawn_at else ""


# In the timeline --------------------------------------------------------------------------


@dataclass(frozen=True)
class Papers:
    """Documents that a piece of the timeline names."""

    of_entries: Mapping[UUID, list[Document]]
    by_key: Mapping[str, Document]

    def named_by(self, entry: Entry) -> list[Document]:
        """The documents of an event, in its order; those it names and nobody finds are left out."""
        keys = entry.facts.get("documents") or []
        return [self.by_key[key] for key in keys if key in self.by_key]


def named_in(entries: Sequence[Entry]) -> Papers:
    """The documents of entries and of events, in one question.

    What belonged to an entry that was corrected stands under the correction.
    """
    if not entries:
        return Papers({}, {})
    places = _places(entries)
    named = [key for each in entries for key in each.facts.get("documents") or []]
    found = Document.objects.filter(Q(entry__in=places) | Q(pk__in=named)).order_by("title", "id")
    of_entries: dict[UUID, list[Document]] = {}
    by_key: dict[str, Document] = {}
    for document in found:
        by_key[str(document.pk)] = document
        if document.entry_id in places:
            of_entries.setdefault(places[document.entry_id], []).append(document)
    return Papers(of_entries, by_key)


def _places(entries: Sequence[Entry]) -> dict[UUID | None, UUID]:
    """Entries and their earlier versions, each with the entry that stands in its place."""
    places: dict[UUID | None, UUID] = {each.pk: each.pk for each in entries}
    corrected = [each for each in entries if each.replaces_id]
    if not corrected:
        return places
    older = Entry.objects.filter(dossier=entries[0].dossier_id, replaced_by__isnull=False)
    replaces = dict(older.values_list("pk", "replaces_id"))
    for each in corrected:
        key = each.replaces_id
        while key:
            places[key] = each.pk
            key = replaces.get(key)
    return places


def titles(documents: Iterable[Document]) -> str:
    """ "Bill of lading, Gate-in records"."""
    return ", ".join(name_of(each) for each in documents)


def added(documents: Sequence[Document]) -> str:
    """ "2 documents added: Bill of lading, Gate-in records"."""
    words = ngettext("%(count)d document added", "%(count)d documents added", len(documents))
    line = words % {"count": len(documents)}
    return f"{line}: {titles(documents)}" if documents else line


# One document -----------------------------------------------------------------------------


@dataclass(frozen=True)
class VersionLine:
    """One version in a row of a table."""

    number: int
    file_name: str
    kind: str
    size: str
    at: datetime
    by: str
    sha256: str
    url: str  # nothing for what was destroyed


def versions(document: Document) -> list[VersionLine]:
    """The versions, the newest first."""
    found = document.versions.defer("wrapped_key").select_related("added_by").order_by("-number")
    return [
        VersionLine(
            number=each.number,
            file_name=each.file_name,
            kind=str(kinds.kind_of(each.kind).label),
            size=sizes.size(each.size),
            at=each.at,
            by=str(each.added_by or ""),
            sha256=each.sha256,
            url="" if document.destroyed_at else reverse("document_file", args=[each.pk]),
        )
        for each in found
    ]


def facts(document: Document) -> list[Fact]:
    """What is known of a document besides its versions."""
    entry = document.entry
    anchor = f"{reverse('dossier', args=[document.dossier.reference])}#entry-{document.entry_id}"
    said = [
        Fact(_("Language"), languages.name(document.language)),
        Fact(_("Added by"), str(document.added_by or "")),
        Fact(_("Belongs to"), str(entry.get_kind_display()) if entry else "", anchor),
        Fact(_("Withdrawn by"), str(document.withdrawn_by or "")),
        Fact(_("Reason"), document.withdrawn_reason),
    ]
    return [fact for fact in said if fact.value]


def obligations(document: Document) -> list[str]:
    """What the handling codes bind to, in sentences, to be read before the act."""
    said = document.entry.handling_note if document.entry else ""
    note = said or document.dossier.handling_note
    return heads.obligations(document.dossier.owner, note, document.handling_codes)


def file_name(document: Document, version: DocumentVersion) -> str:
    """What a downloaded file is called: dossier, title, version, and the ending of its kind."""
    title = "".join(c if c.isalnum() or c in " -_." else " " for c in document.title)
    words = "-".join(title.split())[:80] or "document"
    ending = kinds.ending_of(version.file_name)
    kind = kinds.kind_of(version.kind)
    ending = ending if ending in kind.endings else kind.ending
    return f"{document.dossier.reference}-{words}-v{version.number}.{ending}"


# Files on their way -----------------------------------------------------------------------


def arrived(dossier: Dossier, user: "User", keys: Iterable[UUID]) -> list[Upload]:
    """Files of this person that have arrived and are not added yet."""
    own = Upload.objects.filter(dossier=dossier, person=user.pk, state=UploadState.ARRIVED)
    return list(own.filter(pk__in=list(keys)).defer("wrapped_key").order_by(F("at"), "id"))


def problem(upload: Upload) -> str:
    """Why a file is not taken, in a sentence."""
    return str(Refusal(upload.problem).sentence) if upload.problem else ""
