"""Every request runs as the person who signed in, from the first query on."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from lodesk.border.context import acting_as


class ActingMiddleware:
    """Open the transaction, say who is asking, and only then let the view run."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting_as(_person_of(request)):
            return self.get_response(request)


def _person_of(request: HttpRequest) -> int | None:
    # The session is signed; whether the account is still open and this session still good is
    # decided by lodesk_enter and by Django's own session check, which run inside.
    value = request.session.get(SESSION_KEY)
    return int(value) if value is not None else None
