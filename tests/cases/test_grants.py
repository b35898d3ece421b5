"""Grants: what no person and no program gives across the border, their history, and `readers`."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, transaction

from accounts.models import NationalGroup
from cases.models import Dossier, DossierUserPermission, GrantHistory
from tests import steps
from tests.factories import Cast, DossierFactory, MandateFactory, as_person, grant
from tests.looking import as_owner, principals_of_grants, readers_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


def _refused(*call: object) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        grant(*call)  # type: ignore[arg-type]


# The border holds for everybody, the owner's login included -----------------------------------


@pytest.mark.parametrize("level", ["view", "contribute", "handle"])
def test_no_grant_crosses_the_border_without_a_mandate(
    cast: Cast, dossier: Dossier, level: str
) -> None:
    _refused(dossier, cast.dutch_officer, level)
    _refused(dossier, cast.luxembourg_headquarters, level)
    _refused(dossier, cast.team("NL"), "view")
    _refused(dossier, cast.headquarters("NL"), "view")


@pytest.mark.parametrize(
    "mandate",
    [{"state": "asked"}, {"state": "refused"}, {"state": "ended"}, {"expired": True},
     {"future": True}],
)  # fmt: skip
def test_only_a_mandate_valid_now_counts(
    cast: Cast, dossier: Dossier, mandate: dict[str, object]
) -> None:
    given = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, **mandate)
    _refused(dossier, cast.dutch_officer, "view", given)


def test_a_mandate_counts_for_its_receiver_only(cast: Cast, dossier: Dossier) -> None:
    given = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    _refused(dossier, cast.dutch_colleague, "view", given)
    _refused(dossier, cast.team("NL"), "view", given)
    grant(dossier, cast.dutch_officer, "view", given)


def test_a_mandate_for_a_team_covers_its_members_and_nobody_else(
    cast: Cast, dossier: Dossier
) -> None:
    given = MandateFactory(dossier=dossier, receiver=cast.team("NL"))
    grant(dossier, cast.dutch_officer, "handle", given)
    _refused(dossier, cast.dutch_headquarters, "view", given)
    _refused(dossier, cast.luxembourg_headquarters, "view", given)


def test_a_mandate_counts_for_its_dossier_only(cast: Cast, dossier: Dossier) -> None:
    given = MandateFactory(dossier=DossierFactory(), receiver=cast.dutch_officer)
    _refused(dossier, cast.dutch_officer, "view", given)


def test_a_mandate_of_another_owner_does_not_count(cast: Cast, dossier: Dossier) -> None:
    given = MandateFactory(owner="LU", desk="BOG", receiver=cast.dutch_officer)
    _refused(dossier, cast.dutch_officer, "view", given)


def test_a_standing_mandate_counts_at_its_desk_and_for_its_kinds(
    cast: Cast, dossier: Dossier
) -> None:
    elsewhere = MandateFactory(owner="BE", desk="BSB", receiver=cast.dutch_officer)
    _refused(dossier, cast.dutch_officer, "view", elsewhere)
    other = MandateFactory(owner="BE", desk="BOG", receiver=cast.dutch_officer, kinds=["visit"])
    _refused(dossier, cast.dutch_officer, "view", other)
    covering = MandateFactory(owner="BE", desk="BOG", receiver=cast.dutch_officer)
    grant(dossier, cast.dutch_officer, "handle", covering)


@pytest.mark.parametrize(
    ("given", "wanted"), [("view", "contribute"), ("view", "handle"), ("contribute", "handle")]
)
def test_a_grant_never_goes_higher_than_its_mandate(
    cast: Cast, dossier: Dossier, given: str, wanted: str
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level=given)
    _refused(dossier, cast.dutch_officer, wanted, mandate)
    grant(dossier, cast.dutch_officer, given, mandate)


def test_only_headquarters_of_the_owner_oversees(cast: Cast, dossier: Dossier) -> None:
    _refused(dossier, cast.belgian_coordinator, "oversee")
    _refused(dossier, cast.team("BE", "BSB"), "oversee")
    mandate = MandateFactory(dossier=dossier, receiver=cast.headquarters("NL"))
    _refused(dossier, cast.headquarters("NL"), "oversee", mandate)


def test_a_team_never_handles(cast: Cast, dossier: Dossier) -> None:
    _refused(dossier, cast.team("BE", "BSB"), "handle")


def test_a_group_that_is_no_national_group_holds_nothing(dossier: Dossier) -> None:
    anybody = NationalGroup(group=Group.objects.create(name="anybody"), country="BE")
    _refused(dossier, anybody, "view")


def test_a_grant_is_never_changed(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        DossierUserPermission.objects.update(user=cast.belgian_colleague)


# Readers --------------------------------------------------------------------------------------


def test_readers_follow_every_grant_and_every_end(cast: Cast, dossier: Dossier) -> None:
    grant(dossier, cast.belgian_elsewhere, "view")
    assert -cast.belgian_elsewhere.pk in readers_of(dossier)
    DossierUserPermission.objects.filter(user=cast.belgian_elsewhere.pk).delete()
    assert readers_of(dossier) == principals_of_grants(dossier)
    assert -cast.belgian_elsewhere.pk not in readers_of(dossier)


def test_readers_written_by_hand_are_restored(cast: Cast, dossier: Dossier) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(readers=[-cast.dutch_officer.pk])
    assert readers_of(dossier) == principals_of_grants(dossier)


def test_readers_without_any_grant_are_nobody(dossier: Dossier) -> None:
    dossier.dossieruserpermission_set.all().delete()
    dossier.dossiergrouppermission_set.all().delete()
    assert readers_of(dossier) == set()


def test_a_new_dossier_with_an_old_key_inherits_no_grant(cast: Cast, dossier: Dossier) -> None:
    # leaks.md 2.2: with generic rows the old grantee read the new object.
    key = dossier.pk
    as_owner("DELETE FROM cases_granthistory")
    dossier.dossieruserpermission_set.all().delete()
    dossier.dossiergrouppermission_set.all().delete()
    dossier.delete()
    again = DossierFactory(id=key, grants=False)
    assert readers_of(again) == set()


# History --------------------------------------------------------------------------------------


def test_every_grant_and_its_end_is_kept(cast: Cast, dossier: Dossier) -> None:
    me = cast.dutch_officer
    handover = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    steps.decline(me, handover)
    row = GrantHistory.objects.get(person=me.pk)
    assert (row.level, row.mandate_id, row.handover_id) == (
        "view",
        handover.mandate_id,
        handover.pk,
    )
    assert row.granted_by_id == cast.belgian_coordinator.pk
    assert (row.ended_by, row.ended_at is not None) == (me.pk, True)


def test_history_knows_everybody_who_holds_a_grant_now(cast: Cast, dossier: Dossier) -> None:
    now = GrantHistory.objects.filter(dossier=dossier, level="view", ended_at__isnull=True)
    found = {-row.person_id if row.person_id else row.group_id for row in now}
    assert found == principals_of_grants(dossier)


def test_the_application_changes_neither_grants_nor_history(cast: Cast, dossier: Dossier) -> None:
    for model in (DossierUserPermission, GrantHistory):
        for change in (lambda rows: rows.delete(), lambda rows: rows.update(mandate=None)):
            with (
                as_person(cast.belgian_coordinator),
                pytest.raises(DatabaseError),
                transaction.atomic(),
            ):
                change(model.objects.filter(**_of(dossier, model)))


def _of(dossier: Dossier, model: type) -> dict[str, Dossier]:
    return {"dossier" if model is GrantHistory else "content_object": dossier}
