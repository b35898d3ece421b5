"""Documents behind the second wall: each condition by itself, with raw SQL."""

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from cases.models import Document, DocumentVersion, Dossier, Entry, Mandate, Upload
from tests import steps
from tests.border.attempts import _document as insert_document
from tests.border.attempts import _new_upload as insert_upload
from tests.factories import (
    Cast,
    DocumentFactory,
    DossierFactory,
    MandateFactory,
    add_version,
    grant,
    raw,
    refused,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
WITHDRAW = (
    "UPDATE cases_document SET withdrawn_at = '2001-01-01', withdrawn_by_id = %s,"
    " withdrawn_reason = 'x' WHERE id = %s"
)


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


def guest_of(dossier: Dossier, person: User, level: str = "contribute") -> User:
    """Somebody of the other country who holds a level under a mandate."""
    grant(dossier, person, level, MandateFactory(dossier=dossier, receiver=person, level=level))
    return person


def test_who_withdraws_and_when_is_who_acts_and_now(cast: Cast, dossier: Dossier) -> None:
    me, document = cast.belgian_officer, DocumentFactory(dossier=dossier)
    raw(me, WITHDRAW, [cast.belgian_head.pk, document.pk])
    document.refresh_from_db()
    assert document.withdrawn_by_id == me.pk
    assert document.withdrawn_at is not None
    assert document.withdrawn_at.year > 2001


def test_who_added_it_withdraws_it_only_while_contributing(cast: Cast, dossier: Dossier) -> None:
    guest = guest_of(dossier, cast.dutch_officer, "view")
    document = DocumentFactory(dossier=dossier, added_by=guest)
    assert refused(guest, WITHDRAW, [guest.pk, document.pk])
    guest_of(dossier, guest)
    assert not refused(guest, WITHDRAW, [guest.pk, document.pk])


def test_a_document_is_of_now_whatever_is_written(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    statement = insert_document(at="'2001-01-01'")
    raw(me, statement, {"dossier": dossier.pk, "me": me.pk})
    assert Document.objects.get().at.year > 2001


def test_nothing_is_hung_on_an_event(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    steps.add_documents(me, dossier)
    event, note = Entry.objects.get(event="documents.added"), steps.add_note(me, dossier)
    statement = insert_document(entry_id="%(entry)s")
    values = {"dossier": dossier.pk, "me": me.pk}
    assert event.author_id == me.pk
    assert refused(me, statement, values | {"entry": event.pk})
    assert not refused(me, statement, values | {"entry": note.pk})


def test_a_version_is_numbered_and_dated_by_the_database(cast: Cast, dossier: Dossier) -> None:
    me, document = cast.belgian_officer, DocumentFactory(dossier=dossier)
    upload = steps.arrive(me, dossier)
    raw(
        me,
        "INSERT INTO cases_documentversion (id, document_id, number, file_name, file, kind, size,"
        " sha256, key_name, wrapped_key, added_by_id, at) SELECT gen_random_uuid(), %s, 9,"
        " file_name, file, kind, size, sha256, key_name, wrapped_key, person_id, '2001-01-01'"
        " FROM cases_upload WHERE id = %s",
        [document.pk, upload.pk],
    )
    version = DocumentVersion.objects.get(file=upload.file)
    assert version.number == 2
    assert version.at.year > 2001


def test_a_file_that_moves_is_of_now(cast: Cast, dossier: Dossier) -> None:
    me, upload = cast.belgian_officer, steps.begin(cast.belgian_officer, dossier)
    Upload.objects.update(at="2001-01-01T00:00:00Z")
    raw(me, "UPDATE cases_upload SET received = 1")
    upload.refresh_from_db()
    assert upload.at.year > 2001


def test_when_sight_ends_ones_own_files_on_the_way_are_out_of_sight(
    cast: Cast, dossier: Dossier
) -> None:
    guest = guest_of(dossier, cast.dutch_officer)
    steps.begin(guest, dossier)
    count = "SELECT count(*) FROM cases_upload"
    assert raw(guest, count) == [(1,)]
    steps.end(cast.belgian_coordinator, Mandate.objects.get(dossier=dossier.pk))
    assert raw(guest, count) == [(0,)]


def test_versions_are_seen_with_their_dossier_only(cast: Cast, dossier: Dossier) -> None:
    add_version(DocumentFactory(dossier=dossier), b"Second.")
    DocumentFactory(dossier=DossierFactory(owner="NL"))
    count = "SELECT count(*) FROM cases_documentversion"
    assert raw(cast.belgian_colleague, count) == [(2,)]
    assert raw(cast.dutch_colleague, count) == [(1,)]
    assert raw(cast.luxembourg_headquarters, count) == [(0,)]


def test_one_file_becomes_one_version(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    steps.add_documents(me, dossier)
    upload = Upload.objects.get()
    with pytest.raises(DatabaseError, match="made of a file that has arrived"):
        raw(
            me,
            "INSERT INTO cases_documentversion SELECT (v).* FROM (SELECT jsonb_populate_record(v,"
            " jsonb_build_object('id', gen_random_uuid(), 'file', 'other')) AS v"
            " FROM cases_documentversion v) AS again",
        )
    assert upload.state == "used"


def test_the_trigger_lets_the_owner_arrange_what_it_likes(dossier: Dossier) -> None:
    """Restores and the tests write versions as they were."""
    document = DocumentFactory(dossier=dossier)
    version = add_version(document, b"Third.", number=3)
    assert version.number == 3
    assert add_version(document, b"Fourth.").number == 4


def test_a_file_begun_by_raw_sql_still_needs_a_place_to_go(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    statement = insert_upload(size="0")
    assert refused(me, statement, {"dossier": dossier.pk, "me": me.pk})


def test_added_at_once_by_raw_sql_is_one_event_a_dossier(cast: Cast, dossier: Dossier) -> None:
    other = DossierFactory(handler=cast.belgian_officer)
    with transaction.atomic():
        Document.objects.bulk_create(
            Document(dossier=each, title=title)
            for each in (dossier, other)
            for title in ("One", "Two")
        )
    rows = as_owner(
        "SELECT dossier_id, jsonb_array_length(facts->'documents') FROM cases_entry"
        " WHERE event = 'documents.added'"
    )
    assert dict(rows) == {dossier.pk: 2, other.pk: 2}
