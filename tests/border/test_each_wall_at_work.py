"""Every condition of the functions that give, move and end, by itself: see test_each_wall.py.

What they must not touch is asked for as carefully as what they must.
"""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Person, Posting, User
from cases.models import (
    Dossier,
    DossierGroupPermission,
    DossierUserPermission,
    Entry,
    GrantHistory,
    Handover,
    Mandate,
)
from tests import steps
from tests.border.attempts import _handover as insert_handover
from tests.border.attempts import _mandate as insert_mandate
from tests.border.test_each_wall import DAY, UNKNOWN, forged, moved, one_grant, told
from tests.factories import (
    Cast,
    DossierFactory,
    HandoverFactory,
    MandateFactory,
    add_posting,
    grant,
    raw,
    refused,
    without_rules,
)
from tests.looking import as_owner, grants_of, principals_of_grants, readers_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles at Bogotá."""
    return DossierFactory(handler=cast.belgian_officer)


def _refusal(statement: str, values: Any = None, person: Person | None = None) -> str:
    """What PostgreSQL says when it refuses, to a person or to the owner of the tables."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        raw(person, statement, values) if person else as_owner(statement, values)
    return str(caught.value).splitlines()[0]


def _leaves(person: Person) -> None:
    """The postings of a person end with this transaction's moment."""
    Posting.objects.filter(person=person.pk).update(ends_at=told("now()"))


# Grants ---------------------------------------------------------------------------------------


def test_a_grant_within_the_country_stands_on_no_mandate(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    grant(dossier, cast.belgian_elsewhere, "view", mandate)
    given = DossierUserPermission.objects.get(user=cast.belgian_elsewhere.pk)
    assert given.mandate_id is None


def test_a_grant_across_the_border_names_its_mandate(cast: Cast, dossier: Dossier) -> None:
    MandateFactory(dossier=dossier, receiver=cast.dutch_officer)  # valid, and not named
    with pytest.raises(DatabaseError, match="no valid mandate"), transaction.atomic():
        grant(dossier, cast.dutch_officer, "view")


def test_only_a_group_of_headquarters_oversees(cast: Cast, dossier: Dossier) -> None:
    for holder in (cast.belgian_headquarters, cast.team("BE")):
        with pytest.raises(DatabaseError, match="oversee"), transaction.atomic():
            grant(dossier, holder, "oversee")


def test_a_grant_is_of_who_gives_it_and_of_the_moment(cast: Cast, dossier: Dossier) -> None:
    long_ago = timezone.now() - 9 * DAY
    view = Permission.objects.get(codename="view_dossier", content_type__app_label="cases")
    with forged(cast.belgian_coordinator):
        DossierUserPermission.objects.bulk_create([
            DossierUserPermission(
                content_object=dossier, permission=view, user_id=cast.belgian_elsewhere.pk,
                granted_at=long_ago, granted_by=cast.belgian_officer.person_ptr,
            )
        ])  # fmt: skip
    given = DossierUserPermission.objects.get(user=cast.belgian_elsewhere.pk)
    assert given.granted_by_id == cast.belgian_coordinator.pk
    assert given.granted_at == told("now()")


@pytest.mark.parametrize("table", ["cases_dossieruserpermission", "cases_dossiergrouppermission"])
def test_not_even_the_owner_of_the_tables_changes_a_grant(dossier: Dossier, table: str) -> None:
    assert "never changed" in _refusal(f"UPDATE {table} SET granted_at = now()")


def test_history_ends_with_its_own_grant_only(cast: Cast, dossier: Dossier) -> None:
    grant(dossier, cast.belgian_elsewhere, "view")
    DossierUserPermission.objects.filter(user=cast.belgian_elsewhere.pk).delete()
    ended = GrantHistory.objects.filter(ended_at__isnull=False)
    assert {row.person_id for row in ended} == {cast.belgian_elsewhere.pk}
    team = DossierGroupPermission.objects.filter(group=cast.team("BE").pk)
    team.delete()
    assert set(ended.values_list("group_id", flat=True)) == {None, cast.team("BE").pk}


def test_permissions_of_other_things_are_never_granted(cast: Cast) -> None:
    # Named like ours, of another model and of another room.
    other = ContentType.objects.create(app_label="other", model="dossier")
    entry = ContentType.objects.get(app_label="cases", model="entry")
    for kind in (other, entry):
        Permission.objects.create(codename="view_dossier", name="view", content_type=kind)
    dossier = DossierFactory(handler=cast.belgian_officer)
    kinds = {
        given.permission.content_type.model_class()
        for model in (DossierUserPermission, DossierGroupPermission)
        for given in model.objects.filter(content_object=dossier)
    }
    assert kinds == {Dossier}


def test_a_person_is_given_the_levels_up_to_the_one_named(cast: Cast, dossier: Dossier) -> None:
    as_owner(
        "SELECT cases_grant_person(%s, %s, 'contribute', NULL, NULL, now())",
        [dossier.pk, cast.belgian_elsewhere.pk],
    )
    assert grants_of(dossier)[cast.belgian_elsewhere.name] == "contribute"


FIRST = "SELECT cases_first_grants(%s)"


def test_first_grants_are_given_by_who_opened_it(cast: Cast) -> None:
    made = DossierFactory(grants=False, opened_by=cast.belgian_officer)
    assert refused(cast.belgian_colleague, FIRST, [made.pk])
    assert refused(cast.dutch_officer, FIRST, [made.pk])
    assert refused(cast.belgian_officer, FIRST, [UNKNOWN])
    assert not refused(cast.belgian_officer, FIRST, [made.pk])


def test_first_grants_are_given_once(cast: Cast, dossier: Dossier) -> None:
    DossierGroupPermission.objects.filter(content_object=dossier).delete()
    assert "once" in _refusal(FIRST, [dossier.pk])
    assert refused(cast.belgian_officer, FIRST, [dossier.pk])


def test_first_grants_are_of_the_country_and_the_desk(cast: Cast) -> None:
    found = {
        (owner, desk): set(grants_of(DossierFactory(owner=owner, desk=desk)))
        for owner, desk in (("BE", "BOG"), ("NL", "BSB"), ("LU", "BOG"))
    }
    assert found == {
        ("BE", "BOG"): {"BE headquarters", "BE BOG"},
        ("NL", "BSB"): {"NL headquarters", "NL BSB"},
        ("LU", "BOG"): {"LU headquarters"},
    }
    assert set(grants_of(DossierFactory(confined=True))) == {"BE headquarters"}


# Asking for a mandate -------------------------------------------------------------------------


def _values(cast: Cast, dossier: Dossier) -> dict[str, Any]:
    return {
        "me": cast.belgian_officer.pk, "dossier": dossier.pk, "bog": cast.desks["BOG"].pk,
        "dutch_stranger": cast.dutch_colleague.pk, "elsewhere": cast.belgian_elsewhere.pk,
        "colleague": cast.belgian_colleague.pk, "team": cast.team("NL").pk,
        "own_team": cast.team("BE").pk, "coordinator": cast.belgian_coordinator.pk,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"owner": "'LU'"}, "by the owner"),
        ({"dossier_id": f"'{UNKNOWN}'"}, "by the owner"),
        ({"receiver_country": "'LU'"}, "another country"),
        ({"receiver_country": "'LU'", "receiver_person_id": "NULL",
          "receiver_group_id": "%(team)s"}, "another country"),
    ],
)  # fmt: skip
def test_not_even_the_owner_of_the_tables_writes_a_mandate_that_is_not_true(
    cast: Cast, dossier: Dossier, wrong: dict[str, str], says: str
) -> None:
    values = _values(cast, dossier)
    as_owner(insert_mandate(), values)
    assert says in _refusal(insert_mandate(**wrong), values)


