"""All addresses. Every page asks to sign in first, unless it says otherwise itself."""

from typing import Any

from django.conf import settings
from django.urls import include, path

from accounts.views.sign_in import SignInView
from lodesk.ui import pages


def _on_the_sign_in_page() -> dict[str, Any]:
    if not settings.DEMO:
        return {}
    from cases.views.demo import sign_in_context  # noqa: PLC0415  (never in production)

    return sign_in_context()


urlpatterns = [
    path("", include("cases.urls")),
    path("", include("accounts.urls")),
    path("", include("lodesk.alerts.urls")),
    path(
        "sign-in/",
        SignInView.as_view(extra_context=_on_the_sign_in_page()),
        name="account_login",
    ),
    path("healthz", pages.healthz, name="healthz"),
]

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler429 = pages.too_many
handler500 = pages.broken
