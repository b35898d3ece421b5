"""Hand a dossier over: to whom, the note, the access; then one button."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.zones import Zones
from cases import codes, policy
from cases.forms.dossiers import LEGAL_BASIS
from cases.forms.hand_over import CHECK, LEFT, MANDATE, PARTS, HandOverForm
from cases.models import Dossier, Handover
from cases.models.handovers import HandoverKind, Keeps
from cases.selectors import access, access_diff, hand_over, handovers, heads, note_drafts, places
from cases.selectors.access_diff import Kept
from cases.selectors.hand_over import Choices, Party
from cases.selectors.note_drafts import Draft
from cases.services import handovers as services
from cases.services.handovers import MandateAsked, Note, Terms
from cases.states import Step
from cases.views.asking import dossier_of, user_of, zones_of
from lodesk.ui import times
from lodesk.ui.links import answer

HOURS_TO_ANSWER = 24
DAYS_OF_A_MANDATE = 90


@dataclass(frozen=True)
class NotePart:
    """One of the five parts of the note."""

    label: str
    text: BoundField
    read: BoundField
    source: str


@dataclass(frozen=True)
class Check:
    """A question of the checklist."""

    tick: BoundField
    word: BoundField


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the page; offer the dossier. With `show` nothing is offered, only shown again."""
    dossier, user = dossier_of(request, reference), user_of(request)
    policy.require(user, Step.OFFER, dossier)
    if handovers.open_offer(dossier) is not None:
        raise PermissionDenied(_("It is offered already: withdraw that offer first."))
    offers = request.method == "POST" and "show" not in request.POST
    typed = request.POST if request.method == "POST" else request.GET
    choices = hand_over.choices(dossier, user, chosen=typed.get("to", ""))
    chosen = choices.find(typed.get("to", ""))
    drafts = note_drafts.drafts(dossier, zones_of(request))
    form = HandOverForm(
        request.POST if offers else None,
        parties=choices.parties,
        chosen=chosen,
        kept_at_most=access_diff.kept_at_most(dossier),
        leave_out=_left_out(dossier, choices),
        checks=codes.checks(dossier.kind),
        initial=_initial(dossier, zones_of(request), drafts) | _typed(typed),
    )
    if form.is_valid() and chosen is not None:
        made = _offer(form, dossier, user, chosen)
        if made is not None:
            messages.info(request, _what_happened(made))
            return redirect("handover", made.pk)
    context = _context(form, dossier, choices, drafts) | _access(form, dossier, user, chosen)
    return answer(request, "cases/hand_over.html", context, partial="access")


def _left_out(dossier: Dossier, choices: Choices) -> list[str]:
    """Fields that make no sense here."""
    names: list[str] = []
    if dossier.handler is None or dossier.handler.country == dossier.owner:
        names.append("kind")
    if dossier.handler is None:
        names += ["giver_keeps", "giver_keeps_until"]
    if not any(party.crosses for party in choices.parties):
        names += MANDATE
    return names


def _initial(dossier: Dossier, zones: Zones, drafts: Mapping[str, Draft]) -> dict[str, Any]:
    in_a_day = timezone.now() + timedelta(hours=HOURS_TO_ANSWER + 1)
    handler = dossier.handler.name if dossier.handler else ""
    last_day = timezone.now() + timedelta(days=DAYS_OF_A_MANDATE)
    return {
        "answer_by": in_a_day.replace(minute=0, second=0, microsecond=0),
        "giver_keeps": Keeps.NOTHING,
        "mandate_purpose": _("Take over from %(who)s") % {"who": handler} if handler else "",
        "mandate_legal_basis": LEGAL_BASIS,
        "mandate_ends_at": last_day.astimezone(zones.here.tz).replace(
            hour=23, minute=59, second=0, microsecond=0
        ),
    } | {name: draft.text for name, draft in drafts.items()}


def _typed(values: Mapping[str, str]) -> dict[str, str]:
    """What was typed before the page is shown again: nothing is lost by choosing somebody."""
    asked = (CHECK, LEFT)
    return {
        name: values[name]
        for name in values
        if name in HandOverForm.base_fields or name.startswith(asked)
    }


def _offer(form: HandOverForm, dossier: Dossier, user: User, chosen: Party) -> Handover | None:
    values = form.cleaned_data
    try:
        return services.offer(
            dossier=dossier,
            by=user,
            to=chosen.to,
            note=Note(
                **{f"note_{part}": values[f"note_{part}"] for part in PARTS},
                checklist=values["checklist"],
            ),
            terms=Terms(
                answer_by=values["answer_by"],
                giver_keeps=values.get("giver_keeps", Keeps.NOTHING),
                giver_keeps_until=values.get("giver_keeps_until"),
                kind=values.get("kind", HandoverKind.HANDOVER),
            ),
            asked=_asked(values, dossier) if chosen.crosses else None,
        )
    except PermissionDenied as refusal:
        form.add_error(None, str(refusal))
    except IntegrityError:
        form.add_error(None, _("Somebody offered this dossier a moment ago."))
    return None


