"""The inbox and its bell, marking as read, how one is told by mail, and whose mail fails."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.models import Posting, Role, User
from accounts.zones import Zones
from lodesk.alerts import failures, preferences, selectors, services
from lodesk.alerts.forms import MailPreferenceForm
from lodesk.alerts.models import Alert
from lodesk.alerts.selectors import AlertRow, InboxPage


@dataclass(frozen=True)
class Page:
    """What the page template needs of a list."""

    rows: list[AlertRow]
    next_url: str
    previous_url: str
    count: str = ""


class PlaceForm(forms.Form):
    """Where in the inbox one is."""

    older_than = forms.UUIDField(required=False)
    newer_than = forms.UUIDField(required=False)


class ReadForm(forms.Form):
    """Which alert was read; all of them without one."""

    alert = forms.UUIDField(required=False)


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """A person's own alerts, newest first."""
    user = cast("User", request.user)
    place = PlaceForm(request.GET)
    if not place.is_valid():
        raise Http404
    newer = place.cleaned_data["newer_than"]
    found = selectors.inbox(
        user=user,
        zones=cast("Zones", request.zones),  # type: ignore[attr-defined]
        start=newer or place.cleaned_data["older_than"],
        way="newer" if newer else "older",
    )
    context = {"page": _page(found), "unread": selectors.unread_count(user=user, cap=999)}
    return render(request, "alerts/inbox.html", context)


@require_POST
def alerts_read(request: HttpRequest) -> HttpResponse:
    """Mark one alert as read, or all of them."""
    user = cast("User", request.user)
    form = ReadForm(request.POST)
    if not form.is_valid():
        raise Http404
    alert = form.cleaned_data["alert"]
    if alert is None:
        services.mark_all_read(by=user)
    else:
        get_object_or_404(Alert.objects.visible_to(user), pk=alert)
        services.mark_read(by=user, alert=alert)
    return redirect("inbox")


@require_safe
def alerts_unread(request: HttpRequest) -> HttpResponse:
    """The bell, for a page that has been open for a while; nothing (304) when it says so already.

    Nobody clicked for it: it keeps no session alive.
    """
    request.session.at_rest = True  # type: ignore[attr-defined]  # (lodesk.border.sessions)
    unread = selectors.unread_count(user=cast("User", request.user))
    tag = quote_etag(str(unread))
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = render(request, "components/bell.html", {"unread": unread})
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def mail_preferences(request: HttpRequest) -> HttpResponse:
    """How one is told by mail of what need not be told at once, and when not at all."""
    user = cast("User", request.user)
    form = MailPreferenceForm(request.POST or None, initial=preferences.values_of(user))
    if form.is_valid():
        preferences.change(by=user, **form.cleaned_data)
        messages.info(request, _("Saved."))
        return redirect("mail_preferences")
    zones = cast("Zones", request.zones)  # type: ignore[attr-defined]
    context = {"form": form, "place": preferences.place_of(user) or zones.home.label}
    return render(request, "alerts/preferences.html", context)


@require_safe
def mail_failures(request: HttpRequest) -> HttpResponse:
    """Whose mail fails for good, for who can put the address right."""
    country = _country_administered_by(cast("User", request.user))
    context = {"country": country, "rows": failures.failing(country)}
    return render(request, "alerts/failures.html", context)


def _country_administered_by(user: User) -> str:
    postings = Posting.objects.valid_now().filter(person=user.pk, role=Role.PEOPLE_ADMINISTRATOR)
    posting = postings.first()
    if posting is None:
        raise PermissionDenied(_("Only the people administrator of a country sees this."))
    return posting.country


def _page(found: InboxPage) -> Page:
    return Page(
        rows=list(found.rows),
        next_url=_url("older_than", found.older_than),
        previous_url=_url("newer_than", found.newer_than),
    )


def _url(name: str, alert: UUID | None) -> str:
    return f"{reverse('inbox')}?{urlencode({name: str(alert)})}" if alert else ""
