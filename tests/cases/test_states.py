"""The tables of states: Python, PostgreSQL and the services take and refuse the same steps."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cases.models import Dossier, Handover, Mandate
from cases.services import dossiers, handovers, mandates
from cases.services.dossiers import Demands
from cases.states import (
    DOSSIER_STEPS,
    HANDOVER_STEPS,
    MANDATE_STEPS,
    STATUS_STEPS,
    HandoverState,
    MandateState,
    Status,
    Step,
)
from tests.factories import (
    Cast,
    DossierFactory,
    EntryFactory,
    HandoverFactory,
    MandateFactory,
    as_person,
    refused,
)
from tests.looking import as_owner
from tests.steps import in_

pytestmark = pytest.mark.django_db
OFFER_STEPS = (
    Step.GIVE_MANDATE,
    Step.REFUSE_MANDATE,
    Step.ACCEPT,
    Step.DECLINE,
    Step.WITHDRAW,
)
DECISIONS = (Step.GIVE_MANDATE, Step.REFUSE_MANDATE, Step.END_MANDATE)


def _in_status(status: str, **values: Any) -> Dossier:
    waiting = "host_authority" if status == Status.WAITING else ""
    dossier: Dossier = DossierFactory(status=status, waiting_for=waiting, **values)
    EntryFactory(dossier=dossier, kind="answer")
    return dossier


# The tables -------------------------------------------------------------------------------


def test_postgresql_knows_the_same_steps_of_a_dossier() -> None:
    pairs = as_owner(
        "SELECT b, a FROM unnest(%s::text[]) b, unnest(%s::text[]) a"
        " WHERE cases_status_follows(b, a)",
        [list(Status.values), list(Status.values)],
    )
    assert set(pairs) == {(before, after) for (before, _step), after in DOSSIER_STEPS.items()}


def test_postgresql_knows_the_same_steps_of_a_handover() -> None:
    rows = as_owner(
        "SELECT s, t, cases_handover_follows(s, t) FROM unnest(%s::text[]) s, unnest(%s::text[]) t"
        " WHERE cases_handover_follows(s, t) IS NOT NULL",
        [list(HandoverState.values), [*Step.values, "expire"]],
    )
    found = {(state, step): after for state, step, after in rows}
    # What time and the offer itself do is nobody's answer, so Python's table leaves it out.
    of_time = {(state, "expire"): "expired" for state in ("awaiting_mandate", "offered")}
    of_offer = {(state, "offer"): state for state in ("awaiting_mandate", "offered")}
    assert found == HANDOVER_STEPS | of_time | of_offer


def test_postgresql_knows_the_same_steps_of_a_mandate() -> None:
    pairs = as_owner(
        "SELECT b, a FROM unnest(%s::text[]) b, unnest(%s::text[]) a"
        " WHERE cases_mandate_follows(b, a)",
        [list(MandateState.values), list(MandateState.values)],
    )
    by_decision = {(before, after) for (before, _step), after in MANDATE_STEPS.items()}
    # A withdrawn offer ends what was asked for it; that is not a decision on the mandate.
    assert set(pairs) == by_decision | {("asked", "ended")}


# The services -----------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "step"), list(product(Status.values, STATUS_STEPS)))
def test_a_status_step_is_taken_or_refused_as_the_table_says(
    cast: Cast, status: str, step: Step
) -> None:
    dossier = _in_status(status)
    after = DOSSIER_STEPS.get((status, step))
    with as_person(cast.belgian_coordinator):
        call = {
            "dossier": dossier,
            "by": cast.belgian_coordinator,
            "step": step,
            "version": dossier.version,
            "demands": Demands("clarification", in_(days=1), "done"),
        }
        if after is None:
            with pytest.raises(PermissionDenied):
                dossiers.change_status(**call)
        else:
            assert dossiers.change_status(**call).status == after
    dossier.refresh_from_db()
    assert dossier.status == (after or status)


@pytest.mark.parametrize(("before", "after"), list(product(Status.values, Status.values)))
def test_raw_sql_changes_a_status_only_as_the_table_says(
    cast: Cast, before: str, after: str
) -> None:
    dossier = _in_status(before)
    waits = after == Status.WAITING
    values = ["clarification" if waits else "", in_(days=1) if waits else None]
    values.append("done" if after == Status.CLOSED != before else "")
    possible = {(before, then) for (before, _step), then in DOSSIER_STEPS.items()}
    statement = (
        "UPDATE cases_dossier SET status = %s, waiting_for = %s, waiting_until = %s, result = %s"
        " WHERE id = %s"
    )
    done = not refused(cast.belgian_coordinator, statement, [after, *values, dossier.pk])
    nothing_changes = before == after and before != Status.CLOSED
    if before == after == Status.CLOSED:
        assert done  # an update that changes nothing changes nothing
    else:
        assert done == ((before, after) in possible or nothing_changes)


def _offer(cast: Cast, state: str) -> Handover:
    """An offer of a Belgian dossier to the Dutch officer, in this state."""
    dossier = DossierFactory(handler=cast.belgian_officer)
    asked = state in (HandoverState.AWAITING_MANDATE, HandoverState.REFUSED)
    mandate = MandateFactory(
        dossier=dossier, receiver=cast.dutch_officer, state="asked" if asked else "given"
    )
    other = {"giver": cast.belgian_officer, "state": state}
    return HandoverFactory(dossier=dossier, to=cast.dutch_officer, mandate=mandate, **other)


def _take(cast: Cast, handover: Handover, step: Step) -> None:
    mandate = handover.mandate
    assert mandate is not None
    if step in (Step.ACCEPT, Step.DECLINE):
        with as_person(cast.dutch_officer):
            # Out of sight or not possible: either way the service does nothing.
            if step == Step.ACCEPT:
                handovers.accept(handover=handover, by=cast.dutch_officer)
            else:
                handovers.decline(handover=handover, by=cast.dutch_officer, reason="No.")
        return
    by = cast.belgian_officer if step == Step.WITHDRAW else cast.belgian_coordinator
    with as_person(by):
        if step == Step.WITHDRAW:
            handovers.withdraw(handover=handover, by=by)
        elif step == Step.GIVE_MANDATE:
            mandates.give(mandate=mandate, by=by, ends_at=mandate.ends_at)
        else:
            mandates.refuse(mandate=mandate, by=by, reason="No.")


@pytest.mark.parametrize(("state", "step"), list(product(HandoverState.values, OFFER_STEPS)))
def test_an_offer_takes_or_refuses_a_step_as_the_table_says(
    cast: Cast, state: str, step: Step
) -> None:
    handover = _offer(cast, state)
    after = HANDOVER_STEPS.get((HandoverState(state), step))
    # A mandate can be decided beside an offer that has ended; the offer does not move by it.
    beside = state == HandoverState.REFUSED and step in (Step.GIVE_MANDATE, Step.REFUSE_MANDATE)
    if after is None and not beside:
        with pytest.raises((PermissionDenied, Handover.DoesNotExist)):
            _take(cast, handover, step)
    else:
        _take(cast, handover, step)
    handover.refresh_from_db()
    assert handover.state == (after or state)


@pytest.mark.parametrize(("state", "step"), list(product(HandoverState.values, OFFER_STEPS)))
def test_the_function_that_moves_work_refuses_what_the_table_does_not_know(
    cast: Cast, state: str, step: Step
) -> None:
    handover = _offer(cast, state)
    people = {Step.ACCEPT: cast.dutch_officer, Step.DECLINE: cast.dutch_officer}
    people |= {Step.WITHDRAW: cast.belgian_officer}
    by = people.get(step, cast.belgian_coordinator)
    call = "SELECT cases_move_work(%s, %s, '')"
    # A mandate moves by its own decision, so the function alone never gives or refuses it.
    alone = (state, step) in HANDOVER_STEPS and step not in DECISIONS
    assert refused(by, call, [handover.pk, step]) == (not alone)


@pytest.mark.parametrize(("state", "step"), list(product(MandateState.values, DECISIONS)))
def test_a_mandate_is_decided_as_the_table_says(cast: Cast, state: str, step: Step) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer)
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer, state=state)
    after = MANDATE_STEPS.get((MandateState(state), step))
    with as_person(cast.belgian_coordinator):
        if after is None:
            with pytest.raises(PermissionDenied):
                _decide(cast, mandate, step)
        else:
            _decide(cast, mandate, step)
    mandate.refresh_from_db()
    assert mandate.state == (after or state)


def _decide(cast: Cast, mandate: Mandate, step: Step) -> None:
    by = cast.belgian_coordinator
    if step == Step.GIVE_MANDATE:
        ends_at = timezone.now() + timedelta(days=9)
        mandates.give(mandate=mandate, by=by, ends_at=ends_at)
    elif step == Step.REFUSE_MANDATE:
        mandates.refuse(mandate=mandate, by=by, reason="No.")
    else:
        mandates.end(mandate=mandate, by=by)


@pytest.mark.parametrize(
    ("before", "after"), list(product(MandateState.values, MandateState.values))
)
def test_raw_sql_changes_the_state_of_a_mandate_only_as_the_table_says(
    cast: Cast, before: str, after: str
) -> None:
    mandate = MandateFactory(dossier=DossierFactory(), receiver=cast.dutch_officer, state=before)
    ended = "ended_by_id = %(me)s" if after == "ended" else "decision_reason = 'x'"
    done = not refused(
        cast.belgian_coordinator,
        f"UPDATE cases_mandate SET state = %(after)s, {ended} WHERE id = %(id)s",
        {"after": after, "id": mandate.pk, "me": cast.belgian_coordinator.pk},
    )
    follows = {(before, then) for (before, _step), then in MANDATE_STEPS.items()}
    assert done == ((before, after) in follows | {("asked", "ended")})