def test_of_a_dossier_out_of_sight_one_is_told_as_of_none(cast: Cast, dossier: Dossier) -> None:
    hidden = DossierFactory(owner="NL")
    values = _values(cast, dossier)
    for statement in (insert_mandate, insert_handover):
        said = {
            _refusal(statement(dossier_id=f"'{key}'"), values, cast.belgian_elsewhere)
            for key in (dossier.pk, hidden.pk, UNKNOWN)
        }
        assert len(said) == 1


def test_who_asks_chooses_neither_number_nor_moment(cast: Cast, dossier: Dossier) -> None:
    statement = insert_mandate(number="'BE-M-1999-777'", asked_at="'1999-01-01'")
    raw(cast.belgian_officer, statement, _values(cast, dossier))
    made = Mandate.objects.get()
    assert made.asked_at == told("now()")
    assert made.number == f"BE-M-{made.asked_at.year}-001"


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "'ended'"},
        {"asked_by_id": "%(colleague)s"},
        {"decided_by_id": "%(coordinator)s"},
        {"ended_by_id": "%(coordinator)s"},
        {"decided_at": "now()"},
        {"ended_at": "now()"},
        {"decision_reason": "'Agreed.'"},
    ],
)
def test_a_mandate_is_asked_for_in_ones_own_name_and_undecided(
    cast: Cast, dossier: Dossier, wrong: dict[str, str]
) -> None:
    values = _values(cast, dossier)
    assert not refused(cast.belgian_officer, insert_mandate(), values)
    assert refused(cast.belgian_officer, insert_mandate(**wrong), values)


@pytest.mark.parametrize(
    ("who", "about", "standing"),
    [
        ("belgian_officer", True, False), ("belgian_headquarters", True, True),
        ("belgian_coordinator", True, True), ("belgian_colleague", False, False),
        ("belgian_elsewhere", False, False), ("dutch_coordinator", False, False),
        ("dutch_headquarters", False, False), ("belgian_auditor", False, False),
    ],
)  # fmt: skip
def test_who_may_ask_for_a_mandate(
    cast: Cast, dossier: Dossier, who: str, *, about: bool, standing: bool
) -> None:
    question = "SELECT lodesk_may_ask('BE', %s), lodesk_may_ask('BE', NULL)"
    assert raw(getattr(cast, who), question, [dossier.pk]) == [(about, standing)]


# Reading mandates -----------------------------------------------------------------------------


def _reads(person: Person, mandate: Mandate) -> bool:
    return bool(raw(person, "SELECT 1 FROM cases_mandate WHERE id = %s", [mandate.pk]))


def test_who_asked_reads_it_while_it_is_asked_for(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_elsewhere  # who does not see the dossier
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state="asked",
                             asked_by=me)  # fmt: skip
    assert _reads(me, mandate)
    assert not _reads(cast.belgian_newcomer, mandate)
    moved(mandate, state="ended")
    assert not _reads(me, mandate)


def test_who_asked_and_has_left_reads_it_no_more(cast: Cast, dossier: Dossier) -> None:
    leaver = {"state": "asked", "asked_by": cast.belgian_leaver}
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, **leaver)
    assert not _reads(cast.belgian_leaver, mandate)


def test_a_mandate_of_a_dossier_is_read_by_who_sees_that_dossier(
    cast: Cast, dossier: Dossier
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague)
    assert _reads(cast.belgian_officer, mandate)
    assert not _reads(cast.belgian_elsewhere, mandate)
    assert not _reads(cast.dutch_officer, mandate)
    assert not _reads(cast.dutch_colleague, mandate)
    assert _reads(cast.belgian_coordinator, mandate)
    assert not _reads(cast.dutch_coordinator, mandate)


def test_a_standing_mandate_is_read_by_its_country_and_its_receiver(cast: Cast) -> None:
    mandate = MandateFactory(owner="BE", desk="BOG", receiver=cast.dutch_officer)
    readers = {name for name, person in cast.people.items() if _reads(person, mandate)}
    assert readers == {
        "belgian_officer", "belgian_colleague", "belgian_head", "belgian_elsewhere",
        "belgian_headquarters", "belgian_coordinator", "belgian_second_coordinator",
        "dutch_officer",
    }  # fmt: skip


# Deciding on mandates -------------------------------------------------------------------------

GIVE = "UPDATE cases_mandate SET state = 'given', decided_by_id = %(by)s, decided_at = now()"
END = "UPDATE cases_mandate SET state = 'ended', ended_by_id = %(by)s, ended_at = now()"


def test_a_coordinator_of_the_owner_gives_what_another_asked(cast: Cast, dossier: Dossier) -> None:
    asked = {"state": "asked", "asked_by": cast.belgian_second_coordinator}
    MandateFactory(dossier=dossier, receiver=cast.dutch_officer, **asked)
    assert refused(cast.belgian_second_coordinator, GIVE, {"by": cast.belgian_coordinator.pk})
    assert refused(cast.belgian_headquarters, GIVE, {"by": cast.belgian_headquarters.pk})
    assert refused(cast.dutch_coordinator, GIVE, {"by": cast.dutch_coordinator.pk})
    assert not refused(cast.belgian_coordinator, GIVE, {"by": cast.belgian_coordinator.pk})


