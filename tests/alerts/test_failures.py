"""Whose mail fails for good: the people administrator sees it of the own country, and no more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from cases.models import Dossier
from lodesk.alerts.models import Delivery
from lodesk.alerts.sending import send_due
from lodesk.embedded.mail import MailCatcher
from tests.alerts.people import Three
from tests.browsers import HouseClient
from tests.factories import AlertFactory, Cast, raw
from tests.pages import text_of

Browse = Callable[..., HouseClient]
Tell = Callable[..., None]
REFUSED = "SMTPRecipientsRefused 550"
FAILURES = "SELECT person, kind, failures FROM alerts_failures() ORDER BY 1, 2"


@pytest.fixture
def failed(dossier: Dossier) -> Callable[..., Delivery]:
    """A mail that failed some hours ago."""

    def made(person: User, *, hours: int = 1, kind: str = REFUSED, **changes: Any) -> Delivery:
        line: Delivery = Delivery.objects.get(alert=AlertFactory(dossier=dossier, recipient=person))
        values = {
            "state": "failed",
            "failed_at": timezone.now() - timedelta(hours=hours),
            "last_error": kind,
        } | changes
        Delivery.objects.filter(pk=line.pk).update(**values)
        return line

    return made


def test_a_refused_address_is_there_at_once_with_no_word_of_the_dossier(
    cast: Cast, client_of: Browse, tell: Tell, catcher: MailCatcher, people: Three, dossier: Dossier
) -> None:
    client = client_of(cast.belgian_administrator)
    assert client.get("/alerts/failed").context["rows"] == []
    tell(to=[people.chris.pk])
    catcher.refuse(on=True, code=550)
    send_due()
    page = client.get("/alerts/failed")
    (row,) = page.context["rows"]
    assert (row.person, row.failures) == (people.chris.name, 1)
    assert row.kind == "The mail server refuses the address (550)."
    assert dossier.reference not in text_of(page)
    assert "ffered" not in text_of(page)
    assert people.chris.email not in text_of(page)


def test_failures_of_one_kind_are_counted_since_the_first(
    cast: Cast, client_of: Browse, failed: Callable[..., Delivery]
) -> None:
    for hours in (5, 3):
        failed(cast.belgian_officer, hours=hours)
    failed(cast.belgian_officer, hours=2, kind="SMTPDataError 451")
    failed(cast.belgian_colleague, hours=9, kind="ConnectionRefusedError")
    rows = client_of(cast.belgian_administrator).get("/alerts/failed").context["rows"]
    assert [(row.person, row.failures, row.kind) for row in rows] == [
        (cast.belgian_colleague.name, 1, "The mail could not be handed over for a day."),
        (cast.belgian_officer.name, 2, "The mail server refuses the address (550)."),
        (cast.belgian_officer.name, 1, "The mail server did not take the mail for a day."),
    ]
    assert timedelta(hours=4) < timezone.now() - rows[1].since < timedelta(hours=6)


def test_a_mail_that_arrived_ends_the_story(cast: Cast, failed: Callable[..., Delivery]) -> None:
    failed(cast.belgian_officer, hours=3)
    sent = failed(cast.belgian_officer, state="sent", failed_at=None, last_error="")
    for hours, found in ((4, 1), (2, 0)):
        moment = timezone.now() - timedelta(hours=hours)
        Delivery.objects.filter(pk=sent.pk).update(sent_at=moment)
        assert len(raw(cast.belgian_administrator, FAILURES)) == found


def test_a_mail_that_arrived_at_somebody_else_ends_nothing(
    cast: Cast, failed: Callable[..., Delivery]
) -> None:
    failed(cast.belgian_officer, hours=3)
    failed(cast.belgian_colleague, state="sent", failed_at=None, sent_at=timezone.now())
    assert raw(cast.belgian_administrator, FAILURES) == [(cast.belgian_officer.pk, REFUSED, 1)]


@pytest.mark.parametrize("state", ["pending", "deferred", "sent", "dropped"])
def test_what_has_not_failed_for_good_is_not_there(
    cast: Cast, failed: Callable[..., Delivery], state: str
) -> None:
    failed(cast.belgian_officer, state=state)
    assert raw(cast.belgian_administrator, FAILURES) == []


def test_mail_that_failed_before_it_was_kept_when_is_not_there(
    cast: Cast, failed: Callable[..., Delivery]
) -> None:
    failed(cast.belgian_officer, failed_at=None)
    assert raw(cast.belgian_administrator, FAILURES) == []


def test_a_closed_account_is_not_there(cast: Cast, failed: Callable[..., Delivery]) -> None:
    failed(cast.belgian_closed)
    assert raw(cast.belgian_administrator, FAILURES) == []


def test_only_the_administrator_of_the_country_reads_them(
    cast: Cast, failed: Callable[..., Delivery]
) -> None:
    failed(cast.belgian_officer)
    failed(cast.dutch_officer)
    assert raw(cast.belgian_administrator, FAILURES) == [(cast.belgian_officer.pk, REFUSED, 1)]
    assert raw(cast.dutch_administrator, FAILURES) == [(cast.dutch_officer.pk, REFUSED, 1)]
    for name in ("belgian_officer", "belgian_head", "belgian_headquarters", "belgian_coordinator",
                 "belgian_auditor", "belgian_leaver"):  # fmt: skip
        assert raw(getattr(cast, name), FAILURES) == [], name
    assert raw(None, FAILURES) == []


def test_the_first_wall_alone_shows_only_the_own_country(
    cast: Cast, client_of: Browse, failed: Callable[..., Delivery]
) -> None:
    failed(cast.belgian_officer)
    failed(cast.dutch_officer)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION alerts_failures() RETURNS TABLE (person integer,"
            " kind varchar, since timestamptz, failures bigint) LANGUAGE sql STABLE SECURITY"
            " DEFINER SET search_path = pg_catalog, public AS $$ SELECT a.recipient_id,"
            " d.last_error, d.failed_at, 1::bigint FROM alerts_delivery d JOIN alerts_alert a"
            " ON a.id = d.alert_id WHERE d.state = 'failed' $$"
        )
    rows = client_of(cast.belgian_administrator).get("/alerts/failed").context["rows"]
    assert [row.person for row in rows] == [cast.belgian_officer.name]
