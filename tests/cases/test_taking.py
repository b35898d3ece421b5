"""What changes hands without an offer: who has it before and after, and what is told of it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from cases import policy
from cases.models import Dossier, Entry, Handover, Mandate
from cases.selectors import timeline
from cases.states import Step
from lodesk.alerts.models import Alert
from lodesk.audit.models import LogRow
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    HandoverFactory,
    MandateFactory,
    add_posting,
    as_person,
    grant,
)
from tests.looking import grants_of, sees

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(cast: Cast) -> Dossier:
    """A Belgian dossier at Bogotá that nobody handles."""
    return DossierFactory()


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


OF_THE_TEAM = {"BE headquarters": "oversee", "BE BOG": "contribute"}


def told(event: str) -> dict[int, str]:
    """Who was told of an event, and why he was."""
    return dict(Alert.objects.filter(event=event).values_list("recipient", "because"))


def line_of(dossier: Dossier, event: str) -> str:
    """An event as the timeline says it."""
    return timeline.sentence(Entry.objects.get(dossier=dossier, event=event))


# Taken from the queue ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["belgian_officer", "belgian_colleague", "belgian_head"])
def test_one_of_the_team_takes_what_nobody_handles(cast: Cast, queue: Dossier, name: str) -> None:
    me: User = getattr(cast, name)
    steps.take(me, queue)
    queue.refresh_from_db()
    assert queue.handler_id == me.pk
    assert grants_of(queue) == OF_THE_TEAM | {me.name: "handle"}


def test_a_draft_is_taken_as_well(cast: Cast) -> None:
    draft = DossierFactory(status="draft")
    steps.take(cast.belgian_officer, draft)
    draft.refresh_from_db()
    assert draft.handler_id == cast.belgian_officer.pk


def test_what_was_taken_is_a_handover_that_nobody_gave(cast: Cast, queue: Dossier) -> None:
    me = cast.belgian_colleague
    steps.take(me, queue)
    taken = Handover.objects.get(dossier=queue)
    assert (taken.kind, taken.state, taken.giver_id) == ("taken", "accepted", None)
    assert (taken.to_person_id, taken.answered_by_id) == (me.pk, me.pk)
    assert taken.answered_at == taken.offered_at
    assert line_of(queue, "handover.taken") == f"Taken from the queue: {me}."
    row = LogRow.objects.get(action="handover.taken")
    assert (row.actor, row.chain, row.reference) == (me.pk, "BE", queue.reference)


def test_coordinators_and_the_head_of_desk_learn_that_somebody_has_it(
    cast: Cast, queue: Dossier
) -> None:
    steps.take(cast.belgian_officer, queue)
    assert told("handover.taken") == {
        cast.belgian_coordinator.pk: "coordinator",
        cast.belgian_second_coordinator.pk: "coordinator",
        cast.belgian_head.pk: "steering",
    }


def test_what_somebody_handles_is_not_taken(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(PermissionDenied, match=r"A. Voorbeeld \(BE\) handles it"):
        steps.take(cast.belgian_colleague, dossier)


@pytest.mark.parametrize("name", ["belgian_headquarters", "belgian_coordinator"])
def test_headquarters_sees_it_and_does_not_take_it(cast: Cast, queue: Dossier, name: str) -> None:
    with pytest.raises(PermissionDenied, match="Only the owner's team"):
        steps.take(getattr(cast, name), queue)


def test_who_contributes_to_it_from_another_desk_does_not_take_it(
    cast: Cast, queue: Dossier
) -> None:
    grant(queue, cast.belgian_elsewhere, "contribute")
    with pytest.raises(PermissionDenied, match="Only the owner's team"):
        steps.take(cast.belgian_elsewhere, queue)


def test_who_is_at_two_desks_takes_it_at_either(cast: Cast, queue: Dossier) -> None:
    add_posting(cast, cast.belgian_elsewhere, "officer", "BOG")
    steps.take(cast.belgian_elsewhere, queue)
    queue.refresh_from_db()
    assert queue.handler_id == cast.belgian_elsewhere.pk


def test_nobody_takes_across_the_border_what_the_team_may_work_on(
    cast: Cast, queue: Dossier
) -> None:
    team = cast.team("NL")
    mandate: Mandate = MandateFactory(dossier=queue, receiver=team)
    grant(queue, team, "contribute", mandate)
    with pytest.raises(PermissionDenied, match="Only the owner's team"):
        steps.take(cast.dutch_officer, queue)


def test_a_closed_one_is_not_taken(cast: Cast) -> None:
    with pytest.raises(PermissionDenied, match="closed"):
        steps.take(cast.belgian_officer, DossierFactory(status="closed"))


def test_what_is_offered_is_taken_once_the_offer_has_ended(cast: Cast, queue: Dossier) -> None:
    offer = HandoverFactory(
        dossier=queue, giver=cast.belgian_coordinator, to=cast.belgian_colleague
    )
    with pytest.raises(PermissionDenied, match="once that offer has ended"):
        steps.take(cast.belgian_officer, queue)
    steps.decline(cast.belgian_colleague, offer)
    steps.take(cast.belgian_officer, queue)
    queue.refresh_from_db()
    assert queue.handler_id == cast.belgian_officer.pk


def test_a_confined_one_of_headquarters_is_offered_not_taken(cast: Cast) -> None:
    confined = DossierFactory(confined=True)
    grant(confined, cast.belgian_officer, "contribute")
    with pytest.raises(PermissionDenied, match="confined"):
        steps.take(cast.belgian_officer, confined)


# Given on by the head of desk -------------------------------------------------------------------


def test_the_head_of_desk_gives_it_to_another_of_the_team(cast: Cast, dossier: Dossier) -> None:
    before, to = cast.belgian_officer, cast.belgian_colleague
    steps.reassign(cast.belgian_head, dossier, to, "A. is on leave.")
    dossier.refresh_from_db()
    assert dossier.handler_id == to.pk
    assert grants_of(dossier) == OF_THE_TEAM | {to.name: "handle"}
    assert sees(before, dossier)
    given = Handover.objects.get(dossier=dossier)
    assert (given.kind, given.state, given.giver_id) == (
        "reassigned", "accepted", cast.belgian_head.pk,
    )  # fmt: skip
    assert (given.to_person_id, given.answer_reason) == (to.pk, "A. is on leave.")
    said = f"Re-assigned by {cast.belgian_head}: {before} to {to}: A. is on leave."
    assert line_of(dossier, "handover.reassigned") == said
    row = LogRow.objects.get(action="handover.reassigned")
    assert (row.actor, row.reference) == (cast.belgian_head.pk, dossier.reference)


def test_the_head_takes_it_over_or_gives_it_from_the_queue(
    cast: Cast, dossier: Dossier, queue: Dossier
) -> None:
    head = cast.belgian_head
    steps.reassign(head, dossier, head)
    steps.reassign(head, queue, cast.belgian_colleague)
    handlers = {each.pk: each.handler_id for each in Dossier.objects.all()}
    assert handlers == {dossier.pk: head.pk, queue.pk: cast.belgian_colleague.pk}
    said = f"Re-assigned by {head}: from the queue to {cast.belgian_colleague}: On leave."
    assert line_of(queue, "handover.reassigned") == said


def test_who_has_it_now_and_who_had_it_are_told(cast: Cast, dossier: Dossier) -> None:
    steps.reassign(cast.belgian_head, dossier, cast.belgian_colleague)
    assert told("handover.reassigned") == {
        cast.belgian_colleague.pk: "handler",
        cast.belgian_officer.pk: "handled",
        cast.belgian_coordinator.pk: "coordinator",
        cast.belgian_second_coordinator.pk: "coordinator",
    }
    assert told("access.ended") == {}


def test_from_a_handler_of_the_other_country_it_takes_the_sight(
    cast: Cast, dossier: Dossier
) -> None:
    taker = cast.dutch_officer
    offer = steps.across(cast.belgian_officer, dossier, taker.person_ptr, cast.belgian_coordinator)
    steps.accept(taker, offer)
    Alert.objects.all().delete()
    steps.reassign(cast.belgian_head, dossier, cast.belgian_officer)
    assert not sees(taker, dossier)
    assert told("access.ended") == {taker.pk: "had_access"}
    assert taker.pk not in told("handover.reassigned")
    assert grants_of(dossier) == OF_THE_TEAM | {cast.belgian_officer.name: "handle"}


def test_what_others_were_granted_stays(cast: Cast, dossier: Dossier) -> None:
    grant(dossier, cast.belgian_elsewhere, "contribute")
    steps.reassign(cast.belgian_head, dossier, cast.belgian_colleague)
    assert grants_of(dossier)[cast.belgian_elsewhere.name] == "contribute"


@pytest.mark.parametrize(
    "name", ["belgian_officer", "belgian_colleague", "belgian_coordinator", "belgian_headquarters"]
)
def test_nobody_but_the_head_gives_it_on(cast: Cast, dossier: Dossier, name: str) -> None:
    with pytest.raises(PermissionDenied, match="head of desk"):
        steps.reassign(getattr(cast, name), dossier, cast.belgian_colleague)


def test_the_head_of_another_desk_does_not_give_it_on(cast: Cast, dossier: Dossier) -> None:
    head = cast.belgian_elsewhere
    add_posting(cast, head, "head_of_desk", "BSB")
    add_posting(cast, head, "officer", "BOG")  # of the team, and not its head
    assert sees(head, dossier)
    with pytest.raises(PermissionDenied, match="head of desk"):
        steps.reassign(head, dossier, cast.belgian_colleague)


@pytest.mark.parametrize(
    "name",
    ["belgian_officer", "belgian_elsewhere", "belgian_headquarters", "belgian_leaver",
     "belgian_newcomer", "belgian_closed", "dutch_officer"],
)  # fmt: skip
def test_it_is_given_to_another_of_the_own_team_only(
    cast: Cast, dossier: Dossier, name: str
) -> None:
    with pytest.raises(PermissionDenied, match="Only another officer of the own team"):
        steps.reassign(cast.belgian_head, dossier, getattr(cast, name))


def test_an_open_offer_is_withdrawn_first(cast: Cast, dossier: Dossier) -> None:
    HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
    with pytest.raises(PermissionDenied, match="withdraw that offer first"):
        steps.reassign(cast.belgian_head, dossier, cast.belgian_head)


def test_a_confined_one_is_out_of_the_heads_hands(cast: Cast) -> None:
    confined = DossierFactory(confined=True, handler=cast.belgian_head)
    with pytest.raises(PermissionDenied, match="confined"):
        steps.reassign(cast.belgian_head, confined, cast.belgian_colleague)
    with as_person(cast.belgian_head):
        assert policy.may(cast.belgian_head, Step.OFFER, confined)


def test_a_closed_one_is_not_given_on(cast: Cast) -> None:
    closed = DossierFactory(handler=cast.belgian_officer, status="closed")
    with pytest.raises(PermissionDenied, match="closed"):
        steps.reassign(cast.belgian_head, closed, cast.belgian_colleague)


# What the table lets be -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "taken", "state": "accepted"},  # somebody gave what was taken
        {"kind": "handover", "state": "offered", "giver": None},
        {"kind": "reassigned", "state": "accepted", "giver": None},
        {"kind": "reassigned", "state": "offered"},  # without an offer, and open
        {"kind": "reassigned", "state": "accepted", "to": "team"},
    ],
)
def test_who_gave_and_what_is_done_follow_from_the_kind(
    cast: Cast, dossier: Dossier, values: dict[str, str | None]
) -> None:
    to = {"to_group": cast.team("BE")} if values.pop("to", "") else {
        "to_person": cast.belgian_colleague.person_ptr
    }  # fmt: skip
    giver = {"giver": cast.belgian_officer.person_ptr}
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.create(dossier=dossier, answer_by=dossier.opened_at, **giver | to | values)
