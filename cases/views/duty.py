"""The duty roster: who is on duty now, and in the coming weeks."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases import policy
from cases.forms.duty import DutyForm, TakeOffForm
from cases.selectors import duty as selectors
from cases.services import duty as services
from cases.views.asking import user_of


@require_http_methods(["GET", "HEAD", "POST"])
def duty_page(request: HttpRequest) -> HttpResponse:
    """The roster of the own country; who keeps one puts people on duty and takes them off."""
    user = user_of(request)
    may_keep = policy.may_keep_roster(user)
    form = DutyForm(request.POST if request.POST.get("action") == "put_on" else None, user=user)
    if request.method == "POST":
        if not may_keep:
            raise PermissionDenied(may_keep.reason)
        answered = _answer(request, form)
        if answered is not None:
            return answered
    turns = selectors.turns(user)
    context = {
        "awake": selectors.awake(turns),
        "turns": turns,
        "form": form if may_keep else None,
        "reason": may_keep.reason,
        "back_url": reverse("handovers"),
    }
    return render(request, "cases/duty.html", context)


def _answer(request: HttpRequest, form: DutyForm) -> HttpResponse | None:
    """Take the step that was asked for; None when the form comes back."""
    step = STEPS.get(request.POST.get("action", ""))
    if step is None:
        raise SuspiciousOperation("a step the page does not offer")
    return step(request, form)


def _put_on(request: HttpRequest, form: DutyForm) -> HttpResponse | None:
    if not form.is_valid() or form.posting is None:
        return None
    times = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at")}
    services.put_on(posting=form.posting, by=user_of(request), **times)
    messages.info(request, _("The turn is in the roster."))
    return redirect("duty")


def _take_off(request: HttpRequest, _form: DutyForm) -> HttpResponse:
    user, chosen = user_of(request), TakeOffForm(request.POST)
    if not chosen.is_valid():
        raise SuspiciousOperation("a turn the page does not offer")
    found = get_object_or_404(selectors.readable(user), pk=chosen.cleaned_data["duty"])
    services.take_off(duty=found, by=user)
    messages.info(request, _("The turn is taken off."))
    return redirect("duty")


STEPS: dict[str, Callable[[HttpRequest, DutyForm], HttpResponse | None]] = {
    "put_on": _put_on,
    "take_off": _take_off,
}
