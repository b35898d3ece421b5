"""Saved views: all of a person's, and one of them."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from cases import policy
from cases.forms.filters import DossierFilterForm
from cases.forms.saved_views import FiltersForm, NameForm, SavedViewForm
from cases.models import SavedView
from cases.selectors import filters
from cases.selectors import saved_views as selectors
from cases.selectors.saved_views import address
from cases.services import saved_views
from cases.services.dossiers import StaleError
from cases.services.saved_views import NameTakenError, NoPlaceError
from cases.views.asking import user_of


@require_http_methods(["GET", "HEAD", "POST"])
def saved_views_page(request: HttpRequest) -> HttpResponse:
    """The views of a person; the filters of a list are sent here to be saved."""
    user = _keeper(request)
    choices = _choices(user)
    form = SavedViewForm(request.POST or None, filters=choices)
    if request.method == "POST" and form.is_valid():
        saved = _keep(form, user)
        if saved is not None:
            return redirect(address(saved))
    context = {
        "form": form if request.method == "POST" else None,
        "asked": choices.words_of(QueryDict(request.POST.get("asked", ""))),
        "views": [(view, choices.words_of(QueryDict(view.asked))) for view in selectors.of(user)],
    }
    return render(request, "cases/saved_views.html", context)


def _keep(form: SavedViewForm, user: User) -> SavedView | None:
    """Save it; None when the form comes back with the reason beside the name."""
    try:
        return saved_views.keep(by=user, **form.cleaned_data)
    except NameTakenError:
        form.refuse_name()
    except NoPlaceError:
        form.refuse_number()
    except StaleError:
        form.add_error(None, _faster())
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def saved_view_page(request: HttpRequest, saved_view: UUID) -> HttpResponse:
    """One view: its name is changed, its filters are replaced, or it is deleted."""
    user = _keeper(request)
    view = get_object_or_404(SavedView.objects.visible_to(user).in_use(), pk=saved_view)
    choices = _choices(user)
    form = NameForm(initial={"name": view.name})
    if request.method == "POST":
        form = NameForm(request.POST)
        act = ACTS.get(request.POST.get("action", ""))
        if act is None:
            raise SuspiciousOperation("an act the page does not offer")
        answered = act(request, view, form, choices)
        if answered is not None:
            return answered
    context = {
        "view": view,
        "view_url": address(view),
        "form": form,
        "asked": choices.words_of(QueryDict(view.asked)),
        "back_url": reverse("saved_views"),
    }
    return render(request, "cases/saved_view.html", context)


def _rename(
    request: HttpRequest, view: SavedView, form: NameForm, _choices: DossierFilterForm
) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        saved_views.rename(view=view, name=form.cleaned_data["name"], by=user_of(request))
    except NameTakenError:
        form.refuse_name()
        return None
    except StaleError:
        messages.error(request, _faster())
    return redirect("saved_views")


def _replace(
    request: HttpRequest, view: SavedView, _form: NameForm, choices: DossierFilterForm
) -> HttpResponse:
    """Put the filters of the list in their place, if it is still the view the list named."""
    filled = FiltersForm(request.POST, filters=choices)
    if not filled.is_valid():
        raise SuspiciousOperation("filters the list does not offer")
    view.name = request.POST.get("name", "")
    try:
        saved_views.replace(view=view, asked=filled.cleaned_data["asked"], by=user_of(request))
    except StaleError:
        messages.error(request, _faster())
        return redirect("saved_views")
    messages.info(request, _("The view has these filters now."))
    view.asked = filled.cleaned_data["asked"]
    return redirect(address(view))


def _forget(
    request: HttpRequest, view: SavedView, _form: NameForm, _choices: DossierFilterForm
) -> HttpResponse:
    try:
        saved_views.forget(view=view, by=user_of(request))
    except StaleError:
        messages.error(request, _faster())
    else:
        messages.info(request, _("The view is deleted."))
    return redirect("saved_views")


ACTS = {"rename": _rename, "replace": _replace, "forget": _forget}


def _faster() -> str:
    return _("You changed your views in another page meanwhile. Nothing was saved.")


def _choices(user: User) -> DossierFilterForm:
    return DossierFilterForm(QueryDict(), desks=filters.desks(), handlers=filters.handlers(user))


def _keeper(request: HttpRequest) -> User:
    user = user_of(request)
    decision = policy.may_keep_views(user)
    if not decision:
        raise PermissionDenied(decision.reason)
    return user
