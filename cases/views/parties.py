"""People and objects of a dossier: all of them, one of them, adding and correcting."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from cases import policy
from cases.forms.numbers import ListForm, NumbersForm
from cases.forms.parties import PartyForm, SortForm
from cases.forms.search import KnownForm
from cases.identifiers import Identifier as Number
from cases.models import Dossier, Party
from cases.selectors import heads, known, parties, party_pages, search
from cases.services import parties as services
from cases.services import searches
from cases.services.dossiers import StaleError
from cases.states import Step
from cases.views.asking import dossier_of, user_of
from cases.views.party_acts import ACTS, PartyActs, somebody_was_faster
from lodesk.ui.links import answer

GET_AND_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_AND_POST)
def parties_page(request: HttpRequest, reference: str) -> HttpResponse:
    """All of them, and several objects added at once: recognised, shown, then saved."""
    dossier, user = dossier_of(request, reference), user_of(request)
    may = policy.may(user, Step.CONTRIBUTE, dossier)
    form = ListForm(request.POST or None, dossier=dossier)
    shown: dict[str, Any] = {}
    if request.method == "POST":
        policy.require(user, Step.CONTRIBUTE, dossier)
        if form.is_valid():
            text = form.cleaned_data["numbers"]
            if form.was_shown(text):
                added = services.add(dossier=dossier, by=user, parties=form.new)
                return _back(request, reference, _("Added: %(count)s.") % {"count": len(added)})
            shown = _show_first(form, text, form.objects, user)
    context = _context(dossier) | {
        "lines": parties.everything(dossier),
        "form": form if may else None,
        "reason": may.reason,
        "add_url": reverse("party_add", args=[reference]) if may else "",
    }
    return render(request, "cases/parties.html", context | shown)


@require_http_methods(GET_AND_POST)
def party_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add one: first what it is, then the fields that this lets be asked."""
    dossier, user = dossier_of(request, reference), user_of(request)
    policy.require(user, Step.CONTRIBUTE, dossier)
    sort_form = SortForm(request.GET if "sort" in request.GET else None)
    form, shown = None, {}
    if sort_form.is_valid():
        sort = sort_form.cleaned_data["sort"]
        form = PartyForm(request.POST or None, dossier=dossier, sort=sort)
        if form.is_valid():
            shown = _unless_seen(form, user)
            if not shown:
                services.add(dossier=dossier, by=user, parties=[form.new])
                return _back(request, reference, _("Added: %(count)s.") % {"count": 1})
    context = _context(dossier) | {"sort_form": sort_form, "form": form, "party": None}
    return render(request, "cases/party_form.html", context | shown)


@require_http_methods(GET_AND_POST)
def party_correct(request: HttpRequest, reference: str, party: UUID) -> HttpResponse:
    """Write a new version over the present one, with a reason."""
    dossier, user = dossier_of(request, reference), user_of(request)
    found = get_object_or_404(parties.present(dossier), origin=party)
    policy.require(user, Step.CONTRIBUTE, dossier)
    sort_form = SortForm({"sort": request.GET.get("sort") or parties.sort_of(found)})
    sort = sort_form.data["sort"] if sort_form.is_valid() else parties.sort_of(found)
    form = PartyForm(request.POST or None, dossier=dossier, sort=sort, present=found)
    shown: dict[str, Any] = {}
    if form.is_valid():
        shown = _unless_seen(form, user, but=dossier)
        if not shown and _corrected(form, found, user):
            return redirect("party", reference, party)
    context = _context(dossier) | {
        "sort_form": sort_form,
        "form": form,
        "party": parties.label(found),
        "back_url": reverse("party", args=[reference, party]),
    }
    return render(request, "cases/party_form.html", context | shown)


def _corrected(form: PartyForm, party: Party, user: User) -> bool:
    try:
        services.correct(party=party, by=user, new=form.new, reason=form.cleaned_data["reason"])
    except StaleError:
        form.add_error(None, _("Somebody corrected this while you wrote. Nothing was saved."))
        return False
    return True


@require_http_methods(GET_AND_POST)
def party_page(request: HttpRequest, reference: str, party: UUID) -> HttpResponse:
    """One of them with its versions, numbers and connections; that it was read is logged."""
    dossier, user = dossier_of(request, reference), user_of(request)
    found = get_object_or_404(parties.newest(dossier), origin=party)
    page = party_pages.page(found, dossier)
    forms = PartyActs(request, dossier, found, page)
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action not in ACTS:
            raise SuspiciousOperation("an act the page does not offer")
        policy.require(user, Step.CONTRIBUTE, dossier)
        if found.withdrawn:
            messages.info(request, somebody_was_faster())
        if found.withdrawn or forms.done(action, user):
            return redirect("party", reference, party)
    services.consult(party=found, by=user)
    may = policy.may(user, Step.CONTRIBUTE, dossier)
    possible = bool(may) and not found.withdrawn
    context = _context(dossier) | {
        "party": page,
        "reason": may.reason,
        "forms": forms if possible else None,
        "correct_url": reverse("party_correct", args=[reference, party]) if possible else "",
    }
    return render(request, "cases/party.html", context)


@require_safe
def known_page(request: HttpRequest) -> HttpResponse:
    """Names and numbers in sight that fit what somebody writes."""
    form = KnownForm(request.GET)
    words = form.cleaned_data["name"].strip() if form.is_valid() else ""
    found: list[str] = []
    if len(words) >= search.SHORTEST:
        found = known.suggestions(words)
        searches.record(by=user_of(request), words=words)
    return answer(request, "cases/known.html", {"words": words, "found": found}, partial="options")


# Before it is saved -------------------------------------------------------------------------


def _unless_seen(form: PartyForm, user: User, *, but: Dossier | None = None) -> dict[str, Any]:
    """What must be looked at before saving; nothing when it was, or when nothing is remarkable."""
    text = form.cleaned_data["numbers"]
    if not text or form.was_shown(text):
        return {}
    shown = _show_first(form, text, [("", each) for each in form.read_numbers], user, but=but)
    remarkable = shown["same"] or any(number.warning for _name, number in shown["found"])
    return shown if remarkable else {}


def _show_first(
    form: NumbersForm,
    text: str,
    objects: Sequence[tuple[str, Number]],
    user: User,
    *,
    but: Dossier | None = None,
) -> dict[str, Any]:
    """Numbers as they were recognised, and the dossiers in sight that hold the same: this one too,
    unless it is the one whose numbers are corrected.
    """
    form.show_again(text)
    searches.record(by=user, words=", ".join(number.shown for _name, number in objects))
    same = known.same_numbers(user, [number for _name, number in objects], but=but)
    return {"found": objects, "same": same}


def _context(dossier: Dossier) -> dict[str, Any]:
    return {
        "head": heads.head(dossier),
        "back_url": reverse("dossier", args=[dossier.reference]),
        "found": (),
        "same": (),
    }


def _back(request: HttpRequest, reference: str, sentence: str) -> HttpResponse:
    messages.info(request, sentence)
    return redirect(f"{reverse('dossier', args=[reference])}#parties")
