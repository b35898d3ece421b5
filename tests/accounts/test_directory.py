"""What people know of one another: name, desk, role, present, certified; nothing more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Absence, Certificate, DirectoryEntry, Person, Posting, User
from tests.factories import Cast, as_person, raw

pytestmark = pytest.mark.django_db


def _entries(user: User, of: User) -> list[DirectoryEntry]:
    with as_person(user):
        return list(DirectoryEntry.objects.filter(person_id=of.pk))


def test_everybody_with_a_posting_finds_everybody_elses(cast: Cast) -> None:
    for who in ("dutch_officer", "luxembourg_headquarters", "belgian_auditor"):
        (entry,) = _entries(getattr(cast, who), cast.belgian_officer)
        assert (entry.country, entry.role, entry.desk_id) == (
            "BE",
            "officer",
            cast.desks["BOG"].pk,
        )


@pytest.mark.parametrize("who", ["belgian_leaver", "belgian_newcomer", "belgian_closed"])
def test_without_a_posting_one_finds_nobody(cast: Cast, who: str) -> None:
    assert _entries(getattr(cast, who), cast.belgian_officer) == []
    with as_person(getattr(cast, who)):
        assert Person.objects.exclude(pk=getattr(cast, who).pk).count() == 0


@pytest.mark.parametrize("who", ["belgian_leaver", "belgian_newcomer", "belgian_closed"])
def test_who_has_no_posting_is_not_in_it(cast: Cast, who: str) -> None:
    assert _entries(cast.belgian_officer, getattr(cast, who)) == []


def test_of_a_posting_no_dates_are_told() -> None:
    columns = {field.column for field in DirectoryEntry._meta.get_fields()}
    assert columns == {
        "posting", "person_id", "country", "role", "desk_id", "group_id", "absent",
        "certified_for",
    }  # fmt: skip


def test_present_or_absent_is_told_and_not_until_when(cast: Cast) -> None:
    today = timezone.now().date()
    Absence.objects.create(person=cast.belgian_officer.person_ptr, starts_on=today, ends_on=today)
    Absence.objects.create(
        person=cast.belgian_colleague.person_ptr,
        starts_on=today + timedelta(days=1),
        ends_on=today + timedelta(days=9),
    )
    assert _entries(cast.dutch_officer, cast.belgian_officer)[0].absent
    assert not _entries(cast.dutch_officer, cast.belgian_colleague)[0].absent
    assert raw(cast.dutch_officer, "SELECT count(*) FROM accounts_absence") == [(0,)]
    assert raw(cast.belgian_head, "SELECT count(*) FROM accounts_absence") == [(2,)]


def test_a_valid_certificate_is_told_and_not_until_when(cast: Cast) -> None:
    assert _entries(cast.belgian_officer, cast.dutch_officer)[0].certified_for == ["BE"]
    assert _entries(cast.belgian_officer, cast.dutch_uncertified)[0].certified_for == []
    Certificate.objects.filter(person=cast.dutch_officer.pk).update(
        valid_until=timezone.now().date() - timedelta(days=1)
    )
    assert _entries(cast.belgian_officer, cast.dutch_officer)[0].certified_for == []
    of_dutch = "SELECT count(*) FROM accounts_certificate WHERE person_id = %s"
    assert raw(cast.belgian_officer, of_dutch, [cast.dutch_officer.pk]) == [(0,)]


def test_postings_of_another_country_are_not_read(cast: Cast) -> None:
    with as_person(cast.dutch_officer):
        assert set(Posting.objects.values_list("country", flat=True)) == {"NL"}


def test_an_account_is_read_by_its_owner_only(cast: Cast) -> None:
    for name, person in cast.people.items():
        with as_person(person):
            found = list(User.objects.values_list("pk", flat=True))
        assert found == ([] if name == "belgian_closed" else [person.pk])


def test_one_changes_the_own_language_and_nobody_elses(cast: Cast) -> None:
    with as_person(cast.belgian_officer):
        assert User.objects.filter(pk=cast.belgian_officer.pk).update(language="fr") == 1
        assert User.objects.filter(pk=cast.belgian_colleague.pk).update(language="fr") == 0


def test_signing_in_reads_one_open_account_by_its_address(cast: Cast) -> None:
    ask = "SELECT person_id FROM accounts_sign_in(%s)"
    me = cast.belgian_officer
    assert raw(None, ask, [me.email]) == [(me.pk,)]
    assert raw(None, ask, [me.email.upper()]) == [(me.pk,)]
    assert raw(None, ask, [cast.belgian_closed.email]) == []
    for guess in ("%", "", "belgian", "%@police.example", "nobody@police.example"):
        assert raw(None, ask, [guess]) == []
