"""Keys and files over the years: wrap again, destroy, and prove that everything is there.

For the owner's login, on the server: the application's has no right to any of this.
"""

import hashlib
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from cases.models import Document, DocumentVersion, Export, Upload
from lodesk import audit
from lodesk.files import store
from lodesk.files.keys import KeyProblemError, keyring
from lodesk.files.sealing import DamagedFileError
from lodesk.files.store import StoreProblemError

BATCH = 200
Sealed = DocumentVersion | Upload | Export
OWNERS: dict[type[Sealed], str] = {
    DocumentVersion: "document__dossier__owner",
    Upload: "dossier__owner",
    Export: "dossier__owner",
}


def rewrap(country: str) -> int:
    """Wrap the keys of all files of a country by its current key. May be stopped and run again."""
    changed = 0
    for model, path in OWNERS.items():
        while count := _rewrap_some(model, path, country):
            changed += count
    return changed


@transaction.atomic
def _rewrap_some(model: type[Sealed], path: str, country: str) -> int:
    ring = keyring()
    old = model._default_manager.filter(**{path: country}).exclude(wrapped_key=b"")
    rows = old.exclude(key_name=ring.current(country)).select_for_update(of=("self",))[:BATCH]
    count = 0
    for row in rows:
        key = ring.unwrap(row.held_key, country=country, name=row.file)
        held = ring.wrap(key, country=country, name=row.file)
        model._default_manager.filter(pk=row.pk).update(
            key_name=held.name, wrapped_key=held.wrapped
        )
        count += 1
    return count


@transaction.atomic
def destroy(document: Document) -> int:
    """Forget the keys of all versions of a document, then the files and what they were called.

    Without its key a stored file is noise, wherever copies of it may lie. Packages that may hold
    it go too. Returns the versions.
    """
    dossier = document.dossier
    versions = list(document.versions.select_for_update().order_by("number"))
    document.versions.update(wrapped_key=b"", key_name="", file_name="")
    Document.objects.filter(pk=document.pk).update(title="", destroyed_at=timezone.now())
    packed = Export.objects.filter(dossier=dossier)
    files = [each.file for each in (*versions, *packed)]
    packed.delete()
    audit.log(
        by=None,
        action="document.destroyed",
        chain=dossier.owner,
        target="cases.dossier",
        target_id=dossier.pk,
        reference=dossier.reference,
        facts={"document": document.pk, "digests": [each.sha256 for each in versions]},
    )
    transaction.on_commit(lambda: store.remove(files), robust=True)
    return len(versions)


def problems() -> Iterator[str]:
    """Read every stored file to its end: versions that cannot be read, by key, without a title."""
    for version in DocumentVersion.objects.select_related("document__dossier").iterator():
        if not version.wrapped_key:
            continue
        problem = _problem(version)
        if problem:
            yield f"{version.document.dossier.reference} document {version.document_id}: {problem}"


def _problem(version: DocumentVersion) -> str:
    owner = version.document.dossier.owner
    try:
        key = keyring().unwrap(version.held_key, country=owner, name=version.file)
        digest = hashlib.sha256()
        for piece in store.read(version.file, key=key).chunks():
            digest.update(piece)
    except (KeyProblemError, StoreProblemError, DamagedFileError) as error:
        return str(error)
    return "" if digest.hexdigest() == version.sha256 else "the content is another one"


def orphans() -> Iterator[str]:
    """Stored files that no row names: left behind by a process that was killed."""
    known = set(DocumentVersion.objects.exclude(wrapped_key=b"").values_list("file", flat=True))
    known |= set(Export.objects.values_list("file", flat=True))
    coming = dict(Upload.objects.exclude(wrapped_key=b"").values_list("file", "parts"))
    for name in store.names():
        base = name.partition(".")[0]
        if name not in known and base not in coming:
            yield name
