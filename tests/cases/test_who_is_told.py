"""Who is told when sight of a dossier ends: everybody who lost it, and nobody who still has it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from cases.models import Dossier, Handover, Mandate
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    MandateFactory,
    as_person,
    grant,
    without_rules,
)
from tests.looking import sees
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


@pytest.fixture
def to_the_dutch(cast: Cast, dossier: Dossier) -> Handover:
    """An offer to the Dutch team, under a mandate."""
    return steps.across(cast.belgian_officer, dossier, cast.team("NL"), cast.belgian_coordinator)


def dutch_team(cast: Cast) -> set[int]:
    """Everybody in the Dutch team."""
    people = (cast.dutch_officer, cast.dutch_uncertified, cast.dutch_colleague, cast.dutch_head)
    return {person.pk for person in people}


def told(event: str) -> set[int]:
    """Who was told of an event."""
    return set(Alert.objects.filter(event=event).values_list("recipient", flat=True))


def reads(user: User) -> list[str]:
    """What a person finds in the inbox."""
    with as_person(user):
        return sorted(Alert.objects.visible_to(user).values_list("event", flat=True))


# Within a country ---------------------------------------------------------------------------


def test_a_colleague_who_still_sees_it_is_not_told_that_access_ended(
    cast: Cast, dossier: Dossier
) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    _let_time_pass(handover, answer_by=timezone.now() - timedelta(hours=1))
    steps.tidy_up()
    assert sees(cast.belgian_colleague, dossier)
    assert told("access.ended") == set()


def test_the_addressee_of_an_expired_confined_offer_is_told(cast: Cast, confined: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, confined, cast.belgian_colleague.person_ptr)
    _let_time_pass(handover, answer_by=timezone.now() - timedelta(hours=1))
    steps.tidy_up()
    assert told("access.ended") == {cast.belgian_colleague.pk}


def test_the_addressee_of_a_withdrawn_confined_offer_is_told(cast: Cast, confined: Dossier) -> None:
    handover = steps.offer(cast.belgian_officer, confined, cast.belgian_colleague.person_ptr)
    steps.withdraw(cast.belgian_officer, handover)
    assert reads(cast.belgian_colleague) == ["access.ended"]
    assert told("handover.withdrawn") == set()


def test_a_colleague_learns_of_the_withdrawal_and_not_of_an_end(
    cast: Cast, dossier: Dossier
) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    steps.withdraw(cast.belgian_officer, handover)
    assert reads(cast.belgian_colleague) == ["handover.offered", "handover.withdrawn"]


def test_who_gives_a_confined_dossier_away_is_told_that_sight_ended(
    cast: Cast, confined: Dossier
) -> None:
    handover = steps.offer(cast.belgian_officer, confined, cast.belgian_colleague.person_ptr)
    steps.accept(cast.belgian_colleague, handover)
    assert not sees(cast.belgian_officer, confined)
    assert reads(cast.belgian_officer) == ["access.ended"]


def test_who_gives_away_and_stays_in_the_team_learns_only_who_has_it(
    cast: Cast, dossier: Dossier
) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.belgian_colleague.person_ptr)
    steps.accept(cast.belgian_colleague, handover)
    assert reads(cast.belgian_officer) == ["handover.accepted"]


def test_who_keeps_sight_of_a_confined_dossier_is_not_told_of_an_end(
    cast: Cast, confined: Dossier
) -> None:
    handover = _kept(cast, confined)
    steps.accept(cast.belgian_colleague, handover)
    assert reads(cast.belgian_officer) == ["handover.accepted"]


def test_the_handler_learns_that_headquarters_gave_the_work_away(
    cast: Cast, dossier: Dossier
) -> None:
    handover = steps.offer(cast.belgian_headquarters, dossier, cast.belgian_colleague.person_ptr)
    steps.accept(cast.belgian_colleague, handover)
    alert = Alert.objects.get(event="handover.accepted", recipient=cast.belgian_officer.pk)
    assert alert.because == "handled"
    assert reads(cast.belgian_officer) == ["handover.accepted"]


def test_the_handler_of_a_confined_dossier_that_was_given_away_is_told_of_the_end(
    cast: Cast, confined: Dossier
) -> None:
    handover = steps.offer(cast.belgian_headquarters, confined, cast.belgian_colleague.person_ptr)
    steps.accept(cast.belgian_colleague, handover)
    assert reads(cast.belgian_officer) == ["access.ended"]


# An offer to a team of the other country ----------------------------------------------------


def test_the_team_is_told_when_an_offer_is_withdrawn(
    cast: Cast, dossier: Dossier, to_the_dutch: Handover
) -> None:
    steps.withdraw(cast.belgian_officer, to_the_dutch)
    assert not sees(cast.dutch_colleague, dossier)
    assert reads(cast.dutch_colleague) == ["access.ended"]
    assert told("access.ended") == dutch_team(cast)


def test_the_team_is_told_when_an_offer_expires(cast: Cast, to_the_dutch: Handover) -> None:
    _let_time_pass(to_the_dutch, answer_by=timezone.now() - timedelta(hours=1))
    steps.tidy_up()
    assert told("access.ended") == dutch_team(cast)


def test_the_others_are_told_when_one_declines(cast: Cast, to_the_dutch: Handover) -> None:
    steps.decline(cast.dutch_officer, to_the_dutch)
    assert told("access.ended") == dutch_team(cast) - {cast.dutch_officer.pk}


def test_the_others_are_told_when_one_accepts(
    cast: Cast, dossier: Dossier, to_the_dutch: Handover
) -> None:
    steps.accept(cast.dutch_officer, to_the_dutch)
    assert sees(cast.dutch_officer, dossier)
    assert told("access.ended") == dutch_team(cast) - {cast.dutch_officer.pk}


def test_one_of_the_team_who_sees_it_by_another_mandate_is_not_told(
    cast: Cast, dossier: Dossier, to_the_dutch: Handover
) -> None:
    other = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, level="view")
    grant(dossier, cast.dutch_colleague, "view", other)
    steps.withdraw(cast.belgian_officer, to_the_dutch)
    assert sees(cast.dutch_colleague, dossier)
    assert told("access.ended") == dutch_team(cast) - {cast.dutch_colleague.pk}


def test_an_offer_that_still_waits_for_its_mandate_ends_nobodys_access(
    cast: Cast, dossier: Dossier
) -> None:
    handover = steps.offer(cast.belgian_officer, dossier, cast.team("NL"))
    steps.withdraw(cast.belgian_officer, handover)
    assert told("access.ended") == set()


# A mandate ends -----------------------------------------------------------------------------


def test_revoking_the_mandate_of_an_open_team_offer_tells_the_team(
    cast: Cast, to_the_dutch: Handover
) -> None:
    steps.end(cast.belgian_coordinator, steps.mandate_of(to_the_dutch))
    assert told("access.ended") == dutch_team(cast)


def test_revoking_the_mandate_of_an_open_offer_tells_giver_and_head_of_desk(
    cast: Cast, dossier: Dossier
) -> None:
    mandate = MandateFactory(owner="BE", desk="BOG", receiver=cast.team("NL"))
    steps.offer(cast.belgian_officer, dossier, cast.team("NL"))
    steps.end(cast.belgian_coordinator, mandate)
    assert {cast.belgian_officer.pk, cast.belgian_head.pk} <= told("mandate.ended")


def test_who_still_sees_it_by_another_mandate_is_not_told_of_an_end(
    cast: Cast, dossier: Dossier, to_the_dutch: Handover
) -> None:
    other = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, level="view")
    grant(dossier, cast.dutch_colleague, "view", other)
    steps.end(cast.belgian_coordinator, steps.mandate_of(to_the_dutch))
    assert told("access.ended") == dutch_team(cast) - {cast.dutch_colleague.pk}


def test_when_time_ends_a_mandate_the_team_and_the_giver_of_its_offer_are_told(
    cast: Cast, dossier: Dossier
) -> None:
    mandate = MandateFactory(owner="BE", desk="BOG", receiver=cast.team("NL"))
    steps.offer(cast.belgian_officer, dossier, cast.team("NL"))
    with without_rules("cases_mandate"):
        Mandate.objects.filter(pk=mandate.pk).update(starts_at=in_(days=-9), ends_at=in_(days=-1))
    steps.tidy_up()
    assert told("access.ended") == dutch_team(cast)
    assert cast.belgian_officer.pk in told("mandate.ended")


# What the giver kept, and who leaves --------------------------------------------------------


def test_when_what_was_kept_runs_out_the_giver_is_told(cast: Cast, confined: Dossier) -> None:
    handover = _kept_until_now(cast, confined)
    steps.tidy_up()
    assert not sees(cast.belgian_officer, confined)
    assert told("access.ended") == {cast.belgian_officer.pk}
    assert sees(cast.belgian_colleague, confined)
    assert handover.answered_by_id == cast.belgian_colleague.pk


def test_what_was_kept_and_ran_out_stands_in_the_log(cast: Cast, confined: Dossier) -> None:
    _kept_until_now(cast, confined)
    steps.tidy_up()
    row = LogRow.objects.get(action="keeping.ended")
    assert (row.chain, row.reference, row.actor) == ("BE", confined.reference, None)


def test_who_sees_it_through_the_team_is_not_told_that_access_ended(
    cast: Cast, dossier: Dossier
) -> None:
    _kept_until_now(cast, dossier)
    assert steps.tidy_up() == 1
    assert told("access.ended") == set()


def test_what_was_kept_runs_out_once(cast: Cast, confined: Dossier) -> None:
    _kept_until_now(cast, confined)
    assert steps.tidy_up() == 1
    assert steps.tidy_up() == 0


def test_the_second_handler_who_leaves_is_told_of_as_well(cast: Cast) -> None:
    dossier = DossierFactory(handler=cast.belgian_leaver)
    steps.tidy_up()
    dossier.handler = cast.belgian_leaver.person_ptr
    dossier.save()
    steps.tidy_up()
    alerts = Alert.objects.filter(event="handler.left", recipient=cast.belgian_head.pk)
    assert alerts.count() == 2


def _kept(cast: Cast, dossier: Dossier) -> Handover:
    return steps.offer(
        cast.belgian_officer,
        dossier,
        cast.belgian_colleague.person_ptr,
        giver_keeps="view",
        giver_keeps_until=in_(days=5),
    )


def _kept_until_now(cast: Cast, dossier: Dossier) -> Handover:
    handover = _kept(cast, dossier)
    steps.accept(cast.belgian_colleague, handover)
    _let_time_pass(handover, giver_keeps_until=timezone.now() - timedelta(minutes=1))
    return handover


def _let_time_pass(handover: Handover, **moments: object) -> None:
    Handover.objects.filter(pk=handover.pk).update(**moments)
    handover.refresh_from_db()
