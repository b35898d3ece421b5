"""Opening and changing dossiers: who may, what numbers they get, who sees them then."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError

from accounts.models import Desk, User
from cases.models import (
    Dossier,
    DossierGroupPermission,
    DossierUserPermission,
    Entry,
    Visit,
)
from cases.services import dossiers
from cases.services.dossiers import StaleError
from cases.states import Step
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import Cast, DossierFactory, MandateFactory, add_posting, as_person, raw
from tests.looking import grants_of, levels, readers_of, sees

pytestmark = pytest.mark.django_db


# Opening ----------------------------------------------------------------------------------


def test_opening_gives_headquarters_team_and_handler_their_ladders(
    belgian_officer: User, bogota: Desk
) -> None:
    dossier = steps.open_dossier(belgian_officer, bogota, handler=belgian_officer.person_ptr)
    assert grants_of(dossier) == {
        "BE headquarters": "oversee",
        "BE BOG": "contribute",
        belgian_officer.name: "handle",
    }


def test_a_dossier_without_handler_belongs_to_team_and_headquarters(
    belgian_headquarters: User, bogota: Desk
) -> None:
    dossier = steps.open_dossier(belgian_headquarters, bogota)
    assert grants_of(dossier) == {"BE headquarters": "oversee", "BE BOG": "contribute"}


def test_a_confined_dossier_gives_the_team_nothing(cast: Cast, bogota: Desk) -> None:
    me = cast.belgian_officer
    dossier = steps.open_dossier(me, bogota, handler=me.person_ptr, confined=True)
    assert grants_of(dossier) == {"BE headquarters": "oversee", me.name: "handle"}
    assert not sees(cast.belgian_colleague, dossier)
    assert not sees(cast.belgian_head, dossier)
    assert sees(cast.belgian_headquarters, dossier)


def test_luxembourg_opens_at_a_desk_where_it_has_nobody(cast: Cast, bogota: Desk) -> None:
    dossier = steps.open_dossier(cast.luxembourg_headquarters, bogota)
    assert dossier.reference.startswith("LU-BOG-")
    assert grants_of(dossier) == {"LU headquarters": "oversee"}
    assert sees(cast.luxembourg_coordinator, dossier)


def test_nobody_else_sees_a_new_dossier(cast: Cast, bogota: Desk) -> None:
    dossier = steps.open_dossier(cast.belgian_officer, bogota)
    seeing = {name for name, person in cast.people.items() if sees(person, dossier)}
    assert seeing == {
        "belgian_officer",
        "belgian_colleague",
        "belgian_head",
        "belgian_headquarters",
        "belgian_coordinator",
        "belgian_second_coordinator",
    }


def test_every_first_grant_names_who_gave_it_and_is_kept_as_history(
    belgian_officer: User, bogota: Desk
) -> None:
    dossier = steps.open_dossier(belgian_officer, bogota, handler=belgian_officer.person_ptr)
    history = dossier.grant_history.all()
    assert len(history) == 8
    assert {row.granted_by_id for row in history} == {belgian_officer.pk}
    assert {row.ended_at for row in history} == {None}


def test_an_officer_opens_only_at_the_own_desk(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        steps.open_dossier(cast.belgian_officer, cast.desks["BSB"])


def test_headquarters_opens_for_any_desk_and_names_a_handler_there(cast: Cast) -> None:
    handler = cast.belgian_elsewhere.person_ptr
    dossier = steps.open_dossier(cast.belgian_headquarters, cast.desks["BSB"], handler=handler)
    assert levels(cast.belgian_elsewhere, dossier) == {"view", "contribute", "handle"}


def test_nobody_opens_for_another_country_without_a_standing_mandate(
    cast: Cast, bogota: Desk
) -> None:
    for person in (cast.dutch_officer, cast.dutch_headquarters, cast.dutch_coordinator):
        with pytest.raises(PermissionDenied):
            steps.open_dossier(person, bogota, owner="BE", handler=person.person_ptr)


@pytest.mark.parametrize(
    "who",
    [
        "belgian_auditor",
        "belgian_administrator",
        "belgian_leaver",
        "belgian_newcomer",
        "belgian_closed",
    ],
)
def test_without_a_working_posting_nobody_opens(cast: Cast, bogota: Desk, who: str) -> None:
    with pytest.raises(PermissionDenied):
        steps.open_dossier(getattr(cast, who), bogota)


# A standing mandate -----------------------------------------------------------------------


def test_under_a_standing_mandate_one_opens_for_the_other_country(cast: Cast, bogota: Desk) -> None:
    me = cast.dutch_officer
    mandate = MandateFactory(owner="BE", desk=bogota, receiver=cast.team("NL"))
    dossier = steps.open_dossier(me, bogota, owner="BE", handler=me.person_ptr)
    assert dossier.reference.startswith("BE-BOG-")
    assert grants_of(dossier) == {
        "BE headquarters": "oversee",
        "BE BOG": "contribute",
        me.name: "handle",
    }
    granted = dossier.dossieruserpermission_set.values_list("mandate", flat=True)
    assert set(granted) == {mandate.pk}
    assert sees(me, dossier)
    assert not sees(cast.dutch_colleague, dossier)
    assert not sees(cast.dutch_headquarters, dossier)


def test_opening_under_a_standing_mandate_needs_the_certificate(cast: Cast, bogota: Desk) -> None:
    me = cast.dutch_uncertified
    MandateFactory(owner="BE", desk=bogota, receiver=cast.team("NL"))
    with pytest.raises(PermissionDenied):
        steps.open_dossier(me, bogota, owner="BE", handler=me.person_ptr)


def test_a_standing_mandate_covers_its_desk_only(cast: Cast) -> None:
    me = cast.dutch_officer
    MandateFactory(owner="BE", desk="BSB", receiver=me)
    with pytest.raises(PermissionDenied):
        steps.open_dossier(me, cast.desks["BOG"], owner="BE", handler=me.person_ptr)


def test_a_standing_mandate_covers_its_kinds_only(cast: Cast, bogota: Desk) -> None:
    me = cast.dutch_officer
    MandateFactory(owner="BE", desk=bogota, receiver=me, kinds=["fugitive"])
    steps.open_dossier(me, bogota, owner="BE", handler=me.person_ptr, kind="fugitive")
    with pytest.raises(PermissionDenied):
        steps.open_dossier(me, bogota, owner="BE", handler=me.person_ptr, kind="visit")


@pytest.mark.parametrize(
    "other", [{"expired": True}, {"future": True}, {"state": "asked"}, {"level": "contribute"}]
)
def test_a_standing_mandate_counts_only_while_it_is_valid_and_lets_handle(
    cast: Cast, bogota: Desk, other: dict[str, object]
) -> None:
    me = cast.dutch_officer
    MandateFactory(owner="BE", desk=bogota, receiver=me, **other)
    with pytest.raises(PermissionDenied):
        steps.open_dossier(me, bogota, owner="BE", handler=me.person_ptr)


# Numbers ----------------------------------------------------------------------------------


def test_numbers_run_per_owner_and_desk(cast: Cast) -> None:
    for desk in ("BOG", "BSB"):
        for owner in ("NL", "BE", "NL", "LU"):
            DossierFactory(owner=owner, desk=desk)
    references = Dossier.objects.order_by("reference").values_list("reference", flat=True)
    year = datetime.now(tz=UTC).year
    assert list(references) == [
        f"{owner}-{desk}-{year}-0000{number}"
        for owner, numbers in (("BE", (1,)), ("LU", (1,)), ("NL", (1, 2)))
        for desk in ("BOG", "BSB")
        for number in numbers
    ]


def test_the_year_of_a_reference_is_the_desks(cast: Cast) -> None:
    # Half past one in Brussels on New Year's Day is still the old year in Bogotá.
    moment = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)
    there = DossierFactory(desk="BOG", opened_at=moment)
    here = DossierFactory(desk="TIA", opened_at=moment)
    assert (there.year, here.year) == (2026, 2027)
    assert there.reference == "BE-BOG-2026-00001"


def test_a_number_that_was_rolled_back_is_given_again(cast: Cast, bogota: Desk) -> None:
    with pytest.raises(DatabaseError):  # the title is too long for its column
        steps.open_dossier(cast.belgian_officer, bogota, title="x" * 500)
    dossier = steps.open_dossier(cast.belgian_officer, bogota)
    assert dossier.number == 1


# Changing ---------------------------------------------------------------------------------


def test_the_handler_changes_a_dossier(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    changed = steps.change(cast.belgian_officer, dossier, title="Another title")
    assert (changed.title, changed.version) == ("Another title", dossier.version + 1)


def test_headquarters_changes_a_dossier(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    steps.change(cast.belgian_headquarters, dossier, next_step="Ring the port")


def test_who_may_contribute_cannot_change(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    with pytest.raises(PermissionDenied):
        steps.change(cast.belgian_colleague, dossier, title="Mine now")


def test_what_is_out_of_sight_cannot_be_changed(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    for person in (cast.dutch_officer, cast.belgian_elsewhere, cast.belgian_auditor):
        with pytest.raises(Dossier.DoesNotExist):
            steps.change(person, dossier, title="Mine now")


def test_a_stale_change_overwrites_nothing(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    steps.change(cast.belgian_headquarters, dossier, title="First")
    with pytest.raises(StaleError):
        steps.change(cast.belgian_officer, dossier, title="Second")
    dossier.refresh_from_db()
    assert dossier.title == "First"


def test_a_stale_status_step_is_not_taken(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    steps.change(cast.belgian_headquarters, dossier, title="First")
    with pytest.raises(StaleError):
        steps.move(cast.belgian_officer, dossier, Step.ANSWER)


def test_an_unchanged_form_changes_nothing_and_logs_nothing(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    steps.change(cast.belgian_officer, dossier, title=dossier.title)
    dossier.refresh_from_db()
    assert dossier.version == 1
    assert not LogRow.objects.exists()


def test_a_closed_dossier_is_not_changed(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, status="closed")
    with pytest.raises(PermissionDenied):
        steps.change(cast.belgian_coordinator, dossier, title="Too late")


def test_only_a_coordinator_of_the_owner_closes(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, status="answered")
    for person in (cast.belgian_officer, cast.belgian_headquarters):
        with pytest.raises(PermissionDenied):
            steps.move(person, dossier, Step.CLOSE)
    assert steps.move(cast.belgian_coordinator, dossier, Step.CLOSE).status == "closed"


def test_a_coordinator_who_is_also_at_the_desk_stays_a_coordinator(cast: Cast) -> None:
    add_posting(cast, cast.belgian_officer, "coordinator")
    dossier = DossierFactory(handler=cast.belgian_officer, status="answered")
    assert steps.move(cast.belgian_officer, dossier, Step.CLOSE).status == "closed"


def test_a_status_step_stands_in_the_timeline_with_its_reason_as_a_note(cast: Cast) -> None:
    me = cast.belgian_officer
    dossier = DossierFactory(handler=me)
    steps.move(me, dossier, Step.WAIT, waiting_for="headquarters", why="Asked Friday.")
    found = Entry.objects.filter(dossier=dossier).order_by("at")
    assert [(entry.kind, entry.event, entry.text) for entry in found] == [
        ("note", "", "Asked Friday."),
        ("event", "status.waiting", ""),
    ]
    assert {entry.author_id for entry in found} == {me.pk}


def test_waiting_for_somebody_else_stands_in_the_timeline_too(cast: Cast) -> None:
    me = cast.belgian_officer
    dossier = DossierFactory(handler=me, status="waiting", waiting_for="headquarters")
    raw(me, "UPDATE cases_dossier SET waiting_for = 'clarification' WHERE id = %s", [dossier.pk])
    assert Entry.objects.get(dossier=dossier).facts["waiting_for"] == "clarification"


def test_fields_outside_the_list_are_a_mistake_in_the_program(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    with pytest.raises(ValueError, match="owner"):
        steps.change(cast.belgian_officer, dossier, owner="NL")


# Reading ----------------------------------------------------------------------------------


def test_reading_is_logged_and_the_last_visit_is_remembered(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    with as_person(cast.belgian_officer):
        assert dossiers.consult(dossier=dossier, by=cast.belgian_officer) is None
        assert dossiers.consult(dossier=dossier, by=cast.belgian_officer) is not None
    assert LogRow.objects.filter(action="dossier.viewed", target_id=dossier.pk).count() == 2
    assert Visit.objects.count() == 1


def test_what_a_dutch_officer_does_on_belgian_data_stands_in_both_chains(cast: Cast) -> None:
    me = cast.dutch_officer
    dossier = DossierFactory(handler=cast.belgian_officer)
    handover = steps.across(cast.belgian_officer, dossier, me, cast.belgian_coordinator)
    steps.accept(me, handover)
    here = LogRow.objects.get(chain="BE", action="handover.accepted")
    assert (here.actor, here.reference) == (me.pk, dossier.reference)
    there = LogRow.objects.get(chain="NL", action="handover.accepted")
    assert (there.actor, there.reference, there.target_id) == (me.pk, "", None)


def test_the_search_finds_only_what_one_may_read(cast: Cast) -> None:
    mine = DossierFactory(title="Container with bananas")
    DossierFactory(owner="NL", title="Container with coffee")
    found = raw(cast.belgian_officer, "SELECT cases_search('container', 10)")
    assert found == [(mine.pk,)]
    assert raw(None, "SELECT cases_search('container', 10)") == []
    assert raw(cast.belgian_auditor, "SELECT cases_search('container', 10)") == []


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", "100%"])
def test_the_search_takes_every_sign_for_itself(cast: Cast, words: str) -> None:
    DossierFactory(title="Nothing special")
    with_sign = DossierFactory(title=f"Found by 100{words} sure")
    found = raw(cast.belgian_officer, "SELECT cases_search(%s, 10)", [words])
    assert found == [(with_sign.pk,)]


def test_readers_are_exactly_who_holds_view(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    groups = {cast.team("BE").pk, cast.headquarters("BE").pk}
    assert readers_of(dossier) == groups | {-cast.belgian_officer.pk}


def test_who_holds_another_level_without_view_is_no_reader(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    view = {"content_object": dossier, "permission__codename": "view_dossier"}
    DossierUserPermission.objects.filter(user=cast.belgian_officer.pk, **view).delete()
    assert readers_of(dossier) == {cast.team("BE").pk, cast.headquarters("BE").pk}
    DossierGroupPermission.objects.filter(group=cast.team("BE").pk, **view).delete()
    assert readers_of(dossier) == {cast.headquarters("BE").pk}
