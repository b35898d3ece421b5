"""The page of one dossier."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from cases import policy
from cases.forms.documents import Attached
from cases.forms.entries import EntryForm
from cases.forms.filters import OlderForm
from cases.models import Dossier, Draft, Handover
from cases.selectors import (
    access,
    clocks,
    contacts,
    documents,
    dossiers,
    entries,
    handovers,
    heads,
    links,
    parties,
    projects,
    taking,
    tasks,
    timeline,
)
from cases.selectors.timeline import Timeline
from cases.services.dossiers import consult
from cases.states import STATUS_STEPS, Status, Step
from cases.views.asking import dossier_of, user_of, zones_of
from lodesk.alerts.services import mark_read_about
from lodesk.ui.links import answer, changed
from lodesk.ui.shapes import Act, Choice

THIRD_COUNTRY = "third"  # why not SIENA: a desk's normal situation (domain.md 2.4)


@dataclass(frozen=True)
class Offer:
    """The open offer of a dossier, in a sentence."""

    url: str
    sentence: str


@require_safe
def dossier_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One dossier; that it was looked at is logged."""
    return show(request, dossier_of(request, reference))


def show(
    request: HttpRequest,
    dossier: Dossier,
    *,
    composer: EntryForm | None = None,
    files: Attached | None = None,
) -> HttpResponse:
    """The page, with what was typed when an entry could not be recorded."""
    user = user_of(request)
    last_visit = consult(dossier=dossier, by=user)
    holders = access.access(dossier, user).holders
    offer = handovers.open_offer(dossier)
    may_write = policy.may(user, Step.CONTRIBUTE, dossier)
    draft = entries.draft(dossier, user) if may_write else None
    may_change = policy.may(user, Step.CHANGE, dossier)
    change_url = reverse("dossier_change", args=[dossier.reference]) if may_change else ""
    told = clocks.all_told(dossier, zones_of(request))
    context: dict[str, Any] = {
        "head": heads.full_head(dossier, holders, clocks.first(told)),
        "acts": _acts(request, dossier, offer),
        "composer": (composer or _composer(user, dossier, draft)) if may_write else None,
        "kept_at": draft.at if draft else None,
        "counterparts": _counterparts(dossier, user) if may_write else [],
        "composer_reason": may_write.reason,
        "files": files or Attached(),
        "upload_url": reverse("upload_begin", args=[dossier.reference]),
        "offer": _offer(offer),
        "take": _take(user, dossier, offer),
        "timeline": _timeline(request, dossier, last_visit, may_write=may_write.allowed),
        "next_steps": dossiers.next_steps(dossier, offer, told),
        "deadlines_url": reverse("deadlines", args=[dossier.reference]),
        "parties": parties.panel(dossier),
        "parties_url": reverse("parties", args=[dossier.reference]),
        "documents": documents.beside(dossier),
        "documents_url": reverse("documents", args=[dossier.reference]),
        "exports_url": reverse("exports", args=[dossier.reference]),
        "tasks": tasks.panel(dossier, user, may_finish=may_write.allowed),
        "links": links.present(dossier, user),
        "projects": projects.of_dossier(dossier, user),
        "may_write": may_write.allowed,
        "access": dossiers.access_lines(dossier, holders),
        "about": dossiers.about(dossier),
        "change_url": change_url,
        "summary": dossier.summary,
    }
    mark_read_about(by=user, subject_id=dossier.pk)
    return answer(request, "cases/dossier.html", context, partial="timeline")


def _counterparts(dossier: Dossier, user: User) -> list[str]:
    """Authorities to choose from: those of the dossier first, then those the writer knows there."""
    known = contacts.authorities(user, dossier.desk_id)
    return list(dict.fromkeys([*entries.counterparts(dossier), *known]))[: contacts.OFFERED]


def _timeline(
    request: HttpRequest, dossier: Dossier, last_visit: datetime | None, *, may_write: bool
) -> Timeline:
    user = user_of(request)
    show, place = request.GET.get("show", ""), OlderForm(request.GET)
    piece = timeline.timeline(
        dossier,
        user,
        last_visit=last_visit,
        may_write=may_write,
        show=show if place.is_valid() else "nothing",
        before=place.cleaned_data.get("before"),
    )
    here = reverse("dossier", args=[dossier.reference])
    older = changed(request.GET, before=str(piece.older_than)) if piece.older_than else ""
    shown = (
        ("", _("All")),
        ("messages", _("Messages")),
        ("notes", _("Notes")),
        ("instructions", _("Headquarters")),
        ("events", _("Events")),
    )
    return piece.linked(
        older_url=f"{here}{older}#timeline" if older else "",
        filters=[
            Choice(
                label,
                here + (f"?show={value}" if value else ""),
                str(piece.counts[value]) if value else "",
                value == show,
            )
            for value, label in shown
            if not value or piece.counts[value] or value == show
        ],
    )


def _composer(user: User, dossier: Dossier, draft: Draft | None) -> EntryForm:
    """An empty form, or what this person has begun to write."""
    initial = {
        "language": user.language,
        "handling_codes": dossier.handling_codes,
        "handling_note": dossier.handling_note,
        "channel_reason": THIRD_COUNTRY,
    }
    if draft is not None:
        initial |= entries.as_initial(draft.values)
    may_instruct = policy.may(user, Step.INSTRUCT, dossier).allowed
    return EntryForm(initial=initial, may_instruct=may_instruct)


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
    acts = [
        Act("status", _("Change status"), status_url, change.allowed, str(change.reason)),
        Act("hand-over", _("Hand over"), give_url, give.allowed, str(give.reason)),
    ]
    if policy.may(user, Step.REASSIGN, dossier):
        move = taking.may_reassign(dossier, user, offer)
        move_url = reverse("dossier_reassign", args=[dossier.reference])
        acts.append(Act("re-assign", _("Re-assign"), move_url, move.allowed, str(move.reason)))
    return acts


def _take(user: User, dossier: Dossier, offer: Handover | None) -> Act | None:
    """The button for a dossier that nobody handles; None for who could not take it anyway."""
    if dossier.handler_id is not None or not policy.may(user, Step.TAKE, dossier):
        return None
    decision = taking.may_take(dossier, user, offer)
    url = reverse("dossier_take", args=[dossier.reference])
    return Act("take", _("Take it"), url, decision.allowed, str(decision.reason))


def _offer(offer: Handover | None) -> Offer | None:
    if offer is None:
        return None
    who = handovers.addressee_name(offer)
    waits = _("Offered to %(who)s: waits for the mandate.")
    offered = _("Offered to %(who)s: no answer yet.")
    sentence = (waits if offer.state == "awaiting_mandate" else offered) % {"who": who}
    return Offer(reverse("handover", args=[offer.pk]), sentence)
