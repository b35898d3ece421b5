"""Files on their way: in parts, after a dropped line, damaged, too large, and forgotten."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.db import transaction
from django.test import TestCase
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from cases.models import Dossier, Upload
from cases.services import uploads
from cases.services.uploads import DamagedPartError, OutOfPlaceError
from cases.tasks import forget_uploads
from lodesk.audit.models import LogRow
from lodesk.files import store
from lodesk.files.keys import KeyProblemError
from lodesk.files.refusals import RefusedError
from tests import steps
from tests.factories import Cast, DossierFactory, MandateFactory, as_person, grant, raw

pytestmark = pytest.mark.django_db
TEXT = b"Seal EC 004417 on container CSQU 305438 3.\n" * 40


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


@pytest.fixture
def me(cast: Cast) -> User:
    """Who sends files."""
    return cast.belgian_officer


def begin(me: User, dossier: Dossier, content: bytes = TEXT, **said: Any) -> Upload:
    """Expect a file."""
    said = {
        "file_name": "seals.txt", "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    } | said  # fmt: skip
    with as_person(me):
        return uploads.begin(dossier=dossier, by=me, **said)


def send(me: User, upload: Upload, offset: int, content: bytes, digest: bytes = b"") -> Upload:
    """Send a part; what waits for the commit runs."""
    digest = digest or hashlib.sha256(content).digest()
    with TestCase.captureOnCommitCallbacks(execute=True), as_person(me):
        return uploads.take_part(
            upload=upload, by=me, offset=offset, content=content, sha256=digest
        )


def stored(upload: Upload) -> list[str]:
    """What the store has of a file."""
    folder, _, name = upload.file.partition("/")
    try:
        _folders, files = storages[store.ALIAS].listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(each for each in files if each.startswith(name))


# Parts ------------------------------------------------------------------------------------


def test_a_file_arrives_in_parts_and_its_parts_are_forgotten(me: User, dossier: Dossier) -> None:
    upload = begin(me, dossier)
    send(me, upload, 0, TEXT[:1000])
    assert len(stored(upload)) == 1
    upload = send(me, upload, 1000, TEXT[1000:])
    assert (upload.state, upload.kind, upload.received) == ("arrived", "text/plain", len(TEXT))
    assert stored(upload) == [upload.file.partition("/")[2]]
    reader = store.read(upload.file, key=uploads._key(upload))
    assert b"".join(reader.chunks()) == TEXT


def test_nothing_lies_in_clear_while_it_arrives_or_after(me: User, dossier: Dossier) -> None:
    upload = begin(me, dossier)
    send(me, upload, 0, TEXT[:1000])
    for name in stored(upload):
        assert b"Seal" not in _bytes_of(f"{upload.file[:3]}{name}")
    send(me, upload, 1000, TEXT[1000:])
    assert b"Seal" not in _bytes_of(upload.file)


def _bytes_of(name: str) -> bytes:
    with storages[store.ALIAS].open(name) as file:
        return file.read()


@pytest.mark.parametrize("offset", [0, 999, 1001, 5000])
def test_a_part_that_does_not_follow_changes_nothing(
    me: User, dossier: Dossier, offset: int
) -> None:
    upload = begin(me, dossier)
    send(me, upload, 0, TEXT[:1000])
    with pytest.raises(OutOfPlaceError):
        send(me, upload, offset, TEXT[:500])
    upload.refresh_from_db()
    assert (upload.received, upload.parts) == (1000, 1)


def test_a_part_longer_than_the_file_is_refused(me: User, dossier: Dossier) -> None:
    upload = begin(me, dossier)
    with pytest.raises(OutOfPlaceError):
        send(me, upload, 0, TEXT + b"x")


def test_a_damaged_part_is_sent_again(me: User, dossier: Dossier) -> None:
    upload = begin(me, dossier)
    with pytest.raises(DamagedPartError):
        send(me, upload, 0, TEXT[:1000], digest=hashlib.sha256(b"other").digest())
    assert send(me, upload, 0, TEXT[:1000]).received == 1000


def test_a_part_whose_answer_was_lost_is_not_taken_twice(me: User, dossier: Dossier) -> None:
    # The transaction of the first try was rolled back after its part had been stored.
    upload = begin(me, dossier)
    with transaction.atomic():
        send(me, upload, 0, TEXT[:1000])
        transaction.set_rollback(True)
    send(me, upload, 0, TEXT[:700])
    assert send(me, upload, 700, TEXT[700:]).state == "arrived"


def test_a_file_that_was_begun_goes_on_where_it_stopped(me: User, dossier: Dossier) -> None:
    upload = begin(me, dossier)
    send(me, upload, 0, TEXT[:1000])
    again = begin(me, dossier)
    assert (again.pk, again.received) == (upload.pk, 1000)
    assert begin(me, dossier, TEXT[::-1]).pk != upload.pk
    assert begin(me, dossier, file_name="other.txt").pk != upload.pk


def test_another_person_begins_anew(me: User, dossier: Dossier, cast: Cast) -> None:
    upload = begin(me, dossier)
    assert begin(cast.belgian_colleague, dossier).pk != upload.pk


def test_the_whole_must_be_what_was_announced(me: User, dossier: Dossier) -> None:
    upload = begin(me, dossier, sha256="0" * 64)
    upload = send(me, upload, 0, TEXT)
    assert (upload.state, upload.problem) == ("refused", "damaged")
    assert stored(upload) == []


def test_what_is_refused_is_forgotten_and_logged_without_its_name(
    me: User, dossier: Dossier
) -> None:
    upload = begin(me, dossier, b"MZ" + b"\0" * 99, file_name="kobalt.exe")
    upload = send(me, upload, 0, b"MZ" + b"\0" * 99)
    assert (upload.state, upload.problem) == ("refused", "executable")
    assert stored(upload) == []
    row = LogRow.objects.get(action="upload.refused")
    assert row.facts["problem"] == "executable"
    assert "kobalt" not in f"{row.facts}{row.why}{row.personal}"


def test_a_file_that_has_arrived_takes_no_more(me: User, dossier: Dossier) -> None:
    upload = send(me, begin(me, dossier), 0, TEXT)
    assert send(me, upload, 0, b"other").received == len(TEXT)


def test_a_file_can_be_taken_back(me: User, dossier: Dossier) -> None:
    half, whole = begin(me, dossier), begin(me, dossier, TEXT[::-1])
    send(me, half, 0, TEXT[:1000])
    send(me, whole, 0, TEXT[::-1])
    for upload in (half, whole):
        with TestCase.captureOnCommitCallbacks(execute=True), as_person(me):
            uploads.give_up(upload=upload, by=me)
        upload.refresh_from_db()
        assert upload.state == "refused"
        assert stored(upload) == []


def test_what_became_a_document_is_not_taken_back(me: User, dossier: Dossier) -> None:
    steps.add_documents(me, dossier)
    upload = Upload.objects.get()
    with TestCase.captureOnCommitCallbacks(execute=True), as_person(me):
        uploads.give_up(upload=upload, by=me)
    assert stored(upload)


# Who --------------------------------------------------------------------------------------


def test_a_file_on_its_way_is_seen_by_who_sends_it(me: User, dossier: Dossier, cast: Cast) -> None:
    upload = begin(me, dossier)
    for person in (cast.belgian_colleague, cast.belgian_coordinator):
        with pytest.raises(Upload.DoesNotExist):
            send(person, upload, 0, TEXT)
        assert raw(person, "SELECT count(*) FROM cases_upload") == [(0,)]
    assert raw(me, "SELECT count(*) FROM cases_upload") == [(1,)]


def test_when_the_mandate_ends_no_further_part_is_taken(dossier: Dossier, cast: Cast) -> None:
    guest = cast.dutch_officer
    mandate = MandateFactory(dossier=dossier, receiver=guest, level="contribute")
    grant(dossier, guest, "contribute", mandate)
    upload = begin(guest, dossier)
    send(guest, upload, 0, TEXT[:1000])
    steps.end(cast.belgian_coordinator, mandate)
    with pytest.raises(Upload.DoesNotExist):
        send(guest, upload, 1000, TEXT[1000:])


def test_who_may_no_longer_contribute_sends_no_further_part(
    me: User, dossier: Dossier, cast: Cast
) -> None:
    upload = begin(me, dossier)
    Dossier.objects.filter(pk=dossier.pk).update(status="answered")
    Dossier.objects.filter(pk=dossier.pk).update(status="closed")
    with pytest.raises(PermissionDenied):
        send(me, upload, 0, TEXT)


# Limits -----------------------------------------------------------------------------------


def refusal(me: User, dossier: Dossier, **said: Any) -> str:
    """Why a file is not expected."""
    with pytest.raises(RefusedError) as error:
        begin(me, dossier, **said)
    return error.value.refusal.value


def test_empty_files_are_refused(me: User, dossier: Dossier) -> None:
    assert refusal(me, dossier, size=0) == "empty"


def test_a_file_has_a_largest_size(me: User, dossier: Dossier, settings: Settings) -> None:
    settings.DOCUMENT_LARGEST = len(TEXT)
    begin(me, dossier)
    settings.DOCUMENT_LARGEST = len(TEXT) - 1
    assert refusal(me, dossier, file_name="new.txt") == "too_large"


def test_a_dossier_has_a_largest_size(me: User, dossier: Dossier, settings: Settings) -> None:
    steps.add_documents(me, dossier, "x" * 100)
    begin(me, dossier, size=50)
    settings.DOSSIER_LARGEST = 200
    assert refusal(me, dossier, size=51) == "no_room"
    begin(me, dossier, size=50, file_name="fits.txt")
    begin(me, DossierFactory(handler=me), size=200)  # another dossier has room of its own


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\photos\\seal.txt", "seal.txt"),
        ("../../etc/seal.txt", "seal.txt"),
        ("se\u202eal\x00.txt", "seal.txt"),
        ("", "file"),
        ("x" * 300 + ".jpg", "x" * 251 + ".jpg"),
        ("x" * 300, "x" * 255),
    ],
)
def test_of_a_name_only_what_can_be_shown_is_kept(
    me: User, dossier: Dossier, sent: str, kept: str
) -> None:
    upload = begin(me, dossier, file_name=sent)
    assert upload.file_name == kept
    assert "seal" not in upload.file


# Keys -------------------------------------------------------------------------------------


def test_without_the_owners_key_no_file_is_taken(
    me: User, dossier: Dossier, settings: Settings
) -> None:
    settings.DOCUMENT_KEYS = settings.DOCUMENT_KEYS.replace("BE:", "LU:9")
    with pytest.raises(KeyProblemError):
        begin(me, dossier)
    assert not Upload.objects.exists()


# Forgetting -------------------------------------------------------------------------------


def test_what_nobody_finished_within_a_day_is_forgotten(me: User, dossier: Dossier) -> None:
    half, whole, fresh = (
        begin(me, dossier),
        begin(me, dossier, TEXT[::-1]),
        begin(me, dossier, TEXT * 2),
    )
    send(me, half, 0, TEXT[:1000])
    send(me, whole, 0, TEXT[::-1])
    send(me, fresh, 0, TEXT[:1000])
    (document,) = steps.add_documents(me, dossier)
    used = Upload.objects.get(state="used")
    _a_day_passes(half, whole, used)
    with TestCase.captureOnCommitCallbacks(execute=True):
        forget_uploads()
    assert list(Upload.objects.values_list("pk", flat=True)) == [fresh.pk]
    assert [stored(each) for each in (half, whole)] == [[], []]
    assert stored(fresh)
    assert stored(used)  # it is the file of the document now
    with TestCase.captureOnCommitCallbacks(execute=True):
        forget_uploads()  # may run twice
    assert document.versions.count() == 1


def _a_day_passes(*rows: Upload) -> None:
    moment = timezone.now() - timedelta(days=1, seconds=1)
    Upload.objects.filter(pk__in=[each.pk for each in rows]).update(at=moment)
