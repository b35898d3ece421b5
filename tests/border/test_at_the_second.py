"""Rights end at the second they end, on the real clock, and nothing runs in between."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError

from accounts.models import User
from cases.models import Dossier, Mandate
from tests import steps
from tests.browsers import HouseClient
from tests.factories import (
    Cast,
    DossierFactory,
    HandoverFactory,
    MandateFactory,
    grant,
    raw,
    refused,
    without_rules,
)
from tests.looking import as_owner, sees

pytestmark = pytest.mark.django_db(transaction=True)
SOON = "clock_timestamp() + interval '1.5 seconds'"


def _wait_for(moment: object) -> None:
    as_owner("SELECT pg_sleep(GREATEST(extract(epoch FROM %s - clock_timestamp()), 0) + 0.01)",
             [moment])  # fmt: skip


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles."""
    return DossierFactory(handler=cast.belgian_officer)


def _ends_soon(mandate: Mandate) -> object:
    with without_rules("cases_mandate"):
        as_owner(f"UPDATE cases_mandate SET ends_at = {SOON} WHERE id = %s", [mandate.pk])
    mandate.refresh_from_db()
    return mandate.ends_at


def test_a_mandate_ends_at_its_second(
    cast: Cast, dossier: Dossier, client_of: Callable[[User], HouseClient]
) -> None:
    me = cast.dutch_officer
    mandate = MandateFactory(dossier=dossier, receiver=me)
    grant(dossier, me, "handle", mandate)
    browser = client_of(me)
    assert browser.get(f"/d/{dossier.reference}/").status_code == 200
    moment = _ends_soon(mandate)
    change = "UPDATE cases_dossier SET next_step = 'x' WHERE id = %s"
    assert sees(me, dossier)
    assert not refused(me, change, [dossier.pk])
    _wait_for(moment)
    assert not sees(me, dossier)
    assert refused(me, change, [dossier.pk])
    assert browser.get(f"/d/{dossier.reference}/").status_code == 404
    assert dossier.reference not in browser.get("/dossiers/").content.decode()


def test_a_mandate_begins_at_its_second(cast: Cast) -> None:
    me = cast.dutch_officer
    mandate = MandateFactory(owner="BE", desk="BOG", receiver=me)
    with without_rules("cases_mandate"):
        as_owner(f"UPDATE cases_mandate SET starts_at = {SOON} WHERE id = %s", [mandate.pk])
    mandate.refresh_from_db()
    ask = "SELECT lodesk_may_open('BE', %s, 'other', %s)"
    values = [cast.desks["BOG"].pk, me.pk]
    assert raw(me, ask, values) == [(False,)]
    _wait_for(mandate.starts_at)
    assert raw(me, ask, values) == [(True,)]


def test_a_posting_ends_at_its_second(
    cast: Cast, dossier: Dossier, client_of: Callable[[User], HouseClient]
) -> None:
    me = cast.belgian_officer
    browser = client_of(me)
    assert browser.get(f"/d/{dossier.reference}/").status_code == 200
    as_owner(f"UPDATE accounts_posting SET ends_at = {SOON} WHERE person_id = %s", [me.pk])
    moment = me.postings.get().ends_at
    assert sees(me, dossier)
    _wait_for(moment)
    assert not sees(me, dossier)
    assert browser.get(f"/d/{dossier.reference}/").status_code == 404


def test_a_posting_begins_at_its_second(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_newcomer
    as_owner(f"UPDATE accounts_posting SET starts_at = {SOON} WHERE person_id = %s", [me.pk])
    moment = me.postings.get().starts_at
    assert not sees(me, dossier)
    _wait_for(moment)
    assert sees(me, dossier)


def test_an_offer_lapses_at_its_second(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_colleague
    offer = HandoverFactory(dossier=dossier, to=me)
    as_owner(f"UPDATE cases_handover SET answer_by = {SOON} WHERE id = %s", [offer.pk])
    offer.refresh_from_db()
    _wait_for(offer.answer_by)
    with pytest.raises((PermissionError, DatabaseError)):
        raw(me, "SELECT cases_move_work(%s, 'accept', '')", [offer.pk])


def test_who_looks_on_while_the_mandate_ends_sees_what_the_transaction_began_with(
    cast: Cast, dossier: Dossier
) -> None:
    # now() stands still in a transaction: a page is drawn from one moment, and the next is 404.
    me = cast.dutch_officer
    mandate = MandateFactory(dossier=dossier, receiver=me)
    grant(dossier, me, "view", mandate)
    moment = _ends_soon(mandate)
    statement = (
        "SELECT (SELECT count(*) FROM cases_dossier),"
        " pg_sleep(GREATEST(extract(epoch FROM %s - clock_timestamp()), 0) + 0.01)::text,"
        " (SELECT count(*) FROM cases_dossier)"
    )
    ((before, _slept, after),) = raw(me, statement, [moment])
    assert (before, after) == (1, 1)
    assert not sees(me, dossier)


def test_an_account_is_closed_with_the_next_request(
    cast: Cast, dossier: Dossier, client_of: Callable[[User], HouseClient]
) -> None:
    browser = client_of(cast.belgian_officer)
    assert browser.get("/").status_code == 200
    User.objects.filter(pk=cast.belgian_officer.pk).update(is_active=False)
    assert browser.get("/").status_code == 302
    assert not sees(cast.belgian_officer, dossier)


def test_a_revoked_mandate_shuts_the_door_with_the_next_request(
    cast: Cast, dossier: Dossier, client_of: Callable[[User], HouseClient]
) -> None:
    me = cast.dutch_officer
    mandate = MandateFactory(dossier=dossier, receiver=me)
    grant(dossier, me, "handle", mandate)
    browser = client_of(me)
    assert browser.get(f"/d/{dossier.reference}/").status_code == 200
    steps.end(cast.belgian_coordinator, mandate)
    assert browser.get(f"/d/{dossier.reference}/").status_code == 404
