"""One's own account."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from accounts.forms import ProfileForm
from accounts.models import Certificate, Headquarters, Posting, Role, User
from accounts.models.people import Service
from accounts.services import change_profile
from lodesk.ui.shapes import Fact


@dataclass(frozen=True)
class PostingLine:
    """A posting valid now."""

    role: str
    place: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class CertificateLine:
    """A training in a country's rules."""

    rules_of: str
    issued_on: date
    valid_until: date
    valid: bool


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show the account; change language and time zone."""
    user = cast("User", request.user)
    initial = {"language": user.language, "time_zone": user.time_zone}
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_valid():
        change_profile(by=user, **form.cleaned_data)
        with override(user.language):
            messages.info(request, _("Saved."))
        return redirect("profile")
    context = {
        "form": form,
        "facts": _facts(user),
        "postings": _postings(user),
        "certificates": _certificates(user),
    }
    return render(request, "accounts/profile.html", context)


def _facts(user: User) -> list[Fact]:
    return [
        Fact(_("Name"), user.name),
        Fact(_("Country"), str(user.get_country_display())),
        Fact(_("Service"), str(Service(user.service).label)),
        Fact(_("E-mail"), user.email),
    ]


def _postings(user: User) -> list[PostingLine]:
    own = Posting.objects.valid_now().filter(person_id=user.pk).select_related("desk")
    home = str(Headquarters.objects.get(country=user.country))
    return [
        PostingLine(
            role=str(Role(posting.role).label),
            place=posting.desk.city if posting.desk else home,
            since=posting.starts_at,
            until=posting.ends_at,
        )
        for posting in own.order_by("starts_at", "pk")
    ]


def _certificates(user: User) -> list[CertificateLine]:
    today = timezone.localdate()
    return [
        CertificateLine(
            rules_of=each.rules_of,
            issued_on=each.issued_on,
            valid_until=each.valid_until,
            valid=each.issued_on <= today <= each.valid_until,
        )
        for each in Certificate.objects.filter(person_id=user.pk).order_by("rules_of", "pk")
    ]
