"""Print or export a dossier: ask for it, see how far it is, download it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cases import policy
from cases.forms.exports import AskForm
from cases.models import Dossier, Export
from cases.models.exports import ExportUse
from cases.selectors import exports as shown
from cases.selectors import heads
from cases.services import exports
from cases.services.exports import NotReadyError
from cases.states import Level, Step
from cases.views.answers import streamed
from cases.views.asking import dossier_of, user_of
from cases.views.attaching import TROUBLE, trouble
from lodesk.ui.links import answer


@require_http_methods(["GET", "HEAD", "POST"])
def exports_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a print or a package of a dossier; what one asked for since yesterday."""
    dossier, user = dossier_of(request, reference), user_of(request)
    policy.require(user, Step.EXPORT, dossier)
    others = policy.may(user, Step.EXPORT_TO_OTHERS, dossier)
    form = AskForm(
        request.POST or None,
        may_choose=frozenset(ExportUse.values if others else [ExportUse.WORK]),
        may_say_consent=Level.OVERSEE in policy.levels(user, dossier),
    )
    if form.is_valid():
        asked = _asked(request, dossier, form)
        if asked is not None:
            return redirect("export", asked.pk)
    codes = shown.held_codes(dossier)
    return render(request, "cases/exports.html", {
        "head": heads.head(dossier),
        "back_url": reverse("dossier", args=[reference]),
        "form": form,
        "reason": others.reason,
        "codes": heads.codes(codes),
        "obligations": heads.obligations(dossier.owner, dossier.handling_note, codes),
        "lines": shown.own(dossier, user),
    })  # fmt: skip


def _asked(request: HttpRequest, dossier: Dossier, form: AskForm) -> Export | None:
    """The export, or None with the reason beside the field."""
    said: dict[str, Any] = form.cleaned_data
    user, consent = user_of(request), said.get("consent", "")
    decision = policy.may_export(user, dossier, use=said["use"], consent=consent)
    if not decision:
        form.add_error("use", decision.reason)
        return None
    try:
        return exports.ask(
            dossier=dossier, by=user, form=said["form"], use=said["use"], reason=said["reason"],
            consent=consent,
        )  # fmt: skip
    except TROUBLE as error:
        form.add_error(None, trouble(error))
        return None


@require_safe
def export_page(request: HttpRequest, export: str) -> HttpResponse:
    """How far one's own export is, and the file when it is there."""
    found = _own(request, export)
    context = {
        "head": heads.head(found.dossier),
        "back_url": reverse("dossier", args=[found.dossier.reference]),
        "exports_url": reverse("exports", args=[found.dossier.reference]),
        "progress": shown.progress(found),
    }
    return answer(request, "cases/export.html", context, partial="progress")


@require_http_methods(["POST"])
def export_file(request: HttpRequest, export: str) -> HttpResponse | StreamingHttpResponse:
    """The file; that it was fetched is logged."""
    found = _own(request, export)
    try:
        reader = exports.open_file(export=found, by=user_of(request))
    except NotReadyError:
        return redirect("export", found.pk)
    except TROUBLE as error:
        return render(request, "403.html", {"reason": trouble(error)}, status=503)
    return streamed(reader, name=shown.file_name(found), size=found.size)


def _own(request: HttpRequest, key: str) -> Export:
    """The export, or 404 when it is not one's own, forgotten, or its dossier is out of sight."""
    related = ("dossier", "dossier__desk", "dossier__handler")
    own = Export.objects.visible_to(user_of(request)).select_related(*related)
    return get_object_or_404(own, pk=key)
