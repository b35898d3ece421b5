"""A few pages that end in different ways, behind the real middleware."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from lodesk import audit


@login_not_required
def seen(request: HttpRequest) -> HttpResponse:
    """A page that logs a look."""
    audit.log(by=request.user.pk, action="dossier.viewed", chain="BE")
    return HttpResponse("seen")


@login_not_required
def refused(request: HttpRequest, name: str = "") -> HttpResponse:
    """A service that logs its act and then may not."""
    audit.log(by=request.user.pk, action="dossier.changed", chain="BE")
    raise PermissionDenied("You do not handle this dossier.")


@login_not_required
def missing(request: HttpRequest, name: str = "") -> HttpResponse:
    """A dossier that is not there."""
    audit.log(by=request.user.pk, action="dossier.changed", chain="BE")
    raise Http404


def closed(request: HttpRequest) -> HttpResponse:
    """For those who signed in."""
    return HttpResponse("in")


def plain(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An answer without a frame."""
    return HttpResponse("no", status=404 if isinstance(exception, Http404) else 403)


urlpatterns = [
    path("seen", seen, name="seen"),
    path("refused/<str:name>", refused, name="refused"),
    path("missing/<str:name>", missing, name="missing"),
    path("closed", closed, name="closed"),
    path("sign-in/", closed, name="account_login"),
]
handler403 = handler404 = plain
