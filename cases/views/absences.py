"""Absences and stand-ins: one's own, and those of the team one leads."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from cases import policy
from cases.forms.absences import AbsenceForm, TakeBackForm
from cases.selectors import absences as selectors
from cases.selectors import places
from cases.selectors import standins as standin_selectors
from cases.services import absences, standins
from cases.services.standins import OverlapError
from cases.views.asking import user_of


@require_http_methods(["GET", "HEAD", "POST"])
def absences_page(request: HttpRequest) -> HttpResponse:
    """Absences that last or are to come, who stands in, and a form for one more."""
    user = _with_a_posting(request)
    if request.method == "POST" and "absence" in request.POST:
        return _take_back(request, user)
    form = _form(request, user)
    if request.method == "POST" and form.is_valid() and _enter(form, user):
        messages.info(request, _("The absence is entered."))
        return redirect("absences")
    context = {
        "form": form,
        "absences": selectors.lines(user),
        "standins": standin_selectors.lines(user),
    }
    return render(request, "cases/absences.html", context)


def _form(request: HttpRequest, user: User) -> AbsenceForm:
    desks = places.desks_of(user) | policy.heads(user)
    return AbsenceForm(
        request.POST if request.method == "POST" else None,
        user=user,
        team=selectors.team(user),
        colleagues=selectors.colleagues(user, [desk for desk in desks if desk is not None]),
    )


def _enter(form: AbsenceForm, user: User) -> bool:
    """Enter it with its stand-in, or say on the form what stands in the way."""
    values, entry = form.cleaned_data, form.cleaned_data.get("stand_in")
    person, days = values["person"], (values["starts_on"], values["ends_on"])
    try:
        absences.enter_with_standin(
            person=person, starts_on=days[0], ends_on=days[1], by=user, entry=entry,
            dossier=values["dossier"],
        )  # fmt: skip
    except OverlapError:
        form.refuse_overlap()
        return False
    return True


def _take_back(request: HttpRequest, user: User) -> HttpResponse:
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        raise Http404
    absence = get_object_or_404(selectors.in_reach(user), pk=form.cleaned_data["absence"])
    absences.take_back(absence=absence, by=user)
    messages.info(request, _("The absence is taken back."))
    return redirect("absences")


@require_http_methods(["GET", "HEAD", "POST"])
def standin_page(request: HttpRequest, standin: UUID) -> HttpResponse:
    """One stand-in: what it covers, what not, and what was done; it is ended early here."""
    user = _with_a_posting(request)
    found = get_object_or_404(standin_selectors.visible(user), pk=standin)
    decision = policy.may_arrange(user, found.absent, found.desk_id)
    if request.method == "POST":
        if not decision:
            raise PermissionDenied(decision.reason)
        if request.POST.get("action") != "end":
            raise SuspiciousOperation("an act the page does not offer")
        standins.end(standin=found, by=user)
        messages.info(request, _("It is ended: the rights are taken back."))
        return redirect("absences")
    line = standin_selectors.line(found)
    context = {
        "standin": found,
        "line": line,
        "may_end": decision if standin_selectors.is_planned(found) else None,
        "covered": standin_selectors.covered(found, user),
        "not_covered": standin_selectors.not_covered(found, user) if decision else [],
        "done": standin_selectors.done(found, user),
    }
    return render(request, "cases/standin.html", context)


def _with_a_posting(request: HttpRequest) -> User:
    user = user_of(request)
    decision = policy.may_be_absent(user)
    if not decision:
        raise PermissionDenied(decision.reason)
    return user
