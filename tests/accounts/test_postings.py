"""What a person is follows from the postings valid now, and a country is for good."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Absence, NationalGroup, Person, Posting, Role, User
from cases import policy
from tests.factories import Cast, Part, add_person, add_posting, as_person
from tests.looking import as_owner

pytestmark = pytest.mark.django_db


def _principals(user: User) -> set[int]:
    with as_person(user):
        python = set(policy.principals(user).as_numbers())
    ((found,),) = as_owner("SELECT accounts_principals(%s)", [user.pk])
    assert python == set(found)
    return python


def test_an_officer_is_the_team_and_oneself(cast: Cast) -> None:
    me = cast.belgian_officer
    assert _principals(me) == {cast.team("BE").pk, -me.pk}


def test_with_two_postings_one_is_in_both_groups(cast: Cast) -> None:
    me = cast.belgian_officer
    add_posting(cast, me, "officer", "BSB")
    assert _principals(me) == {cast.team("BE").pk, cast.team("BE", "BSB").pk, -me.pk}


def test_two_postings_in_one_group_count_once(cast: Cast) -> None:
    me = cast.belgian_officer
    add_posting(cast, me, "head_of_desk", "BOG")
    assert _principals(me) == {cast.team("BE").pk, -me.pk}


@pytest.mark.parametrize(
    "who",
    [
        "belgian_leaver",
        "belgian_newcomer",
        "belgian_closed",
        "belgian_auditor",
        "belgian_administrator",
    ],
)
def test_without_a_posting_that_reads_dossiers_one_is_nobody(cast: Cast, who: str) -> None:
    assert _principals(getattr(cast, who)) == set()


def test_an_auditor_who_also_has_a_desk_reads_there(cast: Cast) -> None:
    me = cast.belgian_auditor
    add_posting(cast, me, "officer", "BOG")
    assert _principals(me) == {cast.team("BE").pk, -me.pk}


def test_membership_of_a_group_by_hand_gives_nothing(cast: Cast) -> None:
    # There is not even a column: a person has no groups but the postings'.
    assert not hasattr(cast.belgian_officer, "groups")
    assert not cast.belgian_officer.is_superuser
    tables = connection.introspection.table_names()
    assert not [name for name in tables if name.startswith("accounts_user_")]


def test_roles_are_those_of_postings_valid_now(cast: Cast) -> None:
    assert policy.serves(cast.belgian_coordinator, Role.COORDINATOR, "BE")
    assert not policy.serves(cast.belgian_coordinator, Role.COORDINATOR, "NL")
    assert not policy.serves(cast.belgian_officer, Role.COORDINATOR, "BE")
    assert not policy.serves(cast.belgian_leaver, Role.OFFICER, "BE")
    cast.belgian_coordinator.postings.update(ends_at=timezone.now() - timedelta(hours=1))
    assert not policy.serves(cast.belgian_coordinator, Role.COORDINATOR, "BE")


@pytest.mark.parametrize(
    ("role", "country"), [("coordinator", "BE"), ("officer", "BE"), ("coordinator", "NL")]
)
def test_postgresql_knows_the_same_roles(cast: Cast, role: str, country: str) -> None:
    for person in cast.people.values():
        ((found,),) = as_owner("SELECT accounts_serves(%s, %s, %s)", [person.pk, role, country])
        assert found == policy.serves(person, Role(role), country), person.email


# What the tables never hold --------------------------------------------------------------------


def _checked(change: Callable[[], object]) -> None:
    """Make a change and have the deferred checks done at once."""
    with transaction.atomic():
        change()
        as_owner("SET CONSTRAINTS ALL IMMEDIATE")


def _impossible(cast: Cast, **values: object) -> None:
    base: dict[str, object] = {
        "person": cast.belgian_officer.person_ptr,
        "country": "BE",
        "role": "officer",
        "desk": cast.desks["BOG"],
        "group": cast.team("BE"),
        "starts_at": timezone.now(),
    }
    with pytest.raises(IntegrityError):
        _checked(lambda: Posting.objects.create(**base | values))


def test_nobody_is_posted_for_another_country(cast: Cast) -> None:
    _impossible(cast, country="NL", group=cast.team("NL"))
    _impossible(cast, country="NL")
    _impossible(cast, group=cast.team("NL"))


def test_a_role_fits_its_place(cast: Cast) -> None:
    _impossible(cast, role="coordinator")
    _impossible(cast, role="auditor")
    _impossible(cast, role="officer", desk=None)
    _impossible(cast, role="officer", group=None)
    _impossible(cast, role="people_administrator", desk=None)


def test_a_posting_ends_after_it_starts(cast: Cast) -> None:
    _impossible(cast, ends_at=timezone.now() - timedelta(days=1))


def test_an_absence_ends_after_it_starts(cast: Cast) -> None:
    today = timezone.now().date()
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(
            person=cast.belgian_officer.person_ptr,
            starts_on=today,
            ends_on=today - timedelta(days=1),
        )


def test_a_country_never_changes_while_there_are_postings(cast: Cast) -> None:
    person = Person.objects.filter(pk=cast.belgian_officer.pk)
    team = NationalGroup.objects.filter(pk=cast.team("BE").pk)
    for row in (person, team):
        with pytest.raises(DatabaseError):
            _checked(lambda row=row: row.update(country="NL"))


def test_there_is_one_team_a_country_and_desk(cast: Cast) -> None:
    group = Group.objects.create(name="another")
    for desk in (None, cast.desks["BOG"]):
        with pytest.raises(IntegrityError), transaction.atomic():
            NationalGroup.objects.create(group=group, country="BE", desk=desk)


def test_an_address_belongs_to_one_account(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        add_person(cast, "belgian_officer", Part("BE", "officer", "Again", "BOG"))
