"""Pages that belong to nobody's work: errors, and whether the site is up."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the site and its database are up: the middleware has just asked it."""
    return HttpResponse("ok", content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: never with a detail, which could echo what was sent."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: visible, but not allowed; the page says why."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def out_of_date(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the check against forged forms: the page stood open too long."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: one page for what does not exist and for what one may not see."""
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429: somebody tries to sign in again and again."""
    reason = _("Too many tries from here. Wait a few minutes, then try again.")
    return render(request, "403.html", {"reason": reason}, status=429)


def broken(request: HttpRequest) -> HttpResponse:
    """500: nothing is asked of the database, which may be what broke."""
    return HttpResponse(loader.get_template("500.html").render(), status=500)
