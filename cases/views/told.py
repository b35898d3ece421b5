"""Who was told of a dossier, and what became of the mail."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cases.forms.filters import PlaceForm
from cases.selectors import heads
from cases.selectors.told import told_of
from cases.views.asking import dossier_of, user_of
from lodesk.ui.links import changed
from lodesk.ui.shapes import Page


@require_safe
def told_page(request: HttpRequest, reference: str) -> HttpResponse:
    """A page of those who were told; of another country's readers, what went to oneself."""
    dossier, user = dossier_of(request, reference), user_of(request)
    place = PlaceForm(request.GET)
    if not place.is_valid():
        raise Http404
    found = told_of(dossier, user, **place.cleaned_data)
    after, before = str(found.next or ""), str(found.previous or "")
    context = {
        "head": heads.head(dossier),
        "back_url": reverse("dossier", args=[reference]),
        "own": user.country == dossier.owner,
        "page": Page(
            rows=found.rows,
            next_url=changed(request.GET, after=after, before="") if after else "",
            previous_url=changed(request.GET, before=before, after="") if before else "",
        ),
    }
    return render(request, "cases/told.html", context)
