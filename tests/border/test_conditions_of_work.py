"""Conditions of the tables one works in, each by itself: entries, drafts, documents, files.

What stands behind another wall in daily use is asked for directly, so that the mutation check
(tests/mutants) finds no condition that nobody guards.
"""

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from cases.models import Dossier, Draft, Entry, Mandate, Translation, Upload
from tests import steps
from tests.border.attempts import _alert as insert_alert
from tests.border.attempts import _document as insert_document
from tests.border.attempts import _dossier as insert_dossier
from tests.border.attempts import _entry as insert_entry
from tests.border.attempts import _new_upload as insert_upload
from tests.border.attempts import _version as insert_version
from tests.border.test_documents import guest_of
from tests.border.test_each_wall import UNKNOWN
from tests.factories import (
    Cast,
    DocumentFactory,
    DossierFactory,
    EntryFactory,
    add_version,
    raw,
    refused,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db


def no_longer(cast: Cast, dossier: Dossier) -> None:
    """The mandates of a dossier end."""
    for mandate in Mandate.objects.filter(dossier=dossier.pk, state="given"):
        steps.end(cast.belgian_coordinator, mandate)


def events(dossier: Dossier, event: str) -> int:
    return Entry.objects.filter(dossier=dossier.pk, event=event).count()


# Dossiers -------------------------------------------------------------------------------------


def test_who_opens_a_dossier_finds_it_in_the_list_at_once(cast: Cast) -> None:
    me, values = cast.belgian_officer, {"me": cast.belgian_officer.pk, "bog": cast.desks["BOG"].pk}
    raw(me, insert_dossier(), values)
    made = Dossier.objects.get(title="x")
    assert raw(me, "SELECT dossier_id, principal FROM cases_reader") == [(made.pk, -me.pk)]


def test_answered_asks_for_an_answer_in_the_dossier_itself(cast: Cast, dossier: Dossier) -> None:
    me, answered = (
        cast.belgian_officer,
        "UPDATE cases_dossier SET status = 'answered' WHERE id = %s",
    )
    EntryFactory(dossier=DossierFactory(handler=me), kind="answer")
    EntryFactory(dossier=dossier, kind="note")
    with pytest.raises(DatabaseError, match="asks for more"), transaction.atomic():
        raw(me, answered, [dossier.pk])
    EntryFactory(dossier=dossier, kind="answer")
    assert raw(me, answered, [dossier.pk]) == 1


def test_of_what_one_does_not_see_nobody_is_told(cast: Cast) -> None:
    dutch = DossierFactory(owner="NL", confined=True)
    about = {"dossier": dutch.pk, "reference": dutch.reference, "elsewhere": cast.dutch_officer.pk}
    statement = insert_alert(owner="'NL'")
    me, theirs = cast.belgian_officer, cast.dutch_headquarters
    assert refused(me, statement, about | {"me": me.pk})
    assert not refused(theirs, statement, about | {"me": theirs.pk})


# Entries, translations, drafts ----------------------------------------------------------------


def test_a_new_entry_is_the_first_version_whatever_is_written(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    raw(me, insert_entry(version="9"), {"dossier": dossier.pk, "me": me.pk})
    assert Entry.objects.get(text="x").version == 1


def test_an_entry_by_hand_is_no_event(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    values = {"dossier": dossier.pk, "me": me.pk}
    assert refused(me, insert_entry(kind="'event'"), values)
    assert refused(me, insert_entry(event="'status.open'"), values)
    assert not refused(me, insert_entry(), values)


def test_a_stranger_learns_of_no_entry_to_correct(cast: Cast, dossier: Dossier) -> None:
    # The trigger asks before the policy: it answers alike of what is there and of what is not.
    entry, stranger = EntryFactory(dossier=dossier), cast.dutch_colleague
    statement = insert_entry(replaces_id="%(replaced)s", correction="'x'")
    said = set()
    for key in (entry.pk, UNKNOWN):
        values = {"dossier": dossier.pk, "me": stranger.pk, "replaced": key}
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            raw(stranger, statement, values)
        said.add(str(caught.value).splitlines()[0])
    assert len(said) == 1, said


def test_translations_are_seen_with_their_entry_only(cast: Cast, dossier: Dossier) -> None:
    seen, hidden = EntryFactory(dossier=dossier), EntryFactory(dossier=DossierFactory(owner="NL"))
    for entry in (seen, hidden):
        Translation.objects.create(
            entry=entry, language="fr", text="x", translator="x", author=entry.author
        )
    rows = raw(cast.belgian_officer, "SELECT entry_id FROM cases_translation")
    assert rows == [(seen.pk,)]


def _draft(dossier: Dossier, person: User) -> Draft:
    return Draft.objects.create(dossier=dossier, person=person.person_ptr, values={"text": "x"})


def test_drafts_are_ones_own_while_one_sees_the_dossier(cast: Cast, dossier: Dossier) -> None:
    guest, me, count = guest_of(dossier, cast.dutch_officer), cast.belgian_officer, "count(*)"
    for person in (guest, me):
        _draft(dossier, person)
    DossierFactory(owner="NL")  # which the guest goes on seeing
    assert raw(guest, f"SELECT {count} FROM cases_draft") == [(1,)]
    no_longer(cast, dossier)
    assert raw(guest, f"SELECT {count} FROM cases_draft") == [(0,)]
    assert raw(me, f"SELECT {count} FROM cases_draft") == [(1,)]


def test_nobody_goes_on_with_the_draft_of_another_or_without_contributing(
    cast: Cast, dossier: Dossier
) -> None:
    # Without WHERE no policy for reading applies: only the one for changing stands.
    guest, colleague = guest_of(dossier, cast.dutch_officer, "view"), cast.belgian_colleague
    for person in (guest, colleague):
        _draft(dossier, person)
    everything = "UPDATE cases_draft SET at = '2001-01-01'"
    assert raw(guest, everything) == 0
    assert raw(cast.belgian_officer, everything) == 0
    assert raw(colleague, everything) == 1


# Documents and files on their way -------------------------------------------------------------

WITHDRAW = "UPDATE cases_document SET withdrawn_at = {}, withdrawn_reason = 'x' WHERE id = %s"


def test_a_document_is_withdrawn_once_and_for_good(cast: Cast, dossier: Dossier) -> None:
    me, document = cast.belgian_officer, DocumentFactory(dossier=dossier)
    assert refused(me, WITHDRAW.format("NULL"), [document.pk])
    assert raw(me, WITHDRAW.format("now()"), [document.pk]) == 1
    for again in ("now()", "NULL"):
        assert refused(me, WITHDRAW.format(again), [document.pk])
    assert events(dossier, "document.withdrawn") == 1


def test_documents_are_seen_with_their_dossier_only(cast: Cast, dossier: Dossier) -> None:
    document = DocumentFactory(dossier=dossier)
    DocumentFactory(dossier=DossierFactory(owner="NL"))
    assert raw(cast.belgian_officer, "SELECT id FROM cases_document") == [(document.pk,)]


def test_a_document_hangs_on_ones_own_entry_of_its_dossier(cast: Cast, dossier: Dossier) -> None:
    me, statement = cast.belgian_officer, insert_document(entry_id="%(entry)s")
    values = {"dossier": dossier.pk, "me": me.pk}
    elsewhere = EntryFactory(dossier=DossierFactory(handler=me))
    of_another = EntryFactory(dossier=dossier, author=cast.belgian_colleague)
    for entry in (elsewhere, of_another):
        assert entry.author_id in {me.pk, cast.belgian_colleague.pk}
        assert refused(me, statement, values | {"entry": entry.pk})
    own = EntryFactory(dossier=dossier)
    assert not refused(me, statement, values | {"entry": own.pk})


@pytest.mark.parametrize(
    ("state", "change", "lets"),
    [
        ("arriving", "received = 8, parts = 1", True),
        ("arriving", "received = 3", False),
        ("arriving", "parts = 0", False),
        ("arriving", "state = 'arrived'", True),
        ("arriving", "state = 'refused'", True),
        ("arrived", "state = 'used'", True),
        ("arrived", "state = 'refused'", True),
        ("arrived", "state = 'arriving'", False),
        ("arrived", "received = 8", False),
        ("used", "state = 'refused'", False),
        ("used", "state = 'used'", False),
        ("refused", "state = 'used'", False),
        ("refused", "state = 'refused'", False),
    ],
)
def test_a_file_on_its_way_goes_forwards_only(
    cast: Cast, dossier: Dossier, state: str, change: str, *, lets: bool
) -> None:
    me = cast.belgian_officer
    statement = insert_upload(state=f"'{state}'", received="4", parts="1")
    as_owner(statement, {"dossier": dossier.pk, "me": me.pk})
    assert refused(me, f"UPDATE cases_upload SET {change}") is not lets


def test_a_file_begins_at_its_beginning(cast: Cast, dossier: Dossier) -> None:
    me, values = cast.belgian_officer, {"dossier": dossier.pk, "me": cast.belgian_officer.pk}
    assert not refused(me, insert_upload(), values)
    assert refused(me, insert_upload(state="'arrived'"), values)
    assert refused(me, insert_upload(received="1"), values)


def test_nobody_goes_on_with_the_file_of_another(cast: Cast, dossier: Dossier) -> None:
    steps.begin(cast.belgian_colleague, dossier)  # without WHERE only the one policy stands
    everything = "UPDATE cases_upload SET received = 1"
    assert raw(cast.belgian_officer, everything) == 0
    assert raw(cast.belgian_colleague, everything) == 1


def test_files_on_their_way_are_seen_with_their_dossier_only(cast: Cast, dossier: Dossier) -> None:
    guest = guest_of(dossier, cast.dutch_officer)
    steps.begin(guest, dossier)
    DossierFactory(owner="NL")  # which the guest goes on seeing
    assert raw(guest, "SELECT count(*) FROM cases_upload") == [(1,)]
    no_longer(cast, dossier)
    assert raw(guest, "SELECT count(*) FROM cases_upload") == [(0,)]


@pytest.mark.parametrize(
    "wrong",
    ["nothing", "sent by another", "on its way", "elsewhere", "another file", "another content"],
)
def test_a_version_is_made_of_ones_own_file_that_has_arrived(
    cast: Cast, dossier: Dossier, wrong: str
) -> None:
    me, document = cast.belgian_officer, DocumentFactory(dossier=dossier)
    sender = cast.belgian_colleague if wrong == "sent by another" else me
    place = DossierFactory(handler=me) if wrong == "elsewhere" else dossier
    Upload.objects.create(
        dossier=place, person=sender.person_ptr, size=9, kind="text/plain",
        file="other" if wrong == "another file" else "f",
        sha256=("b" if wrong == "another content" else "a") * 64,
        state="arriving" if wrong == "on its way" else "arrived",
        key_name="BE:1", wrapped_key=b"wrapped", received=9, parts=1, file_name="x.txt",
    )  # fmt: skip
    statement, values = insert_version("'f'"), {"document": document.pk, "me": me.pk}
    assert refused(me, statement, values) is (wrong != "nothing")


def test_a_new_version_stands_in_the_timeline_of_its_document(cast: Cast, dossier: Dossier) -> None:
    other = DocumentFactory(dossier=DossierFactory(handler=cast.belgian_officer))
    add_version(DocumentFactory(dossier=dossier), b"Second.")
    assert events(dossier, "document.replaced") == 1
    assert events(other.dossier, "document.replaced") == 0
