"""The list of all dossiers one may see."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from cases.forms.filters import DossierFilterForm, PlaceForm
from cases.selectors import dossiers, rows
from cases.selectors.dossiers import ORDERS, Filters
from cases.selectors.rows import Line
from cases.views.asking import user_of
from cases.views.sorting import sorts
from lodesk.ui.keyset import Slice
from lodesk.ui.links import answer, changed
from lodesk.ui.shapes import Page

FILTERS = ("owner", "status", "desk", "handler", "scope")


@require_safe
def dossiers_page(request: HttpRequest) -> HttpResponse:
    """A page of the list; an unknown filter, order or place shows nothing."""
    user = user_of(request)
    form = DossierFilterForm(request.GET, desks=dossiers.desks(), handlers=dossiers.handlers(user))
    place = PlaceForm(request.GET)
    found: Slice[Line] = Slice([])
    count = ""
    if form.is_valid() and place.is_valid():
        filters = Filters(**{name: form.cleaned_data[name] for name in FILTERS})
        sort = form.cleaned_data["sort"]
        found = dossiers.listed(user, filters, sort=sort, **place.cleaned_data)
        count = dossiers.how_many(user, filters)
    context = {
        "form": form,
        "page": _page(request, found, rows.make(found.rows, user), count),
        "sorts": sorts(request.GET, by=ORDERS, standard="due"),
        "filtered": any(request.GET.get(name) for name in FILTERS),
        "clear_url": reverse("dossiers"),
    }
    return answer(request, "cases/dossiers.html", context, partial="list")


def _page(request: HttpRequest, found: Slice[Line], lines: list[rows.Row], count: str) -> Page:
    after, before = str(found.next or ""), str(found.previous or "")
    return Page(
        rows=lines,
        next_url=changed(request.GET, after=after, before="") if after else "",
        previous_url=changed(request.GET, before=before, after="") if before else "",
        count=count,
    )