def test_who_asked_may_end_what_another_gave(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_second_coordinator
    given = {"asked_by": me, "decided_by": cast.belgian_coordinator}
    MandateFactory(dossier=dossier, receiver=cast.dutch_officer, **given)
    assert not refused(me, END, {"by": me.pk})
    assert refused(me, END, {"by": cast.belgian_coordinator.pk})


@pytest.mark.parametrize("state", ["ended", "refused"])
def test_what_is_over_is_not_touched_even_without_the_trigger(
    cast: Cast, dossier: Dossier, state: str
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    moved(mandate, state=state)
    with without_rules("cases_mandate"):
        change = "UPDATE cases_mandate SET conditions = 'x'"
        assert refused(cast.belgian_coordinator, change)


def test_a_mandate_is_not_given_away_to_another_owner(cast: Cast, dossier: Dossier) -> None:
    # The right to the column is the first wall, the trigger the second; the policy holds alone.
    MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    as_owner("GRANT UPDATE (owner) ON cases_mandate TO lodesk_app")
    with without_rules("cases_mandate"):
        change = "UPDATE cases_mandate SET owner = 'LU'"
        assert "row-level security" in _refusal(change, None, cast.belgian_coordinator)


@pytest.mark.parametrize(
    ("before", "after"),
    [("given", "asked"), ("given", "refused"), ("given", "given"), ("ended", "given"),
     ("refused", "given"), ("refused", "ended")],
)  # fmt: skip
def test_not_even_the_owner_of_the_tables_decides_twice(
    cast: Cast, dossier: Dossier, before: str, after: str
) -> None:
    MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state=before)
    assert "decided once" in _refusal("UPDATE cases_mandate SET state = %s", [after])


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ("given", "state = 'ended', ends_at = ends_at + interval '9 days'"),
        ("given", "state = 'ended', level = 'view'"),
        ("given", "state = 'ended', decision_reason = 'x'"),
        ("asked", "state = 'refused', decided_by_id = %s, number = 'BE-M-2020-001'"),
        ("asked", "state = 'refused', decided_by_id = %s, asked_at = '2020-01-01'"),
        ("asked", "state = 'refused', decided_by_id = %s, kinds = '{other}'"),
    ],
)
def test_deciding_changes_the_decision_and_nothing_else(
    cast: Cast, dossier: Dossier, before: str, change: str
) -> None:
    MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state=before)
    values = [cast.belgian_coordinator.pk] if "%s" in change else None
    assert "never changes" in _refusal(f"UPDATE cases_mandate SET {change}", values)


def test_who_decides_and_when_is_not_for_who_decides_to_say(cast: Cast, dossier: Dossier) -> None:
    MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state="asked")
    me = cast.belgian_coordinator
    change = (
        "UPDATE cases_mandate SET state = 'given', decided_by_id = %s, decided_at = '2020-01-01'"
    )
    raw(me, change, [cast.belgian_second_coordinator.pk])
    made = Mandate.objects.get()
    assert (made.decided_by_id, made.decided_at) == (me.pk, told("now()"))


# The end of a mandate -------------------------------------------------------------------------


def _end(mandate: Mandate) -> None:
    as_owner("UPDATE cases_mandate SET state = 'ended' WHERE id = %s", [mandate.pk])


def _handled_under(cast: Cast, dossier: Dossier, mandate: Mandate, who: User) -> None:
    grant(dossier, who, "handle", mandate)
    Dossier.objects.filter(pk=dossier.pk).update(handler=who.person_ptr)


def _handler(dossier: Dossier) -> int | None:
    return Dossier.objects.get(pk=dossier.pk).handler_id


def _events(dossier: Dossier) -> list[str]:
    return list(Entry.objects.filter(dossier=dossier, kind="event").values_list("event", flat=True))


def test_the_end_of_a_mandate_leaves_other_dossiers_alone(cast: Cast, dossier: Dossier) -> None:
    me, other = cast.dutch_officer, DossierFactory(handler=cast.belgian_officer)
    first = MandateFactory(dossier=dossier, receiver=me)
    second = MandateFactory(dossier=other, receiver=me)
    _handled_under(cast, dossier, first, me)
    _handled_under(cast, other, second, me)
    for each in (dossier, other):
        team = MandateFactory(dossier=each, receiver=cast.team("NL"))
        grant(each, cast.team("NL"), "view", team)
        offered = MandateFactory(dossier=each, receiver=cast.dutch_colleague)
        HandoverFactory(dossier=each, to=cast.dutch_colleague, mandate=offered)
    before = grants_of(other)
    _end(first)
    assert _handler(dossier) is None
    assert _handler(other) == me.pk
    assert grants_of(other) == before
    assert _events(other) == []
    assert _events(dossier) == ["mandate.ended"]
    assert set(Handover.objects.values_list("state", flat=True)) == {"offered"}


@pytest.mark.parametrize("holder", ["person", "team"])
def test_the_end_of_a_mandate_takes_its_grants_and_no_other(
    cast: Cast, dossier: Dossier, holder: str
) -> None:
    held_by = cast.team("NL") if holder == "team" else cast.dutch_officer
    name = "NL BOG" if holder == "team" else cast.dutch_officer.name
    ends = MandateFactory(dossier=dossier, receiver=held_by)
    stays = MandateFactory(dossier=dossier, receiver=held_by)
    grant(dossier, held_by, "contribute", ends)
    grant(dossier, held_by, "view", stays)
    _end(ends)
    assert grants_of(dossier)[name] == "view"
    _end(stays)
    assert name not in grants_of(dossier)


