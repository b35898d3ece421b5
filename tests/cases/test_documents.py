"""Documents: who adds, replaces, withdraws and opens them, and what stands in timeline and log."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from cases.models import Document, DocumentVersion, Dossier, Entry, Upload
from cases.selectors import timeline
from cases.services import documents
from cases.services.documents import NotArrivedError, ReasonNeededError, Titled
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import (
    Cast,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    MandateFactory,
    as_person,
    grant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


def viewer_of(dossier: Dossier, person: User, level: str = "view") -> User:
    """Somebody of the other country who holds a level under a mandate."""
    mandate = MandateFactory(dossier=dossier, receiver=person, level=level)
    grant(dossier, person, level, mandate)
    return person


def content_of(by: User, document: Document, number: int = 1, why: str = "") -> bytes:
    """What somebody is given who opens a version."""
    with as_person(by):
        version = DocumentVersion.objects.select_related("document").get(
            document=document, number=number
        )
        reader = documents.open_version(version=version, by=by, why=why)
    return b"".join(reader.chunks())  # as it streams: outside, nobody acts any more


def facts_of(action: str) -> dict[str, Any]:
    """The facts of the one act of this name in the log."""
    return LogRow.objects.get(action=action).facts


# Adding -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["belgian_officer", "belgian_colleague", "belgian_headquarters"])
def test_handler_team_and_headquarters_add_documents(
    cast: Cast, dossier: Dossier, who: str
) -> None:
    person = getattr(cast, who)
    (document,) = steps.add_documents(person, dossier, "Bill of lading")
    document.refresh_from_db()
    assert (document.title, document.added_by_id) == ("Bill of lading", person.pk)
    assert content_of(person, document) == b"Bill of lading"


@pytest.mark.parametrize("who", ["dutch_officer", "belgian_elsewhere", "belgian_auditor"])
def test_for_who_may_not_read_the_dossier_there_is_nothing_to_add_to(
    cast: Cast, dossier: Dossier, who: str
) -> None:
    with pytest.raises(Dossier.DoesNotExist):
        steps.arrive(getattr(cast, who), dossier)
    assert not Upload.objects.exists()


def test_who_may_only_view_adds_nothing(cast: Cast, dossier: Dossier) -> None:
    viewer = viewer_of(dossier, cast.dutch_officer)
    with pytest.raises(PermissionDenied):
        steps.arrive(viewer, dossier)
    assert not Upload.objects.exists()


def test_a_contributor_of_the_other_country_adds_under_the_mandate(
    cast: Cast, dossier: Dossier
) -> None:
    person = viewer_of(dossier, cast.dutch_officer, "contribute")
    (document,) = steps.add_documents(person, dossier)
    assert DocumentVersion.objects.get(document=document).key_name == "BE:1"  # the owner's key


def test_a_closed_dossier_takes_no_documents(cast: Cast) -> None:
    closed = DossierFactory(handler=cast.belgian_officer, status="closed")
    with pytest.raises(PermissionDenied):
        steps.arrive(cast.belgian_officer, closed)


def test_all_are_added_or_none(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    there = steps.arrive(me, dossier)
    files = [Titled(there.pk, "One"), Titled(uuid.uuid4(), "Two")]
    with as_person(me), pytest.raises(NotArrivedError):
        documents.add(dossier=dossier, by=me, files=files, language="en")
    assert not Document.objects.filter(dossier=dossier).exists()


@pytest.mark.parametrize("whose", ["another person's", "of another dossier", "used", "refused"])
def test_only_ones_own_file_that_has_arrived_for_this_dossier_is_added_once(
    cast: Cast, dossier: Dossier, whose: str
) -> None:
    me = cast.belgian_officer
    sender = cast.belgian_colleague if whose == "another person's" else me
    into = DossierFactory(handler=me) if whose == "of another dossier" else dossier
    name = "tool.exe" if whose == "refused" else "bill.txt"
    upload = steps.arrive(sender, into, name)
    if whose == "used":
        with as_person(me):
            documents.add(dossier=dossier, by=me, files=[Titled(upload.pk, "One")], language="en")
    with as_person(me), pytest.raises(NotArrivedError):
        documents.add(dossier=dossier, by=me, files=[Titled(upload.pk, "Two")], language="en")


def test_the_key_of_a_file_moves_to_the_version_and_stays_nowhere_else(
    cast: Cast, dossier: Dossier
) -> None:
    steps.add_documents(cast.belgian_officer, dossier)
    upload = Upload.objects.get()
    assert (upload.state, bytes(upload.wrapped_key)) == ("used", b"")
    assert len(bytes(DocumentVersion.objects.get(document__dossier=dossier).wrapped_key)) == 60


# Timeline ---------------------------------------------------------------------------------


def told(dossier: Dossier, by: User) -> list[str]:
    """The events of the timeline in words, the newest first."""
    with as_person(by):
        piece = timeline.timeline(dossier, by, last_visit=None, show="events")
        return [item.text for day in piece.days for item in day.items]


def test_documents_added_at_once_are_one_line_of_the_timeline(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    steps.add_documents(me, dossier, "Gate-in records", "Bill of lading")
    assert told(dossier, me) == ["2 documents added: Bill of lading, Gate-in records."]


def test_new_versions_and_withdrawals_stand_in_the_timeline(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    (document,) = steps.add_documents(me, dossier, "Bill of lading")
    steps.replace_document(me, document)
    steps.withdraw_document(me, document, "Of another ship.")
    assert told(dossier, me) == [
        "Document withdrawn: Bill of lading. Reason: Of another ship.",
        "Document replaced by version 2: Bill of lading.",
        "1 document added: Bill of lading.",
    ]


def test_documents_of_an_entry_stand_under_it_and_leave_no_other_line(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    entry = steps.add_note(me, dossier)
    steps.add_documents(me, dossier, "Photograph", entry=entry)
    assert told(dossier, me) == []
    with as_person(me):
        piece = timeline.timeline(dossier, me, last_visit=None)
    (item,) = piece.days[0].items
    assert item.foot[0].text == "Photograph"


def test_documents_stay_with_an_entry_that_is_corrected(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    entry = steps.add_note(me, dossier)
    steps.add_documents(me, dossier, "Photograph", entry=entry)
    for text in ("Better.", "Best."):
        entry = steps.correct(me, entry, text=text)
    with as_person(me):
        piece = timeline.timeline(dossier, me, last_visit=None)
    (item,) = piece.days[0].items
    assert item.text == "Best."
    assert item.foot[0].text == "Photograph"


@pytest.mark.parametrize("whose", ["another person's", "of another dossier"])
def test_a_document_belongs_to_an_entry_of_ones_own_in_the_same_dossier(
    cast: Cast, dossier: Dossier, whose: str
) -> None:
    me = cast.belgian_officer
    other = DossierFactory(handler=me)
    entry = EntryFactory(
        dossier=dossier if whose == "another person's" else other,
        author=cast.belgian_colleague if whose == "another person's" else me,
    )
    with pytest.raises(Exception, match="row-level security"):
        steps.add_documents(me, dossier, entry=entry)


# Versions ---------------------------------------------------------------------------------


def test_a_new_version_replaces_and_the_old_one_stays_readable(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    (document,) = steps.add_documents(me, dossier, "First")
    version = steps.replace_document(cast.belgian_colleague, document, b"Second.")
    assert version.number == 2
    assert content_of(me, document, 1) == b"First"
    assert content_of(me, document, 2) == b"Second."


def test_who_may_only_view_replaces_nothing(cast: Cast, dossier: Dossier) -> None:
    (document,) = steps.add_documents(cast.belgian_officer, dossier)
    viewer = viewer_of(dossier, cast.dutch_officer)
    with as_person(viewer), pytest.raises(PermissionDenied):
        documents.add_version(document=document, by=viewer, upload=uuid.uuid4())


# Withdrawing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "may"),
    [("belgian_officer", True), ("belgian_colleague", True), ("belgian_coordinator", True),
     ("belgian_head", False)],
)  # fmt: skip
def test_who_added_it_handler_and_headquarters_withdraw_it(
    cast: Cast, dossier: Dossier, who: str, *, may: bool
) -> None:
    (document,) = steps.add_documents(cast.belgian_colleague, dossier)
    if not may:
        with pytest.raises(PermissionDenied, match="Only who added it"):
            steps.withdraw_document(getattr(cast, who), document)
        return
    done = steps.withdraw_document(getattr(cast, who), document)
    assert done.withdrawn_at is not None
    assert done.withdrawn_by_id == getattr(cast, who).pk


def test_a_document_is_withdrawn_once_and_takes_no_version_after(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    (document,) = steps.add_documents(me, dossier)
    upload = steps.arrive(me, dossier)
    steps.withdraw_document(me, document)
    with pytest.raises(PermissionDenied):
        steps.withdraw_document(me, document)
    with as_person(me), pytest.raises(PermissionDenied):
        documents.add_version(document=document, by=me, upload=upload.pk)


# Opening ----------------------------------------------------------------------------------


def test_who_only_views_opens_with_a_reason(cast: Cast, dossier: Dossier) -> None:
    (document,) = steps.add_documents(cast.belgian_officer, dossier, "Bill")
    viewer = viewer_of(dossier, cast.dutch_officer)
    with pytest.raises(ReasonNeededError):
        content_of(viewer, document)
    assert content_of(viewer, document, why="To compare the seals.") == b"Bill"
    row = LogRow.objects.get(action="document.opened", chain="BE")
    assert row.why == "To compare the seals."


def test_what_was_withdrawn_is_opened_with_a_reason(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    (document,) = steps.add_documents(me, dossier, "Bill")
    steps.withdraw_document(me, document)
    with pytest.raises(ReasonNeededError):
        content_of(me, document)
    assert content_of(me, document, why="For the judge.") == b"Bill"


def test_for_who_may_not_read_the_dossier_a_version_does_not_exist(
    cast: Cast, dossier: Dossier
) -> None:
    document = DocumentFactory(dossier=dossier)
    version = DocumentVersion.objects.select_related("document").get(document=document)
    with as_person(cast.dutch_officer), pytest.raises(Document.DoesNotExist):
        documents.open_version(version=version, by=cast.dutch_officer, why="Curious.")
    assert not LogRow.objects.filter(action="document.opened").exists()


def test_the_log_has_keys_digests_and_codes_and_nothing_of_the_file(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    (document,) = steps.add_documents(me, dossier, "Kobaltblauw", handling_codes=["H2"])
    steps.replace_document(me, document, b"Kobaltblauw again")
    content_of(me, document, 2)
    version = DocumentVersion.objects.get(document=document, number=2)
    assert facts_of("document.opened") == {
        "document": str(document.pk), "version": 2, "digest": version.sha256,
    }  # fmt: skip
    assert facts_of("document.added")["codes"] == ["H2"]
    assert facts_of("document.replaced")["version"] == 2
    for row in LogRow.objects.all():
        assert "Kobaltblauw" not in f"{row.facts} {row.why} {row.personal}"
        assert "bill.txt" not in f"{row.facts} {row.why} {row.personal}"


def test_an_event_holds_keys_of_documents_and_no_title(cast: Cast, dossier: Dossier) -> None:
    (document,) = steps.add_documents(cast.belgian_officer, dossier, "Kobaltblauw")
    entry = Entry.objects.get(event="documents.added")
    assert entry.facts == {"documents": [str(document.pk)]}
