"""The reader's language and time zone, from the account or, before sign-in, from the browser."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.models import User
from accounts.zones import ANONYMOUS_ZONE, zones_of


class PreferencesMiddleware:
    """Activate language and zone for the request, and put the old ones back after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if isinstance(user, User) else _language_of_browser(request)
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(_zone(request, user)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _zone(request: HttpRequest, user: object) -> ZoneInfo:
    if not isinstance(user, User):
        return ANONYMOUS_ZONE
    request.zones = zones_of(user)  # type: ignore[attr-defined]  # named in the active language
    zone: ZoneInfo = request.zones.here.tz  # type: ignore[attr-defined]
    return zone


def _language_of_browser(request: HttpRequest) -> str:
    return translation.get_language_from_request(request)