def test_the_end_of_a_mandate_to_view_leaves_the_handler(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    grant(dossier, cast.dutch_officer, "handle", mandate)  # not the handler, though he could be
    _end(mandate)
    assert _handler(dossier) == cast.belgian_officer.pk


def test_the_end_of_one_mandate_leaves_who_handles_under_another(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.dutch_officer
    to_handle = MandateFactory(dossier=dossier, receiver=me)
    to_view = MandateFactory(dossier=dossier, receiver=me)
    _handled_under(cast, dossier, to_handle, me)
    grant(dossier, me, "view", to_view)
    _end(to_view)
    assert _handler(dossier) == me.pk
    _end(to_handle)
    assert _handler(dossier) is None


def test_the_end_of_a_standing_mandate_leaves_who_handles_under_another(
    cast: Cast, dossier: Dossier
) -> None:
    me, other = cast.dutch_officer, DossierFactory(handler=cast.belgian_officer)
    standing = MandateFactory(owner="BE", desk="BOG", receiver=cast.team("NL"))
    own = MandateFactory(dossier=other, receiver=me)
    _handled_under(cast, dossier, standing, me)
    _handled_under(cast, other, own, me)
    grant(other, cast.team("NL"), "view", standing)
    _end(standing)
    assert _handler(dossier) is None
    assert _handler(other) == me.pk


def test_the_end_of_a_mandate_closes_open_offers_and_rewrites_no_answer(
    cast: Cast, dossier: Dossier
) -> None:
    mandate = MandateFactory(owner="BE", desk="BOG", receiver=cast.dutch_officer)
    other = DossierFactory(handler=cast.belgian_officer)
    answered = HandoverFactory(dossier=dossier, to=cast.dutch_officer, mandate=mandate)
    waits = HandoverFactory(dossier=other, to=cast.dutch_officer, mandate=mandate)
    steps.decline(cast.dutch_officer, answered)
    _end(mandate)
    states = dict(Handover.objects.values_list("pk", "state"))
    assert states == {answered.pk: "declined", waits.pk: "expired"}


# Offers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("belgian_colleague", True), ("belgian_head", True), ("dutch_officer", True),
        ("belgian_officer", False), ("belgian_elsewhere", False), ("belgian_headquarters", False),
        ("belgian_leaver", False), ("belgian_newcomer", False), ("belgian_closed", False),
        ("belgian_auditor", False),
    ],
)  # fmt: skip
def test_a_dossier_is_offered_to_who_works_at_its_desk(
    cast: Cast, dossier: Dossier, who: str, *, offered: bool
) -> None:
    question = "cases_can_be_offered(d, %s, NULL) FROM cases_dossier d WHERE id = %s"
    assert told(question, getattr(cast, who).pk, dossier.pk) is offered


@pytest.mark.parametrize(
    "times", [{"ends_at": timezone.now()}, {"starts_at": timezone.now() + DAY}]
)
def test_a_posting_that_is_over_or_to_come_is_not_offered_to(
    cast: Cast, dossier: Dossier, times: dict[str, Any]
) -> None:
    add_posting(cast, cast.belgian_elsewhere, "officer", "BOG", **times)
    question = "cases_can_be_offered(d, %s, NULL) FROM cases_dossier d WHERE id = %s"
    assert told(question, cast.belgian_elsewhere.pk, dossier.pk) is False


@pytest.mark.parametrize(
    ("owner", "team", "offered"),
    [
        ("BE", ("BE", "BOG"), True), ("BE", ("NL", "BOG"), True), ("BE", ("BE", "BSB"), False),
        ("BE", ("BE", ""), False), ("BE", ("NL", ""), False), ("LU", ("LU", ""), True),
        ("LU", ("BE", ""), False), ("LU", ("NL", "BOG"), True), ("LU", ("NL", "BSB"), False),
    ],
)  # fmt: skip
def test_a_dossier_is_offered_to_teams_at_its_desk_or_where_there_is_none_to_headquarters(
    cast: Cast, owner: str, team: tuple[str, str], *, offered: bool
) -> None:
    dossier = DossierFactory(owner=owner)
    question = "cases_can_be_offered(d, NULL, %s) FROM cases_dossier d WHERE id = %s"
    assert told(question, cast.teams[team].pk, dossier.pk) is offered


def _offer(cast: Cast, dossier: Dossier, **changes: str) -> tuple[str, dict[str, Any]]:
    return insert_handover(**changes), _values(cast, dossier)


@pytest.mark.parametrize(
    "wrong",
    [
        {"giver_id": "%(colleague)s"},
        {"state": "'accepted'"},
        {"state": "'awaiting_mandate'"},
        {"answered_by_id": "%(colleague)s"},
        {"to_person_id": "%(elsewhere)s"},
    ],
)
def test_an_offer_is_ones_own_and_unanswered(
    cast: Cast, dossier: Dossier, wrong: dict[str, str]
) -> None:
    assert not refused(cast.belgian_officer, *_offer(cast, dossier))
    assert refused(cast.belgian_officer, *_offer(cast, dossier, **wrong))


def test_an_offer_is_of_the_moment_it_is_made(cast: Cast, dossier: Dossier) -> None:
    raw(cast.belgian_officer, *_offer(cast, dossier, offered_at="'2020-01-01'"))
    assert Handover.objects.get().offered_at == told("now()")


def test_who_does_not_work_a_dossier_offers_it_neither_by_trigger_nor_by_policy(
    cast: Cast, dossier: Dossier
) -> None:
    statement, values = _offer(cast, dossier)
    with forged(cast.belgian_colleague):
        assert "only who works" in _refusal(statement, values)
    with without_rules("cases_handover"):
        values["me"] = cast.belgian_colleague.pk
        assert "row-level security" in _refusal(statement, values, cast.belgian_colleague)


def test_a_closed_or_confined_dossier_is_not_offered_whatever_a_policy_says(cast: Cast) -> None:
    closed = DossierFactory(handler=cast.belgian_officer, status="closed")
    with forged(cast.belgian_officer):
        assert "closed" in _refusal(*_offer(cast, closed))
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    to_team = {"to_person_id": "NULL", "to_group_id": "%(own_team)s"}
    assert "cannot be offered" in _refusal(*_offer(cast, confined, **to_team))
    as_owner(*_offer(cast, DossierFactory(handler=cast.belgian_officer), **to_team))


def test_a_group_of_no_country_is_offered_nothing(cast: Cast, dossier: Dossier) -> None:
    group = Group.objects.create(name="Nobody's")
    to_group = {"to_person_id": "NULL", "to_group_id": str(group.pk)}
    assert "cannot be offered" in _refusal(*_offer(cast, dossier, **to_group))


