"""Addresses of the same page with something changed, and answers for htmx."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def changed(query: QueryDict, **changes: str) -> str:
    """Give the query with some parameters set, or left out where the value is empty."""
    copy = query.copy()
    for name, value in changes.items():
        if value:
            copy[name] = value
        else:
            copy.pop(name, None)
    return f"?{copy.urlencode()}"


def answer(request: HttpRequest, template: str, context: object, *, partial: str) -> HttpResponse:
    """Render the page, or only its named part when htmx asks for that."""
    htmx = request.htmx  # type: ignore[attr-defined]
    whole = not htmx or htmx.history_restore_request
    response = render(request, template if whole else f"{template}#{partial}", context)  # type: ignore[arg-type]
    patch_vary_headers(response, ["HX-Request"])
    return response


def capped(number: int, most: int = 99) -> str:
    """Write a count that is never counted further than it is shown: "4", "99+"."""
    return f"{most}+" if number > most else str(number)
