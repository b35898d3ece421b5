"""A mandate in words, for its own page, the offer's and "who can see this"."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.zones import Zones
from cases.models import Handover, Mandate
from cases.models.dossiers import Kind
from cases.models.handovers import Keeps
from cases.selectors import places
from cases.states import LADDER, Level, MandateState
from lodesk.ui import times
from lodesk.ui.shapes import Fact


@dataclass(frozen=True)
class MandateView:
    """What a mandate says."""

    number: str
    owner: str
    state: str
    open: bool
    standing: bool
    facts: list[Fact]
    starts_at: datetime
    ends_at: datetime
    url: str = ""


# What must be read together with a mandate to put it into words.
RELATED = ("asked_by", "decided_by", "ended_by", "receiver_person", "receiver_group__desk", "desk")


def mandate_view(
    mandate: Mandate, zones: Zones, *, handover: Handover | None = None, url: str = ""
) -> MandateView:
    """Put a mandate into words; `handover` is the offer that waits for it or rests on it."""
    return MandateView(
        number=mandate.number,
        owner=mandate.owner,
        state=state(mandate),
        open=mandate.state == MandateState.ASKED,
        standing=mandate.dossier_id is None,
        facts=[fact for fact in _facts(mandate, zones, handover) if fact.value],
        starts_at=mandate.starts_at,
        ends_at=mandate.ends_at,
        url=url,
    )


def state(mandate: Mandate) -> str:
    """ "Asked", "Given", "Ended": dates decide, not the sweep that tidies up after them."""
    over = mandate.state == MandateState.GIVEN and mandate.ends_at <= timezone.now()
    found = MandateState.ENDED if over else MandateState(mandate.state)
    return str(capfirst(found.label))


def receiver_name(mandate: Mandate) -> str:
    """Who receives: "J. Modaal (NL)" or "Team NL, Bogotá"."""
    if mandate.receiver_group is not None:
        return places.group_name(mandate.receiver_group)
    return str(mandate.receiver_person)


def _facts(mandate: Mandate, zones: Zones, handover: Handover | None) -> Iterator[Fact]:
    home = places.home_of(mandate.owner)

    def both(moment: datetime) -> str:
        return times.both(moment, here=zones.here, home=home)

    yield Fact(_("For"), _for(mandate))
    purpose = str(mandate.get_purpose_display())
    yield Fact(_("Purpose"), "; ".join(part for part in (mandate.purpose_text, purpose) if part))
    yield Fact(_("Legal basis"), mandate.legal_basis)
    yield Fact(_("Conditions"), mandate.conditions)
    if mandate.state == MandateState.ASKED:
        yield Fact(_("Asked until"), both(mandate.ends_at))
    else:
        ends = mandate.ended_at or mandate.ends_at
        yield Fact(
            _("From, to"),
            _("%(start)s, to %(end)s") % {"start": both(mandate.starts_at), "end": both(ends)},
        )
    if handover is not None:
        yield Fact(_("What the giver keeps"), keeps(handover))
    yield Fact(_("Asked by"), _act(str(mandate.asked_by), both(mandate.asked_at)))
    yield from _decided(mandate, both(mandate.decided_at) if mandate.decided_at else "")


def _decided(mandate: Mandate, when: str) -> Iterator[Fact]:
    if mandate.decided_by is not None:
        refused = mandate.state == MandateState.REFUSED
        label = _("Refused by") if refused else _("Given by")
        yield Fact(label, _act(str(mandate.decided_by), when))
    yield Fact(_("Reason"), mandate.decision_reason)
    if mandate.ended_by is not None:
        yield Fact(_("Ended by"), str(mandate.ended_by))


def _act(who: str, when: str) -> str:
    return _("%(who)s, %(when)s") % {"who": who, "when": when}


def _for(mandate: Mandate) -> str:
    levels = ", ".join(str(Level(level).label) for level in LADDER[mandate.level])
    values = {"who": receiver_name(mandate), "levels": levels}
    if mandate.desk is None:
        return _("%(who)s: %(levels)s this dossier") % values
    kinds = ", ".join(str(Kind(kind).label) for kind in mandate.kinds) or _("every kind")
    return _("%(who)s: %(levels)s dossiers of %(owner)s at %(city)s (%(kinds)s)") % (
        values | {"owner": mandate.owner, "city": mandate.desk.city, "kinds": kinds}
    )


def keeps(handover: Handover) -> str:
    """What the giver keeps, and until when: "view until 30 Nov 2026"."""
    if handover.giver_keeps == Keeps.NOTHING or handover.giver_keeps_until is None:
        return str(Keeps.NOTHING.label)
    return _("%(level)s until %(date)s") % {
        "level": Keeps(handover.giver_keeps).label,
        "date": times.full_date(times.local_date(handover.giver_keeps_until)),
    }
