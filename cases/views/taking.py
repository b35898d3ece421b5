"""What changes hands without an offer: taken from the queue, or given on by the head of desk."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Person, User
from cases.forms.taking import ReassignForm
from cases.models import Dossier
from cases.selectors import handovers, heads
from cases.selectors import taking as selectors
from cases.selectors.hand_over import Party
from cases.services import taking
from cases.views.asking import dossier_of, user_of


@require_POST
def dossier_take(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a dossier that nobody handles; who comes second reads why not."""
    dossier, user = dossier_of(request, reference), user_of(request)
    decision = selectors.may_take(dossier, user, handovers.open_offer(dossier))
    if not decision:
        raise PermissionDenied(decision.reason)
    if request.POST.get("action") != "take":
        raise SuspiciousOperation("not the button of the page")
    taking.take(dossier=dossier, by=user)
    messages.info(request, _("You handle this dossier now."))
    return redirect("dossier", reference)


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_reassign(request: HttpRequest, reference: str) -> HttpResponse:
    """Give a dossier to another of the team: for the head of desk."""
    dossier, user = dossier_of(request, reference), user_of(request)
    decision = selectors.may_reassign(dossier, user, handovers.open_offer(dossier))
    if not decision:
        raise PermissionDenied(decision.reason)
    choices = selectors.colleagues(dossier, user, chosen=request.POST.get("to", ""))
    form = ReassignForm(request.POST or None, parties=choices.parties)
    if form.is_valid() and _given(request, form, dossier, choices.find(form.cleaned_data["to"])):
        return redirect("dossier", reference)
    context = {
        "head": heads.head(dossier),
        "back_url": reverse("dossier", args=[reference]),
        "handler": dossier.handler,
        "loses_sight": dossier.handler is not None and dossier.handler.country != dossier.owner,
        "form": form,
        "receivers": choices.receivers,
    }
    return render(request, "cases/dossier_reassign.html", context)


def _given(request: HttpRequest, form: ReassignForm, dossier: Dossier, party: Party | None) -> bool:
    """Give it, or say on the form what stands in the way."""
    if party is None or not isinstance(party.to, Person):
        return False
    user: User = user_of(request)
    try:
        taking.reassign(dossier=dossier, by=user, to=party.to, reason=form.cleaned_data["reason"])
    except PermissionDenied as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.info(request, _("%(who)s handles this dossier now.") % {"who": party.label})
    return True
