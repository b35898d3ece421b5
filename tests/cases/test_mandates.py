"""Mandates: the only door across the border, who opens it, and when it closes."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from cases.models import Dossier, Mandate, ReferenceCounter
from cases.selectors import mandates as selectors
from cases.services import mandates
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    MandateFactory,
    add_posting,
    as_person,
    grant,
    without_rules,
)
from tests.looking import grants_of, levels, sees
from tests.steps import in_

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


@pytest.fixture
def asked(cast: Cast, dossier: Dossier) -> Mandate:
    """What the Belgian officer asked for the Dutch officer."""
    handover = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    return steps.mandate_of(handover)


def _working_under(cast: Cast, dossier: Dossier, me: User, **mandate: object) -> Mandate:
    """The person handles the dossier under a mandate."""
    given = MandateFactory(dossier=dossier, receiver=me, **mandate)
    grant(dossier, me, "handle", given)
    Dossier.objects.filter(pk=dossier.pk).update(handler=me.person_ptr)
    return given


# Who decides ---------------------------------------------------------------------------------


def test_numbers_of_mandates_run_per_owner(cast: Cast) -> None:
    year = timezone.now().year
    for owner, receiver in (("BE", cast.dutch_officer), ("NL", cast.belgian_officer)):
        for number in (1, 2):
            mandate = MandateFactory(dossier=DossierFactory(owner=owner), receiver=receiver)
            assert mandate.number == f"{owner}-M-{year}-00{number}"


def test_the_thousandth_number_keeps_all_its_digits(cast: Cast) -> None:
    year = timezone.now().year
    ReferenceCounter.objects.create(kind="mandate", owner="BE", desk=None, year=year, last=2490)
    dossier = DossierFactory(owner="BE")
    assert MandateFactory(dossier=dossier, receiver=cast.dutch_officer).number.endswith("-2491")
    assert MandateFactory(dossier=dossier, receiver=cast.dutch_head).number.endswith("-2492")


def test_any_coordinator_of_the_owner_gives(cast: Cast, asked: Mandate) -> None:
    given = steps.give(cast.belgian_second_coordinator, asked)
    assert (given.state, given.decided_by_id) == ("given", cast.belgian_second_coordinator.pk)


@pytest.mark.parametrize("who", ["belgian_officer", "belgian_head", "belgian_headquarters"])
def test_nobody_else_of_the_owner_gives(cast: Cast, asked: Mandate, who: str) -> None:
    with pytest.raises(PermissionDenied):
        steps.give(getattr(cast, who), asked)


@pytest.mark.parametrize(
    "who",
    ["dutch_officer", "dutch_coordinator", "luxembourg_coordinator", "belgian_auditor",
     "belgian_administrator"],
)  # fmt: skip
def test_for_others_the_mandate_does_not_exist(cast: Cast, asked: Mandate, who: str) -> None:
    with pytest.raises(Mandate.DoesNotExist):
        steps.give(getattr(cast, who), asked)


def test_who_asks_does_not_give(cast: Cast) -> None:
    me = cast.belgian_coordinator
    dossier = DossierFactory()
    handover = steps.offer(me, dossier, cast.dutch_officer.person_ptr)
    with pytest.raises(PermissionDenied):
        steps.give(me, steps.mandate_of(handover))
    steps.give(cast.belgian_second_coordinator, steps.mandate_of(handover))


def test_a_coordinator_whose_posting_ended_decides_nothing(cast: Cast, asked: Mandate) -> None:
    me = cast.belgian_coordinator
    me.postings.update(ends_at=timezone.now() - timedelta(hours=1))
    with pytest.raises((PermissionDenied, Mandate.DoesNotExist)):
        steps.give(me, asked)


def test_the_coordinator_may_shorten_and_lower_what_was_asked(cast: Cast, asked: Mandate) -> None:
    given = steps.give(cast.belgian_coordinator, asked, ends_at=in_(days=3), level="handle")
    assert given.ends_at < in_(days=4)


def test_a_mandate_always_has_an_end_after_its_start(cast: Cast, asked: Mandate) -> None:
    with pytest.raises(DatabaseError):
        steps.give(cast.belgian_coordinator, asked, ends_at=in_(days=-1))


def test_a_mandate_is_for_another_country(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        MandateFactory(dossier=dossier, receiver=cast.belgian_colleague)


def test_a_mandate_never_lets_another_country_oversee(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        MandateFactory(dossier=dossier, receiver=cast.headquarters("NL"), level="oversee")


def test_the_coordinators_are_told_and_who_asked_learns_the_answer(
    cast: Cast, asked: Mandate
) -> None:
    told = Alert.objects.filter(event="mandate.asked").values_list("recipient", flat=True)
    coordinators = {cast.belgian_coordinator.pk, cast.belgian_second_coordinator.pk}
    assert set(told) == coordinators
    steps.give(cast.belgian_coordinator, asked)
    answer = Alert.objects.get(event="mandate.given")
    assert answer.recipient_id == cast.belgian_officer.pk


def test_the_log_names_the_mandate(cast: Cast, asked: Mandate) -> None:
    steps.give(cast.belgian_coordinator, asked)
    row = LogRow.objects.get(action="mandate.given")
    assert (row.chain, row.mandate, row.actor) == (
        "BE",
        asked.number,
        cast.belgian_coordinator.pk,
    )


# Ending --------------------------------------------------------------------------------------


def test_revoking_takes_the_grants_along_and_the_work_falls_to_the_queue(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.dutch_officer
    mandate = _working_under(cast, dossier, me)
    steps.end(cast.belgian_coordinator, mandate)
    dossier.refresh_from_db()
    assert dossier.handler_id is None
    assert not sees(me, dossier)
    assert me.name not in grants_of(dossier)
    ended = Alert.objects.filter(event="access.ended").values_list("recipient", flat=True)
    assert list(ended) == [me.pk]


@pytest.mark.parametrize("who", ["belgian_officer", "belgian_head", "belgian_headquarters"])
def test_only_a_coordinator_revokes(cast: Cast, dossier: Dossier, who: str) -> None:
    mandate = _working_under(cast, dossier, cast.dutch_officer)
    with pytest.raises(PermissionDenied):
        steps.end(getattr(cast, who), mandate)
    assert sees(cast.dutch_officer, dossier)


def test_the_receiver_does_not_revoke_or_prolong(cast: Cast, dossier: Dossier) -> None:
    mandate = _working_under(cast, dossier, cast.dutch_officer)
    with pytest.raises(PermissionDenied):
        steps.end(cast.dutch_officer, mandate)


def test_revoking_one_mandate_leaves_the_others(cast: Cast, dossier: Dossier) -> None:
    other = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, level="view")
    grant(dossier, cast.dutch_colleague, "view", other)
    mandate = _working_under(cast, dossier, cast.dutch_officer)
    steps.end(cast.belgian_coordinator, mandate)
    assert sees(cast.dutch_colleague, dossier)


def test_a_mandate_that_has_ended_gives_nothing_although_its_grants_are_still_there(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.dutch_officer
    _end_by_time(_working_under(cast, dossier, me))
    assert me.name in grants_of(dossier)
    assert not sees(me, dossier)
    assert levels(me, dossier) == set()


def test_tidying_up_takes_away_what_a_mandate_left_behind(cast: Cast, dossier: Dossier) -> None:
    me = cast.dutch_officer
    mandate = _working_under(cast, dossier, me)
    _end_by_time(mandate)
    steps.tidy_up()
    mandate.refresh_from_db()
    dossier.refresh_from_db()
    assert (mandate.state, dossier.handler_id) == ("ended", None)
    assert me.name not in grants_of(dossier)
    ended = Alert.objects.filter(event="access.ended").values_list("recipient", flat=True)
    assert list(ended) == [me.pk]
    told = set(Alert.objects.filter(event="mandate.ended").values_list("recipient", flat=True))
    assert {cast.belgian_coordinator.pk, cast.belgian_head.pk} <= told


def test_a_mandate_that_begins_tomorrow_gives_nothing_today(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, future=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        grant(dossier, cast.dutch_officer, "view", mandate)


def test_the_end_of_a_posting_ends_what_a_mandate_gives(cast: Cast, dossier: Dossier) -> None:
    me = cast.dutch_officer
    _working_under(cast, dossier, me)
    me.postings.update(ends_at=timezone.now() - timedelta(hours=1))
    assert not sees(me, dossier)
    assert levels(me, dossier) == set()


def test_a_mandate_for_a_team_follows_its_members(cast: Cast, dossier: Dossier) -> None:
    mandate = MandateFactory(dossier=dossier, receiver=cast.team("NL"), level="contribute")
    grant(dossier, cast.team("NL"), "contribute", mandate)
    assert levels(cast.dutch_head, dossier) == {"view", "contribute"}
    cast.dutch_head.postings.update(ends_at=timezone.now() - timedelta(hours=1))
    assert not sees(cast.dutch_head, dossier)
    assert not sees(cast.dutch_headquarters, dossier)
    add_posting(cast, cast.dutch_headquarters, "officer", "BOG")
    assert sees(cast.dutch_headquarters, dossier)


# Standing mandates ----------------------------------------------------------------------------


def test_headquarters_asks_for_a_standing_mandate_and_a_coordinator_gives_it(
    cast: Cast,
) -> None:
    by = cast.belgian_headquarters
    with as_person(by):
        mandate = mandates.ask_standing(
            owner="BE", desk=cast.desks["BOG"], by=by, to=cast.team("NL"), level="handle",
            purpose="investigation", legal_basis="Treaty", starts_at=timezone.now(),
            ends_at=in_(days=90),
        )  # fmt: skip
    given = steps.give(cast.belgian_coordinator, mandate)
    assert given.state == "given"


def test_nobody_asks_for_a_standing_mandate_of_another_country(cast: Cast) -> None:
    by = cast.dutch_coordinator
    with as_person(by), pytest.raises((PermissionDenied, DatabaseError)), transaction.atomic():
        mandates.ask_standing(
            owner="BE", desk=cast.desks["BOG"], by=by, to=cast.team("NL"), level="handle",
            purpose="investigation", legal_basis="Treaty", starts_at=timezone.now(),
            ends_at=in_(days=90),
        )  # fmt: skip


def test_a_standing_mandate_alone_shows_no_dossier(cast: Cast, dossier: Dossier) -> None:
    MandateFactory(owner="BE", desk="BOG", receiver=cast.team("NL"))
    assert not sees(cast.dutch_officer, dossier)


# Reading --------------------------------------------------------------------------------------


def test_coordinators_of_the_owner_have_them_to_decide(cast: Cast, asked: Mandate) -> None:
    for name in ("belgian_coordinator", "belgian_second_coordinator"):
        with as_person(getattr(cast, name)):
            assert list(selectors.to_decide(getattr(cast, name))) == [asked]
    for name in ("belgian_headquarters", "dutch_coordinator", "belgian_officer"):
        with as_person(getattr(cast, name)):
            assert not selectors.to_decide(getattr(cast, name)).exists()


def _end_by_time(mandate: Mandate) -> None:
    """Let the end of a mandate pass: the owner moves its dates past the rule that forbids it."""
    with without_rules("cases_mandate"):
        Mandate.objects.filter(pk=mandate.pk).update(
            starts_at=timezone.now() - timedelta(days=9),
            ends_at=timezone.now() - timedelta(hours=1),
        )


def test_mandates_are_looked_up_by_their_dossier_not_in_the_set_of_all_in_sight(
    cast: Cast,
) -> None:
    # `dossier IN (all in sight)` is hashed whole: 35 ms more a page for somebody who reads 30,000
    # of a million dossiers (make bench, "who can see this").
    with as_person(cast.belgian_officer):
        statement = str(selectors.readable(cast.belgian_officer).query)
    assert '"dossier_id" IN (SELECT' not in statement
    assert 'EXISTS(SELECT 1 AS "a" FROM "cases_dossier"' in statement
