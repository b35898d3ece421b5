"""The timeline: who may add to it, and that nothing in it changes."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cases.models import Dossier, Draft, Entry, Translation
from cases.models.entries import EntryKind
from cases.selectors import entries as shown
from cases.services import entries
from cases.services.entries import CorrectedError
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    EntryFactory,
    MandateFactory,
    as_person,
    grant,
    raw,
    refused,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["belgian_officer", "belgian_colleague", "belgian_headquarters"])
def test_handler_team_and_headquarters_add_notes(cast: Cast, who: str) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    entry = steps.add_note(getattr(cast, who), dossier, "Rang the port.")
    entry.refresh_from_db()
    assert (entry.text, entry.author_id) == ("Rang the port.", getattr(cast, who).pk)


@pytest.mark.parametrize("who", ["dutch_officer", "belgian_elsewhere", "belgian_auditor"])
def test_for_who_may_not_read_the_dossier_does_not_exist(cast: Cast, who: str) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    with pytest.raises(Dossier.DoesNotExist):
        steps.add_note(getattr(cast, who), dossier)
    assert not Entry.objects.exists()


def test_who_may_only_view_adds_nothing(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="view")
    grant(dossier, cast.dutch_officer, "view", mandate)
    with pytest.raises(PermissionDenied):
        steps.add_note(cast.dutch_officer, dossier)


def test_a_contributor_of_the_other_country_adds_notes_under_the_mandate(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="contribute")
    grant(dossier, cast.dutch_officer, "contribute", mandate)
    steps.add_note(cast.dutch_officer, dossier)


def test_a_closed_dossier_takes_no_notes(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, status="closed")
    with pytest.raises(PermissionDenied):
        steps.add_note(cast.belgian_officer, dossier)
    assert refused(
        cast.belgian_officer,
        "INSERT INTO cases_entry (id, dossier_id, kind, author_id, at, text, language,"
        " handling_codes, event, facts) VALUES (gen_random_uuid(), %s, 'note', %s, now(), 'x',"
        " 'en', '{}', '', '{}')",
        [dossier.pk, cast.belgian_officer.pk],
    )


def test_an_entry_is_never_changed_and_never_deleted(cast: Cast) -> None:
    entry = EntryFactory(dossier=DossierFactory(handler=cast.belgian_officer))
    for person in (cast.belgian_officer, cast.belgian_coordinator):
        assert refused(person, "UPDATE cases_entry SET text = 'x' WHERE id = %s", [entry.pk])
        assert refused(person, "DELETE FROM cases_entry WHERE id = %s", [entry.pk])


INSERT = (
    "INSERT INTO cases_entry (id, dossier_id, kind, author_id, at, recorded_at, text, language,"
    " handling_codes, event, facts) VALUES (gen_random_uuid(), %s, 'note', %s, {at},"
    " '2001-01-01', 'x', 'en', '{{}}', '', '{{}}')"
)


def test_the_database_says_when_it_was_written(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    statement = INSERT.format(at="now() - interval '3 hours'")
    raw(cast.belgian_officer, statement, [dossier.pk, cast.belgian_officer.pk])
    entry = Entry.objects.get()
    assert timezone.now() - entry.recorded_at < timedelta(minutes=5)
    assert timedelta(hours=2) < entry.recorded_at - entry.at < timedelta(hours=4)


def test_nothing_is_entered_before_it_happens(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    statement = INSERT.format(at="now() + interval '3 hours'")
    raw(cast.belgian_officer, statement, [dossier.pk, cast.belgian_officer.pk])
    entry = Entry.objects.get()
    assert entry.at == entry.recorded_at


def test_an_entry_tells_of_the_last_year(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    for days, is_refused in ((365, False), (367, True)):
        statement = INSERT.format(at=f"now() - interval '{days} days'")
        values = [dossier.pk, cast.belgian_officer.pk]
        assert refused(cast.belgian_officer, statement, values) is is_refused


def test_nobody_writes_events_by_hand(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    assert refused(
        cast.belgian_officer,
        "INSERT INTO cases_entry (id, dossier_id, kind, author_id, at, text, language,"
        " handling_codes, event, facts) VALUES (gen_random_uuid(), %s, 'event', %s, now(), '',"
        " 'en', '{}', 'handover.accepted', '{}')",
        [dossier.pk, cast.belgian_officer.pk],
    )


# Kinds ------------------------------------------------------------------------------------


def test_only_headquarters_of_the_owner_gives_instructions(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    assert steps.write(cast.belgian_headquarters, dossier, kind=EntryKind.INSTRUCTION).pk
    for person in (cast.belgian_officer, cast.belgian_colleague):
        with pytest.raises(PermissionDenied):
            steps.write(person, dossier, kind=EntryKind.INSTRUCTION)
        statement = INSERT.format(at="now()").replace("'note'", "'instruction'")
        assert refused(person, statement, [dossier.pk, person.pk])


def test_a_foreign_handler_gives_no_instructions(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="handle")
    grant(dossier, cast.dutch_officer, "handle", mandate)
    with pytest.raises(PermissionDenied):
        steps.write(cast.dutch_officer, dossier, kind=EntryKind.INSTRUCTION)


def test_a_refusal_without_a_ground_is_none(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    statement = INSERT.format(at="now()").replace("'note'", "'refusal'")
    assert refused(cast.belgian_officer, statement, [dossier.pk, cast.belgian_officer.pk])
    entry = steps.write(cast.belgian_officer, dossier, kind=EntryKind.REFUSAL, ground="6a")
    assert Entry.objects.get(pk=entry.pk).ground == "6a"


def test_a_field_no_entry_has_is_an_error_of_the_program(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    with pytest.raises(ValueError, match="author"):
        steps.write(cast.belgian_officer, dossier, kind="note", author=cast.belgian_colleague)


# Corrections ------------------------------------------------------------------------------


@pytest.fixture
def note(cast: Cast) -> Entry:
    """A note of an hour ago, in a dossier of the Belgian officer."""
    dossier = DossierFactory(handler=cast.belgian_officer)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    entry: Entry = EntryFactory(dossier=dossier, text="Sold in June.", at=an_hour_ago)
    return entry


def test_a_correction_takes_the_place_of_the_old_version_which_stays(
    cast: Cast, note: Entry
) -> None:
    new = steps.correct(cast.belgian_officer, note, text="Sold in July.", correction="month")
    new.refresh_from_db()
    note.refresh_from_db()
    assert (new.at, new.version, new.kind) == (note.at, 2, note.kind)
    assert new.recorded_at > note.at
    assert note.text == "Sold in June."
    assert list(shown.current(note.dossier)) == [new]


def test_a_correction_of_a_correction_is_the_third_version(cast: Cast, note: Entry) -> None:
    second = steps.correct(cast.belgian_officer, note, text="2")
    third = steps.correct(cast.belgian_colleague, second, text="3")
    third.refresh_from_db()
    assert third.version == 3
    versions = shown.versions(note.dossier, second.pk)
    assert [(each.number, each.item.text, each.is_last) for each in versions] == [
        (3, "3", True),
        (2, "2", False),
        (1, "Sold in June.", False),
    ]


def test_two_corrections_of_one_version_do_not_both_stand(cast: Cast, note: Entry) -> None:
    steps.correct(cast.belgian_officer, note, text="First.")
    with pytest.raises(CorrectedError):
        steps.correct(cast.belgian_colleague, note, text="Second.")
    assert not Entry.objects.filter(text="Second.").exists()


def test_who_may_only_view_corrects_nothing(cast: Cast, note: Entry) -> None:
    mandate = MandateFactory(dossier=note.dossier, receiver=cast.dutch_officer, level="view")
    grant(note.dossier, cast.dutch_officer, "view", mandate)
    with pytest.raises(PermissionDenied):
        steps.correct(cast.dutch_officer, note, text="x")


def test_an_instruction_is_corrected_by_headquarters_only(cast: Cast, note: Entry) -> None:
    order = steps.write(cast.belgian_headquarters, note.dossier, kind=EntryKind.INSTRUCTION)
    with pytest.raises(PermissionDenied):
        steps.correct(cast.belgian_officer, order, text="x")
    assert steps.correct(cast.belgian_coordinator, order, text="x").kind == EntryKind.INSTRUCTION


CORRECTION = (
    "INSERT INTO cases_entry (id, dossier_id, kind, author_id, text, language, handling_codes,"
    " event, facts, replaces_id, version) VALUES (gen_random_uuid(), %(dossier)s, %(kind)s,"
    " %(me)s, 'x', 'en', '{}', '', '{}', %(old)s, %(version)s)"
)


def _correction(cast: Cast, note: Entry, **values: Any) -> dict[str, Any]:
    return {
        "dossier": note.dossier_id,
        "kind": "note",
        "me": cast.belgian_officer.pk,
        "old": note.pk,
        "version": 2,
    } | values


def test_by_sql_a_correction_stays_in_its_dossier_and_of_its_kind(cast: Cast, note: Entry) -> None:
    me = cast.belgian_officer
    other = DossierFactory(handler=me)
    dutch = EntryFactory(dossier=DossierFactory(owner="NL", handler=cast.dutch_officer))
    assert not refused(me, CORRECTION, _correction(cast, note))
    for wrong in ({"dossier": other.pk}, {"kind": "phone_note"}, {"old": dutch.pk}):
        assert refused(me, CORRECTION, _correction(cast, note, **wrong)), wrong


def test_by_sql_the_version_is_the_databases_to_count(cast: Cast, note: Entry) -> None:
    raw(cast.belgian_officer, CORRECTION, _correction(cast, note, version=9))
    assert Entry.objects.get(replaces=note).version == 2


# Translations -----------------------------------------------------------------------------


def test_a_translation_stands_beside_the_original(cast: Cast, note: Entry) -> None:
    made = steps.translate(cast.belgian_colleague, note, text="Vendu en juin.")
    made.refresh_from_db()
    assert made.author_id == cast.belgian_colleague.pk
    assert shown.translations([note])[note.pk] == [made]
    note.refresh_from_db()
    assert note.text == "Sold in June."


TRANSLATION = (
    "INSERT INTO cases_translation (id, entry_id, language, text, translator, author_id, at)"
    " VALUES (gen_random_uuid(), %(entry)s, 'fr', 'x', 'x', %(author)s, '2001-01-01')"
)


def test_by_sql_a_translation_is_added_by_who_contributes_and_in_the_own_name(
    cast: Cast, note: Entry
) -> None:
    me, other = cast.belgian_officer, cast.belgian_colleague
    values = {"entry": note.pk, "author": me.pk}
    assert not refused(me, TRANSLATION, values)
    assert refused(me, TRANSLATION, values | {"author": other.pk})
    event = EntryFactory(dossier=note.dossier, kind="event", event="status.open")
    assert refused(me, TRANSLATION, values | {"entry": event.pk})
    closed = EntryFactory(dossier=DossierFactory(handler=me, status="closed"))
    assert refused(me, TRANSLATION, values | {"entry": closed.pk})
    mandate = MandateFactory(dossier=note.dossier, receiver=cast.dutch_officer, level="view")
    grant(note.dossier, cast.dutch_officer, "view", mandate)
    viewer = cast.dutch_officer
    assert refused(viewer, TRANSLATION, {"entry": note.pk, "author": viewer.pk})
    raw(me, TRANSLATION, values)
    assert Translation.objects.get().at.year > 2001


def test_a_translation_is_read_with_its_dossier_and_never_changed(cast: Cast, note: Entry) -> None:
    steps.translate(cast.belgian_officer, note, text="Vendu.")
    assert raw(cast.dutch_officer, "SELECT 1 FROM cases_translation") == []
    assert raw(cast.belgian_colleague, "SELECT 1 FROM cases_translation") == [(1,)]
    assert refused(cast.belgian_officer, "UPDATE cases_translation SET text = 'x'")
    assert refused(cast.belgian_officer, "DELETE FROM cases_translation")


# Drafts -----------------------------------------------------------------------------------


def _keep(by: Any, dossier: Dossier, text: str) -> None:
    with as_person(by):
        entries.keep_draft(dossier=dossier, by=by, values={"text": text})


def test_a_draft_is_kept_once_and_read_by_nobody_else(cast: Cast, note: Entry) -> None:
    _keep(cast.belgian_officer, note.dossier, "Beg")
    _keep(cast.belgian_officer, note.dossier, "Begun")
    assert [draft.values for draft in Draft.objects.all()] == [{"text": "Begun"}]
    assert raw(cast.belgian_officer, "SELECT 1 FROM cases_draft") == [(1,)]
    for person in (cast.belgian_colleague, cast.belgian_coordinator, cast.dutch_officer):
        assert raw(person, "SELECT 1 FROM cases_draft") == []
        assert refused(person, "UPDATE cases_draft SET at = now()")


def test_recording_or_discarding_empties_the_draft(cast: Cast, note: Entry) -> None:
    me = cast.belgian_officer
    for end in (
        lambda: entries.add_note(dossier=note.dossier, by=me, text="x", language="en"),
        lambda: entries.discard_draft(dossier=note.dossier, by=me),
    ):
        _keep(me, note.dossier, "Begun")
        with as_person(me):
            assert shown.draft(note.dossier, me)
            end()
            assert shown.draft(note.dossier, me) is None
        assert Draft.objects.get().values == {}


def test_a_draft_goes_out_of_sight_with_the_dossier(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level="contribute")
    grant(dossier, cast.dutch_officer, "contribute", mandate)
    _keep(cast.dutch_officer, dossier, "Begun")
    steps.end(cast.belgian_coordinator, mandate)
    assert raw(cast.dutch_officer, "SELECT 1 FROM cases_draft") == []
    assert refused(cast.dutch_officer, "UPDATE cases_draft SET at = now()")


def test_who_may_only_view_keeps_no_draft(cast: Cast, note: Entry) -> None:
    mandate = MandateFactory(dossier=note.dossier, receiver=cast.dutch_officer, level="view")
    grant(note.dossier, cast.dutch_officer, "view", mandate)
    with pytest.raises(PermissionDenied):
        _keep(cast.dutch_officer, note.dossier, "x")
    insert = (
        "INSERT INTO cases_draft (id, dossier_id, person_id, values, at)"
        " VALUES (gen_random_uuid(), %s, %s, '{}', now())"
    )
    assert refused(cast.dutch_officer, insert, [note.dossier_id, cast.dutch_officer.pk])
    me, other = cast.belgian_officer, cast.belgian_colleague
    assert not refused(me, insert, [note.dossier_id, me.pk])
    assert refused(me, insert, [note.dossier_id, other.pk])
