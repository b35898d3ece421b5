"""The contacts of the desks: the list, one of them, a new one, a change, and handing over."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Person
from cases import policy
from cases.forms.contacts import (
    ContactFilterForm,
    ContactForm,
    HandOverAllForm,
    HandOverForm,
    PlaceForm,
    RetireForm,
)
from cases.models import Contact
from cases.selectors import contact_pages
from cases.selectors import contacts as selectors
from cases.selectors.contacts import NOTHING, Filters, Found
from cases.services import contacts, searches
from cases.services.dossiers import StaleError
from cases.views.asking import user_of
from lodesk.alerts.services import mark_read_about
from lodesk.ui.links import changed
from lodesk.ui.shapes import Page

RELATED = ("desk", "keeper")


@require_safe
def contacts_page(request: HttpRequest) -> HttpResponse:
    """A page of the list; an unknown filter or place shows nothing."""
    user = user_of(request)
    form = ContactFilterForm(request.GET, desks=selectors.desks_in_sight(user))
    place = PlaceForm(request.GET)
    found = NOTHING
    if form.is_valid() and place.is_valid():
        asked = Filters(**form.cleaned_data)
        found = selectors.listed(user, asked, **place.cleaned_data)
        if asked.q:
            searches.record(by=user, words=asked.q)
    context = {
        "form": form,
        "page": _page(request, found),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "may_make": bool(selectors.desks_to_keep_at(user)),
        "keeps_any": selectors.keeps_any(user),
    }
    return render(request, "cases/contacts.html", context)


def _page(request: HttpRequest, found: Found) -> Page:
    after, before = str(found.after or ""), str(found.before or "")
    return Page(
        rows=found.rows,
        next_url=changed(request.GET, after=after, before="") if after else "",
        previous_url=changed(request.GET, before=before, after="") if before else "",
        count=found.count,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest) -> HttpResponse:
    """Add a contact, which one keeps oneself."""
    user = user_of(request)
    desks = selectors.desks_to_keep_at(user)
    if not desks:
        raise PermissionDenied(policy.NOT_THE_TEAM)
    form = ContactForm(request.POST or None, desks=desks)
    if form.is_valid():
        made = contacts.make(desk=form.chosen_desk, by=user, **form.said)
        return redirect("contact", made.origin_id)
    context = {"form": form, "back_url": reverse("contacts")}
    return render(request, "cases/contact_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_change(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Write a new version of a contact."""
    user, found = user_of(request), _contact_of(request, contact)
    decision = policy.may_change_contact(user, found)
    if not decision:
        raise PermissionDenied(decision.reason)
    form = ContactForm(
        request.POST or None,
        desks=[found.desk],
        present=found,
        may_say_who_sees=bool(policy.may_say_who_sees(user, found)),
    )
    if form.is_valid():
        try:
            contacts.change(contact=found, by=user, **form.said)
        except StaleError:
            form.add_error(None, _faster())
        else:
            return redirect("contact", found.origin_id)
    context = {
        "form": form,
        "label": found.label,
        "back_url": reverse("contact", args=[found.origin_id]),
    }
    return render(request, "cases/contact_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_page(request: HttpRequest, contact: UUID) -> HttpResponse:
    """One contact, with its versions; it is handed over, taken, retired here."""
    user, found = user_of(request), _contact_of(request, contact)
    forms = _Forms(request, found)
    if request.method == "POST":
        answered = _take_step(request, found, forms)
        if answered is not None:
            return answered
    contacts.consult(contact=found, by=user)
    mark_read_about(by=user, subject_id=found.origin_id or found.pk)
    may_change = policy.may_change_contact(user, found)
    context = {
        "contact": contact_pages.page(found, user),
        "change_url": reverse("contact_change", args=[contact]) if may_change else "",
        "reason": may_change.reason,
        "hand_form": forms.hand,
        "may_take": not forms.hand and bool(policy.may_give_contact(user, found, to=user.pk)),
        "retire_form": forms.retire if may_change else None,
    }
    return render(request, "cases/contact.html", context)


class _Forms:
    """The forms of a contact; only the one that was sent is bound."""

    def __init__(self, request: HttpRequest, contact: Contact) -> None:
        action, user = request.POST.get("action"), user_of(request)
        self.retire = RetireForm(request.POST if action == "retire" else None)
        self.hand: HandOverForm | None = None
        if policy.may_give_contact(user, contact):
            people = selectors.keepers(contact.owner, [contact.desk], but=contact.keeper_id)
            sent = request.POST if action == "hand_over" else None
            self.hand = HandOverForm(sent, people=people[contact.desk.code])


Answer = HttpResponse | None


def _take_step(request: HttpRequest, contact: Contact, forms: _Forms) -> Answer:
    """Take the step that was asked for; None when a form comes back."""
    step = TAKEN.get(request.POST.get("action", ""))
    if step is None:
        raise SuspiciousOperation("a step the page does not offer")
    try:
        return step(request, contact, forms)
    except StaleError:
        messages.error(request, _faster())
        return redirect("contacts")


def _hand_over(request: HttpRequest, contact: Contact, forms: _Forms) -> Answer:
    user = user_of(request)
    if forms.hand is None:
        decision = policy.may_give_contact(user, contact)
        raise PermissionDenied(decision.reason)
    if not forms.hand.is_valid():
        return None
    person = forms.hand.chosen
    contacts.hand_over(contact=contact, to=person, by=user)
    messages.info(request, _("%(who)s keeps it now, and is told.") % {"who": person.name})
    return redirect("contacts")


def _take(request: HttpRequest, contact: Contact, _forms: _Forms) -> Answer:
    user = user_of(request)
    contacts.hand_over(contact=contact, to=Person.objects.get(pk=user.pk), by=user)
    messages.info(request, _("You keep this contact now."))
    return redirect("contact", contact.origin_id)


def _retire(request: HttpRequest, contact: Contact, forms: _Forms) -> Answer:
    decision = policy.may_change_contact(user_of(request), contact)
    if not decision:
        raise PermissionDenied(decision.reason)
    if not forms.retire.is_valid():
        return None
    contacts.retire(contact=contact, by=user_of(request), **forms.retire.cleaned_data)
    messages.info(request, _("The contact is retired."))
    return redirect("contacts")


TAKEN: dict[str, Callable[[HttpRequest, Contact, _Forms], Answer]] = {
    "hand_over": _hand_over,
    "take": _take,
    "retire": _retire,
}


@require_http_methods(["GET", "HEAD", "POST"])
def contacts_hand_over(request: HttpRequest) -> HttpResponse:
    """Hand over all that one keeps at a desk: for who leaves it."""
    user = user_of(request)
    desks = selectors.kept_at(user)
    if not desks:
        raise PermissionDenied(_("You keep no contact."))
    people = selectors.keepers(user.country, desks, but=user.pk)
    form = HandOverAllForm(request.POST or None, desks=desks, people=people)
    if form.is_valid():
        desk, person = form.chosen
        try:
            number = contacts.hand_over_all(desk=desk, to=person, by=user)
        except StaleError:
            messages.error(request, _faster())
            return redirect("contacts_hand_over")
        words = ngettext(
            "%(who)s keeps %(count)d contact of yours now, and is told.",
            "%(who)s keeps %(count)d contacts of yours now, and is told.",
            number,
        )
        messages.info(request, words % {"who": person.name, "count": number})
        return redirect("contacts")
    context = {"form": form, "back_url": reverse("contacts")}
    return render(request, "cases/contacts_hand_over.html", context)


def _contact_of(request: HttpRequest, contact: UUID) -> Contact:
    visible = Contact.objects.visible_to(user_of(request)).select_related(*RELATED)
    return get_object_or_404(visible, origin=contact)


def _faster() -> str:
    return _("Somebody changed this contact meanwhile. Nothing was saved.")
