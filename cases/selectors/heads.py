"""The head of a dossier: whose it is, what it is, by when, and how to treat it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cases.models import Dossier
from cases.models.dossiers import HandlingCode, Kind, Marking, Urgency
from cases.selectors import languages, places
from cases.selectors.access import Holder
from cases.selectors.clocks import Told
from cases.states import Status
from lodesk.ui import times
from lodesk.ui.frame import Zone


@dataclass(frozen=True)
class Head:
    """What every page about a dossier begins with."""

    reference: str
    url: str
    owner: str
    on_behalf: bool
    kind: str
    title: str
    status: str
    waiting: bool
    due_at: datetime | None
    home: Zone


@dataclass(frozen=True)
class FullHead(Head):
    """The head of the dossier page itself."""

    status_since: datetime
    clock: Told | None  # what is due first, and how that is computed
    handler: str
    handler_note: str
    stand_in: str  # who stands in for the handler, and until when
    codes: str
    codes_note: str
    marking: str
    marking_note: str
    confined: bool
    language: str


def head(dossier: Dossier) -> Head:
    """The head of a dossier whose handler has been read."""
    return Head(
        reference=dossier.reference,
        url=reverse("dossier", args=[dossier.reference]),
        owner=dossier.owner,
        on_behalf=dossier.handler is not None and dossier.handler.country != dossier.owner,
        kind=kind(dossier),
        title=dossier.title,
        status=status(dossier),
        waiting=dossier.status == Status.WAITING,
        due_at=dossier.due_at,
        home=places.home_of(dossier.owner),
    )


def full_head(dossier: Dossier, holders: Sequence[Holder], clock: Told | None) -> FullHead:
    """The head of the dossier page; `holders` say under which mandate the handler works."""
    short = head(dossier)
    plain: dict[str, Any] = {each.name: getattr(short, each.name) for each in fields(short)}
    return FullHead(
        **plain,
        status_since=dossier.status_since,
        clock=clock,
        handler=str(dossier.handler) if dossier.handler else _("nobody yet"),
        handler_note=_handler_note(dossier, holders),
        stand_in=_stand_in(dossier, holders),
        codes=codes(dossier.handling_codes),
        codes_note=_codes_note(dossier),
        marking=_marking(dossier),
        marking_note=_("not classified"),
        confined=dossier.confined,
        language=languages.name(dossier.language),
    )


def kind(dossier: Dossier) -> str:
    """ "Incoming request, urgent"."""
    name = str(Kind(dossier.kind).label)
    if dossier.urgency != Urgency.URGENT:
        return name
    return _("%(kind)s, %(urgency)s") % {"kind": name, "urgency": Urgency.URGENT.label}


def status(dossier: Dossier) -> str:
    """ "Open", "Waiting for headquarters"."""
    if dossier.status == Status.WAITING:
        return _("Waiting for: %(whom)s") % {"whom": dossier.get_waiting_for_display()}
    return str(capfirst(Status(dossier.status).label))


def codes(held: Sequence[str]) -> str:
    """ "H1 H2"; H0 always applies and is named when it stands alone."""
    return " ".join(sorted(held)) or "H0"


def obligations(owner: str, note: str, held: Sequence[str]) -> list[str]:
    """What the codes bind to, in sentences, to be read before the act; `note` is H3's text."""
    words = {
        HandlingCode.H1: _("H1: not as evidence without the consent of %(owner)s."),
        HandlingCode.H2: _("H2: not to be passed on without the consent of %(owner)s."),
        HandlingCode.H3: _("H3: %(note)s") if note else _("H3: ask %(owner)s how it may be used."),
    }
    values = {"owner": owner, "note": note}
    return [words[code] % values for code in HandlingCode if code in held]


def _codes_note(dossier: Dossier) -> str:
    held = set(dossier.handling_codes)
    words = {HandlingCode.H1: _("evidence"), HandlingCode.H2: _("passing on")}
    ask = ", ".join(word for code, word in words.items() if code in held)
    parts = (
        [_("%(what)s: ask %(owner)s first") % {"what": ask, "owner": dossier.owner}] if ask else []
    )
    if HandlingCode.H3 in held and dossier.handling_note:
        parts.append(dossier.handling_note)
    return "; ".join(parts)


def _marking(dossier: Dossier) -> str:
    return dossier.marking or str(Marking.UNMARKED.label)


def _handler_note(dossier: Dossier, holders: Sequence[Holder]) -> str:
    held = next(
        (each for each in holders if each.person and each.person.pk == dossier.handler_id), None
    )
    if held is None or held.until is None or held.mandate is None:
        return ""
    return _("until %(date)s under %(mandate)s") % {
        "date": times.full_date(times.local_date(held.until)),
        "mandate": held.mandate.number,
    }


def _stand_in(dossier: Dossier, holders: Sequence[Holder]) -> str:
    held = next((each for each in holders if each.stands_in and each.person), None)
    if held is None or held.person is None or dossier.handler is None:
        return ""
    values = {"stand_in": held.person.name, "handler": dossier.handler.name}
    if held.until is None:
        return _("%(stand_in)s stands in for %(handler)s") % values
    return _("%(stand_in)s stands in for %(handler)s until %(date)s") % (
        values | {"date": times.full_date(times.local_date(held.until))}
    )
