"""Taking and re-assigning in PostgreSQL alone, each condition by itself: see test_each_wall.py."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.postgres.functions import TransactionNow

from accounts.models import Posting, User
from cases.models import Dossier, Mandate
from tests import steps
from tests.border.attempts import _handover as insert_handover
from tests.factories import (
    Cast,
    DossierFactory,
    HandoverFactory,
    MandateFactory,
    add_posting,
    grant,
    raw,
    refused,
)
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
TAKE = "SELECT cases_take_work(%s)"
REASSIGN = "SELECT cases_reassign_work(%s, %s, %s)"


@pytest.fixture
def queue(cast: Cast) -> Dossier:
    """A Belgian dossier at Bogotá that nobody handles."""
    return DossierFactory()


def takes(person: User | None, dossier: Dossier) -> bool:
    """Whether the function would let a person take it."""
    return not refused(person, TAKE, [dossier.pk])


def gives(person: User | None, dossier: Dossier, to: User, reason: str | None = "Leave.") -> bool:
    """Whether the function would let a person give it on."""
    return not refused(person, REASSIGN, [dossier.pk, to.pk, reason])


def test_who_takes_handles_it_and_everything_says_so(cast: Cast, queue: Dossier) -> None:
    me = cast.belgian_colleague
    raw(me, TAKE, [queue.pk])
    queue.refresh_from_db()
    assert queue.handler_id == me.pk
    assert raw(me, "SELECT lodesk_holds(%s, 'handle')", [queue.pk]) == [(True,)]


@pytest.mark.parametrize(
    "name",
    ["belgian_elsewhere", "belgian_headquarters", "belgian_coordinator", "belgian_auditor",
     "belgian_leaver", "belgian_newcomer", "belgian_closed", "dutch_officer", "dutch_head",
     "luxembourg_coordinator"],
)  # fmt: skip
def test_who_is_not_of_the_team_takes_nothing(cast: Cast, queue: Dossier, name: str) -> None:
    assert not takes(getattr(cast, name), queue)
    assert not takes(None, queue)


def test_who_only_holds_grants_of_the_own_takes_nothing(cast: Cast, queue: Dossier) -> None:
    grant(queue, cast.belgian_elsewhere, "contribute")
    assert not takes(cast.belgian_elsewhere, queue)


def test_what_somebody_handles_or_is_closed_or_offered_is_not_taken(
    cast: Cast, queue: Dossier
) -> None:
    me = cast.belgian_colleague
    assert not takes(me, DossierFactory(handler=cast.belgian_officer))
    assert not takes(me, DossierFactory(status="closed"))
    HandoverFactory(dossier=DossierFactory(), giver=cast.belgian_coordinator, to=me)  # another's
    offer = HandoverFactory(dossier=queue, giver=cast.belgian_coordinator, to=me)
    assert not takes(me, queue)
    steps.decline(me, offer)
    assert takes(me, queue)


def test_what_waits_for_a_mandate_is_not_taken(cast: Cast, queue: Dossier) -> None:
    mandate = MandateFactory(dossier=queue, receiver=cast.dutch_officer, state="asked")
    HandoverFactory(
        dossier=queue, giver=cast.belgian_coordinator, to=cast.dutch_officer, mandate=mandate
    )
    assert not takes(cast.belgian_colleague, queue)


def test_the_team_of_another_country_takes_nothing_under_its_mandate(
    cast: Cast, queue: Dossier
) -> None:
    team = cast.team("NL")
    mandate: Mandate = MandateFactory(dossier=queue, receiver=team)
    grant(queue, team, "contribute", mandate)
    assert raw(cast.dutch_head, "SELECT lodesk_holds(%s, 'contribute')", [queue.pk]) == [(True,)]
    assert not takes(cast.dutch_head, queue)
    assert not gives(cast.dutch_head, queue, cast.dutch_officer)


def test_only_a_team_that_may_add_to_it_takes_it(cast: Cast, queue: Dossier) -> None:
    as_owner(
        "DELETE FROM cases_dossiergrouppermission g USING auth_permission p"
        " WHERE g.permission_id = p.id AND p.codename = 'contribute_dossier'"
        " AND g.group_id = %s",
        [cast.team("BE").pk],
    )
    grant(queue, cast.belgian_colleague, "contribute")
    assert not takes(cast.belgian_colleague, queue)


def test_grants_of_the_team_are_those_on_this_dossier(cast: Cast) -> None:
    DossierFactory()  # on which the team may do everything
    confined = DossierFactory(confined=True)
    grant(confined, cast.belgian_colleague, "contribute")
    question = "SELECT cases_in_the_team(d, %s, '') FROM cases_dossier d WHERE id = %s"
    assert as_owner(question, [cast.belgian_colleague.pk, confined.pk]) == [(False,)]


def test_a_confined_one_stays_where_it_is_whatever_the_team_holds(cast: Cast) -> None:
    confined = DossierFactory(confined=True)
    grant(confined, cast.team("BE"), "contribute")
    assert not takes(cast.belgian_colleague, confined)
    assert not gives(cast.belgian_head, confined, cast.belgian_colleague)


@pytest.mark.parametrize("moment", ["begins", "ends"])
def test_a_posting_counts_while_it_lasts(cast: Cast, queue: Dossier, moment: str) -> None:
    me = cast.belgian_elsewhere  # of another desk, which goes on
    grant(queue, me, "contribute")
    posting = add_posting(cast, me, "officer", "BOG")
    rows = Posting.objects.filter(pk=posting.pk)
    if moment == "begins":
        rows.update(starts_at=TransactionNow() + timedelta(seconds=1))
        assert not takes(me, queue)
        rows.update(starts_at=TransactionNow())
    else:
        rows.update(ends_at=TransactionNow())
        assert not takes(me, queue)
        rows.update(ends_at=TransactionNow() + timedelta(seconds=1))
    assert takes(me, queue)


def test_a_posting_at_the_desk_of_another_desks_group_is_none(cast: Cast, queue: Dossier) -> None:
    me = cast.belgian_elsewhere
    grant(queue, me, "contribute")
    grant(queue, cast.team("BE", "BSB"), "contribute")
    assert not takes(me, queue)


# Re-assigning -----------------------------------------------------------------------------------


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


@pytest.mark.parametrize(
    "name",
    ["belgian_officer", "belgian_colleague", "belgian_elsewhere", "belgian_headquarters",
     "belgian_coordinator", "dutch_head", "belgian_leaver"],
)  # fmt: skip
def test_who_is_not_its_head_gives_nothing_on(cast: Cast, dossier: Dossier, name: str) -> None:
    assert not gives(getattr(cast, name), dossier, cast.belgian_colleague)
    assert not gives(None, dossier, cast.belgian_colleague)


def test_the_head_gives_it_on_with_a_reason(cast: Cast, dossier: Dossier) -> None:
    head, to = cast.belgian_head, cast.belgian_colleague
    for reason in ("", " \n", None):
        assert not gives(head, dossier, to, reason)
    raw(head, REASSIGN, [dossier.pk, to.pk, "Leave."])
    dossier.refresh_from_db()
    assert dossier.handler_id == to.pk
    assert not gives(head, dossier, to)  # who handles it already


@pytest.mark.parametrize(
    "name",
    ["belgian_elsewhere", "belgian_headquarters", "belgian_leaver", "belgian_newcomer",
     "belgian_closed", "dutch_officer", "dutch_head"],
)  # fmt: skip
def test_it_goes_to_nobody_outside_the_team(cast: Cast, dossier: Dossier, name: str) -> None:
    assert not gives(cast.belgian_head, dossier, getattr(cast, name))


def test_a_head_of_another_desk_is_none_here(cast: Cast, dossier: Dossier) -> None:
    head = cast.belgian_elsewhere
    add_posting(cast, head, "head_of_desk", "BSB")
    add_posting(cast, head, "officer", "BOG")
    assert not gives(head, dossier, cast.belgian_colleague)
    add_posting(cast, head, "head_of_desk", "BOG")
    assert gives(head, dossier, cast.belgian_colleague)


def test_what_is_closed_or_offered_is_not_given_on(cast: Cast, dossier: Dossier) -> None:
    head, to = cast.belgian_head, cast.belgian_colleague
    assert not gives(head, DossierFactory(handler=cast.belgian_officer, status="closed"), to)
    offer = HandoverFactory(dossier=dossier, to=to)
    assert not gives(head, dossier, to)
    steps.withdraw(cast.belgian_officer, offer)
    assert gives(head, dossier, to)


def test_what_is_out_of_sight_is_like_what_is_not_there(cast: Cast) -> None:
    hidden = DossierFactory(owner="NL")
    for key in (hidden.pk, uuid4()):
        assert refused(cast.belgian_colleague, TAKE, [key])
        assert refused(cast.belgian_head, REASSIGN, [key, cast.belgian_colleague.pk, "x"])
    hidden.refresh_from_db()
    assert hidden.handler_id is None


# Only the functions write such rows -------------------------------------------------------------


@pytest.mark.parametrize("kind", ["taken", "reassigned"])
@pytest.mark.parametrize("state", ["offered", "accepted"])
def test_the_application_itself_writes_no_such_handover(
    cast: Cast, dossier: Dossier, kind: str, state: str
) -> None:
    values = {
        "dossier": dossier.pk, "me": cast.belgian_officer.pk,
        "colleague": cast.belgian_colleague.pk,
    }  # fmt: skip
    for giver in ("%(me)s", "NULL"):
        forged = insert_handover(kind=f"'{kind}'", state=f"'{state}'", giver_id=giver)
        assert refused(cast.belgian_officer, forged, values)
