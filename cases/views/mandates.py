"""A mandate, and the decision on it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from cases import policy
from cases.forms.answers import EndForm, GiveForm, RefuseForm
from cases.models import Dossier, Handover, Mandate
from cases.selectors import handovers, heads, mandate_views, mandates
from cases.services import mandates as services
from cases.states import MANDATE_STEPS, Step
from cases.views.asking import RELATED, user_of, zones_of
from lodesk.ui.shapes import Act


@dataclass(frozen=True)
class Deciding:
    """The three forms of the page; only the one that was sent is bound."""

    give: GiveForm
    refuse: RefuseForm
    end: EndForm

    def sent(self, action: str) -> Form:
        """Give the form that was sent."""
        return {"give": self.give, "refuse": self.refuse, "end": self.end}[action]


@require_http_methods(["GET", "HEAD", "POST"])
def mandate_page(request: HttpRequest, mandate: UUID) -> HttpResponse:
    """A mandate; a coordinator of the owner gives, refuses or ends it."""
    user = user_of(request)
    readable = mandates.readable(user).select_related(*mandate_views.RELATED)
    found = get_object_or_404(readable, pk=mandate)
    forms = _forms(request, found)
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action not in ACTIONS:
            raise SuspiciousOperation("a decision the page does not offer")
        step, act, done = ACTIONS[action]
        policy.require(user, step, found)
        if forms.sent(action).is_valid():
            act(found, user, forms)
            messages.info(request, done())
            return redirect("mandate", found.pk)
    return render(request, "cases/mandate.html", _context(request, found, forms))


def _forms(request: HttpRequest, mandate: Mandate) -> Deciding:
    sent = request.POST.get("action", "")

    def data(action: str) -> object:
        return request.POST if sent == action else None

    return Deciding(
        give=GiveForm(data("give"), mandate=mandate),
        refuse=RefuseForm(data("refuse"), prefix="refuse"),  # type: ignore[arg-type]
        end=EndForm(data("end"), prefix="end"),  # type: ignore[arg-type]
    )


def _give(mandate: Mandate, user: User, forms: Deciding) -> None:
    services.give(mandate=mandate, by=user, **forms.give.cleaned_data)


def _refuse(mandate: Mandate, user: User, forms: Deciding) -> None:
    services.refuse(mandate=mandate, by=user, **forms.refuse.cleaned_data)


def _end(mandate: Mandate, user: User, _forms: Deciding) -> None:
    services.end(mandate=mandate, by=user)


Action = tuple[Step, Callable[[Mandate, User, Deciding], None], Callable[[], str]]
ACTIONS: dict[str, Action] = {
    "give": (Step.GIVE_MANDATE, _give, lambda: _("The mandate is given.")),
    "refuse": (Step.REFUSE_MANDATE, _refuse, lambda: _("The mandate is refused.")),
    "end": (Step.END_MANDATE, _end, lambda: _("The mandate has ended.")),
}


# What the page shows ----------------------------------------------------------------------


def _context(request: HttpRequest, mandate: Mandate, forms: Deciding) -> dict[str, object]:
    user = user_of(request)
    dossier = _dossier(user, mandate)
    handover = _handover(user, mandate)
    may = {step: policy.may(user, step, mandate) for step, *_rest in ACTIONS.values()}
    possible = [step for step in may if (mandate.state, step) in MANDATE_STEPS]
    reason = next((str(may[step].reason) for step in possible), "")
    return {
        "head": heads.head(dossier) if dossier else None,
        "mandate": mandate_views.mandate_view(mandate, zones_of(request), handover=handover),
        "give_form": forms.give if may[Step.GIVE_MANDATE] else None,
        "refuse_form": forms.refuse if may[Step.REFUSE_MANDATE] else None,
        "end_form": forms.end if may[Step.END_MANDATE] else None,
        "decision": Act("decide", "", allowed=not reason, reason=reason) if possible else None,
        "back_url": reverse("dossier", args=[dossier.reference]) if dossier else "",
        "handover_url": reverse("handover", args=[handover.pk]) if handover else "",
    }


def _dossier(user: User, mandate: Mandate) -> Dossier | None:
    """The dossier, when the reader may see it: a mandate alone shows no title."""
    visible = Dossier.objects.visible_to(user).select_related(*RELATED)
    return visible.filter(pk=mandate.dossier_id).first() if mandate.dossier_id else None


def _handover(user: User, mandate: Mandate) -> Handover | None:
    if mandate.dossier_id is None:
        return None  # many offers rest on a standing mandate
    return handovers.mine(user).filter(mandate=mandate).order_by("-offered_at").first()
