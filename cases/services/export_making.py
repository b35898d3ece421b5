"""Making what was asked for, in the worker, as who asked.

An export goes on step by step in transactions of its own, so that its page can say how far it is;
a killed worker leaves a row that is taken up again.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone, translation

from accounts.models import User
from accounts.zones import zones_of
from cases import policy
from cases.models import Export
from cases.models.exports import ExportForm, ExportState
from cases.selectors import clocks, export_package, export_print, exports
from cases.selectors.export_package import PackedFile
from cases.selectors.exports import Contents, Kept
from cases.services.journal import log
from cases.states import Step
from lodesk.border.context import acting_as
from lodesk.files import store
from lodesk.files.keys import keyring
from lodesk.files.packing import Archive, Digest
from lodesk.files.sealing import DamagedFileError
from lodesk.prints import typesetting

TEMPLATE: Final = Path(settings.BASE_DIR) / "templates" / "prints" / "dossier.typ"
OWN_STEPS = 3  # read, set, stored; and one for each document
RELATED = ("dossier", "dossier__desk", "dossier__handler", "dossier__opened_by")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """An export in hand, and everything that was read for it at one moment."""

    export: Export
    person: int
    by: str
    at: datetime
    found: Contents
    words: dict[str, Any]  # of the print


def make_waiting() -> int:
    """Make what was asked for, one after the other; for the worker. Returns how many."""
    count = 0
    while claimed := _claim():
        _make(*claimed)
        count += 1
    return count


def _claim() -> tuple[UUID, int] | None:
    with acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT export, person FROM cases_claim_export()")
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def _make(key: UUID, person: int) -> None:
    """Make one. Whatever goes wrong ends this one and keeps no other back."""
    try:
        work = _read(key, person)
        pdf = _print(work)
        _go_on(work, done=2)
        made = Digest(_packed(work, pdf) if work.export.form == ExportForm.PACKAGE else [pdf])
        owner = work.export.dossier.owner
        sealed_by = keyring().unwrap(work.export.held_key, country=owner, name=work.export.file)
        store.put(work.export.file, made.pieces(), key=sealed_by)
        _finish(work, made)
    except (OperationalError, InterfaceError):
        raise  # the database is away: it is taken up again
    except Exception as error:  # noqa: BLE001  (its name only: the text may quote the dossier)
        logger.warning("an export was not made: %s", type(error).__name__)
        _give_up(key, person, type(error).__name__)


def _read(key: UUID, person: int) -> Work:
    """Read everything as who asked, in one transaction: what may not be seen is not there."""
    with acting_as(person):
        user = User.objects.get(pk=person, is_active=True)
        export = Export.objects.visible_to(user).select_related(*RELATED).get(pk=key)
        dossier, use, consent = export.dossier, export.use, export.consent
        decision = policy.may_export(user, dossier, use=use, consent=consent)
        if not decision:
            raise PermissionDenied(decision.reason)
        found, at = exports.contents(dossier, use=use, consent=consent), timezone.now()
        with translation.override(export.language):
            zones = zones_of(user)
            with timezone.override(zones.here.tz):
                made = export_print.Made(user.name, at, zones.here)
                words = export_print.words(found, export, made, clocks.all_told(dossier, zones))
        _step(export, done=1, steps=OWN_STEPS + _files_in(export, found))
        return Work(export, person, user.name, at, found, words)


def _files_in(export: Export, found: Contents) -> int:
    return len(found.packed) if export.form == ExportForm.PACKAGE else 0


def _print(work: Work) -> bytes:
    return typesetting.typeset(TEMPLATE, typesetting.printable(work.words), at=work.at)


def _packed(work: Work, pdf: bytes) -> Iterator[bytes]:
    """The pieces of the package: its manifest, the print, the data, the documents."""
    data = _json(export_package.dossier(work.found, use=work.export.use))
    papers = export_package.packed(work.found)
    files = [
        PackedFile("dossier.pdf", len(pdf), hashlib.sha256(pdf).hexdigest()),
        PackedFile("dossier.json", len(data), hashlib.sha256(data).hexdigest()),
        *(PackedFile(path, kept.newest.size, kept.newest.sha256) for kept, path in papers),
    ]
    about = work.found.dossier
    manifest = export_package.manifest(about, work.export, by=work.by, at=work.at, files=files)
    archive = Archive()
    yield from archive.add("manifest.json", [_json(manifest)])
    yield from archive.add("dossier.pdf", [pdf])
    yield from archive.add("dossier.json", [data])
    for number, (kept, path) in enumerate(papers, start=1):
        yield from archive.add(path, _document(work, kept))
        _go_on(work, done=2 + number)
    yield from archive.end()


def _document(work: Work, kept: Kept) -> Iterator[bytes]:
    """A document's content, opened as who asked, at this moment; a damaged one ends the export."""
    version, digest = kept.newest, hashlib.sha256()
    with acting_as(work.person):
        user = User.objects.get(pk=work.person)
        export = Export.objects.visible_to(user).select_related("dossier").get(pk=work.export.pk)
        policy.require(user, Step.EXPORT, export.dossier)
        owner = export.dossier.owner
        key = keyring().unwrap(version.held_key, country=owner, name=version.file)
        log(
            user, "document.exported", export.dossier, document=kept.document.pk,
            version=version.number, digest=version.sha256, export=export.pk,
        )  # fmt: skip
    with closing(store.read(version.file, key=key)) as reader:
        for piece in reader.chunks():
            digest.update(piece)
            yield piece
    if digest.hexdigest() != version.sha256:
        raise DamagedFileError("a stored document is not what was stored")


def _go_on(work: Work, *, done: int) -> None:
    with acting_as(work.person):
        _step(work.export, done=done, steps=OWN_STEPS + _files_in(work.export, work.found))


def _step(export: Export, *, done: int, steps: int) -> None:
    changed = Export.objects.filter(pk=export.pk).update(done=done, steps=steps)
    if not changed:  # out of sight since, or forgotten
        raise Export.DoesNotExist


def _finish(work: Work, made: Digest) -> None:
    with acting_as(work.person):
        user = User.objects.get(pk=work.person)
        steps = OWN_STEPS + _files_in(work.export, work.found)
        changed = Export.objects.filter(pk=work.export.pk).update(
            state=ExportState.READY, done=steps, steps=steps, size=made.size, sha256=made.sha256
        )
        if not changed:
            raise Export.DoesNotExist
        log(
            user, "export.made", work.export.dossier, export=work.export.pk, form=work.export.form,
            use=work.export.use, digest=made.sha256, entries=len(work.found.entries),
            documents=_files_in(work.export, work.found), left_out=work.found.left_out,
        )  # fmt: skip


def _give_up(key: UUID, person: int, problem: str) -> None:
    with acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT cases_give_up_export(%s)", [key])
        (file,) = cursor.fetchone()
    if file:
        store.remove([file])
    with acting_as(person):
        user = User.objects.filter(pk=person).first()
        export = Export.objects.filter(pk=key).select_related("dossier").first()
        if export and user:  # else access has ended: nobody is there to be told
            log(user, "export.failed", export.dossier, export=key, problem=problem)


def _json(data: dict[str, Any]) -> bytes:
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return text.encode()
