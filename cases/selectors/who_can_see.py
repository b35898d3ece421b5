"""The page "who can see this": rows by country, and the answer in one sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Country
from cases.models import Dossier, Handover
from cases.selectors import places
from cases.selectors.access import Access, Holder
from cases.states import HandoverState, Level
from lodesk.ui import times

if TYPE_CHECKING:
    from uuid import UUID

LOOKED_BACK = timedelta(days=7)


@dataclass(frozen=True)
class AccessRow:
    """One person or group, with levels, time and reason."""

    who: str
    note: str
    view: bool
    contribute: bool
    handle: bool
    oversee: bool
    since: datetime
    until: datetime | None
    until_label: str
    because: str
    mandate_number: str
    mandate_url: str


@dataclass(frozen=True)
class CountryAccess:
    """The rows of one country, or the sentence that there are none."""

    label: str
    rows: list[AccessRow]
    nobody: str


@dataclass(frozen=True)
class Reached:
    """How many people a moment's grants reach, by group and by country."""

    by_group: dict[int, int]
    by_country: dict[str, int]


def reached(found: Access) -> Reached:
    """Count people with a posting at that moment, each once."""
    groups = sorted({each.group.pk for each in found.holders if each.group})
    people = sorted({each.person.pk for each in found.holders if each.person})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g, COALESCE(sum(p.reached), 0)::integer FROM unnest(%s::integer[]) AS g"
            " LEFT JOIN LATERAL cases_people_at(ARRAY[g], '{}', %s) AS p ON true GROUP BY g",
            [groups, found.at],
        )
        by_group = dict(cursor.fetchall())
        cursor.execute("SELECT * FROM cases_people_at(%s, %s, %s)", [groups, people, found.at])
        by_country = dict(cursor.fetchall())
    return Reached(by_group, by_country)


def countries(dossier: Dossier, found: Access, count: Reached) -> list[CountryAccess]:
    """All three countries, the owner first: of a country without access it is said, too."""
    others = sorted(set(Country.values) - {dossier.owner})
    by_country = {
        code: [
            _row(dossier, holder, count.by_group) for holder in _in_order(found.holders)
            if holder.country == code
        ]
        for code in (dossier.owner, *others)
    }  # fmt: skip
    in_order = sorted(by_country, key=lambda code: (code != dossier.owner, not by_country[code]))
    return [
        CountryAccess(
            _label(code, dossier.owner, by_country[code]),
            by_country[code],
            _nobody(code, dossier.owner),
        )
        for code in in_order
    ]


def ended(dossier: Dossier, found: Access) -> list[AccessRow]:
    """What had ended by that moment, the latest first."""
    return [_row(dossier, holder, {}, over=True) for holder in found.ended]


def _in_order(holders: Iterable[Holder]) -> list[Holder]:
    """Headquarters, teams, people."""
    return sorted(
        holders,
        key=lambda each: (each.group is None, bool(each.group and each.group.desk_id), each.who),
    )


def _label(code: str, owner: str, rows: Sequence[AccessRow]) -> str:
    if code == owner:
        return _("%(country)s, the owner") % {"country": code}
    return _("%(country)s, under a mandate") % {"country": code} if rows else code


def _nobody(code: str, owner: str) -> str:
    if code == owner:
        return _("Nobody.")
    return _("Nobody. %(owner)s can give %(country)s a mandate.") % {
        "country": code,
        "owner": owner,
    }


def _row(
    dossier: Dossier, holder: Holder, members: dict[int, int], *, over: bool = False
) -> AccessRow:
    mandate = holder.mandate
    name = places.group_name(holder.group) if holder.group else ""
    return AccessRow(
        who=name or (holder.person.name if holder.person else ""),
        note=_people(members.get(holder.group.pk)) if holder.group else _note(dossier, holder),
        view=Level.VIEW in holder.levels,
        contribute=Level.CONTRIBUTE in holder.levels,
        handle=Level.HANDLE in holder.levels,
        oversee=Level.OVERSEE in holder.levels,
        since=holder.since,
        until=holder.until,
        until_label=_open_end(dossier, holder),
        because=_because(dossier, holder, over=over),
        mandate_number=mandate.number if mandate else "",
        mandate_url=reverse("mandate", args=[mandate.pk]) if mandate else "",
    )


