"""Who was refused, and who asked for what is not there, stands in the log of the own country."""

import logging
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.test import Client, RequestFactory

from accounts.models import User
from lodesk.audit.middleware import RefusalsMiddleware
from lodesk.audit.models import LogRow
from lodesk.border.context import acting_as

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def _pages(settings, db) -> None:
    settings.ROOT_URLCONF = "tests.audit.pages"


def browser(person: User | None = None) -> Client:
    client = Client(headers={"user-agent": WINDOWS})
    if person is not None:
        client.force_login(person, backend="accounts.backends.EmailBackend")
    return client


def the_row() -> LogRow:
    return LogRow.objects.get()


def test_a_refusal_outlives_what_the_view_rolled_back(dutch_officer):
    response = browser(dutch_officer).get("/refused/BE-BOG-2026-00042?q=secret")
    assert response.status_code == 403
    row = the_row()  # the view's own row is gone with its savepoint
    assert (row.chain, row.actor, row.action) == ("NL", dutch_officer.pk, "access.refused")
    assert row.facts == {"method": "GET", "page": "refused"}
    assert row.personal == ""  # that it exists is another country's matter
    assert (row.ip, row.agent) == ("127.0.0.1", "Firefox 140, Windows")
    assert row.reference == ""


def test_what_is_not_there_is_logged(belgian_officer):
    assert browser(belgian_officer).post("/missing/x").status_code == 404
    assert browser(belgian_officer).get("/no/such/page").status_code == 404
    first, second = LogRow.objects.order_by("at")
    assert (first.chain, first.action, first.facts["method"]) == ("BE", "access.not_found", "POST")
    assert (second.personal, second.facts["page"]) == ("/no/such/page", "")


def test_a_row_is_the_same_for_what_is_hidden_and_what_does_not_exist(dutch_officer):
    """The log of the own country must not tell what the page does not."""
    client = browser(dutch_officer)
    client.get("/missing/BE-BOG-2026-00042")
    client.get("/missing/BE-BOG-2026-99999")
    kept = LogRow.objects.order_by("at").values("chain", "action", "facts", "reference", "target")
    first, second = kept
    assert first == second


def test_robots_do_not_fill_the_log_but_refusals_of_strangers_are_kept():
    browser().get("/missing/x")
    browser().get("/wp-login.php")
    assert not LogRow.objects.exists()
    browser().get("/refused/x")
    row = the_row()
    assert (row.chain, row.actor, row.action) == ("OPS", None, "access.refused")


def test_a_forged_form_is_kept():
    client = Client(enforce_csrf_checks=True)
    assert client.post("/closed").status_code == 403
    assert the_row().action == "access.refused"


def test_being_sent_to_sign_in_is_no_refusal():
    assert browser().get("/closed").status_code == 302
    assert not LogRow.objects.exists()


def test_somebody_without_a_posting_is_of_the_own_country(belgian_leaver):
    browser(belgian_leaver).get("/refused/x")
    assert the_row().chain == "BE"


def test_a_closed_account_is_nobody(belgian_officer):
    client = browser(belgian_officer)
    User.objects.filter(pk=belgian_officer.pk).update(is_active=False)
    client.get("/refused/x")
    row = the_row()
    assert (row.chain, row.actor) == ("OPS", None)


def test_an_ordinary_page_is_not_logged_by_the_middleware(belgian_officer):
    assert browser(belgian_officer).get("/seen").status_code == 200
    row = the_row()
    assert (row.action, row.ip, row.agent) == (
        "dossier.viewed",
        "127.0.0.1",
        "Firefox 140, Windows",
    )


def test_odd_bytes_in_an_address_do_no_harm(belgian_officer):
    long = "x" * 900
    assert browser(belgian_officer).get(f"/missing/a%00b%0A{long}").status_code == 404
    assert the_row().personal == f"/missing/a?b?{long}"[:200]


@pytest.fixture
def complaints(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.ERROR, logger="lodesk.audit"):
        logging.getLogger("lodesk").addHandler(caplog.handler)
        yield caplog
        logging.getLogger("lodesk").removeHandler(caplog.handler)


def refused_after(statement: str) -> int:
    """Answer 403 behind the middleware, after something inside it has run a statement."""

    def answer(_request: HttpRequest) -> HttpResponse:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement)
        return HttpResponseForbidden()

    return RefusalsMiddleware(answer)(RequestFactory().get("/")).status_code


def test_a_transaction_that_failed_does_not_break_the_answer(complaints):
    with transaction.atomic():
        assert refused_after("SELECT 1 / 0") == 403
        transaction.set_rollback(True)
    assert "could not be logged" in complaints.text


def test_a_transaction_that_will_be_rolled_back_does_not_break_the_answer(complaints):
    with transaction.atomic():
        transaction.set_rollback(True)
        assert refused_after("SELECT 1") == 403
    assert "the transaction is broken" in complaints.text


def test_a_row_that_cannot_be_written_leaves_the_transaction_usable(belgian_officer, complaints):
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_logrow FROM lodesk_app")
    with acting_as(belgian_officer.pk):
        assert refused_after("SELECT 1") == 403
        assert User.objects.filter(pk=belgian_officer.pk).exists()
    assert "could not be logged" in complaints.text
