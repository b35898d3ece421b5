"""A dossier in words, for its print: every label in the language of who asked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.identifiers import Identifier as Number
from cases.models import Document, Dossier, Entry, Export, Party
from cases.models.entries import EntryKind
from cases.models.exports import ExportUse
from cases.selectors import (
    documents,
    dossiers,
    entries,
    heads,
    languages,
    parties,
    party_events,
    party_pages,
    timeline,
)
from cases.selectors.clocks import Told
from cases.selectors.exports import Contents, Kept
from lodesk.files import kinds
from lodesk.ui import sizes, times
from lodesk.ui.frame import Zone
from lodesk.ui.shapes import Fact


@dataclass(frozen=True)
class Made:
    """Who makes a print, when, and where he reads the clock."""

    by: str
    at: datetime
    here: Zone


def of_every_page(
    dossier: Dossier, made: Made, *, codes: Sequence[str], use: str
) -> dict[str, Any]:
    """What every print says, on each of its pages and at its head (templates/prints/page.typ)."""
    stamp = times.dated(timezone.localtime(made.at))
    return {
        "language": get_language(),
        "owner": dossier.owner,
        "reference": dossier.reference,
        "title": dossier.title,
        "spoken": dossier.language,
        "author": made.by,
        "year": made.at.year,
        "month": made.at.month,
        "day": made.at.day,
        "watermark": f"{dossier.reference} · {made.by}",
        "kind": heads.kind(dossier),
        "codes": heads.codes(codes),
        "marking": dossier.marking,
        "obligations": heads.obligations(dossier.owner, dossier.handling_note, codes),
        "made": _("Made by %(who)s, %(when)s") % {"who": made.by, "when": stamp},
        "use": use,
        "consent": "",
        "notes": [],
        "clock": _("Times are those of %(city)s.") % {"city": made.here.label},
        "labels": {
            "codes": _("Handling code"),
            "page_of": _("page %(number)s of %(total)s")
            % {"number": "{number}", "total": "{total}"},
        },
    }


def words(found: Contents, export: Export, made: Made, clocks: Sequence[Told]) -> dict[str, Any]:
    """Everything the template of the print shows, ready to be set."""
    dossier, own_work = found.dossier, export.use == ExportUse.WORK
    use = str(ExportUse(export.use).label)
    page = of_every_page(dossier, made, codes=found.codes, use=use)
    return page | {
        "status": heads.status(dossier),
        "summary": dossier.summary,
        "facts": _facts(dossiers.about(dossier)),
        "consent": _("Consent: %(consent)s") % {"consent": export.consent}
        if export.consent
        else "",
        "notes": _notes(export),
        "deadlines": [_deadline(each) for each in clocks] if own_work else [],
        "parties": [_party(each, own_work=own_work) for each in found.parties],
        "connections": _connections(found),
        "entries": _entries(found),
        "documents": [_document(each) for each in found.documents],
        "labels": page["labels"] | _labels(),
    }


def _labels() -> dict[str, str]:
    return {
        "about": _("About"),
        "marking": _("Marking"),
        "deadlines": _("Deadlines"),
        "parties": _("People and objects"),
        "connections": _("Connections"),
        "timeline": _("Timeline"),
        "documents": _("Documents"),
        "title": _("Title"),
        "kind": _("Kind"),
        "size": _("Size"),
        "digest": "SHA-256",
    }


def _notes(export: Export) -> list[str]:
    """What does not go along, said alike whether there is any of it or not."""
    if export.use == ExportUse.WORK:
        return []
    back = {
        ExportUse.EVIDENCE: _("Without anything under H1."),
        ExportUse.PASS_ON: _("Without anything under H2."),
    }
    always = _(
        "Without informants, special categories of data, events of the desk and withdrawn"
        " documents."
    )
    return [always] if export.consent else [back[ExportUse(export.use)], always]


def _facts(found: Sequence[Fact]) -> list[list[str]]:
    return [[fact.label, fact.value] for fact in found]


def _deadline(told: Told) -> dict[str, Any]:
    when = times.dated(timezone.localtime(told.due_at))
    if told.settled_at:
        when = f"{told.settled}, {times.dated(timezone.localtime(told.settled_at))}"
    return {"what": told.text or told.kind, "when": when, "how": " ".join(told.how)}


def _party(party: Party, *, own_work: bool) -> dict[str, Any]:
    said = party_pages.facts(party)
    numbers = [
        Fact(str(capfirst(each.label)), _number(each)) for each in parties.numbers_of(party)
    ]  # fmt: skip
    special = party_pages.special(party) if own_work else []
    return {
        "name": parties.label(party),
        "what": parties.what(party),
        "facts": _facts([*numbers, *(said[1:] if party.name else said), *special]),
        "note": party.note,
    }


def _number(number: Number) -> str:
    return f"{number.shown} ({number.warning})" if number.warning else number.shown


def _connections(found: Contents) -> list[str]:
    names = {each.origin_id: parties.label(each) for each in found.parties}
    return [
        _("%(one)s, %(how)s %(other)s") % {
            "one": names[each.one_id],
            "how": parties.connection_words(each.kind),
            "other": names[each.other_id],
        } + (f" ({each.note})" if each.note else "")
        for each in found.connections
    ]  # fmt: skip


def _entries(found: Contents) -> list[dict[str, Any]]:
    events = [each for each in found.entries if each.kind == EntryKind.EVENT]
    told = party_events.read(found.dossier, events)
    named = documents.named_in(events)
    lines = []
    for entry in found.entries:
        if entry.kind == EntryKind.EVENT:
            text = told.sentence(entry) or timeline.sentence(entry, named.named_by(entry))
            text = timeline.with_behalf(text, entry)
            lines.append({"event": text, "at": _moment(entry.at)})
        else:
            lines.append(_entry(entry, found))
    return lines


def _entry(entry: Entry, found: Contents) -> dict[str, Any]:
    item = entries.item(entry, translations=found.translations.get(entry.pk, ()))
    return {
        "event": "",
        "at": _moment(item.at),
        "title": item.title,
        "by": item.by,
        "codes": item.codes,
        "text": item.text,
        "language": item.language,
        "foot": [each.text for each in item.foot],
        "translations": [asdict(each) for each in item.translations],
        "documents": [_named(each) for each in found.papers.get(entry.pk, ())],
        "earlier": [_version(each) for each in found.earlier.get(entry.pk, ())],
    }


def _version(entry: Entry) -> dict[str, str]:
    words_ = {"number": entry.version, "when": _moment(entry.recorded_at)}
    head = _("Version %(number)d, %(when)s") % words_
    return {"head": head, "text": entry.text, "language": entry.language}


def _named(document: Document) -> str:
    state = documents.state(document)
    return f"{documents.name_of(document)} ({state})" if state else documents.name_of(document)


def _document(kept: Kept) -> dict[str, str]:
    version, document = kept.newest, kept.document
    number = ""
    if len(kept.versions) > 1:
        number = _("version %(number)d") % {"number": version.number}
    parts = (
        languages.name(document.language),
        heads.codes(document.handling_codes),
        number,
        documents.state(document),
    )
    return {
        "title": documents.name_of(document),
        "note": ", ".join(part for part in parts if part),
        "kind": str(kinds.kind_of(version.kind).label),
        "size": sizes.size(version.size),
        "digest": version.sha256,
        "at": _moment(version.at),
    }


def _moment(moment: datetime) -> str:
    return times.dated(timezone.localtime(moment))
