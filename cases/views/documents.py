"""The documents of a dossier: the list and what is added to it; one document; opening a file."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cases import policy
from cases.forms.documents import AddDocumentsForm, Attached, ReasonForm
from cases.forms.filters import OlderForm
from cases.models import Document, DocumentVersion, Dossier
from cases.selectors import documents as shown
from cases.selectors import heads
from cases.services import documents
from cases.services.documents import NotArrivedError
from cases.states import Step
from cases.views.answers import streamed
from cases.views.asking import dossier_of, user_of
from cases.views.attaching import TROUBLE, attached, trouble
from lodesk.ui import sizes
from lodesk.ui.links import changed

RELATED = ("dossier", "dossier__desk", "entry", "added_by", "withdrawn_by")


@require_http_methods(["GET", "HEAD", "POST"])
def documents_page(request: HttpRequest, reference: str) -> HttpResponse:
    """All documents of a dossier, and the form that adds some."""
    dossier, user = dossier_of(request, reference), user_of(request)
    may_add = policy.may(user, Step.CONTRIBUTE, dossier)
    form = AddDocumentsForm(request.POST or None, initial=_usual(request, dossier))
    files = Attached(needed=True)
    if request.method == "POST":
        policy.require(user, Step.CONTRIBUTE, dossier)
        files = attached(request, dossier, needed=True)
        if form.is_valid() and files.is_valid and _added(request, dossier, form, files):
            return redirect("documents", reference)
    return render(request, "cases/documents.html", {
        "head": heads.head(dossier),
        "back_url": reverse("dossier", args=[reference]),
        "form": form if may_add else None,
        "reason": may_add.reason,
        "files": files,
        "upload_url": reverse("upload_begin", args=[reference]),
        **_list(request, dossier),
    })  # fmt: skip


def _usual(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    return {"language": user_of(request).language, "handling_codes": dossier.handling_codes}


def _added(request: HttpRequest, dossier: Dossier, form: AddDocumentsForm, files: Attached) -> bool:
    try:
        made = documents.add(
            dossier=dossier, by=user_of(request), files=files.files, **form.cleaned_data
        )
    except NotArrivedError:
        form.add_error(None, _("A file is no longer there, or was added already: choose it again."))
        return False
    words = ngettext("%(count)d document added.", "%(count)d documents added.", len(made))
    messages.info(request, words % {"count": len(made)})
    return True


def _list(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    place = OlderForm(request.GET)
    before = place.cleaned_data.get("before") if place.is_valid() else None
    found = shown.listed(dossier, before=before)
    older = changed(request.GET, before=str(found.older_than)) if found.older_than else ""
    return {"lines": found.lines, "total": found.total, "older_url": older}


@require_http_methods(["GET", "HEAD", "POST"])
def document_page(request: HttpRequest, document: str) -> HttpResponse:
    """One document: what is said of it, its versions, and a newer one."""
    found, user = _document(request, document), user_of(request)
    files = Attached(needed=True)
    if request.method == "POST":
        policy.require(user, Step.CONTRIBUTE, found.dossier)
        files = attached(request, found.dossier, needed=True)
        if files.is_valid and _replaced(request, found, files):
            return redirect("document", found.pk)
    documents.look_at(document=found, by=user)
    may_withdraw = policy.may(user, Step.WITHDRAW_DOCUMENT, found)
    counts = not found.withdrawn_at and not found.destroyed_at
    return render(request, "cases/document.html", {
        **_about(found),
        "versions": shown.versions(found),
        "facts": shown.facts(found),
        "state": shown.state(found),
        "files": files if counts and policy.may(user, Step.CONTRIBUTE, found.dossier) else None,
        "upload_url": reverse("upload_begin", args=[found.dossier.reference]),
        "withdraw_url": reverse("document_withdraw", args=[found.pk]) if may_withdraw else "",
        "why": documents.needs_reason(found, user),
    })  # fmt: skip


def _replaced(request: HttpRequest, document: Document, files: Attached) -> bool:
    if len(files.rows) != 1:
        messages.error(request, _("A new version is one file."))
        return False
    upload = files.rows[0].upload
    try:
        documents.add_version(document=document, by=user_of(request), upload=upload.pk)
    except NotArrivedError:
        return False
    messages.info(request, _("The new version is kept; the old ones can still be opened."))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def document_withdraw(request: HttpRequest, document: str) -> HttpResponse:
    """Withdraw a document, with a reason."""
    found, user = _document(request, document), user_of(request)
    policy.require(user, Step.WITHDRAW_DOCUMENT, found)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        documents.withdraw(document=found, by=user, reason=form.cleaned_data["reason"])
        messages.info(request, _("The document is withdrawn. It stays, with your reason."))
        return redirect("document", found.pk)
    return render(request, "cases/document_withdraw.html", {**_about(found), "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def document_file(request: HttpRequest, version: str) -> HttpResponse | StreamingHttpResponse:
    """The file itself; who does not work on the dossier is asked for a reason first."""
    found, user = _version(request, version), user_of(request)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    needed = documents.needs_reason(found.document, user)
    if needed and not form.is_valid():
        about = _about(found.document)
        context = {**about, "form": form, "number": found.number, "size": sizes.size(found.size)}
        return render(request, "cases/document_file.html", context)
    why = form.cleaned_data["reason"] if needed else ""
    try:
        reader = documents.open_version(version=found, by=user, why=why)
    except TROUBLE as error:
        return render(request, "403.html", {"reason": trouble(error)}, status=503)
    name = shown.file_name(found.document, found)
    return streamed(reader, name=name, size=found.size)


def _about(document: Document) -> dict[str, Any]:
    return {
        "head": heads.head(document.dossier),
        "back_url": reverse("dossier", args=[document.dossier.reference]),
        "documents_url": reverse("documents", args=[document.dossier.reference]),
        "document_url": reverse("document", args=[document.pk]),
        "title": shown.name_of(document),
        "codes": heads.codes(document.handling_codes),
        "obligations": shown.obligations(document),
    }


def _document(request: HttpRequest, key: str) -> Document:
    visible = Document.objects.visible_to(user_of(request)).select_related(*RELATED)
    return get_object_or_404(visible, pk=key)


def _version(request: HttpRequest, key: str) -> DocumentVersion:
    visible = Document.objects.visible_to(user_of(request))
    versions = DocumentVersion.objects.filter(document__in=visible)
    related = ("document__dossier", "document__dossier__desk", "document__entry")
    return get_object_or_404(versions.select_related(*related), pk=key)
