"""What an act locks and what it leaves to others; what housekeeping passes by while it is held."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Posting
from cases.models import (
    Document,
    Dossier,
    DossierUserPermission,
    Export,
    Handover,
    Mandate,
    StandIn,
    Upload,
)
from tests import steps
from tests.border.attempts import _handover as insert_handover
from tests.border.together import At, Owner, execute, free, waits
from tests.factories import (
    Cast,
    DocumentFactory,
    DossierFactory,
    HandoverFactory,
    MandateFactory,
    StandInFactory,
    TaskFactory,
    grant,
    without_rules,
)
from tests.looking import grants_of

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


# Only what belongs together is locked ---------------------------------------------------------


def test_a_grant_locks_its_own_dossier_only(cast: Cast, dossier: Dossier) -> None:
    other = DossierFactory(handler=cast.belgian_officer)
    with Owner() as one:
        one.does(grant, dossier, cast.belgian_elsewhere, "view")
        assert free("cases_dossier") == {other.pk}


def test_the_end_of_a_mandate_locks_its_own_offers_and_dossiers_only(
    cast: Cast, dossier: Dossier
) -> None:
    other = DossierFactory(handler=cast.belgian_officer)
    under = {
        each: MandateFactory(dossier=each, receiver=cast.dutch_officer) for each in (dossier, other)
    }
    answered = HandoverFactory(dossier=dossier, to=cast.dutch_officer, mandate=under[dossier])
    steps.withdraw(cast.belgian_officer, answered)
    offers = {
        each: HandoverFactory(dossier=each, to=cast.dutch_officer, mandate=mandate)
        for each, mandate in under.items()
    }
    with Owner() as ends:
        statement = "UPDATE cases_mandate SET state = 'ended', ended_at = now() WHERE id = %s"
        ends.runs(statement, [under[dossier].pk])
        assert free("cases_handover") == {answered.pk, offers[other].pk}
        assert free("cases_dossier") == {other.pk}


@pytest.mark.parametrize(
    "call", ["cases_take_work(%s)", "cases_reassign_work(%s, lodesk_me(), 'x')"]
)
def test_who_may_not_have_a_dossier_waits_for_no_lock_of_it(
    cast: Cast, dossier: Dossier, call: str
) -> None:
    with Owner() as holds, At(cast.dutch_head) as asks:
        holds.runs("SELECT FROM cases_dossier WHERE id = %s FOR UPDATE", [dossier.pk])
        asked = asks.starts(execute, f"SELECT {call}", [dossier.pk])
        assert not waits(asked)
        assert isinstance(asked.exception(20), DatabaseError)


def test_taking_a_dossier_locks_that_one_only(cast: Cast, dossier: Dossier) -> None:
    queue = DossierFactory()
    with At(cast.belgian_colleague) as takes:
        takes.runs("SELECT cases_take_work(%s)", [queue.pk])
        assert free("cases_dossier") == {dossier.pk}


def test_a_new_version_locks_its_own_document_only(cast: Cast, dossier: Dossier) -> None:
    me, (document, other) = cast.belgian_officer, DocumentFactory.create_batch(2, dossier=dossier)
    with At(me) as one:
        one.does(steps.replace_document, me, document)
        assert free("cases_document") == {other.pk}


# Of two at once, the second waits and then sees what the first did ---------------------------


def test_first_grants_are_given_by_one_of_two(cast: Cast) -> None:
    me = cast.belgian_officer
    made = DossierFactory(grants=False, opened_by=me)
    first = "SELECT cases_first_grants(%s)"
    with At(me) as one, At(me) as other:
        one.runs(first, [made.pk])
        waiting = other.starts(execute, first, [made.pk])
        assert waits(waiting)
        one.commits()
        with pytest.raises(DatabaseError, match="once"):
            waiting.result(20)


def test_what_is_being_closed_is_not_offered(cast: Cast, dossier: Dossier) -> None:
    me, coordinator = cast.belgian_officer, cast.belgian_coordinator
    Dossier.objects.filter(pk=dossier.pk).update(status="answered")
    values = {"dossier": dossier.pk, "me": me.pk, "colleague": cast.belgian_colleague.pk}
    closing = "UPDATE cases_dossier SET status = 'closed', result = 'answered' WHERE id = %s"
    with At(coordinator) as closes, At(me) as offers:
        closes.runs(closing, [dossier.pk])
        waiting = offers.starts(execute, insert_handover(), values)
        assert waits(waiting)
        closes.commits()
        with pytest.raises(DatabaseError, match="closed"):
            waiting.result(20)


def test_who_was_taken_off_while_another_accepted_keeps_nothing(
    cast: Cast, dossier: Dossier
) -> None:
    taker, giver = cast.belgian_colleague, cast.belgian_officer
    terms = {"giver_keeps": "view", "giver_keeps_until": timezone.now() + DAY}
    offer = HandoverFactory(dossier=dossier, to=taker, **terms)
    with Owner() as sweep, At(taker) as accepts:
        sweep.runs("UPDATE cases_dossier SET handler_id = NULL WHERE id = %s", [dossier.pk])
        waiting = accepts.starts(execute, "SELECT cases_move_work(%s, 'accept', '')", [offer.pk])
        assert waits(waiting)
        sweep.commits()
        waiting.result(20)
        accepts.commits()
    kept = DossierUserPermission.objects.filter(user=giver.pk, handover=offer)
    assert not kept.exists()
    assert grants_of(dossier)[taker.name] == "handle"


def test_who_answers_an_offer_is_not_thrown_out_by_the_end_of_its_mandate(
    cast: Cast, dossier: Dossier
) -> None:
    # Offers are locked before dossiers, as everywhere: otherwise the two wait in a circle.
    me = cast.dutch_officer
    mandate = MandateFactory(dossier=dossier, receiver=me)
    offer = HandoverFactory(dossier=dossier, to=me, mandate=mandate)
    end = "UPDATE cases_mandate SET state = 'ended', ended_at = now() WHERE id = %s"
    with At(me) as accepts, Owner() as ends:
        accepts.does(Handover.objects.locked, offer)  # as accepting begins
        waiting = ends.starts(execute, end, [mandate.pk])
        assert waits(waiting)
        accepts.runs("SELECT FROM cases_dossier WHERE id = %s FOR KEY SHARE", [dossier.pk])
        assert free("cases_dossier") == {dossier.pk}
        accepts.commits()
        waiting.result(20)
        ends.commits()
    offer.refresh_from_db()
    assert offer.state == "expired"


def test_two_new_versions_at_once_get_two_numbers(cast: Cast, dossier: Dossier) -> None:
    people = (cast.belgian_officer, cast.belgian_colleague)
    document = DocumentFactory(dossier=dossier)
    with At(people[0]) as one, At(people[1]) as other:
        one.does(steps.replace_document, people[0], document)
        waiting = other.starts(steps.replace_document, people[1], document)
        assert waits(waiting)
        one.commits()
        waiting.result(20)
        other.commits()
    numbers = Document.objects.get(pk=document.pk).versions.values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 3]


# Housekeeping passes by what somebody holds ---------------------------------------------------


def _mandate_over(cast: Cast, dossier: Dossier) -> tuple[str, Any]:
    mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_officer)
    grant(dossier, cast.dutch_officer, "view", mandate)
    with transaction.atomic(), without_rules("cases_mandate"):
        Mandate.objects.filter(pk=mandate.pk).update(ends_at=TransactionNow())
    return "cases_mandate", mandate.pk


def _keeping_over(cast: Cast, dossier: Dossier) -> tuple[str, Any]:
    terms = {"giver_keeps": "view", "giver_keeps_until": timezone.now() + DAY}
    offer = HandoverFactory(dossier=dossier, to=cast.belgian_colleague, **terms)
    steps.accept(cast.belgian_colleague, offer)
    type(offer).objects.filter(pk=offer.pk).update(giver_keeps_until=timezone.now() - DAY)
    return "cases_handover", offer.pk


def _handler_left(cast: Cast, dossier: Dossier) -> tuple[str, Any]:
    Posting.objects.filter(person=cast.belgian_officer.pk).update(ends_at=timezone.now())
    return "cases_dossier", dossier.pk


def _task_due(_cast: Cast, dossier: Dossier) -> tuple[str, Any]:
    return "cases_task", TaskFactory(dossier=dossier, due_at=timezone.now() - DAY).pk


def _offer_waiting(cast: Cast, dossier: Dossier) -> tuple[str, Any]:
    offer = HandoverFactory(
        dossier=dossier, to=cast.belgian_colleague, offered_at=timezone.now() - 3 * DAY
    )
    return "cases_handover", offer.pk


def _file_forgotten(cast: Cast, dossier: Dossier) -> tuple[str, Any]:
    upload = steps.begin(cast.belgian_officer, dossier)
    Upload.objects.filter(pk=upload.pk).update(at=timezone.now() - 2 * DAY)
    return "cases_upload", upload.pk


def _export_forgotten(cast: Cast, dossier: Dossier) -> tuple[str, Any]:
    export = steps.ask_export(cast.belgian_officer, dossier)
    Export.objects.filter(pk=export.pk).update(at=timezone.now() - 2 * DAY)
    return "cases_export", export.pk


def _export_waiting(cast: Cast, dossier: Dossier) -> tuple[str, Any]:
    return "cases_export", steps.ask_export(cast.belgian_officer, dossier).pk


def test_rights_in_a_dossier_that_somebody_holds_are_settled_the_next_time(
    cast: Cast, dossier: Dossier
) -> None:
    mate = cast.belgian_colleague
    standin = StandInFactory(absent=cast.belgian_officer, stand_in=mate, planned=True)
    with without_rules("cases_standin"):
        StandIn.objects.filter(pk=standin.pk).update(starts_at=TransactionNow())
    tidy = "SELECT count(*) FROM cases_tidy_standins()"
    with Owner() as holds, At(None) as sweep:
        holds.runs("SELECT FROM cases_dossier WHERE id = %s FOR UPDATE", [dossier.pk])
        sweep.runs(tidy)
        sweep.commits()
    assert mate.name not in grants_of(dossier)
    with At(None) as sweep:
        sweep.runs(tidy)
        sweep.commits()
    assert grants_of(dossier)[mate.name] == "handle"


@pytest.mark.parametrize(
    ("arrange", "call"),
    [
        (_mandate_over, "cases_tidy_up(9)"),
        (_keeping_over, "cases_tidy_up(9)"),
        (_handler_left, "cases_tidy_up(9)"),
        (_offer_waiting, "cases_offers_waiting(9)"),
        (_task_due, "cases_tasks_due(9)"),
        (_file_forgotten, "cases_forget_uploads(9)"),
        (_export_forgotten, "cases_forget_exports(9)"),
        (_export_waiting, "cases_claim_export()"),
    ],
)
def test_housekeeping_leaves_what_somebody_holds_for_the_next_time(
    cast: Cast, dossier: Dossier, arrange: Callable[..., tuple[str, Any]], call: str
) -> None:
    table, key = arrange(cast, dossier)
    count = f"SELECT count(*) FROM {call}"
    with Owner() as holds, At(None) as sweep:
        holds.runs(f"SELECT FROM {table} WHERE id = %s FOR UPDATE", [key])
        assert sweep.runs(count) == [(0,)]
        sweep.commits()
    with At(None) as sweep:
        assert sweep.runs(count) == [(1,)]
