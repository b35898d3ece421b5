"""The list of all dossiers one may see."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import User
from cases import policy
from cases.forms.filters import DossierFilterForm, PlaceForm
from cases.forms.saved_views import written
from cases.selectors import filters, rows, saved_views, taking
from cases.selectors.filters import NAMES, NOTHING, ORDERS, Filters, Found
from cases.services import searches
from cases.views.asking import user_of
from cases.views.sorting import sorts
from lodesk.ui.links import answer, changed
from lodesk.ui.shapes import Choice, ChosenFilter, Page


@require_safe
def dossiers_page(request: HttpRequest) -> HttpResponse:
    """A page of the list; an unknown filter, order or place shows nothing."""
    user = user_of(request)
    form = DossierFilterForm(request.GET, desks=filters.desks(), handlers=filters.handlers(user))
    place = PlaceForm(request.GET)
    found = NOTHING
    if form.is_valid() and place.is_valid():
        asked = Filters(**{name: form.cleaned_data[name] for name in NAMES})
        sort = form.cleaned_data["sort"]
        found = filters.listed(user, asked, sort=sort, **place.cleaned_data)
        if asked.q:
            searches.record(by=user, words=asked.q)
    views = saved_views.of(user)
    view = saved_views.chosen(views, form.cleaned_data.get("view"))
    context = {
        "form": form,
        "chosen": _chosen(form, request.GET),
        "views": [
            Choice(each.name, saved_views.address(each), chosen=each == view) for each in views
        ],
        "view": view,
        "asked": written(form) if form.is_valid() and policy.may_keep_views(user) else "",
        "page": _page(request, found, _rows(form, found, user)),
        "newest_only": found.newest_only,
        "sorts": sorts(request.GET, by=ORDERS, standard="due"),
        "first_url": _first_url(request.GET),
        "clear_url": reverse("dossiers"),
    }
    return answer(request, "cases/dossiers.html", context, partial="list")


def _rows(form: DossierFilterForm, found: Found, user: User) -> list[rows.Row]:
    """The lines; among what nobody handles one can take what waits in one's own queue."""
    queue: frozenset[UUID] = frozenset()
    if form.cleaned_data.get("handler") == "nobody":
        queue = taking.takeable(user, [line.pk for line in found.page.rows])
    return rows.make(found.page.rows, user, queue=queue)


def _page(request: HttpRequest, found: Found, lines: list[rows.Row]) -> Page:
    after, before = str(found.page.next or ""), str(found.page.previous or "")
    return Page(
        rows=lines,
        next_url=changed(request.GET, after=after, before="") if after else "",
        previous_url=changed(request.GET, before=before, after="") if before else "",
        count=found.count,
        further=("previous" if request.GET.get("before") else "next") if found.further else "",
    )


def _first_url(query: QueryDict) -> str:
    further_on = "after" in query or "before" in query
    return changed(query, after="", before="") if further_on else ""


def _chosen(form: DossierFilterForm, query: QueryDict) -> list[ChosenFilter]:
    """What is chosen, in words, each with the list without it."""
    return [
        ChosenFilter(
            label=label,
            value=value,
            url=changed(query, **{name: "", "after": "", "before": ""}),
        )
        for name, label, value in form.words_of(query)
    ]
