"""Handing a dossier over: who holds what before and after each step (product.md 2 and 4)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Certificate
from cases import policy
from cases.models import Dossier, Entry, Handover, Mandate
from lodesk.alerts.models import Alert
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    HandoverFactory,
    MandateFactory,
    as_person,
    refused,
    without_rules,
)
from tests.looking import as_owner, grants_of, levels, sees
from tests.steps import in_

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


@pytest.fixture
def confined(cast: Cast) -> Dossier:
    """The same, kept from the team."""
    return DossierFactory(handler=cast.belgian_officer, confined=True)


OPENED = {"BE headquarters": "oversee", "BE BOG": "contribute", "A. Voorbeeld": "handle"}
WITHOUT_HANDLER = {"BE headquarters": "oversee", "BE BOG": "contribute"}


# Across the border, step by step ------------------------------------------------------------


def test_an_offer_across_the_border_waits_and_shows_nothing(cast: Cast, dossier: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    assert handover.state == "awaiting_mandate"
    assert grants_of(dossier) == OPENED
    assert not sees(cast.dutch_officer, dossier)
    mandate = steps.mandate_of(handover)
    assert (mandate.state, mandate.level, mandate.owner) == ("asked", "handle", "BE")


def test_the_mandate_lets_the_addressee_look_and_nothing_more(cast: Cast, dossier: Dossier) -> None:
    me = cast.dutch_officer
    handover = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    assert handover.state == "offered"
    assert grants_of(dossier) == OPENED | {me.name: "view"}
    assert levels(me, dossier) == {"view"}
    assert not sees(cast.dutch_colleague, dossier)


def test_acceptance_moves_the_handler_and_the_grants_together(cast: Cast, dossier: Dossier) -> None:
    me = cast.dutch_officer
    handover = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    steps.accept(me, handover)
    dossier.refresh_from_db()
    assert (dossier.handler_id, dossier.owner) == (me.pk, "BE")
    assert grants_of(dossier) == WITHOUT_HANDLER | {me.name: "handle"}
    under = dossier.dossieruserpermission_set.values_list("mandate", flat=True)
    assert set(under) == {handover.mandate_id}


def test_the_whole_story_there_and_back(cast: Cast, dossier: Dossier) -> None:
    me, other = cast.dutch_officer, cast.belgian_colleague
    handover = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    steps.accept(me, handover)
    steps.add_note(me, dossier)
    back = steps.offer(me, dossier, cast.team("BE"), kind="return")
    assert back.state == "offered"  # nothing crosses the owner's border by a return
    steps.accept(other, back)
    dossier.refresh_from_db()
    assert dossier.handler_id == other.pk
    assert grants_of(dossier) == WITHOUT_HANDLER | {other.name: "handle"}
    assert not sees(me, dossier)


def test_the_giver_of_another_country_keeps_sight_until_it_was_said(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.dutch_officer
    handover = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    steps.accept(me, handover)
    back = steps.offer(
        me, dossier, cast.team("BE"), giver_keeps="view", giver_keeps_until=in_(days=3)
    )
    steps.accept(cast.belgian_colleague, back)
    assert levels(me, dossier) == {"view"}
    _let_time_pass(back, giver_keeps_until=timezone.now() - timedelta(hours=1))
    steps.tidy_up()
    assert not sees(me, dossier)


def test_a_mandate_that_has_run_out_does_not_hold_up_the_way_back(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.dutch_officer
    handover = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    steps.accept(me, handover)
    back = steps.offer(
        me, dossier, cast.team("BE"), giver_keeps="view", giver_keeps_until=in_(days=3)
    )
    with without_rules("cases_mandate"):
        ended = timezone.now() - timedelta(hours=1)
        Mandate.objects.update(starts_at=ended - timedelta(days=9), ends_at=ended)
    steps.accept(cast.belgian_colleague, back)
    assert grants_of(dossier) == WITHOUT_HANDLER | {cast.belgian_colleague.name: "handle"}


def test_a_team_of_the_other_country_gets_the_offer_under_one_mandate(
    cast: Cast, dossier: Dossier
) -> None:
    handover = steps.across(
        cast.belgian_officer, dossier, cast.team("NL"), cast.belgian_coordinator
    )
    assert grants_of(dossier) == OPENED | {"NL BOG": "view"}
    assert sees(cast.dutch_head, dossier)
    steps.accept(cast.dutch_colleague, handover)
    assert grants_of(dossier) == WITHOUT_HANDLER | {cast.dutch_colleague.name: "handle"}
    assert not sees(cast.dutch_head, dossier)


# Within a country ---------------------------------------------------------------------------


def test_within_a_country_the_addressee_may_look_at_once(cast: Cast, confined: Dossier) -> None:
    me = cast.belgian_colleague
    assert not sees(me, confined)
    handover = steps.offer(cast.belgian_officer, confined, me.person_ptr)
    assert (handover.state, handover.mandate_id) == ("offered", None)
    assert levels(me, confined) == {"view"}
    steps.accept(me, handover)
    assert levels(me, confined) == {"view", "contribute", "handle"}
    assert not sees(cast.belgian_officer, confined)


def test_the_giver_may_keep_a_view_of_a_confined_dossier(cast: Cast, confined: Dossier) -> None:
    handover = steps.offer(
        cast.belgian_officer,
        confined,
        cast.belgian_colleague.person_ptr,
        giver_keeps="view",
        giver_keeps_until=in_(days=1),
    )
    steps.accept(cast.belgian_colleague, handover)
    assert levels(cast.belgian_officer, confined) == {"view"}


def test_headquarters_hands_over_what_nobody_handles(cast: Cast) -> None:
    dossier = DossierFactory()
    handover = steps.offer(cast.belgian_headquarters, dossier, cast.belgian_colleague.person_ptr)
    steps.accept(cast.belgian_colleague, handover)
    assert grants_of(dossier) == WITHOUT_HANDLER | {cast.belgian_colleague.name: "handle"}


def test_a_confined_dossier_is_not_offered_to_a_team(cast: Cast, confined: Dossier) -> None:
    with pytest.raises(PermissionDenied):
        steps.offer(cast.belgian_officer, confined, cast.team("BE"))


# Who may not ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["belgian_colleague", "belgian_head"])
def test_who_does_not_handle_it_cannot_offer_it(cast: Cast, dossier: Dossier, who: str) -> None:
    with pytest.raises(PermissionDenied):
        steps.offer(getattr(cast, who), dossier, cast.dutch_officer.person_ptr)


def test_what_is_out_of_sight_cannot_be_offered(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(Dossier.DoesNotExist):
        steps.offer(cast.dutch_officer, dossier, cast.dutch_colleague.person_ptr)


def test_there_is_one_open_offer_at_most(cast: Cast, dossier: Dossier) -> None:
    steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    with pytest.raises(PermissionDenied):
        steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    with pytest.raises(IntegrityError), transaction.atomic():
        HandoverFactory(dossier=dossier, to=cast.belgian_colleague)


def test_a_closed_dossier_is_not_offered(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, status="closed")
    with pytest.raises(PermissionDenied):
        steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)


def test_nobody_elsewhere_is_offered_it(cast: Cast, dossier: Dossier) -> None:
    for person in (cast.belgian_elsewhere, cast.belgian_headquarters, cast.belgian_leaver):
        with pytest.raises(PermissionDenied):
            steps.offer(cast.belgian_officer, dossier, person.person_ptr)


@pytest.mark.parametrize("who", ["dutch_colleague", "belgian_colleague", "dutch_headquarters"])
def test_only_the_addressee_answers(cast: Cast, dossier: Dossier, who: str) -> None:
    handover = steps.across(
        cast.belgian_officer, dossier, cast.dutch_officer.person_ptr, cast.belgian_coordinator
    )
    for answer in (steps.accept, steps.decline):
        with pytest.raises((PermissionDenied, Handover.DoesNotExist)):
            answer(getattr(cast, who), handover)


def test_the_giver_does_not_accept_the_own_offer(cast: Cast, dossier: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    with pytest.raises(PermissionDenied):
        steps.accept(cast.belgian_officer, handover)


# The certificate -----------------------------------------------------------------------------


def test_without_a_certificate_nobody_is_offered_another_countrys_dossier(
    cast: Cast, dossier: Dossier
) -> None:
    with pytest.raises(PermissionDenied, match="certificate"):
        steps.offer(cast.belgian_officer, dossier, cast.dutch_uncertified.person_ptr)


def test_a_member_of_the_team_without_certificate_cannot_accept(
    cast: Cast, dossier: Dossier
) -> None:
    handover = steps.across(
        cast.belgian_officer, dossier, cast.team("NL"), cast.belgian_coordinator
    )
    with pytest.raises(PermissionDenied, match="certificate"):
        steps.accept(cast.dutch_uncertified, handover)
    assert refused(
        cast.dutch_uncertified, "SELECT cases_move_work(%s, 'accept', '')", [handover.pk]
    )


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (1, True)])
def test_a_certificate_counts_until_the_end_of_its_last_day(
    cast: Cast, days: int, *, counts: bool
) -> None:
    me = cast.dutch_officer
    until = timezone.now().date() + timedelta(days=days)
    Certificate.objects.filter(person=me.pk).update(valid_until=until)
    with as_person(me):
        assert policy.certified(me, "BE") == counts
    assert as_owner("SELECT accounts_certified(%s, 'BE')", [me.pk]) == [(counts,)]


def test_a_certificate_counts_from_its_first_day(cast: Cast) -> None:
    me = cast.dutch_officer
    Certificate.objects.filter(person=me.pk).update(issued_on=timezone.now().date())
    with as_person(me):
        assert policy.certified(me, "BE")
    assert as_owner("SELECT accounts_certified(%s, 'BE')", [me.pk]) == [(True,)]


# Answers -------------------------------------------------------------------------------------


def test_declining_takes_the_sight_back(cast: Cast, dossier: Dossier) -> None:
    me = cast.dutch_officer
    handover = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    steps.decline(me, handover, "Leave from Monday.")
    handover.refresh_from_db()
    assert (handover.state, handover.answer_reason) == ("declined", "Leave from Monday.")
    assert grants_of(dossier) == OPENED
    assert not sees(me, dossier)
    dossier.refresh_from_db()
    assert dossier.handler_id == cast.belgian_officer.pk


def test_withdrawing_takes_the_sight_back(cast: Cast, dossier: Dossier) -> None:
    me = cast.dutch_officer
    handover = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    steps.withdraw(cast.belgian_officer, handover)
    assert grants_of(dossier) == OPENED
    with pytest.raises((PermissionDenied, Handover.DoesNotExist)):
        steps.accept(me, handover)


def test_withdrawing_an_offer_that_waits_ends_what_was_asked(cast: Cast, dossier: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    steps.withdraw(cast.belgian_officer, handover)
    assert steps.mandate_of(handover).state == "ended"


def test_headquarters_of_the_owner_withdraws_any_offer(cast: Cast, dossier: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    steps.withdraw(cast.belgian_coordinator, handover)
    handover.refresh_from_db()
    assert (handover.state, handover.answered_by_id) == (
        "withdrawn",
        cast.belgian_coordinator.pk,
    )


def test_the_team_does_not_withdraw_anothers_offer(cast: Cast, dossier: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    with pytest.raises(PermissionDenied):
        steps.withdraw(cast.belgian_colleague, handover)


def test_a_refused_mandate_ends_the_offer(cast: Cast, dossier: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    steps.refuse(cast.belgian_coordinator, steps.mandate_of(handover), "Too sensitive.")
    handover.refresh_from_db()
    assert handover.state == "refused"
    assert grants_of(dossier) == OPENED
    assert not sees(cast.dutch_officer, dossier)


def test_every_step_of_a_handover_stands_in_the_timeline(cast: Cast, dossier: Dossier) -> None:
    me = cast.dutch_officer
    handover = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    steps.accept(me, handover)
    events = Entry.objects.filter(dossier=dossier, kind="event").order_by("at")
    assert [entry.event for entry in events] == [
        "handover.awaiting_mandate",
        "handover.offered",
        "handover.accepted",
    ]


# Time ----------------------------------------------------------------------------------------


def test_an_offer_expires_and_the_owner_is_told(cast: Cast, dossier: Dossier) -> None:
    me = cast.dutch_officer
    handover = steps.across(cast.belgian_officer, dossier, me.person_ptr, cast.belgian_coordinator)
    _let_time_pass(handover, answer_by=timezone.now() - timedelta(hours=1))
    steps.tidy_up()
    handover.refresh_from_db()
    assert handover.state == "expired"
    assert grants_of(dossier) == OPENED
    told = set(Alert.objects.filter(event="handover.expired").values_list("recipient", flat=True))
    owners = {cast.belgian_head, cast.belgian_coordinator, cast.belgian_second_coordinator}
    assert told == {person.pk for person in owners} | {cast.belgian_officer.pk}
    ended = Alert.objects.filter(event="access.ended").values_list("recipient", flat=True)
    assert list(ended) == [me.pk]


def test_the_expiry_of_a_confined_dossiers_offer_skips_the_head_of_desk(
    cast: Cast, confined: Dossier
) -> None:
    handover = steps.offer(cast.belgian_officer, confined, cast.belgian_colleague.person_ptr)
    _let_time_pass(handover, answer_by=timezone.now() - timedelta(hours=1))
    steps.tidy_up()
    told = Alert.objects.filter(event="handover.expired").values_list("recipient", flat=True)
    assert cast.belgian_head.pk not in told
    assert cast.belgian_coordinator.pk in told


def test_an_offer_that_still_waits_for_its_mandate_expires_with_it(
    cast: Cast, dossier: Dossier
) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    _let_time_pass(handover, answer_by=timezone.now() - timedelta(hours=1))
    steps.tidy_up()
    assert steps.mandate_of(handover).state == "ended"
    with pytest.raises(PermissionDenied):
        steps.give(cast.belgian_coordinator, steps.mandate_of(handover))


def test_after_its_time_an_offer_is_not_accepted_although_nothing_ran(
    cast: Cast, dossier: Dossier
) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    _let_time_pass(handover, answer_by=timezone.now() - timedelta(hours=1))
    with pytest.raises(PermissionDenied):
        steps.accept(cast.belgian_colleague, handover)
    assert refused(
        cast.belgian_colleague, "SELECT cases_move_work(%s, 'accept', '')", [handover.pk]
    )


def test_tidying_up_twice_does_nothing_the_second_time(cast: Cast, dossier: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    _let_time_pass(handover, answer_by=timezone.now() - timedelta(hours=1))
    assert steps.tidy_up() == 1
    alerts = Alert.objects.count()
    assert steps.tidy_up() == 0
    assert Alert.objects.count() == alerts


def test_work_of_somebody_whose_posting_ended_falls_to_the_queue(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_leaver)
    assert not sees(cast.belgian_leaver, dossier)  # at the second, nothing has run
    assert levels(cast.belgian_leaver, dossier) == set()
    steps.tidy_up()
    dossier.refresh_from_db()
    assert dossier.handler_id is None
    assert grants_of(dossier) == WITHOUT_HANDLER
    told = Alert.objects.filter(event="handler.left").values_list("recipient", flat=True)
    assert {cast.belgian_head.pk, cast.belgian_coordinator.pk} <= set(told)


# Under a standing mandate --------------------------------------------------------------------


def test_under_a_standing_mandate_an_offer_needs_no_decision(cast: Cast, dossier: Dossier) -> None:
    me = cast.dutch_officer
    mandate = MandateFactory(owner="BE", desk="BOG", receiver=cast.team("NL"))
    handover = steps.offer(cast.belgian_officer, dossier, me.person_ptr)
    assert (handover.state, handover.mandate_id) == ("offered", mandate.pk)
    assert levels(me, dossier) == {"view"}
    steps.accept(me, handover)
    assert grants_of(dossier) == WITHOUT_HANDLER | {me.name: "handle"}
    assert Mandate.objects.count() == 1


def test_a_standing_mandate_that_ended_meanwhile_stops_the_acceptance(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.dutch_officer
    mandate = MandateFactory(owner="BE", desk="BOG", receiver=me)
    handover = steps.offer(cast.belgian_officer, dossier, me.person_ptr)
    steps.end(cast.belgian_coordinator, mandate)
    with pytest.raises((PermissionDenied, Handover.DoesNotExist)):
        steps.accept(me, handover)
    handover.refresh_from_db()
    assert handover.state == "expired"


# Alerts --------------------------------------------------------------------------------------


def test_nobody_is_told_of_the_own_act(cast: Cast, dossier: Dossier) -> None:
    handover = steps.across(
        cast.belgian_officer, dossier, cast.dutch_officer.person_ptr, cast.belgian_coordinator
    )
    steps.accept(cast.dutch_officer, handover)
    for alert in Alert.objects.all():
        assert alert.recipient_id != alert.actor_id


def _let_time_pass(handover: Handover, **moments: object) -> None:
    """Move moments of an offer into the past, as the owner."""
    Handover.objects.filter(pk=handover.pk).update(**moments)