def _people(count: int | None) -> str:
    if count is None:
        return ""
    return ngettext("%(count)d person", "%(count)d people", count) % {"count": count}


def _note(dossier: Dossier, holder: Holder) -> str:
    return dossier.desk.city if Level.HANDLE in holder.levels else ""


def _open_end(dossier: Dossier, holder: Holder) -> str:
    if holder.mandate_id is not None:
        return _("as its mandate says")
    if holder.group is not None:
        return _("while %(owner)s owns it") % {"owner": dossier.owner}
    return _("while handling it")


def _because(dossier: Dossier, holder: Holder, *, over: bool) -> str:
    if holder.group is not None and holder.country == dossier.owner:
        if holder.group.desk_id is None:
            return _("headquarters of the owner")
        return _("team of the owner at this desk")
    if holder.stands_in:
        return _("stood in for the handler") if over else _("stands in for the handler")
    if Level.HANDLE in holder.levels:
        return _("handler until then") if over else _("handler")
    return _because_of(holder, over=over)


def _because_of(holder: Holder, *, over: bool) -> str:
    handover = holder.handover
    if handover is None:
        return ""
    if _kept(holder, handover):
        return _("kept after the handover")
    return _("it was offered") if over else _("offered, to be answered")


def _kept(holder: Holder, handover: Handover) -> bool:
    person = holder.person.pk if holder.person else None
    return handover.state == HandoverState.ACCEPTED and person != handover.answered_by_id


# The answer in one sentence ---------------------------------------------------------------


def sentence(dossier: Dossier, found: Access, count: Reached) -> str:
    """ "7 people now: 6 of BE, the owner; 1 of NL under a mandate that ends on 31 December." """
    total = sum(count.by_country.values())
    people = ngettext("%(count)d person", "%(count)d people", total) % {"count": total}
    parts = [
        _part(code, number, dossier.owner, found)
        for code, number in sorted(
            count.by_country.items(), key=lambda each: (each[0] != dossier.owner, each[0])
        )
    ]
    none = sorted(set(Country.values) - set(count.by_country))
    nobody = _("Nobody of %(countries)s.") % {"countries": ", ".join(none)} if none else ""
    return _("%(people)s %(when)s: %(parts)s. %(nobody)s") % {
        "people": people,
        "when": _when(found.at),
        "parts": "; ".join(parts) or _("none"),
        "nobody": nobody,
    }


def _when(at: datetime) -> str:
    now = timezone.now()
    if abs(now - at) < timedelta(seconds=5):
        return _("now")
    moment = times.dated(timezone.localtime(at))
    return (_("on %(when)s, as planned") if at > now else _("on %(when)s")) % {"when": moment}


def _part(code: str, number: int, owner: str, found: Access) -> str:
    values = {"count": number, "country": code}
    if code == owner:
        return _("%(count)d of %(country)s, the owner") % values
    ends = [each.until for each in found.holders if each.country == code and each.until]
    if not ends:
        return _("%(count)d of %(country)s under a mandate") % values
    return _("%(count)d of %(country)s under a mandate that ends on %(date)s") % (
        values | {"date": times.full_date(times.local_date(max(ends)))}
    )


def looks(dossier: Dossier) -> str:
    """How often the dossier was looked at lately, and by how many people."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_looks(%s, %s)", _since(dossier.pk))
        (count, people) = cursor.fetchone()
    by = ngettext("%(count)d person", "%(count)d people", people) % {"count": people}
    counted = ngettext("%(count)d look by %(by)s", "%(count)d looks by %(by)s", count)
    return _("Every look is in the log of %(owner)s. In the last 7 days: %(looks)s.") % {
        "owner": dossier.owner,
        "looks": counted % {"count": count, "by": by},
    }


def _since(dossier: "UUID") -> "list[UUID | datetime]":
    return [dossier, timezone.now() - LOOKED_BACK]
