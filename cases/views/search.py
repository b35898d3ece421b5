"""Search."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.models import User
from cases.forms.search import SearchForm
from cases.models import Dossier
from cases.selectors import rows, search
from cases.selectors.rows import Line
from cases.services import searches
from cases.views.asking import user_of
from lodesk.ui.links import answer


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Dossiers by words; a reference or a number of one dossier leads straight to it."""
    user = user_of(request)
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    exact = _exact(user, words, every="all" in request.GET)
    if exact is not None:
        return redirect("dossier", exact.reference)
    too_short = 0 < len(words) < search.SHORTEST
    found: list[Line] = []
    more = False
    if words and not too_short:
        found, more = search.by_words(user, words)
        searches.record(by=user, words=words)
    context = {
        "query": words,
        "results": rows.make(found, user),
        "more": more,
        "too_short": too_short,
    }
    return answer(request, "cases/search.html", context, partial="results")


def _exact(user: User, words: str, *, every: bool) -> Dossier | None:
    """The one dossier that is meant; with `every` a number leads to the list all the same."""
    reference = search.as_reference(words)
    exact = search.by_reference(user, reference) if reference else None
    if exact is None and not every:
        exact = search.by_number(user, words)
    if exact is not None:
        searches.record(by=user, words=words)
    return exact
