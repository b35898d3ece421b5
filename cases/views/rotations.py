"""Rotations: the list, a new one, one as it is planned, offered and answered, its certificate."""

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cases import policy
from cases.forms.rotations import AnswerForm, LeaverForm, PlanForm
from cases.models import Rotation
from cases.selectors import rotation_certificates, rotation_pages
from cases.selectors import rotations as selectors
from cases.services import rotations
from cases.states import Step
from cases.views.answers import whole
from cases.views.asking import user_of, zones_of

HOURS_TO_ANSWER = 72


@require_safe
def rotations_page(request: HttpRequest) -> HttpResponse:
    """The rotations one has to do with."""
    user = user_of(request)
    context = {"rotations": selectors.listed(user), "may_begin": bool(selectors.leavers(user))}
    return render(request, "cases/rotations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rotation_new(request: HttpRequest) -> HttpResponse:
    """Say who leaves; the rotation that goes on already is shown instead of a second one."""
    leavers = {each.value: each for each in selectors.leavers(user_of(request))}
    if not leavers:
        raise PermissionDenied(_("Only who works at a desk leaves one."))
    if request.POST.get("leaver") and request.POST["leaver"] not in leavers:
        raise PermissionDenied(policy.NOT_TO_STEER)
    names = [(value, f"{each.person}, {each.desk.city}") for value, each in leavers.items()]
    form = LeaverForm(request.POST or None, leavers=names, initial={"leaver": names[0][0]})
    if form.is_valid():
        leaver = leavers[form.cleaned_data["leaver"]]
        return redirect("rotation", rotations.begin(leaver=leaver, by=user_of(request)).pk)
    return render(request, "cases/rotation_new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def rotation_page(request: HttpRequest, rotation: UUID) -> HttpResponse:
    """Plan and offer the portfolio of who leaves; accept or decline what one is offered of it."""
    page = _Page(request, _visible(request, rotation))
    if request.method == "POST":
        answered = _take_step(request, page)
        if answered is not None:
            return answered
    rotations.consult(rotation=page.rotation, by=user_of(request))
    return render(request, "cases/rotation.html", page.context())


@require_http_methods(["GET", "HEAD", "POST"])
def rotation_certificate(request: HttpRequest, rotation: UUID) -> HttpResponseBase:
    """What moved and what stayed; by POST as a print."""
    found, user, zones = _visible(request, rotation), user_of(request), zones_of(request)
    decision = policy.may_certify(user, found)
    if not decision:
        raise PermissionDenied(decision.reason)
    if request.method == "POST":
        made = rotations.certify(rotation=found, by=user, zones=zones)
        return whole(made.content, name=made.name)
    rotations.consult(rotation=found, by=user)
    certificate = rotation_certificates.certificate(found, user, zones)
    return render(request, "cases/rotation_certificate.html", {
        "about": rotation_pages.about(found),
        "certificate": certificate,
        "title": rotation_certificates.title(found),
        "lead": rotation_certificates.lead(certificate),
    })  # fmt: skip


def _visible(request: HttpRequest, key: UUID) -> Rotation:
    """The rotation, or 404 when it does not exist for this person."""
    visible = Rotation.objects.visible_to(user_of(request)).select_related("leaver", "desk")
    return get_object_or_404(visible, pk=key)


class _Page:
    """One rotation for one reader, and its forms; only what was sent is bound."""

    def __init__(self, request: HttpRequest, rotation: Rotation) -> None:
        self.rotation, self.user = rotation, user_of(request)
        self.action, self.sent = request.POST.get("action", ""), request.POST
        self.steers = policy.may_steer(self.user, rotation)

    @cached_property
    def preview(self) -> rotation_pages.Preview:
        """The portfolio by what happens to it; for who follows the rotation."""
        return rotation_pages.preview(self.rotation, self.user)

    @cached_property
    def plan(self) -> PlanForm:
        """To whom each dossier goes."""
        in_three_days = timezone.now() + timedelta(hours=HOURS_TO_ANSWER + 1)
        return PlanForm(
            self.sent if self.action in {"plan", "offer"} else None,
            rows=self.preview.to_plan,
            people=self.preview.people,
            offers=self.action == "offer",
            initial={"answer_by": in_three_days.replace(minute=0, second=0, microsecond=0)},
        )

    @cached_property
    def offered(self) -> list[rotation_pages.OfferedRow]:
        """What this reader is offered and has not answered."""
        return rotation_pages.offered_rows(selectors.offered_to(self.rotation, self.user))

    @cached_property
    def answer(self) -> AnswerForm:
        """Which of them are accepted or declined."""
        return AnswerForm(
            self.sent if self.action in {"accept_all", "accept", "decline"} else None,
            lines=[(row.key, row.moving.reference) for row in self.offered],
            action=self.action,
        )

    def context(self) -> dict[str, Any]:
        """What the template shows: the plan only to who follows the rotation."""
        shown: dict[str, Any] = {
            "about": rotation_pages.about(self.rotation),
            "rotation": self.rotation,
            "offered": self.offered,
            "answer_form": self.answer,
            "may_certify": policy.may_certify(self.user, self.rotation),
        }
        if policy.follows(self.user, self.rotation):
            shown |= {"preview": self.preview}
        if self.steers:
            rows = self.preview.to_plan
            shown |= {
                "plan_form": self.plan,
                "plan": [(row, self.plan[f"to-{row.key}"]) for row in rows],
            }
        return shown


Answer = HttpResponse | None


def _take_step(request: HttpRequest, page: _Page) -> Answer:
    """Take the step that was asked for; None when a form comes back."""
    step = TAKEN.get(page.action)
    if step is None:
        raise SuspiciousOperation("a step the page does not offer")
    return step(request, page)


def _plan(request: HttpRequest, page: _Page) -> Answer:
    if not page.steers:
        raise PermissionDenied(page.steers.reason)
    if not page.plan.is_valid():
        return None
    if page.action == "offer":
        _offer(request, page)
    else:
        rotations.plan(rotation=page.rotation, by=page.user, receivers=page.plan.receivers())
        messages.info(request, _("The plan is saved. Nothing is offered yet."))
    return redirect("rotation", page.rotation.pk)


def _offer(request: HttpRequest, page: _Page) -> None:
    made = rotations.offer_all(
        rotation=page.rotation,
        by=page.user,
        answer_by=page.plan.cleaned_data["answer_by"],
        zones=zones_of(request),
        receivers=page.plan.receivers(),
    )
    said = ngettext(
        "%(count)d dossier is offered.", "%(count)d dossiers are offered.", made.dossiers
    )
    messages.info(request, said % {"count": made.dossiers})
    _tell_refused(request, made.refused)


def _answer(request: HttpRequest, page: _Page) -> Answer:
    if not page.answer.is_valid():
        return None
    accepts = page.action != "decline"
    made = rotations.answer(
        rotation=page.rotation,
        by=page.user,
        step=Step.ACCEPT if accepts else Step.DECLINE,
        lines=page.answer.chosen(),
        reason=page.answer.cleaned_data["reason"],
    )
    said = (
        ngettext(
            "You handle %(count)d dossier more.",
            "You handle %(count)d dossiers more.",
            made.dossiers,
        )
        if accepts
        else ngettext(
            "%(count)d offer is declined.", "%(count)d offers are declined.", made.dossiers
        )
    )
    messages.info(request, said % {"count": made.dossiers})
    _tell_refused(request, made.refused)
    if Rotation.objects.visible_to(page.user).filter(pk=page.rotation.pk).exists():
        return redirect("rotation", page.rotation.pk)
    return redirect("rotations")  # of what was declined nothing is in sight any more


def _tell_refused(request: HttpRequest, refused: dict[str, str]) -> None:
    for reference, reason in refused.items():
        messages.warning(request, f"{reference}: {reason}")


def _finish(request: HttpRequest, page: _Page) -> Answer:
    rotations.finish(rotation=page.rotation, by=page.user)
    return redirect("rotation_certificate", page.rotation.pk)


def _give_up(request: HttpRequest, page: _Page) -> Answer:
    rotations.give_up(rotation=page.rotation, by=page.user)
    messages.info(request, _("The rotation is given up. What was accepted has moved."))
    return redirect("rotation", page.rotation.pk)


TAKEN: dict[str, Callable[[HttpRequest, _Page], Answer]] = {
    "plan": _plan,
    "offer": _plan,
    "accept_all": _answer,
    "accept": _answer,
    "decline": _answer,
    "finish": _finish,
    "give_up": _give_up,
}