def test_within_the_country_an_offer_stands_on_no_mandate(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    raw(cast.belgian_officer, *_offer(cast, dossier, mandate_id=f"'{mandate.pk}'"))
    assert Handover.objects.get().mandate_id is None


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": "LU", "desk": "BOG"},
        {"level": "contribute"},
        {"owner": "BE", "desk": "BSB"},
        {"owner": "BE", "desk": "BOG", "kinds": ["visit"]},
        {"receiver": "dutch_officer"},
        {"receiver": "headquarters"},
        {"state": "asked"},
        {"state": "refused"},
        {"expired": True},
        {"future": True},
    ],
)
def test_an_offer_across_the_border_names_a_mandate_that_covers_it(
    cast: Cast, dossier: Dossier, changes: dict[str, Any]
) -> None:
    MandateFactory(dossier=dossier, receiver=cast.dutch_colleague)  # it would; it is not named
    receiver = {"dutch_officer": cast.dutch_officer, "headquarters": cast.headquarters("NL"),
                None: cast.dutch_colleague}[changes.get("receiver")]  # fmt: skip
    place = {} if "desk" in changes else {"dossier": dossier}
    mandate = MandateFactory(**place | changes | {"receiver": receiver})
    named = {"to_person_id": "%(dutch_stranger)s", "mandate_id": f"'{mandate.pk}'"}
    assert refused(cast.belgian_officer, *_offer(cast, dossier, **named))


def test_an_offer_across_the_border_names_one_of_this_dossier(cast: Cast, dossier: Dossier) -> None:
    other = DossierFactory(handler=cast.belgian_officer)
    mandate = MandateFactory(dossier=other, receiver=cast.dutch_colleague)
    to = {"to_person_id": "%(dutch_stranger)s"}
    assert refused(cast.belgian_officer, *_offer(cast, dossier, **to))
    assert refused(cast.belgian_officer, *_offer(cast, dossier, **to, mandate_id=f"'{mandate.pk}'"))


@pytest.mark.parametrize("receiver", ["dutch_colleague", "team"])
def test_an_offer_stands_on_a_mandate_of_the_addressee_or_of_the_team(
    cast: Cast, dossier: Dossier, receiver: str
) -> None:
    held_by = cast.team("NL") if receiver == "team" else cast.dutch_colleague
    mandate = MandateFactory(dossier=dossier, receiver=held_by)
    named = {"to_person_id": "%(dutch_stranger)s", "mandate_id": f"'{mandate.pk}'"}
    assert not refused(cast.belgian_officer, *_offer(cast, dossier, **named))


def test_an_offer_waits_for_a_mandate_that_is_asked_for(cast: Cast, dossier: Dossier) -> None:
    waits = {"to_person_id": "%(dutch_stranger)s", "state": "'awaiting_mandate'"}
    for state, done in (("asked", True), ("refused", False)):
        mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, state=state)
        offer = _offer(cast, dossier, **waits, mandate_id=f"'{mandate.pk}'")
        assert refused(cast.belgian_officer, *offer) is not done


def test_set_up_tells_of_offers_whose_mandate_is_over_but_not_of_none(
    cast: Cast, dossier: Dossier
) -> None:
    over = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, expired=True)
    named = {"to_person_id": "%(dutch_stranger)s", "state": "'expired'"}
    assert "needs a mandate" in _refusal(*_offer(cast, dossier, **named))
    as_owner(*_offer(cast, dossier, **named, mandate_id=f"'{over.pk}'"))


# Who may take which step ----------------------------------------------------------------------


def _may_move(person: Person | None, handover: Handover, step: str) -> bool:
    with forged(person):
        return bool(
            told(
                "cases_may_move(h, d, %s) FROM cases_handover h JOIN cases_dossier d"
                " ON d.id = h.dossier_id WHERE h.id = %s",
                step, handover.pk,
            )
        )  # fmt: skip


def test_nobody_expires_an_offer_and_only_when_its_time_has_come(
    cast: Cast, dossier: Dossier
) -> None:
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    assert not _may_move(None, offer, "expire")
    as_owner("UPDATE cases_handover SET answer_by = now()")
    assert _may_move(None, offer, "expire")
    assert not _may_move(cast.belgian_officer, offer, "expire")
    for step in ("accept", "decline", "withdraw", "offer", "give_mandate"):
        assert not _may_move(None, offer, step)
    for step in ("accept", "decline"):
        assert not _may_move(cast.belgian_colleague, offer, step)


@pytest.mark.parametrize("step", ["give_mandate", "refuse_mandate"])
def test_only_who_decided_the_mandate_moves_its_offer(
    cast: Cast, dossier: Dossier, step: str
) -> None:
    me, second = cast.belgian_coordinator, cast.belgian_second_coordinator
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state="asked")
    offer = HandoverFactory(dossier=dossier, to=cast.dutch_officer, mandate=mandate)
    decided = {"give_mandate": "given", "refuse_mandate": "refused"}[step]
    MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, state=decided, decided_by=me)
    assert not _may_move(me, offer, step)
    moved(mandate, state=decided, decided_by=me.person_ptr)
    assert _may_move(me, offer, step)
    assert not _may_move(second, offer, step)
    other = {"give_mandate": "refuse_mandate", "refuse_mandate": "give_mandate"}[step]
    assert not _may_move(me, offer, other)
    moved(mandate, decided_by=cast.belgian_officer.person_ptr)
    assert not _may_move(cast.belgian_officer, offer, step)


def test_an_offer_is_made_by_its_giver_in_the_transaction_that_wrote_it(
    cast: Cast, dossier: Dossier
) -> None:
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    assert not _may_move(cast.belgian_officer, offer, "offer")
    as_owner("UPDATE cases_handover SET offered_at = now()")
    assert _may_move(cast.belgian_officer, offer, "offer")
    assert not _may_move(cast.belgian_headquarters, offer, "offer")
    Handover.objects.update(giver=cast.belgian_colleague.person_ptr)
    assert not _may_move(cast.belgian_colleague, offer, "offer")


def test_the_giver_withdraws_while_he_sees_and_headquarters_always(
    cast: Cast, dossier: Dossier
) -> None:
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    may = {name for name, who in cast.people.items() if _may_move(who, offer, "withdraw")}
    assert may == {"belgian_officer", "belgian_headquarters", "belgian_coordinator",
                   "belgian_second_coordinator"}  # fmt: skip
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    offer = HandoverFactory(dossier=confined, to=cast.belgian_colleague)
    DossierUserPermission.objects.filter(user=cast.belgian_officer.pk).delete()
    assert not _may_move(cast.belgian_officer, offer, "withdraw")


@pytest.mark.parametrize("step", ["accept", "decline"])
def test_the_addressee_answers_by_name_or_through_the_team(
    cast: Cast, dossier: Dossier, step: str
) -> None:
    by_name = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    may = {name for name, who in cast.people.items() if _may_move(who, by_name, step)}
    assert may == {"belgian_colleague"}
    other = DossierFactory(handler=cast.belgian_officer)
    to_team = HandoverFactory(dossier=other, to=cast.team("BE"))
    may = {name for name, who in cast.people.items() if _may_move(who, to_team, step)}
    assert may == {"belgian_officer", "belgian_colleague", "belgian_head"}


