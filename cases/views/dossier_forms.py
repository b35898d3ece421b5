"""Open a dossier, change it, take a step in its life."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from cases import policy
from cases.forms.dossiers import ChangeDossierForm, NewDossierForm
from cases.forms.status import StatusForm
from cases.models import Dossier, Template
from cases.selectors import heads, intake, mandates, openings, places, steps, templates
from cases.selectors.clocks import answer_clock
from cases.selectors.known import Same
from cases.services import dossiers, searches
from cases.services.dossiers import Demands, StaleError
from cases.states import Status, Step
from cases.views.asking import dossier_of, user_of


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_new(request: HttpRequest) -> HttpResponse:
    """Open a dossier."""
    user = user_of(request)
    if not places.desks_of(user):
        raise PermissionDenied(_("Without a posting you cannot open a dossier."))
    form, chosen = _new_form(request, user)
    same: list[Same] = []
    if form.is_valid():
        same = [] if "anyway" in request.POST else _same(form, user)
        opened = None if same else _open(form, user)
        if opened:
            return redirect("dossier", opened.reference)
    context = {
        "form": form,
        "head": None,
        "back_url": reverse("worklist"),
        "same": same,
        "templates": templates.to_open_with(user),
        "own": user.country,
        "chosen": chosen,
        "may_keep_templates": policy.may_keep_templates(user),
    }
    return render(request, "cases/dossier_form.html", context)


def _same(form: NewDossierForm, user: User) -> list[Same]:
    """Dossiers in sight on the same matter. To have looked is logged, like any search."""
    asked = intake.asked(form.cleaned_data)
    if not asked:
        return []
    searches.record(by=user, words=asked)
    return intake.same_matter(user, form.cleaned_data)


def _new_form(request: HttpRequest, user: User) -> tuple[NewDossierForm, Template | None]:
    """The form, and the template that fills it in.

    A template is chosen by its link, or by its button when something is typed already: then the
    form comes back with what was typed, and the rest filled in.
    """
    initial = {"received_at": timezone.now(), "language": user.language}
    options: dict[str, Any] = {
        "owners": mandates.owners_one_may_open_for(user),
        "desks": openings.desks(user),
        "team": openings.team(user),
    }
    if request.method == "POST" and "template" not in request.POST:
        chosen = templates.chosen(user, request.POST.get("filled", ""))
        return NewDossierForm(request.POST, initial=initial, **options), chosen
    asked = request.POST if request.method == "POST" else request.GET
    chosen = templates.chosen(user, asked.get("template", ""))
    form = NewDossierForm(initial=initial, **options)
    form.initial = {**form.initial, **_filled_in(request, form, user, chosen)}
    return form, chosen


def _filled_in(
    request: HttpRequest, form: NewDossierForm, user: User, chosen: Template | None
) -> dict[str, Any]:
    """What was typed, and the template's words where nothing was."""
    if request.method != "POST":
        return templates.values(chosen) if chosen else {}
    typed = form.as_typed(request.POST)
    offered = {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields}
    offered["owner"] = offered["owner"] or user.country  # the first of the choices
    before = templates.chosen(user, request.POST.get("filled", ""))
    return templates.filled_in(typed, chosen, offered=offered, before=before)


def _open(form: NewDossierForm, user: User) -> Dossier | None:
    """Open it, or say on the form what stands in the way."""
    fields: dict[str, Any] = dict(form.cleaned_data)
    handle, handler = fields.pop("handle", False), fields.pop("handler", None) or None
    fields["status"] = Status.DRAFT if fields.pop("draft") else Status.OPEN
    if handle or fields["owner"] != user.country:
        handler = user  # for another country one opens only what one handles
    try:
        return dossiers.open_dossier(by=user, handler=handler, **fields)
    except PermissionDenied as refusal:
        form.add_error(None, str(refusal))
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change what a dossier says of itself. Nothing typed is lost when somebody was faster."""
    dossier = dossier_of(request, reference)
    policy.require(user_of(request), Step.CHANGE, dossier)
    clock = answer_clock(dossier)
    form = ChangeDossierForm(request.POST or None, dossier=dossier, clock=clock)
    stale = ""
    if form.is_valid():
        try:
            dossiers.change_dossier(dossier=dossier, by=user_of(request), **form.cleaned_data)
        except StaleError:
            stale = _somebody_was_faster()
            form = ChangeDossierForm(_read_again(request, dossier), dossier=dossier, clock=clock)
        else:
            return redirect("dossier", reference)
    back_url = reverse("dossier", args=[reference])
    context = {"form": form, "head": heads.head(dossier), "back_url": back_url, "stale": stale}
    return render(request, "cases/dossier_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_status(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a step in the life of a dossier."""
    dossier, user = dossier_of(request, reference), user_of(request)
    policy.require(user, Step.CHANGE, dossier)
    possible = steps.status_steps(dossier, user)
    form = StatusForm(request.POST or None, steps=possible, initial={"version": dossier.version})
    if form.is_valid():
        done = _take_step(form, dossier, user)
        if done:
            messages.info(request, _("The dossier is now: %(status)s.") % {"status": done})
            return redirect("dossier", reference)
        form.data = _read_again(request, dossier)
    context = {
        "head": heads.head(dossier),
        "form": form,
        "steps": possible,
        "current": steps.present(dossier),
        "back_url": reverse("dossier", args=[reference]),
    }
    return render(request, "cases/dossier_status.html", context)


def _take_step(form: StatusForm, dossier: Dossier, user: User) -> str:
    step, whom = form.chosen
    values = form.cleaned_data
    try:
        changed = dossiers.change_status(
            dossier=dossier,
            by=user,
            step=step,
            version=values["version"],
            demands=Demands(
                waiting_for=whom,
                waiting_until=values.get("waiting_until"),
                result=values.get("result", ""),
            ),
            why=values["reason"],
        )
    except StaleError:
        form.add_error(None, _somebody_was_faster())
        return ""
    return steps.present(changed)


def _somebody_was_faster() -> str:
    return _(
        "Somebody changed this dossier while you wrote. Nothing was saved and nothing you typed"
        " is lost: compare it with the dossier, then save again."
    )


def _read_again(request: HttpRequest, dossier: Dossier) -> Any:
    data = request.POST.copy()
    data["version"] = str(dossier.version)
    return data
