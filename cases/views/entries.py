"""Record an entry, correct it, translate it; keep a draft."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import policy
from cases.forms.entries import ASKED, MOMENTS, CorrectionForm, EntryForm, TranslationForm
from cases.models import Dossier, Entry
from cases.models.entries import EntryKind
from cases.selectors import clocks, entries, heads
from cases.services import documents
from cases.services import entries as services
from cases.services.entries import CorrectedError
from cases.states import Step
from cases.views.asking import dossier_of, user_of
from cases.views.attaching import attached
from cases.views.dossier import show
from lodesk.ui import times

CORRECTED = ("text", "language", "handling_codes", "handling_note", "evaluation", "nature")
LONGEST_DRAFT = 40_000  # letters of all fields together


@require_POST
def entry_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Record an entry. On an error the page comes back with what was typed."""
    dossier, user = dossier_of(request, reference), user_of(request)
    policy.require(user, Step.CONTRIBUTE, dossier)
    may_instruct = policy.may(user, Step.INSTRUCT, dossier).allowed
    form = EntryForm(request.POST, may_instruct=may_instruct)
    files = attached(request, dossier, needed=False)
    if not form.is_valid() or not files.is_valid:
        return show(request, dossier, composer=form, files=files)
    entry = services.add_entry(dossier=dossier, by=user, **form.cleaned_data)
    if files.rows:
        documents.add(
            dossier=dossier, by=user, files=files.files, entry=entry, language=entry.language,
            handling_codes=entry.handling_codes,
        )  # fmt: skip
    if form.cleaned_data["expected_until"] and clocks.paused_by(entry):
        messages.info(request, _("It is recorded that the asker was told now."))
    return redirect(f"{reverse('dossier', args=[reference])}#entry-{entry.pk}")


@require_safe
def entry_page(request: HttpRequest, reference: str, entry: UUID) -> HttpResponse:
    """One entry with all its versions and translations."""
    dossier, user = dossier_of(request, reference), user_of(request)
    versions = entries.versions(dossier, entry)
    if not versions:
        raise Http404
    may_correct = policy.may(user, _step(dossier, entry), dossier)
    context = {
        "head": heads.head(dossier),
        "versions": versions,
        "last": versions[0].item.id,
        "may_correct": may_correct,
        "may_translate": policy.may(user, Step.CONTRIBUTE, dossier),
        "back_url": reverse("dossier", args=[reference]),
    }
    return render(request, "cases/entry.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_correct(request: HttpRequest, reference: str, entry: UUID) -> HttpResponse:
    """Put a new version in the place of an entry."""
    dossier, user = dossier_of(request, reference), user_of(request)
    policy.require(user, _step(dossier, entry), dossier)
    old = _last(dossier, entry)
    form = CorrectionForm(request.POST or None, kind=old.kind, initial=_said(old))
    if form.is_valid():
        try:
            services.correct(entry=old, by=user, **form.cleaned_data)
        except CorrectedError:
            form.add_error(None, _("Somebody corrected this entry while you wrote: look at it."))
        else:
            return redirect(f"{reverse('dossier', args=[reference])}#timeline")
    return _form_page(request, dossier, old, form, _("Correct an entry"), _("Save the correction"))


@require_http_methods(["GET", "HEAD", "POST"])
def entry_translate(request: HttpRequest, reference: str, entry: UUID) -> HttpResponse:
    """Put a working translation beside an entry."""
    dossier, user = dossier_of(request, reference), user_of(request)
    policy.require(user, Step.CONTRIBUTE, dossier)
    old = _last(dossier, entry)
    initial = {"language": user.language, "translator": user.name}
    form = TranslationForm(request.POST or None, original=old.language, initial=initial)
    if form.is_valid():
        services.translate(entry=old, by=user, **form.cleaned_data)
        return redirect("entry", reference, old.pk)
    return _form_page(request, dossier, old, form, _("Translate an entry"), _("Add translation"))


@require_POST
def draft(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep what is being written, or throw it away."""
    dossier, user = dossier_of(request, reference), user_of(request)
    policy.require(user, Step.CONTRIBUTE, dossier)
    if "discard" in request.POST:
        services.discard_draft(dossier=dossier, by=user)
        return redirect("dossier", reference)
    written = _written(request)
    if not written:
        raise BadRequest
    kept = services.keep_draft(dossier=dossier, by=user, values=written)
    if request.accepts("text/html"):  # a button was pressed; the script asks for the time only
        return redirect("dossier", reference)
    return HttpResponse(times.clock_time(timezone.localtime(kept.at)), content_type="text/plain")


def _written(request: HttpRequest) -> dict[str, Any]:
    """The fields of the composer as they stand, unchecked: what is wrong is said on recording.

    Nothing when there are none, or more than anybody would type.
    """
    values: dict[str, Any] = {
        name: request.POST.getlist(name) if name == "handling_codes" else request.POST[name]
        for name in EntryForm.base_fields
        if name in request.POST
    }
    length = sum(len(each) for value in values.values() for each in value)
    return values if length <= LONGEST_DRAFT else {}


def _last(dossier: Dossier, key: UUID) -> Entry:
    entry = entries.last_version(dossier, key)
    if entry is None:
        raise Http404
    return entry


def _step(dossier: Dossier, key: UUID) -> Step:
    """What it takes to write in the place of an entry."""
    instruction = dossier.entries.filter(pk=key, kind=EntryKind.INSTRUCTION).exists()
    return Step.INSTRUCT if instruction else Step.CONTRIBUTE


def _said(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in (*CORRECTED, *(ASKED - MOMENTS))}


def _form_page(
    request: HttpRequest,
    dossier: Dossier,
    entry: Entry,
    form: CorrectionForm | TranslationForm,
    title: str,
    act: str,
) -> HttpResponse:
    context = {
        "head": heads.head(dossier),
        "form": form,
        "item": entries.item(entry),
        "title": title,
        "act": act,
        "back_url": reverse("entry", args=[dossier.reference, entry.pk]),
    }
    return render(request, "cases/entry_form.html", context)
