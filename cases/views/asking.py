"""Who asks, and for which dossier: the first lines of every page."""

from typing import cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.zones import Zones
from cases.models import Dossier

RELATED = ("desk", "handler", "opened_by")


def user_of(request: HttpRequest) -> User:
    """The person who signed in; the middleware has sent everybody else away."""
    return cast("User", request.user)


def zones_of(request: HttpRequest) -> Zones:
    """The clocks of the person, set by the middleware."""
    return cast("Zones", request.zones)  # type: ignore[attr-defined]


def dossier_of(request: HttpRequest, reference: str) -> Dossier:
    """The dossier, or 404 when it does not exist for this person. It needs no more."""
    visible = Dossier.objects.visible_to(user_of(request)).select_related(*RELATED)
    return get_object_or_404(visible, reference=reference)