def test_who_has_left_answers_nothing(cast: Cast, dossier: Dossier) -> None:
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    _leaves(cast.belgian_colleague)
    for step in ("accept", "decline", "withdraw"):
        assert not _may_move(cast.belgian_colleague, offer, step)


def test_who_no_longer_sees_it_does_not_decline(cast: Cast) -> None:
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    offer = HandoverFactory(dossier=confined, to=cast.belgian_colleague)
    DossierUserPermission.objects.filter(user=cast.belgian_colleague.pk).delete()
    assert not _may_move(cast.belgian_colleague, offer, "decline")


def test_who_accepts_across_the_border_is_certified_and_mandated(
    cast: Cast, dossier: Dossier
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.team("NL"))
    offer = HandoverFactory(dossier=dossier, to=cast.team("NL"), mandate=mandate)
    assert _may_move(cast.dutch_officer, offer, "accept")
    assert not _may_move(cast.dutch_uncertified, offer, "accept")
    moved(mandate, state="ended")
    assert not _may_move(cast.dutch_officer, offer, "accept")


# Taking over ----------------------------------------------------------------------------------


def _accept(person: User, offer: Handover) -> None:
    raw(person, "SELECT cases_move_work(%s, 'accept', '')", [offer.pk])


def test_taking_over_moves_nothing_of_other_dossiers(cast: Cast, dossier: Dossier) -> None:
    others = [DossierFactory(handler=cast.belgian_officer) for _number in range(2)]
    grant(others[0], cast.belgian_colleague, "view")
    HandoverFactory(dossier=others[1], to=cast.belgian_head)
    before = [(grants_of(each), _handler(each), _events(each)) for each in others]
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    _accept(cast.belgian_colleague, offer)
    assert [(grants_of(each), _handler(each), _events(each)) for each in others] == before
    assert _handler(dossier) == cast.belgian_colleague.pk
    assert dict(Handover.objects.values_list("dossier_id", "state")) == {
        dossier.pk: "accepted", others[1].pk: "offered",
    }  # fmt: skip


def test_taking_over_ends_what_the_team_saw_by_the_offer_and_nothing_else(
    cast: Cast, dossier: Dossier
) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.team("NL"))
    offer = HandoverFactory(dossier=dossier, to=cast.team("NL"), mandate=mandate)
    _accept(cast.dutch_officer, offer)
    assert grants_of(dossier) == {
        "BE headquarters": "oversee", "BE BOG": "contribute", cast.dutch_officer.name: "handle",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("keeps", "left"), [("none", None), ("view", "view"), ("contribute", "contribute")]
)
def test_the_giver_keeps_what_the_offer_says(cast: Cast, keeps: str, left: str | None) -> None:
    confined = DossierFactory(handler=cast.belgian_officer, confined=True)
    until = None if keeps == "none" else timezone.now() + DAY
    terms = {"giver_keeps": keeps, "giver_keeps_until": until}
    offer = HandoverFactory(dossier=confined, to=cast.belgian_colleague, **terms)
    _accept(cast.belgian_colleague, offer)
    assert grants_of(confined).get(cast.belgian_officer.name) == left


def test_who_takes_it_from_himself_keeps_the_hand_on_it(cast: Cast, dossier: Dossier) -> None:
    terms = {"giver_keeps": "view", "giver_keeps_until": timezone.now() + DAY}
    offer = HandoverFactory(dossier=dossier, to=cast.team("BE"), **terms)
    _accept(cast.belgian_officer, offer)
    given = DossierUserPermission.objects.filter(user=cast.belgian_officer.pk)
    assert given.count() == 3
    assert grants_of(dossier)[cast.belgian_officer.name] == "handle"


@pytest.mark.parametrize("ended", [False, True])
def test_a_giver_of_another_country_keeps_what_his_mandate_still_gives(
    cast: Cast, dossier: Dossier, *, ended: bool
) -> None:
    me = cast.dutch_officer
    mandate = MandateFactory(dossier=dossier, receiver=me)
    _handled_under(cast, dossier, mandate, me)
    terms = {"giver_keeps": "view", "giver_keeps_until": timezone.now() + DAY}
    offer = HandoverFactory(dossier=dossier, giver=me, to=cast.belgian_colleague, **terms)
    if ended:
        moved(mandate, state="ended")
    _accept(cast.belgian_colleague, offer)
    kept = DossierUserPermission.objects.filter(user=me.pk)
    assert [row.mandate_id for row in kept] == ([] if ended else [mandate.pk])


def test_what_is_kept_stands_on_the_mandate_of_this_dossier(cast: Cast, dossier: Dossier) -> None:
    me, other = cast.dutch_officer, DossierFactory(handler=cast.belgian_officer)
    for each in (other, dossier):
        _handled_under(cast, each, MandateFactory(dossier=each, receiver=me), me)
        grant(each, cast.dutch_colleague, "view",
              MandateFactory(dossier=each, receiver=cast.dutch_colleague))  # fmt: skip
    terms = {"giver_keeps": "view", "giver_keeps_until": timezone.now() + DAY}
    for each in (other, dossier):
        offer = HandoverFactory(dossier=each, giver=me, to=cast.belgian_colleague, **terms)
        _accept(cast.belgian_colleague, offer)
        (kept,) = DossierUserPermission.objects.filter(content_object=each, user=me.pk)
        assert kept.mandate is not None
        assert kept.mandate.dossier_id == each.pk


# Moving work ----------------------------------------------------------------------------------


def test_a_step_that_does_not_exist_or_of_no_offer_is_not_possible(
    cast: Cast, dossier: Dossier
) -> None:
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    move = "SELECT cases_move_work(%s, %s, '')"
    me = cast.belgian_colleague
    for values in ([offer.pk, "view"], [offer.pk, ""], [UNKNOWN, "accept"]):
        assert "not possible" in _refusal(move, values, me)


