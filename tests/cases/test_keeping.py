"""Keys over the years: wrapped again, destroyed, and the proof that every document can be read."""

from io import StringIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.test import TestCase
from pytest_django import Settings

from accounts.models import User
from cases.models import Document, DocumentVersion, Dossier, Upload
from cases.services import documents, keeping
from lodesk.audit.models import LogRow
from lodesk.files import keys, store
from lodesk.files.keys import KeyProblemError
from tests import steps
from tests.factories import Cast, DocumentFactory, DossierFactory, as_person, raw, refused
from tests.files.test_keys import line

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(cast: Cast) -> Document:
    """A Belgian document with two versions."""
    dossier = DossierFactory(handler=cast.belgian_officer)
    (made,) = steps.add_documents(cast.belgian_officer, dossier, "Kobaltblauw")
    steps.replace_document(cast.belgian_officer, made, b"Second.")
    Upload.objects.all().delete()
    return made


def content_of(by: User, document: Document, number: int = 1) -> bytes:
    """What somebody is given who opens a version."""
    with as_person(by):
        version = document.versions.select_related("document").get(number=number)
        return b"".join(documents.open_version(version=version, by=by).chunks())


def said(command: str, *words: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(command, *words, stdout=out, stderr=out)
    return out.getvalue()


# A new key of a country -------------------------------------------------------------------


def test_after_wrapping_again_the_old_key_can_be_thrown_away(
    cast: Cast, document: Document, settings: Settings
) -> None:
    dutch = DocumentFactory(dossier=DossierFactory(owner="NL"))
    arriving = steps.arrive(cast.belgian_officer, document.dossier)
    files = dict(DocumentVersion.objects.values_list("pk", "file"))
    settings.DOCUMENT_KEYS += " " + line("BE", 2, "n")
    assert content_of(cast.belgian_officer, document) == b"Kobaltblauw"  # the old one still opens
    assert said("rewrap_documents", "BE") == "BE: 3 keys wrapped again\n"
    assert said("rewrap_documents", "BE") == "BE: 0 keys wrapped again\n"
    settings.DOCUMENT_KEYS = " ".join(
        word for word in settings.DOCUMENT_KEYS.split() if not word.startswith("BE:1")
    )
    assert content_of(cast.belgian_officer, document) == b"Kobaltblauw"
    assert content_of(cast.belgian_officer, document, 2) == b"Second."
    arriving.refresh_from_db()
    assert arriving.key_name == "BE:2"
    assert dutch.versions.get().key_name == "NL:1"
    assert dict(DocumentVersion.objects.values_list("pk", "file")) == files  # no file was touched


def test_keys_are_wrapped_again_in_batches(
    document: Document, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DOCUMENT_KEYS += " " + line("BE", 2, "n")
    monkeypatch.setattr(keeping, "BATCH", 1)
    assert keeping.rewrap("BE") == 2


def test_without_the_old_key_nothing_is_wrapped_again(
    document: Document, settings: Settings
) -> None:
    settings.DOCUMENT_KEYS = line("BE", 2, "n")
    with pytest.raises(CommandError, match="BE:1 is not at hand"):
        said("rewrap_documents", "BE")
    assert set(document.versions.values_list("key_name", flat=True)) == {"BE:1"}


# Destroying -------------------------------------------------------------------------------


def test_without_its_wrapped_key_a_document_is_destroyed_wherever_copies_lie(
    cast: Cast, document: Document
) -> None:
    copies = {each.file: _bytes_of(each.file) for each in document.versions.all()}
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert keeping.destroy(document) == 2
    for name, copy in copies.items():
        storages[store.ALIAS].save(name, ContentFile(copy))  # from a backup of the files
    for number in (1, 2):
        with pytest.raises(KeyProblemError, match="destroyed"):
            content_of(cast.belgian_officer, document, number)
    for version in document.versions.all():
        for ring in (keys.keyring(),):
            for key in ring.keys.values():  # the countries' keys open it neither
                with pytest.raises(Exception, match="not what was stored"):
                    store.read(version.file, key=key)


def _bytes_of(name: str) -> bytes:
    with storages[store.ALIAS].open(name) as file:
        return file.read()


def test_what_was_destroyed_leaves_digest_and_moment_and_no_name(document: Document) -> None:
    digests = list(document.versions.order_by("number").values_list("sha256", flat=True))
    with TestCase.captureOnCommitCallbacks(execute=True):
        keeping.destroy(document)
    document.refresh_from_db()
    assert (document.title, document.destroyed_at is not None) == ("", True)
    for version in document.versions.all():
        assert (version.file_name, bytes(version.wrapped_key)) == ("", b"")
        assert not storages[store.ALIAS].exists(version.file)
    row = LogRow.objects.get(action="document.destroyed")
    assert (row.chain, row.actor_id if hasattr(row, "actor_id") else row.actor) == ("BE", None)
    assert row.facts["digests"] == digests
    assert not list(keeping.problems())


@pytest.mark.parametrize(
    "change", ["wrapped_key = ''", "key_name = ''", "file_name = ''", "file = 'x'", "sha256 = ''"]
)
def test_nobody_destroys_or_changes_a_version_through_the_application(
    cast: Cast, document: Document, change: str
) -> None:
    for person in (cast.belgian_officer, cast.belgian_coordinator):
        assert refused(person, f"UPDATE cases_documentversion SET {change}")
        assert refused(person, "DELETE FROM cases_documentversion")


# Proof ------------------------------------------------------------------------------------


def test_every_document_can_be_read(document: Document) -> None:
    assert "documents: 0 cannot be read" in said("verify_documents")


def _changed(version: DocumentVersion) -> None:
    content = bytearray(_bytes_of(version.file))
    content[-1] ^= 1
    store.remove([version.file])
    storages[store.ALIAS].save(version.file, ContentFile(bytes(content)))


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("removed", "missing"),
        ("changed", "not what was stored"),
        ("of another digest", "the content is another one"),
        ("of another key", "not the one this file was wrapped by"),
    ],
)
def test_what_cannot_be_read_is_named_without_its_title(
    document: Document, settings: Settings, what: str, problem: str
) -> None:
    version = document.versions.get(number=1)
    if what == "removed":
        store.remove([version.file])
    elif what == "changed":
        _changed(version)
    elif what == "of another digest":
        document.versions.filter(number=1).update(sha256="0" * 64)
    else:
        settings.DOCUMENT_KEYS = line("BE", 1, "w")
    out = StringIO()
    with pytest.raises(CommandError, match="not every document can be read"):
        call_command("verify_documents", stdout=out, stderr=out)
    assert problem in out.getvalue()
    assert str(document.pk) in out.getvalue()
    assert "Kobaltblauw" not in out.getvalue()


def test_files_without_a_row_are_found_and_removed(cast: Cast, document: Document) -> None:
    known = {each.file for each in document.versions.all()}
    arriving = steps.arrive(cast.belgian_officer, document.dossier)
    store.put("zz/lost", [b"x"], key=keys.new_key())
    assert "zz/lost" in set(keeping.orphans())
    said("verify_documents", "--remove-orphans")
    left = set(store.names())
    assert "zz/lost" not in left
    assert known | {arriving.file} <= left


def test_raw_sql_shows_wrapped_keys_only_to_who_reads_the_dossier(
    cast: Cast, document: Document
) -> None:
    count: Any = "SELECT count(*) FROM cases_documentversion"
    assert raw(cast.belgian_colleague, count) == [(2,)]
    assert raw(cast.dutch_officer, count) == [(0,)]
    assert Dossier.objects.count() == 1
