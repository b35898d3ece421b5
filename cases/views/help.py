"""What the signs, keys and levels mean, and whom to call."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.selectors import contacts


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """The one page of help."""
    return render(request, "cases/help.html", {"contacts": contacts()})
