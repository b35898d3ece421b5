"""A dossier as data, for its package: codes as stored, moments in UTC (docs/package.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cases.models import Connection, Dossier, Entry, Export, Party
from cases.models.exports import ExportUse
from cases.models.parties import ALL_DETAILS
from cases.selectors import exports
from cases.selectors.exports import Contents, Kept

FORMAT: Final = "lodesk-dossier/1"
OF_DOSSIER: Final = (
    "reference", "owner", "title", "summary", "kind", "crime_area", "purpose", "legal_basis",
    "host_country", "requesting_authority", "foreign_references", "urgency", "urgency_ground",
    "facts", "reasons", "people_concerned", "use_restriction", "handling_codes", "handling_note",
    "marking", "language", "status", "result", "received_at", "opened_at",
)  # fmt: skip
OF_ENTRY: Final = (
    "kind", "at", "recorded_at", "text", "language", "handling_codes", "handling_note",
    "direction", "counterpart", "counterpart_person", "channel", "channel_reason",
    "channel_reference", "evaluation", "nature", "ground", "version", "correction",
)  # fmt: skip
OF_PARTY: Final = ("kind", "role", "name", "part", "note", *ALL_DETAILS)
SPECIAL: Final = ("special_categories", "special_data", "special_reason")


def dossier(found: Contents, *, use: str) -> dict[str, Any]:
    """The file `dossier.json`."""
    special = SPECIAL if use == ExportUse.WORK else ()
    return {
        "format": FORMAT,
        "dossier": {
            **_plain(found.dossier, OF_DOSSIER),
            "desk": found.dossier.desk.code,
            "handler": _name(found.dossier.handler),
        },
        "entries": [_entry(each, found) for each in found.entries],
        "parties": [_party(each, special) for each in found.parties],
        "connections": [_connection(each) for each in found.connections],
        "documents": [_document(each, path) for each, path in _with_paths(found)],
    }


def _entry(entry: Entry, found: Contents) -> dict[str, Any]:
    return {
        **_version(entry),
        "event": entry.event,
        "documents": [str(each.pk) for each in found.papers.get(entry.pk, ())],
        "translations": [
            _plain(each, ("language", "text", "translator", "at"))
            for each in found.translations.get(entry.pk, ())
        ],
        "earlier_versions": [_version(each) for each in found.earlier.get(entry.pk, ())],
    }


def _version(entry: Entry) -> dict[str, Any]:
    return {"id": str(entry.pk), "author": _name(entry.author), **_plain(entry, OF_ENTRY)}


def _party(party: Party, special: Iterable[str]) -> dict[str, Any]:
    numbers = [_plain(each, ("kind", "value", "normal")) for each in party.identifiers.all()]
    said = _plain(party, (*OF_PARTY, *special))
    return {"id": str(party.origin_id), **said, "identifiers": numbers}


def _connection(connection: Connection) -> dict[str, Any]:
    ends = {"from": str(connection.one_id), "to": str(connection.other_id)}
    return {**ends, **_plain(connection, ("kind", "note"))}


def _document(kept: Kept, path: str) -> dict[str, Any]:
    about = ("title", "language", "handling_codes", "at", "withdrawn_at", "destroyed_at")
    versions = [
        _plain(each, ("number", "file_name", "kind", "size", "sha256", "at"))
        for each in kept.versions
    ]
    return {
        "id": str(kept.document.pk),
        **_plain(kept.document, about),
        "path": path,
        "versions": versions,
    }


def _with_paths(found: Contents) -> list[tuple[Kept, str]]:
    paths = {each.document.pk: path for each, path in packed(found)}
    return [(each, paths.get(each.document.pk, "")) for each in found.documents]


def packed(found: Contents) -> list[tuple[Kept, str]]:
    """The documents whose files lie in the package, each with its path there."""
    return [
        (each, exports.path_in_package(each, number))
        for number, each in enumerate(found.packed, start=1)
    ]


@dataclass(frozen=True)
class PackedFile:
    """A file of a package, as its manifest lists it."""

    path: str
    size: int
    sha256: str


def manifest(
    about: Dossier, export: Export, *, by: str, at: datetime, files: Iterable[PackedFile]
) -> dict[str, Any]:
    """The file `manifest.json`: what the package is, and the digest of every other file in it."""
    return {
        "format": FORMAT,
        "reference": about.reference,
        "owner": about.owner,
        "made_at": at.isoformat(),
        "made_by": by,
        "use": export.use,
        "consent": export.consent,
        "files": [{"path": each.path, "size": each.size, "sha256": each.sha256} for each in files],
    }


def _plain(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _name(person: Any) -> str:
    return person.name if person else ""
