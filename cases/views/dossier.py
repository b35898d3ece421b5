"""The page of one dossier, and the note one adds to it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import policy
from cases.forms.entries import EntryForm
from cases.forms.filters import OlderForm
from cases.models import Dossier, Handover
from cases.selectors import access, dossiers, handovers, heads, timeline
from cases.selectors.timeline import Timeline
from cases.services import entries
from cases.services.dossiers import consult
from cases.states import STATUS_STEPS, Status, Step
from cases.views.asking import dossier_of, user_of, zones_of
from lodesk.alerts.services import mark_read_about
from lodesk.ui.links import answer, changed
from lodesk.ui.shapes import Act, Choice


@dataclass(frozen=True)
class Offer:
    """The open offer of a dossier, in a sentence."""

    url: str
    sentence: str


@require_safe
def dossier_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One dossier; that it was looked at is logged."""
    return _show(request, dossier_of(request, reference))


@require_POST
def entry_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a note. On an error the page comes back with what was typed."""
    dossier = dossier_of(request, reference)
    policy.require(user_of(request), Step.CONTRIBUTE, dossier)
    form = EntryForm(request.POST)
    if not form.is_valid():
        return _show(request, dossier, composer=form)
    entry = entries.add_note(dossier=dossier, by=user_of(request), **form.cleaned_data)
    return redirect(f"{reverse('dossier', args=[reference])}#entry-{entry.pk}")


def _show(
    request: HttpRequest, dossier: Dossier, *, composer: EntryForm | None = None
) -> HttpResponse:
    user = user_of(request)
    holders = access.access(dossier, user).holders
    offer = handovers.open_offer(dossier)
    may_write = policy.may(user, Step.CONTRIBUTE, dossier)
    may_change = policy.may(user, Step.CHANGE, dossier)
    change_url = reverse("dossier_change", args=[dossier.reference]) if may_change else ""
    context: dict[str, Any] = {
        "head": heads.full_head(dossier, zones_of(request), holders),
        "acts": _acts(request, dossier, offer),
        "composer": (composer or _composer(request, dossier)) if may_write else None,
        "composer_reason": may_write.reason,
        "offer": _offer(offer),
        "timeline": _timeline(request, dossier),
        "next_steps": dossiers.next_steps(dossier, offer),
        "next_steps_url": change_url,
        "access": dossiers.access_lines(dossier, holders),
        "about": dossiers.about(dossier),
        "change_url": change_url,
        "summary": dossier.summary,
    }
    mark_read_about(by=user, subject_id=dossier.pk)
    return answer(request, "cases/dossier.html", context, partial="timeline")


def _timeline(request: HttpRequest, dossier: Dossier) -> Timeline:
    user = user_of(request)
    show, place = request.GET.get("show", ""), OlderForm(request.GET)
    piece = timeline.timeline(
        dossier,
        user,
        last_visit=consult(dossier=dossier, by=user),
        show=show if place.is_valid() else "nothing",
        before=place.cleaned_data.get("before"),
    )
    here = reverse("dossier", args=[dossier.reference])
    older = changed(request.GET, before=str(piece.older_than)) if piece.older_than else ""
    shown = (("", _("All")), ("notes", _("Notes")), ("events", _("Events")))
    return piece.linked(
        older_url=f"{here}{older}#timeline" if older else "",
        filters=[
            Choice(label, here + (f"?show={value}" if value else ""), "", value == show)
            for value, label in shown
        ],
    )


def _composer(request: HttpRequest, dossier: Dossier) -> EntryForm:
    initial = {"language": user_of(request).language, "handling_codes": dossier.handling_codes}
    return EntryForm(initial=initial)


def _acts(request: HttpRequest, dossier: Dossier, offer: Handover | None) -> list[Act]:
    if dossier.status == Status.CLOSED:
        return []
    user = user_of(request)
    steps = [policy.may(user, step, dossier) for step in STATUS_STEPS]
    change = next((each for each in steps if each), policy.may(user, Step.CHANGE, dossier))
    give = policy.may(user, Step.OFFER, dossier)
    if give and offer is not None:
        give = policy.no(_("It is offered already: withdraw that offer first."))
    status_url = reverse("dossier_status", args=[dossier.reference])
    give_url = reverse("hand_over", args=[dossier.reference])
    return [
        Act("status", _("Change status"), status_url, change.allowed, str(change.reason)),
        Act("hand-over", _("Hand over"), give_url, give.allowed, str(give.reason)),
    ]


def _offer(offer: Handover | None) -> Offer | None:
    if offer is None:
        return None
    who = handovers.addressee_name(offer)
    waits = _("Offered to %(who)s: waits for the mandate.")
    offered = _("Offered to %(who)s: no answer yet.")
    sentence = (waits if offer.state == "awaiting_mandate" else offered) % {"who": who}
    return Offer(reverse("handover", args=[offer.pk]), sentence)
