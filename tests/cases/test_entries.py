"""The timeline: who may add to it, and that nothing in it changes."""

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Dossier, Entry
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    EntryFactory,
    MandateFactory,
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


def test_the_database_sets_the_moment(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    raw(
        cast.belgian_officer,
        "INSERT INTO cases_entry (id, dossier_id, kind, author_id, at, text, language,"
        " handling_codes, event, facts) VALUES (gen_random_uuid(), %s, 'note', %s,"
        " '2001-01-01', 'x', 'en', '{}', '', '{}')",
        [dossier.pk, cast.belgian_officer.pk],
    )
    assert Entry.objects.get().at.year > 2001


def test_nobody_writes_events_by_hand(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    assert refused(
        cast.belgian_officer,
        "INSERT INTO cases_entry (id, dossier_id, kind, author_id, at, text, language,"
        " handling_codes, event, facts) VALUES (gen_random_uuid(), %s, 'event', %s, now(), '',"
        " 'en', '{}', 'handover.accepted', '{}')",
        [dossier.pk, cast.belgian_officer.pk],
    )
