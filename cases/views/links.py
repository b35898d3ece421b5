"""The links of a dossier, for who may see both ends; make one, remove one."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases import policy
from cases.forms.links import LinkForm, UnlinkForm
from cases.models import Dossier, Link
from cases.models.kept import NOT_ENDED
from cases.selectors import heads
from cases.selectors import links as selectors
from cases.services import links
from cases.services.links import LinkedAlreadyError
from cases.states import Step
from cases.views.asking import dossier_of, user_of


@require_http_methods(["GET", "HEAD", "POST"])
def links_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The links that stand, those that were removed, and a form for one more."""
    dossier, user = dossier_of(request, reference), user_of(request)
    may_link = policy.may(user, Step.CONTRIBUTE, dossier)
    if request.method == "POST" and not may_link:
        raise PermissionDenied(may_link.reason)
    form = LinkForm(request.POST or None, source=dossier, user=user)
    if form.is_valid() and _make(request, dossier, form):
        return redirect(f"{reverse('dossier', args=[reference])}#links")
    context = {
        "head": heads.head(dossier),
        "back_url": reverse("dossier", args=[reference]),
        "links": selectors.present(dossier, user),
        "removed": selectors.removed(dossier, user),
        "form": form if may_link else None,
        "reason": may_link.reason,
    }
    return render(request, "cases/links.html", context)


def _make(request: HttpRequest, dossier: Dossier, form: LinkForm) -> bool:
    """Make the link, or say on the form what stands in the way."""
    target, kind = form.cleaned_data["target"], form.cleaned_data["kind"]
    try:
        links.make(source=dossier, target=target, kind=kind, by=user_of(request))
    except LinkedAlreadyError:
        form.add_error("target", _("The two dossiers have this link already."))
        return False
    messages.info(request, _("The link is made. It shows to who may see both dossiers."))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def link_page(request: HttpRequest, reference: str, link: UUID) -> HttpResponse:
    """Remove a link: it stays on record, as removed."""
    dossier, user = dossier_of(request, reference), user_of(request)
    standing = Link.objects.visible_to(user).of(dossier).filter(NOT_ENDED)
    found = get_object_or_404(standing.select_related("source", "target"), pk=link)
    decision = policy.may_unlink(user, found.source, found.target)
    if not decision:
        raise PermissionDenied(decision.reason)
    form = UnlinkForm(request.POST or None)
    back_url = reverse("links", args=[reference])
    if form.is_valid():
        links.remove(link=found, by=user, **form.cleaned_data)
        messages.info(request, _("The link is removed."))
        return redirect(back_url)
    shown = next((each for each in selectors.present(dossier, user) if each.key == link), None)
    if shown is None:
        raise Http404
    context = {"head": heads.head(dossier), "back_url": back_url, "link": shown, "form": form}
    return render(request, "cases/link.html", context)
