"""Handovers: the list, and one offer with its answer."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import policy
from cases.forms.answers import DeclineForm
from cases.models import Dossier, Handover
from cases.policy import Decision
from cases.selectors import (
    access,
    access_diff,
    handovers,
    heads,
    mandate_views,
    mandates,
    offers,
    places,
)
from cases.selectors.access_diff import DiffRow
from cases.selectors.mandate_views import MandateView
from cases.services import handovers as services
from cases.services import note_prints
from cases.states import OPEN_OFFER_STATES, MandateState, Step
from cases.views.answers import whole
from cases.views.asking import user_of, zones_of
from lodesk.ui import times
from lodesk.ui.shapes import Act


@require_safe
def handovers_page(request: HttpRequest) -> HttpResponse:
    """The offers one has a part in."""
    return render(request, "cases/handovers.html", {"groups": offers.groups_for(user_of(request))})


@require_http_methods(["GET", "HEAD", "POST"])
def handover_page(request: HttpRequest, handover: UUID) -> HttpResponse:
    """An offer; who it is made to accepts or declines, who made it withdraws."""
    found = get_object_or_404(handovers.mine(user_of(request)), pk=handover)
    form = DeclineForm(request.POST if request.POST.get("action") == "decline" else None)
    if request.method == "POST":
        answered = _answer(request, found, form)
        if answered is not None:
            return answered
    return render(request, "cases/handover.html", _context(request, found, form))


def _answer(request: HttpRequest, handover: Handover, form: DeclineForm) -> HttpResponse | None:
    """Take the step that was asked for; None when the form comes back."""
    step = STEPS.get(request.POST.get("action", ""))
    if step is None:
        raise SuspiciousOperation("an answer the page does not offer")
    decision = _may(request, step, handover)
    if not decision:
        raise PermissionDenied(decision.reason)
    return ANSWERS[step](request, handover, form)


def _accept(request: HttpRequest, handover: Handover, _form: DeclineForm) -> HttpResponse:
    services.accept(handover=handover, by=user_of(request))
    messages.info(request, _("You handle this dossier now."))
    return redirect("dossier", handover.dossier.reference)


def _decline(request: HttpRequest, handover: Handover, form: DeclineForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    user = user_of(request)
    services.decline(handover=handover, by=user, **form.cleaned_data)
    if Dossier.objects.visible_to(user).filter(pk=handover.dossier_id).exists():
        messages.info(request, _("The offer is declined."))
        return redirect("dossier", handover.dossier.reference)
    messages.info(request, _("The offer is declined. The dossier is no longer in your sight."))
    return redirect("worklist")


def _withdraw(request: HttpRequest, handover: Handover, _form: DeclineForm) -> HttpResponse:
    services.withdraw(handover=handover, by=user_of(request))
    messages.info(request, _("The offer is withdrawn."))
    return redirect("dossier", handover.dossier.reference)


STEPS = {"accept": Step.ACCEPT, "decline": Step.DECLINE, "withdraw": Step.WITHDRAW}
ANSWERS: dict[Step, Callable[[HttpRequest, Handover, DeclineForm], HttpResponse | None]] = {
    Step.ACCEPT: _accept,
    Step.DECLINE: _decline,
    Step.WITHDRAW: _withdraw,
}


def _may(request: HttpRequest, step: Step, handover: Handover) -> Decision:
    if offers.lapsed(handover) and step != Step.WITHDRAW:
        return policy.no(_("The time to answer is over."))
    return policy.may(user_of(request), step, handover)


@require_POST
def handover_note(request: HttpRequest, handover: UUID) -> StreamingHttpResponse:
    """The note as a file, for paper and for archives; that it was given out is logged."""
    user = user_of(request)
    found = get_object_or_404(handovers.mine(user), pk=handover)
    made = note_prints.make(handover=found, by=user, zones=zones_of(request))
    return whole(made, name=f"{found.dossier.reference}-note.pdf")


# What the page shows ----------------------------------------------------------------------


def _context(request: HttpRequest, handover: Handover, form: DeclineForm) -> dict[str, object]:
    user = user_of(request)
    is_open = handover.state in OPEN_OFFER_STATES
    addressed = is_open and policy.is_addressee(user, handover)
    gives = is_open and policy.may(user, Step.WITHDRAW, handover)
    return {
        "head": heads.head(handover.dossier),
        "dossier_url": reverse("dossier", args=[handover.dossier.reference]),
        "offer": offers.offer_view(handover),
        "note": offers.note(handover),
        "checklist": offers.checklist(handover),
        "print_url": reverse("handover_note", args=[handover.pk]) if offers.note(handover) else "",
        "mandate": _mandate(request, handover),
        "diff": _diff(request, handover) if is_open else [],
        "accept": _act(request, Step.ACCEPT, handover, _("Accept")) if addressed else None,
        "decline_form": form if addressed and _may(request, Step.DECLINE, handover) else None,
        "withdraw": _act(request, Step.WITHDRAW, handover, _("Withdraw")) if gives else None,
    }


def _act(request: HttpRequest, step: Step, handover: Handover, label: str) -> Act:
    decision = _may(request, step, handover)
    return Act(step.value, label, allowed=decision.allowed, reason=str(decision.reason))


def _mandate(request: HttpRequest, handover: Handover) -> MandateView | None:
    if handover.mandate_id is None:
        return None
    readable = mandates.readable(user_of(request)).select_related(*mandate_views.RELATED)
    mandate = readable.filter(pk=handover.mandate_id).first()
    if mandate is None:
        return None
    url = reverse("mandate", args=[mandate.pk])
    return mandate_views.mandate_view(mandate, zones_of(request), url=url)


def _diff(request: HttpRequest, handover: Handover) -> list[DiffRow]:
    dossier = handover.dossier
    person = handover.to_person_id
    groups = mandates.groups_of([person]).get(person, set()) if person else set()
    party = offers.party(handover, groups)
    holders = access.access(dossier, user_of(request)).holders
    now = access_diff.situation(dossier, holders)
    why = _why(handover) if party.foreign else _("of the owner country")
    return access_diff.diff(now, party, kept=offers.kept(handover), why=why)


def _why(handover: Handover) -> str:
    mandate = handover.mandate
    if mandate is None:
        return _("under a mandate")
    date = times.full_date(times.local_date(mandate.ends_at))
    if mandate.state == MandateState.ASKED:
        own = places.headquarters()[mandate.owner].short_name
        return _("mandate of %(headquarters)s, still to be given; proposed until %(date)s") % {
            "headquarters": own,
            "date": date,
        }
    return _("mandate %(number)s, until %(date)s") % {
        "number": mandate.number,
        "date": date,
    }
