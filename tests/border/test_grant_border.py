"""No grant crosses the border without a mandate that covers it: each thing a mandate says, alone.

product.md, section 2, number 3. Everything is written as the owner of the tables, whom no policy
holds: the trigger alone refuses.
"""

from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow
from django.db import DatabaseError, transaction

from accounts.models import NationalGroup, Posting, User
from cases.models import Dossier, DossierGroupPermission, DossierUserPermission, Mandate
from tests.factories import Cast, DossierFactory, MandateFactory, grant, refused, without_rules
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
AN_HOUR_AGO, IN_AN_HOUR = "now() - interval '1 hour'", "now() + interval '1 hour'"


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier at Bogotá."""
    return DossierFactory(handler=cast.belgian_officer, kind="other")


def crosses(
    dossier: Dossier, to: User | NationalGroup, mandate: Mandate | None, level: str = "view"
) -> bool:
    """Whether the trigger lets a grant through; undone when it does."""
    try:
        with transaction.atomic():
            grant(dossier, to, level, mandate)
            transaction.set_rollback(True)
    except DatabaseError as error:
        if "no valid mandate" not in str(error):
            raise
        return False
    return True


def test_a_mandate_of_the_dossier_lets_its_receiver_across(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    assert crosses(dossier, cast.dutch_officer, mandate, "handle")
    assert not crosses(dossier, cast.dutch_officer, None)
    assert not crosses(dossier, cast.dutch_colleague, mandate)
    assert not crosses(dossier, cast.team("NL"), mandate)
    assert not crosses(dossier, cast.luxembourg_headquarters, mandate)


@pytest.mark.parametrize("state", ["asked", "refused", "ended"])
def test_only_one_that_is_given(cast: Cast, dossier: Dossier, state: str) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state=state)
    assert not crosses(dossier, cast.dutch_officer, mandate)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "lets"),
    [
        (AN_HOUR_AGO, IN_AN_HOUR, True),
        ("now()", IN_AN_HOUR, True),
        ("now() + interval '1 second'", IN_AN_HOUR, False),
        (AN_HOUR_AGO, "now()", False),
        (AN_HOUR_AGO, "now() - interval '1 second'", False),
    ],
)
def test_only_between_its_dates(
    cast: Cast, dossier: Dossier, starts_at: str, ends_at: str, *, lets: bool
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    with without_rules("cases_mandate"):
        as_owner(f"UPDATE cases_mandate SET starts_at = {starts_at}, ends_at = {ends_at}")
    assert crosses(dossier, cast.dutch_officer, mandate) is lets


def test_only_the_one_that_is_named(cast: Cast, dossier: Dossier) -> None:
    MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    ended = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state="ended")
    assert not crosses(dossier, cast.dutch_officer, ended)


@pytest.mark.parametrize(
    ("level", "wanted", "lets"),
    [
        ("view", "view", True), ("view", "contribute", False), ("view", "handle", False),
        ("contribute", "contribute", True), ("contribute", "handle", False),
        ("handle", "handle", True),
    ],
)  # fmt: skip
def test_only_up_to_its_level(
    cast: Cast, dossier: Dossier, level: str, wanted: str, *, lets: bool
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, level=level)
    assert crosses(dossier, cast.dutch_officer, mandate, wanted) is lets


def test_only_for_its_dossier(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=DossierFactory(), receiver=cast.dutch_officer)
    assert not crosses(dossier, cast.dutch_officer, mandate)


@pytest.mark.parametrize(
    ("standing", "lets"),
    [
        ({}, True),
        ({"kinds": ["visit", "other"]}, True),
        ({"kinds": ["visit"]}, False),
        ({"desk": "BSB"}, False),
        ({"owner": "LU"}, False),
    ],
)
def test_a_standing_one_for_its_owner_its_desk_and_its_kinds(
    cast: Cast, dossier: Dossier, standing: dict[str, Any], *, lets: bool
) -> None:
    mandate = MandateFactory(receiver=cast.dutch_officer, **standing)
    assert crosses(dossier, cast.dutch_officer, mandate) is lets


def test_one_for_a_team_is_for_the_team_and_who_is_in_it(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.team("NL"))
    assert crosses(dossier, cast.team("NL"), mandate)
    assert crosses(dossier, cast.dutch_officer, mandate)
    assert not crosses(dossier, cast.team("NL", "BSB"), mandate)
    assert not crosses(dossier, cast.headquarters("NL"), mandate)
    assert not crosses(dossier, cast.dutch_headquarters, mandate)
    Posting.objects.filter(person=cast.dutch_officer.pk).update(ends_at=TransactionNow())
    assert not crosses(dossier, cast.dutch_officer, mandate)


def test_a_group_never_handles_and_nobody_else_oversees(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.team("NL"))
    for team in (cast.team("BE"), cast.team("NL")):
        of_it = mandate if team.country == "NL" else None
        with pytest.raises(DatabaseError, match="only a person handles"), transaction.atomic():
            grant(dossier, team, "handle", of_it)
        with pytest.raises(DatabaseError, match="only headquarters"), transaction.atomic():
            grant(dossier, team, "oversee", of_it)


def test_grants_of_one_dossier_write_no_other(cast: Cast, dossier: Dossier) -> None:
    other = DossierFactory(handler=cast.belgian_officer)
    where = "SELECT ctid, xmin FROM cases_dossier WHERE id = %s"
    before = as_owner(where, [other.pk])
    grant(dossier, cast.belgian_elsewhere, "view")
    assert as_owner(where, [other.pk]) == before


def test_what_is_granted_across_is_of_the_mandate(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.team("NL"))
    grant(dossier, cast.team("NL"), "view", mandate)
    grant(dossier, cast.dutch_officer, "view", mandate)
    for model in (DossierGroupPermission, DossierUserPermission):
        rows = model.objects.filter(content_object=dossier, mandate=mandate)
        assert rows.count() == 1


def test_who_asked_does_not_end_what_is_not_decided(cast: Cast, dossier: Dossier) -> None:
    one, other = cast.belgian_coordinator, cast.belgian_second_coordinator
    asked = MandateFactory(
        dossier=dossier, receiver=cast.dutch_officer, state="asked", asked_by=one
    )
    end = "UPDATE cases_mandate SET state = 'ended', ended_at = now(), ended_by_id = %s"
    assert refused(one, end, [one.pk])
    assert not refused(other, end, [other.pk])
    assert Mandate.objects.get(pk=asked.pk).state == "asked"