def test_an_answer_says_who_gave_it_and_an_offer_has_none(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state="asked")
    offer = HandoverFactory(dossier=dossier, to=cast.dutch_officer, mandate=mandate)
    steps.give(cast.belgian_coordinator, mandate)
    offer.refresh_from_db()
    assert (offer.state, offer.answered_by_id, offer.answered_at) == ("offered", None, None)
    steps.decline(cast.dutch_officer, offer)
    offer.refresh_from_db()
    assert (offer.state, offer.answered_by_id) == ("declined", cast.dutch_officer.pk)
    other = steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    other.refresh_from_db()
    assert (other.state, other.answered_by_id) == ("offered", None)


def test_withdrawing_ends_what_was_asked_for_it_and_nothing_else(
    cast: Cast, dossier: Dossier
) -> None:
    asked = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state="asked")
    other = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, state="asked")
    offer = HandoverFactory(dossier=dossier, to=cast.dutch_officer, mandate=asked)
    steps.withdraw(cast.belgian_officer, offer)
    given = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    offer = HandoverFactory(dossier=dossier, to=cast.dutch_officer, mandate=given)
    steps.withdraw(cast.belgian_officer, offer)
    states = dict(Mandate.objects.values_list("pk", "state"))
    assert states == {asked.pk: "ended", other.pk: "asked", given.pk: "given"}


@pytest.mark.parametrize("to", ["person", "team"])
def test_an_offer_that_ends_takes_its_own_sight_back_and_no_other(
    cast: Cast, dossier: Dossier, to: str
) -> None:
    addressee = cast.team("NL") if to == "team" else cast.dutch_officer
    other = DossierFactory(handler=cast.belgian_officer)
    standing = MandateFactory(owner="BE", desk="BOG", receiver=addressee)
    offers = [
        HandoverFactory(dossier=each, to=addressee, mandate=standing) for each in (dossier, other)
    ]
    before = grants_of(other), grants_of(DossierFactory())
    steps.withdraw(cast.belgian_officer, offers[0])
    assert grants_of(other) == before[0]
    assert set(grants_of(dossier)) == {"BE headquarters", "BE BOG", cast.belgian_officer.name}


def test_facts_of_an_event_are_of_its_own_handover(cast: Cast, dossier: Dossier) -> None:
    other = DossierFactory(handler=cast.belgian_colleague)
    for each, receiver in ((other, cast.dutch_colleague), (dossier, cast.dutch_officer)):
        mandate = MandateFactory(dossier=each, receiver=receiver)
        offer = HandoverFactory(dossier=each, to=receiver, mandate=mandate)
    facts = told("cases_handover_facts(h) FROM cases_handover h WHERE id = %s", offer.pk)
    told_of = json.loads(facts)
    assert told_of["giver"] == f"{cast.belgian_officer.name} (BE)"
    assert told_of["receiver"] == f"{cast.dutch_officer.name} (NL)"
    assert told_of["mandate"] == mandate.number


@pytest.mark.parametrize("change", ["answer_reason = 'x'", "answer_reason = answer_reason"])
def test_an_offer_in_sight_is_locked_and_never_changed(
    cast: Cast, dossier: Dossier, change: str
) -> None:
    HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    hidden = HandoverFactory(dossier=DossierFactory(desk="BSB"), to=cast.belgian_elsewhere)
    me = cast.belgian_colleague
    assert len(raw(me, "SELECT 1 FROM cases_handover FOR UPDATE")) == 1
    assert "row-level security" in _refusal(f"UPDATE cases_handover SET {change}", None, me)
    as_owner("DROP POLICY handover_read ON cases_handover")
    as_owner("CREATE POLICY handover_read ON cases_handover FOR SELECT USING (true)")
    locked = raw(me, "SELECT id FROM cases_handover FOR UPDATE")
    assert hidden.pk not in {key for (key,) in locked}


# Time -----------------------------------------------------------------------------------------


def _tidied(most: int = 99) -> list[tuple[Any, ...]]:
    return list(as_owner("SELECT event, dossier, told, lost FROM cases_tidy_up(%s)", [most]))


def test_people_of_a_group_are_its_open_accounts_posted_now(cast: Cast) -> None:
    def people(roles: str) -> set[int]:
        return set(told("cases_people_of(%s, %s)", cast.team("BE").pk, roles))

    in_team = {cast.belgian_officer.pk, cast.belgian_colleague.pk, cast.belgian_head.pk}
    assert people("{}") == in_team
    assert people("{head_of_desk}") == {cast.belgian_head.pk}


def test_who_steers_a_dossier_is_of_its_owner_and_its_desk(cast: Cast, dossier: Dossier) -> None:
    add_posting(cast, cast.belgian_elsewhere, "head_of_desk", "BSB")
    coordinators = {cast.belgian_coordinator.pk, cast.belgian_second_coordinator.pk}
    confined = DossierFactory(confined=True)
    question = "cases_steering(d) FROM cases_dossier d WHERE id = %s"
    assert set(told(question, dossier.pk)) == coordinators | {cast.belgian_head.pk}
    assert set(told(question, confined.pk)) == coordinators


def test_who_loses_sight_saw_it_by_this_alone(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.team("NL"))
    other = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague)
    elsewhere = DossierFactory(handler=cast.belgian_officer)
    grant(dossier, cast.team("NL"), "view", mandate)
    grant(dossier, cast.dutch_colleague, "view", other)
    apart = MandateFactory(dossier=elsewhere, receiver=cast.team("NL"))
    grant(elsewhere, cast.team("NL"), "view", apart)
    grant(elsewhere, cast.dutch_officer, "view",
          MandateFactory(dossier=elsewhere, receiver=cast.dutch_officer))  # fmt: skip
    one_grant(dossier, cast.dutch_officer, "contribute", mandate)
    losing = set(told("cases_loses_sight(%s, %s)", dossier.pk, mandate.pk))
    assert losing == {cast.dutch_officer.pk, cast.dutch_uncertified.pk, cast.dutch_head.pk}
    one_grant(dossier, cast.headquarters("NL"), "contribute", mandate)
    assert set(told("cases_loses_sight(%s, %s)", dossier.pk, mandate.pk)) == losing


def test_time_ends_what_is_due_and_nothing_else(cast: Cast) -> None:
    # Of each sort one thing whose time has come, and one whose time has not.
    due, early = (DossierFactory(handler=cast.belgian_officer) for _turn in range(2))
    for each, answer_by in ((due, -DAY), (early, DAY)):
        offer = HandoverFactory(dossier=each, to=cast.belgian_colleague)
        Handover.objects.filter(pk=offer.pk).update(answer_by=timezone.now() + answer_by)
    answered = DossierFactory(handler=cast.belgian_officer)
    offer = HandoverFactory(dossier=answered, to=cast.belgian_colleague)
    steps.decline(cast.belgian_colleague, offer)
    Handover.objects.filter(pk=offer.pk).update(answer_by=timezone.now() - DAY)
    rows = _tidied()
    assert [(event, dossier) for event, dossier, _told, _lost in rows] == [
        ("handover.expired", due.pk)
    ]
    states = dict(Handover.objects.values_list("dossier_id", "state"))
    assert states == {due.pk: "expired", early.pk: "offered", answered.pk: "declined"}


