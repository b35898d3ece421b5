"""The demo's documents: added by its people, sealed as everybody's, dated in the past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from cases.demo.files import paper, photograph
from cases.models import Document, DocumentVersion, Dossier, Entry
from cases.models.entries import EntryKind
from cases.services import documents, uploads
from cases.services.documents import Titled
from lodesk.border.context import acting_as

Users = Mapping[str, User]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A document: its dossier, who added it, how many hours ago, its file, and what replaced it."""

    dossier: str
    by: str
    hours_ago: float
    title: str
    file_name: str
    content: bytes
    language: str = "en"
    newer: bytes = b""
    of_newest_entry: bool = False


PAPERS = (
    Paper(
        dossier="bananas", by="be-lo-bog", hours_ago=5.9, title="Request of Antwerp",
        file_name="request.pdf", language="nl",
        content=paper("Federale gerechtelijke politie Antwerpen", "", "Verzoek om informatie:",
                      "afzender, ontvanger en zegelnummers van drie containers."),
    ),
    Paper(
        dossier="bananas", by="be-lo-bog", hours_ago=5.2, title="Gate-in records",
        file_name="gate-in.csv", language="es",
        content=b"contenedor,sello,entrada\nCSQU 305438 3,EC 004417,2026-11-14 22:41\n" * 40,
    ),
    Paper(
        dossier="bananas", by="be-lo-bog", hours_ago=4.6, title="Bill of lading",
        file_name="bill-of-lading.pdf",
        content=paper("BILL OF LADING", "Shipper: Frutas Ejemplo S.A.", "Seal: EC 004471"),
        newer=paper("BILL OF LADING", "Shipper: Frutas Ejemplo S.A.", "Consignee: see annex",
                    "Seal: EC 004471"),
    ),
    *(
        Paper(
            dossier="bananas", by="be-lo-bog", hours_ago=3.2,
            title=f"Seal of CSQU 305438 3, photograph {number}", file_name=f"IMG_20{number}1.png",
            content=photograph(f"20{number}1"), of_newest_entry=True,
        )
        for number in (1, 2)
    ),
    Paper(
        dossier="rotterdam", by="nl-lo-bog", hours_ago=18, title="Foto's van de verzegeling",
        file_name="zegel.png", language="nl", content=photograph("3314"),
    ),
    Paper(
        dossier="laundering", by="lu-hq", hours_ago=187, title="Autorisation judiciaire",
        file_name="autorisation.pdf", language="fr",
        content=paper("Parquet de Luxembourg", "", "Autorisation judiciaire du 12 novembre"),
    ),
)  # fmt: skip


def add(users: Users, dossiers: Mapping[str, Dossier]) -> None:
    """Add them all, each by the person who had it, then date them as the story goes."""
    for told in PAPERS:
        by, dossier = users[told.by], dossiers[told.dossier]
        entry = _newest_entry(dossier, by) if told.of_newest_entry else None
        with acting_as(by.pk):
            file = _arrived(dossier, by, told.file_name, told.content)
            (document,) = documents.add(
                dossier=dossier, by=by, files=[Titled(file, told.title)], entry=entry,
                language=told.language, handling_codes=dossier.handling_codes,
            )  # fmt: skip
            if told.newer:
                newer = _arrived(dossier, by, told.file_name, told.newer)
                documents.add_version(document=document, by=by, upload=newer)
        _date(document, timezone.now() - timedelta(hours=told.hours_ago))


def _arrived(dossier: Dossier, by: User, name: str, content: bytes) -> Any:
    file = SimpleUploadedFile(name, content)
    (taken,) = uploads.take_whole(dossier=dossier, by=by, files=[file])
    if taken.upload is None or taken.upload.problem:
        raise ValueError(f"the demo's file {name} is not taken")
    return taken.upload.pk


def _newest_entry(dossier: Dossier, by: User) -> Entry | None:
    written = Entry.objects.filter(dossier=dossier, author=by.pk, replaced_by__isnull=True)
    return written.exclude(kind=EntryKind.EVENT).order_by("-at").first()


def _date(document: Document, moment: datetime) -> None:
    """As the owner of the tables: the story is told in the past, its versions half an hour apart."""
    Document.objects.filter(pk=document.pk).update(at=moment)
    events: Sequence[str] = ("documents.added", "document.replaced")
    for number, event in enumerate(events):
        later = moment + number * timedelta(minutes=30)
        DocumentVersion.objects.filter(document=document, number=number + 1).update(at=later)
        named = Entry.objects.filter(event=event, facts__documents=[str(document.pk)])
        named.update(at=later, recorded_at=later)
