"""Two people at the same time: one outcome, and readers are what the grants say."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError

from accounts.models import User
from cases.models import Dossier, DossierUserPermission, Handover, Mandate
from cases.services import dossiers, handovers, mandates, taking, time
from cases.states import Step
from tests import steps
from tests.border.together import At, Owner, execute, waits
from tests.factories import Cast, DossierFactory, HandoverFactory, MandateFactory, grant
from tests.looking import grants_of, principals_of_grants, readers_of
from tests.steps import in_

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = {
    "title": "x", "kind": "other", "purpose": "investigation", "legal_basis": "x",
    "host_country": "CO", "received_at": in_(hours=-1),
}  # fmt: skip


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


def _insert_grant(dossier: Dossier, user: User) -> str:
    return (
        "INSERT INTO cases_dossieruserpermission (id, content_object_id, user_id, permission_id,"
        f" granted_at) SELECT gen_random_uuid(), '{dossier.pk}', {user.pk}, id, now()"
        " FROM auth_permission WHERE codename = 'view_dossier'"
    )


def _delete_grant(dossier: Dossier, user: User) -> str:
    return (
        "DELETE FROM cases_dossieruserpermission"
        f" WHERE content_object_id = '{dossier.pk}' AND user_id = {user.pk}"
    )


@pytest.mark.parametrize("first", ["revoke", "grant"])
def test_a_grant_and_a_revoke_that_overlap_leave_readers_right(
    cast: Cast, dossier: Dossier, first: str
) -> None:
    # In one statement the revoked reader would be written back for good (house.md section 2).
    grant(dossier, cast.belgian_elsewhere, "view")
    calls = [_delete_grant(dossier, cast.belgian_elsewhere),
             _insert_grant(dossier, cast.belgian_colleague)]  # fmt: skip
    if first == "grant":
        calls.reverse()
    with Owner() as one, Owner() as other:
        one.runs(calls[0])
        waiting = other.starts(execute, calls[1])
        assert waits(waiting)
        one.commits()
        waiting.result(20)
        other.commits()
    assert readers_of(dossier) == principals_of_grants(dossier)
    assert -cast.belgian_elsewhere.pk not in readers_of(dossier)
    assert -cast.belgian_colleague.pk in readers_of(dossier)


def test_many_grants_and_revokes_at_once_leave_readers_right(cast: Cast) -> None:
    dossiers = [DossierFactory(handler=cast.belgian_officer) for _number in range(2)]
    people = (cast.belgian_elsewhere, cast.belgian_colleague, cast.belgian_head)
    with Owner() as one, Owner() as other:
        for person in people:
            running = []
            for at, order in ((one, dossiers), (other, dossiers[::-1])):
                for dossier in order[:1]:
                    running.append(at.starts(execute, _insert_grant(dossier, person)))
            for future in running:
                future.result(20)
        one.commits()
        other.commits()
    for dossier in dossiers:
        assert readers_of(dossier) == principals_of_grants(dossier)


def test_of_two_members_of_a_team_one_takes_the_offer(cast: Cast, dossier: Dossier) -> None:
    offer = HandoverFactory(dossier=dossier, to=cast.team("BE"))
    one_person, other_person = cast.belgian_colleague, cast.belgian_head
    with At(one_person) as one, At(other_person) as other:
        one.does(handovers.accept, handover=offer, by=one_person)
        waiting = other.starts(handovers.accept, handover=offer, by=other_person)
        assert waits(waiting)
        one.commits()
        with pytest.raises(PermissionDenied):
            waiting.result(20)
    _settled(dossier, offer, "accepted")
    assert Dossier.objects.get(pk=dossier.pk).handler_id == one_person.pk
    assert grants_of(dossier) == {
        "BE headquarters": "oversee",
        "BE BOG": "contribute",
        one_person.name: "handle",
    }


def test_accepting_and_withdrawing_at_once_is_one_of_the_two(cast: Cast, dossier: Dossier) -> None:
    for first in (Step.ACCEPT, Step.WITHDRAW):
        dossier = DossierFactory(handler=cast.belgian_officer)
        offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague)
        calls: list[tuple[User, Callable[..., Handover]]] = [
            (cast.belgian_colleague, handovers.accept),
            (cast.belgian_officer, handovers.withdraw),
        ]
        if first == Step.WITHDRAW:
            calls.reverse()
        (one_person, one_call), (other_person, other_call) = calls
        with At(one_person) as one, At(other_person) as other:
            one.does(one_call, handover=offer, by=one_person)
            waiting = other.starts(other_call, handover=offer, by=other_person)
            assert waits(waiting)
            one.commits()
            with pytest.raises((PermissionDenied, Handover.DoesNotExist)):
                waiting.result(20)
        _settled(dossier, offer, "accepted" if first == Step.ACCEPT else "withdrawn")


def test_the_function_itself_lets_one_acceptance_count(cast: Cast, dossier: Dossier) -> None:
    offer = HandoverFactory(dossier=dossier, to=cast.team("BE"))
    call = "SELECT cases_move_work(%s, 'accept', '')"
    with At(cast.belgian_colleague) as one, At(cast.belgian_head) as other:
        one.runs(call, [offer.pk])
        waiting = other.starts(execute, call, [offer.pk])
        assert waits(waiting)
        one.commits()
        with pytest.raises(DatabaseError, match="not possible"):
            waiting.result(20)
    assert Dossier.objects.get(pk=dossier.pk).handler_id == cast.belgian_colleague.pk


def test_a_mandate_that_is_revoked_while_its_offer_is_accepted_leaves_no_access(
    cast: Cast, dossier: Dossier
) -> None:
    me, coordinator = cast.dutch_officer, cast.belgian_coordinator
    offer = steps.across(cast.belgian_officer, dossier, me.person_ptr, coordinator)
    mandate = steps.mandate_of(offer)
    with At(me) as one, At(coordinator) as other:
        one.does(Handover.objects.locked, offer)  # as accepting begins
        waiting = other.starts(mandates.end, mandate=mandate, by=coordinator)
        assert waits(waiting)
        one.does(handovers.accept, handover=offer, by=me)
        one.commits()
        waiting.result(20)
        other.commits()
    _settled(dossier, offer, "accepted")
    assert Dossier.objects.get(pk=dossier.pk).handler_id is None
    assert me.name not in grants_of(dossier)


def test_an_offer_is_not_accepted_once_its_mandate_is_being_revoked(
    cast: Cast, dossier: Dossier
) -> None:
    me, coordinator = cast.dutch_officer, cast.belgian_coordinator
    offer = steps.across(cast.belgian_officer, dossier, me.person_ptr, coordinator)
    with At(coordinator) as one, At(me) as other:
        one.does(mandates.end, mandate=steps.mandate_of(offer), by=coordinator)
        waiting = other.starts(handovers.accept, handover=offer, by=me)
        assert waits(waiting)
        one.commits()
        with pytest.raises((PermissionDenied, Handover.DoesNotExist)):
            waiting.result(20)
    _settled(dossier, offer, "expired")
    assert Dossier.objects.get(pk=dossier.pk).handler_id == cast.belgian_officer.pk


@pytest.mark.parametrize("first", ["give", "withdraw"])
def test_giving_the_mandate_and_withdrawing_the_offer_at_once_is_one_of_the_two(
    cast: Cast, dossier: Dossier, first: str
) -> None:
    giver, coordinator = cast.belgian_officer, cast.belgian_coordinator
    offer = steps.offer(giver, dossier, cast.dutch_officer.person_ptr)
    mandate = steps.mandate_of(offer)
    with At(coordinator) as gives, At(giver) as withdraws:
        give = {"mandate": mandate, "by": coordinator, "ends_at": in_(days=9)}
        if first == "give":
            gives.does(mandates.give, **give)
            waiting = withdraws.starts(handovers.withdraw, handover=offer, by=giver)
            assert waits(waiting)
            gives.commits()
            waiting.result(20)  # withdrawn after all, with the mandate given
            withdraws.commits()
        else:
            withdraws.does(handovers.withdraw, handover=offer, by=giver)
            waiting = gives.starts(mandates.give, **give)
            assert waits(waiting)
            withdraws.commits()
            with pytest.raises(PermissionDenied):
                waiting.result(20)
    _settled(dossier, offer, "withdrawn")
    assert "J. Modaal" not in grants_of(dossier)


def test_two_coordinators_decide_once(cast: Cast, dossier: Dossier) -> None:
    one_person, other_person = cast.belgian_coordinator, cast.belgian_second_coordinator
    offer = steps.offer(cast.belgian_officer, dossier, cast.dutch_officer.person_ptr)
    mandate = steps.mandate_of(offer)
    with At(one_person) as one, At(other_person) as other:
        one.does(mandates.refuse, mandate=mandate, by=one_person, reason="No.")
        waiting = other.starts(mandates.give, mandate=mandate, by=other_person, ends_at=in_(days=9))
        assert waits(waiting)
        one.commits()
        with pytest.raises((PermissionDenied, Mandate.DoesNotExist)):
            waiting.result(20)
    _settled(dossier, offer, "refused")


@pytest.mark.parametrize("first", ["open", "end"])
def test_opening_under_a_standing_mandate_while_it_is_revoked_leaves_no_access(
    cast: Cast, first: str
) -> None:
    me, coordinator = cast.dutch_officer, cast.belgian_coordinator
    mandate = MandateFactory(owner="BE", desk="BOG", receiver=me)
    call = {"owner": "BE", "desk": cast.desks["BOG"], "handler": me.person_ptr, **FIELDS}
    with At(me) as opens, At(coordinator) as ends:
        if first == "open":
            opens.does(dossiers.open_dossier, by=me, **call)
            waiting = ends.starts(mandates.end, mandate=mandate, by=coordinator)
            assert waits(waiting)
            opens.commits()
            waiting.result(20)
            ends.commits()
        else:
            ends.does(mandates.end, mandate=mandate, by=coordinator)
            waiting = opens.starts(dossiers.open_dossier, by=me, **call)
            assert waits(waiting)
            ends.commits()
            with pytest.raises(PermissionDenied):
                waiting.result(20)
    assert Dossier.objects.count() == int(first == "open")
    assert not DossierUserPermission.objects.exists()
    assert not Dossier.objects.filter(handler__isnull=False).exists()


def test_of_two_offers_at_once_one_is_made(cast: Cast, dossier: Dossier) -> None:
    giver, other_giver = cast.belgian_officer, cast.belgian_headquarters
    terms = {"note": handovers.Note(**_note()), "terms": handovers.Terms(answer_by=in_(days=1))}
    to = cast.belgian_colleague.person_ptr
    with At(giver) as one, At(other_giver) as other:
        one.does(handovers.offer, dossier=dossier, by=giver, to=to, **terms)
        waiting = other.starts(handovers.offer, dossier=dossier, by=other_giver, to=to, **terms)
        assert waits(waiting)
        one.commits()
        with pytest.raises(PermissionDenied):
            waiting.result(20)
    assert Handover.objects.count() == 1


def test_an_answer_and_the_sweep_at_once_are_one_outcome(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_colleague
    offer = HandoverFactory(dossier=dossier, to=me)
    with At(me) as one, At(None) as sweep:
        one.does(handovers.accept, handover=offer, by=me)
        assert sweep.does(time.tidy_up) == 0
        sweep.commits()
        one.commits()
    _settled(dossier, offer, "accepted")


def test_of_two_who_take_a_dossier_at_once_one_gets_it(cast: Cast) -> None:
    queue, people = DossierFactory(), (cast.belgian_officer, cast.belgian_colleague)
    with At(people[0]) as one, At(people[1]) as other:
        one.does(taking.take, dossier=queue, by=people[0])
        waiting = other.starts(taking.take, dossier=queue, by=people[1])
        assert waits(waiting)
        one.commits()
        with pytest.raises(PermissionDenied, match="Somebody was faster"):
            waiting.result(20)
    _settled(queue, Handover.objects.get(dossier=queue), "accepted")
    assert Dossier.objects.get(pk=queue.pk).handler_id == people[0].pk
    assert grants_of(queue)[people[0].name] == "handle"
    assert people[1].name not in grants_of(queue)


@pytest.mark.parametrize("first", ["take", "offer"])
def test_taking_and_offering_at_once_is_one_of_the_two(cast: Cast, first: str) -> None:
    queue, taker, giver = DossierFactory(), cast.belgian_officer, cast.belgian_headquarters
    terms = {"note": handovers.Note(**_note()), "terms": handovers.Terms(answer_by=in_(days=1))}
    offer = {"dossier": queue, "by": giver, "to": cast.belgian_colleague.person_ptr, **terms}
    with At(taker) as takes, At(giver) as offers:
        if first == "take":
            takes.does(taking.take, dossier=queue, by=taker)
            waiting = offers.starts(handovers.offer, **offer)
            assert waits(waiting)
            takes.commits()
            waiting.result(20)  # headquarters offers what the other handles by now
            offers.commits()
        else:
            offers.does(handovers.offer, **offer)
            waiting = takes.starts(taking.take, dossier=queue, by=taker)
            assert waits(waiting)
            offers.commits()
            with pytest.raises(PermissionDenied, match="Somebody was faster"):
                waiting.result(20)
    expected = taker.pk if first == "take" else None
    assert Dossier.objects.get(pk=queue.pk).handler_id == expected
    assert readers_of(queue) == principals_of_grants(queue)


def test_the_head_of_desk_and_an_officer_at_once_leave_one_handler(cast: Cast) -> None:
    queue, head, taker = DossierFactory(), cast.belgian_head, cast.belgian_officer
    to = cast.belgian_colleague.person_ptr
    with At(head) as gives, At(taker) as takes:
        gives.does(taking.reassign, dossier=queue, by=head, to=to, reason="You have time.")
        waiting = takes.starts(taking.take, dossier=queue, by=taker)
        assert waits(waiting)
        gives.commits()
        with pytest.raises(PermissionDenied, match="Somebody was faster"):
            waiting.result(20)
    assert Dossier.objects.get(pk=queue.pk).handler_id == to.pk
    assert taker.name not in grants_of(queue)


def test_two_dossiers_opened_at_once_get_two_numbers(cast: Cast) -> None:
    people = (cast.belgian_officer, cast.belgian_colleague)
    with At(people[0]) as one, At(people[1]) as other:
        call = {"owner": "BE", "desk": cast.desks["BOG"], **FIELDS}
        one.does(dossiers.open_dossier, by=people[0], **call)
        waiting = other.starts(dossiers.open_dossier, by=people[1], **call)
        assert waits(waiting)
        one.commits()
        waiting.result(20)
        other.commits()
    assert list(Dossier.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_a_change_that_waited_overwrites_nothing(cast: Cast, dossier: Dossier) -> None:
    one_person, other_person = cast.belgian_officer, cast.belgian_headquarters
    with At(one_person) as one, At(other_person) as other:
        one.does(dossiers.change_dossier, dossier=dossier, by=one_person, version=1, title="First")
        waiting = other.starts(
            dossiers.change_dossier, dossier=dossier, by=other_person, version=1, title="Second"
        )
        assert waits(waiting)
        one.commits()
        with pytest.raises(dossiers.StaleError):
            waiting.result(20)
    assert Dossier.objects.get(pk=dossier.pk).title == "First"


def _settled(dossier: Dossier, offer: Handover, state: str) -> None:
    offer.refresh_from_db()
    assert offer.state == state
    assert readers_of(dossier) == principals_of_grants(dossier)
    left_over = DossierUserPermission.objects.filter(handover=offer)
    if state != "accepted":
        assert not left_over.exists()


def _note() -> dict[str, str]:
    names = ("note_state", "note_promises", "note_deadline", "note_contacts", "note_risks")
    return dict.fromkeys(names, "x")


# What the second is told: before the lock was waited for, or after.
TOLD = (
    "This step is no longer possible.",
    "This offer has been answered, withdrawn or has expired.",
)


@pytest.mark.soak
@pytest.mark.parametrize("other_step", [Step.ACCEPT, Step.WITHDRAW])
def test_of_five_hundred_answers_at_the_same_instant_one_counts_each_time(
    cast: Cast, other_step: Step
) -> None:
    against = cast.belgian_head if other_step == Step.ACCEPT else cast.belgian_officer
    step = handovers.accept if other_step == Step.ACCEPT else handovers.withdraw
    for _turn in range(500):
        dossier = DossierFactory(handler=cast.belgian_officer)
        offer = HandoverFactory(dossier=dossier, to=cast.team("BE"))
        with At(cast.belgian_colleague) as one, At(against) as other:
            calls = (
                one.starts(_and_commit, one, handovers.accept, offer),
                other.starts(_and_commit, other, step, offer),
            )
            errors = [error for call in calls if (error := call.exception(20)) is not None]
        (second,) = errors
        assert isinstance(second, PermissionDenied)
        assert str(second) in TOLD
        offer.refresh_from_db()
        _settled(dossier, offer, offer.state)


def _and_commit(at: At, call: Callable[..., Handover], offer: Handover) -> None:
    call(handover=offer, by=at.person)
    at._leave()
