"""Conditions of handovers, mandates and what time does, each by itself: see test_each_wall.py."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.postgres.functions import TransactionNow
from django.utils import timezone

from accounts.models import NationalGroup, Posting
from cases.models import Clock, Dossier, Handover, Mandate
from tests import steps
from tests.factories import (
    Cast,
    ClockFactory,
    DossierFactory,
    HandoverFactory,
    MandateFactory,
    add_posting,
    grant,
    raw,
    refused,
    without_rules,
)
from tests.looking import as_owner, grants_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.parametrize("role", ["auditor", "people_administrator"])
def test_who_has_become_somebody_that_reads_no_dossiers_answers_no_offer(
    cast: Cast, dossier: Dossier, role: str
) -> None:
    me = cast.belgian_colleague
    offer = HandoverFactory(dossier=dossier, to=me)
    accept = "SELECT cases_move_work(%s, 'accept', '')"
    assert not refused(me, accept, [offer.pk])
    Posting.objects.filter(person=me.pk).update(ends_at=TransactionNow())
    add_posting(cast, me, role)  # of the country still, and in no group
    assert refused(me, accept, [offer.pk])


def test_where_the_owner_has_no_team_its_headquarters_stands_in_and_no_team_elsewhere(
    cast: Cast,
) -> None:
    elsewhere = NationalGroup.objects.create(
        group=Group.objects.create(name="LU TIA"), country="LU", desk=cast.desks["TIA"]
    )
    dossier = DossierFactory(owner="LU")
    question = "SELECT cases_can_be_offered(d, NULL, %s) FROM cases_dossier d WHERE id = %s"
    teams = (cast.headquarters("LU"), elsewhere, cast.team("NL"))
    answers = [as_owner(question, [team.pk, dossier.pk])[0][0] for team in teams]
    assert answers == [True, False, True]


def test_taking_over_leaves_what_others_were_granted(cast: Cast, dossier: Dossier) -> None:
    grant(dossier, cast.belgian_elsewhere, "contribute")
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    steps.accept(cast.belgian_colleague, offer)
    assert grants_of(dossier)[cast.belgian_elsewhere.name] == "contribute"


# Mandates -------------------------------------------------------------------------------------


def test_what_one_asked_for_out_of_sight_nobody_else_reads(cast: Cast) -> None:
    me = cast.belgian_officer
    hidden = DossierFactory(handler=me, confined=True)
    mandate = MandateFactory(
        dossier=hidden, receiver=cast.dutch_officer, state="asked", asked_by=me
    )
    Posting.objects.filter(person=cast.belgian_headquarters.pk).update(ends_at=TransactionNow())
    count = "SELECT count(*) FROM cases_mandate"
    for other in (cast.belgian_colleague, cast.belgian_elsewhere, cast.dutch_officer,
                  cast.dutch_coordinator, cast.luxembourg_coordinator):  # fmt: skip
        assert raw(other, count) == [(0,)]
    assert raw(me, count) == [(1,)]
    assert mandate.asked_by_id == me.pk


def test_who_decides_nothing_is_not_told_that_there_is_something(
    cast: Cast, dossier: Dossier
) -> None:
    # Without WHERE no policy for reading applies; a refusal in words would say that a row is there.
    MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state="asked")
    everything = "UPDATE cases_mandate SET decision_reason = 'x'"
    for who in (cast.dutch_coordinator, cast.belgian_officer, cast.belgian_headquarters):
        assert raw(who, everything) == 0


# What time does -------------------------------------------------------------------------------


def test_what_time_ends_is_told_of_its_own_dossier_and_to_its_own_giver(cast: Cast) -> None:
    givers = (cast.belgian_officer, cast.belgian_colleague)
    expected = set()
    for giver in givers:
        dossier = DossierFactory(handler=giver)
        mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
        terms = {"dossier": dossier, "to": cast.dutch_officer, "mandate": mandate}
        HandoverFactory(**terms)
        HandoverFactory(**terms, giver=cast.belgian_elsewhere, state="declined")
        with without_rules("cases_mandate"):
            Mandate.objects.filter(pk=mandate.pk).update(ends_at=TransactionNow())
        expected.add(("mandate.ended", dossier.pk, dossier.reference, giver.pk))
    rows = raw(None, "SELECT event, dossier, reference, unnest(told) FROM cases_tidy_up(9)")
    people = {*(giver.pk for giver in givers), cast.belgian_elsewhere.pk}
    assert {row for row in rows if row[3] in people} == expected


def test_of_a_standing_mandate_each_giver_is_told_of_his_own_dossier(cast: Cast) -> None:
    receiver, other = cast.dutch_officer, cast.belgian_elsewhere
    standing = MandateFactory(owner="BE", desk="BOG", receiver=receiver)
    expected = set()
    for giver in (cast.belgian_officer, cast.belgian_colleague):
        dossier = DossierFactory(handler=giver)
        HandoverFactory(dossier=dossier, to=receiver, mandate=standing)
        expected.add((dossier.pk, giver.pk))
    beside = DossierFactory(handler=cast.belgian_officer)  # offered under a mandate that goes on
    grant(beside, receiver, "view", standing)
    goes_on = MandateFactory(dossier=beside, receiver=cast.dutch_colleague)
    HandoverFactory(dossier=beside, giver=other, to=cast.dutch_colleague, mandate=goes_on)
    with without_rules("cases_mandate"):
        Mandate.objects.filter(pk=standing.pk).update(ends_at=TransactionNow())
    rows = raw(None, "SELECT dossier, unnest(told) FROM cases_tidy_up(9)")
    givers = {giver for _dossier, giver in expected} | {other.pk}
    assert beside.pk in {key for key, _told in rows}
    assert {row for row in rows if row[1] in givers} == expected


def test_of_offers_that_lapse_each_dossier_is_told_by_its_own_name(cast: Cast) -> None:
    made = [DossierFactory(handler=cast.belgian_officer) for _number in range(3)]
    for dossier in made[1:]:
        offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
        Handover.objects.filter(pk=offer.pk).update(answer_by=TransactionNow())
    rows = raw(None, "SELECT dossier, reference FROM cases_tidy_up(9)")
    assert set(rows) == {(each.pk, each.reference) for each in made[1:]}


def test_what_the_giver_kept_ends_in_its_own_dossier(cast: Cast) -> None:
    made = [DossierFactory(handler=cast.belgian_officer, confined=True) for _number in range(3)]
    terms = {"giver_keeps": "view", "giver_keeps_until": timezone.now() + DAY}
    for dossier in made[1:]:
        offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague, **terms)
        steps.accept(cast.belgian_colleague, offer)
        Handover.objects.filter(pk=offer.pk).update(giver_keeps_until=TransactionNow())
    rows = raw(None, "SELECT dossier, reference FROM cases_tidy_up(9)")
    assert set(rows) == {(each.pk, each.reference) for each in made[1:]}


def test_of_who_left_the_own_grants_end_and_nobody_elses(cast: Cast, dossier: Dossier) -> None:
    grant(dossier, cast.belgian_elsewhere, "view")
    Posting.objects.filter(person=cast.belgian_officer.pk).update(ends_at=TransactionNow())
    assert raw(None, "SELECT event FROM cases_tidy_up(9)") == [("handler.left",)]
    held = grants_of(dossier)
    assert cast.belgian_officer.name not in held
    assert held[cast.belgian_elsewhere.name] == "view"


def test_each_clock_is_reminded_of_by_itself(cast: Cast) -> None:
    late = {"kind": "own", "rule": "", "starts_at": timezone.now() - 9 * DAY}
    clocks = [
        ClockFactory(
            dossier=DossierFactory(handler=cast.belgian_officer),
            term_at=timezone.now() - number * DAY / 24, **late,
        )
        for number in (2, 1)
    ]  # fmt: skip
    ((clock, dossier),) = raw(None, "SELECT clock, dossier FROM cases_remind(1)")
    assert (clock, dossier) == (clocks[0].pk, clocks[0].dossier_id)
    rows = dict(Clock.objects.values_list("pk", "told"))
    moments = dict(Clock.objects.values_list("pk", "told_at"))
    assert rows[clocks[0].pk] > 0 == rows[clocks[1].pk]
    assert moments[clocks[0].pk]
    assert moments[clocks[1].pk] is None


def test_each_offer_is_reminded_of_by_itself(cast: Cast) -> None:
    # Three: of a person, under a mandate, and one that comes later than is asked for.
    made = [DossierFactory(handler=cast.belgian_officer) for _number in range(3)]
    mandate = MandateFactory(
        dossier=made[1], receiver=cast.dutch_officer, decided_at=timezone.now() - 30 * DAY
    )
    to = (cast.belgian_colleague, cast.dutch_officer, cast.belgian_colleague)
    offers = [
        HandoverFactory(
            dossier=each, to=whom, offered_at=timezone.now() - (9 - number) * DAY,
            answer_by=timezone.now() + 5 * DAY, mandate=mandate if number == 1 else None,
        )
        for number, (each, whom) in enumerate(zip(made, to, strict=True))
    ]  # fmt: skip
    columns = "event, handover, mandate, number, answer_by, dossier, reference, owner, told"
    rows = raw(None, f"SELECT {columns} FROM cases_offers_waiting(2)")
    assert rows == [
        ("handover.waiting", offer.pk, offer.mandate_id, number, offer.answer_by, each.pk,
         each.reference, "BE", [whom.pk])
        for offer, each, whom, number in zip(offers[:2], made, to, ("", mandate.number),
                                             strict=False)
    ]  # fmt: skip
    assert dict(Handover.objects.values_list("pk", "told")) == {
        offers[0].pk: 1,
        offers[1].pk: 1,
        offers[2].pk: 0,
    }
    assert len(raw(None, "SELECT 1 FROM cases_offers_waiting(9)")) == 1


def test_offers_that_nobody_can_be_told_of_are_not_looked_at_again(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    Posting.objects.filter(group=cast.team("NL").pk).update(ends_at=TransactionNow())
    mandate = MandateFactory(
        dossier=dossier, receiver=cast.team("NL"), decided_at=timezone.now() - 30 * DAY
    )
    HandoverFactory(
        dossier=dossier, to=cast.team("NL"), mandate=mandate, offered_at=timezone.now() - 3 * DAY
    )
    assert raw(None, "SELECT count(*) FROM cases_offers_waiting(9)") == [(0,)]
    assert Handover.objects.get().told == 1


def test_where_nobody_is_to_be_told_nothing_is(cast: Cast) -> None:
    Posting.objects.filter(country="LU").update(ends_at=TransactionNow())
    late = {"kind": "own", "rule": "", "starts_at": timezone.now() - 9 * DAY}
    ClockFactory(dossier=DossierFactory(owner="LU"), term_at=timezone.now() - DAY, **late)
    assert raw(None, "SELECT count(*) FROM cases_remind(9)") == [(0,)]
    assert Clock.objects.get().told > 0
