"""A posting that ends while work is held is told of in time (product.md section 2, number 6)."""

import pytest

from accounts.models import Posting, User
from accounts.zones import zones_of
from cases.models import Dossier
from lodesk.alerts.models import Alert
from lodesk.alerts.wording import wording_of
from tests import steps
from tests.factories import (
    Cast,
    DossierFactory,
    MandateFactory,
    add_posting,
    as_person,
    raw,
    refused,
)
from tests.steps import in_

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossiers(cast: Cast) -> list[Dossier]:
    """An open one, a confined one and one of the Netherlands, all with the Belgian officer."""
    me = cast.belgian_officer
    MandateFactory(owner="NL", desk="BOG", receiver=me)
    return [
        DossierFactory(handler=me),
        DossierFactory(handler=me, confined=True),
        DossierFactory(handler=me, owner="NL"),
    ]


def ends(person: User, **span: int) -> None:
    """Let the posting of somebody end in a while."""
    Posting.objects.filter(person=person.pk).update(ends_at=in_(**span))


def told(person: User) -> list[int]:
    """Of how many dossiers somebody was told, each time."""
    found = Alert.objects.filter(event="posting.ends", recipient=person.pk)
    return [each.facts["dossiers"] for each in found.order_by("created_at")]


def test_who_leaves_and_the_head_of_desk_are_told_what_each_sees(
    cast: Cast, dossiers: list[Dossier]
) -> None:
    ends(cast.belgian_officer, days=13)
    assert steps.tell_of_leaving() == 1
    assert told(cast.belgian_officer) == [3]
    assert told(cast.belgian_head) == [1]
    assert Alert.objects.count() == 2


def test_each_moment_is_told_once(cast: Cast, dossiers: list[Dossier]) -> None:
    ends(cast.belgian_officer, days=13)
    for _time in range(2):
        steps.tell_of_leaving()
    assert told(cast.belgian_officer) == [3]
    ends(cast.belgian_officer, days=2)
    for _time in range(2):
        steps.tell_of_leaving()
    assert told(cast.belgian_officer) == [3, 3]


@pytest.mark.parametrize("days", [15, -1])
def test_what_ends_later_or_has_ended_is_not_told_of(
    cast: Cast, dossiers: list[Dossier], days: int
) -> None:
    ends(cast.belgian_officer, days=days)
    assert steps.tell_of_leaving() == 0


def test_who_holds_nothing_or_stays_does_not_leave(cast: Cast) -> None:
    me, you = cast.belgian_officer, cast.belgian_colleague
    DossierFactory(handler=me, status="closed", result="done")
    DossierFactory(handler=me, desk="BSB")
    DossierFactory(handler=you)
    for person in (me, you):
        ends(person, days=9)
    add_posting(cast, you, "officer", "BOG", starts_at=in_(days=8), ends_at=in_(days=400))
    assert steps.tell_of_leaving() == 0
    Posting.objects.filter(person=you.pk, ends_at__gt=in_(days=10)).update(starts_at=in_(days=10))
    assert steps.tell_of_leaving() == 1


def test_whose_account_is_closed_or_posting_begins_later_is_not_told(cast: Cast) -> None:
    for person in (cast.belgian_closed, cast.belgian_newcomer):
        DossierFactory(handler=person)
        ends(person, days=9)
    assert steps.tell_of_leaving() == 0


def test_the_mail_has_numbers_and_a_day_only(cast: Cast, dossiers: list[Dossier]) -> None:
    me = cast.belgian_officer
    ends(me, days=13)
    steps.tell_of_leaving()
    alert = Alert.objects.get(recipient=me.pk)
    assert (alert.reference, alert.owner, alert.path) == ("BE-BOG", "BE", "/rotations/new")
    with as_person(me):
        words = wording_of(alert, zones_of(me))
    assert words.subject.endswith("3 dossiers are still held")
    assert raw(me, "SELECT id FROM alerts_alert") == [(alert.pk,)]


def test_nobody_asks_who_leaves(cast: Cast, dossiers: list[Dossier]) -> None:
    ends(cast.belgian_officer, days=13)
    assert refused(cast.belgian_administrator, "SELECT count(*) FROM cases_leaving()")