def test_time_ends_mandates_that_were_given_and_are_over(cast: Cast) -> None:
    me = cast.dutch_officer
    made = {}
    for name, ends_in, state in (
        ("over", -DAY, "given"), ("valid", DAY, "given"), ("asked", -DAY, "asked"),
    ):  # fmt: skip
        dossier = DossierFactory(handler=cast.belgian_officer)
        mandate = MandateFactory(dossier=dossier, receiver=me)
        grant(dossier, me, "view", mandate)
        moved(mandate, state=state, ends_at=timezone.now() + ends_in,
              starts_at=timezone.now() - 9 * DAY)  # fmt: skip
        made[name] = (dossier, mandate)
    rows = _tidied()
    assert [(event, dossier) for event, dossier, _told, _lost in rows] == [
        ("mandate.ended", made["over"][0].pk)
    ]
    assert rows[0][3] == [me.pk]
    states = {
        name: Mandate.objects.get(pk=mandate.pk).state for name, (_d, mandate) in made.items()
    }
    assert states == {"over": "ended", "valid": "given", "asked": "asked"}


@pytest.mark.parametrize("by", ["person", "team", "offer"])
def test_of_the_end_of_a_mandate_the_dossiers_it_touched_are_told_each_once(
    cast: Cast, dossier: Dossier, by: str
) -> None:
    receiver = cast.team("NL") if by == "team" else cast.dutch_officer
    others = [DossierFactory(handler=cast.belgian_officer) for _number in range(3)]
    standing = MandateFactory(owner="BE", desk="BOG", receiver=receiver)
    untouched = MandateFactory(owner="BE", desk="BOG", receiver=receiver)
    grant(others[0], receiver, "view", untouched)
    offer = HandoverFactory(dossier=others[1], to=receiver, mandate=untouched)
    answered = HandoverFactory(dossier=others[2], to=receiver, mandate=standing)
    Handover.objects.filter(pk=answered.pk).update(state="declined")
    for model in (DossierUserPermission, DossierGroupPermission):
        model.objects.filter(handover__in=[answered, offer]).delete()
    if by == "offer":
        HandoverFactory(dossier=dossier, to=receiver, mandate=standing)
        for model in (DossierUserPermission, DossierGroupPermission):
            model.objects.filter(content_object=dossier, mandate=standing).delete()
    else:
        grant(dossier, receiver, "view", standing)
    moved(standing, ends_at=told("now()"), starts_at=timezone.now() - DAY)
    rows = _tidied()
    assert [(event, key) for event, key, _told, _lost in rows] == [("mandate.ended", dossier.pk)]
    givers = [number for number in rows[0][2] if number == cast.belgian_officer.pk]
    assert len(givers) == (1 if by == "offer" else 0)
    assert Mandate.objects.get(pk=untouched.pk).state == "given"
    assert (
        Mandate.objects.get(pk=standing.pk).ended_at == Mandate.objects.get(pk=standing.pk).ends_at
    )


def test_time_ends_what_the_giver_kept_until_then(cast: Cast) -> None:
    kept = {}
    for name, until in (("over", -DAY), ("lasts", DAY)):
        confined = DossierFactory(handler=cast.belgian_officer, confined=True)
        terms = {"giver_keeps": "view", "giver_keeps_until": timezone.now() + DAY}
        offer = HandoverFactory(dossier=confined, to=cast.belgian_colleague, **terms)
        _accept(cast.belgian_colleague, offer)
        Handover.objects.filter(pk=offer.pk).update(giver_keeps_until=timezone.now() + until)
        kept[name] = confined
    rows = _tidied()
    assert [(event, key, lost) for event, key, _told, lost in rows] == [
        ("keeping.ended", kept["over"].pk, [cast.belgian_officer.pk])
    ]
    assert grants_of(kept["over"]) == {
        "BE headquarters": "oversee", cast.belgian_colleague.name: "handle",
    }  # fmt: skip
    assert grants_of(kept["lasts"])[cast.belgian_officer.name] == "view"
    assert _tidied() == []


def test_an_offer_that_was_not_accepted_keeps_nothing_to_end(cast: Cast, dossier: Dossier) -> None:
    terms = {"giver_keeps": "view", "giver_keeps_until": timezone.now() - DAY}
    HandoverFactory(dossier=dossier, to=cast.belgian_colleague, **terms)
    Handover.objects.update(answered_by=cast.belgian_officer.person_ptr)
    assert _tidied() == []
    assert DossierUserPermission.objects.filter(user=cast.belgian_colleague.pk).exists()


def test_work_of_who_left_falls_to_the_queue_and_other_work_stays(cast: Cast) -> None:
    me = cast.belgian_colleague
    left = DossierFactory(handler=me)
    stays = DossierFactory(handler=cast.belgian_officer)
    closed = DossierFactory(handler=me, status="closed")
    held = DossierFactory(handler=cast.belgian_officer)
    grant(held, me, "view")
    nobodys = DossierFactory(handler=None)
    _leaves(me)
    rows = _tidied()
    assert [(event, key) for event, key, _told, _lost in rows] == [("handler.left", left.pk)]
    handlers = {each.pk: _handler(each) for each in (left, stays, closed, held, nobodys)}
    assert handlers == {
        left.pk: None, stays.pk: cast.belgian_officer.pk, closed.pk: me.pk,
        held.pk: cast.belgian_officer.pk, nobodys.pk: None,
    }  # fmt: skip
    assert me.name not in grants_of(left)
    assert grants_of(stays)[cast.belgian_officer.name] == "handle"
    assert grants_of(held)[me.name] == "view"
    entry = Entry.objects.get(event="handler.left")
    assert entry.facts == {"giver": f"{me.name} (BE)"}


def test_readers_are_what_the_grants_say_after_all_of_it(cast: Cast, dossier: Dossier) -> None:
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    _accept(cast.belgian_colleague, offer)
    assert readers_of(dossier) == principals_of_grants(dossier)
