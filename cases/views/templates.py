"""The templates of a country: the list, a new one, one with its versions. For coordinators."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from cases import policy
from cases.forms.templates import TemplateForm
from cases.models import Template
from cases.selectors import templates as selectors
from cases.services import templates
from cases.services.dossiers import StaleError
from cases.views.asking import user_of


@require_safe
def templates_page(request: HttpRequest) -> HttpResponse:
    """The templates that are in use."""
    user = _keeper(request)
    return render(request, "cases/templates.html", {"templates": selectors.listed(user)})


@require_http_methods(["GET", "HEAD", "POST"])
def template_new(request: HttpRequest) -> HttpResponse:
    """Add a template."""
    user = _keeper(request)
    form = TemplateForm(request.POST or None, initial={"language": user.language})
    if form.is_valid():
        templates.add(by=user, **form.cleaned_data)
        messages.info(request, _("The template is added."))
        return redirect("templates")
    context = {"form": form, "back_url": reverse("templates"), "versions": []}
    return render(request, "cases/template.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def template_page(request: HttpRequest, template: UUID) -> HttpResponse:
    """One template: a change is a new version; or it is retired."""
    user = _keeper(request)
    in_use = Template.objects.visible_to(user).in_use()
    found = get_object_or_404(in_use, pk=template)
    retires = request.POST.get("action") == "retire"
    data = request.POST if request.POST and not retires else None
    form = TemplateForm(data, initial=selectors.values(found) | {"name": found.name})
    if retires or form.is_valid():
        _keep(request, found, form, user)
        return redirect("templates")
    context = {
        "template": found,
        "form": form,
        "back_url": reverse("templates"),
        "versions": selectors.versions(found, user),
    }
    return render(request, "cases/template.html", context)


def _keep(request: HttpRequest, template: Template, form: TemplateForm, user: User) -> None:
    """Retire it, or put the new version in its place; say so when somebody was faster."""
    try:
        if form.is_bound:
            templates.change(template=template, by=user, **form.cleaned_data)
            messages.info(request, _("The new version is in use."))
        else:
            templates.retire(template=template, by=user)
            messages.info(request, _("The template is retired."))
    except StaleError:
        sentence = _("Somebody changed or retired this template meanwhile. Nothing was saved.")
        messages.error(request, sentence)


def _keeper(request: HttpRequest) -> User:
    user = user_of(request)
    decision = policy.may_keep_templates(user)
    if not decision:
        raise PermissionDenied(decision.reason)
    return user
