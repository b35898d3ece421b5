"""Who was told of a dossier, condition by condition, by raw SQL.

The function runs as its owner: what it leaves out of sight no policy would hide again.
"""

from typing import Any

import pytest
from django.contrib.postgres.functions import TransactionNow

from accounts.models import User
from cases.models import Dossier, Mandate
from lodesk.alerts.models import Alert, Delivery
from tests.factories import (
    AlertFactory,
    Cast,
    DossierFactory,
    MandateFactory,
    grant,
    raw,
    without_rules,
)

pytestmark = pytest.mark.django_db
TOLD = ("belgian_officer", "belgian_elsewhere", "dutch_colleague", "dutch_officer",
        "luxembourg_headquarters")  # fmt: skip


@pytest.fixture
def mandate(cast: Cast, dossier: Dossier) -> Mandate:
    """Of five who were told, the Dutch colleague alone sees it across the border."""
    mandate: Mandate = MandateFactory(dossier=dossier, receiver=cast.dutch_colleague, level="view")
    grant(dossier, cast.dutch_colleague, "view", mandate)
    for name in TOLD:
        AlertFactory(dossier=dossier, recipient=getattr(cast, name))
    return mandate


def told(cast: Cast, reader: User | None, dossier: Dossier) -> set[str]:
    """Whom a reader finds to have been told."""
    people = {getattr(cast, name).pk: name for name in TOLD}
    rows = raw(reader, "SELECT person FROM cases_told_of(%s)", [dossier.pk])
    return {people[person] for (person,) in rows}


@pytest.mark.parametrize("reader", ["belgian_officer", "belgian_colleague", "belgian_headquarters"])
def test_the_owners_people_see_the_owners_people_and_who_has_a_mandate(
    cast: Cast, dossier: Dossier, mandate: Mandate, reader: str
) -> None:
    found = told(cast, getattr(cast, reader), dossier)
    assert found == {"belgian_officer", "belgian_elsewhere", "dutch_colleague"}


def test_of_another_country_one_sees_what_went_to_oneself(
    cast: Cast, dossier: Dossier, mandate: Mandate
) -> None:
    assert told(cast, cast.dutch_colleague, dossier) == {"dutch_colleague"}


@pytest.mark.parametrize(
    "reader",
    ["belgian_elsewhere", "dutch_officer", "luxembourg_headquarters", "belgian_auditor",
     "belgian_administrator", "belgian_leaver", "belgian_closed"],
)  # fmt: skip
def test_who_does_not_see_the_dossier_sees_not_even_what_he_was_told(
    cast: Cast, dossier: Dossier, mandate: Mandate, reader: str
) -> None:
    assert told(cast, getattr(cast, reader), dossier) == set()
    assert told(cast, None, dossier) == set()


def test_with_its_mandate_the_other_country_is_gone(
    cast: Cast, dossier: Dossier, mandate: Mandate
) -> None:
    with without_rules("cases_mandate"):  # by its date alone: the grant is still there
        Mandate.objects.filter(pk=mandate.pk).update(ends_at=TransactionNow())
    assert told(cast, cast.dutch_colleague, dossier) == set()
    assert told(cast, cast.belgian_officer, dossier) == {"belgian_officer", "belgian_elsewhere"}


def test_one_dossier_tells_nothing_of_another(
    cast: Cast, dossier: Dossier, mandate: Mandate
) -> None:
    other = DossierFactory(handler=cast.belgian_officer)
    assert told(cast, cast.belgian_officer, other) == set()


@pytest.mark.parametrize(
    ("line", "read", "state"),
    [
        ("pending", False, "pending"),
        ("sent", False, "sent"),
        ("deferred", False, "deferred"),
        ("failed", False, "failed"),
        ("dropped", False, "dropped"),
        ("sent", True, "read"),
        ("failed", True, "read"),
        ("", False, "inbox"),
        ("", True, "read"),
    ],
)
def test_what_was_read_is_read_however_its_mail_went(
    cast: Cast,
    dossier: Dossier,
    line: str,
    read: bool,
    state: str,
) -> None:
    alert: Any = AlertFactory(dossier=dossier, recipient=cast.belgian_officer)
    lines = Delivery.objects.filter(alert=alert)
    if line:
        lines.update(state=line)
    else:
        lines.delete()
    if read:
        Alert.objects.filter(pk=alert.pk).update(read_at=TransactionNow())
    rows = raw(cast.belgian_officer, "SELECT state FROM cases_told_of(%s)", [dossier.pk])
    assert rows == [(state,)]


@pytest.mark.parametrize("line", ["pending", "sent", "deferred", "failed", "dropped", ""])
def test_how_the_mail_of_another_country_goes_is_not_said(
    cast: Cast, dossier: Dossier, mandate: Mandate, line: str
) -> None:
    lines = Delivery.objects.filter(alert__recipient=cast.dutch_colleague.pk)
    if line:
        lines.update(state=line)
    else:
        lines.delete()
    question = "SELECT state FROM cases_told_of(%s) WHERE person = %s"
    asked = [dossier.pk, cast.dutch_colleague.pk]
    assert raw(cast.belgian_officer, question, asked) == [("told",)]
    assert raw(cast.dutch_colleague, question, asked) == [(line or "inbox",)]
    Alert.objects.filter(recipient=cast.dutch_colleague.pk).update(read_at=TransactionNow())
    assert raw(cast.belgian_officer, question, asked) == [("read",)]
