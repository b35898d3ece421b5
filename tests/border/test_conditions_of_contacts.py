"""Conditions of contacts, each by itself: see test_each_wall.py."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Person, User
from cases.models import Contact
from cases.states import Sight
from tests.border.attempts import _contact as insert_contact
from tests.border.attempts import _version_of as insert_version
from tests.border.test_each_wall import UNKNOWN, ask, told
from tests.border.test_each_wall_at_work import _leaves as leaves
from tests.factories import Cast, ContactFactory, add_posting, newer, raw, refused
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
KEEPS = "cases_keeps_contacts(%s, %s, %s)"
FOR = "cases_contact_is_for(%s, accounts_principals(%s), %s, %s, %s, %s)"
SEES = "lodesk_sees_contact(%s)"


def rows_of(person: Person | None) -> set[Any]:
    """Keys of the versions PostgreSQL shows to somebody."""
    return {key for (key,) in raw(person, "SELECT id FROM cases_contact")}


def values(cast: Cast, person: User, **more: Any) -> dict[str, Any]:
    """What the statements name."""
    return {"me": person.pk, "bog": cast.desks["BOG"].pk, "bsb": cast.desks["BSB"].pk,
            "colleague": cast.belgian_colleague.pk, "officer": cast.belgian_officer.pk,
            **more}  # fmt: skip


# Who keeps them -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "owner", "desk", "keeps"),
    [
        ("belgian_officer", "BE", "BOG", True),
        ("belgian_officer", "BE", "BSB", False),
        ("belgian_officer", "NL", "BOG", False),
        ("belgian_elsewhere", "BE", "BSB", True),
        ("belgian_headquarters", "BE", "BOG", False),
        ("belgian_auditor", "BE", "BOG", False),
        ("belgian_leaver", "BE", "BOG", False),
        ("belgian_newcomer", "BE", "BOG", False),
        ("belgian_closed", "BE", "BOG", False),
        ("luxembourg_headquarters", "LU", "BOG", True),
        ("luxembourg_headquarters", "BE", "BOG", False),
        ("luxembourg_auditor", "LU", "BOG", False),
    ],
)
def test_contacts_are_kept_by_the_team_or_by_headquarters_where_there_is_none(
    cast: Cast, who: str, owner: str, desk: str, *, keeps: bool
) -> None:
    person = getattr(cast, who).pk
    assert told(KEEPS, person, owner, cast.desks[desk].pk) is keeps


def test_a_team_elsewhere_is_no_team_here(cast: Cast) -> None:
    # Headquarters keeps what no team of its country keeps at that very desk.
    as_owner(
        "DELETE FROM accounts_nationalgroup WHERE country = 'BE' AND desk_id = %s",
        [cast.desks["TIA"].pk],
    )
    me = cast.belgian_headquarters.pk
    assert told(KEEPS, me, "BE", cast.desks["TIA"].pk)
    assert not told(KEEPS, me, "BE", cast.desks["BOG"].pk)


# For whom they are ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sights"),
    [
        ("belgian_officer", {"mine", "team", "desk"}),
        ("belgian_colleague", {"team", "desk"}),
        ("belgian_headquarters", {"team", "desk"}),
        ("belgian_coordinator", {"mine", "team", "desk"}),
        ("dutch_officer", {"desk"}),
        ("dutch_coordinator", set()),
        ("belgian_elsewhere", set()),
        ("belgian_auditor", set()),
        ("luxembourg_headquarters", set()),
    ],
)
def test_a_contact_is_for_whom_its_sight_says(cast: Cast, who: str, sights: set[str]) -> None:
    person, keeper, bogota = getattr(cast, who).pk, cast.belgian_officer.pk, cast.desks["BOG"].pk
    found = {
        sight for sight in Sight.values
        if told(FOR, person, person, "BE", bogota, keeper, sight)
    }  # fmt: skip
    assert found == sights


def test_what_one_keeps_for_oneself_goes_with_the_posting_at_its_desk(cast: Cast) -> None:
    me = cast.belgian_elsewhere
    mine = ContactFactory(keeper=me, visibility="mine")  # at Bogotá, where he is not any more
    assert rows_of(me) == set()
    add_posting(cast, me, "officer", "BOG")
    assert rows_of(me) == {mine.pk}


def test_a_posting_that_is_over_shows_nothing_at_once(cast: Cast) -> None:
    me = cast.belgian_officer
    contact = ContactFactory(keeper=me, visibility="mine")
    assert rows_of(me) == {contact.pk}
    leaves(me)
    assert rows_of(me) == set()
    assert rows_of(None) == set()


def test_a_version_of_before_is_for_whom_it_was_while_the_contact_is_in_sight(cast: Cast) -> None:
    me, mate, other = cast.belgian_officer, cast.belgian_colleague, cast.dutch_officer
    first = ContactFactory(keeper=me, visibility="mine")
    second = newer(first, visibility="desk")
    third = newer(second, note="x")
    assert rows_of(me) == {first.pk, second.pk, third.pk}
    assert rows_of(mate) == rows_of(other) == {second.pk, third.pk}
    fourth = newer(third, visibility="team")
    assert rows_of(other) == set()
    assert rows_of(mate) == {second.pk, third.pk, fourth.pk}
    newer(fourth, visibility="mine")
    assert rows_of(mate) == set()


def test_a_contact_is_in_sight_by_its_present_version_and_its_own_key(cast: Cast) -> None:
    me, mate = cast.belgian_officer, cast.belgian_colleague
    first = ContactFactory(keeper=me)
    ContactFactory(keeper=mate)
    assert ask(mate, SEES, first.pk)
    last = newer(first, visibility="mine")
    assert not ask(mate, SEES, first.pk)
    assert ask(me, SEES, first.pk)
    assert not ask(me, SEES, last.pk)
    assert not ask(me, SEES, UNKNOWN)
    assert not ask(cast.dutch_officer, SEES, first.pk)


# What is written ------------------------------------------------------------------------------


def test_a_version_is_numbered_named_and_timed_by_the_database(cast: Cast) -> None:
    me = cast.belgian_officer
    forged = {"number": "9", "current": "false", "made_at": "'2001-01-01'"}
    raw(me, insert_contact(**forged), values(cast, me))
    first = Contact.objects.get()
    assert (first.number, first.current, first.origin_id) == (1, True, first.pk)
    assert first.made_at.year > 2001
    raw(me, insert_version("contact", "changed", name="'y'", **forged),
        values(cast, me, contact=first.pk))  # fmt: skip
    last = Contact.objects.get(current=True)
    assert (last.number, last.origin_id, last.name) == (2, first.pk, "y")
    assert last.made_at.year > 2001
    first.refresh_from_db()
    assert first.current is False


def test_set_up_may_tell_of_the_past_and_shows_what_it_likes(cast: Cast) -> None:
    first = ContactFactory(keeper=cast.belgian_officer, made_at="2001-01-01T00:00:00Z")
    assert first.made_at.year == 2001
    assert newer(first, visibility="desk").visibility == "desk"


def _answer(user: User, statement: str, named: Any) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        raw(user, statement, named)
    return str(caught.value).splitlines()[0]


def test_only_a_present_version_in_sight_is_replaced(cast: Cast) -> None:
    me = cast.belgian_officer
    first = ContactFactory(keeper=me)
    present = newer(first)
    versions = {
        "replaced": first.pk,
        "retired": newer(ContactFactory(keeper=me), act="retired", reason="x").pk,
        "for another": ContactFactory(keeper=cast.belgian_colleague, visibility="mine").pk,
        "of another country": ContactFactory(keeper=cast.dutch_officer).pk,
        "none": UNKNOWN,
    }
    statement = insert_contact(act="'changed'", replaces_id="%(contact)s")
    for name, key in versions.items():
        named = values(cast, me, contact=key)
        assert "no such contact" in _answer(me, statement, named), name
    assert not refused(me, statement, values(cast, me, contact=present.pk))


@pytest.mark.parametrize("act", ["handed_over", "retired"])
@pytest.mark.parametrize(
    "column", ["name", "authority", "function", "kind", "host_country", "phones", "email",
               "channel", "languages", "note", "visibility", "owner", "desk_id"]
)  # fmt: skip
def test_a_handover_changes_the_keeper_alone_and_the_end_nothing(
    cast: Cast, act: str, column: str
) -> None:
    me = cast.belgian_officer
    other = {"kind": "'other'", "host_country": "'EC'", "phones": "'{1}'", "channel": "'phone'",
             "languages": "'{es}'", "visibility": "'desk'", "owner": "'NL'",
             "desk_id": "%(bsb)s"}.get(column, "'y'")  # fmt: skip
    how = {"keeper_id": "%(colleague)s"} if act == "handed_over" else {"reason": "'x'"}
    named = values(cast, me, contact=ContactFactory(keeper=me).pk)
    assert not refused(me, insert_version("contact", act, **how), named)
    changed = insert_version("contact", act, **how | {column: other})
    assert "never changes so" in _answer(me, changed, named)


def test_a_change_leaves_the_keeper_and_a_handover_does_not(cast: Cast) -> None:
    me = cast.belgian_officer
    named = values(cast, me, contact=ContactFactory(keeper=me).pk)
    for act, how in (("changed", {"keeper_id": "%(colleague)s"}), ("handed_over", {})):
        assert "never changes so" in _answer(me, insert_version("contact", act, **how), named)


def test_who_sees_it_is_for_the_keeper_to_say(cast: Cast) -> None:
    me, mate = cast.belgian_officer, cast.belgian_colleague
    contact = ContactFactory(keeper=me)
    statement = insert_version("contact", "changed", visibility="'desk'")
    assert not refused(me, statement, values(cast, me, contact=contact.pk))
    assert "never changes so" in _answer(mate, statement, values(cast, mate, contact=contact.pk))


def test_a_coordinator_of_a_country_without_a_team_changes_not_what_another_keeps_for_himself(
    cast: Cast,
) -> None:
    keeper, coordinator = cast.luxembourg_headquarters, cast.luxembourg_coordinator
    for sight, refuses in (("mine", True), ("team", False)):
        contact = ContactFactory(keeper=keeper, visibility=sight)
        named = values(cast, coordinator, contact=contact.pk)
        for act, how in (("changed", {"name": "'y'"}), ("retired", {"reason": "'x'"})):
            assert refused(coordinator, insert_version("contact", act, **how), named) is refuses
            assert not refused(keeper, insert_version("contact", act, **how),
                               named | {"me": keeper.pk})  # fmt: skip


def test_who_moved_to_headquarters_hands_over_what_he_kept_and_changes_nothing(cast: Cast) -> None:
    me = cast.belgian_officer
    contact = ContactFactory(keeper=me)
    leaves(me)
    add_posting(cast, me, "headquarters_officer")
    named = values(cast, me, contact=contact.pk)
    assert refused(me, insert_version("contact", "changed", name="'y'"), named)
    assert not refused(
        me, insert_version("contact", "handed_over", keeper_id="%(colleague)s"), named
    )


def test_a_contact_of_one_owner_is_not_given_by_another_owners_coordinator(cast: Cast) -> None:
    contact = ContactFactory(keeper=cast.belgian_leaver, visibility="desk")
    me = cast.dutch_officer
    add_posting(cast, me, "coordinator")
    named = values(cast, me, contact=contact.pk)
    assert rows_of(me) == {contact.pk}
    given = insert_version("contact", "handed_over", keeper_id="%(colleague)s")
    assert refused(me, given, named)
    boss = cast.belgian_coordinator
    assert not refused(boss, given, named | {"me": boss.pk})


# What the alerts room asks --------------------------------------------------------------------


def test_a_contact_is_the_subject_of_an_alert_without_a_reference(cast: Cast) -> None:
    me = cast.belgian_officer
    first = ContactFactory(keeper=me)
    last = newer(first, note="x")
    question = "lodesk_subject_is(%s, %s, %s)"
    assert ask(me, question, first.pk, "", "BE")
    assert not ask(me, question, first.pk, "BE-BOG-2026-00001", "BE")
    assert not ask(me, question, first.pk, "", "NL")
    assert not ask(me, question, last.pk, "", "BE")
    assert not ask(me, question, UNKNOWN, "", "BE")
    assert not ask(cast.dutch_officer, question, first.pk, "", "BE")


def test_a_contact_is_a_visible_subject_while_its_present_version_is(cast: Cast) -> None:
    me, mate = cast.belgian_officer, cast.belgian_colleague
    first = ContactFactory(keeper=me)
    visible = "lodesk_subject_visible(%s)"
    assert ask(mate, visible, first.pk)
    last = newer(first, visibility="mine")
    assert not ask(mate, visible, first.pk)
    assert ask(me, visible, first.pk)
    assert not ask(me, visible, last.pk)
    assert not ask(me, visible, UNKNOWN)
