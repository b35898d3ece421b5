"""Conditions of prints and packages, each by itself, by raw SQL: see test_each_wall.py."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from cases.models import Dossier, Export, Mandate
from tests import steps
from tests.border.attempts import _new_export as insert_export
from tests.border.test_documents import guest_of
from tests.factories import Cast, DossierFactory, raw, refused
from tests.looking import as_owner

pytestmark = pytest.mark.django_db
TEN_MINUTES = timedelta(minutes=10)


def made(dossier: Dossier, person: User, **values: Any) -> Export:
    """An export of somebody; waiting, unless told otherwise."""
    fields = {
        "form": "print", "use": "work", "reason": "x", "language": "en", "steps": 3,
        "state": "waiting", "key_name": "BE:1", "wrapped_key": b"wrapped",
    } | values  # fmt: skip
    if fields["state"] == "ready":
        fields |= {"size": 1, "sha256": "a" * 64}
    file = f"export {Export.objects.count()}"
    return Export.objects.create(dossier=dossier, person_id=person.pk, file=file, **fields)


def test_an_export_is_of_now_whatever_is_written(cast: Cast, dossier: Dossier) -> None:
    me, then = cast.belgian_officer, "'2001-01-01'"
    statement = insert_export(at=then, touched_at=then)
    raw(me, statement, {"dossier": dossier.pk, "me": me.pk})
    export = Export.objects.get()
    assert min(export.at.year, export.touched_at.year) > 2001


@pytest.mark.parametrize(
    ("state", "change", "lets"),
    [
        ("working", "done = 1", True),
        ("working", f"state = 'ready', size = 1, sha256 = '{'a' * 64}'", True),
        ("working", "state = 'failed'", True),
        ("working", "state = 'waiting'", False),
        ("waiting", "done = 1", False),
        ("waiting", "state = 'working'", False),
        ("ready", "size = 2", False),
        ("failed", "state = 'ready'", False),
    ],
)
def test_an_export_goes_forwards_only(
    cast: Cast, dossier: Dossier, state: str, change: str, *, lets: bool
) -> None:
    me = cast.belgian_officer
    made(dossier, me, state=state)
    assert refused(me, f"UPDATE cases_export SET {change}") is not lets


def test_who_goes_on_with_an_export_touches_it(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    made(dossier, me, state="working", touched_at=timezone.now() - TEN_MINUTES)
    raw(me, "UPDATE cases_export SET done = 1, touched_at = '2001-01-01'")
    assert Export.objects.get().touched_at > timezone.now() - TEN_MINUTES / 2


def test_exports_are_ones_own_while_one_sees_the_dossier(cast: Cast, dossier: Dossier) -> None:
    guest, count = (
        guest_of(dossier, cast.dutch_officer, "view"),
        "SELECT count(*) FROM cases_export",
    )
    for person in (guest, cast.belgian_officer):
        made(dossier, person, state="working")
    DossierFactory(owner="NL")  # which the guest goes on seeing
    everything = "UPDATE cases_export SET done = 1"
    assert raw(guest, count) == [(1,)]
    assert raw(guest, everything) == 1  # without WHERE no policy for reading applies
    steps.end(cast.belgian_coordinator, Mandate.objects.get())
    assert raw(guest, count) == [(0,)]
    assert raw(guest, everything) == 0
    assert raw(cast.belgian_officer, count) == [(1,)]


@pytest.mark.parametrize(
    "wrong", [{"state": "'working'"}, {"done": "1"}, {"steps": "1"}, {"tries": "1"}]
)
def test_an_export_begins_at_its_beginning(
    cast: Cast, dossier: Dossier, wrong: dict[str, str]
) -> None:
    me = cast.belgian_officer
    values = {"dossier": dossier.pk, "me": me.pk}
    assert not refused(me, insert_export(), values)
    assert refused(me, insert_export(**wrong), values)


@pytest.mark.parametrize(
    ("code", "use", "lets"),
    [
        ("H1", "evidence", False), ("H1", "pass_on", True), ("H1", "work", True),
        ("H2", "evidence", True), ("H2", "pass_on", False), ("H2", "work", True),
        ("", "evidence", True), ("", "pass_on", True),
    ],
)  # fmt: skip
def test_handling_codes_bind_unless_headquarters_name_a_consent(
    cast: Cast, code: str, use: str, *, lets: bool
) -> None:
    dossier = DossierFactory(handler=cast.belgian_officer, handling_codes=[code] if code else [])
    DossierFactory(handler=cast.belgian_officer, handling_codes=["H1", "H2"])
    values, statement = {"dossier": dossier.pk}, insert_export(use=f"'{use}'")
    consented = insert_export(use=f"'{use}'", consent="'DEA, 3 March'")
    me, headquarters = cast.belgian_officer, cast.belgian_headquarters
    assert refused(me, statement, values | {"me": me.pk}) is not lets
    assert refused(me, consented, values | {"me": me.pk})
    assert not refused(headquarters, consented, values | {"me": headquarters.pk})


def test_what_goes_to_others_is_for_who_handles_or_oversees(cast: Cast, dossier: Dossier) -> None:
    colleague, values = cast.belgian_colleague, {"dossier": dossier.pk}
    for use, lets in (("work", True), ("evidence", False), ("pass_on", False)):
        statement = insert_export(use=f"'{use}'")
        assert refused(colleague, statement, values | {"me": colleague.pk}) is not lets


CLAIM = "SELECT export FROM cases_claim_export()"


def _long_ago(export: Export, **values: Any) -> None:
    then = timezone.now() - TEN_MINUTES
    Export.objects.filter(pk=export.pk).update(touched_at=then, **values)


def test_what_nobody_went_on_with_is_taken_up_three_times(cast: Cast, dossier: Dossier) -> None:
    me = cast.belgian_officer
    ready, given_up, again = (
        made(dossier, me, state=state) for state in ("ready", *["working"] * 2)
    )
    _long_ago(ready, tries=3)
    _long_ago(given_up, tries=3)
    _long_ago(again, tries=2)
    assert raw(None, CLAIM) == [(again.pk,)]
    assert raw(None, CLAIM) == []  # one at a time
    states = dict(Export.objects.values_list("pk", "state"))
    assert states == {ready.pk: "ready", given_up.pk: "failed", again.pk: "working"}


def test_the_oldest_that_waits_is_next_and_not_while_one_is_made(
    cast: Cast, dossier: Dossier
) -> None:
    me = cast.belgian_officer
    later, first = made(dossier, me), made(dossier, me)
    Export.objects.filter(pk=first.pk).update(at=timezone.now() - TEN_MINUTES)
    assert raw(None, CLAIM) == [(first.pk,)]
    assert raw(None, CLAIM) == []
    Export.objects.filter(pk=first.pk).update(state="failed")
    assert raw(None, CLAIM) == [(later.pk,)]


@pytest.mark.parametrize("state", ["waiting", "ready", "failed", "working"])
def test_only_what_is_being_made_is_given_up(cast: Cast, dossier: Dossier, state: str) -> None:
    export = made(dossier, cast.belgian_officer, state=state)
    (answer,) = as_owner("SELECT cases_give_up_export(%s)", [export.pk])
    assert answer == (export.file if state == "working" else None,)
    export.refresh_from_db()
    assert export.state == ("failed" if state == "working" else state)
