"""Conditions of people, objects and what connects them, each by itself: see test_each_wall.py."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from cases.models import Connection, Dossier, Party
from tests.border.attempts import _connection as insert_connection
from tests.border.attempts import _identifier as insert_identifier
from tests.border.attempts import _party as insert_party
from tests.border.test_each_wall import UNKNOWN
from tests.factories import (
    Cast,
    ConnectionFactory,
    DossierFactory,
    PartyFactory,
    raw,
    refused,
)

pytestmark = pytest.mark.django_db


def _answer(user: User, statement: str, values: Any) -> str:
    """What PostgreSQL says to somebody, in words."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        raw(user, statement, values)
    return str(caught.value).splitlines()[0]


def _versions(dossier: Dossier) -> dict[str, Any]:
    """Versions that cannot be replaced from this dossier, and one that can."""
    party, gone = PartyFactory.create_batch(2, dossier=dossier)
    last = PartyFactory(dossier=dossier, replaces=gone, withdrawn=True, reason="x")
    elsewhere = PartyFactory(dossier=DossierFactory(handler=dossier.handler))
    hidden = PartyFactory(dossier=DossierFactory(owner="NL"))
    return {"none": UNKNOWN, "withdrawn": last.pk, "elsewhere": elsewhere.pk, "hidden": hidden.pk,
            "its own": party.pk}  # fmt: skip


@pytest.mark.parametrize("which", ["none", "withdrawn", "elsewhere", "hidden", "its own"])
def test_a_version_takes_the_place_of_one_that_stands_in_its_dossier(
    cast: Cast, dossier: Dossier, which: str
) -> None:
    me = cast.belgian_officer
    values = {"dossier": dossier.pk, "me": me.pk, "replaced": _versions(dossier)[which]}
    statement = insert_party(replaces_id="%(replaced)s", reason="'x'")
    if which == "its own":
        assert raw(me, statement, values) == 1
        assert Party.objects.get(pk=values["replaced"]).current is False
    else:
        assert "no such version" in _answer(me, statement, values)


def test_a_stranger_learns_of_no_version_and_no_connection(cast: Cast, dossier: Dossier) -> None:
    # What a trigger asks before the policy answers alike of what is there and of what is not.
    stranger = cast.dutch_colleague
    one, other = PartyFactory.create_batch(2, dossier=dossier)
    connection = ConnectionFactory(one=one, other=other)
    values = {"dossier": dossier.pk, "me": stranger.pk, "party": one.pk, "another": other.pk}
    party = insert_party(replaces_id="%(replaced)s", reason="'x'")
    ended = insert_connection(replaces_id="%(replaced)s", reason="'x'")
    for statement, there in ((party, one.pk), (ended, connection.pk)):
        answers = {
            _answer(stranger, statement, values | {"replaced": key}) for key in (there, UNKNOWN)
        }
        assert len(answers) == 1, answers


def test_a_number_of_a_party_out_of_sight_is_told_as_of_none(cast: Cast, dossier: Dossier) -> None:
    party, statement = PartyFactory(dossier=dossier), insert_identifier()
    about = {"dossier": dossier.pk, "me": cast.dutch_colleague.pk}
    answers = {
        _answer(cast.dutch_colleague, statement, about | {"party": key})
        for key in (party.pk, UNKNOWN)
    }
    assert len(answers) == 1, answers


def test_a_connection_is_withdrawn_once_by_a_row_that_says_the_same(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    one, other = PartyFactory.create_batch(2, dossier=dossier)
    shipper = ConnectionFactory(one=one, other=other)
    owner = ConnectionFactory(one=one, other=other, kind="owner")
    ended = ConnectionFactory(one=one, other=other, kind="consignee")
    end = ConnectionFactory(one=one, other=other, kind="consignee", replaces=ended, reason="x")
    values = {"dossier": dossier.pk, "me": me.pk, "party": one.pk, "another": other.pk}

    def withdraw(replaced: Any, kind: str = "shipper", **ends: str) -> str:
        return insert_connection(
            replaces_id=f"'{replaced}'", kind=f"'{kind}'", reason="'x'", **ends
        )

    turned = {"one_id": "%(another)s", "other_id": "%(party)s"}
    for statement in (
        withdraw(UNKNOWN),
        withdraw(owner.pk),
        withdraw(shipper.pk, **turned),
        withdraw(end.pk, "consignee"),
    ):
        assert refused(me, statement, values), statement
    assert raw(me, withdraw(shipper.pk), values) == 1
    assert Connection.objects.get(pk=shipper.pk).current is False


def test_a_connection_is_of_now_and_between_people_not_between_versions(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    one, other = PartyFactory.create_batch(2, dossier=dossier)
    second = PartyFactory(dossier=dossier, replaces=one, reason="x")
    elsewhere = PartyFactory(dossier=DossierFactory(handler=me))
    values = {"dossier": dossier.pk, "me": me.pk, "party": one.pk, "another": other.pk}
    for wrong in (second, elsewhere):
        assert refused(me, insert_connection(), values | {"party": wrong.pk})
    raw(me, insert_connection(added_at="'2001-01-01'"), values)
    assert Connection.objects.get().added_at.year > 2001


def test_nothing_is_connected_in_a_closed_dossier_while_another_is_open(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    one, other = PartyFactory.create_batch(2, dossier=dossier)
    DossierFactory(handler=me)
    values = {"dossier": dossier.pk, "me": me.pk, "party": one.pk, "another": other.pk}
    assert not refused(me, insert_connection(), values)
    for status in ("answered", "closed"):
        Dossier.objects.filter(pk=dossier.pk).update(status=status, result="answered")
    assert refused(me, insert_connection(), values)