def _asked(values: Mapping[str, Any], dossier: Dossier) -> MandateAsked:
    return MandateAsked(
        purpose=dossier.purpose,
        purpose_text=values["mandate_purpose"],
        legal_basis=values["mandate_legal_basis"],
        conditions=values["mandate_conditions"],
        ends_at=values["mandate_ends_at"],
    )


def _what_happened(handover: Handover) -> str:
    if handover.mandate is not None and handover.state == "awaiting_mandate":
        return _("Mandate %(number)s is asked for; the offer waits for it.") % {
            "number": handover.mandate.number
        }
    return _("The handover is offered. You stay the handler until it is accepted.")


# What the page shows ----------------------------------------------------------------------


def _context(
    form: HandOverForm, dossier: Dossier, choices: Choices, drafts: Mapping[str, Draft]
) -> dict[str, Any]:
    return {
        "head": heads.head(dossier),
        "back_url": reverse("dossier", args=[dossier.reference]),
        "sentence": _sentence(dossier),
        "form": form,
        "receivers": choices.receivers,
        "cannot": choices.cannot,
        "parts": [
            NotePart(
                label=str(form.fields[f"note_{part}"].label),
                text=form[f"note_{part}"],
                read=form[f"read_{part}"],
                source=drafts[f"note_{part}"].source,
            )
            for part in PARTS
        ],
        "checks": [
            Check(form[CHECK + each.value], form[LEFT + each.value]) for each in form.checks
        ],
        "certificate_rules": dossier.owner,
    }


def _sentence(dossier: Dossier) -> str:
    values = {"owner": dossier.owner, "handler": dossier.handler}
    if dossier.handler is None:
        return _("%(owner)s stays the owner. Nobody handles it yet. The clock runs on.") % values
    return (
        _(
            "%(owner)s stays the owner. %(handler)s stays the handler until somebody takes over."
            " The clock runs on."
        )
        % values
    )


def _access(
    form: HandOverForm, dossier: Dossier, user: User, chosen: Party | None
) -> dict[str, Any]:
    if chosen is None:
        return {"diff": [], "diff_who": "", "crosses": False, "missing": _missing(form)}
    holders = access.access(dossier, user).holders
    return {
        "diff": access_diff.diff(
            access_diff.situation(dossier, holders),
            chosen,
            kept=_kept(form),
            why=_why(form, dossier),
        ),
        "diff_who": chosen.label,
        "crosses": chosen.crosses,
        "missing": _missing(form),
        "what_happens": _what_happens(dossier, chosen),
    }


def _kept(form: HandOverForm) -> Kept:
    level = str(_value(form, "giver_keeps") or Keeps.NOTHING)
    until = _moment(form, "giver_keeps_until")
    return Kept(level, until) if level in Keeps.values else Kept()


def _why(form: HandOverForm, dossier: Dossier) -> str:
    chosen = form.chosen
    if chosen is None or not chosen.foreign:
        return _("of the owner country")
    if chosen.standing is not None:
        return _("standing mandate %(number)s, until %(date)s") % {
            "number": chosen.standing.number,
            "date": times.full_date(times.local_date(chosen.standing.ends_at)),
        }
    name = places.headquarters()[dossier.owner].short_name
    until = _moment(form, "mandate_ends_at")
    if until is None:
        return _("mandate of %(headquarters)s, still to be given") % {"headquarters": name}
    return _("mandate of %(headquarters)s, still to be given; proposed until %(date)s") % {
        "headquarters": name,
        "date": times.full_date(times.local_date(until)),
    }


def _value(form: HandOverForm, name: str) -> Any:
    return form[name].value() if name in form.fields else None


def _moment(form: HandOverForm, name: str) -> datetime | None:
    """A moment as it stands in the form, typed or proposed; None when it cannot be read."""
    try:
        found: datetime | None = form.fields[name].clean(_value(form, name))
    except (KeyError, ValidationError):
        return None
    return found


def _missing(form: HandOverForm) -> str:
    unread = [part for part in PARTS if not _value(form, f"read_{part}")]
    if not unread:
        return ""
    return _("%(left)d of %(all)d parts still to read.") % {"left": len(unread), "all": len(PARTS)}


def _what_happens(dossier: Dossier, chosen: Party) -> str:
    if chosen.crosses:
        return _(
            "The offer crosses the border: it waits for the mandate of %(headquarters)s, and"
            " only then %(who)s sees the dossier."
        ) % {
            "headquarters": places.headquarters()[dossier.owner].short_name,
            "who": chosen.label,
        }
    return _("%(who)s can read the dossier at once, and takes it over by accepting.") % {
        "who": chosen.label
    }
