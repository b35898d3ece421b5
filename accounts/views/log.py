"""The log of one's own country, for its auditor (Directive (EU) 2016/680 art. 25(2) and (3))."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Person, Posting, Role, User
from lodesk import audit
from lodesk.audit.forms import LogForm, PlaceForm
from lodesk.audit.models import LogRow
from lodesk.audit.selectors import Filters, rows
from lodesk.audit.wording import fact_in_words, words_for
from lodesk.ui import times
from lodesk.ui.keyset import Slice
from lodesk.ui.links import changed
from lodesk.ui.shapes import Page

DIGITS_OF_A_DIGEST = 12  # enough to compare by eye


@dataclass(frozen=True)
class LogLine:
    """A row of the log in words."""

    number: str
    at: datetime
    who: str
    action: str
    reference: str
    owner: str
    detail: str
    mandate: str
    origin: str


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """A page of the log. That it was read is written into it."""
    user = cast("User", request.user)
    country = _country_audited_by(user)
    form, place = LogForm(request.GET), PlaceForm(request.GET)
    found: Slice[LogRow] = Slice([])
    if form.is_valid() and place.is_valid():
        found = rows(chain=country, filters=_filters(form.cleaned_data), **place.cleaned_data)
    _log_look(user, form.cleaned_data)
    context = {
        "country": country,
        "form": form,
        "page": _page(request, found),
        "sealed": _sealed(country),
    }
    return render(request, "audit/log.html", context)


def _country_audited_by(user: User) -> str:
    posting = Posting.objects.valid_now().filter(person=user.pk, role=Role.AUDITOR).first()
    if posting is None:
        raise PermissionDenied(_("Only the auditor of a country reads its log."))
    return posting.country


def _log_look(user: User, wanted: Mapping[str, Any]) -> None:
    """Write down what was looked for: what was typed can be erased, what was chosen stays."""
    chosen = ("action", "since", "until")
    audit.log(
        by=user.pk,
        action="log.viewed",
        chain=audit.OWN_CHAIN,
        facts={name: wanted[name] for name in chosen if wanted.get(name)},
        personal=" · ".join(wanted[name] for name in ("who", "reference") if wanted.get(name)),
    )


def _filters(wanted: Mapping[str, Any]) -> Filters:
    who = wanted["who"]
    people = Person.objects.filter(name__icontains=who).values_list("pk", flat=True)
    return Filters(
        actors=list(people) if who else None,
        action=wanted["action"],
        reference=wanted["reference"],
        since=wanted["since"],
        until=wanted["until"],
    )


def _page(request: HttpRequest, found: Slice[LogRow]) -> Page:
    after, before = str(found.next or ""), str(found.previous or "")
    return Page(
        rows=_lines(found.rows),
        next_url=changed(request.GET, after=after, before="") if after else "",
        previous_url=changed(request.GET, before=before, after="") if before else "",
    )


def _lines(found: Iterable[LogRow]) -> list[LogLine]:
    people = Person.objects.in_bulk({row.actor for row in found if row.actor is not None})
    return [
        LogLine(
            number=str(row.position or ""),
            at=row.at,
            who=_who(row, people),
            action=words_for(row.action),
            reference=row.reference,
            owner=row.chain if row.reference else "",
            detail=_detail(row),
            mandate=row.mandate,
            origin=", ".join(filter(None, [row.ip, row.agent])),
        )
        for row in found
    ]


def _who(row: LogRow, people: Mapping[int, Person]) -> str:
    if row.actor is None:
        return _("system")
    person = people.get(row.actor)
    return str(person) if person else _("somebody of %(country)s") % {"country": row.actor_country}


def _detail(row: LogRow) -> str:
    """Give the reason, what people typed, and the facts; never nested."""
    facts = [fact_in_words(name, _plain(name, value)) for name, value in row.facts.items()]
    return " · ".join(filter(None, [row.why, row.personal, *facts]))


def _plain(name: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name.endswith("_at") and isinstance(value, str):
        return times.dated(timezone.localtime(datetime.fromisoformat(value)))
    if name == "digest":
        return f"{value}"[:DIGITS_OF_A_DIGEST] + "…"  # the whole stands in the chain
    return str(value)


def _sealed(country: str) -> str:
    end = audit.anchor(country)
    if end.sealed_at is None or not end.position:
        return ""
    when = times.absolute(end.sealed_at, now=timezone.now())
    return _("Sealed to row %(row)s, %(when)s.") % {"row": end.position, "when": when}
