"""What is due on a dossier, and one clock with all one may do to it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases import policy
from cases.clocks import IntervalKind, Kind, Rule, SettledAs
from cases.forms.clocks import ChaseForm, OwnClockForm, PauseForm, ResumeForm, SettleForm
from cases.models import Clock, ClockInterval, Dossier
from cases.selectors import clocks as selectors
from cases.selectors import heads
from cases.services import answering, clocks
from cases.states import Step
from cases.views.asking import dossier_of, user_of, zones_of


@require_http_methods(["GET", "HEAD", "POST"])
def deadlines_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything that is due, how each due time is computed, and an own deadline to add."""
    dossier, user = dossier_of(request, reference), user_of(request)
    may_add = policy.may(user, Step.CONTRIBUTE, dossier)
    if request.method == "POST":
        policy.require(user, Step.CONTRIBUTE, dossier)
    form = OwnClockForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        clocks.start(
            dossier=dossier,
            by=user,
            kind=Kind.OWN,
            rule=Rule.BY_HAND,
            starts_at=timezone.now(),
            **form.cleaned_data,
        )
        messages.info(request, _("The deadline is set."))
        return redirect("deadlines", reference)
    clocks.look(dossier=dossier, by=user)
    told = selectors.all_told(dossier, zones_of(request))
    context = {
        "head": heads.head(dossier),
        "back_url": reverse("dossier", args=[reference]),
        "running": [each for each in told if each.settled_at is None],
        "settled": [each for each in told if each.settled_at is not None],
        "form": form if may_add else None,
        "reason": may_add.reason,
    }
    return render(request, "cases/deadlines.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def deadline_page(request: HttpRequest, reference: str, clock: UUID) -> HttpResponse:
    """One clock: pause it, let it run again, settle it, or remind the host authority."""
    dossier = dossier_of(request, reference)
    found = get_object_or_404(selectors.of_dossier_by_key(dossier), pk=clock)
    forms = _forms(request, dossier, found)
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action not in ACTIONS:
            raise SuspiciousOperation("an act the page does not offer")
        act, done = ACTIONS[action]
        if action not in forms:
            raise PermissionDenied(_reason(request, dossier, found))
        if forms[action].is_valid():
            act(request, found, forms[action].cleaned_data)
            messages.info(request, done())
            return redirect("deadlines", reference)
    clocks.look(dossier=dossier, by=user_of(request))
    context = {
        "head": heads.head(dossier),
        "back_url": reverse("deadlines", args=[reference]),
        "clock": selectors.told(found, dossier, zones_of(request)),
        "reason": "" if forms else _reason(request, dossier, found),
        "settle_is_main": not {"resume", "chase"} & forms.keys(),
        **{f"{name}_form": form for name, form in forms.items()},
    }
    return render(request, "cases/deadline.html", context)


def _forms(request: HttpRequest, dossier: Dossier, clock: Clock) -> dict[str, Form]:
    """The forms of what can be done now; only the one that was sent is bound."""
    sent = request.POST.get("action", "")
    now = {"initial": {"at": timezone.now(), "starts_at": timezone.now()}}

    def data(action: str) -> dict[str, Any]:
        return {"data": request.POST if sent == action else None, "prefix": action, **now}

    user, forms = user_of(request), dict[str, Form]()
    if policy.may_settle(user, clock, dossier):
        forms["settle"] = SettleForm(**data("settle"))
    if not forms or not policy.may(user, Step.CONTRIBUTE, dossier):
        return forms
    if clock.kind == Kind.HOST_AUTHORITY:
        forms["chase"] = ChaseForm(**data("chase"))
    if clock.kind == Kind.ANSWER:
        interval = open_interval(clock)
        if interval is None:
            forms["pause"] = PauseForm(**data("pause"))
        else:
            values = data("resume") | {"initial": {"ends_at": timezone.now()}}
            forms["resume"] = ResumeForm(**values, starts_at=interval.starts_at)
    return forms


def open_interval(clock: Clock) -> ClockInterval | None:
    """The interval that is to be ended first."""
    return next((each for each in clock.intervals.all() if each.ends_at is None), None)


def _reason(request: HttpRequest, dossier: Dossier, clock: Clock) -> str:
    decision = policy.may_settle(user_of(request), clock, dossier)
    return str(decision.reason) or _("This step is not possible now: the dossier has changed.")


def _settle(request: HttpRequest, clock: Clock, values: dict[str, Any]) -> None:
    as_ = SettledAs(values["settled_as"])
    clocks.settle(clock=clock, by=user_of(request), at=values["at"], settled_as=as_)


def _chase(request: HttpRequest, clock: Clock, values: dict[str, Any]) -> None:
    answering.chase(clock=clock, by=user_of(request), at=values["at"])


def _pause(request: HttpRequest, clock: Clock, values: dict[str, Any]) -> None:
    clocks.pause(clock=clock, by=user_of(request), **values)
    if values["kind"] == IntervalKind.AUTHORISATION:
        messages.info(request, _("It is recorded that the asker was told now."))


def _resume(request: HttpRequest, clock: Clock, values: dict[str, Any]) -> None:
    interval = open_interval(clock)
    if interval is not None:
        clocks.resume(interval=interval, by=user_of(request), ends_at=values["ends_at"])


Act = Callable[[HttpRequest, Clock, dict[str, Any]], None]
ACTIONS: dict[str, tuple[Act, Callable[[], str]]] = {
    "settle": (_settle, lambda: _("The clock is settled.")),
    "chase": (_chase, lambda: _("The reminder is recorded; a new time runs.")),
    "pause": (_pause, lambda: _("The clock stands still.")),
    "resume": (_resume, lambda: _("The clock runs again.")),
}
