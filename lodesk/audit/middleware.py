"""Refusals are logged after the view: inside it they would roll back with it."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse

from lodesk.audit.origin import coming_from
from lodesk.audit.services import OWN_CHAIN, log, without_references

logger = logging.getLogger(__name__)

ACTIONS = {
    HTTPStatus.FORBIDDEN: "access.refused",
    HTTPStatus.NOT_FOUND: "access.not_found",
}
LONGEST_PATH = 200


class RefusalsMiddleware:
    """Say where requests come from, and log answers 403 and 404 once the view is over.

    Stands inside ActingMiddleware, whose transaction the row is written in, and outside the view,
    whose savepoint is rolled back by then.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with coming_from(request):
            response = self.get_response(request)
            if response.status_code in ACTIONS:
                _keep(request, response.status_code)
        return response


def _keep(request: HttpRequest, status: int) -> None:
    """Write the refusal. The answer goes out even when that fails: it tells nothing either way."""
    if connection.needs_rollback:
        logger.error("a refusal (%s) could not be logged: the transaction is broken", status)
        return
    try:
        with transaction.atomic():
            _log_refusal(request, status)
    except DatabaseError:
        logger.exception("a refusal (%s) could not be logged", status)


def _log_refusal(request: HttpRequest, status: int) -> None:
    person = _person()
    if person is None and status == HTTPStatus.NOT_FOUND:
        return  # robots ask for thousands of pages that do not exist
    page = request.resolver_match.view_name if request.resolver_match else ""
    log(
        by=person,
        action=ACTIONS[HTTPStatus(status)],
        chain=OWN_CHAIN,
        facts={"method": request.method, "page": page},
        personal=_path(request, status),
    )


def _path(request: HttpRequest, status: int) -> str:
    """Where to; people type names into addresses, too.

    Not for what exists and was refused, and without references of other countries: the own
    auditor would learn from it what another country has (product.md section 7).
    """
    if status == HTTPStatus.FORBIDDEN:
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lodesk_country()")
        (country,) = cursor.fetchone()
    return without_references(_printable(request.path), keep=country or "")


def _person() -> int | None:
    """Who acts, as the database sees it: nobody, when the account was closed meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lodesk_me()")
        (person,) = cursor.fetchone()
    return int(person) if person is not None else None


def _printable(path: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in path)[:LONGEST_PATH]
