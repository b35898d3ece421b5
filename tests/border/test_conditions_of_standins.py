"""Stand-ins in PostgreSQL: chains against a model of them, and conditions each by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Absence, Posting, User
from cases.models import Dossier, Entry, StandIn
from tests import steps
from tests.border.test_each_wall_beside import rows_of
from tests.factories import (
    Cast,
    DossierFactory,
    MandateFactory,
    Part,
    StandInFactory,
    add_person,
    add_posting,
    grant,
    raw,
    refused,
    without_rules,
)
from tests.looking import as_owner, grants_of

pytestmark = pytest.mark.django_db
A_SECOND = timedelta(seconds=1)

# Chains ---------------------------------------------------------------------------------------

PEOPLE = 5
STAND_INS = "SELECT absent, person FROM cases_stands_in(%s, 'BE')"


@pytest.fixture
def crowd(cast: Cast) -> list[User]:
    """Belgians at the desk."""
    part = Part("BE", "officer", "Z. Keten", "BOG")
    return [add_person(cast, f"link_{number}", part) for number in range(PEOPLE)]


def last_of(chain: dict[int, int], away: set[int], absent: int) -> int | None:
    """Who does the work of somebody absent, said as plainly as possible."""
    been, person = {absent}, chain[absent]
    while True:
        if person in been:
            return None
        been.add(person)
        if person not in away or person not in chain:
            return person
        person = chain[person]


chains = st.dictionaries(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1), max_size=PEOPLE)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chain=chains, away=st.sets(st.integers(0, PEOPLE - 1)))
def test_a_chain_ends_where_the_model_says(
    cast: Cast, crowd: list[User], chain: dict[int, int], away: set[int]
) -> None:
    chain = {absent: other for absent, other in chain.items() if absent != other}
    as_owner("DELETE FROM cases_standin")
    as_owner("DELETE FROM accounts_absence")
    day = as_owner("SELECT (now() AT TIME ZONE 'America/Bogota')::date")[0][0]
    for number in away:
        Absence.objects.create(person_id=crowd[number].pk, starts_on=day, ends_on=day)
    for absent, other in chain.items():
        StandInFactory(absent=crowd[absent], stand_in=crowd[other])
    number_of = {person.pk: number for number, person in enumerate(crowd)} | {None: None}
    rows = as_owner(STAND_INS, [cast.desks["BOG"].pk])
    found = {number_of[absent]: number_of[person] for absent, person in rows}
    assert found == {absent: last_of(chain, away, absent) for absent in chain}


# What is in force -----------------------------------------------------------------------------


def _stands_in(cast: Cast) -> set[tuple[int, int | None]]:
    return set(as_owner(STAND_INS, [cast.desks["BOG"].pk]))


def test_a_stand_in_is_in_force_from_its_beginning_until_its_end(cast: Cast) -> None:
    standin = StandInFactory(absent=cast.belgian_officer, stand_in=cast.belgian_colleague)
    pair = {(cast.belgian_officer.pk, cast.belgian_colleague.pk)}
    assert _stands_in(cast) == pair
    now = TransactionNow()
    by = {"ended_by": cast.belgian_officer.pk, "ended_at": now}
    for change, there in (
        ({"starts_at": now}, True), ({"starts_at": now + A_SECOND}, False),
        ({"ends_at": now + A_SECOND}, True), ({"ends_at": now}, False),
        ({"over_at": now}, False), (by, False),
    ):  # fmt: skip
        before = {name: getattr(standin, name) for name in ("starts_at", "ends_at")}
        empty = {"over_at": None, "ended_by": None, "ended_at": None}
        StandIn.objects.update(**change)
        assert (_stands_in(cast) == pair) is there, change
        StandIn.objects.update(**before, **empty)


def test_each_desk_and_each_country_has_its_own(cast: Cast) -> None:
    for desk, absent, stand_in in (
        ("BSB", cast.belgian_elsewhere, cast.belgian_officer),
        ("BOG", cast.dutch_officer, cast.dutch_colleague),
    ):
        StandInFactory(absent=absent, stand_in=stand_in, desk=desk)
    assert _stands_in(cast) == set()


def test_who_is_absent_at_one_desk_handles_the_work_of_another(cast: Cast) -> None:
    away = cast.belgian_officer
    add_posting(cast, away, "officer", "BSB")
    here, there = DossierFactory(handler=away), DossierFactory(handler=away, desk="BSB")
    StandInFactory(absent=away, stand_in=cast.belgian_colleague)
    assert cast.belgian_colleague.name in grants_of(here)
    assert cast.belgian_colleague.name not in grants_of(there)


@pytest.mark.parametrize("change", ["closed", "ended", "to come", "at home", "of the log"])
def test_who_does_not_work_at_the_desk_does_not_stand_in(cast: Cast, change: str) -> None:
    mate = cast.belgian_colleague
    StandInFactory(absent=cast.belgian_officer, stand_in=mate)
    postings = Posting.objects.filter(person=mate.pk)
    if change == "closed":
        User.objects.filter(pk=mate.pk).update(is_active=False)
    elif change == "ended":
        postings.update(ends_at=TransactionNow())
    elif change == "to come":
        postings.update(starts_at=TransactionNow() + A_SECOND)
    else:
        postings.delete()
        add_posting(cast, mate, "headquarters_officer" if change == "at home" else "auditor")
    assert _stands_in(cast) == {(cast.belgian_officer.pk, None)}


def test_settling_touches_nothing_that_is_right(cast: Cast) -> None:
    DossierFactory(handler=cast.belgian_officer)
    StandInFactory(absent=cast.belgian_officer, stand_in=cast.belgian_colleague)
    question = "SELECT id, granted_at FROM cases_dossieruserpermission ORDER BY 1"
    before, entries = as_owner(question), Entry.objects.count()
    steps.tidy_up()
    assert as_owner(question) == before
    assert Entry.objects.count() == entries


def test_an_act_settles_its_own_stand_in_and_no_other(cast: Cast) -> None:
    mine, other = cast.belgian_officer, cast.belgian_head
    theirs = DossierFactory(handler=other)
    standin = StandInFactory(absent=other, stand_in=cast.belgian_colleague, planned=True)
    with without_rules("cases_standin"):
        StandIn.objects.filter(pk=standin.pk).update(starts_at=TransactionNow())
    steps.stand_in(mine, mine, cast.belgian_colleague, cast.desks["BOG"])
    assert cast.belgian_colleague.name not in grants_of(theirs)
    steps.tidy_up()
    assert cast.belgian_colleague.name in grants_of(theirs)


def test_a_mandate_that_covers_longer_takes_the_place_of_the_one_before(cast: Cast) -> None:
    away, mate = cast.belgian_officer, cast.belgian_head
    dossier = DossierFactory(owner="NL")
    grant(dossier, away, "handle", MandateFactory(dossier=dossier, receiver=away))
    Dossier.objects.update(handler=away.pk)
    first = MandateFactory(owner="NL", desk="BOG", receiver=mate)
    StandInFactory(absent=away, stand_in=mate)
    held = "SELECT DISTINCT mandate_id FROM cases_dossieruserpermission WHERE user_id = %s"
    assert as_owner(held, [mate.pk]) == [(first.pk,)]
    longer = MandateFactory(
        owner="NL", desk="BOG", receiver=mate, ends_at=first.ends_at + timedelta(days=9)
    )
    steps.tidy_up()
    assert as_owner(held, [mate.pk]) == [(longer.pk,)]


# Who reads, and who says ----------------------------------------------------------------------

READERS = {
    "belgian_officer", "belgian_colleague", "belgian_head", "belgian_headquarters",
    "belgian_coordinator", "belgian_second_coordinator",
}  # fmt: skip


def test_those_it_concerns_read_it_in_both_walls_and_nobody_else(cast: Cast) -> None:
    standin = StandInFactory(absent=cast.belgian_officer, stand_in=cast.belgian_colleague)
    seen = {name for name, person in cast.people.items() if rows_of(person, StandIn)}
    assert seen == READERS
    for name, person in cast.people.items():
        shown = set(StandIn.objects.visible_to(person).values_list("pk", flat=True))
        assert shown == ({standin.pk} if name in READERS else set()), name


def test_who_in_fact_stands_in_reads_it_too(cast: Cast) -> None:
    last = add_person(cast, "last", Part("BE", "officer", "Z. Laatste", "BOG"))
    first = StandInFactory(absent=cast.belgian_officer, stand_in=cast.belgian_colleague)
    StandInFactory(absent=cast.belgian_colleague, stand_in=last)
    steps.be_absent(cast.belgian_colleague, cast.belgian_colleague)
    steps.tidy_up()
    assert first.pk in rows_of(last, StandIn)
    assert StandIn.objects.visible_to(last).filter(pk=first.pk).exists()


@pytest.mark.parametrize("who", ["belgian_colleague", "belgian_head"])
def test_one_for_a_dossier_out_of_sight_is_not_there(cast: Cast, who: str) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, confined=True)
    terms = {"absent": cast.belgian_officer, "stand_in": cast.belgian_colleague}
    StandInFactory(dossier=dossier, planned=True, **terms)
    person = getattr(cast, who)
    assert rows_of(person, StandIn) == set()
    assert not StandIn.objects.visible_to(person).exists()
    assert rows_of(cast.belgian_officer, StandIn)


def test_without_a_posting_one_neither_reads_nor_ends_the_own_one(cast: Cast) -> None:
    away = cast.belgian_officer
    StandInFactory(absent=away, stand_in=cast.belgian_colleague)
    end = "UPDATE cases_standin SET ended_at = now(), ended_by_id = %s"
    assert not refused(away, end, [away.pk])
    Posting.objects.filter(person=away.pk).update(ends_at=TransactionNow())
    assert rows_of(away, StandIn) == set()
    assert refused(away, end, [away.pk])


def test_the_head_of_one_desk_ends_nothing_at_another(cast: Cast) -> None:
    away = cast.belgian_elsewhere
    add_posting(cast, away, "officer", "BOG")
    other = add_person(cast, "beside", Part("BE", "officer", "Z. Naast", "BSB"))
    StandInFactory(absent=away, stand_in=other, desk="BSB")
    end = "UPDATE cases_standin SET ended_at = now(), ended_by_id = %s"
    assert refused(cast.belgian_head, end, [cast.belgian_head.pk])
    assert not refused(away, end, [away.pk])


def test_the_moment_of_an_end_is_the_databases_to_say(cast: Cast) -> None:
    away = cast.belgian_officer
    StandInFactory(absent=away, stand_in=cast.belgian_colleague)
    end = "UPDATE cases_standin SET ended_at = '2001-01-01', ended_by_id = %s"
    assert raw(away, end, [away.pk]) == 1
    ended = StandIn.objects.get().ended_at
    assert ended is not None
    assert ended.year > 2001
    assert raw(away, end, [away.pk]) == 0  # once


MAKE = (
    "INSERT INTO cases_standin (id, absent_id, stand_in_id, country, desk_id, dossier_id,"
    " starts_at, ends_at, made_by_id, made_at) VALUES (gen_random_uuid(), %(absent)s,"
    " %(stand_in)s, 'NL', %(desk)s, %(dossier)s, '2001-01-01', now() + interval '9 days', %(me)s,"
    " '2001-01-01')"
)


def test_country_and_moments_are_the_databases_to_say(cast: Cast) -> None:
    away = cast.belgian_officer
    values: dict[str, Any] = {
        "absent": away.pk, "stand_in": cast.belgian_colleague.pk, "dossier": None, "me": away.pk,
        "desk": cast.desks["BOG"].pk,
    }  # fmt: skip
    raw(away, MAKE, values)
    made = StandIn.objects.get()
    assert (made.country, made.starts_at == made.made_at, made.made_at.year > 2001) == (
        "BE", True, True,
    )  # fmt: skip


def test_for_one_dossier_its_handler_is_absent_and_its_desk_is_the_desk(cast: Cast) -> None:
    away = cast.belgian_officer
    add_posting(cast, away, "officer", "BSB")
    values: dict[str, Any] = {
        "absent": away.pk, "stand_in": cast.belgian_colleague.pk, "me": away.pk,
        "desk": cast.desks["BOG"].pk,
    }  # fmt: skip
    plain, confined = (DossierFactory(handler=away, confined=each) for each in (False, True))
    for dossier, possible in (
        (plain, True),
        (confined, True),
        (DossierFactory(handler=cast.belgian_head), False),
        (DossierFactory(handler=away, desk="BSB"), False),
        (DossierFactory(handler=away, grants=False), False),
    ):
        assert refused(away, MAKE, values | {"dossier": dossier.pk}) is not possible
    head = values | {"me": cast.belgian_head.pk}
    assert not refused(cast.belgian_head, MAKE, head | {"dossier": plain.pk})
    assert refused(cast.belgian_head, MAKE, head | {"dossier": confined.pk})


def test_until_when_is_told_of_a_dossier_in_sight_alone(cast: Cast) -> None:
    seen = DossierFactory(handler=cast.belgian_officer)
    standin = StandInFactory(absent=cast.belgian_officer, stand_in=cast.belgian_colleague)
    viewer = cast.dutch_officer
    mandate = MandateFactory(dossier=seen, receiver=viewer, level="view")
    grant(seen, viewer, "view", mandate)
    question = "SELECT standin, until FROM cases_standins_of(%s)"
    for person in (cast.belgian_coordinator, viewer):
        assert raw(person, question, [seen.pk]) == [(standin.pk, standin.ends_at)]
    for person in (cast.dutch_colleague, cast.belgian_elsewhere, None):
        assert raw(person, question, [seen.pk]) == []
    with without_rules("cases_mandate"):
        as_owner("UPDATE cases_mandate SET ends_at = now()")
    assert raw(viewer, question, [seen.pk]) == []


# Absences -------------------------------------------------------------------------------------


def test_the_moments_of_an_absence_are_the_databases_to_say(cast: Cast) -> None:
    me = cast.belgian_officer
    raw(
        me,
        "INSERT INTO accounts_absence (person_id, starts_on, ends_on, made_by_id, made_at)"
        " VALUES (%s, current_date, current_date, %s, '2001-01-01')",
        [me.pk, me.pk],
    )
    take = "UPDATE accounts_absence SET taken_back_at = '2001-01-01', taken_back_by_id = %s"
    assert raw(me, take, [me.pk]) == 1
    absence = Absence.objects.get()
    assert absence.taken_back_at is not None
    assert min(absence.made_at.year, absence.taken_back_at.year) > 2001
    assert raw(me, take, [me.pk]) == 0  # once


@pytest.mark.parametrize("role", ["officer", "assistant"])
def test_only_a_head_of_desk_speaks_for_the_team(cast: Cast, role: str) -> None:
    head = cast.belgian_head
    assert raw(head, "SELECT lodesk_heads(%s)", [cast.belgian_officer.pk]) == [(True,)]
    for other in (cast.dutch_officer, cast.belgian_elsewhere, cast.belgian_leaver):
        assert raw(head, "SELECT lodesk_heads(%s)", [other.pk]) == [(False,)]
    Posting.objects.filter(person=head.pk).update(role=role)
    assert raw(head, "SELECT lodesk_heads(%s)", [cast.belgian_officer.pk]) == [(False,)]
