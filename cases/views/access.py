"""Who can see a dossier, why, since and until when; and who could at another moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.forms.access import MomentForm
from cases.models import Dossier
from cases.selectors import access, handovers, heads, mandate_views, who_can_see
from cases.selectors.access import Access, Holder
from cases.selectors.mandate_views import MandateView
from cases.views.asking import dossier_of, user_of, zones_of
from lodesk.ui import times
from lodesk.ui.axis import TimeAxis
from lodesk.ui.shapes import Choice

A_MOMENT = timedelta(seconds=5)


@require_safe
def who_can_see_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The page of the moment asked for; of now when it cannot be read."""
    dossier, now = dossier_of(request, reference), timezone.now()
    form = MomentForm(request.GET if request.GET.get("at") else None, initial={"at": now})
    at = (form.cleaned_data["at"] if form.is_valid() else None) or now
    found = access.access(dossier, user_of(request), at=at)
    count = who_can_see.reached(found)
    context = {
        "head": heads.head(dossier),
        "back_url": reverse("dossier", args=[reference]),
        "at": at,
        "now": now,
        "past": at < now - A_MOMENT,
        "sentence": who_can_see.sentence(dossier, found, count),
        "form": form,
        "shortcuts": _shortcuts(dossier, found),
        "countries": who_can_see.countries(dossier, found, count),
        "ended": who_can_see.ended(dossier, found),
        "axis": _axis(found, at),
        "mandates": _mandates(request, found),
        "looks": who_can_see.looks(dossier),
    }
    return render(request, "cases/who_can_see.html", context)


def _shortcuts(dossier: Dossier, found: Access) -> list[Choice]:
    opened = dossier.opened_at + timedelta(seconds=1)
    moments = [(_("on opening, %(date)s"), opened)]
    handed = handovers.last_accepted(dossier)
    if handed is not None and handed.answered_at is not None:
        moments.append(
            (_("before the handover, %(date)s"), handed.answered_at - timedelta(seconds=1))
        )
    ends = [each.until for each in found.holders if each.until]
    if ends:
        moments.append((_("on %(date)s, as planned"), max(ends) + timedelta(days=1)))
    return [_shortcut(dossier, label, moment) for label, moment in moments]


def _shortcut(dossier: Dossier, label: str, moment: datetime) -> Choice:
    local = timezone.localtime(moment)
    url = reverse("who_can_see", args=[dossier.reference])
    at = local.replace(tzinfo=None).isoformat(timespec="seconds")
    return Choice(label % {"date": _date(local)}, f"{url}?{urlencode({'at': at})}")


def _date(local: datetime) -> str:
    this_year = local.year == timezone.localtime().year
    return times.short_date(local) if this_year else times.full_date(local)


def _axis(found: Access, at: datetime) -> TimeAxis:
    lines: Sequence[Holder] = [*found.holders, *found.ended]
    return TimeAxis.around(
        now=at,
        since=[line.since for line in lines],
        until=[line.until for line in lines],
    )


def _mandates(request: HttpRequest, found: Access) -> list[MandateView]:
    """The mandates named in the rows, each once."""
    named = {line.mandate.pk: line.mandate for line in found.holders if line.mandate}
    zones = zones_of(request)
    return [mandate_views.mandate_view(mandate, zones) for mandate in named.values()]
